//! `setup.cfg`.
//!
//! Source: "Configuring setuptools using setup.cfg files" in the documentation of setuptools.

use dhtl_project_model::{DeclarationFormat, Evidence, Requirement, Scope};

use super::{Collected, requirements_txt};
use crate::formats::ini::{Entry, IniFile, Section};
use crate::manifests::Manifests;
use crate::paths;

pub(super) fn read(manifests: &Manifests<'_>, collected: &mut Collected) {
    for file in &manifests.setup_cfgs {
        if let Some(options) = file.section("options") {
            read_options(manifests, file, options, collected);
        }
        if let Some(extras) = file.section("options.extras_require") {
            read_extras(manifests, file, extras, collected);
        }
    }
}

fn read_options(
    manifests: &Manifests<'_>,
    file: &IniFile,
    options: &Section,
    collected: &mut Collected,
) {
    let keys = [
        (
            "install_requires",
            Scope::Runtime,
            "setup-cfg-install-requires",
        ),
        (
            "tests_require",
            Scope::Group("test".to_owned()),
            "setup-cfg-tests-require",
        ),
        ("setup_requires", Scope::Build, "setup-cfg-setup-requires"),
    ];
    for (key, scope, rule) in keys {
        if let Some(entry) = options.entry(key) {
            let requirements = requirements(manifests, file, entry, rule, collected);
            collected.declare(&file.path, DeclarationFormat::SetupCfg, scope, requirements);
        }
    }
}

fn read_extras(
    manifests: &Manifests<'_>,
    file: &IniFile,
    extras: &Section,
    collected: &mut Collected,
) {
    const RULE: &str = "setup-cfg-extras-require";
    for entry in &extras.entries {
        let mut own = entry.clone();
        let mut requirements_of_others = Vec::new();
        own.value.retain(|(_, text)| {
            // `%(name)s` stands for another extra.
            let name = text
                .strip_prefix("%(")
                .and_then(|text| text.strip_suffix(")s"));
            let other = name.and_then(|name| {
                extras
                    .entries
                    .iter()
                    .find(|entry| entry.key == name.to_lowercase())
            });
            requirements_of_others.extend(other);
            name.is_none()
        });
        let mut all = requirements(manifests, file, &own, RULE, collected);
        for other in requirements_of_others {
            // Problems of the other extra are reported once, with that extra.
            let mut ignored = Collected::default();
            all.extend(requirements(manifests, file, other, RULE, &mut ignored));
        }
        let scope = Scope::Extra(entry.key.clone());
        collected.declare(&file.path, DeclarationFormat::SetupCfg, scope, all);
    }
}

fn requirements(
    manifests: &Manifests<'_>,
    file: &IniFile,
    entry: &Entry,
    rule: &'static str,
    collected: &mut Collected,
) -> Vec<Requirement> {
    let mut requirements = Vec::new();
    let first = entry.value.first().map_or("", |(_, text)| text);
    if let Some(named) = first.strip_prefix("file:") {
        for name in named
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
        {
            let path = paths::join(paths::folder(&file.path), name);
            match path.filter(|path| manifests.tree.contains(path)) {
                Some(path) => {
                    let read = requirements_txt::read(manifests.tree, &path);
                    requirements.extend(read.requirements);
                    collected.problems.extend(read.problems);
                }
                None => collected.problem(
                    format!("the file `{name}` is missing"),
                    Evidence::at(&file.path, entry.line, rule),
                ),
            }
        }
        return requirements;
    }
    let is_one_line = entry.value.len() == 1;
    for (line, text) in &entry.value {
        let text = text.split(" #").next().unwrap_or(text);
        let evidence = Evidence::at(&file.path, *line, rule);
        // On one line setuptools takes `;` for the end of a requirement, where it is no marker.
        let whole = super::requirement::parse(text, evidence.clone());
        match whole {
            Ok(requirement) => requirements.push(requirement),
            Err(_) if is_one_line && text.contains(';') => {
                for part in text
                    .split(';')
                    .map(str::trim)
                    .filter(|part| !part.is_empty())
                {
                    requirements.extend(collected.requirement(part, evidence.clone()));
                }
            }
            Err(problem) => collected.problems.push(problem),
        }
    }
    requirements
}

#[cfg(test)]
mod tests {
    use crate::declarations::tests::declared;

    #[test]
    fn every_key_with_requirements_is_read() {
        let text = "\
[options]
install_requires =
    flask>=2
    tomli; python_version < '3.11'
    this is prose
setup_requires = a; b>=1
tests_require = pytest
[options.extras_require]
redis = redis>=4
all =
    %(redis)s
    attrs
files = file: extra.txt, gone.txt
";
        let files = [("setup.cfg", text), ("extra.txt", "x\n")];
        insta::assert_snapshot!(declared(&files), @r#"
        setup.cfg SetupCfg Runtime
          flask>=2  [Index] setup.cfg:3 (setup-cfg-install-requires)
          tomli; python_version < '3.11'  [Index] setup.cfg:4 (setup-cfg-install-requires)
        setup.cfg SetupCfg Extra("all")
          attrs  [Index] setup.cfg:12 (setup-cfg-extras-require)
          redis>=4  [Index] setup.cfg:9 (setup-cfg-extras-require)
        setup.cfg SetupCfg Extra("files")
          x  [Index] extra.txt:1 (requirements-file)
        setup.cfg SetupCfg Extra("redis")
          redis>=4  [Index] setup.cfg:9 (setup-cfg-extras-require)
        setup.cfg SetupCfg Group("test")
          pytest  [Index] setup.cfg:7 (setup-cfg-tests-require)
        setup.cfg SetupCfg Build
          a  [Index] setup.cfg:6 (setup-cfg-setup-requires)
          b>=1  [Index] setup.cfg:6 (setup-cfg-setup-requires)
        problem: `this is prose` is no requirement: expected a version, a URL or a marker, found `is prose`  setup.cfg:5 (setup-cfg-install-requires)
        problem: the file `gone.txt` is missing  setup.cfg:13 (setup-cfg-extras-require)
        "#);
    }
}
