//! Imports for another platform, another Python, or for when something is there.

use crate::tree::Tree;

/// Whether the condition around line `line` of the file at `path` asks for the platform, the version
/// of Python, or whether something can be imported at all.
///
/// Reads the text by its indentation: every `if`, `elif` or `else` that the line is inside of.
pub(super) fn is_for_elsewhere(tree: &Tree, path: &str, line: u32) -> bool {
    // Notebooks have no lines to look at; what depends on something there is not judged.
    if path.to_ascii_lowercase().ends_with("ipynb") {
        return true;
    }
    tree.text(path)
        .is_ok_and(|text| asks_for_surroundings(&text, line as usize))
}

fn asks_for_surroundings(text: &str, line: usize) -> bool {
    let lines: Vec<&str> = text.lines().take(line).collect();
    let Some((import, above)) = lines.split_last() else {
        return false;
    };
    let mut indentation = indentation_of(import);
    // The import may stand behind its condition on the same line.
    if is_question(import) {
        return true;
    }
    // An `else` asks what its `if` asks.
    let mut is_else = false;
    for line in above.iter().rev() {
        let text = line.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let here = indentation_of(line);
        if here < indentation || is_else && here == indentation {
            let is_branch = text.starts_with("if ") || text.starts_with("elif ");
            if (is_branch || text.starts_with("if(")) && is_question(text) {
                return true;
            }
            is_else = text.starts_with("else") || text.starts_with("elif ");
            indentation = here;
        }
    }
    false
}

fn is_question(text: &str) -> bool {
    const ABOUT_SURROUNDINGS: [&str; 22] = [
        "sys.platform",
        "platform.",
        "os.name",
        "version_info",
        "PY2",
        "PY3",
        "py2",
        "py3",
        "hexversion",
        "win32",
        "windows",
        "WINDOWS",
        "linux",
        "LINUX",
        "darwin",
        "MACOS",
        "available",
        "AVAILABLE",
        "find_spec",
        "installed",
        "has_",
        "HAS_",
    ];
    ABOUT_SURROUNDINGS.iter().any(|sign| text.contains(sign))
        || text.contains("HAVE_")
        || text.contains("can_import")
        || text.contains("sys.modules")
}

fn indentation_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: bool) {
        let line = text.lines().count();
        assert_eq!(asks_for_surroundings(text, line), expected, "{text}");
    }

    #[test]
    fn platforms_and_versions_are_elsewhere() {
        check("if sys.platform == 'win32':\n    import winx", true);
        check("if PY3:\n    import a\nelse:\n    import b", true);
        check(
            "def f():\n    if is_torch_available():\n\n        # why\n        import torch",
            true,
        );
        check("if os.name == 'nt': import winx", true);
    }

    #[test]
    fn settings_are_here() {
        check("if settings.DEBUG:\n    import toolbar", false);
        check(
            "if sys.platform == 'win32':\n    pass\nif DEBUG:\n    import b",
            false,
        );
        check("import a", false);
        check("", false);
    }
}
