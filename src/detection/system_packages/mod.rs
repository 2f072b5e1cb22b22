//! Which packages of operating systems the project's own files name: one file per source, one line
//! here to list it.
//!
//! They say what somebody has needed somewhere, not what the project needs: a container file also
//! installs editors. Who reads them decides. A README is prose, and not read.

mod ci;
mod conda;
mod dockerfile;
mod install;
mod lists;
mod shell;

use std::collections::BTreeMap;

use dhtl_project_model::{Evidence, Problem, SystemPackageHint, SystemPackageManager};

use crate::manifests::Manifests;

/// The sources, each with the function that reads it.
const READERS: &[fn(&Manifests<'_>, &mut Named)] =
    &[dockerfile::read, ci::read, lists::read, conda::read];

/// What the files of a project name, and what could not be understood.
#[derive(Debug, Default)]
pub(crate) struct Named {
    /// Every place that names a package.
    packages: BTreeMap<(SystemPackageManager, String), Vec<Evidence>>,
    /// The rest.
    pub(crate) problems: Vec<Problem>,
}

/// Everything that the files of the project name.
pub(crate) fn collect(manifests: &Manifests<'_>) -> Named {
    let mut named = Named::default();
    for reader in READERS {
        reader(manifests, &mut named);
    }
    named
}

impl Named {
    /// The packages, by package manager and name.
    pub(crate) fn hints(self) -> (Vec<SystemPackageHint>, Vec<Problem>) {
        let hints = self
            .packages
            .into_iter()
            .map(|((manager, package), mut evidence)| {
                evidence.sort();
                evidence.dedup();
                SystemPackageHint {
                    manager,
                    package,
                    evidence,
                }
            });
        (hints.collect(), self.problems)
    }

    /// Notes a package, unless `word` is no name of one: a variable, a file, a pattern.
    fn note(&mut self, manager: SystemPackageManager, word: &str, evidence: Evidence) {
        if let Some(package) = install::package_name(manager, word) {
            self.packages
                .entry((manager, package.to_owned()))
                .or_default()
                .push(evidence);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::fs;

    use super::*;
    use crate::tree::Tree;

    /// Everything that a project of these files names, one line each.
    pub(super) fn named(files: &[(&str, &str)]) -> String {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let tree = Tree::read(folder.path()).unwrap();
        let (hints, problems) = collect(&Manifests::read(&tree)).hints();
        let mut shown = String::new();
        for hint in hints {
            let places: Vec<_> = hint.evidence.iter().map(ToString::to_string).collect();
            let places = places.join(", ");
            writeln!(shown, "{} {}  {places}", hint.manager, hint.package).unwrap();
        }
        for Problem { message, evidence } in problems {
            writeln!(shown, "problem: {message}  {evidence}").unwrap();
        }
        shown
    }

    #[test]
    fn a_package_is_named_once_with_every_place() {
        let files = [
            ("apt.txt", "ffmpeg\n"),
            ("Dockerfile", "FROM a\nRUN apt install ffmpeg ffmpeg\n"),
            ("README.md", "sudo apt-get install nano\n"),
        ];
        insta::assert_snapshot!(
            named(&files),
            @"apt ffmpeg  Dockerfile:2 (dockerfile-run), apt.txt:1 (apt-txt)"
        );
    }
}
