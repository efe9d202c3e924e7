//! Which claims go where (OIDC Core §5.4, §5.5), as one pure function for userinfo and ID tokens. Only
//! standard names: a custom attribute is never released here, whatever it is called, and what the
//! server states itself is never among them (security rows D12, H3).

use crate::domain::client::Client;
use crate::domain::user::User;
use crate::protocol::claims::{BY_SCOPE, ClaimsRequest, is_released_by};
use crate::protocol::scope::Scope;
use serde_json::{Map, Value};

/// Where claims go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The userinfo endpoint: what the scopes release, and what was asked for there by name.
    Userinfo,
    /// An ID token that comes with an access token, or with a code for one: what was asked for there by
    /// name alone. The rest is userinfo's to say (OIDC Core §5.4).
    IdToken,
    /// An ID token that comes alone (`response_type=id_token`): what the scopes release, too.
    IdTokenAlone,
}

/// The claims of `user` for `place`, without `sub` and without those that have no value (OIDC Core
/// §5.3.2). `claims` is what the person agreed to have told by name.
pub fn released(
    user: &User,
    scope: &Scope,
    claims: Option<&ClaimsRequest>,
    place: Place,
) -> Map<String, Value> {
    let by_scope = place != Place::IdToken;
    let by_name = |name: &str| {
        claims.is_some_and(|claims| match place {
            Place::Userinfo => claims.userinfo.contains_key(name),
            Place::IdToken | Place::IdTokenAlone => claims.id_token.contains_key(name),
        })
    };
    let mut out = Map::new();
    if !by_scope && claims.is_none() {
        return out;
    }
    for name in BY_SCOPE.iter().flat_map(|(_, names)| names.iter().copied()) {
        if ((by_scope && is_released_by(scope, name)) || by_name(name))
            && let Some(value) = value_of(user, name)
        {
            out.insert(name.to_owned(), value);
        }
    }
    out
}

/// Which of a person's `roles` are told to or of `client` (RFC 9068 §2.2.3.1): none to an app that nobody
/// here has looked at, which could ask for anybody's.
pub fn roles(client: &Client, roles: Vec<String>) -> Vec<String> {
    if client.unreviewed { Vec::new() } else { roles }
}

/// The value of one standard claim, if the person has one of its type.
pub fn value_of(user: &User, name: &str) -> Option<Value> {
    let value = match name {
        "preferred_username" => Some(Value::from(user.username.clone())),
        "email" => user.email.clone().map(Value::from),
        "email_verified" => user.email.as_ref().map(|_| Value::from(user.email_verified)),
        "updated_at" => Some(Value::from(user.updated_at)),
        // Said of a number: without one it has no meaning (OIDC Core §5.1).
        "phone_number_verified" if !user.claims.contains_key("phone_number") => None,
        other => user.claims.get(other).cloned(),
    };
    value.and_then(|value| fit(name, value))
}

/// A value of the type its claim has (OIDC Core §5.1), without empty parts; `None` for others.
fn fit(name: &str, value: Value) -> Option<Value> {
    match (name, value) {
        ("updated_at", value @ Value::Number(_)) => Some(value),
        ("email_verified" | "phone_number_verified", value @ Value::Bool(_)) => Some(value),
        ("address", Value::Object(parts)) => {
            let parts: Map<String, Value> = parts
                .into_iter()
                .filter(|(_, part)| part.as_str().is_some_and(|text| !text.is_empty()))
                .collect();
            (!parts.is_empty()).then_some(Value::Object(parts))
        }
        ("updated_at" | "email_verified" | "phone_number_verified" | "address", _) => None,
        (_, value @ Value::String(_)) => value.as_str().is_some_and(|text| !text.is_empty()).then_some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::UserId;
    use crate::protocol::claims::RESERVED;
    use serde_json::json;

    fn person(stored: &Value) -> User {
        User {
            id: UserId::from_stored("01J0000000000000000000000A"),
            username: "ada".to_owned(),
            email: Some("ada@example.org".to_owned()),
            email_verified: true,
            enabled: true,
            roles: vec!["admin".to_owned()],
            claims: stored.as_object().cloned().unwrap_or_default(),
            created_at: 1,
            updated_at: 2,
        }
    }

    fn by_scope(scope: &str, stored: &Value) -> Value {
        Value::Object(released(&person(stored), &Scope::of(scope.split(' ')), None, Place::Userinfo))
    }

    #[test]
    fn sec_h3_each_scope_releases_its_claims_only() {
        let stored = json!({"name": "Ada", "phone_number": "+44", "address": {"country": "UK", "region": "", "x": null}, "team": "blue"});
        assert_eq!(by_scope("openid", &stored), json!({}));
        assert_eq!(
            by_scope("openid email phone address", &stored),
            json!({"email": "ada@example.org", "email_verified": true, "phone_number": "+44", "address": {"country": "UK"}})
        );
        assert_eq!(
            by_scope("openid profile team", &stored),
            json!({"name": "Ada", "preferred_username": "ada", "updated_at": 2})
        );
    }

    #[test]
    fn sec_d12_stored_attributes_never_stand_in_for_derived_ones() {
        let stored = json!({"sub": "root", "email": "root@example.org", "preferred_username": "root", "updated_at": "x", "roles": ["r"]});
        assert_eq!(
            by_scope("openid profile email", &stored),
            json!({"preferred_username": "ada", "updated_at": 2, "email": "ada@example.org", "email_verified": true})
        );
    }

    #[test]
    fn b36_values_of_other_types_and_empty_ones_are_left_out() {
        let stored = json!({"name": "", "given_name": null, "family_name": 7, "phone_number": "+44", "phone_number_verified": "yes",
            "address": {}, "birthdate": "1815-12-10"});
        assert_eq!(
            by_scope("openid profile phone address", &stored),
            json!({"preferred_username": "ada", "updated_at": 2, "birthdate": "1815-12-10", "phone_number": "+44"})
        );
        let no_number = json!({"phone_number_verified": true});
        assert_eq!(by_scope("openid phone", &no_number), json!({}));
    }

    #[test]
    fn b35_b38_each_place_gets_what_was_asked_for_it() {
        let stored = json!({"name": "Ada", "locale": "en", "nickname": "A", "team": "blue"});
        let members = json!({"userinfo": {"name": null}, "id_token": {"locale": {"essential": true}, "birthdate": null}});
        let claims = ClaimsRequest::from_members(members.as_object().unwrap()).unwrap();
        let at = |scope: &str, claims: Option<&ClaimsRequest>, place| {
            Value::Object(released(&person(&stored), &Scope::of(scope.split(' ')), claims, place))
        };
        let email = json!({"email": "ada@example.org", "email_verified": true});
        let cases = [
            ("openid", false, Place::Userinfo, json!({})),
            ("openid", true, Place::Userinfo, json!({"name": "Ada"})),
            ("openid profile email", false, Place::IdToken, json!({})),
            ("openid profile email", true, Place::IdToken, json!({"locale": "en"})),
            ("openid", true, Place::IdTokenAlone, json!({"locale": "en"})),
            ("openid email", false, Place::IdTokenAlone, email),
            (
                "openid email",
                true,
                Place::IdTokenAlone,
                json!({"email": "ada@example.org", "email_verified": true, "locale": "en"}),
            ),
        ];
        for (scope, asked, place, expected) in cases {
            assert_eq!(at(scope, asked.then_some(&claims), place), expected, "{scope} {asked} {place:?}");
        }
    }

    #[test]
    fn sec_d12_no_place_says_what_the_server_states() {
        let stored: Map<String, Value> =
            RESERVED.iter().map(|name| ((*name).to_owned(), json!("mallory"))).collect();
        let asked: Map<String, Value> =
            RESERVED.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
        let members = json!({"userinfo": asked, "id_token": asked});
        let claims = ClaimsRequest::from_members(members.as_object().unwrap()).unwrap();
        let scope = Scope::of(["openid", "profile", "email", "address", "phone", "roles", "sub"]);
        for place in [Place::Userinfo, Place::IdToken, Place::IdTokenAlone] {
            let said = released(&person(&Value::Object(stored.clone())), &scope, Some(&claims), place);
            assert!(RESERVED.iter().all(|name| !said.contains_key(*name)), "{place:?}: {said:?}");
        }
    }
}
