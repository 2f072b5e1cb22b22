//! Which key was meant.

/// The one of `fields` that `key` is a misspelling of.
///
/// A key of the user's own must pass, so short keys have to come closer than long ones: `cd` is not
/// `ci`, `ruby` is not `rust`, but `gti` is `git` and `requried` is `required`.
pub(super) fn suggestion(key: &str, fields: &'static [&'static str]) -> Option<&'static str> {
    if key.starts_with("x-") {
        return None;
    }
    let folded = fold(key);
    fields
        .iter()
        .map(|field| (distance(&folded, &fold(field)), *field))
        .filter(|(distance, field)| *distance <= tolerance(key, field))
        .min()
        .map(|(_, field)| field)
}

/// What is left of a key when case and separators do not count.
fn fold(key: &str) -> String {
    key.chars()
        .filter(|character| !matches!(character, '_' | '-' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

fn distance(left: &str, right: &str) -> usize {
    // Two letters of a word of three that change places are a slip; another letter is another word.
    if left.len().min(right.len()) <= 3 && sorted(left) != sorted(right) {
        return usize::MAX;
    }
    strsim::osa_distance(left, right)
}

fn sorted(text: &str) -> Vec<char> {
    let mut characters: Vec<char> = text.chars().collect();
    characters.sort_unstable();
    characters
}

/// How many slips a key of this length may contain.
fn tolerance(key: &str, field: &str) -> usize {
    match key.chars().count().min(field.len()) {
        0..=5 => 1,
        6..=9 => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOP: &[&str] = &[
        "version",
        "dht_version",
        "fingerprint",
        "project",
        "python",
        "dependencies",
        "platform_deps",
        "languages",
        "binaries",
        "tools",
        "env_template",
        "git",
        "docker",
        "ci",
        "preferences",
        "validation",
    ];

    #[track_caller]
    fn check(fields: &'static [&'static str], key: &str, expected: Option<&str>) {
        assert_eq!(suggestion(key, fields), expected, "{key}");
    }

    #[test]
    fn slips_are_recognised() {
        check(TOP, "pyhton", Some("python"));
        check(TOP, "Python", Some("python"));
        check(TOP, "dependancies", Some("dependencies"));
        check(TOP, "platform-deps", Some("platform_deps"));
        check(TOP, "platformDeps", Some("platform_deps"));
        check(TOP, "tool", Some("tools"));
        check(TOP, "gti", Some("git"));
        check(TOP, "language", Some("languages"));
        check(&["required", "optional"], "requried", Some("required"));
    }

    #[test]
    fn other_words_are_left_alone() {
        for key in [
            "cd", "gut", "docs", "test", "owner", "services", "x-pyhton", "", "é", "日本",
        ] {
            check(TOP, key, None);
        }
        check(&["node", "rust", "go"], "ruby", None);
        check(&["apt", "yum", "dnf", "apk", "pacman"], "apx", None);
        check(&["brew", "system"], "port", None);
    }
}
