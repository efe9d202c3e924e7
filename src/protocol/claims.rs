//! Claims: which scope releases which (OIDC Core §5.4), and the names nobody may set.

/// The standard claims each scope releases (OIDC Core §5.4); `sub` always comes with `openid`.
pub const BY_SCOPE: [(&str, &[&str]); 4] = [
    (
        "profile",
        &[
            "name",
            "family_name",
            "given_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
    ),
    ("email", &["email", "email_verified"]),
    ("address", &["address"]),
    ("phone", &["phone_number", "phone_number_verified"]),
];

/// Claims that only the server itself may set (security row D12; RFC 9068 §2.2, RFC 7519 §4.1).
pub const RESERVED: [&str; 22] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "scope",
    "client_id",
    "cnf",
    "act",
    "sid",
    "roles",
    "groups",
    "permissions",
    "at_hash",
    "c_hash",
];

/// Claims whose value the server derives, so that no attribute of that name is stored.
pub const DERIVED: [&str; 4] = ["preferred_username", "email", "email_verified", "updated_at"];

/// Whether a custom attribute may have this name: no reserved name, no path into one.
pub fn is_settable(name: &str) -> bool {
    let root = name.split(['.', '/', '[']).next().unwrap_or_default();
    let plain = !name.is_empty() && name.len() <= 100 && name.bytes().all(|b| b.is_ascii_graphic());
    plain && !RESERVED.contains(&root) && !DERIVED.contains(&root)
}
