//! The order in which a sign-in ends sessions beyond the limit: that of everybody else, or two
//! transactions of PostgreSQL wait for each other.

use crate::harness::app::{TestApp, on_postgres};
use crate::harness::database::{execute, query};

/// Every code that is burnt and every grant that is ended, one after the other, as lines of `met`.
const WATCH_SQLITE: &str = "
    CREATE TABLE met (n INTEGER PRIMARY KEY AUTOINCREMENT, line TEXT NOT NULL);
    CREATE TRIGGER met_code AFTER UPDATE ON authorizations WHEN old.stage = 'granted' AND new.stage = 'burnt'
    BEGIN INSERT INTO met (line) VALUES ('code'); END;
    CREATE TRIGGER met_grant AFTER UPDATE ON grants WHEN old.ended_at IS NULL AND new.ended_at IS NOT NULL
    BEGIN INSERT INTO met (line) VALUES (new.id); END;";
const WATCH_POSTGRES: &str = "
    CREATE TABLE met (n BIGSERIAL PRIMARY KEY, line TEXT NOT NULL);
    CREATE FUNCTION meet_code() RETURNS trigger AS $$
    BEGIN INSERT INTO met (line) VALUES ('code'); RETURN NULL; END $$ LANGUAGE plpgsql;
    CREATE FUNCTION meet_grant() RETURNS trigger AS $$
    BEGIN INSERT INTO met (line) VALUES (NEW.id); RETURN NULL; END $$ LANGUAGE plpgsql;
    CREATE TRIGGER met_code AFTER UPDATE ON authorizations FOR EACH ROW
    WHEN (OLD.stage = 'granted' AND NEW.stage = 'burnt') EXECUTE FUNCTION meet_code();
    CREATE TRIGGER met_grant AFTER UPDATE ON grants FOR EACH ROW
    WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION meet_grant();";

#[test]
fn sec_n2_sessions_beyond_the_limit_end_all_codes_first_and_then_all_grants_in_order() {
    let app = TestApp::with_env(&[("LATCHKEY_SESSION__MAX_PER_USER", "1")]);
    app.user("ada");
    let client = app.web_client();
    let path = app.authorize_path(&client.id, &[("scope", "openid")]);
    for _ in 0..2 {
        let mut visitor = app.visitor();
        let mut code = app.sign_in(&mut visitor, &path, "ada").param("code").expect("a code");
        for _ in 0..2 {
            assert_eq!(app.redeem(&client, &code).status, 200);
            code = visitor.get(&path).param("code").expect("one more");
        }
    }
    // As if the limit had been higher so far: both sessions live, each with a code and grants, one of the
    // second's older than those of the first.
    let db = &app.engine.db;
    execute(
        db,
        "UPDATE sessions SET ended_at = NULL;
         UPDATE authorizations SET stage = 'granted' WHERE stage = 'burnt';
         UPDATE grants SET ended_at = NULL, ended_by = NULL;
         UPDATE grants SET session_id = (SELECT max(id) FROM sessions) WHERE id = (SELECT min(id) FROM grants);",
    );
    let grants = query(db, "SELECT id AS line FROM grants ORDER BY id");
    assert_eq!(grants.len(), 4);
    execute(db, if on_postgres() { WATCH_POSTGRES } else { WATCH_SQLITE });
    let path = app.authorize_path(&client.id, &[("scope", "openid")]);
    assert!(app.sign_in(&mut app.visitor(), &path, "ada").param("code").is_some());
    let mut expected = vec!["code".to_owned(); 2];
    expected.extend(grants);
    assert_eq!(query(db, "SELECT line FROM met ORDER BY n"), expected);
}
