//! Takes out of a conversation what differs from run to run and from machine to machine.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

/// Replacements for one world.
#[derive(Debug, Clone, Default)]
pub(crate) struct Redaction(Vec<(String, &'static str)>);

impl Redaction {
    /// With `name` for `path` and for the folder it really is.
    #[must_use]
    pub(super) fn path(mut self, path: &Path, name: &'static str) -> Self {
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        for path in [real.as_path(), path] {
            self.0.push((path.display().to_string(), name));
        }
        self
    }

    /// `text` as it would be in any world.
    pub(super) fn apply(&self, text: &str) -> String {
        let text = self.0.iter().fold(text.to_owned(), |text, (path, name)| {
            text.replace(path, name)
        });
        // Windows separates otherwise; the snapshots do not care.
        let text = if cfg!(windows) {
            text.replace('\\', "/")
        } else {
            text
        };
        PATTERNS.iter().fold(text, |text, (pattern, name)| {
            pattern.replace_all(&text, *name).into_owned()
        })
    }
}

/// In this order: a program's path ends in what a later pattern would take for something else.
static PATTERNS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let patterns = [
        (r"as of \d{4}-\d\d-\d\d", "as of [DATE]"),
        (r": [^:\n]* \(os error \d+\)", ": [OS ERROR]"),
        (r"sha256:[0-9a-f]{64}", "sha256:[DIGEST]"),
        (r"\((?:\d+ms|\d+\.\d+s|\d+m \d\ds|\d+h \d\dm)\)", "([TIME])"),
        (r"trying again in \S+", "trying again in [TIME]"),
        (r"--python (?:/|[A-Z]:\\)\S*", "--python [INTERPRETER]"),
        (r"(?m)(^|`)\S*[/\\]uv(?:\.exe)? ", "${1}uv "),
        (
            // Why it is this one depends on which others the machine has.
            r"Python \d+\.\d+\.\d+\S* from [a-zA-Z]+: [^\n]+",
            "Python [VERSION] from [ORIGIN]: [REASON]",
        ),
        (r"Python \d+\.\d+\.\d+", "Python [VERSION]"),
        (
            r"Python version: \d+\.\d+\.\d+",
            "Python version: [VERSION]",
        ),
        (
            r"\buv-[a-z0-9_]+-[a-z0-9-]+\.(?:tar\.gz|zip)",
            "uv-[TARGET]",
        ),
        (r"\buv \d+\.\d+\.\d+", "uv [VERSION]"),
        (
            r"Platform: [^\n]* \(detected\)",
            "Platform: [PLATFORM] (detected)",
        ),
        (
            r"\b(?:linux|darwin|windows)-(?:x86_64|arm64|aarch64)\b",
            "[PLATFORM]",
        ),
    ];
    let compiled = patterns.map(|(pattern, name)| (Regex::new(pattern).unwrap(), name));
    compiled.into()
});
