//! What uv printed, in the parts that it consists of.

/// The longest line of a build that is shown whole.
const LONGEST: usize = 200;

/// How many lines of a build are shown.
const MOST_LINES: usize = 8;

/// The lines of a failed run of uv.
#[derive(Debug, Clone)]
pub(super) struct Output<'a> {
    lines: Vec<&'a str>,
    /// Where uv's advice begins, which stands below everything else.
    hints: usize,
}

impl<'a> Output<'a> {
    /// Splits `text`.
    pub(super) fn new(text: &'a str) -> Self {
        let lines = text.lines().map(str::trim_end).collect::<Vec<_>>();
        let hints = lines
            .iter()
            .rposition(|line| is_of_uv(line) && !line.starts_with("hint:"))
            .unwrap_or(0);
        let below = lines[hints..]
            .iter()
            .position(|line| line.starts_with("hint:"));
        let hints = below.map_or(lines.len(), |below| hints + below);
        Self { lines, hints }
    }

    /// What uv and the build said, without uv's advice.
    pub(super) fn body(&self) -> &[&'a str] {
        &self.lines[..self.hints]
    }

    /// uv's advice as one text without line breaks.
    pub(super) fn advice(&self) -> String {
        self.lines[self.hints..].join(" ")
    }

    /// uv's own explanation as one text without line breaks.
    pub(super) fn explanation(&self) -> String {
        let cleaned = self.body().iter().map(|line| clean(line));
        cleaned
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The last meaningful lines of the build, so that the line at `decisive` is among them.
    pub(super) fn last_lines(&self, decisive: Option<usize>) -> Vec<String> {
        let meaningful = self.meaningful();
        let first = meaningful.len().saturating_sub(MOST_LINES);
        let first = decisive
            .and_then(|line| meaningful.iter().position(|(index, _)| *index >= line))
            .map_or(first, |position| position.saturating_sub(2));
        let shown = meaningful.iter().skip(first).take(MOST_LINES);
        let indent = shown
            .clone()
            .map(|(_, line)| line.len() - line.trim_start().len())
            .min()
            .unwrap_or(0);
        shown
            .map(|(_, line)| shortened(line.get(indent..).unwrap_or(line)))
            .collect()
    }

    /// The lines of the build that say something, with their places.
    fn meaningful(&self) -> Vec<(usize, &'a str)> {
        let body = self.body();
        let begin = body
            .iter()
            .position(|line| ["[stdout]", "[stderr]", "--- stderr"].contains(&line.trim()));
        let (mut frame, mut boxed) = (None, false);
        let mut lines: Vec<(usize, &str)> = Vec::new();
        for (index, line) in body.iter().enumerate().skip(begin.unwrap_or(body.len())) {
            let indent = line.len() - line.trim_start().len();
            // Below each frame of a traceback stands the line of code it is at.
            if frame.is_some_and(|frame| indent > frame) && !line.trim().is_empty() {
                continue;
            }
            let text = line.trim_start();
            frame = (text.starts_with("File \"") && text.contains(", in ")).then_some(indent);
            // setuptools frames its advice to the author.
            boxed ^= text == "!!";
            let is_repeated = lines.last().is_some_and(|(_, last)| last == line);
            if frame.is_none() && !boxed && !is_repeated && !is_noise(text) {
                lines.push((index, *line));
            }
        }
        lines
    }
}

/// What uv itself said first in the last run of `command` that `log` records.
pub(super) fn head(log: &str, command: &str) -> String {
    let is_begin = |line: &str| line.starts_with("=== ") && line.ends_with(command);
    let lines = log.lines().collect::<Vec<_>>();
    let begin = lines.iter().rposition(|line| is_begin(line));
    let own = lines[begin.map_or(lines.len(), |begin| begin + 1)..]
        .iter()
        .skip_while(|line| !line.starts_with("error:"))
        .take_while(|line| is_of_uv(line));
    own.flat_map(|line| [line, "\n"]).collect()
}

/// A line without the marks that uv draws before it.
pub(super) fn clean(line: &str) -> String {
    let line = line
        .trim_start_matches(['×', '╰', '├', '│', '─', '▶', ' ', '╭'])
        .trim();
    line.strip_prefix("cause: ").unwrap_or(line).to_owned()
}

/// Builds indent what they print; uv itself begins at the margin, or with a cause.
fn is_of_uv(line: &str) -> bool {
    ["error:", "  cause:", "  ×", "  ╰", "  ├"]
        .iter()
        .any(|mark| line.starts_with(mark))
}

fn is_noise(text: &str) -> bool {
    const BEGINNINGS: [&str; 34] = [
        "Build type:",
        "Did not find ",
        "Found CMake: NO",
        "Found pkg-config:",
        "Host machine cpu",
        "Project name:",
        "Project version:",
        "RefactoringTool:",
        "[stdout]",
        "[stderr]",
        "--- stderr",
        "Traceback (most recent call last)",
        "During handling of the above exception",
        "The above exception was the direct cause",
        "File \"",
        "A full log can be found at",
        "Compiler for ",
        "Fetching value of define",
        "Downloading ",
        "Compiling ",
        "creating ",
        "copying ",
        "adding ",
        "writing ",
        "reading manifest",
        "running ",
        "warning: build_py: byte-compiling is disabled",
        "warning: no previously-included files",
        "no previously-included",
        "self._finalize_license_expression",
        "warnings.warn(",
        "warn(",
        "In file included from",
        "compilation terminated",
    ];
    // What a build remarks on its way, wherever it stands in the line.
    const REMARKS: [&str; 5] = [
        "Warning: ",
        ": warning: ",
        ": note: ",
        "In function ‘",
        " found: YES",
    ];
    let is_drawn = |character: char| "*!^~|-=_ ".contains(character);
    text.chars().all(is_drawn)
        || BEGINNINGS.iter().any(|begin| text.starts_with(begin))
        || REMARKS.iter().any(|part| text.contains(part))
        || is_command_line(text)
}

/// The command lines of compilers, and Python's complaint that one of them failed, are long and say
/// nothing.
fn is_command_line(text: &str) -> bool {
    let program = text.split(' ').next().unwrap_or_default();
    let program = program.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_compiler = [
        "gcc",
        "g++",
        "cc",
        "c++",
        "clang",
        "clang++",
        "x86_64-linux-gnu-gcc",
    ]
    .contains(&program)
        && text.contains(" -");
    is_compiler || text.contains("rror: Command '['") || text.starts_with("error: command '/")
}

fn shortened(line: &str) -> String {
    if line.chars().count() <= LONGEST {
        return line.to_owned();
    }
    line.chars().take(LONGEST).chain(['…']).collect()
}
