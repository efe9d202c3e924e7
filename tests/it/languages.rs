//! In whose language pages speak: chosen here, asked for by the app, asked for by the browser, the server's
//! own, in this order (OIDC Core §3.1.2.1, `ui_locales`; RFC 9110 §12.5.4).

use crate::harness::app::TestApp;
use crate::harness::expect::{ix, post_login};
use crate::harness::http::{Answer, Visitor};
use latchkey::base::words::Words;

fn spoken(page: &Answer) -> String {
    let text = page.text();
    let (_, rest) = text.split_once("<html lang=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

fn get_in(visitor: &mut Visitor, target: &str, accepted: &str) -> Answer {
    let call = visitor.call("GET", target).header("Accept-Language", accepted);
    visitor.send(call)
}

#[test]
fn pages_speak_what_the_browser_asks_for_or_the_servers_language() {
    let app = TestApp::start();
    let mut visitor = app.visitor();
    for (accepted, expected) in [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("nl,ja;q=0.1", "ja"),
        ("nl", "en"),
        (";;q=,=;q", "en"),
        ("", "en"),
    ] {
        assert_eq!(spoken(&get_in(&mut visitor, "/login", accepted)), expected, "{accepted:?}");
        assert_eq!(spoken(&get_in(&mut visitor, "/nowhere", accepted)), expected, "{accepted:?}: an error");
    }
    assert_eq!(visitor.cookies.keys().filter(|name| name.contains("lang")).count(), 0);
    let french = TestApp::with_env(&[("LATCHKEY_SERVER__LANGUAGE", "fr")]);
    assert_eq!(spoken(&french.visitor().get("/login")), "fr");
    assert_eq!(spoken(&get_in(&mut french.visitor(), "/login", "es")), "es");
}

#[test]
fn an_app_may_ask_for_a_language_for_the_whole_way() {
    let app = TestApp::start();
    app.user("ada");
    let web = app.web_client();
    let mut visitor = app.visitor();
    let first = visitor.get(&app.authorize_path(&web.id, &[("ui_locales", "nl pt-BR fr")]));
    let page = visitor.follow(first);
    assert_eq!(spoken(&page), "pt");
    let wrong = post_login(&mut visitor, &page, "ada", "not my password");
    assert_eq!(spoken(&wrong), "pt");
    let consent = app.log_in(&mut visitor, &wrong, "ada");
    let consent = visitor.follow(consent);
    assert_eq!(spoken(&consent), "pt");
    let pt = Words::of("pt").unwrap();
    assert!(consent.text().contains(&pt.scope_openid().to_string()), "{}", consent.text());
    // What the app asks for is the app's: other pages of this browser are not changed by it.
    assert_eq!(spoken(&visitor.get("/login?switch=1")), "en");
    let refused = visitor.get(&app.authorize_path("nobody", &[("ui_locales", "de")]));
    assert_eq!((refused.status, spoken(&refused).as_str()), (400, "de"));
    assert!(refused.text().contains("LK-1102"), "{}", refused.text());
}

#[test]
fn whoever_chooses_a_language_keeps_it_and_the_place() {
    let app = TestApp::start();
    app.user("ada");
    let web = app.web_client();
    let mut visitor = app.visitor();
    let first = visitor.get(&app.authorize_path(&web.id, &[("ui_locales", "pt")]));
    let page = visitor.follow(first);
    let link = format!("/login?ix={}&#38;lang=ar\"", ix(&page));
    assert!(page.text().contains(&link), "{}", page.text());
    let arabic = visitor.get(&format!("/login?ix={}&lang=ar", ix(&page)));
    assert_eq!(spoken(&arabic), "ar");
    assert!(arabic.text().contains("<html lang=\"ar\" dir=\"rtl\">"));
    assert_eq!(ix(&arabic), ix(&page));
    let set = arabic.all("set-cookie");
    let kept = set.iter().find(|cookie| cookie.starts_with("__Host-lk_lang=ar;")).unwrap();
    assert!(kept.contains("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=31536000"), "{kept}");
    // From now on it counts before what app and browser ask for, also after a form.
    assert_eq!(spoken(&get_in(&mut visitor, "/login", "de")), "ar");
    let wrong = post_login(&mut visitor, &arabic, "ada", "not my password");
    assert_eq!(spoken(&wrong), "ar");
    assert!(wrong.text().contains(&format!("/login?ix={}&#38;lang=en\"", ix(&page))), "{}", wrong.text());
    for unknown in ["nl", "", "en%0d%0aSet-Cookie:%20a=b", "%3Cscript%3E"] {
        let page = visitor.get(&format!("/login?lang={unknown}"));
        assert_eq!(spoken(&page), "ar", "{unknown}");
        assert!(page.all("set-cookie").is_empty(), "{unknown}");
    }
    assert_eq!(spoken(&visitor.get("/login?lang=en")), "en");
}
