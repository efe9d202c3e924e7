//! The browser on a page of its own.

use super::{Browser, Options};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};

const PAGE: &str = r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>
<meta name="viewport" content="width=device-width"><style>
:root { color-scheme: light dark } body { background: #fff; color: #000 }
@media (prefers-color-scheme: dark) { body { background: #000; color: #fff } #dark::after { content: "dark" } }
</style></head><body><main><h1>A page</h1>
<p id="script">no script</p><noscript><p>noscript shown</p></noscript><p id="dark"></p>
<form action="/sent"><label>Name <input name="who" value="before"></label><button>Send it</button></form>
<a href="/other">Other page</a></main>
<script>document.getElementById('script').textContent = 'script ran'</script></body></html>"#;

/// Serves the page until the process ends; every other path repeats its query.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its number").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream));
        }
    });
    format!("http://127.0.0.1:{port}")
}

fn answer(mut stream: TcpStream) {
    let mut request = String::new();
    let mut lines = BufReader::new(stream.try_clone().expect("a second handle"));
    if lines.read_line(&mut request).is_err() {
        return;
    }
    let mut header = String::new();
    while lines.read_line(&mut header).is_ok_and(|length| length > 2) {
        header.clear();
    }
    let path = request.split(' ').nth(1).unwrap_or("/");
    let body = match path {
        "/" => PAGE.to_owned(),
        "/bad" => "<!doctype html><html><body><img src=x><input></body></html>".to_owned(),
        _ => format!(
            "<!doctype html><html lang=en><title>t</title><body><p>you asked for {path}</p><p id=dark></p>"
        ),
    };
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Cookie: seen=1; HttpOnly; Path=/\r\n\
         Content-Security-Policy: script-src 'unsafe-inline'\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
}

fn background(browser: &Browser) -> String {
    browser
        .evaluate("return getComputedStyle(document.body).backgroundColor")
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn walks_a_page_with_javascript() {
    let site = serve();
    let browser = Browser::new(Options::default());
    browser.goto(&format!("{site}/"));
    assert_eq!(browser.title(), "A page");
    assert!(browser.text().contains("script ran"));
    assert!(!browser.text().contains("noscript shown"));
    assert_eq!(background(&browser), "rgb(255, 255, 255)");
    assert_eq!(browser.evaluate("return innerWidth"), 1280);
    browser.fill("who", "Ada Lovelace");
    browser.submit();
    assert_eq!(browser.wait_url(&format!("{site}/sent")), format!("{site}/sent?who=Ada+Lovelace"));
    browser.back();
    browser.click_text("Other page");
    browser.wait_text("you asked for /other");
    assert!(browser.cookies().iter().any(|cookie| cookie.name == "seen"), "HttpOnly cookies are seen");
    browser.clear_cookies();
    assert!(browser.cookies().is_empty());
}

#[test]
fn walks_a_page_without_javascript() {
    let site = serve();
    let browser = Browser::new(Options { javascript: false, ..Options::default() });
    browser.goto(&format!("{site}/"));
    assert!(browser.text().contains("no script"), "{}", browser.text());
    assert!(browser.text().contains("noscript shown"), "{}", browser.text());
    browser.fill("who", "Bob");
    browser.click_text("Send it");
    browser.wait_url(&format!("{site}/sent?who=Bob"));
}

#[test]
fn shows_the_dark_and_narrow_page() {
    let site = serve();
    let browser = Browser::new(Options { dark: true, width: 390, ..Options::default() });
    browser.goto(&format!("{site}/other"));
    // Another site: the emulation must survive a change of the renderer.
    browser.goto(&format!("{}/", site.replace("127.0.0.1", "localhost")));
    browser.wait("a dark page", || (background(&browser) == "rgb(0, 0, 0)").then_some(()));
    browser.wait("a narrow page", || (browser.evaluate("return innerWidth") == 390).then_some(()));
    let scratch = tempfile::tempdir().expect("a directory");
    let picture = scratch.path().join("shots/page.png");
    browser.screenshot(&picture);
    let bytes = std::fs::read(picture).expect("the picture");
    assert!(bytes.starts_with(b"\x89PNG"));
    let width = bytes.get(16..20).and_then(|b| b.try_into().ok()).map(u32::from_be_bytes);
    assert_eq!(width, Some(390));
}

#[test]
fn axe_sees_the_difference() {
    let site = serve();
    let browser = Browser::new(Options::default());
    browser.goto(&format!("{site}/"));
    let found = browser.axe();
    assert!(found.is_empty(), "{found:?}");
    browser.goto(&format!("{site}/bad"));
    let rules: Vec<String> = browser.axe().into_iter().map(|violation| violation.rule).collect();
    for rule in ["document-title", "html-has-lang", "image-alt", "label"] {
        assert!(rules.iter().any(|found| found == rule), "{rule} is not in {rules:?}");
    }
}
