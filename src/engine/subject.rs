//! How an app knows a person: `sub`, public or pairwise (OIDC Core §8). One function for all places, so
//! that it is the same in ID tokens, access tokens, userinfo, introspection, logout tokens and hints.

use super::context::{Engine, Macs};
use crate::base::id::{ClientId, SessionId, UserId};
use crate::base::secret::b64;
use crate::domain::client::{Client, SubjectType};
use crate::protocol::authorize::AuthorizationRequest;
use crate::store::{Conn, TxResult, clients};
use std::sync::Arc;
use url::Url;

impl Macs {
    /// The `sub` of `user` for `client`: the id itself, or one of the client's sector that nobody can
    /// lead back to it (OIDC Core §8.1). 43 characters of base64url.
    pub fn subject_of(&self, client: &Client, user: &UserId) -> String {
        match client.metadata.subject_type {
            SubjectType::Public => user.to_string(),
            SubjectType::Pairwise => {
                b64(&self.pairwise.mac(format!("{}\n{}", sector(client), user.as_str()).as_bytes()))
            }
        }
    }
}

impl Engine {
    /// [`Macs::subject_of`].
    pub fn subject_of(&self, client: &Client, user: &UserId) -> String {
        self.macs.subject_of(client, user)
    }

    /// The `sid` of a session for `client` (OIDC Back-Channel Logout §2.4, Front-Channel Logout §3): one of
    /// the client's sector where its subjects are, or the sessions would say which of them are one person.
    pub fn sid_of(&self, client: &Client, session: &SessionId) -> String {
        match client.metadata.subject_type {
            SubjectType::Public => session.to_string(),
            SubjectType::Pairwise => {
                let text = format!("{}\n{session}", sector(client));
                b64(&self.macs.pairwise_session.mac(text.as_bytes()))
            }
        }
    }

    /// A client by its id, also one that another node made a moment ago: it is not in the snapshot yet.
    ///
    /// # Errors
    /// Store errors.
    pub async fn client_now(&self, client_id: &ClientId) -> TxResult<Option<Arc<Client>>> {
        if let Some(client) = self.clients.get(client_id.as_str()) {
            return Ok(Some(client));
        }
        let id = client_id.clone();
        let found = self.db.read(move |conn| clients::find_readable(conn, id.as_str())).await?;
        Ok(found.map(Arc::new))
    }

    /// [`Engine::subject_of`] for a client by its id; `None` when there is none.
    ///
    /// # Errors
    /// Store errors.
    pub async fn subject_for(&self, client_id: &ClientId, user: &UserId) -> TxResult<Option<String>> {
        Ok(self.client_now(client_id).await?.map(|client| self.subject_of(&client, user)))
    }

    /// For a transaction that compares a `sub`.
    pub fn names(&self, client_id: &str) -> Names {
        Names { client: self.clients.get(client_id), macs: self.macs.clone() }
    }
}

/// How one client knows people; to be taken into a transaction.
pub struct Names {
    client: Option<Arc<Client>>,
    macs: Arc<Macs>,
}

impl Names {
    /// Whether `sub` is how the client knows `user`.
    ///
    /// # Errors
    /// Store errors.
    pub fn is(&self, conn: &mut Conn, client_id: &ClientId, user: &UserId, sub: &str) -> TxResult<bool> {
        let known = match &self.client {
            Some(client) => Some(self.macs.subject_of(client, user)),
            // Not in the snapshot yet.
            None => clients::find_readable(conn, client_id.as_str())?
                .map(|client| self.macs.subject_of(&client, user)),
        };
        Ok(known.is_some_and(|known| known == sub))
    }
}

/// The sector identifier: the host of `sector_identifier_uri`, else that of the redirect URIs, which is
/// one (OIDC Core §8.1; registration sees to it). A client without either is a sector of its own.
pub fn sector(client: &Client) -> String {
    let metadata = &client.metadata;
    let uris = metadata.sector_identifier_uri.iter().chain(&metadata.redirect_uris);
    // Of web addresses alone: anybody may write any host into a scheme of their own (RFC 8252 §8.6).
    let web = |url: &Url| matches!(url.scheme(), "https" | "http");
    let mut urls = uris.filter_map(|uri| Url::parse(uri).ok()).filter(web);
    let host = urls.find_map(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| format!("client {}", client.id))
}

/// Whether a request says whom it is about.
pub fn names_somebody(request: &AuthorizationRequest) -> bool {
    request.hinted_subject.is_some()
        || request.claims.as_ref().is_some_and(|claims| claims.subjects().next().is_some())
}

/// Whether a request may be answered about `user`: its `id_token_hint` and the `sub` of its `claims`
/// name nobody else (OIDC Core §3.1.2.1, §5.5.1).
pub fn admits(macs: &Macs, client: &Client, request: &AuthorizationRequest, user: &UserId) -> bool {
    if !names_somebody(request) {
        return true;
    }
    let subject = macs.subject_of(client, user);
    let hinted = request.hinted_subject.as_ref().is_none_or(|hinted| *hinted == subject);
    hinted
        && request
            .claims
            .as_ref()
            .is_none_or(|claims| claims.subjects().all(|values| values.contains(&subject)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::crypt::MasterKey;
    use crate::base::rng::Rng;
    use crate::domain::client::Metadata;
    use crate::protocol::scope::Scope;

    fn client(id: &str, change: impl FnOnce(&mut Metadata)) -> Client {
        let mut metadata = Metadata::named(id);
        metadata.redirect_uris = vec!["https://app.example/cb".to_owned()];
        metadata.subject_type = SubjectType::Pairwise;
        change(&mut metadata);
        Client {
            id: ClientId::from_stored(id),
            enabled: true,
            unreviewed: false,
            scope: Scope::default(),
            metadata,
            secrets: Vec::new(),
            revision: 1,
            created_at: 0,
        }
    }

    #[test]
    fn b42_pairwise_subjects_follow_sector_person_and_key() {
        let macs = |seed| Macs::derive(&MasterKey::generate(&Rng::seeded(seed)));
        let (ada, bob) = (
            UserId::from_stored("01J0000000000000000000000A"),
            UserId::from_stored("01J0000000000000000000000B"),
        );
        let (ours, app) = (macs(1), client("a", |_| {}));
        let sub = ours.subject_of(&app, &ada);
        assert!(sub.len() == 43 && sub.is_ascii() && !sub.contains(ada.as_str()));
        let same = [
            client("a", |_| {}),
            client("b", |m| m.redirect_uris = vec!["https://APP.example:444/other".to_owned()]),
            client("c", |m| {
                m.redirect_uris = vec!["https://x.example/cb".to_owned(), "https://y.example/cb".to_owned()];
                m.sector_identifier_uri = Some("https://app.example/sector.json".to_owned());
            }),
        ];
        for other in &same {
            assert_eq!(ours.subject_of(other, &ada), sub, "{}", other.id);
        }
        let different = [
            client("d", |m| m.redirect_uris = vec!["https://other.example/cb".to_owned()]),
            client("e", |m| m.sector_identifier_uri = Some("https://third.example/s".to_owned())),
            client("f", |m| m.redirect_uris.clear()),
            client("g", |m| m.subject_type = SubjectType::Public),
        ];
        let mut all: Vec<String> = different.iter().map(|other| ours.subject_of(other, &ada)).collect();
        assert!(all.contains(&ada.to_string()), "public is the id itself");
        all.extend([sub.clone(), ours.subject_of(&app, &bob), macs(2).subject_of(&app, &ada)]);
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count, "sector, person and key each count: {all:?}");
    }
}
