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
