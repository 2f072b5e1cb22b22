//! What CI installs: GitHub, GitLab, `CircleCI`, Travis CI and Azure Pipelines.
//!
//! Source: the references of their configuration files. Whatever text in them installs something is
//! a script, wherever it stands, for each of them has keys enough for scripts; what is shown to
//! people is not.

use dhtl_project_model::{Evidence, SystemPackageManager};

use super::{Named, install};
use crate::formats::yaml::{self, Node};
use crate::interpreter::ci::Service;
use crate::manifests::Manifests;

/// What a file that installs anything mentions; parsing takes longer than looking.
const MENTIONS: [&str; 10] = [
    "apt-",
    "apt ",
    "apt:",
    "aptitude ",
    "apk ",
    "dnf ",
    "yum ",
    "brew",
    "pacman ",
    "choco ",
];

/// Keys whose values are for people, or are conditions.
const NO_SCRIPTS: [&str; 7] = [
    "condition",
    "description",
    "displayName",
    "if",
    "key",
    "name",
    "title",
];

pub(super) fn read(manifests: &Manifests<'_>, named: &mut Named) {
    for file in &manifests.tree.files {
        let Some(service) = Service::of(&file.path) else {
            continue;
        };
        let text = match manifests.tree.text(&file.path) {
            Ok(text) => text,
            Err(problem) => {
                named.problems.push(problem);
                continue;
            }
        };
        if !MENTIONS.iter().any(|mention| text.contains(mention)) {
            continue;
        }
        match yaml::parse(&file.path, &text) {
            Ok(Some(root)) => {
                let mut reader = Reader {
                    path: &file.path,
                    rule: rule(service),
                    lines: text.lines().collect(),
                    named,
                };
                reader.read(&root);
            }
            Ok(None) => {}
            Err(problem) => named.problems.push(problem),
        }
    }
}

fn rule(service: Service) -> &'static str {
    match service {
        Service::GitHub => "github-workflow-run",
        Service::GitLab => "gitlab-ci-script",
        Service::CircleCi => "circleci-run",
        Service::Travis => "travis-ci-script",
        Service::Azure => "azure-pipelines-script",
    }
}

struct Reader<'a> {
    path: &'a str,
    rule: &'static str,
    lines: Vec<&'a str>,
    named: &'a mut Named,
}

impl Reader<'_> {
    /// The tree is no deeper than its parser lets it be.
    fn read(&mut self, node: &Node) {
        if let Some(text) = node.text() {
            return self.script(text, node.line);
        }
        self.action(node);
        for (key, value) in node.entries() {
            match key {
                "apt" => self.addon(SystemPackageManager::Apt, value),
                "homebrew" => self.addon(SystemPackageManager::Brew, value),
                _ => {}
            }
            if !NO_SCRIPTS.contains(&key) {
                self.read(value);
            }
        }
        for element in node.elements() {
            self.read(element);
        }
    }

    fn script(&mut self, text: &str, line: u32) {
        for (manager, word) in install::installed(text, line) {
            self.note(manager, &word.text, word.line, line);
        }
    }

    /// `addons.apt.packages` of Travis CI.
    fn addon(&mut self, manager: SystemPackageManager, addon: &Node) {
        let packages = addon.get("packages").unwrap_or(addon);
        for (line, text) in packages.texts() {
            for word in text.split_whitespace() {
                self.note(manager, word, line, line);
            }
        }
    }

    /// A step of GitHub whose action installs packages of Debian and is called so.
    fn action(&mut self, step: &Node) {
        let uses = step.get("uses").and_then(Node::text).unwrap_or_default();
        let packages = step.get("with").and_then(|with| with.get("packages"));
        if let Some(packages) = packages
            && uses.contains("apt")
        {
            self.addon(SystemPackageManager::Apt, packages);
        }
    }

    /// Notes a package at the line that it stands on.
    ///
    /// A folded text has other lines than its file, so the word is looked for from `first` on where
    /// it does not stand on `line`.
    fn note(&mut self, manager: SystemPackageManager, word: &str, line: u32, first: u32) {
        let has_word = |number: u32| {
            let index = usize::try_from(number).ok()?.checked_sub(1)?;
            self.lines.get(index).map(|line| line.contains(word))
        };
        let found = if has_word(line) == Some(true) {
            line
        } else {
            // Nobody folds a script that is longer than this.
            (first..first.saturating_add(200))
                .find(|number| has_word(*number) == Some(true))
                .unwrap_or(line)
        };
        let evidence = Evidence::at(self.path, found, self.rule);
        self.named.note(manager, word, evidence);
    }
}

#[cfg(test)]
mod tests {
    use crate::system_packages::tests::named;

    #[test]
    fn workflows_of_github_are_read() {
        let text = "\
on: push
jobs:
  test:
    steps:
      - name: apt-get install nano
        run: |
          sudo apt-get update

          sudo apt-get install -y libpq-dev \\
            graphviz ${{ matrix.more }}
      - run: >-
          sudo apt-get install
          -y
          ffmpeg
      - run: brew install portaudio
        if: runner.os == 'macOS'
      - uses: someone/cache-apt-pkgs-action@v1
        with:
          packages: libgl1 xvfb
";
        insta::assert_snapshot!(named(&[(".github/workflows/ci.yml", text)]), @"
        apt ffmpeg  .github/workflows/ci.yml:14 (github-workflow-run)
        apt graphviz  .github/workflows/ci.yml:10 (github-workflow-run)
        apt libgl1  .github/workflows/ci.yml:19 (github-workflow-run)
        apt libpq-dev  .github/workflows/ci.yml:9 (github-workflow-run)
        apt xvfb  .github/workflows/ci.yml:19 (github-workflow-run)
        brew portaudio  .github/workflows/ci.yml:15 (github-workflow-run)
        ");
    }

    #[test]
    fn other_services_are_read() {
        let files = [
            (
                ".gitlab-ci.yml",
                "test:\n  before_script:\n    - apk add --no-cache gcc\n  script: [make]\n",
            ),
            (
                ".circleci/config.yml",
                "jobs:\n  a:\n    steps:\n      - run:\n          command: yum install -y openldap-devel\n",
            ),
            (
                ".travis.yml",
                "addons:\n  apt:\n    packages:\n      - libhdf5-dev\nbefore_install:\n  - sudo apt-get install -y swig\n",
            ),
            (
                "azure-pipelines.yml",
                "steps:\n- script: sudo dnf install cairo-devel\n  displayName: dnf install x\n",
            ),
            (".github/workflows/broken.yml", "a: [apt-get\n"),
        ];
        insta::assert_snapshot!(named(&files), @"
        apt libhdf5-dev  .travis.yml:4 (travis-ci-script)
        apt swig  .travis.yml:6 (travis-ci-script)
        dnf cairo-devel  azure-pipelines.yml:2 (azure-pipelines-script)
        yum openldap-devel  .circleci/config.yml:5 (circleci-run)
        apk gcc  .gitlab-ci.yml:3 (gitlab-ci-script)
        problem: invalid YAML: while parsing a flow sequence, expected ',' or ']'  .github/workflows/broken.yml:1 (yaml-syntax)
        ");
    }
}
