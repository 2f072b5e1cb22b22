//! The `deps` of tox environments: `tox.ini`, `tox.toml`, and where else tox is configured.
//!
//! Source: "Configuration" in the documentation of tox.

use dhtl_project_model::{DeclarationFormat, Requirement, Scope};

use super::{Collected, requirements_txt};
use crate::formats::ini::IniFile;
use crate::formats::toml::{Node, TomlFile};
use crate::manifests::Manifests;

const RULE: &str = "tox-deps";

pub(super) fn read(manifests: &Manifests<'_>, collected: &mut Collected) {
    for file in manifests.tox_inis.iter().chain(&manifests.setup_cfgs) {
        read_ini(manifests, file, 0, collected);
    }
    for file in &manifests.pyprojects {
        if let Some((node, ini)) = legacy_ini(file) {
            read_ini(manifests, &ini, node.line(), collected);
        }
        if let Some(node) = file.get(&["tool", "tox"]) {
            read_toml(manifests, file, node, collected);
        }
    }
    for file in &manifests.tox_tomls {
        read_toml(manifests, file, file.root(), collected);
    }
}

/// The INI text that `pyproject.toml` may hold under `[tool.tox]`; it begins on the line below its key.
pub(crate) fn legacy_ini(file: &TomlFile) -> Option<(Node<'_>, IniFile)> {
    let node = file.get(&["tool", "tox", "legacy_tox_ini"])?;
    Some((node, IniFile::parse(&file.path, node.as_str()?)))
}

fn read_ini(
    manifests: &Manifests<'_>,
    file: &IniFile,
    lines_before: u32,
    collected: &mut Collected,
) {
    for section in &file.sections {
        let Some(scope) = scope(&section.name) else {
            continue;
        };
        let Some(deps) = section.entry("deps") else {
            continue;
        };
        let mut plain = Vec::new();
        let mut of_factors = Vec::new();
        for (line, text) in substituted(file, &deps.value) {
            let line = line + lines_before;
            match text.split_once(": ") {
                Some((factors, text)) if is_factors(factors) => {
                    of_factors.push((line, text.trim().to_owned()));
                }
                _ => plain.push((line, text)),
            }
        }
        let mut requirements = lines(manifests, &file.path, plain, collected);
        let of_factors = lines(manifests, &file.path, of_factors, collected);
        let of_factors = agreed(&requirements, of_factors);
        requirements.extend(of_factors);
        collected.declare(&file.path, DeclarationFormat::Tox, scope, requirements);
    }
}

fn read_toml(manifests: &Manifests<'_>, file: &TomlFile, tox: Node<'_>, collected: &mut Collected) {
    let base = tox.get("env_run_base").map(|node| ("tox".to_owned(), node));
    let environments = tox.get("env").map(Node::entries).unwrap_or_default();
    let named = environments
        .into_iter()
        .map(|(name, node)| (format!("tox-{name}"), node));
    for (group, node) in base.into_iter().chain(named) {
        let Some(deps) = node.get("deps") else {
            continue;
        };
        let texts = deps.texts();
        let texts = texts
            .into_iter()
            .map(|(text, node)| (node.line(), without_root(text)))
            .collect();
        let requirements = lines(manifests, &file.path, texts, collected);
        collected.declare(
            &file.path,
            DeclarationFormat::Tox,
            Scope::Group(group),
            requirements,
        );
    }
}

fn scope(section: &str) -> Option<Scope> {
    // In `setup.cfg` the sections of tox have its name before theirs.
    let section = section.strip_prefix("tox:").unwrap_or(section);
    if section == "testenv" {
        return Some(Scope::Group("tox".to_owned()));
    }
    let name = section.strip_prefix("testenv:")?;
    Some(Scope::Group(format!("tox-{name}")))
}

/// The lines of a value with `{[section]key}` replaced by the lines it stands for.
fn substituted(file: &IniFile, value: &[(u32, String)]) -> Vec<(u32, String)> {
    // References that lead to themselves, or to ever more of each other, must come to an end.
    let mut references_left = 100;
    let mut waiting: Vec<&(u32, String)> = value.iter().rev().collect();
    let mut lines = Vec::new();
    while let Some((line, text)) = waiting.pop() {
        let reference = text
            .strip_prefix("{[")
            .and_then(|text| text.strip_suffix('}'))
            .and_then(|text| text.split_once(']'));
        match reference {
            Some((section, key)) if references_left > 0 => {
                references_left -= 1;
                if let Some(entry) = file.entry(section, &key.to_lowercase()) {
                    waiting.extend(entry.value.iter().rev());
                }
            }
            Some(_) => {}
            None => lines.push((*line, without_root(text))),
        }
    }
    lines
}

fn without_root(text: &str) -> String {
    ["{toxinidir}", "{tox_root}"]
        .iter()
        .fold(text.to_owned(), |text, root| {
            text.replace(&format!("{root}/"), "").replace(root, ".")
        })
}

fn is_factors(text: &str) -> bool {
    let is_factor =
        |character: char| character.is_ascii_alphanumeric() || "-_,.!{} ".contains(character);
    !text.is_empty() && text.chars().all(is_factor)
}

fn lines(
    manifests: &Manifests<'_>,
    path: &str,
    lines: Vec<(u32, String)>,
    collected: &mut Collected,
) -> Vec<Requirement> {
    // What is left in braces comes from the environment or from positional arguments.
    let lines = lines.into_iter().filter(|(_, text)| !text.contains('{'));
    let read = requirements_txt::read_lines(manifests.tree, path, lines);
    collected.problems.extend(read.problems);
    let of_this_file = |requirement: &Requirement| requirement.evidence.path == path;
    let with_rule = |mut requirement: Requirement| {
        if of_this_file(&requirement) {
            requirement.evidence.rule = RULE.into();
        }
        requirement
    };
    read.requirements.into_iter().map(with_rule).collect()
}

/// What environments of different factors have in common, beyond what all have.
///
/// `django42: Django>=4.2,<4.3` and `django50: Django>=5.0,<5.1` are never installed together, so
/// where factors name several versions of a distribution only its name is left.
fn agreed(plain: &[Requirement], of_factors: Vec<Requirement>) -> Vec<Requirement> {
    let mut agreed: Vec<Requirement> = Vec::new();
    for requirement in of_factors {
        let same = |other: &Requirement| {
            other.text == requirement.text
                || (other.name.is_some() && other.name == requirement.name)
        };
        if plain.iter().any(same) {
            continue;
        }
        match agreed.iter_mut().find(|other| same(other)) {
            Some(earlier) if earlier.text != requirement.text => {
                earlier.text = requirement
                    .name
                    .map_or(requirement.text, |name| name.to_string());
            }
            Some(_) => {}
            None => agreed.push(requirement),
        }
    }
    agreed
}

#[cfg(test)]
mod tests {
    use crate::declarations::tests::declared;

    #[test]
    fn factors_references_and_includes_are_understood() {
        let text = "\
[tox]
envlist = py311
[base]
deps =
    pytest>=7
[testenv]
deps =
    {[base]deps}
    -r {toxinidir}/more.txt
    django42: Django>=4.2,<4.3
    django50: Django>=5.0,<5.1
    py38,py39: typing_extensions>=4
    {env:EXTRA:}
[testenv:lint]
deps = ruff
[tox:loop]
deps = {[tox:loop]deps}
";
        let files = [("tox.ini", text), ("more.txt", "x\n")];
        insta::assert_snapshot!(declared(&files), @r#"
        tox.ini Tox Group("tox")
          pytest>=7  [Index] tox.ini:5 (tox-deps)
          x  [Index] more.txt:1 (requirements-file)
          django  [Index] tox.ini:10 (tox-deps)
          typing_extensions>=4  [Index] tox.ini:12 (tox-deps)
        tox.ini Tox Group("tox-lint")
          ruff  [Index] tox.ini:15 (tox-deps)
        "#);
    }

    #[test]
    fn every_home_of_tox_is_read() {
        let pyproject = "\
[tool.tox]
legacy_tox_ini = '''
[testenv]
deps = a
'''
";
        let toml = "env_run_base.deps = ['b']\n[env.docs]\ndeps = ['c']\n";
        let cfg = "[tox:tox]\n[testenv]\ndeps = d\n";
        let files = [
            ("pyproject.toml", pyproject),
            ("tox.toml", toml),
            ("setup.cfg", cfg),
        ];
        insta::assert_snapshot!(declared(&files), @r#"
        pyproject.toml Tox Group("tox")
          a  [Index] pyproject.toml:4 (tox-deps)
        setup.cfg Tox Group("tox")
          d  [Index] setup.cfg:3 (tox-deps)
        tox.toml Tox Group("tox")
          b  [Index] tox.toml:1 (tox-deps)
        tox.toml Tox Group("tox-docs")
          c  [Index] tox.toml:3 (tox-deps)
        "#);
    }
}
