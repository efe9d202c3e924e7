//! Hashes that glibc's crypt, Python's hashlib and the reference implementation of argon2 made.

use super::*;
use serde_json::json;

const PASSWORD: &str = "Pässword 1";

/// One of each form, all of [`PASSWORD`].
pub(in crate::engine::secrets) const HASHES: [&str; 16] = [
    "$2b$04$abcdefghijklmnopqrstuuR5uy782Qx/UHkrBefTMKxGi.ufnQrC.",
    "$2y$05$abcdefghijklmnopqrstuuMsOJpZx6iPgN0vOV4FiMZpeecZ4FvQu",
    "$2a$04$abcdefghijklmnopqrstuuR5uy782Qx/UHkrBefTMKxGi.ufnQrC.",
    "bcrypt$$2b$04$abcdefghijklmnopqrstuuR5uy782Qx/UHkrBefTMKxGi.ufnQrC.",
    "bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuuR2AsAQlMcoNZbCVWGHqaVqqDOzI1txa",
    "$7$86..../....saltsaltsalt$XJu6IUYwkwJZEcTjijxmcQU7tq/ZDZPvcyC5a5c80X/",
    "$scrypt$ln=10,r=8,p=1$c29tZXNhbHQ$Hq8hPjSo/cSJa/YdUA8r/Ny3S3ukldzCe1u2r8jsNj4",
    "scrypt$somesalt$1024$8$1$Hq8hPjSo/cSJa/YdUA8r/Ny3S3ukldzCe1u2r8jsNj6E37M+LuH4lHQTuCcAwy0t0Kmxm0rHjokGHsYEgCSS6g==",
    "scrypt:1024:8:1$somesalt$1eaf213e34a8fdc4896bf61d500f2bfcdcb74b7ba495dcc27b5bb6afc8ec363e84dfb33e2ee1f8947413b82700c32d2dd0a9b19b4ac78e89061ec604802492ea",
    "pbkdf2_sha256$1000$somesalt$mVoft3ORURLxB3IvcoYLN3pxFM6lUzpnVAgAPx1QiZo=",
    "pbkdf2_sha1$1000$somesalt$h+oIl4xWljrCyM3VZ44Mrox/J+M=",
    "pbkdf2:sha512:1000$somesalt$246bffac91a909b08e8d910f36197052b0199f12055ff63e4aad9cc5163f5c790372df4e9f5c815c0ebc783db6820fdb35a99ab0cff0e4b19d10cedf64d0c918",
    "$pbkdf2-sha256$1000$c29tZXNhbHQ$mVoft3ORURLxB3IvcoYLN3pxFM6lUzpnVAgAPx1QiZo",
    "$pbkdf2$1000$c29tZXNhbHQ$h.oIl4xWljrCyM3VZ44Mrox/J.M",
    "$pbkdf2-sha512$i=1000,l=64$c29tZXNhbHQ$JGv/rJGpCbCOjZEPNhlwUrAZnxIFX/Y+Sq2cxRY/XHkDct9On1yBXA68eD22gg/bNamasM/w5LGdEM7fZNDJGA",
    "$pbkdf2-sha256$i=1000$c29tZXNhbHQ$mVoft3ORURLxB3IvcoYLN3pxFM6lUzpnVAgAPx1QiZo",
];

fn secret(text: &str) -> Secret {
    Secret::new(text)
}

#[test]
fn sec_v4_hashes_of_other_servers_are_verified() {
    for text in HASHES {
        let known = Imported::parse(text).unwrap_or_else(|why| panic!("{text} {why}"));
        assert!(known.matches(&secret(PASSWORD)), "{text}");
        for wrong in ["", "Pässword 2", "pässword 1", "Pässword 1 ", "Pa\u{308}ssword 1"] {
            assert!(!known.matches(&secret(wrong)), "{text}: {wrong:?}");
        }
        assert_eq!(normal(&json!(format!(" {text}\n"))).unwrap(), text);
    }
}

#[test]
fn keycloaks_credentials_and_djangos_argon2_become_phc_text() {
    let salt = "c29tZXNhbHQ=";
    let value = "JGv/rJGpCbCOjZEPNhlwUrAZnxIFX/Y+Sq2cxRY/XHkDct9On1yBXA68eD22gg/bNamasM/w5LGdEM7fZNDJGA==";
    let how = r#"{"hashIterations":1000,"algorithm":"pbkdf2-sha512","additionalParameters":{}}"#;
    let exported =
        json!({ "secretData": json!({ "value": value, "salt": salt }).to_string(), "credentialData": how });
    let text = normal(&exported).unwrap();
    assert!(Imported::parse(&text).unwrap().matches(&secret(PASSWORD)), "{text}");
    // From the test vectors of the reference implementation.
    let argon = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    assert_eq!(normal(&json!(format!("argon2{argon}"))).unwrap(), argon);
    let more = json!({ "type": ["id"], "version": ["1.3"], "memory": ["256"], "parallelism": ["1"] });
    let how = json!({ "hashIterations": 2, "algorithm": "argon2", "additionalParameters": more });
    let exported = json!({
        "secretData": { "value": "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4=", "salt": salt },
        "credentialData": how,
    });
    assert_eq!(normal(&exported).unwrap(), argon);
    for bad in [json!({}), json!(7), json!({ "secretData": {}, "credentialData": {} })] {
        assert!(normal(&bad).is_err(), "{bad}");
    }
}

#[test]
fn sec_v4_an_import_can_ask_for_neither_minutes_nor_gigabytes() {
    let salt_and_hash = "c29tZXNhbHQ$mVoft3ORURLxB3IvcoYLN3pxFM6lUzpnVAgAPx1QiZo";
    for text in [
        "$2b$15$abcdefghijklmnopqrstuuR5uy782Qx/UHkrBefTMKxGi.ufnQrC.",
        "$2b$31$abcdefghijklmnopqrstuuR5uy782Qx/UHkrBefTMKxGi.ufnQrC.",
        "$2b$03$abcdefghijklmnopqrstuuR5uy782Qx/UHkrBefTMKxGi.ufnQrC.",
        "$2x$04$abcdefghijklmnopqrstuuR5uy782Qx/UHkrBefTMKxGi.ufnQrC.",
        "$2b$04$abcdefghijklmnopqrstuuR5uy782Qx/UHkrBefTMKxGi.ufnQr",
        &format!("$scrypt$ln=19,r=8,p=1${salt_and_hash}"),
        &format!("$scrypt$ln=10,r=8,p=4000000${salt_and_hash}"),
        &format!("$scrypt$ln=10,r=400000000,p=1${salt_and_hash}"),
        &format!("$scrypt$ln=255,r=8,p=1${salt_and_hash}"),
        &format!("$scrypt$ln=0,r=8,p=1${salt_and_hash}"),
        &format!("$scrypt$ln=10,r=0,p=1${salt_and_hash}"),
        "scrypt:1000:8:1$somesalt$1eaf213e34a8fdc4896bf61d500f2bfcdcb74b7ba495dcc27b5bb6afc8ec363e",
        "$7$z6..../....salt$XJu6IUYwkwJZEcTjijxmcQU7tq/ZDZPvcyC5a5c80X/",
        &format!("$pbkdf2-sha256$i=4000001${salt_and_hash}"),
        &format!("$pbkdf2-sha256$i=0${salt_and_hash}"),
        &format!("$pbkdf2-md5$i=1000${salt_and_hash}"),
        "$pbkdf2-sha256$i=1000$c29tZXNhbHQ$mVoft3ORUQ",
        "$pbkdf2-sha1$i=1000001$c29tZXNhbHQ$JGv/rJGpCbCOjZEPNhlwUrAZnxIFX/Y+Sq2cxRY/XHkDct9On1yBXA68eD22gg/bNamasM/w5LGdEM7fZNDJGA",
        "$argon2id$v=19$m=262145,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=4096,t=1025,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
        "$6$salt$x",
        "{SSHA}x",
        "password",
        "",
    ] {
        assert!(normal(&json!(text)).is_err(), "{text}");
    }
}

#[test]
fn sec_c5_what_bcrypt_did_not_see_is_not_made_the_password() {
    let long = Imported::parse("$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i").unwrap();
    let (whole, mistyped) = (secret(&"x".repeat(80)), secret(&format!("{}y", "x".repeat(72))));
    assert!(long.matches(&whole) && long.matches(&mistyped), "as the server it comes from did");
    assert!(!long.saw_all(&whole) && !long.saw_all(&mistyped));
    assert!(long.saw_all(&secret(&"x".repeat(72))));
    let digested = Imported::parse(HASHES[4]).unwrap();
    assert!(digested.saw_all(&whole));
}
