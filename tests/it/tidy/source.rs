//! A source file as the rules see it: its tokens without the parts that only tests compile.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens as _;
use std::collections::BTreeSet;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Attribute, Meta};

/// One token; `::` is one token too, brackets are tokens of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    pub line: usize,
}

/// One function with a body.
#[derive(Debug)]
pub struct Function {
    pub name: String,
    pub line: usize,
    pub lines: usize,
    /// With `self`, as clippy counts.
    pub parameters: usize,
}

/// An `#[expect(lint, ...)]` or `#[allow(lint, ...)]`.
#[derive(Debug)]
pub struct Permission {
    pub lint: String,
    pub first: usize,
    pub last: usize,
    pub is_expect: bool,
    pub has_reason: bool,
}

/// One file under `src/`.
#[derive(Debug)]
pub struct Source {
    /// Below `src/`.
    pub path: String,
    pub text: String,
    pub tokens: Vec<Token>,
    pub functions: Vec<Function>,
    pub permissions: Vec<Permission>,
    /// Names of the modules it declares, with their lines.
    pub modules: Vec<(String, usize)>,
    /// Lines that only tests compile.
    pub test_lines: usize,
}

impl Source {
    /// Whether the lint is expected on the item around this line.
    pub fn expects(&self, lint: &str, line: usize) -> bool {
        self.permissions.iter().any(|p| p.is_expect && p.lint == lint && (p.first..=p.last).contains(&line))
    }

    /// `path:line`, for complaints.
    pub fn at(&self, line: usize) -> String {
        format!("src/{}:{line}", self.path)
    }

    /// Lines where these tokens follow each other; `""` stands for any one token.
    pub fn find<'a>(&'a self, pattern: &'a [&str]) -> impl Iterator<Item = usize> + 'a {
        let fits = move |window: &&[Token]| {
            window.iter().zip(pattern).all(|(token, wanted)| wanted.is_empty() || token.text == *wanted)
        };
        self.tokens
            .windows(pattern.len())
            .filter(fits)
            .filter_map(|window| window.first())
            .map(|token| token.line)
    }
}

/// Parses the files and leaves out those that only tests compile.
pub fn parse_all(files: &[(String, String)]) -> Vec<Source> {
    let mut sources = Vec::new();
    let mut test_modules = BTreeSet::new();
    for (path, text) in files {
        let file = syn::parse_file(text).unwrap_or_else(|error| panic!("src/{path}: {error}"));
        let mut reader = Reader::default();
        reader.visit_file(&file);
        let beside = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let below = path
            .strip_suffix("mod.rs")
            .map_or_else(|| format!("{}/", path.trim_end_matches(".rs")), str::to_owned);
        test_modules.extend(reader.test_modules.iter().map(|module| match module {
            Place::Module(name) => format!("{below}{name}"),
            Place::Path(file) => format!("{beside}{}", file.trim_end_matches(".rs")),
        }));
        sources.push(reader.into_source(path, text, file));
    }
    let only_tests = |path: &str| {
        test_modules
            .iter()
            .any(|module| path == format!("{module}.rs") || path.starts_with(&format!("{module}/")))
    };
    sources.retain(|source| !only_tests(&source.path));
    sources
}

#[derive(Default)]
struct Reader {
    functions: Vec<Function>,
    permissions: Vec<Permission>,
    modules: Vec<(String, usize)>,
    /// Modules in files of their own that only tests compile.
    test_modules: Vec<Place>,
    /// First and last lines of what only tests compile.
    skipped: Vec<(usize, usize)>,
}

impl Reader {
    fn into_source(self, path: &str, text: &str, file: syn::File) -> Source {
        let mut tokens = Vec::new();
        flatten(file.into_token_stream(), &mut tokens);
        tokens
            .retain(|token| !self.skipped.iter().any(|(first, last)| (*first..=*last).contains(&token.line)));
        Source {
            path: path.to_owned(),
            text: text.to_owned(),
            tokens,
            functions: self.functions,
            permissions: self.permissions,
            modules: self.modules,
            test_lines: self.skipped.iter().map(|(first, last)| last - first + 1).sum(),
        }
    }

    fn function(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let first = signature.span().start().line;
        self.functions.push(Function {
            name: signature.ident.to_string(),
            line: first,
            lines: body.span().end().line - first + 1,
            parameters: signature.inputs.len(),
        });
    }

    /// Notes the permissions on something; true when only tests compile it.
    fn enter(&mut self, attributes: &[Attribute], span: proc_macro2::Span) -> bool {
        let (first, last) = (span.start().line, span.end().line);
        if attributes.iter().any(is_for_tests) {
            self.skipped.push((first, last));
            return true;
        }
        for attribute in attributes {
            self.permissions.extend(permissions(attribute, first, last));
        }
        false
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_file(&mut self, file: &'ast syn::File) {
        for attribute in &file.attrs {
            self.permissions.extend(permissions(attribute, 0, usize::MAX));
        }
        visit::visit_file(self, file);
    }

    fn visit_item(&mut self, item: &'ast syn::Item) {
        let for_tests = self.enter(attributes(item), item.span());
        match item {
            syn::Item::Mod(module) if for_tests && module.content.is_none() => {
                self.test_modules.push(place(module));
            }
            _ if for_tests => {}
            _ => visit::visit_item(self, item),
        }
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        self.modules.push((module.ident.to_string(), module.span().start().line));
        visit::visit_item_mod(self, module);
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.function(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if !self.enter(&function.attrs, function.span()) {
            self.function(&function.sig, &function.block);
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(body) = &function.default
            && !self.enter(&function.attrs, function.span())
        {
            self.function(&function.sig, body);
            visit::visit_trait_item_fn(self, function);
        }
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        if !self.enter(&local.attrs, local.span()) {
            visit::visit_local(self, local);
        }
    }
}

/// Where a module's file is: below its parent module, or where `#[path]` says, from the parent's folder.
enum Place {
    Module(String),
    Path(String),
}

fn place(module: &syn::ItemMod) -> Place {
    let named = module.attrs.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    named.map_or_else(|| Place::Module(module.ident.to_string()), Place::Path)
}

fn attributes(item: &syn::Item) -> &[Attribute] {
    use syn::Item::{
        Const, Enum, ExternCrate, Fn, ForeignMod, Impl, Macro, Mod, Static, Struct, Trait, TraitAlias, Type,
        Union, Use,
    };
    match item {
        Const(i) => &i.attrs,
        Enum(i) => &i.attrs,
        ExternCrate(i) => &i.attrs,
        Fn(i) => &i.attrs,
        ForeignMod(i) => &i.attrs,
        Impl(i) => &i.attrs,
        Macro(i) => &i.attrs,
        Mod(i) => &i.attrs,
        Static(i) => &i.attrs,
        Struct(i) => &i.attrs,
        Trait(i) => &i.attrs,
        TraitAlias(i) => &i.attrs,
        Type(i) => &i.attrs,
        Union(i) => &i.attrs,
        Use(i) => &i.attrs,
        _ => &[],
    }
}

/// `#[test]`, or a `cfg` that holds only in tests: `test` itself or an `all` with it.
fn is_for_tests(attribute: &Attribute) -> bool {
    fn needs_test(meta: &Meta) -> bool {
        match meta {
            Meta::Path(path) => path.is_ident("test"),
            Meta::List(list) if list.path.is_ident("all") => list
                .parse_args_with(syn::punctuated::Punctuated::<Meta, syn::Token![,]>::parse_terminated)
                .is_ok_and(|parts| parts.iter().any(needs_test)),
            _ => false,
        }
    }
    attribute.path().is_ident("test")
        || (attribute.path().is_ident("cfg")
            && attribute.parse_args::<Meta>().is_ok_and(|meta| needs_test(&meta)))
}

fn permissions(attribute: &Attribute, first: usize, last: usize) -> Vec<Permission> {
    let is_expect = attribute.path().is_ident("expect");
    if !is_expect && !attribute.path().is_ident("allow") {
        return Vec::new();
    }
    let parse = syn::punctuated::Punctuated::<Meta, syn::Token![,]>::parse_terminated;
    let parts = attribute.parse_args_with(parse).unwrap_or_default();
    let has_reason = parts.iter().any(|part| part.path().is_ident("reason"));
    let lints = parts.iter().filter(|part| !part.path().is_ident("reason"));
    lints
        .map(|part| {
            let lint =
                part.path().segments.iter().map(|s| s.ident.to_string()).collect::<Vec<_>>().join("::");
            Permission { lint, first, last, is_expect, has_reason }
        })
        .collect()
}

fn flatten(stream: TokenStream, tokens: &mut Vec<Token>) {
    let mut joined = false;
    for tree in stream {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                tokens.push(Token { text: open.to_owned(), line });
                flatten(group.stream(), tokens);
                tokens.push(Token { text: close.to_owned(), line: group.span_close().start().line });
                joined = false;
            }
            TokenTree::Punct(punct) => {
                let colon = punct.as_char() == ':';
                match tokens.last_mut() {
                    Some(last) if colon && joined && last.text == ":" => "::".clone_into(&mut last.text),
                    _ => tokens.push(Token { text: punct.as_char().to_string(), line }),
                }
                joined = colon && punct.spacing() == Spacing::Joint;
            }
            other => {
                tokens.push(Token { text: other.to_string(), line });
                joined = false;
            }
        }
    }
}
