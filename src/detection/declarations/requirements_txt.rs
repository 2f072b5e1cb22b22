//! The requirements file format of pip.
//!
//! Source: "Requirements File Format" in the documentation of pip.

use std::collections::HashSet;

use dhtl_project_model::{Evidence, Problem, Requirement, RequirementSource};

use super::requirement::{self, Direct, source_of_url};
use crate::paths;
use crate::tree::Tree;

const RULE: &str = "requirements-file";

/// Statements beyond which a file is not read: many files can include the same one, and each has
/// all of it.
const MOST: usize = 10_000;

/// What one requirements file comes to, with the files it includes.
#[derive(Debug, Default)]
pub(crate) struct RequirementsFile {
    /// The requirements, those of included files in their place.
    pub(crate) requirements: Vec<Requirement>,
    /// What could not be understood.
    pub(crate) problems: Vec<Problem>,
}

/// Reads the file at `path` and everything it includes with `-r`.
pub(crate) fn read(tree: &Tree, path: &str) -> RequirementsFile {
    let mut reader = Reader {
        tree,
        open: Vec::new(),
        done: HashSet::new(),
        file: RequirementsFile::default(),
    };
    reader.include(path, None);
    reader.file
}

/// Reads lines of a requirements file that stand in another file, such as the `deps` of tox; paths
/// in them are relative to the folder of that file.
pub(crate) fn read_lines(
    tree: &Tree,
    path: &str,
    lines: impl IntoIterator<Item = (u32, String)>,
) -> RequirementsFile {
    let mut reader = Reader {
        tree,
        open: vec![path.to_owned()],
        done: HashSet::new(),
        file: RequirementsFile::default(),
    };
    for (line, text) in lines {
        reader.line(path, line, without_comment(&text).trim());
    }
    reader.file
}

struct Reader<'a> {
    tree: &'a Tree,
    /// The files that are being read, the outermost first.
    open: Vec<String>,
    /// The files that were read already: a second time adds nothing, and files that include each
    /// other many times over must come to an end.
    done: HashSet<String>,
    file: RequirementsFile,
}

impl Reader<'_> {
    fn include(&mut self, path: &str, included_at: Option<Evidence>) {
        if let Some(evidence) = included_at {
            if self.open.iter().any(|open| open == path) {
                return self.problem(format!("`{path}` includes itself"), evidence);
            }
            if self.done.contains(path) {
                return;
            }
            if !self.tree.contains(path) {
                return self.problem(format!("the included file `{path}` is missing"), evidence);
            }
            // Far more than anybody nests; a chain of files must not exhaust the stack.
            if self.open.len() > 32 {
                return self.problem("too many levels of included files", evidence);
            }
        }
        match self.tree.text(path) {
            Ok(text) => {
                self.open.push(path.to_owned());
                for (number, line) in logical_lines(&text) {
                    self.line(path, number, line.trim());
                }
                self.done.extend(self.open.pop());
            }
            Err(problem) => self.file.problems.push(problem),
        }
    }

    fn line(&mut self, path: &str, number: u32, line: &str) {
        if line.is_empty() {
            return;
        }
        let evidence = Evidence::at(path, number, RULE);
        match self.file.requirements.len() + self.file.problems.len() {
            ..MOST => {}
            MOST => return self.problem(format!("more than {MOST} lines, not read"), evidence),
            _ => return,
        }
        if let Some(included) = option(line, "-r", "--requirement") {
            match paths::join(paths::folder(path), included) {
                Some(included) => self.include(&included, Some(evidence)),
                None => self.problem(
                    format!("the included file `{included}` is outside of the project"),
                    evidence,
                ),
            }
        } else if let Some(constraints) = option(line, "-c", "--constraint") {
            // Constraints ask for nothing to be installed, so only their absence is of interest.
            let found = paths::join(paths::folder(path), constraints)
                .is_some_and(|constraints| self.tree.contains(&constraints));
            if !found && !constraints.contains("://") {
                self.problem(
                    format!("the constraints file `{constraints}` is missing"),
                    evidence,
                );
            }
        } else if let Some(target) = option(line, "-e", "--editable") {
            self.requirement(path, target, true, evidence);
        } else if line.starts_with('-') {
            self.option(line, evidence);
        } else {
            self.requirement(path, line, false, evidence);
        }
    }

    fn option(&mut self, line: &str, evidence: Evidence) {
        // These say how to install, not what; whoever installs hands the file to the installer.
        const KNOWN: [&str; 13] = [
            "-i",
            "--index-url",
            "--extra-index-url",
            "--no-index",
            "-f",
            "--find-links",
            "--no-binary",
            "--only-binary",
            "--prefer-binary",
            "--require-hashes",
            "--pre",
            "--trusted-host",
            "--use-feature",
        ];
        let name = line.split(['=', ' ', '\t']).next().unwrap_or(line);
        if !KNOWN.contains(&name) && !name.starts_with("-f") && !name.starts_with("-i") {
            self.problem(format!("unknown option `{name}`"), evidence);
        }
    }

    fn requirement(&mut self, path: &str, line: &str, editable: bool, evidence: Evidence) {
        let (text, hashes) = without_options(line);
        let text = unquoted(text);
        let read = if let Some(direct) = bare_url(text, editable) {
            Ok(direct.into_requirement(evidence))
        } else if is_path(text) {
            self.local(path, text, editable, evidence)
        } else {
            requirement::parse(text, evidence).map(|requirement| Requirement {
                editable: editable && requirement.source != RequirementSource::Index,
                ..requirement
            })
        };
        match read {
            Ok(requirement) => {
                self.file.requirements.push(Requirement {
                    hashes,
                    ..requirement
                });
            }
            Err(problem) => self.file.problems.push(problem),
        }
    }

    /// A folder or archive.
    ///
    /// pip resolves it from the folder it is started in, which the file does not name: it is the
    /// innermost folder around the file from which the path leads to something.
    fn local(
        &self,
        path: &str,
        text: &str,
        editable: bool,
        evidence: Evidence,
    ) -> Result<Requirement, Problem> {
        let text = text.split(';').next().unwrap_or(text).trim();
        let bare = text
            .strip_prefix("file://")
            .or_else(|| text.strip_prefix("file:"));
        let bare = bare.unwrap_or(text).trim_start_matches("localhost");
        let (bare, name) = match bare.split_once("#egg=") {
            Some((bare, egg)) => (bare, Some(egg.split('&').next().unwrap_or(egg))),
            None => (bare, None),
        };
        let (bare, extras) = match bare.split_once('[') {
            Some((bare, extras)) => (bare, format!("[{extras}")),
            None => (bare, String::new()),
        };
        let target = paths::ancestors(path)
            .filter_map(|folder| paths::join(folder, bare))
            .find(|target| is_installable(self.tree, target));
        match target {
            Some(target) => Ok(Direct {
                name,
                target: target + &extras,
                source: RequirementSource::Path,
                editable,
            }
            .into_requirement(evidence)),
            None => Err(Problem {
                message: format!("`{text}` leads to nothing in the project that can be installed"),
                evidence,
            }),
        }
    }

    fn problem(&mut self, message: impl Into<String>, evidence: Evidence) {
        self.file.problems.push(Problem {
            message: message.into(),
            evidence,
        });
    }
}

/// Whether a path is an archive, or a folder that holds a project.
pub(crate) fn is_installable(tree: &Tree, path: &str) -> bool {
    tree.contains(path)
        || ["pyproject.toml", "setup.py", "setup.cfg"]
            .iter()
            .any(|name| paths::join(path, name).is_some_and(|manifest| tree.contains(&manifest)))
}

/// The argument of an option, in any of the ways to write it: `-r x`, `-rx`, `--requirement=x`.
fn option<'a>(line: &'a str, short: &str, long: &str) -> Option<&'a str> {
    let argument = match line.strip_prefix(long) {
        Some(rest) if rest.starts_with(['=', ' ', '\t']) => rest.trim_start_matches('='),
        Some(_) => return None,
        None => line
            .strip_prefix(short)
            .filter(|_| !line.starts_with("--"))?,
    };
    Some(unquoted(argument.trim())).filter(|argument| !argument.is_empty())
}

fn unquoted(text: &str) -> &str {
    let text = text.trim();
    for quote in ['"', '\''] {
        let inner = text
            .strip_prefix(quote)
            .and_then(|text| text.strip_suffix(quote));
        if let Some(inner) = inner {
            return inner;
        }
    }
    text
}

/// Lines joined where they end in a backslash, without comments, each with its first number.
fn logical_lines(text: &str) -> Vec<(u32, String)> {
    let mut lines: Vec<(u32, String)> = Vec::new();
    let mut continues = false;
    for (number, line) in (1..).zip(text.lines()) {
        let is_comment = line.trim_start().starts_with('#');
        let (line, goes_on) = match line.trim_end().strip_suffix('\\') {
            Some(start) if !is_comment => (start, true),
            _ => (line, false),
        };
        let line = without_comment(line);
        match lines.last_mut() {
            Some((_, joined)) if continues => {
                joined.push(' ');
                joined.push_str(line);
            }
            _ => lines.push((number, line.to_owned())),
        }
        // pip lets a comment stand between the parts of a continued line.
        continues = goes_on || (continues && is_comment);
    }
    lines
}

/// A `#` begins a comment at the start of a line and behind white space.
fn without_comment(line: &str) -> &str {
    let mut previous = ' ';
    for (index, character) in line.char_indices() {
        if character == '#' && previous.is_whitespace() {
            return &line[..index];
        }
        previous = character;
    }
    line
}

/// The requirement before its options, and the hashes among the options.
fn without_options(line: &str) -> (&str, Vec<String>) {
    let Some(start) = line.find(" --").or_else(|| line.find("\t--")) else {
        return (line, Vec::new());
    };
    let (requirement, options) = line.split_at(start);
    let hashes = options
        .split_whitespace()
        .flat_map(|option| option.split('='))
        .filter(|part| part.contains(':') && !part.contains('/'))
        .map(str::to_owned)
        .collect();
    (requirement.trim(), hashes)
}

/// A URL without a name before it; the name is in its `#egg=` or in the name of a wheel.
fn bare_url(text: &str, editable: bool) -> Option<Direct<'_>> {
    let (target, marker) = match text.split_once(" ;").or_else(|| text.split_once("; ")) {
        Some((target, marker)) => (target.trim(), Some(marker.trim())),
        None => (text, None),
    };
    let (scheme, _) = target.split_once("://")?;
    let is_scheme =
        |character: char| character.is_ascii_alphanumeric() || "+-.".contains(character);
    if scheme == "file" || !scheme.chars().all(is_scheme) {
        return None;
    }
    let (url, fragment) = target.split_once('#').unwrap_or((target, ""));
    let egg = fragment
        .split('&')
        .find_map(|part| part.strip_prefix("egg="));
    let rest: Vec<&str> = fragment
        .split('&')
        .filter(|part| !part.is_empty() && !part.starts_with("egg="))
        .collect();
    let wheel = url
        .rsplit_once('/')
        .and_then(|(_, file)| file.strip_suffix(".whl"))
        .and_then(|wheel| wheel.split('-').next());
    let mut target = url.to_owned();
    if !rest.is_empty() {
        target = format!("{target}#{}", rest.join("&"));
    }
    if let Some(marker) = marker {
        target = format!("{target} ; {marker}");
    }
    Some(Direct {
        name: egg.or(wheel),
        source: source_of_url(&target),
        target,
        editable,
    })
}

fn is_path(text: &str) -> bool {
    if text.contains(" @ ") {
        return false;
    }
    let bare = text.split([';', '[']).next().unwrap_or(text).trim();
    text.starts_with("file:")
        || bare.starts_with(['.', '/', '~'])
        || bare.contains('/')
        || bare.contains('\\')
        || [".whl", ".tar.gz", ".zip", ".tar.bz2"]
            .iter()
            .any(|suffix| bare.ends_with(suffix))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    fn read_project(files: &[(&str, &str)], path: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let file = read(&Tree::read(folder.path()).unwrap(), path);
        let mut shown = String::new();
        for requirement in file.requirements {
            let editable = if requirement.editable {
                " editable"
            } else {
                ""
            };
            let hashes = requirement.hashes.join(" ");
            writeln!(
                shown,
                "{} {:?}{editable} {hashes}| {}",
                requirement.text, requirement.source, requirement.evidence
            )
            .unwrap();
        }
        for problem in file.problems {
            writeln!(shown, "problem: {} | {}", problem.message, problem.evidence).unwrap();
        }
        shown
    }

    #[test]
    fn every_kind_of_line_is_understood() {
        let text = "\u{feff}--index-url https://index.example/simple\r
# a comment\r
flask>=2  # why\r
attrs==23.1.0 \\\r
    --hash=sha256:aa \\\r
    # via flask\r
    --hash=sha256:bb\r
git+https://git.example/a@v1#egg=a&subdirectory=x\r
-e git+https://git.example/b#egg=b\r
https://files.example/c-1.0-py3-none-any.whl ; python_version < '4'\r
d @ https://files.example/d.zip\r
-e .[dev]\r
./missing\r
-r more.txt\r
-c gone.txt\r
--strange=1\r
this is prose\r
";
        insta::assert_snapshot!(
            read_project(
                &[("requirements.txt", text), ("more.txt", "click\n"), ("setup.py", "")],
                "requirements.txt",
            ),
            @"
        flask>=2 Index | requirements.txt:3 (requirements-file)
        attrs==23.1.0 Index sha256:aa sha256:bb| requirements.txt:4 (requirements-file)
        a @ git+https://git.example/a@v1#subdirectory=x Vcs | requirements.txt:8 (requirements-file)
        b @ git+https://git.example/b Vcs editable | requirements.txt:9 (requirements-file)
        c @ https://files.example/c-1.0-py3-none-any.whl ; python_version < '4' Url | requirements.txt:10 (requirements-file)
        d @ https://files.example/d.zip Url | requirements.txt:11 (requirements-file)
        .[dev] Path editable | requirements.txt:12 (requirements-file)
        click Index | more.txt:1 (requirements-file)
        problem: `./missing` leads to nothing in the project that can be installed | requirements.txt:13 (requirements-file)
        problem: the constraints file `gone.txt` is missing | requirements.txt:15 (requirements-file)
        problem: unknown option `--strange` | requirements.txt:16 (requirements-file)
        problem: `this is prose` is no requirement: expected a version, a URL or a marker, found `is prose` | requirements.txt:17 (requirements-file)
        "
        );
    }

    #[test]
    fn what_is_longer_than_any_list_is_read_up_to_a_limit() {
        let folder = tempfile::tempdir().unwrap();
        let text = "a\n".repeat(2 * MOST);
        std::fs::write(folder.path().join("requirements.txt"), text).unwrap();
        let file = read(&Tree::read(folder.path()).unwrap(), "requirements.txt");
        assert_eq!(file.requirements.len(), MOST);
        let lines: Vec<_> = file.problems.iter().map(|one| one.evidence.line).collect();
        assert_eq!(lines, [u32::try_from(MOST + 1).ok()]);
    }

    #[test]
    fn includes_that_meet_themselves_are_a_problem() {
        insta::assert_snapshot!(
            read_project(
                &[("requirements/a.txt", "-r b.txt\nx\n"), ("requirements/b.txt", "-r a.txt\ny\n")],
                "requirements/a.txt",
            ),
            @"
        y Index | requirements/b.txt:2 (requirements-file)
        x Index | requirements/a.txt:2 (requirements-file)
        problem: `requirements/a.txt` includes itself | requirements/b.txt:1 (requirements-file)
        "
        );
    }

    #[test]
    fn a_path_is_looked_for_from_the_inside() {
        let files = [
            ("backend/requirements/dev.txt", "-e .\n../../lib\n"),
            ("backend/setup.py", ""),
            ("lib/pyproject.toml", ""),
            ("pyproject.toml", ""),
        ];
        insta::assert_snapshot!(
            read_project(&files, "backend/requirements/dev.txt"),
            @"
        backend Path editable | backend/requirements/dev.txt:1 (requirements-file)
        lib Path | backend/requirements/dev.txt:2 (requirements-file)
        "
        );
    }

    proptest! {
        #[test]
        fn odd_lines_never_panic(text in "[-a-c.=:/#\\\\ \n\\[\\];@\"']{0,60}") {
            let tree = Tree::default();
            read_lines(&tree, "a.txt", logical_lines(&text));
        }
    }
}
