//! oxide-auth's view of one client that was already loaded: pure, without I/O.

use super::{NO_REDIRECT, inward, outward};
use crate::domain::client::Client;
use crate::protocol::redirect_uri::VerifiedRedirect;
use crate::protocol::scope::Scope;
use oxide_auth::primitives::registrar::{
    BoundClient, ClientUrl, ExactUrl, PreGrant, RegisteredUrl, Registrar, RegistrarError,
};
use oxide_auth::primitives::scope::Scope as OxideScope;
use std::borrow::Cow;

/// A client in one request: where it may return to, and what it may ask here.
pub(super) struct Registered<'a> {
    /// The client.
    pub client: &'a Client,
    /// The redirect URI that was verified byte for byte, where the flow has one.
    pub redirect_uri: Option<&'a VerifiedRedirect>,
    /// What it may ask.
    pub allowed: &'a Scope,
    /// What it gets when it names no scope (RFC 6749 §3.3).
    pub default: &'a Scope,
}

impl Registrar for Registered<'_> {
    fn bound_redirect<'a>(&self, bound: ClientUrl<'a>) -> Result<BoundClient<'a>, RegistrarError> {
        let known = self.redirect_uri.map_or(NO_REDIRECT, VerifiedRedirect::as_str);
        let same = match &bound.redirect_uri {
            Some(sent) => self.redirect_uri.is_some() && sent.as_str() == known,
            None => self.redirect_uri.is_none(),
        };
        if !same || bound.client_id != self.client.id.as_str() {
            return Err(RegistrarError::Unspecified);
        }
        let url = ExactUrl::new(known.to_owned()).map_err(|_| RegistrarError::PrimitiveError)?;
        Ok(BoundClient { client_id: bound.client_id, redirect_uri: Cow::Owned(RegisteredUrl::Exact(url)) })
    }

    fn negotiate(&self, client: BoundClient, scope: Option<OxideScope>) -> Result<PreGrant, RegistrarError> {
        let scope = match scope {
            Some(asked) if outward(&asked).is_within(self.allowed) => asked,
            Some(_) => return Err(RegistrarError::Unspecified),
            None => inward(self.default).map_err(|_| RegistrarError::PrimitiveError)?,
        };
        Ok(PreGrant {
            client_id: client.client_id.into_owned(),
            redirect_uri: client.redirect_uri.into_owned(),
            scope,
        })
    }

    /// Clients are authenticated in `engine/token/client_auth`, never here.
    fn check(&self, _client_id: &str, _passphrase: Option<&[u8]>) -> Result<(), RegistrarError> {
        Err(RegistrarError::Unspecified)
    }
}
