//! Registered resources (RFC 8707), served from a snapshot that follows the database: which scopes may
//! go with which of them, and what their tokens are like.

use super::context::Engine;
use crate::base::clock::Seconds;
use crate::domain::client::{AccessTokenFormat, Client};
use crate::domain::resource::Resource;
use crate::protocol::scope::Scope;
use crate::store::{Conn, TxResult, resources, settings};
use arc_swap::ArcSwap;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// All registered resources as of one epoch. Bounded by the admins.
#[derive(Clone)]
pub struct Resources(Arc<Inner>);

struct Inner {
    snapshot: ArcSwap<Registered>,
    /// Held while reading the store, so that an older reading never replaces a newer one.
    reading: Mutex<()>,
}

/// The resources of one epoch.
#[derive(Default)]
pub struct Registered {
    epoch: i64,
    by_id: HashMap<String, Resource>,
}

/// What the resources of a token say about it; what they leave open is the client's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Opaque where any of them wants that: whoever can introspect can read either.
    pub format: Option<AccessTokenFormat>,
    /// The shortest life that any of them allows, seconds.
    pub seconds: Option<Seconds>,
}

/// A scope that was asked for without the resource it belongs to.
#[derive(Debug, PartialEq, Eq)]
pub struct Misplaced {
    /// The scope.
    pub scope: String,
    /// The resources it belongs to, separated by spaces.
    pub belongs_to: String,
}

impl Resources {
    /// Reads them all.
    ///
    /// # Errors
    /// Store errors.
    pub fn load(conn: &mut Conn) -> TxResult<Self> {
        let snapshot = ArcSwap::from_pointee(read(conn)?);
        Ok(Self(Arc::new(Inner { snapshot, reading: Mutex::new(()) })))
    }

    /// Those of now.
    pub fn now(&self) -> Arc<Registered> {
        self.0.snapshot.load_full()
    }

    /// Reads them again if another process or node changed one.
    ///
    /// # Errors
    /// Store errors; the old snapshot stays.
    pub fn refresh(&self, conn: &mut Conn) -> TxResult<()> {
        let _alone = self.0.reading.lock().unwrap_or_else(PoisonError::into_inner);
        if settings::epoch(conn, settings::RESOURCES_EPOCH)? != self.0.snapshot.load().epoch {
            self.0.snapshot.store(Arc::new(read(conn)?));
        }
        Ok(())
    }
}

fn read(conn: &mut Conn) -> TxResult<Registered> {
    let epoch = settings::epoch(conn, settings::RESOURCES_EPOCH)?;
    let all = resources::all(conn)?;
    Ok(Registered::of(epoch, all))
}

impl Registered {
    fn of(epoch: i64, all: Vec<Resource>) -> Self {
        let by_id = all.into_iter().map(|resource| (resource.identifier.clone(), resource)).collect();
        Self { epoch, by_id }
    }

    /// The name people know a resource by, if it is registered.
    pub fn name_of(&self, identifier: &str) -> Option<&str> {
        self.by_id.get(identifier).map(|resource| resource.name.as_str())
    }

    /// Whether `name` belongs to no resource, or to one of `identifiers`.
    fn fits(&self, name: &str, identifiers: &[String]) -> bool {
        let mut owners = self.by_id.values().filter(|resource| resource.scope.has(name)).peekable();
        owners.peek().is_none() || owners.any(|owner| identifiers.contains(&owner.identifier))
    }

    /// The first scope that belongs to resources of which none is among `identifiers`.
    pub fn misplaced(&self, scope: &Scope, identifiers: &[String]) -> Option<Misplaced> {
        let name = scope.names().find(|name| !self.fits(name, identifiers))?;
        let mut owners: Vec<&str> =
            self.by_id.values().filter(|r| r.scope.has(name)).map(|r| r.identifier.as_str()).collect();
        owners.sort_unstable();
        Some(Misplaced { scope: name.to_owned(), belongs_to: owners.join(" ") })
    }

    /// Without the scopes that belong to other resources than `identifiers`.
    pub fn placed<'a>(&self, scope: &'a Scope, identifiers: &[String]) -> Cow<'a, Scope> {
        if self.by_id.is_empty() {
            return Cow::Borrowed(scope);
        }
        Cow::Owned(Scope::of(scope.names().filter(|name| self.fits(name, identifiers))))
    }

    /// What of `scope` a token for `audience` says (RFC 8707 §2.2): the scopes of those resources. Those
    /// that belong to none, such as `openid`, are for this server, for resources nobody registered, and
    /// for those registered without scopes.
    pub fn narrowed<'a>(&self, scope: &'a Scope, audience: &[String]) -> Cow<'a, Scope> {
        if self.by_id.is_empty() {
            return Cow::Borrowed(scope);
        }
        let open = audience
            .iter()
            .any(|identifier| self.by_id.get(identifier).is_none_or(|resource| resource.scope.is_empty()));
        let owned = |name: &str| self.by_id.values().any(|resource| resource.scope.has(name));
        Cow::Owned(Scope::of(scope.names().filter(|name| self.fits(name, audience) && (open || owned(name)))))
    }

    /// What tokens for `audience` are like.
    pub fn shape(&self, audience: &[String]) -> Shape {
        let mut shape = Shape::default();
        for resource in audience.iter().filter_map(|identifier| self.by_id.get(identifier)) {
            shape.format = match (shape.format, resource.access_token_format) {
                (Some(AccessTokenFormat::Opaque), _) | (_, Some(AccessTokenFormat::Opaque)) => {
                    Some(AccessTokenFormat::Opaque)
                }
                (known, other) => known.or(other),
            };
            shape.seconds = match (shape.seconds, resource.access_token_seconds) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (known, other) => known.or(other),
            };
        }
        shape
    }

    /// The longest life of any resource's tokens, seconds; 0 where none says.
    pub fn longest(&self) -> Seconds {
        self.by_id.values().filter_map(|resource| resource.access_token_seconds).max().unwrap_or(0)
    }
}

impl Engine {
    /// The scopes that may be granted with the resources a client asked for (RFC 8707 §2): what names no
    /// resource is for the client's first, or for this server. `named` says whether the client named the
    /// scopes: else those of other resources are left out instead of refused.
    ///
    /// # Errors
    /// A scope that was named without its resource.
    pub fn scope_for(
        &self,
        client: &Client,
        scope: Scope,
        (asked, named): (&[String], bool),
    ) -> Result<Scope, Misplaced> {
        let registered = self.resources.now();
        let default;
        let identifiers = if asked.is_empty() {
            default = [self.default_resource(client).to_owned()];
            &default
        } else {
            asked
        };
        if !named {
            return Ok(registered.placed(&scope, identifiers).into_owned());
        }
        registered.misplaced(&scope, identifiers).map_or(Ok(scope), Err)
    }

    /// Whom an access token is for when no resource was ever named.
    pub fn default_resource<'a>(&'a self, client: &'a Client) -> &'a str {
        client.metadata.resources.first().unwrap_or(&self.policy.issuer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(identifier: &str, scope: &str, change: impl FnOnce(&mut Resource)) -> Resource {
        let mut resource = Resource {
            identifier: identifier.to_owned(),
            name: identifier.to_uppercase(),
            scope: Scope::from_stored(scope),
            access_token_format: None,
            access_token_seconds: None,
            revision: 1,
            created_at: 0,
        };
        change(&mut resource);
        resource
    }

    fn ids(text: &str) -> Vec<String> {
        text.split(' ').filter(|id| !id.is_empty()).map(str::to_owned).collect()
    }

    fn registered() -> Registered {
        Registered::of(
            1,
            vec![
                resource("books", "read write", |r| r.access_token_seconds = Some(60)),
                resource("films", "read watch", |r| {
                    r.access_token_format = Some(AccessTokenFormat::Opaque);
                    r.access_token_seconds = Some(300);
                }),
                resource("plain", "", |r| r.access_token_format = Some(AccessTokenFormat::Jwt)),
            ],
        )
    }

    #[test]
    fn sec_a18_scopes_go_with_their_resource_alone() {
        let all = registered();
        let scope = Scope::from_stored("openid import read watch write");
        let placed = |with: &str| all.placed(&scope, &ids(with)).to_string();
        assert_eq!(placed("books"), "import openid read write");
        assert_eq!(placed("films"), "import openid read watch");
        assert_eq!(placed("books films"), "import openid read watch write");
        assert_eq!(placed("issuer"), "import openid");
        let misplaced = |text: &str, with: &str| all.misplaced(&Scope::from_stored(text), &ids(with));
        assert_eq!(misplaced("openid import", "issuer"), None);
        assert_eq!(misplaced("read", "films"), None);
        let of = |scope: &str, belongs_to: &str| {
            Some(Misplaced { scope: scope.to_owned(), belongs_to: belongs_to.to_owned() })
        };
        assert_eq!(misplaced("openid read", "issuer"), of("read", "books films"));
        assert_eq!(misplaced("read watch", "books"), of("watch", "films"));
    }

    #[test]
    fn sec_a18_a_token_says_the_scopes_of_its_audience_alone() {
        let all = registered();
        let scope = Scope::from_stored("openid import read watch write");
        let cases = [
            ("books", "read write"),
            ("films", "read watch"),
            ("books films", "read watch write"),
            ("books issuer", "import openid read write"),
            ("issuer", "import openid"),
            ("unregistered", "import openid"),
            ("plain", "import openid"),
            ("plain films", "import openid read watch"),
        ];
        for (audience, expected) in cases {
            assert_eq!(all.narrowed(&scope, &ids(audience)).to_string(), expected, "{audience}");
        }
        let none = Registered::default();
        assert_eq!(*none.narrowed(&scope, &ids("books")), scope);
        assert_eq!(*none.placed(&scope, &ids("books")), scope);
    }

    #[test]
    fn the_strictest_of_several_decides() {
        use AccessTokenFormat::{Jwt, Opaque};
        let all = registered();
        let cases = [
            ("books", None, Some(60)),
            ("films", Some(Opaque), Some(300)),
            ("plain", Some(Jwt), None),
            ("films books", Some(Opaque), Some(60)),
            ("plain films", Some(Opaque), Some(300)),
            ("films plain", Some(Opaque), Some(300)),
            ("issuer", None, None),
        ];
        for (audience, format, seconds) in cases {
            assert_eq!(all.shape(&ids(audience)), Shape { format, seconds }, "{audience}");
        }
        assert_eq!((all.longest(), Registered::default().longest()), (300, 0));
    }
}
