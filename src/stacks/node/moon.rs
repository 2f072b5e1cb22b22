//! Tasks of moon, for packages that leave their scripts to it.
//!
//! Source: `moon.yml` and "moon run" in the documentation of moon.

use dhtl_detection::formats::yaml;
use dhtl_project_model::{Evidence, Found};

use super::manager::is_plain;
use super::scripts;
use crate::places;
use crate::sources::Sources;

/// The tasks of a package that build and start it, as moon calls them.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    /// What builds it.
    pub(super) build: Option<Found<String>>,
    /// What starts it.
    pub(super) start: Option<Found<String>>,
}

/// The tasks in the `moon.yml` of a folder.
pub(super) fn tasks(sources: &Sources<'_>, folder: &str) -> Tasks {
    read(sources, folder).unwrap_or_default()
}

fn read(sources: &Sources<'_>, folder: &str) -> Option<Tasks> {
    let path = places::inside(folder, "moon.yml");
    let root = sources.yaml(&path)?;
    let listed = root.get("tasks")?;
    let project = project(sources, folder);
    let found = |names: &[&str]| {
        names.iter().find_map(|name| {
            let task = listed.get(name)?;
            let command = task.get("command").or_else(|| task.get("script"))?;
            let command = command
                .texts()
                .iter()
                .map(|(_, word)| *word)
                .collect::<Vec<_>>()
                .join(" ");
            (!scripts::is_development(&command) && is_plain(&project)).then(|| Found {
                value: format!("moon run {project}:{name}"),
                evidence: Evidence::at(&path, task.line, "moon-task"),
            })
        })
    };
    Some(Tasks {
        build: found(&["build", "compile"]),
        start: found(&["start", "serve"]),
    })
}

/// The name that `.moon/workspace.yml` gives a folder, or else the name of the folder.
fn project(sources: &Sources<'_>, folder: &str) -> String {
    let named = || {
        let path = ".moon/workspace.yml";
        let root = yaml::parse(path, &sources.text(path)?).ok()??;
        let projects = root.get("projects")?;
        let named = projects.get("sources").unwrap_or(projects);
        named
            .entries()
            .find(|(_, place)| {
                place
                    .text()
                    .and_then(|place| places::join(".", place))
                    .as_deref()
                    == Some(folder)
            })
            .map(|(name, _)| name.to_owned())
    };
    named().unwrap_or_else(|| places::file_name(folder).to_owned())
}
