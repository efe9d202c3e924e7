//! The server is killed between the steps: what it said stays said, and happens once (security row Z1).

use super::{GRANT, codes, enter, press, sign_in};
use crate::harness::http::Answer;
use crate::harness::program::Program;

#[test]
fn sec_z1_what_a_device_or_its_person_was_told_survives_a_kill() {
    let program = Program::fresh();
    program.add_user("ada");
    program
        .run(&["client", "add", "TV", "--id", "tv", "--public", "--grant", "device_code,refresh_token"])
        .ok();
    let post = |path: &str, pairs: &[(&str, &str)]| program.call("POST", path).form(pairs).send();
    let (server, _) = program.serve();
    let begun =
        post("/oauth2/device_authorization", &[("client_id", "tv"), ("scope", "openid offline_access")]);
    let given = codes(&begun);
    drop(server);
    let poll = || -> Answer {
        post("/oauth2/token", &[("grant_type", GRANT), ("client_id", "tv"), ("device_code", &given.device)])
    };
    let (server, _) = program.serve();
    assert_eq!(poll().json()["error"], "authorization_pending");
    let mut visitor = program.visitor();
    let entered = enter(&mut visitor, &given.user);
    assert_eq!(entered.status, 303, "{}", entered.text());
    drop(server);
    let (server, _) = program.serve();
    let page = visitor.follow(entered);
    let page = sign_in(&mut visitor, &page, "ada");
    let done = press(&mut visitor, &page, "allow");
    assert!(done.text().contains("You can go back to your device"), "{}", done.text());
    drop(server);
    let (server, _) = program.serve();
    let tokens = poll();
    assert_eq!(tokens.status, 200, "{}", tokens.text());
    drop(server);
    let (_server, _) = program.serve();
    assert_eq!(poll().json()["error"], "invalid_grant", "once");
    let refresh = tokens.json()["refresh_token"].as_str().unwrap().to_owned();
    let pairs = [("grant_type", "refresh_token"), ("client_id", "tv"), ("refresh_token", refresh.as_str())];
    assert_eq!(post("/oauth2/token", &pairs).status, 200);
}
