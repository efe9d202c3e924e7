//! Every page in every state keeps the rules of the house: escaped names, no inline style, no script but
//! ours, nothing remote, one heading, a title that tells errors apart, and a login page that stays small.
//!
//! With `LATCHKEY_RENDER_DIR` set, the pages are also written there for `tests/pages/check.mjs`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::harness::node;
use latchkey::base::colour::Colour;
use latchkey::base::words::Words;
use latchkey::web::brand;
use latchkey::web::views::{self, ALL, Chrome, HOSTILE, assets, login, text};

/// How long the checker may take over all pages.
const CHECKER_LIMIT: Duration = Duration::from_secs(300);

/// The pages that are in English whatever the language.
const FOR_DEVELOPERS: [&str; 3] = ["errors", "try_result", "try_start"];

struct Rendered {
    page: &'static str,
    state: &'static str,
    words: Words,
    html: String,
}

impl Rendered {
    fn at(&self) -> String {
        format!("{}/{}/{:?}", self.page, self.state, self.words)
    }
}

/// Every page in every state in every language.
fn every() -> Vec<Rendered> {
    let states = |words: Words| {
        ALL.iter().flat_map(move |sample| {
            let page = sample.name;
            let states = (sample.render_all)(words).into_iter();
            states.map(move |(state, html)| Rendered { page, state, words, html })
        })
    };
    Words::all().flat_map(states).collect()
}

/// Start tags of a page: what stands between `<` and `>`, which escaped values can never contain.
fn tags(html: &str) -> Vec<&str> {
    html.split('<').skip(1).filter_map(|rest| rest.split('>').next()).collect()
}

/// The attribute names of a start tag, quoted values left out.
fn attributes(tag: &str) -> Vec<String> {
    let outside: String = tag.split('"').step_by(2).collect::<Vec<_>>().join("\"");
    outside.split_whitespace().skip(1).map(|name| name.split('=').next().unwrap().to_owned()).collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}

fn between<'a>(html: &'a str, start: &str, end: &str) -> &'a str {
    html.split_once(start).and_then(|(_, rest)| rest.split_once(end)).map_or("", |(inner, _)| inner)
}

fn templates(dir: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| if path.is_dir() { templates(&path) } else { vec![path] })
        .collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn each_page_renders_in_each_state_with_one_heading_and_a_title() {
    let mut names = BTreeSet::new();
    for rendered in every() {
        let at = rendered.at();
        let Rendered { page, state, words, html } = rendered;
        assert!(names.insert(at.clone()), "{at} is there twice");
        assert!(html.starts_with("<!doctype html>"), "{at}: {html}");
        let words = if FOR_DEVELOPERS.contains(&page) { Words::default() } else { words };
        let opened = format!("<html lang=\"{}\" dir=\"{}\">", words.tag(), words.dir());
        assert!(html.contains(&opened), "{at} has no language");
        assert_eq!(html.matches("<h1>").count(), 1, "{at} needs exactly one h1");
        assert_eq!(html.matches("<main ").count(), 1, "{at} needs exactly one main");
        let title = between(&html, "<title>", "</title>");
        let server = if state == "branded" { "Example Ltd" } else { "Latchkey" };
        assert!(title.ends_with(&format!(" - {server}")), "{at}: title {title:?}");
        let failed = html.contains("role=\"alert\"") || page == "error";
        let failed = failed || (page == "notice" && matches!(state, "cookies" | "setup-link"));
        let failed = failed || html.contains("tag bad");
        let says_so = words.error_title("x").plain().replace("\u{2068}x\u{2069}", "x").replace('x', "");
        assert_eq!(title.starts_with(says_so.trim()), failed, "{at}: title {title:?}, not {says_so:?}");
    }
    for page in ALL {
        let count = names.iter().filter(|name| name.starts_with(&format!("{}/", page.name))).count();
        assert!(count >= 2, "{} has too few samples", page.name);
    }
}

#[test]
fn no_page_needs_more_than_the_content_security_policy_allows() {
    for rendered in every() {
        let at = rendered.at();
        let Rendered { page, html, .. } = rendered;
        for tag in tags(&html) {
            let names = attributes(tag);
            assert!(!names.iter().any(|name| name == "style" || name.starts_with("on")), "{at}: <{tag}>");
            assert!(!["style", "iframe", "object", "embed", "base", "img"].contains(&tag), "{at}: <{tag}>");
            if tag.starts_with("script") {
                assert_eq!(attribute(tag, "nonce"), Some("bm9uY2U"), "{at}: <{tag}>");
                let inline = attribute(tag, "src").is_none();
                assert_eq!(inline, page == "form_post", "{at}: <{tag}>");
            }
            if ["script", "link", "img"].iter().any(|name| tag.starts_with(name)) {
                let from = attribute(tag, "src").or(attribute(tag, "href")).unwrap_or("/static/");
                assert!(from.starts_with("/static/"), "{at}: {from} is remote");
            }
            let href = attribute(tag, "href").or(attribute(tag, "action")).unwrap_or("/");
            let known = ["/", "#", "http://", "https://", "com.example.books:/", "otpauth://totp/"];
            assert!(known.iter().any(|start| href.starts_with(start)), "{at}: {href}");
            assert!(!href.starts_with("//"), "{at}: {href} leaves the origin");
        }
        let scripts = html.matches("<script").count();
        assert_eq!(scripts, 1, "{at} has {scripts} scripts");
        if page == "form_post" {
            assert_eq!(
                between(&html, "<script", "</script>").split_once('>').unwrap().1,
                "HTMLFormElement.prototype.submit.call(document.forms[0])"
            );
        }
    }
}

#[test]
fn every_form_is_a_post_with_a_csrf_token() {
    for Rendered { page, state, html, .. } in every() {
        for form in html.split("<form ").skip(1).map(|rest| rest.split("</form>").next().unwrap()) {
            assert!(form.starts_with("method=\"post\" "), "{page}/{state}: {form}");
            let ours = attribute(&format!(" {form}"), "action").unwrap().starts_with('/');
            let token = form.contains("<input type=\"hidden\" name=\"csrf\" value=\"csrf-token\">");
            // The answer to a relying party must carry the response parameters and nothing else.
            assert_eq!(ours, page != "form_post", "{page}/{state}: {form}");
            assert_eq!(token, ours, "{page}/{state}: {form}");
        }
    }
}

#[test]
fn labels_name_every_field_and_ids_are_unique() {
    for rendered in every() {
        let at = rendered.at();
        let Rendered { html, .. } = rendered;
        let ids: Vec<&str> = tags(&html).into_iter().filter_map(|tag| attribute(tag, "id")).collect();
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{at}: {ids:?}");
        for tag in tags(&html) {
            for name in ["aria-describedby", "aria-labelledby", "for", "data-show", "data-copy"] {
                for id in attribute(tag, name).unwrap_or("").split_whitespace() {
                    assert!(ids.contains(&id), "{at}: <{tag}> points to no {id}");
                }
            }
            if let Some(id) = attribute(tag, "href").and_then(|href| href.strip_prefix('#')) {
                assert!(ids.contains(&id), "{at}: <{tag}> points to no {id}");
            }
        }
    }
}

#[test]
fn hostile_names_are_escaped_and_cannot_turn_the_page_around() {
    let mut seen = 0;
    for rendered in every() {
        let at = rendered.at();
        let Rendered { state, html, .. } = rendered;
        let turning =
            |char: char| matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}' | '\u{2067}' | '\u{7}');
        assert_eq!(html.matches('\u{2068}').count(), html.matches('\u{2069}').count(), "{at}: isolates");
        assert!(!html.contains(turning), "{at} lets control characters through");
        for wicked in [
            "<script>alert",
            "<img src=x",
            "<svg onload",
            "javascript:alert(1)\"",
            "\"onmouseover",
            "\"onclick",
        ] {
            assert!(!html.contains(wicked), "{at} contains {wicked}");
        }
        if state == "hostile" {
            seen += 1;
            assert!(html.contains("&#60;script&#62;alert(1)&#60;/script&#62;"), "{at} shows no hostile name");
        }
    }
    assert!(seen >= 14, "only {seen} pages have a hostile sample");
    assert!(!text::plain(HOSTILE).contains('\u{202e}'));
}

#[test]
fn templates_never_switch_escaping_off() {
    let found = templates(&root().join("templates"));
    assert!(found.len() > 15);
    for path in found.into_iter().filter(|path| path.extension().is_some_and(|kind| kind != "ftl")) {
        let source = std::fs::read_to_string(&path).unwrap();
        let squeezed: String = source.split_whitespace().collect();
        assert!(!squeezed.contains("|safe") && !squeezed.contains("|escape("), "{}", path.display());
        assert!(!squeezed.contains("autoescape"), "{}", path.display());
        assert_eq!(path.extension().unwrap(), "html", "{}: escaping follows the name", path.display());
    }
    for path in templates(&root().join("src/web/views")) {
        let source = std::fs::read_to_string(&path).unwrap();
        assert!(!source.contains("escape = \"none\""), "{}", path.display());
    }
}

#[test]
fn a_password_is_never_rendered_back() {
    for Rendered { page, state, html, .. } in every() {
        for tag in tags(&html).into_iter().filter(|tag| attribute(tag, "type") == Some("password")) {
            assert!(!attributes(tag).contains(&"value".to_owned()), "{page}/{state}: <{tag}>");
            let complete = attribute(tag, "autocomplete").unwrap();
            assert!(["current-password", "new-password"].contains(&complete), "{page}/{state}: <{tag}>");
        }
    }
}

#[test]
fn pages_respect_the_path_of_the_issuer() {
    let (_, mut page) = login::Login::samples(Words::default()).remove(0);
    page.chrome = Chrome {
        base_path: "/auth".to_owned(),
        languages: Vec::new(),
        ..Chrome::sample_dev(Words::default())
    };
    let html = views::render(&page).unwrap();
    for tag in tags(&html) {
        let address = attribute(tag, "href").or(attribute(tag, "src")).or(attribute(tag, "action"));
        if let Some(address) = address.filter(|address| address.starts_with('/')) {
            assert!(address.starts_with("/auth/"), "<{tag}>");
        }
    }
    let version = format!("/auth/static/latchkey.css?v={}\"", assets::STYLE.version());
    assert!(html.contains(&version), "{html}");
    assert_ne!(assets::STYLE.version(), assets::MODULE.version());
}

#[test]
fn the_login_page_is_small() {
    let (_, page) = login::Login::samples(Words::default()).remove(0);
    let html = views::render(&page).unwrap();
    let bodies = [html.as_str(), assets::STYLE.body, assets::MODULE.body];
    let plain: usize = bodies.iter().map(|body| body.len()).sum();
    let packed: usize = bodies.iter().map(|body| gzip(body)).sum();
    println!(
        "login {} + css {} + js {} = {plain} bytes, {packed} compressed",
        html.len(),
        bodies[1].len(),
        bodies[2].len()
    );
    assert!(packed <= 6 * 1024, "{packed} bytes compressed");
    assert!(plain <= 16 * 1024, "{plain} bytes");
    assert!(assets::MODULE.body.len() <= 3 * 1024);
}

fn gzip(body: &str) -> usize {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(body.as_bytes()).unwrap();
    packer.finish().unwrap().len()
}

#[test]
fn words_from_outside_become_plain() {
    assert_eq!(text::plain("  a\tb\n\u{202e}c\u{200b} \u{7} d "), "a b c d");
    assert_eq!(text::plain("\u{646}\u{200c}\u{6cc}"), "\u{646}\u{200c}\u{6cc}");
    assert_eq!(text::plain(&"x".repeat(500)).chars().count(), text::NAME_LIMIT + 1);
    assert_eq!(text::Text::visible("a\u{202e}b\n").as_str(), "a\\u{202e}b\\u{a}");
    assert_eq!(text::Text::block("a\n\tb\u{202e}\r").as_str(), "a\n\tb");
    assert_eq!(text::Text::plain("  \u{e9}t\u{e9}").letter(), "\u{c9}");
    assert_eq!(text::Text::plain("!?").letter(), "·");
}

#[test]
fn only_plain_addresses_become_links() {
    for good in ["https://a.example/x?y=1#z", "http://localhost:3000/cb"] {
        assert_eq!(text::Href::web(good).unwrap().as_str(), good);
    }
    let bad = [
        "javascript:alert(1)",
        "JaVaScript:alert(1)",
        "data:text/html,x",
        " https://a.example",
        "//a.example",
    ];
    for bad in bad.into_iter().chain([
        "/a",
        "https://",
        "java\nscript:x",
        "https://a.example/\u{202e}",
        "vbscript:x",
    ]) {
        assert!(text::Href::web(bad).is_none(), "{bad:?}");
        assert!(text::Href::app(bad).is_none(), "{bad:?}");
    }
    assert!(text::Href::app("com.example.app:/cb").is_some());
    assert!(text::Href::web("com.example.app:/cb").is_none());
}

/// A picture of one pixel.
const LOGO: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\nIDATx\x9cc\0\x01\0\0\x05\0\x01\r\n-\xb4\0\0\0\0IEND\xaeB`\x82";

/// Writes every state in English and in one other language, of which each has its turn and Arabic each
/// second one; or in all of them. How many were written.
fn write_all(dir: &Path, all_languages: bool) -> usize {
    std::fs::create_dir_all(dir.join("static")).unwrap();
    let others: Vec<&str> = Words::all().skip(1).map(Words::tag).filter(|tag| *tag != "ar").collect();
    let (mut states, mut written) = (BTreeMap::new(), 0);
    for Rendered { page, state, words, html } in every() {
        let next = states.len();
        let number = *states.entry((page, state)).or_insert(next);
        let turn = if number % 2 == 0 { "ar" } else { others[number / 2 % others.len()] };
        let name = match words.tag() {
            "en" => format!("{page}-{state}.html"),
            tag if tag == turn || all_languages => format!("{page}-{state}.{tag}.html"),
            _ => continue,
        };
        std::fs::write(dir.join(name), html).unwrap();
        written += 1;
    }
    for asset in assets::ALL {
        std::fs::write(dir.join(asset.path.trim_start_matches('/')), asset.body).unwrap();
    }
    let brand = brand::css(Colour::parse("#1144cc").unwrap());
    std::fs::write(dir.join("static/brand.css"), brand).unwrap();
    std::fs::write(dir.join("static/logo"), LOGO).unwrap();
    written
}

#[test]
fn pages_are_written_for_the_checker_on_request() {
    let Ok(dir) = std::env::var("LATCHKEY_RENDER_DIR") else { return };
    write_all(Path::new(&dir), true);
}

/// axe, the content security policy, overflow and size of controls, for every state of every page; with
/// `LATCHKEY_TEST_LONG=1` at each width and in each colour scheme, forced colours as well.
#[test]
fn every_page_in_every_state_passes_the_checker() {
    if crate::harness::app::on_postgres() {
        return; // no page knows the database
    }
    let scratch = tempfile::tempdir().unwrap();
    let long = std::env::var_os("LATCHKEY_TEST_LONG").is_some();
    let written = write_all(scratch.path(), long);
    let how: &[&str] = if long { &["--forced"] } else { &["--diagonal"] };
    let (status, said) = node::run(&root().join("tests/pages/check.mjs"), how, scratch.path(), CHECKER_LIMIT);
    assert!(status, "{said}");
    let runs = said.rsplit_once(" pages, ").map_or("", |(_, rest)| rest.split(' ').next().unwrap_or(""));
    assert!(runs.parse::<usize>().unwrap() >= written, "{said}");
}
