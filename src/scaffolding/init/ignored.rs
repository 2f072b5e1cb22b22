//! `.gitignore` for a project that is there already.

use super::survey::Survey;

/// `text` without the lines that would hide what the project has: a folder called `build` may hold
/// its build scripts.
pub(super) fn without_what_is_there(survey: &Survey<'_>, text: &str) -> String {
    let hides = |line: &str| {
        let name = line.trim().trim_matches('/');
        let is_plain = !name.is_empty() && !name.contains(['*', '!', '#', '[', '/']);
        let is_made = MADE.contains(&name);
        is_plain && !is_made && survey.has(name)
    };
    let kept = text.lines().filter(|line| !hides(line));
    kept.flat_map(|line| [line, "\n"]).collect()
}

/// What programs make and nobody commits, even where it is there.
const MADE: [&str; 9] = [
    "__pycache__",
    ".venv",
    ".env",
    ".coverage",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".ipynb_checkpoints",
    ".DS_Store",
];
