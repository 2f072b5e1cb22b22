//! The languages a project is written in.

use dhtl_project_model::{Evidence, Found, Language};

use crate::formats::toml::TomlFile;
use crate::paths;
use crate::tree::Tree;

/// A language by the files that show it.
struct Signs {
    language: Language,
    extensions: &'static [&'static str],
    manifests: &'static [&'static str],
}

const SIGNS: [Signs; 4] = [
    Signs {
        language: Language::Python,
        extensions: &["py", "pyi", "pyx", "ipynb"],
        manifests: &[
            "pyproject.toml",
            "setup.py",
            "setup.cfg",
            "requirements.txt",
            "Pipfile",
            "environment.yml",
            "environment.yaml",
        ],
    },
    Signs {
        language: Language::Node,
        extensions: &[
            "js", "ts", "jsx", "tsx", "mjs", "cjs", "mts", "vue", "svelte",
        ],
        manifests: &["package.json"],
    },
    Signs {
        language: Language::Rust,
        extensions: &["rs"],
        manifests: &["Cargo.toml"],
    },
    Signs {
        language: Language::Go,
        extensions: &["go"],
        manifests: &["go.mod"],
    },
];

/// Code in languages that are no [`Language`]: a script in one of them is not most of it.
const OTHERS: [&str; 15] = [
    "c", "cc", "clj", "cpp", "cs", "dart", "ex", "exs", "fs", "java", "kt", "php", "rb", "scala",
    "swift",
];

/// The languages of the files, the one with most files first.
///
/// Python needs a file or a manifest. The others need a manifest, or most of the files: a script of
/// a web page in the documentation makes no project of Node.js.
pub(crate) fn find(tree: &Tree) -> Vec<Found<Language>> {
    let mut tallies: [Tally<'_>; SIGNS.len()] = Default::default();
    let mut others = 0_usize;
    for path in own_files(tree) {
        let name = paths::file_name(path);
        let extension = extension_of(name);
        others += usize::from(extension.is_some_and(|extension| OTHERS.contains(&extension)));
        for (signs, tally) in SIGNS.iter().zip(&mut tallies) {
            if extension.is_some_and(|extension| signs.extensions.contains(&extension)) {
                tally.count += 1;
                tally.file.add(path);
            }
            if signs.manifests.contains(&name) {
                tally.manifest.add(path);
            }
        }
    }
    let total = others + tallies.iter().map(|tally| tally.count).sum::<usize>();
    let mut found: Vec<(usize, Found<Language>)> = SIGNS
        .iter()
        .zip(tallies)
        .filter_map(|(signs, tally)| {
            let count = tally.count;
            let enough = count > 0 && (signs.language == Language::Python || 2 * count > total);
            let evidence = match tally.manifest.path {
                Some(path) => Evidence::file(path, "language-manifest"),
                None if enough => Evidence::file(tally.file.path?, "language-files"),
                None => return None,
            };
            Some((
                count,
                Found {
                    value: signs.language,
                    evidence,
                },
            ))
        })
        .collect();
    found.sort_by_key(|(count, found)| (std::cmp::Reverse(*count), found.value));
    found.into_iter().map(|(_, found)| found).collect()
}

/// What shows a language.
#[derive(Default)]
struct Tally<'a> {
    count: usize,
    manifest: Shallowest<'a>,
    file: Shallowest<'a>,
}

/// The first of the paths that are the fewest folders deep.
#[derive(Default)]
struct Shallowest<'a> {
    path: Option<&'a str>,
    depth: usize,
}

impl<'a> Shallowest<'a> {
    fn add(&mut self, path: &'a str) {
        let depth = paths::depth(path);
        if self.path.is_none() || depth < self.depth {
            *self = Self {
                path: Some(path),
                depth,
            };
        }
    }
}

/// The files that are not foreign. That depends on the folder, and files of one folder follow each
/// other, so the answer is kept from file to file.
fn own_files(tree: &Tree) -> impl Iterator<Item = &str> {
    let mut last: Option<(&str, bool)> = None;
    tree.files
        .iter()
        .map(|file| file.path.as_str())
        .filter(move |path| {
            let folder = paths::folder(path);
            match last {
                Some((known, is_foreign)) if known == folder => !is_foreign,
                _ => {
                    let is_foreign = paths::is_foreign(path);
                    last = Some((folder, is_foreign));
                    !is_foreign
                }
            }
        })
}

/// Whether a path is a file of Python code or a notebook.
pub(crate) fn is_python(path: &str) -> bool {
    extension_of(paths::file_name(path))
        .is_some_and(|extension| SIGNS[0].extensions.contains(&extension))
}

/// The name that a manifest of another language gives the project.
pub(crate) fn declared_name(tree: &Tree) -> Option<Found<String>> {
    let of_node = || {
        let text = tree
            .contains("package.json")
            .then(|| tree.text("package.json").ok())??;
        let package: serde_json::Value = serde_json::from_str(&text).ok()?;
        let name = package.get("name")?.as_str()?.to_owned();
        Some(Found {
            value: name,
            evidence: Evidence::file("package.json", "project-name"),
        })
    };
    let of_rust = || {
        let text = tree
            .contains("Cargo.toml")
            .then(|| tree.text("Cargo.toml").ok())??;
        let file = TomlFile::parse("Cargo.toml", text).ok()?;
        let node = file.get(&["package", "name"])?;
        Some(Found {
            value: node.as_str()?.to_owned(),
            evidence: node.evidence("project-name"),
        })
    };
    let of_go = || {
        let text = tree
            .contains("go.mod")
            .then(|| tree.text("go.mod").ok())??;
        (1..).zip(text.lines()).find_map(|(number, line)| {
            let module = line.strip_prefix("module ")?.trim();
            let name = module.rsplit('/').next()?.to_owned();
            Some(Found {
                value: name,
                evidence: Evidence::at("go.mod", number, "project-name"),
            })
        })
    };
    of_node().or_else(of_rust).or_else(of_go)
}

fn extension_of(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(_, extension)| extension)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::TreeFile;

    #[track_caller]
    fn check(paths: &[&str], expected: &[(Language, &str)]) {
        let mut files: Vec<TreeFile> = paths
            .iter()
            .map(|path| TreeFile {
                path: (*path).to_owned(),
            })
            .collect();
        files.sort_by(|left, right| left.path.cmp(&right.path));
        let found = find(&Tree {
            files,
            ..Tree::default()
        });
        let shown: Vec<_> = found
            .iter()
            .map(|found| (found.value, found.evidence.path.as_str()))
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn the_language_with_most_files_comes_first() {
        check(
            &[
                "a.py",
                "web/package.json",
                "web/a.ts",
                "web/b.ts",
                "setup.py",
            ],
            &[
                (Language::Python, "setup.py"),
                (Language::Node, "web/package.json"),
            ],
        );
        check(
            &["a.py", "web/package.json", "web/a.ts", "web/b.ts"],
            &[
                (Language::Node, "web/package.json"),
                (Language::Python, "a.py"),
            ],
        );
    }

    #[test]
    fn a_script_in_the_documentation_is_no_language() {
        check(
            &["a.py", "b.py", "docs/_static/x.js"],
            &[(Language::Python, "a.py")],
        );
        check(&["README.md"], &[]);
    }

    #[test]
    fn a_manifest_alone_is_enough() {
        check(&["go.mod"], &[(Language::Go, "go.mod")]);
    }
}
