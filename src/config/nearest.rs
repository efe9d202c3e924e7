//! The existing name that a person most likely meant.

/// The candidate closest to `given`, if any is close enough to be worth naming.
pub(super) fn nearest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = plain(given);
    let limit = (given.chars().count() / 3).max(2);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&given, &plain(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Spelling variants that should not count as distance: case, dashes and spaces.
fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace(['-', ' '], "_")
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_typing_errors_but_not_strangers() {
        let names = ["idle_seconds", "absolute_seconds", "max_per_user"];
        assert_eq!(nearest("idle_secnds", names), Some("idle_seconds"));
        assert_eq!(nearest("Max-Per-User", names), Some("max_per_user"));
        assert_eq!(nearest("colour", names), None);
        assert_eq!(nearest("x", ["ab"]), None);
    }
}
