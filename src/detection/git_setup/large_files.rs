//! The files that `.gitattributes` gives to Git LFS.
//!
//! Source: the manual page `gitattributes(5)`: the file nearest to a path decides, and within it the
//! last line that says anything.

use dhtl_project_model::{Evidence, Found, Problem};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::paths;
use crate::tree::Tree;

const FILE: &str = ".gitattributes";
const RULE: &str = "gitattributes-lfs";

/// What one `.gitattributes` says.
struct Attributes {
    folder: String,
    /// Ignoring stands for keeping in LFS.
    rules: Gitignore,
}

/// The patterns, and the files that they match.
pub(super) fn find(tree: &Tree, problems: &mut Vec<Problem>) -> (Vec<Found<String>>, Vec<String>) {
    let mut patterns = Vec::new();
    let mut attributes = Vec::new();
    let files = tree.files.iter().map(|file| file.path.as_str());
    for path in files.filter(|path| paths::file_name(path) == FILE) {
        let Some(text) = super::text_of(tree, path, problems) else {
            continue;
        };
        let lines = lines(&text);
        patterns.extend(lines.iter().filter(|line| line.is_kept).map(|line| Found {
            value: line.pattern.clone(),
            evidence: Evidence::at(path, line.number, RULE),
        }));
        attributes.extend(rules(tree, paths::folder(path), &lines));
    }
    if patterns.is_empty() {
        return (Vec::new(), Vec::new());
    }
    // The innermost folder first.
    attributes.sort_by_key(|one| std::cmp::Reverse(paths::depth(&one.folder)));
    let files = tree.files.iter().map(|file| file.path.as_str());
    let kept = files.filter(|path| is_kept(path, &attributes));
    (patterns, kept.map(str::to_owned).collect())
}

struct Line {
    number: u32,
    pattern: String,
    is_kept: bool,
}

/// The lines that say something about the attribute `filter`.
fn lines(text: &str) -> Vec<Line> {
    (1..)
        .zip(text.lines())
        .filter_map(|(number, line)| {
            let (pattern, attributes) = pattern_of(line.trim())?;
            let mut is_kept = None;
            for attribute in attributes.split_whitespace() {
                match attribute.split_once('=') {
                    Some(("filter", filter)) => is_kept = Some(filter == "lfs"),
                    None if matches!(attribute, "-filter" | "!filter" | "filter") => {
                        is_kept = Some(false);
                    }
                    _ => {}
                }
            }
            Some(Line {
                number,
                pattern,
                is_kept: is_kept?,
            })
        })
        .collect()
}

/// The pattern, which may stand in quotes, and what follows; none for comments, for what git does
/// not take (`!`), and for definitions of macros.
fn pattern_of(line: &str) -> Option<(String, &str)> {
    if line.starts_with(['#', '!', '[']) {
        return None;
    }
    if let Some(quoted) = line.strip_prefix('"') {
        let (pattern, rest) = quoted.split_once('"')?;
        return Some((pattern.to_owned(), rest));
    }
    let (pattern, rest) = line.split_once([' ', '\t'])?;
    Some((pattern.to_owned(), rest))
}

fn rules(tree: &Tree, folder: &str, lines: &[Line]) -> Option<Attributes> {
    let mut builder = GitignoreBuilder::new(tree.root.join(folder));
    for line in lines {
        let exception = if line.is_kept { "" } else { "!" };
        if line.pattern.len() > crate::paths::LONGEST_PATTERN {
            continue;
        }
        // A pattern that is none says nothing about any file.
        let _ = builder.add_line(None, &format!("{exception}{}", line.pattern));
    }
    let rules = builder.build().ok().filter(|rules| !rules.is_empty())?;
    Some(Attributes {
        folder: folder.to_owned(),
        rules,
    })
}

fn is_kept(path: &str, attributes: &[Attributes]) -> bool {
    attributes
        .iter()
        .find_map(|one| {
            let below = match one.folder.as_str() {
                "." => path,
                folder => path.strip_prefix(folder)?.strip_prefix('/')?,
            };
            match one.rules.matched(below, false) {
                Match::None => None,
                Match::Ignore(_) => Some(true),
                Match::Whitelist(_) => Some(false),
            }
        })
        .unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    #[test]
    fn patterns_and_their_files_are_found() {
        let attributes = "\
# *.txt filter=lfs
*.bin filter=lfs diff=lfs merge=lfs -text
data/** filter=lfs
data/*.md !filter
\"a b/*\" filter=lfs
*.py text eol=lf
";
        let (setup, problems) = found(&[
            (".gitattributes", attributes),
            ("deep/.gitattributes", "*.bin -filter\n*.iso filter=lfs\r\n"),
            ("a b/x", ""),
            ("app.py", ""),
            ("data/deep/y", ""),
            ("data/notes.md", ""),
            ("deep/x.bin", ""),
            ("deep/x.iso", ""),
            ("lib/x.bin", ""),
            ("x.bin", ""),
            ("x.iso", ""),
        ]);
        assert_eq!(problems, []);
        assert_eq!(
            setup.lfs_files,
            ["a b/x", "data/deep/y", "deep/x.iso", "lib/x.bin", "x.bin"]
        );
        let patterns: Vec<_> = setup
            .lfs
            .iter()
            .map(|found| format!("{} {}", found.value, found.evidence))
            .collect();
        assert_eq!(
            patterns,
            [
                "*.bin .gitattributes:2 (gitattributes-lfs)",
                "data/** .gitattributes:3 (gitattributes-lfs)",
                "a b/* .gitattributes:5 (gitattributes-lfs)",
                "*.iso deep/.gitattributes:2 (gitattributes-lfs)",
            ]
        );
    }

    #[test]
    fn odd_lines_do_no_harm() {
        let odd = "[ filter=lfs\n!x filter=lfs\n\"open filter=lfs\n[a filter=lfs\n{x filter=lfs\n";
        let (setup, problems) = found(&[(".gitattributes", odd), ("x", "")]);
        assert_eq!(problems, []);
        assert_eq!(setup.lfs_files, [""; 0]);
    }
}
