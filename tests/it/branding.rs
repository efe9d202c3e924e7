//! How a server and its apps look: name, picture, colour, links; all of our own origin, and readable whatever
//! the colour (experience 7, row 20).

use crate::harness::app::TestApp;
use crate::harness::database::execute;
use crate::harness::http::Answer;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nnot much of a picture";

fn branded(more: &[(&'static str, &str)]) -> TestApp {
    let mut env = vec![
        ("LATCHKEY_BRAND__NAME", "Bücher & <Söhne>"),
        ("LATCHKEY_BRAND__ACCENT", "#ffcc00"),
        ("LATCHKEY_BRAND__PRIVACY_URL", "https://example.org/privacy?a=1&b=2"),
        ("LATCHKEY_BRAND__HELP_URL", "mailto:help@example.org"),
    ];
    env.extend(more);
    TestApp::with_env(&env)
}

/// The address of the brand's style sheet on a page.
fn style(page: &Answer) -> Option<String> {
    let text = page.text();
    let (_, rest) = text.split_once("<link rel=\"stylesheet\" href=\"/static/brand.css?")?;
    Some(format!("/static/brand.css?{}", rest.split('"').next().unwrap().replace("&#38;", "&")))
}

#[test]
fn pages_carry_the_name_the_colour_and_the_links_of_the_server() {
    let app = branded(&[]);
    let page = app.visitor().get("/login");
    let text = page.text();
    assert!(text.contains("<bdi>Bücher &#38; &#60;Söhne&#62;</bdi></p>"), "{text}");
    assert!(text.contains(" - Bücher &#38; &#60;Söhne&#62;</title>"), "{text}");
    assert!(text.contains("<a href=\"https://example.org/privacy?a=1&#38;b=2\">Privacy</a>"), "{text}");
    assert!(
        text.contains("<a href=\"mailto:help@example.org\">Help</a>") && !text.contains(">Terms<"),
        "{text}"
    );
    let css = app.call("GET", &style(&page).unwrap()).send();
    assert_eq!(css.header("content-type"), Some("text/css; charset=utf-8"));
    assert_eq!(css.header("cache-control"), Some("public, max-age=31536000, immutable"));
    let css = css.text();
    assert!(
        css.starts_with(":root{--accent:#") && css.contains("@media (prefers-color-scheme:dark){:root{"),
        "{css}"
    );
    // Yellow cannot be read on white, and can on black.
    assert!(!css.split("@media").next().unwrap().contains("#ffcc00"), "{css}");
    assert!(css.split("@media").nth(1).unwrap().contains("--accent:#ffcc00"), "{css}");
    let plain = TestApp::start().visitor().get("/login");
    assert_eq!(style(&plain), None);
    assert!(plain.text().contains("<bdi>Latchkey</bdi>"));
}

#[test]
fn an_app_may_have_a_colour_of_its_own_once_somebody_looked_at_it() {
    let app = branded(&[]);
    app.user("ada");
    let blue = app.client("blue", |metadata| metadata.accent_color = Some("#1144cc".to_owned()));
    let page = |id: &str| {
        let mut visitor = app.visitor();
        let first = visitor.get(&app.authorize_path(id, &[]));
        visitor.follow(first)
    };
    let own = style(&page(&blue.id)).unwrap();
    assert!(own.starts_with("/static/brand.css?c=blue&v="), "{own}");
    let css = app.call("GET", &own).send().text();
    assert!(css.contains(":root{--accent:#1144cc;"), "{css}");
    let plain = app.client("plain", |_| ());
    assert!(!style(&page(&plain.id)).unwrap().contains("c="));
    // Of an app that nobody here looked at only the server's colour is used, whoever asks for it.
    execute(&app.engine.db, "UPDATE clients SET unreviewed = true WHERE id = 'blue'");
    // Any change to a client has the others read again.
    app.web_client();
    assert!(!style(&page(&blue.id)).unwrap().contains("c="));
    let css = app.call("GET", "/static/brand.css?c=blue").send();
    assert!(!css.text().contains("#1144cc"), "{}", css.text());
    assert_eq!(css.header("cache-control"), Some("public, max-age=300"));
}

#[test]
fn the_picture_is_served_from_here_as_what_it_is() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("logo.png");
    std::fs::write(&file, PNG).unwrap();
    let app = branded(&[("LATCHKEY_BRAND__LOGO", file.to_str().unwrap())]);
    let page = app.visitor().get("/login").text();
    let (_, rest) = page.split_once("<img class=\"logo\" src=\"").unwrap();
    let logo = app.call("GET", rest.split('"').next().unwrap()).send();
    assert_eq!(
        (logo.status, logo.header("content-type"), logo.body.as_slice()),
        (200, Some("image/png"), PNG)
    );
    assert_eq!(logo.header("x-content-type-options"), Some("nosniff"));
    assert!(page.contains(" alt=\"\">"), "the name is said beside it");
    assert_eq!(TestApp::start().call("GET", "/static/logo").send().status, 404);
}
