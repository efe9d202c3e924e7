//! Subject types and sectors (OIDC Core §8.1). The address of the sector's document is checked with the
//! other addresses, and what it says where a stranger registers; an admin's word is taken for that.

use super::Found;
use crate::domain::client::{Metadata, SubjectType};
use std::collections::BTreeSet;
use url::Url;

/// Without `sector_identifier_uri` the redirect URIs of a client with pairwise subjects are of one host,
/// or nobody could say which sector it is of.
pub(super) fn check(metadata: &Metadata, found: &mut Found) {
    if metadata.subject_type == SubjectType::Public || metadata.sector_identifier_uri.is_some() {
        return;
    }
    let host = |uri: &String| Url::parse(uri).ok().and_then(|url| url.host_str().map(str::to_owned));
    let hosts: BTreeSet<Option<String>> = metadata.redirect_uris.iter().map(host).collect();
    let problem = if hosts.len() > 1 {
        "needs a sector_identifier_uri: the redirect URIs are of several hosts (OIDC Core §8.1)"
    } else if hosts.contains(&None) {
        "needs a sector_identifier_uri: the redirect URIs have no host (OIDC Core §8.1)"
    } else {
        return;
    };
    let fix =
        "Set sector_identifier_uri to an https address that stays the app's own, or use subject_type=public.";
    found.add("subject_type", "pairwise", problem, fix);
}

#[cfg(test)]
mod tests {
    use super::super::validate;
    use super::*;

    fn wrong(type_: SubjectType, sector: Option<&str>, uris: &[&str]) -> Vec<String> {
        let mut metadata = Metadata::named("An app");
        metadata.application_type = crate::domain::client::ApplicationType::Native;
        metadata.redirect_uris = uris.iter().map(|uri| (*uri).to_owned()).collect();
        metadata.subject_type = type_;
        metadata.sector_identifier_uri = sector.map(str::to_owned);
        validate(&metadata).err().unwrap_or_default().into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn b42_b57_a_pairwise_client_has_one_sector() {
        use SubjectType::{Pairwise, Public};
        let (a, b, own) = ("https://a.example/cb", "https://b.example/cb", "com.example.app:/cb");
        let sector = Some("https://a.example/sector.json");
        let fine: [(SubjectType, Option<&str>, &[&str]); 6] = [
            (Public, None, &[a, b, own]),
            (Public, sector, &[a, b]),
            (Pairwise, None, &[a]),
            (Pairwise, None, &[a, "https://A.example:8443/other?x=1"]),
            (Pairwise, sector, &[a, b, own]),
            (Pairwise, None, &["http://localhost:3000/cb", "http://localhost/cb"]),
        ];
        for (type_, sector, uris) in fine {
            assert!(wrong(type_, sector, uris).is_empty(), "{type_:?} {sector:?} {uris:?}");
        }
        let several: [&[&str]; 4] = [&[a, b], &[a, own], &[own], &[a, "https://a.example.com/cb"]];
        for uris in several {
            assert_eq!(wrong(Pairwise, None, uris), ["subject_type"], "{uris:?}");
        }
        // Checked with the other addresses.
        for bad in [
            "http://localhost/s",
            "http://a.example/s",
            "https://a.example/#x",
            "a.example",
            "https://u@a.example/",
            "com.example.app:/s",
        ] {
            for type_ in [Public, Pairwise] {
                assert_eq!(wrong(type_, Some(bad), &[a]), ["sector_identifier_uri"], "{bad}");
            }
        }
    }
}
