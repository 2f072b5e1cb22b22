//! Functions that import something, and are only called where its absence is handled.

/// Whether every call of the function around line `line` of `text` stands in a `try` that handles
/// the failure of an import.
///
/// Reads the text by its indentation, and only calls in the same file; a function that nothing
/// there calls handles nothing.
pub(super) fn handle_absence(text: &str, line: u32) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    let import = (line as usize).wrapping_sub(1);
    let Some(name) = function_around(&lines, import) else {
        return false;
    };
    let mut calls = (0..lines.len())
        .filter(|index| calls(lines[*index], name))
        .peekable();
    calls.peek().is_some() && calls.all(|call| is_tried(&lines, call))
}

/// The name of the innermost function around the line at `index`.
fn function_around<'t>(lines: &[&'t str], index: usize) -> Option<&'t str> {
    outer_lines(lines, index).find_map(|line| {
        let text = lines[line].trim_start();
        let rest = text
            .strip_prefix("def ")
            .or_else(|| text.strip_prefix("async def "))?;
        rest.split('(').next().map(str::trim)
    })
}

/// The lines that open the blocks around the line at `index`, the innermost first.
fn outer_lines<'l>(lines: &'l [&str], index: usize) -> impl Iterator<Item = usize> + 'l {
    let mut depth = lines.get(index).map_or(0, |line| indentation(line));
    (0..index.min(lines.len())).rev().filter(move |line| {
        let text = lines[*line];
        let is_outer = !text.trim().is_empty() && indentation(text) < depth;
        if is_outer {
            depth = indentation(text);
        }
        is_outer
    })
}

/// Whether `line` calls `name` as a function of its own.
fn calls(line: &str, name: &str) -> bool {
    let text = line.trim_start();
    if name.is_empty() || text.starts_with(['#', '@']) || text.starts_with("def ") {
        return false;
    }
    line.match_indices(name).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let is_part = before.is_some_and(|before| before.is_alphanumeric() || before == '_');
        !is_part && line[start + name.len()..].starts_with('(')
    })
}

/// Whether the line at `index` is in the body of a `try` that handles the failure of an import.
fn is_tried(lines: &[&str], index: usize) -> bool {
    for outer in outer_lines(lines, index) {
        let text = lines[outer].trim();
        if text.starts_with("def ") || text.starts_with("async def ") || text.starts_with("class ")
        {
            return false;
        }
        if text.starts_with("try:") {
            let depth = indentation(lines[outer]);
            let handler = lines[index..]
                .iter()
                .find(|line| indentation(line) == depth && line.trim_start().starts_with("except"));
            if handler.is_some_and(|line| handles_absence(line)) {
                return true;
            }
        }
    }
    false
}

/// Whether an `except` clause takes what a failed import raises.
fn handles_absence(line: &str) -> bool {
    let is_name_part =
        |character: char| character.is_alphanumeric() || matches!(character, '_' | '.');
    line.trim_start().starts_with("except:")
        || line
            .split(|character| !is_name_part(character))
            .any(|name| {
                matches!(
                    name,
                    "ImportError" | "ModuleNotFoundError" | "Exception" | "BaseException"
                )
            })
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(calls: &str, expected: bool) {
        let text = format!("def load():\n    \"\"\"Load.\"\"\"\n    import psutil\n\n{calls}");
        assert_eq!(handle_absence(&text, 3), expected, "{text}");
    }

    #[test]
    fn every_call_must_handle_absence() {
        check("try:\n    load()\nexcept ImportError:\n    pass\n", true);
        check(
            "def f():\n    try:\n        return load()\n    except Exception:\n        pass\n",
            true,
        );
        check("try:\n    load()\nexcept ValueError:\n    pass\n", false);
        check(
            "try:\n    load()\nexcept ImportError:\n    pass\nload()\n",
            false,
        );
        check(
            "try:\n    load()\nexcept requests.RequestException:\n    pass\n",
            false,
        );
        check("x = load\n", false);
        check("reload()\n", false);
        check(
            "try:\n    def f():\n        load()\nexcept ImportError:\n    pass\n",
            false,
        );
    }

    #[test]
    fn code_outside_of_functions_has_no_callers() {
        assert!(!handle_absence("import psutil\n", 1));
        assert!(!handle_absence("", 1));
        assert!(!handle_absence("", 0));
    }

    proptest! {
        #[test]
        fn odd_text_never_panics(
            text in "(def f\\(|f\\(|try:|except|import a|\n|    |é){0,20}",
            line in 0_u32..12,
        ) {
            let _ = handle_absence(&text, line);
        }
    }
}
