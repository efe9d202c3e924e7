//! The address of a Redis, which may hold a password.

use super::{Fix, Format, Refused};
use crate::base::secret::Secret;
use url::Url;

/// `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]`, or none.
pub(in crate::config) struct RedisUrl;

impl Format for RedisUrl {
    type Value = Option<Secret>;
    const SECRET: bool = true;

    fn allowed(&self) -> String {
        "redis://USER:PASSWORD@HOST:PORT/NUMBER or rediss://... (TLS); empty = none".to_owned()
    }

    fn parse(&self, text: &str) -> Result<Option<Secret>, Refused> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let fix = || Fix::Words("write it as redis://HOST:6379/0".into());
        let url = Url::parse(text).map_err(|_| Refused::new("not an address", fix()))?;
        if !matches!(url.scheme(), "redis" | "rediss") {
            return Err(Refused::new("starts with neither redis:// nor rediss://", fix()));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(Refused::new("names no host", fix()));
        }
        let path = url.path().trim_start_matches('/');
        if !path.is_empty() && path.parse::<u8>().is_err() {
            return Err(Refused::new("the database of Redis is a number", fix()));
        }
        Ok(Some(Secret::new(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_a_redis() {
        for good in ["redis://127.0.0.1", "rediss://:pw@cache.internal:6380/3", "redis://[::1]:6379"] {
            assert!(matches!(RedisUrl.parse(good), Ok(Some(_))), "{good}");
        }
        assert!(matches!(RedisUrl.parse(" "), Ok(None)));
        for bad in ["localhost:6379", "http://h", "redis://", "redis://h/one", "redis"] {
            assert!(RedisUrl.parse(bad).is_err(), "{bad}");
        }
    }
}
