//! Text of others, made safe for a terminal.
//!
//! A file name or the output of a program can move the cursor, clear the screen, set the title or
//! turn the reading direction, and so show something that is not there.

use std::iter::Peekable;
use std::str::Chars;

/// What survives besides the text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Nothing: line ends and tabs become spaces.
    OneLine,
    /// Line ends and tabs.
    Lines,
    /// Line ends, tabs, and our own styles.
    Styles,
}

/// The text on one line, without escape sequences and control characters.
#[must_use]
pub fn one_line(text: &str) -> String {
    clean(text, Keep::OneLine).trim().to_owned()
}

/// What a terminal would show at the end of a printed line: what follows the last carriage return
/// with text after it, cleaned.
pub(crate) fn last_shown(line: &str) -> String {
    let shown = line
        .rsplit('\r')
        .map(one_line)
        .find(|text| !text.is_empty());
    shown.unwrap_or_default()
}

/// The text without escape sequences and control characters, except for what is to be kept.
pub(crate) fn clean(text: &str, keep: Keep) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\u{1b}' => {
                if let Some(style) = escape(&mut characters).filter(|_| keep == Keep::Styles) {
                    cleaned.push_str(&style);
                }
            }
            '\n' | '\t' if keep != Keep::OneLine => cleaned.push(character),
            '\n' | '\t' | '\u{2028}' | '\u{2029}' => cleaned.push(' '),
            _ if character.is_control() || turns_direction(character) => {}
            _ => cleaned.push(character),
        }
    }
    cleaned
}

/// The embeddings, overrides and isolates of the bidirectional algorithm (UAX 9, section 2).
fn turns_direction(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Consumes an escape sequence whose ESC is gone already (ECMA-48, sections 5.3 to 5.6), and
/// returns it when it is one of our styles.
fn escape(characters: &mut Peekable<Chars<'_>>) -> Option<String> {
    match characters.peek()? {
        '[' => {
            characters.next();
            control_sequence(characters)
        }
        // Device control, start of string, operating system command, privacy message and
        // application program command: everything up to a terminator is theirs.
        'P' | 'X' | ']' | '^' | '_' => {
            control_string(characters);
            None
        }
        _ => {
            while characters
                .next_if(|next| matches!(next, ' '..='/'))
                .is_some()
            {}
            characters.next_if(|next| matches!(next, '0'..='~'));
            None
        }
    }
}

fn control_sequence(characters: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut parameters = String::new();
    while let Some(parameter) = characters.next_if(|next| matches!(next, ' '..='?')) {
        parameters.push(parameter);
    }
    let end = characters.next_if(|next| matches!(next, '@'..='~'))?;
    (end == 'm' && is_our_style(&parameters)).then(|| format!("\u{1b}[{parameters}m"))
}

/// Effects that leave text readable, foreground colours but black, and the way back to normal.
fn is_our_style(parameters: &str) -> bool {
    matches!(
        parameters.parse::<u8>(),
        Ok(0..=4 | 22..=24 | 31..=37 | 39 | 91..=97)
    )
}

/// Ends at BEL, at ST, or before the end of the line, so that a missing end costs one line only.
fn control_string(characters: &mut Peekable<Chars<'_>>) {
    while let Some(next) = characters.next_if(|next| *next != '\n') {
        match next {
            '\u{7}' | '\u{9c}' => return,
            '\u{1b}' => {
                characters.next_if(|next| *next == '\\');
                return;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Mark;

    #[test]
    fn escape_sequences_go_and_text_stays() {
        for (text, expected) in [
            ("plain text, ünïcode ✓", "plain text, ünïcode ✓"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}[2J\u{1b}[1;1Hgone", "gone"),
            ("\u{1b}]0;title\u{7}after", "after"),
            (
                "\u{1b}]8;;https://a.example\u{1b}\\link\u{1b}]8;;\u{1b}\\",
                "link",
            ),
            ("\u{1b}Pq#0\u{1b}\\sixel", "sixel"),
            ("\u{1b}(0charset\u{1b}cfull reset", "charsetfull reset"),
            ("\u{9b}31mC1", "31mC1"),
            ("bell\u{7} back\u{8}space\u{0}", "bell backspace"),
            ("exe.\u{202e}txt", "exe.txt"),
            ("  two\nlines\tand a tab ", "two lines and a tab"),
            ("cut \u{1b}", "cut"),
            ("cut \u{1b}[38;5", "cut"),
        ] {
            assert_eq!(one_line(text), expected, "{text:?}");
        }
    }

    #[test]
    fn only_our_styles_are_kept() {
        let mark = Mark::Good.to_string();
        assert_eq!(clean(&mark, Keep::Styles), mark);
        assert_eq!(clean(&mark, Keep::Lines), "✓");
        for hidden in [
            "\u{1b}[8mx",
            "\u{1b}[30mx",
            "\u{1b}[41mx",
            "\u{1b}[38;5;0mx",
            "\u{1b}[Ax",
        ] {
            assert_eq!(clean(hidden, Keep::Styles), "x", "{hidden:?}");
        }
    }

    #[test]
    fn a_missing_end_costs_one_line_only() {
        assert_eq!(clean("a\u{1b}]0;title\nb", Keep::Lines), "a\nb");
    }

    #[test]
    fn a_progress_bar_shows_its_last_state() {
        assert_eq!(last_shown("10%\r50%\r\u{1b}[K100%"), "100%");
        assert_eq!(last_shown("10%\r50%\r"), "50%");
        assert_eq!(last_shown("\r\r"), "");
    }

    proptest! {
        #[test]
        fn nothing_that_controls_a_terminal_survives(
            text in "(\u{1b}|\u{1b}\\[|\u{9b}|[\\]m0-9;]|\\PC|\\p{Cc}|\u{202e})*",
        ) {
            let cleaned = clean(&text, Keep::Lines);
            let controls = |character: char| {
                character.is_control() && !"\n\t".contains(character) || turns_direction(character)
            };
            prop_assert!(!cleaned.contains(controls), "{:?}", cleaned);
            prop_assert_eq!(clean(&cleaned, Keep::Lines), cleaned);
        }

        #[test]
        fn harmless_text_is_not_touched(text in "[ -~äöü✓漢\n\t]*") {
            prop_assert_eq!(clean(&text, Keep::Lines), text);
        }
    }
}
