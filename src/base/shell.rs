//! Text for a shell to read.

/// `text` as one word of a POSIX shell, in which nothing means anything; readers of `.env` files take it as well.
pub fn quoted(text: &str) -> String {
    // No `~`, which is somebody's home at the start of a word and after `=`.
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./:@%+,=-".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        for text in
            ["", "plain", "a b", "it's", "$HOME", "~/x", "a\"b`c`", "https://a/?x=1&y=2", "new\nline", "\\"]
        {
            let line = format!("printf %s {}", quoted(text));
            let read = std::process::Command::new("sh").args(["-c", &line]).output().expect("a shell");
            assert_eq!(String::from_utf8_lossy(&read.stdout), text, "{line}");
        }
        assert_eq!(quoted("http://localhost:3000/cb"), "http://localhost:3000/cb");
    }
}
