//! `.dht/tools.lock`: the development tools of an environment with their exact versions.

use std::collections::BTreeMap;
use std::path::PathBuf;

use dhtl_project_model::DistributionName;
use serde::Serialize;

use crate::RegenerationError;
use crate::installed::Environment;
use crate::place::Place;
use crate::state::one_per_line;
use crate::tools::isolated_versions;

/// The versions of the tools, to be committed.
pub(crate) const TOOLS_LOCK: &str = ".dht/tools.lock";

/// Distributions that are tools of development and whose versions decide what checks say.
const TOOLS: &str = "basedpyright black build coverage flake8 hatch isort mkdocs mypy nox pdm \
    poetry pre-commit pylint pyright pytest ruff sphinx tox twine ty";

/// The development tools of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FrozenTools {
    /// The root of the project.
    #[serde(serialize_with = "dhtl_project_model::path_text::serialize")]
    pub root: PathBuf,
    /// The exact versions, by name.
    pub tools: BTreeMap<String, String>,
    /// The text of `.dht/tools.lock` that says so.
    pub text: String,
}

/// The development tools of the environment at `place`. Reads files only.
///
/// Fails where there is no environment. Source: seed 001 section 2, "Generate Lock Files":
/// `dhtl freeze-tools > .dht/tools.lock` is what `dhtl setup` writes.
pub fn freeze_tools(place: Place<'_>) -> Result<FrozenTools, RegenerationError> {
    let root = place.project_root();
    let environment = Place::installed(&root)?;
    let pinned = Place::document(&root)?.map(|document| document.config().tools.clone());
    let pinned = pinned.unwrap_or_default();
    let mut tools = tools(&environment);
    // What is kept apart is there as well.
    tools.extend(isolated_versions(&root, &environment, &pinned)?);
    let text = text(&tools);
    Ok(FrozenTools { root, tools, text })
}

/// The development tools in `environment`, with their versions.
pub(crate) fn tools(environment: &Environment) -> BTreeMap<String, String> {
    TOOLS
        .split_whitespace()
        .filter_map(|name| environment.distribution(&DistributionName::new(name)))
        .map(|distribution| (distribution.name.to_string(), distribution.version.clone()))
        .collect()
}

/// The same with what `pinned` asks for besides: in the version that is in `environment`, for that is
/// the one that its lock brings, or else in the pinned one, because it is kept apart.
pub(crate) fn with_pins(
    environment: &Environment,
    pinned: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut tools = tools(environment);
    for (name, version) in pinned {
        let name = DistributionName::new(name);
        let installed = environment.distribution(&name);
        let version = installed.map_or(version, |distribution| &distribution.version);
        tools.insert(name.to_string(), version.clone());
    }
    tools
}

/// The lock of `tools`.
pub(crate) fn text(tools: &BTreeMap<String, String>) -> String {
    let comment = "# The tools of this project, written by `dhtl setup`.".to_owned();
    let lines = tools
        .iter()
        .map(|(name, version)| format!("{name}=={version}"));
    one_per_line(std::iter::once(comment).chain(lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_has_a_line_for_every_tool() {
        let tools = [("ruff", "0.1.0"), ("pytest", "7.4.0")]
            .map(|(name, version)| (name.to_owned(), version.to_owned()));
        assert_eq!(
            text(&tools.into()),
            "# The tools of this project, written by `dhtl setup`.\npytest==7.4.0\nruff==0.1.0\n"
        );
    }
}
