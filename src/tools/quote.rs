//! Words as a POSIX shell would read them back.

use std::borrow::Cow;
use std::fmt::Write as _;

/// `word` in the shortest form that a shell reads as exactly this word.
///
/// Control characters become `$'…'` escapes (POSIX.1-2024, bash, zsh): a hostile file name must not
/// move the cursor of whoever looks at a command line, nor start a second line.
pub fn quote(word: &str) -> Cow<'_, str> {
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || "_-./:=,@%+".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        return Cow::Borrowed(word);
    }
    if !word.chars().any(char::is_control) {
        return Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")));
    }
    let mut quoted = String::from("$'");
    for character in word.chars() {
        match character {
            '\n' => quoted.push_str(r"\n"),
            '\r' => quoted.push_str(r"\r"),
            '\t' => quoted.push_str(r"\t"),
            '\'' => quoted.push_str(r"\'"),
            '\\' => quoted.push_str(r"\\"),
            control if control.is_control() => {
                for byte in control.encode_utf8(&mut [0; 4]).bytes() {
                    // Writing to a string cannot fail.
                    let _ = write!(quoted, r"\{byte:03o}");
                }
            }
            other => quoted.push(other),
        }
    }
    quoted.push('\'');
    Cow::Owned(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_that_need_it_are_quoted() {
        for (word, expected) in [
            ("--tag=api:1.4.0", "--tag=api:1.4.0"),
            ("", "''"),
            ("two words", "'two words'"),
            ("it's", r"'it'\''s'"),
            ("~", "'~'"),
            ("$HOME", "'$HOME'"),
            ("a\nb", r"$'a\nb'"),
            ("\u{1b}[2J", r"$'\033[2J'"),
        ] {
            assert_eq!(quote(word), expected);
        }
    }
}
