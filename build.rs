//! Holds the catalogues of `templates/locales` against each other and writes a method for each message.
//!
//! English says which messages there are and which variables each has; every other language must have the
//! same, or nothing is built. With `LATCHKEY_WORDS=draft` a message that is not translated yet is a warning,
//! and is said in English.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Message, Pattern, PatternElement};
use fluent_syntax::parser;

const CATALOGUES: &str = "templates/locales";
const REFERENCE: &str = "en";

/// The messages of a language: the variables of each in the order of their appearance, and how it reads.
type Messages = BTreeMap<String, (Vec<String>, String)>;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={CATALOGUES}");
    println!("cargo:rerun-if-env-changed=LATCHKEY_WORDS");
    let mut languages = Vec::new();
    for folder in entries(Path::new(CATALOGUES))? {
        let tag = name_of(&folder);
        let files = entries(&folder)?;
        languages.push((tag, read(&files)?, files));
    }
    // The reference comes first, then the others in the order of their tags.
    languages.sort_by_key(|(tag, ..)| (tag != REFERENCE, tag.clone()));
    let Some((_, reference, _)) = languages.first() else { return Err("there are no catalogues".into()) };
    let faults: Vec<String> =
        languages.iter().flat_map(|(tag, messages, _)| compare(tag, reference, messages)).collect();
    if std::env::var("LATCHKEY_WORDS").is_ok_and(|mode| mode == "draft") {
        faults.iter().for_each(|fault| println!("cargo:warning={fault}"));
    } else if !faults.is_empty() {
        return Err(faults.join("\n").into());
    }
    let out = PathBuf::from(std::env::var("OUT_DIR")?).join("words.rs");
    fs::write(out, generated(reference, &languages)?)?;
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    Ok(paths)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn read(files: &[PathBuf]) -> Result<Messages, Box<dyn Error>> {
    let mut messages = Messages::new();
    for file in files {
        let at = file.display();
        let source = fs::read_to_string(file)?;
        let resource = parser::parse(source.as_str()).map_err(|(_, errors)| format!("{at}: {errors:?}"))?;
        for entry in resource.body {
            let message = match entry {
                Entry::Message(message) => message,
                Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => continue,
                Entry::Term(_) | Entry::Junk { .. } => {
                    return Err(format!("{at}: only messages and comments").into());
                }
            };
            let (id, found) =
                variables(&message).map_err(|fault| format!("{at}: {}: {fault}", message.id.name))?;
            if messages.insert(id.clone(), found).is_some() {
                return Err(format!("{at}: {id} is there twice").into());
            }
        }
    }
    Ok(messages)
}

/// The variables of a message, and how it reads.
fn variables(message: &Message<&str>) -> Result<(String, (Vec<String>, String)), String> {
    if !message.attributes.is_empty() {
        return Err("attributes are not used here".to_owned());
    }
    let id = message.id.name;
    if !id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        return Err("names are of small letters, digits and hyphens".to_owned());
    }
    let (mut names, mut text) = (Vec::new(), String::new());
    let pattern = message.value.as_ref().ok_or("no value")?;
    let is_choice = |element: &PatternElement<&str>| {
        matches!(element, PatternElement::Placeable { expression: Expression::Select { .. } })
    };
    if pattern.elements.len() > 1 && pattern.elements.iter().any(is_choice) {
        return Err("a choice is between whole messages".to_owned());
    }
    walk(pattern, &mut names, &mut text)?;
    Ok((id.to_owned(), (names, text)))
}

fn walk(pattern: &Pattern<&str>, names: &mut Vec<String>, text: &mut String) -> Result<(), String> {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => text.push_str(value),
            PatternElement::Placeable { expression: Expression::Inline(inline) } => {
                text.push_str(&inline_name(inline, names)?);
            }
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                inline_name(selector, names)?;
                for variant in variants {
                    let mut shown = String::new();
                    walk(&variant.value, names, &mut shown)?;
                    if variant.default {
                        text.push_str(&shown);
                    }
                }
            }
        }
    }
    Ok(())
}

fn inline_name(inline: &InlineExpression<&str>, names: &mut Vec<String>) -> Result<String, String> {
    match inline {
        InlineExpression::VariableReference { id } => {
            if !names.iter().any(|name| name == id.name) {
                names.push(id.name.to_owned());
            }
            Ok(format!("{{{}}}", id.name))
        }
        InlineExpression::StringLiteral { value } => Ok((*value).to_owned()),
        _ => Err("only variables, texts and choices".to_owned()),
    }
}

fn compare(tag: &str, reference: &Messages, found: &Messages) -> Vec<String> {
    let mut faults = Vec::new();
    for (id, (variables, _)) in reference {
        match found.get(id) {
            None => faults.push(format!("{CATALOGUES}/{tag}: {id} is missing")),
            Some((here, _)) if sorted(here) != sorted(variables) => {
                faults.push(format!("{CATALOGUES}/{tag}: {id} has {here:?}, not {variables:?}"));
            }
            Some(_) => {}
        }
    }
    let unknown = found.keys().filter(|id| !reference.contains_key(*id));
    faults.extend(unknown.map(|id| format!("{CATALOGUES}/{tag}: {id} is not known in {REFERENCE}")));
    faults
}

fn sorted(names: &[String]) -> BTreeSet<&String> {
    names.iter().collect()
}

fn generated(
    reference: &Messages,
    languages: &[(String, Messages, Vec<PathBuf>)],
) -> Result<String, Box<dyn Error>> {
    let mut code = String::new();
    writeln!(code, "/// Every message, in the order of their numbers.")?;
    let ids: Vec<&String> = reference.keys().collect();
    writeln!(code, "static IDS: &[&str] = &{ids:?};\n")?;
    writeln!(code, "/// The languages: English first.")?;
    writeln!(code, "static CATALOGUES: [LazyLock<Catalogue>; {}] = [", languages.len())?;
    for (tag, _, files) in languages {
        let sources: Vec<String> = files
            .iter()
            .map(|file| {
                fs::canonicalize(file).map(|path| format!("include_str!({:?})", path.display().to_string()))
            })
            .collect::<Result<_, _>>()?;
        writeln!(code, "    LazyLock::new(|| Catalogue::read({tag:?}, &[{}])),", sources.join(", "))?;
    }
    writeln!(code, "];\n\nimpl Words {{")?;
    for (number, (id, (variables, text))) in reference.iter().enumerate() {
        let name = id.replace('-', "_");
        writeln!(code, "    /// {}", text.replace('\n', " ").trim())?;
        if variables.is_empty() {
            writeln!(code, "    pub fn {name}(self) -> Phrase {{ self.fixed({number}) }}")?;
        } else {
            let names = variables;
            let parameters: Vec<String> = names.iter().map(|v| format!("{v}: impl Argument")).collect();
            let pairs: Vec<String> = names.iter().map(|v| format!("({v:?}, {v}.arg())")).collect();
            writeln!(code, "    pub fn {name}(self, {}) -> Phrase {{", parameters.join(", "))?;
            writeln!(code, "        self.filled({number}, [{}])\n    }}", pairs.join(", "))?;
        }
    }
    writeln!(code, "}}")?;
    Ok(code)
}
