//! Claims: which scope releases which (OIDC Core §5.4), which a request may ask for by name (§5.5), and
//! the names nobody may set.

use super::scope::Scope;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

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

/// Whether `name` is a claim that a scope releases, and so one that may be asked for by name.
pub fn is_releasable(name: &str) -> bool {
    BY_SCOPE.iter().any(|(_, names)| names.contains(&name))
}

/// Whether a scope of `scope` releases the claim `name` (OIDC Core §5.4).
pub fn is_released_by(scope: &Scope, name: &str) -> bool {
    BY_SCOPE.iter().any(|(granted, names)| names.contains(&name) && scope.has(granted))
}

/// The deepest nesting of the parameter that is read, levels (security row U3).
const DEPTH: usize = 5;
/// The most claims one place may name (security row U3).
const MOST: usize = 100;

/// How one claim is asked for (OIDC Core §5.5.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The app cannot go on well without it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub essential: bool,
    /// Of `value` or `values`; kept for `sub` and `acr`, whose values the server can do something about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

/// The `claims` parameter (OIDC Core §5.5), reduced to what means something here: claims that scopes
/// release too, `sub`, and for the ID token `acr` and `auth_time`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimsRequest {
    /// To be answered at the userinfo endpoint.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub userinfo: BTreeMap<String, Asked>,
    /// To be put into ID tokens.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub id_token: BTreeMap<String, Asked>,
}

impl ClaimsRequest {
    /// From the members of the parameter, each of them there once. Members and claims that are not
    /// known are ignored (OIDC Core §5.5); `None` when a known one has not its form, or beyond the limits.
    pub fn from_members(members: &Map<String, Value>) -> Option<Self> {
        // The members themselves are the first level.
        if members.values().any(|value| depth(value) >= DEPTH) {
            return None;
        }
        Some(Self {
            userinfo: place(members.get("userinfo"), &["sub"])?,
            id_token: place(members.get("id_token"), &["sub", "acr", "auth_time"])?,
        })
    }

    /// Whether nothing of it means anything here.
    pub fn is_empty(&self) -> bool {
        self.userinfo.is_empty() && self.id_token.is_empty()
    }

    /// As JSON text for the store.
    pub fn to_stored(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// From the store; `None` when the text is not what `to_stored` wrote.
    pub fn from_stored(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The claims it names that no scope of `scope` releases: what a person is asked about beside the
    /// scopes. Sorted, each once.
    pub fn beyond(&self, scope: &Scope) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.userinfo.keys().chain(self.id_token.keys()).map(String::as_str).collect();
        names.retain(|name| is_releasable(name) && !is_released_by(scope, name));
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether a person who agreed to `scope`, and to `names` beyond it, agreed to all of it.
    pub fn is_covered(&self, scope: &Scope, names: &[String]) -> bool {
        self.beyond(scope).iter().all(|name| names.iter().any(|known| known == name))
    }

    /// What is left of it for a person who was asked for `asked` and agreed to `approved`: a claim that
    /// stood on the page under a scope goes when all its scopes were declined. `None` for nothing.
    pub fn granted(&self, asked: &Scope, approved: &Scope) -> Option<Self> {
        let kept = |names: &BTreeMap<String, Asked>| -> BTreeMap<String, Asked> {
            let kept = names.iter().filter(|(name, _)| {
                is_releasable(name) && (is_released_by(approved, name) || !is_released_by(asked, name))
            });
            kept.map(|(name, _)| (name.clone(), Asked::default())).collect()
        };
        let granted = Self { userinfo: kept(&self.userinfo), id_token: kept(&self.id_token) };
        (!granted.is_empty()).then_some(granted)
    }

    /// The subjects the answer may be about; empty for any (OIDC Core §5.5.1). Both places are about
    /// one person, so what either says counts.
    pub fn subjects(&self) -> impl Iterator<Item = &[String]> {
        let said = [self.id_token.get("sub"), self.userinfo.get("sub")];
        said.into_iter().flatten().map(|asked| asked.values.as_slice()).filter(|values| !values.is_empty())
    }

    /// How the class of the sign-in was asked for, if it was (OIDC Core §5.5.1.1).
    pub fn acr(&self) -> Option<&Asked> {
        self.id_token.get("acr")
    }

    /// The classes of which one must be reached; empty for any (OIDC Core §5.5.1.1).
    pub fn required_acr(&self) -> &[String] {
        self.acr().filter(|asked| asked.essential).map(|asked| asked.values.as_slice()).unwrap_or_default()
    }
}

/// The known claims of one place: those of scopes, and `special`.
fn place(member: Option<&Value>, special: &[&str]) -> Option<BTreeMap<String, Asked>> {
    let Some(member) = member else { return Some(BTreeMap::new()) };
    let claims = member.as_object().filter(|claims| claims.len() <= MOST)?;
    let known = claims.iter().filter(|(name, _)| is_releasable(name) || special.contains(&name.as_str()));
    known.map(|(name, value)| Some((name.clone(), asked(name, value)?))).collect()
}

/// OIDC Core §5.5.1: null, or an object whose unknown members are ignored.
fn asked(name: &str, value: &Value) -> Option<Asked> {
    let members = match value {
        Value::Null => return Some(Asked::default()),
        Value::Object(members) => members,
        _ => return None,
    };
    let essential = match members.get("essential") {
        None => false,
        Some(flag) => flag.as_bool()?,
    };
    let mut values = match members.get("values") {
        None => Vec::new(),
        Some(list) => list.as_array()?.iter().collect(),
    };
    values.extend(members.get("value"));
    let values = match name {
        "sub" | "acr" => {
            values.into_iter().map(|value| value.as_str().map(str::to_owned)).collect::<Option<_>>()?
        }
        _ => Vec::new(),
    };
    Some(Asked { essential, values })
}

/// How deeply lists and objects are nested in `value`: 0 for a plain one.
fn depth(value: &Value) -> usize {
    let deepest = match value {
        Value::Array(items) => items.iter().map(depth).max(),
        Value::Object(members) => members.values().map(depth).max(),
        _ => return 0,
    };
    deepest.unwrap_or_default().saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(text: &str) -> Option<ClaimsRequest> {
        let value: Value = serde_json::from_str(text).unwrap();
        ClaimsRequest::from_members(value.as_object().unwrap())
    }

    fn names(request: &ClaimsRequest) -> (Vec<&str>, Vec<&str>) {
        (
            request.userinfo.keys().map(String::as_str).collect(),
            request.id_token.keys().map(String::as_str).collect(),
        )
    }

    #[test]
    fn b38_the_example_of_the_specification() {
        // OIDC Core §5.5.
        let text = r#"{"userinfo": {"given_name": {"essential": true}, "nickname": null, "email": {"essential": true},
            "email_verified": {"essential": true}, "picture": null, "http://example.info/claims/groups": null},
            "id_token": {"auth_time": {"essential": true}, "acr": {"values": ["urn:mace:incommon:iap:silver"] }}}"#;
        let request = read(text).unwrap();
        assert_eq!(
            names(&request),
            (vec!["email", "email_verified", "given_name", "nickname", "picture"], vec!["acr", "auth_time"])
        );
        assert!(request.userinfo["given_name"].essential && !request.userinfo["nickname"].essential);
        assert_eq!(request.acr().unwrap().values, ["urn:mace:incommon:iap:silver"]);
        assert!(request.required_acr().is_empty(), "asked for, not demanded");
        assert_eq!(ClaimsRequest::from_stored(&request.to_stored()), Some(request));
    }

    #[test]
    fn b38_every_form_is_taken_and_others_are_refused() {
        let good = [
            "{}",
            r#"{"other": 1, "userinfo": {}}"#,
            r#"{"userinfo": {"name": null, "unknown": 7, "name#de": "x"}}"#,
            r#"{"userinfo": {"name": {"essential": false, "value": 1, "purpose": "why"}}}"#,
            r#"{"id_token": {"acr": {"essential": true, "value": "a", "values": ["b"]}}}"#,
            r#"{"userinfo": {"address": {"values": [{"country": "UK"}]}}}"#,
        ];
        for text in good {
            assert!(read(text).is_some(), "{text}");
        }
        let bad = [
            r#"{"userinfo": null}"#,
            r#"{"userinfo": ["name"]}"#,
            r#"{"userinfo": {"name": true}}"#,
            r#"{"userinfo": {"name": {"essential": "true"}}}"#,
            r#"{"userinfo": {"name": {"essential": null}}}"#,
            r#"{"userinfo": {"name": {"values": "x"}}}"#,
            r#"{"id_token": {"sub": {"value": 7}}}"#,
            r#"{"id_token": {"acr": {"values": ["a", null]}}}"#,
            r#"{"other": [[[[[1]]]]]}"#,
        ];
        for text in bad {
            assert_eq!(read(text), None, "{text}");
        }
        let many = |count: usize| {
            let names: Map<String, Value> = (0..count).map(|n| (n.to_string(), Value::Null)).collect();
            json!({ "userinfo": names }).to_string()
        };
        assert!(read(&many(100)).is_some() && read(&many(101)).is_none());
    }

    #[test]
    fn sec_d12_no_name_that_the_server_states_is_kept() {
        let reserved: Map<String, Value> =
            RESERVED.iter().map(|n| ((*n).to_owned(), json!({"value": "x"}))).collect();
        let request = read(&json!({ "userinfo": reserved, "id_token": reserved }).to_string()).unwrap();
        assert_eq!(names(&request), (vec!["sub"], vec!["acr", "auth_time", "sub"]));
        assert!(request.beyond(&Scope::default()).is_empty());
        assert_eq!(request.granted(&Scope::default(), &Scope::default()), None);
        assert!(RESERVED.iter().all(|name| !is_releasable(name)));
    }

    #[test]
    fn sec_b4_what_a_declined_scope_would_have_released_goes_with_it() {
        let request = read(
            r#"{"userinfo": {"name": null, "email": null}, "id_token": {"name": null, "locale": null}}"#,
        )
        .unwrap();
        let (openid, profile) = (Scope::of(["openid"]), Scope::of(["openid", "profile"]));
        assert_eq!(request.beyond(&openid), ["email", "locale", "name"]);
        assert_eq!(request.beyond(&profile), ["email"]);
        assert_eq!(
            names(&request.granted(&openid, &openid).unwrap()),
            (vec!["email", "name"], vec!["locale", "name"])
        );
        assert_eq!(names(&request.granted(&profile, &openid).unwrap()), (vec!["email"], vec![]));
        assert_eq!(
            names(&request.granted(&profile, &profile).unwrap()),
            (vec!["email", "name"], vec!["locale", "name"])
        );
    }

    #[test]
    fn essential_classes_are_demanded() {
        let required = |text: &str| read(text).unwrap().required_acr().to_vec();
        assert_eq!(
            required(r#"{"id_token": {"acr": {"essential": true, "values": ["a", "b"]}}}"#),
            ["a", "b"]
        );
        assert_eq!(required(r#"{"id_token": {"acr": {"essential": true, "value": "a"}}}"#), ["a"]);
        assert!(required(r#"{"id_token": {"acr": {"essential": true}}}"#).is_empty());
        assert!(required(r#"{"userinfo": {"acr": {"essential": true, "value": "a"}}}"#).is_empty());
        let both =
            read(r#"{"id_token": {"sub": {"value": "a"}}, "userinfo": {"sub": {"values": ["a", "b"]}}}"#)
                .unwrap();
        let said: Vec<Vec<String>> = both.subjects().map(<[String]>::to_vec).collect();
        assert_eq!(said, [vec!["a".to_owned()], vec!["a".to_owned(), "b".to_owned()]]);
    }
}
