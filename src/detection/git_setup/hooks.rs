//! The programs that install hooks, and the hooks that the project has for them.
//!
//! Sources: "Top-level" and "Confining hooks to run at certain stages" in the documentation of
//! pre-commit; "Get started" in that of husky; "Configuration" in that of lefthook; the manual page
//! `githooks(5)`.

use dhtl_project_model::{Evidence, Found, HookManager, HookTool, Problem};

use crate::formats::toml::TomlFile;
use crate::formats::yaml::{self, Node};
use crate::tree::Tree;

/// The hooks that git runs on the machine of a developer.
const HOOKS: [&str; 16] = [
    "applypatch-msg",
    "commit-msg",
    "fsmonitor-watchman",
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-merge",
    "post-rewrite",
    "pre-applypatch",
    "pre-auto-gc",
    "pre-commit",
    "pre-merge-commit",
    "pre-push",
    "pre-rebase",
    "prepare-commit-msg",
    "sendemail-validate",
];

/// Those that pre-commit can install.
const OF_PRE_COMMIT: [&str; 10] = [
    "commit-msg",
    "post-checkout",
    "post-commit",
    "post-merge",
    "post-rewrite",
    "pre-commit",
    "pre-merge-commit",
    "pre-push",
    "pre-rebase",
    "prepare-commit-msg",
];

const LEFTHOOK: [&str; 10] = [
    ".config/lefthook.yaml",
    ".config/lefthook.yml",
    ".lefthook.json",
    ".lefthook.toml",
    ".lefthook.yaml",
    ".lefthook.yml",
    "lefthook.json",
    "lefthook.toml",
    "lefthook.yaml",
    "lefthook.yml",
];

/// The programs whose files are there, in the order in which one is chosen.
pub(super) fn find(tree: &Tree, problems: &mut Vec<Problem>) -> Vec<HookManager> {
    [pre_commit, lefthook, husky]
        .into_iter()
        .filter_map(|find| find(tree, problems))
        .collect()
}

fn pre_commit(tree: &Tree, problems: &mut Vec<Problem>) -> Option<HookManager> {
    const FILE: &str = ".pre-commit-config.yaml";
    let text = super::text_of(tree, FILE, problems)?;
    let root = match yaml::parse(FILE, &text) {
        Ok(root) => root?,
        Err(problem) => {
            problems.push(problem);
            return None;
        }
    };
    Some(HookManager {
        tool: HookTool::PreCommit,
        hooks: pre_commit_hooks(FILE, &root),
        evidence: Evidence::file(FILE, "pre-commit-config"),
    })
}

/// What `default_install_hook_types` lists; else `pre-commit`, and what checks ask for that
/// `pre-commit` alone would never run.
fn pre_commit_hooks(path: &str, root: &Node) -> Vec<Found<String>> {
    let mut hooks = Hooks::default();
    if let Some(types) = root.get("default_install_hook_types") {
        for (line, name) in types.texts() {
            hooks.add(name, Evidence::at(path, line, "pre-commit-install-types"));
        }
        return hooks.0;
    }
    hooks.add(
        "pre-commit",
        Evidence::file(path, "pre-commit-default-type"),
    );
    let defaults = root.get("default_stages");
    let repositories = root.get("repos").map(Node::elements).unwrap_or_default();
    let checks = repositories.iter().filter_map(|repository| {
        let checks = repository.get("hooks")?;
        Some(checks.elements())
    });
    let stages = checks
        .flatten()
        .filter_map(|check| check.get("stages").or(defaults));
    for stages in stages {
        let stages = stages.texts();
        if stages.is_empty() || stages.iter().any(|(_, name)| stage(name) == "pre-commit") {
            continue;
        }
        for (line, name) in stages {
            hooks.add(name, Evidence::at(path, line, "pre-commit-stages"));
        }
    }
    hooks.0
}

/// The name of git for a stage; before version 3.2 pre-commit had names of its own for three.
fn stage(name: &str) -> &str {
    match name {
        "commit" => "pre-commit",
        "merge-commit" => "pre-merge-commit",
        "push" => "pre-push",
        other => other,
    }
}

#[derive(Default)]
struct Hooks(Vec<Found<String>>);

impl Hooks {
    fn add(&mut self, name: &str, evidence: Evidence) {
        let name = stage(name);
        let is_new = self.0.iter().all(|hook| hook.value != name);
        if is_new && OF_PRE_COMMIT.contains(&name) {
            self.0.push(Found {
                value: name.to_owned(),
                evidence,
            });
        }
    }
}

fn lefthook(tree: &Tree, problems: &mut Vec<Problem>) -> Option<HookManager> {
    let path = LEFTHOOK.into_iter().find(|path| tree.contains(path))?;
    let text = super::text_of(tree, path, problems)?;
    let hooks = match lefthook_hooks(path, text) {
        Ok(hooks) => hooks,
        Err(problem) => {
            problems.push(problem);
            return None;
        }
    };
    Some(HookManager {
        tool: HookTool::Lefthook,
        hooks,
        evidence: Evidence::file(path, "lefthook-config"),
    })
}

fn lefthook_hooks(path: &str, text: String) -> Result<Vec<Found<String>>, Problem> {
    let hook = |name: &str, line| {
        HOOKS.contains(&name).then(|| Found {
            value: name.to_owned(),
            evidence: Evidence::at(path, line, "lefthook-hook"),
        })
    };
    if ending(path) == "toml" {
        let file = TomlFile::parse(path, text)?;
        let entries = file.root().entries().into_iter();
        return Ok(entries
            .filter_map(|(name, node)| hook(name, node.line()))
            .collect());
    }
    let root = json_or_yaml(path, &text)?;
    let entries = root.iter().flat_map(Node::entries);
    Ok(entries
        .filter_map(|(name, node)| hook(name, node.line))
        .collect())
}

fn ending(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// JSON is YAML, but for the tabs that it may be indented with; no text in it can hold one.
fn json_or_yaml(path: &str, text: &str) -> Result<Option<Node>, Problem> {
    if ending(path) == "json" {
        yaml::parse(path, &text.replace('\t', " "))
    } else {
        yaml::parse(path, text)
    }
}

/// Its hooks are files; a `package.json` that prepares it without any has none yet.
fn husky(tree: &Tree, problems: &mut Vec<Problem>) -> Option<HookManager> {
    let hooks = tree
        .below(".husky")
        .filter_map(|file| {
            let name = file.path.strip_prefix(".husky/")?;
            HOOKS.contains(&name).then(|| Found {
                value: name.to_owned(),
                evidence: Evidence::file(&file.path, "husky-hook"),
            })
        })
        .collect::<Vec<_>>();
    let evidence = prepared_with_husky(tree, problems)
        .or_else(|| (!hooks.is_empty()).then(|| Evidence::file(".husky", "husky-folder")))?;
    Some(HookManager {
        tool: HookTool::Husky,
        hooks,
        evidence,
    })
}

fn prepared_with_husky(tree: &Tree, problems: &mut Vec<Problem>) -> Option<Evidence> {
    const FILE: &str = "package.json";
    let text = super::text_of(tree, FILE, problems)?;
    // Whoever reads the languages reports a file that is broken.
    let root = json_or_yaml(FILE, &text).ok()??;
    let scripts = root.get("scripts")?;
    ["prepare", "postinstall", "install"]
        .into_iter()
        .filter_map(|name| scripts.get(name))
        .find(|script| {
            let is_word =
                |character: char| character.is_alphanumeric() || "-_/".contains(character);
            let mut words = script
                .text()
                .unwrap_or_default()
                .split(|character| !is_word(character));
            words.any(|word| word == "husky")
        })
        .map(|script| Evidence::at(FILE, script.line, "npm-prepare-husky"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    fn shown(files: &[(&str, &str)]) -> String {
        let (setup, problems) = found(files);
        let mut lines = Vec::new();
        for manager in setup.hook_managers {
            lines.push(format!("{} {}", manager.tool.name(), manager.evidence));
            let hooks = manager.hooks.iter();
            lines.extend(hooks.map(|hook| format!("  {} {}", hook.value, hook.evidence)));
        }
        lines.extend(problems.iter().map(|problem| problem.message.clone()));
        lines.join("\n")
    }

    #[test]
    fn the_stages_that_pre_commit_would_never_run_are_added() {
        let config = "\
repos:
- repo: https://git.example/checks
  hooks:
  - id: style
  - id: both
    stages: [commit, push]
  - id: message
    stages: [commit-msg, unknown]
  - id: slow
    stages: [push, manual]
";
        insta::assert_snapshot!(shown(&[(".pre-commit-config.yaml", config)]), @"
        pre-commit .pre-commit-config.yaml (pre-commit-config)
          pre-commit .pre-commit-config.yaml (pre-commit-default-type)
          commit-msg .pre-commit-config.yaml:8 (pre-commit-stages)
          pre-push .pre-commit-config.yaml:10 (pre-commit-stages)
        ");
    }

    #[test]
    fn what_is_to_be_installed_by_default_decides() {
        let config = "\
default_install_hook_types: [commit-msg, pre-push]
default_stages: [post-merge]
repos: [{repo: local, hooks: [{id: a, stages: [post-checkout]}]}]
";
        insta::assert_snapshot!(shown(&[(".pre-commit-config.yaml", config)]), @"
        pre-commit .pre-commit-config.yaml (pre-commit-config)
          commit-msg .pre-commit-config.yaml:1 (pre-commit-install-types)
          pre-push .pre-commit-config.yaml:1 (pre-commit-install-types)
        ");
    }

    #[test]
    fn stages_for_all_checks_count() {
        let config = "default_stages: [push]\nrepos: [{repo: local, hooks: [{id: a}]}]\n";
        insta::assert_snapshot!(shown(&[(".pre-commit-config.yaml", config)]), @"
        pre-commit .pre-commit-config.yaml (pre-commit-config)
          pre-commit .pre-commit-config.yaml (pre-commit-default-type)
          pre-push .pre-commit-config.yaml:1 (pre-commit-stages)
        ");
    }

    #[test]
    fn lefthook_and_husky_are_found() {
        let files = [
            (
                "lefthook.yml",
                "min_version: 1.0\npre-push:\n  commands: {}\n",
            ),
            (".husky/pre-commit", "npx lint-staged\n"),
            (".husky/_/husky.sh", ""),
            (
                "package.json",
                "{\n  \"scripts\": {\n    \"prepare\": \"husky install || true\"\n  }\n}\n",
            ),
        ];
        insta::assert_snapshot!(shown(&files), @"
        lefthook lefthook.yml (lefthook-config)
          pre-push lefthook.yml:3 (lefthook-hook)
        husky package.json:3 (npm-prepare-husky)
          pre-commit .husky/pre-commit (husky-hook)
        ");
    }

    #[test]
    fn lefthook_speaks_toml_and_json_too() {
        let toml = [(".lefthook.toml", "[pre-commit.commands.a]\nrun = 'x'\n")];
        insta::assert_snapshot!(shown(&toml), @"
        lefthook .lefthook.toml (lefthook-config)
          pre-commit .lefthook.toml:1 (lefthook-hook)
        ");
        let json = [("lefthook.json", "{\n\t\"commit-msg\": {\n\"a\": 1}}")];
        insta::assert_snapshot!(shown(&json), @"
        lefthook lefthook.json (lefthook-config)
          commit-msg lefthook.json:2 (lefthook-hook)
        ");
    }

    #[test]
    fn broken_files_are_problems() {
        let files = [
            (".pre-commit-config.yaml", "repos: [\n"),
            ("lefthook.toml", "a = ["),
        ];
        let (setup, problems) = found(&files);
        assert_eq!(setup.hook_managers, []);
        let places: Vec<_> = problems
            .iter()
            .map(|problem| problem.evidence.path.as_str())
            .collect();
        assert_eq!(places, [".pre-commit-config.yaml", "lefthook.toml"]);
    }
}
