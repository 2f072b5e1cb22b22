//! Files that list packages of Debian, one a line.
//!
//! Source: `apt.txt` in "Configuration files" of repo2docker, which also looks into `binder` and
//! `.binder`; the README of Heroku's buildpack for apt (`Aptfile`); "App dependencies" in the
//! documentation of Streamlit's cloud (`packages.txt`).

use dhtl_project_model::{Evidence, SystemPackageManager};

use super::{Named, install};
use crate::manifests::Manifests;

/// The lists, each with the rule it is read by.
const LISTS: [(&str, &str); 5] = [
    (".binder/apt.txt", "apt-txt"),
    ("Aptfile", "aptfile"),
    ("apt.txt", "apt-txt"),
    ("binder/apt.txt", "apt-txt"),
    ("packages.txt", PACKAGES_TXT),
];

const PACKAGES_TXT: &str = "packages-txt";

pub(super) fn read(manifests: &Manifests<'_>, named: &mut Named) {
    for (path, rule) in LISTS {
        if !manifests.tree.contains(path) {
            continue;
        }
        match manifests.tree.text(path) {
            Ok(text) => read_text(path, rule, &text, named),
            Err(problem) => named.problems.push(problem),
        }
    }
}

fn read_text(path: &str, rule: &'static str, text: &str, named: &mut Named) {
    let lines = (1..).zip(text.lines()).filter_map(|(number, line)| {
        let line = line.split('#').next().unwrap_or_default().trim();
        (!line.is_empty()).then_some((number, line))
    });
    // Anything may be called `packages.txt`, so a line that is no package of Debian speaks for all.
    if rule == PACKAGES_TXT && !lines.clone().all(|(_, line)| is_package(line)) {
        return;
    }
    for (number, line) in lines {
        // An Aptfile also adds repositories (`:repo:…`) and passes options.
        if line.starts_with([':', '-']) {
            continue;
        }
        for word in line.split_whitespace() {
            let evidence = Evidence::at(path, number, rule);
            named.note(SystemPackageManager::Apt, word, evidence);
        }
    }
}

fn is_package(line: &str) -> bool {
    let is_pinned_by_pip = ["==", ">=", "<=", "~=", "!=", "["]
        .iter()
        .any(|sign| line.contains(sign));
    let mut words = line.split_whitespace();
    !is_pinned_by_pip
        && words.all(|word| install::package_name(SystemPackageManager::Apt, word).is_some())
}

#[cfg(test)]
mod tests {
    use crate::system_packages::tests::named;

    #[test]
    fn lists_are_read() {
        let files = [
            ("apt.txt", "# for plots\ngraphviz\n\nlibgl1 # for cv2\n"),
            ("binder/apt.txt", "graphviz=2.42*\r\n"),
            (
                "Aptfile",
                ":repo:deb http://a.example stable main\nlibmagic1\nhttps://a.example/x.deb\n",
            ),
            ("packages.txt", "ffmpeg\ntesseract-ocr\n"),
            ("docs/packages.txt", "nano\n"),
        ];
        insta::assert_snapshot!(named(&files), @"
        apt ffmpeg  packages.txt:1 (packages-txt)
        apt graphviz  apt.txt:2 (apt-txt), binder/apt.txt:1 (apt-txt)
        apt libgl1  apt.txt:4 (apt-txt)
        apt libmagic1  Aptfile:2 (aptfile)
        apt tesseract-ocr  packages.txt:2 (packages-txt)
        ");
    }

    #[test]
    fn a_list_of_something_else_is_not_read() {
        for text in ["numpy==1.2\nffmpeg\n", "The packages\n", "PyYAML\n"] {
            assert_eq!(named(&[("packages.txt", text)]), "", "{text}");
        }
    }
}
