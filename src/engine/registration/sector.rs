//! The document of a sector (OIDC Core §8.1, OIDC Registration §5): who has it serve a list with every
//! redirect URI of the app is of that sector.

use crate::domain::client::{Metadata, SubjectType};
use crate::engine::admin::FieldProblem;
use crate::engine::device;
use crate::engine::outbound::{Caller, LARGEST, Method, Outbound, Request, Response};
use crate::protocol::redirect_uri::is_loopback;
use url::Url;

/// Reads the document that the metadata names, if it names one, at creation and at every update. What is
/// wrong with it is told in one way, whatever it is (security row K4). An app without redirect URIs, of a device
/// for example, has nothing that a document could list: any sector could be named, and nothing would show that
/// the app is of it (OIDC Core §8.1, OIDC Registration §5).
///
/// # Errors
/// That it proves nothing, cannot be read, or lacks a redirect URI.
pub async fn check(outbound: &Outbound, metadata: &Metadata) -> Result<(), FieldProblem> {
    let Some(url) = &metadata.sector_identifier_uri else { return Ok(()) };
    if metadata.redirect_uris.is_empty() {
        let problem = "needs redirect_uris: nothing else shows that this app is of that sector";
        let fix = "Leave it out: each app without redirect URIs is a sector of its own.";
        return Err(FieldProblem::new("sector_identifier_uri", url, problem, fix));
    }
    let request = Request {
        caller: Caller::Unreviewed,
        method: Method::Get,
        url: url.clone(),
        headers: vec![("accept".to_owned(), "application/json".to_owned())],
        body: Vec::new(),
        largest: LARGEST,
    };
    let read = |answer: Response| lists_all(&answer.body, &metadata.redirect_uris);
    outbound.fetch_for_stranger(request, read).await.map_err(|_| {
        let problem = "cannot be read as a JSON array that holds every redirect URI of this app";
        let fix = "Serve the list over https, without a redirect, to the public, and try again.";
        FieldProblem::new("sector_identifier_uri", url, problem, fix)
    })
}

/// What a pairwise app that registers itself gets of people must go where its sector is shown to be: to its
/// redirect URIs. Else it could name another's, and hear by whose name that one knows a person.
pub(super) fn proven(metadata: &Metadata, problems: &mut Vec<FieldProblem>) {
    if metadata.subject_type != SubjectType::Pairwise || metadata.redirect_uris.is_empty() {
        return;
    }
    if metadata.grant_types.iter().any(|grant| grant == device::GRANT_TYPE) {
        let problem = "cannot be had by a pairwise app with redirect_uris: nothing shows that the device is of its sector";
        let fix = "Register the device as a client of its own, without redirect_uris.";
        problems.push(FieldProblem::new("grant_types", device::GRANT_TYPE, problem, fix));
    }
    let shown =
        |uri: &&String| Url::parse(uri).is_ok_and(|url| url.scheme() == "https" && !is_loopback(&url));
    if !metadata.redirect_uris.iter().all(|uri| shown(&uri)) {
        let problem = "must be https, and not of the person's own machine, in a pairwise app";
        let fix = "Ask for public subjects, or register the installed app as a client of its own.";
        problems.push(FieldProblem::new("redirect_uris", "", problem, fix));
    }
    let host = |uri: &str| Url::parse(uri).ok().and_then(|url| url.host_str().map(str::to_owned));
    let Some(told) = &metadata.backchannel_logout_uri else { return };
    if !metadata.redirect_uris.iter().any(|uri| host(uri) == host(told)) {
        let problem = "must have the host of one of the redirect_uris in a pairwise app";
        let fix = "Take logout tokens there, or ask for public subjects.";
        problems.push(FieldProblem::new("backchannel_logout_uri", told, problem, fix));
    }
}

/// OIDC Registration §5: "The values of the redirect_uris that are registered MUST be included in the
/// elements of the array". Compared byte for byte.
fn lists_all(body: &[u8], redirect_uris: &[String]) -> Result<(), &'static str> {
    let listed: Vec<String> = serde_json::from_slice(body).map_err(|_| "it is not a JSON array of texts")?;
    if redirect_uris.iter().all(|uri| listed.contains(uri)) {
        Ok(())
    } else {
        Err("it does not list every redirect URI")
    }
}

#[cfg(test)]
mod tests {
    use super::lists_all;

    #[test]
    fn every_redirect_uri_stands_in_the_list_byte_for_byte() {
        let registered = ["https://a.example/cb".to_owned(), "https://b.example/cb".to_owned()];
        let lists = |body: &str| lists_all(body.as_bytes(), &registered).is_ok();
        assert!(lists(r#"["https://b.example/cb","https://a.example/cb","https://c.example/"]"#));
        for wrong in [
            r#"["https://a.example/cb"]"#,
            r#"["https://a.example/cb","https://b.example/cb/"]"#,
            r#"["https://a.example/cb","https://B.example/cb"]"#,
            r#"["https://a.example/cb","https://b.example/cb",7]"#,
            r#"{"redirect_uris":["https://a.example/cb","https://b.example/cb"]}"#,
            "https://a.example/cb https://b.example/cb",
            "[]",
            "",
        ] {
            assert!(!lists(wrong), "{wrong}");
        }
    }
}
