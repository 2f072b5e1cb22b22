//! The exact set of distributions that a compiled requirements file asks for on one platform.

use dhtl_project_model::DistributionName;
use std::collections::BTreeMap;

use crate::RegenerationError;
use crate::markers::MarkerEnvironment;
use crate::state::one_per_line;

/// What must be installed: every name with its exact version, or none for a distribution that
/// comes from a URL, a folder or a repository.
pub(crate) type LockedSet = BTreeMap<DistributionName, Option<String>>;

/// A compiled requirements file, as `uv pip compile` and `uv export` write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CompiledRequirements {
    /// The requirements in the order of the file.
    pub(crate) requirements: Vec<CompiledRequirement>,
}

/// One requirement of a compiled file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CompiledRequirement {
    /// The distribution; none for a path without a name.
    pub(crate) name: Option<DistributionName>,
    /// The requirement as it stands there, without hashes.
    pub(crate) text: String,
    /// Whether the file gives hashes for it.
    pub(crate) hashed: bool,
    /// Its lines in the file, as a range counted from 0.
    lines: std::ops::Range<usize>,
}

impl CompiledRequirements {
    /// Reads the text of a compiled file.
    pub(crate) fn parse(text: &str) -> Self {
        let mut requirements: Vec<CompiledRequirement> = Vec::new();
        let mut continued = false;
        for (index, line) in text.lines().enumerate() {
            let trimmed = line.trim();
            let content = trimmed.trim_end_matches('\\').trim_end();
            let is_part = continued || (trimmed.starts_with('#') && line.starts_with(' '));
            continued = trimmed.ends_with('\\');
            match requirements.last_mut() {
                Some(last) if is_part => {
                    last.hashed |= content.starts_with("--hash");
                    last.lines.end = index + 1;
                }
                _ if content.is_empty() || content.starts_with('#') || is_option(content) => {}
                _ => requirements.push(CompiledRequirement::new(content, index)),
            }
        }
        Self { requirements }
    }

    /// Whether every requirement has a hash, so that `--require-hashes` can be demanded.
    pub(crate) fn all_hashed(&self) -> bool {
        self.requirements
            .iter()
            .all(|requirement| requirement.hashed)
    }

    /// What the file asks for in the environment that `markers` describe.
    pub(crate) fn evaluate(
        &self,
        path: &str,
        markers: &MarkerEnvironment,
    ) -> Result<LockedSet, RegenerationError> {
        let mut locked_set = LockedSet::new();
        for requirement in &self.requirements {
            let Some(name) = &requirement.name else {
                continue;
            };
            let applies = markers.satisfies(requirement.marker()).map_err(|error| {
                RegenerationError::BadLock {
                    path: path.to_owned(),
                    line: requirement.lines.start + 1,
                    message: error.to_string(),
                }
            })?;
            if applies {
                locked_set.insert(name.clone(), requirement.exact_version());
            }
        }
        Ok(locked_set)
    }

    /// The text of the file without the requirement of this name.
    pub(crate) fn without(&self, text: &str, name: &DistributionName) -> String {
        self.filtered(text, |requirement| requirement.name.as_ref() != Some(name))
    }

    /// The text of the file without the requirements whose name is `unwanted`.
    pub(crate) fn without_all(
        &self,
        text: &str,
        unwanted: impl Fn(&DistributionName) -> bool,
    ) -> String {
        self.filtered(text, |requirement| {
            !requirement.name.as_ref().is_some_and(&unwanted)
        })
    }

    /// The text of the file without the project itself, which some requirements files name.
    pub(crate) fn without_project(&self, text: &str) -> String {
        self.filtered(text, |requirement| {
            let path = requirement
                .text
                .trim_start_matches("-e ")
                .trim_end_matches('/');
            path != "."
        })
    }

    fn filtered(&self, text: &str, keep: impl Fn(&CompiledRequirement) -> bool) -> String {
        let dropped = |index: usize| {
            self.requirements
                .iter()
                .any(|requirement| requirement.lines.contains(&index) && !keep(requirement))
        };
        let kept = text
            .lines()
            .enumerate()
            .filter(|(index, _)| !dropped(*index));
        one_per_line(kept.map(|(_, line)| line))
    }
}

impl CompiledRequirement {
    fn new(content: &str, index: usize) -> Self {
        let (text, inline_hashes) = match content.split_once(" --hash") {
            Some((text, _)) => (text, true),
            None => (content, false),
        };
        let text = text.split(" #").next().unwrap_or(text).trim().to_owned();
        let is_path = text.starts_with(['.', '/', '-']) || text.starts_with("file:");
        let end = text
            .find(|character: char| {
                !(character.is_ascii_alphanumeric() || "-_.".contains(character))
            })
            .unwrap_or(text.len());
        Self {
            name: (!is_path).then(|| DistributionName::new(&text[..end])),
            text,
            hashed: inline_hashes,
            lines: index..index + 1,
        }
    }

    /// Its lines in the file, as a range counted from 0: with hashes, and comments that are indented.
    pub(crate) fn lines(&self) -> std::ops::Range<usize> {
        self.lines.clone()
    }

    /// The condition under which it applies. In a URL only ` ;` ends the URL (PEP 508).
    pub(crate) fn marker(&self) -> &str {
        let separator = if self.text.contains('@') { " ;" } else { ";" };
        self.text
            .split_once(separator)
            .map_or("", |(_, marker)| marker)
    }

    /// The version it is pinned to; none for one that comes from a URL.
    pub(crate) fn exact_version(&self) -> Option<String> {
        let requirement = self.text.split(';').next().unwrap_or(&self.text);
        if requirement.contains('@') {
            return None;
        }
        let (_, version) = requirement.split_once("==")?;
        Some(version.trim_start_matches('=').trim().to_owned())
    }
}

fn is_option(content: &str) -> bool {
    content.starts_with("--")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const COMPILED: &str = "\
# This file was autogenerated
alabaster==0.7.16 ; python_full_version < '3.10' \\
    --hash=sha256:aaaa
    # via sphinx
alabaster==1.0.0 ; python_full_version >= '3.10' \\
    --hash=sha256:bbbb \\
    --hash=sha256:cccc
    # via
    #   sphinx
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:dddd
tool @ git+https://git.example/tool@4f2a
-e .
./plugins/one
";

    fn evaluated(platform: &str, version: &str) -> Vec<(String, Option<String>)> {
        let markers = MarkerEnvironment::new(platform.parse().unwrap(), "cpython", version);
        CompiledRequirements::parse(COMPILED)
            .evaluate("requirements.lock", &markers)
            .unwrap()
            .into_iter()
            .map(|(name, version)| (name.to_string(), version))
            .collect()
    }

    #[test]
    fn markers_choose_what_this_platform_gets() {
        assert_eq!(
            evaluated("linux-x86_64", "3.11.7"),
            [
                ("alabaster".into(), Some("1.0.0".into())),
                ("tool".into(), None)
            ]
        );
        assert_eq!(
            evaluated("windows-x86_64", "3.9.18"),
            [
                ("alabaster".into(), Some("0.7.16".into())),
                ("colorama".into(), Some("0.4.6".into())),
                ("tool".into(), None)
            ]
        );
    }

    #[test]
    fn one_line_without_a_hash_is_noticed() {
        let compiled = CompiledRequirements::parse(COMPILED);
        assert!(!compiled.all_hashed());
        assert_eq!(
            compiled
                .requirements
                .iter()
                .filter(|one| one.hashed)
                .count(),
            3
        );
    }

    #[test]
    fn a_requirement_is_dropped_with_its_hashes_and_comments() {
        let compiled = CompiledRequirements::parse(COMPILED);
        let text = compiled.without(COMPILED, &DistributionName::new("Alabaster"));
        assert!(
            text.starts_with("# This file was autogenerated\ncolorama==0.4.6"),
            "{text}"
        );
    }

    #[test]
    fn the_project_itself_is_taken_out() {
        let compiled = CompiledRequirements::parse(COMPILED);
        let text = compiled.without_project(COMPILED);
        assert!(
            text.ends_with("tool @ git+https://git.example/tool@4f2a\n./plugins/one\n"),
            "{text}"
        );
    }

    #[test]
    fn a_line_that_is_no_requirement_is_named() {
        let markers = MarkerEnvironment::new("linux-x86_64".parse().unwrap(), "cpython", "3.11.7");
        let error = CompiledRequirements::parse("a==1\nb==2 ; color ~= 'red'\n")
            .evaluate("x.lock", &markers);
        assert!(error.unwrap_err().to_string().starts_with("`x.lock:2`: "));
    }

    proptest! {
        #[test]
        fn odd_text_does_not_panic(text: String) {
            let compiled = CompiledRequirements::parse(&text);
            compiled.without(&text, &DistributionName::new("a"));
        }
    }
}
