//! Sign-in initiated by a third party (OIDC Core §4): this server sends people to where an app begins one.

use crate::harness::app::TestApp;
use crate::harness::expect::redeemed;

const BEGIN: &str = "https://rp.example.com/begin?tenant=a%20b";

#[test]
fn b58_an_app_is_opened_at_its_own_address_with_iss() {
    let app = TestApp::start();
    app.user("ada");
    let shop = app.client("shop", |m| m.initiate_login_uri = Some(BEGIN.to_owned()));
    let plain = app.web_client();
    let mut visitor = app.visitor();
    for extra in ["", "&target_link_uri=https%3A%2F%2Fevil.example%2F&iss=https%3A%2F%2Fevil.example"] {
        let answer = visitor.get(&format!("/start?client_id={}{extra}", shop.id));
        let iss = url::form_urlencoded::byte_serialize(app.issuer.as_bytes()).collect::<String>();
        assert_eq!((answer.status, answer.location()), (303, format!("{BEGIN}&iss={iss}").as_str()));
    }
    // The app then asks as ever, and stands on the account page with its link.
    let back = app.sign_in(&mut visitor, &app.authorize_path(&shop.id, &[]), "ada");
    redeemed(&app, &shop, &back);
    let back = app.sign_in(&mut visitor, &app.authorize_path(&plain.id, &[]), "ada");
    redeemed(&app, &plain, &back);
    let account = visitor.get("/account").text();
    assert!(account.contains("href=\"/start?client_id=shop\""), "{account}");
    assert!(!account.contains("/start?client_id=web"), "{account}");
    app.assert_page(&visitor.get("/start?client_id=web"), 404, "LK-1152");
    app.assert_page(&visitor.get("/start?client_id=nobody"), 400, "LK-1102");
    app.assert_page(&visitor.get("/start"), 400, "LK-1101");
    app.admin(|conn, desk| latchkey::engine::admin::clients::set_enabled(conn, desk, "shop", false));
    app.assert_page(&visitor.get("/start?client_id=shop"), 400, "LK-1102");
}
