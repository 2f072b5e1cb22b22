//! Where the files of a project name a distribution that no code imports.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use aho_corasick::AhoCorasick;
use dhtl_project_model::{DistributionName, FileClass};
use rayon::prelude::*;

use super::inventory::is_within;
use super::places::{Kind, kind_of_file, line_kind};
use super::scene::Scene;
use crate::imports_table::claims_of_all;

/// A place of a kind that tells what naming a distribution there means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// A string in the project's packages.
    Package,
    /// A string in tests, documentation, examples or scripts.
    DevelopmentCode,
    /// A file that configures or runs something.
    Configuration,
    /// A place in such a file where the name can be that of a program to run.
    Command,
    /// Text for people, and settings of tools that only judge the code.
    Prose,
}

/// The places that name each distribution.
pub(super) type Mentions = HashMap<DistributionName, BTreeSet<Place>>;

/// Looks for `candidates` in every file that a person wrote, but for text for people, or in that
/// alone.
pub(super) fn find(
    scene: &Scene<'_>,
    candidates: &[&DistributionName],
    is_prose_wanted: bool,
) -> Mentions {
    let names: HashSet<DistributionName> = candidates.iter().copied().cloned().collect();
    let claims: Vec<(&str, &str)> = claims_of_all(&names).collect();
    let needles: Vec<Needle> = candidates
        .iter()
        .enumerate()
        .flat_map(|(candidate, name)| {
            let modules = claims.iter().filter(|claim| claim.1 == name.as_str());
            let modules = modules.map(|claim| claim.0.to_owned()).collect();
            spellings(candidate, name, &modules)
        })
        .collect();
    let finder = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(needles.iter().map(|needle| &needle.text));
    // So many names that no machine for them can be built are named nowhere.
    let Ok(finder) = finder else {
        return Mentions::new();
    };
    let search = Search {
        finder: &finder,
        needles: &needles,
        classes: classes(scene),
        declaring: declaring_lines(scene),
        is_prose_wanted,
    };
    let found: Vec<(usize, Place)> = scene
        .tree
        .files
        .par_iter()
        .flat_map_iter(|file| search.file(scene, &file.path))
        .collect();
    let mut mentions = Mentions::new();
    for (index, place) in found {
        mentions
            .entry(candidates[index].clone())
            .or_default()
            .insert(place);
    }
    mentions
}

/// One way to write a candidate.
struct Needle {
    text: String,
    /// The index of the candidate.
    candidate: usize,
    /// Whether it is a module, and not the name of the distribution in some spelling.
    is_module: bool,
}

/// The ways in which a file may write the distribution or one of its `modules`.
fn spellings(candidate: usize, name: &DistributionName, modules: &BTreeSet<String>) -> Vec<Needle> {
    let name_itself = name.as_str().to_owned();
    let names = BTreeSet::from([
        name_itself.replace('-', "_"),
        name_itself.replace('-', "."),
        name_itself,
    ]);
    let modules = modules.difference(&names).cloned().collect::<Vec<String>>();
    let needle = |is_module| {
        move |text| Needle {
            text,
            candidate,
            is_module,
        }
    };
    names
        .into_iter()
        .map(needle(false))
        .chain(modules.into_iter().map(needle(true)))
        .filter(|needle| needle.text.len() > 1)
        .collect()
}

/// The part of the project each Python file belongs to.
fn classes<'a>(scene: &Scene<'a>) -> HashMap<&'a str, FileClass> {
    let sites = scene.python.imports.iter().flat_map(|import| &import.sites);
    sites.map(|site| (site.path.as_str(), site.class)).collect()
}

/// The lines that declare something, and so say nothing about its use.
fn declaring_lines<'a>(scene: &'a Scene<'_>) -> HashMap<&'a str, HashSet<u32>> {
    let mut lines: HashMap<&str, HashSet<u32>> = HashMap::new();
    for entry in scene.inventory.entries.values().flatten() {
        let evidence = &entry.requirement.evidence;
        let of_file = lines.entry(evidence.path.as_str()).or_default();
        of_file.extend(evidence.line);
    }
    lines
}

struct Search<'a> {
    finder: &'a AhoCorasick,
    /// What is looked for.
    needles: &'a [Needle],
    classes: HashMap<&'a str, FileClass>,
    declaring: HashMap<&'a str, HashSet<u32>>,
    /// Whether to read text for people, or everything else.
    is_prose_wanted: bool,
}

impl Search<'_> {
    /// The candidates that the file at `path` names.
    fn file(&self, scene: &Scene<'_>, path: &str) -> BTreeSet<(usize, Place)> {
        let declares = |one: &dhtl_project_model::Declaration| {
            one.path == path
                && matches!(
                    one.format,
                    dhtl_project_model::DeclarationFormat::Requirements
                        | dhtl_project_model::DeclarationFormat::Conda
                )
        };
        let kind = match self.classes.get(path) {
            // Tests lie deep; what they read rather than run is of another class.
            Some(FileClass::Tests) => Some(Kind::Code),
            _ => kind_of_file(path),
        };
        let wanted = kind.filter(|kind| (*kind == Kind::Prose) == self.is_prose_wanted);
        let Some(kind) = wanted else {
            return BTreeSet::new();
        };
        if scene.lists.declarations.iter().any(declares)
            || scene.lists.frozen.iter().any(|frozen| frozen == path)
        {
            return BTreeSet::new();
        }
        let Ok(text) = scene.tree.text(path) else {
            return BTreeSet::new();
        };
        match kind {
            Kind::Code => self.code(path, &text),
            Kind::Sections => self.sections(path, &text),
            Kind::Configuration => self.lines(path, &text, Place::Configuration),
            Kind::Prose => self.lines(path, &text, Place::Prose),
        }
    }

    fn code(&self, path: &str, text: &str) -> BTreeSet<(usize, Place)> {
        let place = match self.classes.get(path) {
            Some(FileClass::Package) => Place::Package,
            Some(_) => Place::DevelopmentCode,
            // A file without imports: what is not below tests is taken for a package.
            None if is_within(path, "tests") || path.contains("/tests/") => Place::DevelopmentCode,
            None => Place::Package,
        };
        self.words(text)
            .filter(|(range, _)| is_name_in_string(text.as_bytes(), range))
            .filter(|(range, _)| !self.declares(path, text, range))
            .map(|(_, index)| (index, place))
            .collect()
    }

    /// A file of sections with a line each for many things, among them declarations.
    fn sections(&self, path: &str, text: &str) -> BTreeSet<(usize, Place)> {
        let mut section = String::new();
        let mut found = BTreeSet::new();
        for (number, line) in (1_u32..).zip(text.lines()) {
            let trimmed = line.trim();
            if let Some(name) = trimmed
                .strip_prefix('[')
                .filter(|_| line.starts_with('['))
                .and_then(|rest| rest.split(']').next())
            {
                name.trim_start_matches('[').clone_into(&mut section);
            }
            let Some(place) = line_kind(path, &section, trimmed) else {
                continue;
            };
            let declaring = self.declaring.get(path);
            if declaring.is_some_and(|lines| lines.contains(&number)) {
                continue;
            }
            for (range, index) in self.words(line) {
                found.insert((index, place));
                if place == Place::Configuration && is_command(line.as_bytes(), &range) {
                    found.insert((index, Place::Command));
                }
            }
        }
        found
    }

    fn lines(&self, path: &str, text: &str, place: Place) -> BTreeSet<(usize, Place)> {
        self.words(text)
            .filter(|(range, _)| {
                let line = line_around(text, range);
                place == Place::Prose || !line.trim_start().starts_with('#') && !installs(line)
            })
            .filter(|(range, _)| !self.declares(path, text, range))
            .flat_map(|(range, index)| {
                let is_command =
                    place == Place::Configuration && is_command(text.as_bytes(), &range);
                let command = is_command.then_some((index, Place::Command));
                std::iter::once((index, place)).chain(command)
            })
            .collect()
    }

    /// Whether the line around `range` declares something.
    fn declares(&self, path: &str, text: &str, range: &Range<usize>) -> bool {
        // Counting lines is only worth it where some of them do.
        self.declaring.get(path).is_some_and(|lines| {
            let number = text[..range.start].matches('\n').count() + 1;
            u32::try_from(number).is_ok_and(|number| lines.contains(&number))
        })
    }

    /// The whole words of `text` that name a candidate.
    fn words<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (Range<usize>, usize)> + 't {
        let bytes = text.as_bytes();
        self.finder
            .find_overlapping_iter(text)
            .filter(move |found| is_word(bytes, found.start(), found.end()))
            .filter_map(|found| {
                let needle = &self.needles[found.pattern().as_usize()];
                // Modules are written as they are: `DNS` is not `dns`.
                let is_meant = !needle.is_module || text[found.range()] == needle.text;
                is_meant.then_some((found.range(), needle.candidate))
            })
    }
}

fn is_word(bytes: &[u8], start: usize, end: usize) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let before = start.checked_sub(1).and_then(|index| bytes.get(index));
    !before.is_some_and(is_part) && !bytes.get(end).is_some_and(is_part)
}

/// Whether the word at `range` begins a string that is a name: `"x"`, `'x.y'`, `"x://"`, `"a+x:"`.
fn is_name_in_string(bytes: &[u8], range: &Range<usize>) -> bool {
    let before = range
        .start
        .checked_sub(1)
        .and_then(|index| bytes.get(index));
    let after = bytes.get(range.end);
    matches!(before, Some(b'"' | b'\'' | b'+'))
        && matches!(after, Some(b'"' | b'\'' | b'.' | b':' | b'+' | b'['))
}

/// Whether the word at `range` can be a program: it is no part of a URL, of a path of others, of a
/// file name or a key.
fn is_command(bytes: &[u8], range: &Range<usize>) -> bool {
    let before = range
        .start
        .checked_sub(1)
        .and_then(|index| bytes.get(index));
    let after = bytes.get(range.end);
    !matches!(before, Some(b'.' | b'@' | b':')) && !matches!(after, Some(b'/' | b':' | b'.' | b'@'))
}

fn line_around<'t>(text: &'t str, range: &Range<usize>) -> &'t str {
    let start = text[..range.start].rfind('\n').map_or(0, |index| index + 1);
    let end = text[range.end..]
        .find('\n')
        .map_or(text.len(), |index| range.end + index);
    &text[start..end]
}

/// Whether a line installs something, which says nothing about its use.
fn installs(line: &str) -> bool {
    const COMMANDS: [&str; 9] = [
        "pip install",
        "pip3 install",
        "pipx install",
        "uv add",
        "uv tool install",
        "poetry add",
        "pdm add",
        "conda install",
        "mamba install",
    ];
    COMMANDS.iter().any(|command| line.contains(command))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_not_a_part_of_a_longer_name() {
        let check = |text: &str, expected| {
            let start = text.find("flask").unwrap();
            assert_eq!(
                is_word(text.as_bytes(), start, start + 5),
                expected,
                "{text}"
            );
        };
        check("flask", true);
        check("run flask.", true);
        check("flask-login", false);
        check("my_flask", false);
        check("flask2", false);
    }

    #[test]
    fn only_strings_that_are_names_count() {
        let check = |text: &str, expected| {
            let start = text.find("asyncpg").unwrap();
            let range = start..start + "asyncpg".len();
            assert_eq!(
                is_name_in_string(text.as_bytes(), &range),
                expected,
                "{text}"
            );
        };
        check("'asyncpg'", true);
        check("\"asyncpg.pool\"", true);
        check("'postgresql+asyncpg://db'", true);
        check("\"asyncpg is fast\"", false);
        check("# asyncpg", false);
        check("asyncpg.connect()", false);
    }

    #[test]
    fn parts_of_other_names_are_no_commands() {
        let check = |text: &str, expected| {
            let start = text.find("codecov").unwrap();
            let range = start..start + "codecov".len();
            assert_eq!(is_command(text.as_bytes(), &range), expected, "{text}");
        };
        check("run: codecov -f x", true);
        check("- codecov", true);
        check("/usr/bin/codecov", true);
        check("uses: codecov/codecov-action@v4", false);
        check("https://codecov.io", false);
        check("codecov:", false);
    }

    #[test]
    fn installing_is_no_use() {
        let text = "steps:\n  run: pip install flask\n";
        let start = text.find("flask").unwrap();
        assert_eq!(
            line_around(text, &(start..start + 5)),
            "  run: pip install flask"
        );
        assert!(installs("  run: pip install flask"));
        assert!(!installs("  run: flask run"));
    }
}
