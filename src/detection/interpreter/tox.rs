//! The environments of tox.
//!
//! Source: "Generative environments" in the documentation of tox.

use dhtl_project_model::{Evidence, InterpreterSource};

use super::{Stated, version};
use crate::declarations::tox::legacy_ini;
use crate::formats::ini::IniFile;
use crate::formats::toml::Node;
use crate::manifests::Manifests;

const RULE: &str = "tox-envlist";

/// Environments that one list can stand for; beyond this somebody plays a game.
const MOST_ENVIRONMENTS: usize = 512;

pub(super) fn read(manifests: &Manifests<'_>, stated: &mut Stated) {
    for file in manifests.tox_inis.iter().chain(&manifests.setup_cfgs) {
        read_ini(file, 0, stated);
    }
    for file in &manifests.pyprojects {
        if let Some((node, ini)) = legacy_ini(file) {
            read_ini(&ini, node.line(), stated);
        }
        if let Some(node) = file.get(&["tool", "tox", "env_list"]) {
            read_toml(node, stated);
        }
    }
    for file in &manifests.tox_tomls {
        if let Some(node) = file.get(&["env_list"]) {
            read_toml(node, stated);
        }
    }
}

fn read_ini(file: &IniFile, lines_before: u32, stated: &mut Stated) {
    for section in ["tox", "tox:tox"] {
        let Some(section) = file.section(section) else {
            continue;
        };
        for entry in ["envlist", "env_list"]
            .into_iter()
            .filter_map(|key| section.entry(key))
        {
            for (line, text) in &entry.value {
                let evidence = Evidence::at(&file.path, line + lines_before, RULE);
                for environment in expanded(text.split(" #").next().unwrap_or(text)) {
                    state(&environment, &evidence, stated);
                }
            }
        }
    }
}

fn read_toml(node: Node<'_>, stated: &mut Stated) {
    for (environment, node) in node.texts() {
        state(environment, &node.evidence(RULE), stated);
    }
}

fn state(environment: &str, evidence: &Evidence, stated: &mut Stated) {
    for specifiers in environment.split('-').filter_map(of_factor) {
        let known = stated.constraints.iter().any(|constraint| {
            constraint.specifiers == specifiers && constraint.evidence == *evidence
        });
        if !known {
            stated.state(InterpreterSource::ToxNox, specifiers, evidence.clone());
        }
    }
}

/// The version of a factor: `py38`, `py310`, `py3.12`, `3.12`.
fn of_factor(factor: &str) -> Option<String> {
    let bare = factor.trim().strip_prefix("py").unwrap_or(factor.trim());
    if bare.contains('.') {
        return version::to_hint(bare);
    }
    if bare.len() < 2 || bare == factor || !bare.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (major, minor) = bare.split_at(1);
    version::to_hint(&format!("{major}.{minor}"))
}

/// The environments of a line: `py{38,39}-{a,b}, lint` is five.
fn expanded(line: &str) -> Vec<String> {
    let mut environments = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (index, character) in line.char_indices().chain([(line.len(), ',')]) {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' | ' ' if depth == 0 || index == line.len() => {
                environments.extend(alternatives(line[start..index].trim()));
                start = (index + 1).min(line.len());
            }
            _ => {}
        }
        if environments.len() > MOST_ENVIRONMENTS {
            break;
        }
    }
    environments.retain(|environment| !environment.is_empty());
    environments
}

fn alternatives(pattern: &str) -> Vec<String> {
    let mut expanded = vec![pattern.to_owned()];
    while let Some(index) = expanded.iter().position(|text| text.contains('{')) {
        let text = expanded.swap_remove(index);
        let Some((before, rest)) = text.split_once('{') else {
            break;
        };
        let (inner, after) = rest.split_once('}').unwrap_or((rest, ""));
        let inner = inner.replace('{', "");
        expanded.extend(
            inner
                .split(',')
                .map(|part| format!("{before}{}{after}", part.trim())),
        );
        if expanded.len() > MOST_ENVIRONMENTS {
            break;
        }
    }
    expanded.sort_unstable();
    expanded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::interpreter::tests::stated;

    #[test]
    fn every_environment_with_a_version_is_a_hint() {
        let ini =
            "[tox]\nenvlist =\n    py{38,310}-django{32,42}, lint\n    {py312,pypy3}-x\n    py3\n";
        let toml = "env_list = ['3.13', 'docs']\n";
        insta::assert_snapshot!(stated(&[("tox.ini", ini), ("tox.toml", toml)]), @"
        ToxNox ==3.10.*  tox.ini:3 (tox-envlist)
        ToxNox ==3.8.*  tox.ini:3 (tox-envlist)
        ToxNox ==3.12.*  tox.ini:4 (tox-envlist)
        ToxNox ==3.13.*  tox.toml:1 (tox-envlist)
        ");
    }

    proptest! {
        #[test]
        fn odd_lists_never_panic(text in "[py3{},\\- é]{0,40}") {
            prop_assert!(expanded(&text).len() <= 3 * MOST_ENVIRONMENTS);
        }
    }
}
