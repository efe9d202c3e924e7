//! The policy of new passwords, security row O8.

use super::*;

const CONTEXT: [&str; 3] = ["grace", "Grace.Hopper@example.org", "login.acme-works.example"];

fn check_text(text: &str) -> Result<(), Weakness> {
    check(&Secret::new(text), 12, &CONTEXT)
}

#[test]
fn the_list_is_ascii_sorted_lower_case_and_large_enough() {
    let lines: Vec<&str> = COMMON.lines().collect();
    assert!(COMMON.is_ascii() && COMMON.ends_with('\n'));
    assert!(lines.iter().filter(|line| line.len() >= FLOOR).count() >= 10_000, "{} lines", lines.len());
    assert!(lines.windows(2).all(|pair| pair[0] < pair[1]), "sorted, without repeats");
    assert!(lines.iter().all(|line| !line.is_empty() && *line == line.to_lowercase()));
}

#[test]
fn every_line_is_found_and_nothing_else() {
    assert!(COMMON.lines().all(is_listed));
    for not in ["", "\n", "a", "zzzzzzzzzzzzzzzz", "correct horse battery staple", "password\n", " 123456"] {
        assert!(!is_listed(not), "{not:?}");
    }
}

#[test]
fn sec_o8_length_is_all_that_is_composed() {
    assert_eq!(check_text("kvxq mbrt w"), Err(Weakness::TooShort(12)));
    assert_eq!(check_text("kvxq mbrt wz"), Ok(()), "only letters and spaces");
    assert_eq!(check_text("839201746593"), Ok(()), "only digits, no sequence");
    assert_eq!(check_text("日本語の長い合言葉だよね"), Ok(()), "characters are counted, not bytes");
    assert_eq!(check_text("日本語の長い合言葉だよ"), Err(Weakness::TooShort(12)));
    assert_eq!(check(&Secret::new("kvxqmbrt"), 8, &[]), Ok(()));
    assert_eq!(check(&Secret::new("kvxqmbr"), 1, &[]), Err(Weakness::TooShort(8)), "the floor holds");
    let words: String = (0..40).map(|n| format!("word{n} ")).collect();
    assert_eq!(check_text(&words), Ok(()), "long passphrases");
    let most: String = words.chars().cycle().take(1024).collect();
    assert_eq!(check_text(&most), Ok(()));
    assert_eq!(check_text(&format!("{most}x")), Err(Weakness::TooLong));
}

#[test]
fn sec_o8_common_passwords_and_their_plain_variations_are_refused() {
    for text in [
        "Password1234",
        "PASSWORD2025!",
        "p@ssw0rd!2024",
        "passwordpassword",
        "2024summer!!!",
        "dragon-1234567",
        "qwertyuiop12",
        "iloveyouiloveyou",
        "123456789012",
        "987654321098",
        "abcdefghijkl",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "            ",
    ] {
        assert_eq!(check_text(text), Err(Weakness::Common), "{text}");
    }
}

#[test]
fn sec_o8_context_words_are_refused_when_little_else_is_there() {
    for text in [
        "grace.hopper@example.org",
        "Hopper-Grace1",
        "hopperhopper",
        "acme-works-25",
        "!!login.acme-works.example",
    ] {
        let refused = check_text(text);
        assert!(matches!(refused, Err(Weakness::Personal | Weakness::Common)), "{text}: {refused:?}");
    }
    assert_eq!(check_text("hopper-12345"), Ok(()), "what remains is long enough to be a choice");
    assert_eq!(check_text("grace likes violet boats"), Ok(()));
}

#[tokio::test]
async fn sec_o8_an_operator_may_ask_for_kinds_of_characters_and_a_list() {
    use std::io::Write as _;
    let kinds = ["upper", "lower", "digit", "symbol"].map(|name| Kind::named(name).unwrap());
    let rules = Rules::new(12, &kinds, None);
    let refused = async |text: &str| rules.check(&Secret::new(text), &CONTEXT).await.unwrap().err();
    assert_eq!(refused("kvxq mbrt wz").await, Some(Weakness::Lacks(Kind::Upper)));
    assert_eq!(refused("KVXQ MBRT WZ").await, Some(Weakness::Lacks(Kind::Lower)));
    assert_eq!(refused("Kvxq mbrt wz").await, Some(Weakness::Lacks(Kind::Digit)));
    assert_eq!(refused("Kvxqmbrtwz47").await, Some(Weakness::Lacks(Kind::Symbol)));
    assert_eq!(refused("Ävxq mbrt w٣").await, None, "letters and digits of all scripts");
    assert_eq!(Kind::named("vowel"), None);

    // The digest of "kvxq mbrt wz".
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, b"kvxq mbrt wz");
    let digest: String = digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
    write!(file, "{digest}:3\r\n").unwrap();
    let rules = Rules::new(12, &[], Some(file.path().to_owned()));
    let checked = async |text: &str| rules.check(&Secret::new(text), &CONTEXT).await.unwrap();
    assert_eq!(checked("kvxq mbrt wz").await, Err(Weakness::Breached));
    assert_eq!(checked("kvxq mbrt wy").await, Ok(()));
    assert_eq!(checked("password1234").await, Err(Weakness::Common), "the list that is built in stays");
    assert_eq!(rules.check_blocking(&Secret::new("kvxq mbrt wz"), &[]).unwrap(), Err(Weakness::Breached));
    // A list that is asked for and is not there lets nothing through.
    let rules = Rules::new(12, &[], Some("/no/such/list".into()));
    let refusal = rules.check(&Secret::new("kvxq mbrt wy"), &CONTEXT).await.unwrap_err();
    assert_eq!(refusal.check, crate::protocol::refusal::Check::BreachedListUnreadable);
}

#[test]
fn advice_is_given_where_it_helps_and_its_work_is_bounded() {
    let advice = |text: &str| advise(&Secret::new(text), &CONTEXT);
    assert_eq!(advice("kvxq mbrt wz"), None);
    assert_eq!(advice("correct horse battery staple"), None);
    assert_eq!(advice("aaaaaaaaaaaa"), Some(Advice::Pattern));
    assert!(advice("hopperhopper").is_some(), "the account's own words");
    let longest = "aA1@".repeat(256);
    let tick = crate::base::clock::Tick::now();
    assert_eq!(advice(&longest), None, "1,024 bytes");
    let skipped = tick.elapsed();
    let tick = crate::base::clock::Tick::now();
    let _any = advice(&"qwER1@tY".repeat(8));
    println!("64 characters: {:?}, 1,024: {skipped:?}", tick.elapsed());
    assert!(skipped < tick.elapsed());
}
