//! The languages a project is written in.

use dhtl_project_model::{Evidence, Found, Language};

use crate::formats::toml::TomlFile;
use crate::paths;
use crate::tree::{Tree, TreeFile};

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

/// The languages of the files, the one with most files first.
///
/// Python needs a file or a manifest. The others need a manifest, or most of the files: a script of
/// a web page in the documentation makes no project of Node.js.
pub(crate) fn find(tree: &Tree) -> Vec<Found<Language>> {
    let files: Vec<&TreeFile> = tree
        .files
        .iter()
        .filter(|file| !paths::is_foreign(&file.path))
        .collect();
    let counts = SIGNS.each_ref().map(|signs| count(signs, &files));
    let total: usize = counts.iter().sum();
    let mut found: Vec<(usize, Found<Language>)> = SIGNS
        .iter()
        .zip(counts)
        .filter_map(|(signs, count)| {
            let manifest = shallowest(&files, |name| is_manifest(signs, name));
            let enough = count > 0 && (signs.language == Language::Python || 2 * count > total);
            let evidence = match manifest {
                Some(path) => Evidence::file(path, "language-manifest"),
                None if enough => {
                    let path = shallowest(&files, |name| has_extension(signs, name))?;
                    Evidence::file(path, "language-files")
                }
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

/// Whether a path is a file of Python code or a notebook.
pub(crate) fn is_python(path: &str) -> bool {
    has_extension(&SIGNS[0], path)
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

fn count(signs: &Signs, files: &[&TreeFile]) -> usize {
    files
        .iter()
        .filter(|file| has_extension(signs, &file.path))
        .count()
}

fn has_extension(signs: &Signs, path: &str) -> bool {
    paths::file_name(path)
        .rsplit_once('.')
        .is_some_and(|(_, extension)| signs.extensions.contains(&extension))
}

fn is_manifest(signs: &Signs, path: &str) -> bool {
    signs.manifests.contains(&paths::file_name(path))
}

fn shallowest<'a>(files: &[&'a TreeFile], matches: impl Fn(&str) -> bool) -> Option<&'a str> {
    files
        .iter()
        .map(|file| file.path.as_str())
        .filter(|path| matches(path))
        .min_by_key(|path| paths::depth(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(paths: &[&str], expected: &[(Language, &str)]) {
        let mut files: Vec<TreeFile> = paths
            .iter()
            .map(|path| TreeFile {
                path: (*path).to_owned(),
                size: 0,
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
