//! `.env` files and their templates: which variables they name, never what they set them to.
//!
//! There is no specification; this follows what python-dotenv and Docker Compose have in common.

/// A line that names a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnvLine<'a> {
    /// The name.
    pub name: &'a str,
    /// The line, counted from 1.
    pub line: u32,
    /// Whether something other than blanks, quotes and a comment stands behind the `=`.
    pub has_value: bool,
    /// Whether what stands there only holds the place of a value, as `changeme` and `<your key>` do.
    pub is_placeholder: bool,
    /// Whether the line is commented out, as in `# LOG_LEVEL=info`.
    pub is_comment: bool,
}

/// The lines of a `.env` file that name a variable, in the order of the file.
///
/// A quoted value may go on over several lines; what looks like a name in there is none.
#[must_use]
pub fn env_lines(text: &str) -> Vec<EnvLine<'_>> {
    let mut found = Vec::new();
    let mut lines = text.trim_start_matches('\u{feff}').split('\n').zip(1_u32..);
    while let Some((whole, line)) = lines.next() {
        let trimmed = whole.trim();
        let stripped = trimmed.trim_start_matches('#');
        let is_comment = stripped.len() < trimmed.len();
        let Some((name, value)) = assignment(stripped) else {
            continue;
        };
        // `# the token= of the service` is prose; `# TOKEN=` is a line to take the `#` from.
        if is_comment && stripped.starts_with(' ') && name.chars().any(char::is_lowercase) {
            continue;
        }
        found.push(EnvLine {
            name,
            line,
            has_value: has_value(value),
            is_placeholder: is_placeholder(bare(value)),
            is_comment,
        });
        let quote = value.chars().next().filter(|first| "'\"`".contains(*first));
        if let Some(quote) = quote.filter(|quote| !is_comment && !is_closed(value, *quote)) {
            let behind = lines.clone();
            let closes = |(text, _): &(&str, u32)| text.contains(quote);
            // A quote that nothing closes is a letter, not the begin of the rest of the file.
            if let Some(count) = behind.clone().position(|line| closes(&line)) {
                lines = behind;
                let _ = lines.nth(count);
            }
        }
    }
    found
}

/// Whether `name` can be the name of a variable: POSIX allows more, nobody uses it.
#[must_use]
pub fn is_env_name(name: &str) -> bool {
    !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn assignment(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let text = text.strip_prefix("export ").unwrap_or(text);
    let (name, value) = text.split_once('=')?;
    let name = name.trim();
    is_env_name(name).then_some((name, value.trim()))
}

fn has_value(value: &str) -> bool {
    !bare(value).is_empty()
}

/// A value without its quotes and the comment behind it.
fn bare(value: &str) -> &str {
    let value = match value.strip_prefix('#') {
        Some(_) => "",
        None => value,
    };
    let value = value.split(" #").next().unwrap_or(value);
    value.trim().trim_matches(['"', '\'', '`'])
}

/// Whether nobody can mean this value: what authors of templates write where one is to be put.
fn is_placeholder(value: &str) -> bool {
    const FRAMES: [(&str, &str); 2] = [("<", ">"), ("{{", "}}")];
    const WHOLE: [&str; 3] = ["fixme", "tbd", "todo"];
    const WORDS: [&str; 6] = [
        "changeit",
        "changeme",
        "changethis",
        "placeholder",
        "redacted",
        "replaceme",
    ];
    const BEGINNINGS: [&str; 7] = [
        "change-me",
        "change-this",
        "enter-",
        "insert-",
        "put-",
        "replace-",
        "set-me",
    ];
    let is_framed = |(begin, end): &(&str, &str)| value.starts_with(begin) && value.ends_with(end);
    let is_filler = |filler: char| value.len() >= 3 && value.chars().all(|one| one == filler);
    let lower = value.to_lowercase().replace(['_', ' '], "-");
    let mut words = lower.split(|character: char| !character.is_alphanumeric());
    FRAMES.iter().any(is_framed)
        || ['x', 'X', '*', '.', '?'].into_iter().any(is_filler)
        || WHOLE.contains(&lower.as_str())
        || BEGINNINGS.iter().any(|begin| lower.starts_with(begin))
        || words.any(|word| WORDS.contains(&word) || word.starts_with("your"))
}

/// Whether the quote that begins `value` ends in it.
fn is_closed(value: &str, quote: char) -> bool {
    let mut escaped = false;
    value.chars().skip(1).any(|character| {
        let closes = character == quote && !escaped;
        escaped = character == '\\' && !escaped;
        closes
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn described(text: &str) -> Vec<String> {
        let describe = |line: &EnvLine<'_>| {
            let mark = |is, mark| if is { mark } else { "" };
            format!(
                "{}:{}{}{}",
                line.line,
                line.name,
                mark(line.has_value, " set"),
                mark(line.is_comment, " comment")
            )
        };
        env_lines(text).iter().map(describe).collect()
    }

    #[test]
    fn lines_name_variables() {
        let text =
            "\u{feff}A=1\r\nexport B = x\n# C=\n#D=2\n\nE=\nF='' # why\nG=\"\"\n1X=2\nh i=3\nJ\n";
        assert_eq!(
            described(text),
            [
                "1:A set",
                "2:B set",
                "3:C comment",
                "4:D set comment",
                "6:E",
                "7:F",
                "8:G"
            ]
        );
    }

    #[test]
    fn placeholders_are_told_from_values() {
        let is_placeholder = |value: &str| {
            let text = format!("A={value}");
            env_lines(&text).iter().all(|line| line.is_placeholder)
        };
        for value in [
            "changeme",
            "<your key>",
            "\"your-api-key\" # from the console",
            "xxxxxxxx",
            "postgres://user:yourpassword@localhost/db",
            "CHANGE_ME",
            "replace with a long text",
            "{{ token }}",
            "TODO",
        ] {
            assert!(is_placeholder(value), "{value}");
        }
        for value in [
            "",
            "8000",
            "postgres://localhost/db",
            "true",
            "xx",
            "info # changeme",
            "${HOME}/data",
            "settings.todo_list",
        ] {
            assert!(!is_placeholder(value), "{value}");
        }
    }

    #[test]
    fn prose_is_no_assignment() {
        assert_eq!(
            described("# the token=abc\n# token=abc\n#=\n# A = b?\n"),
            ["4:A set comment"]
        );
    }

    #[test]
    fn the_lines_of_a_quoted_value_name_nothing() {
        let text = "KEY=\"-----BEGIN\nabcd=\nefgh=\n-----END\"\nB=1\nC='it\nD=2\n";
        assert_eq!(
            described(text),
            ["1:KEY set", "5:B set", "6:C set", "7:D set"]
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "[A-C#='\" \\\\\n\r]{0,60}") {
            let count = text.split('\n').count();
            for line in env_lines(&text) {
                prop_assert!(is_env_name(line.name));
                prop_assert!(usize::try_from(line.line).unwrap() <= count);
            }
        }

        #[test]
        fn what_is_written_is_read(names in prop::collection::vec("[A-Z_][A-Z0-9_]{0,8}", 0..6)) {
            let text = names.join("=\n") + if names.is_empty() { "" } else { "=\n" };
            let read: Vec<_> = env_lines(&text).iter().map(|line| line.name.to_owned()).collect();
            prop_assert_eq!(read, names);
        }
    }
}
