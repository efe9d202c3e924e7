//! keys
#[derive(Clone)] pub struct KeyRing;
pub struct HintClaims { pub sub: String, pub aud: Vec<String>, pub sid: Option<String> }
impl KeyRing { pub fn verify_id_token_hint(&self, _: &str) -> Option<HintClaims> { None } }
