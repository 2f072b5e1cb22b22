//! The names of scripts, and who has them.

use std::collections::BTreeMap;

use dhtl_project_model::DistributionName;
use rayon::prelude::*;

use crate::installed::{Distribution, Environment};

/// The folder of the scripts, relative to the root of the project.
pub(crate) const fn scripts_path() -> &'static str {
    if cfg!(windows) {
        ".venv/Scripts"
    } else {
        ".venv/bin"
    }
}

/// The file of the wrapper that is started as `name`.
pub(crate) fn script_file(name: &str) -> String {
    if cfg!(windows) {
        format!("{name}.cmd")
    } else {
        name.to_owned()
    }
}

/// The programs that the distribution `name` installed, as one types them.
///
/// Source: the specification "Recording installed projects": scripts are outside the folder of the
/// distributions.
pub(crate) fn script_names(environment: &Environment, name: &DistributionName) -> Vec<String> {
    let Some(distribution) = environment.distribution(name) else {
        return Vec::new();
    };
    names_in(&distribution.with_record(&environment.site_packages))
}

/// The names of the programs that the distributions of an environment installed, each with the
/// distribution.
pub(crate) fn claimed_scripts(environment: &Environment) -> BTreeMap<String, DistributionName> {
    let distributions = environment.distributions.par_iter();
    distributions
        .flat_map_iter(|distribution| {
            let names = names_in(&distribution.with_record(&environment.site_packages));
            let name = &distribution.name;
            names.into_iter().map(|script| (script, name.clone()))
        })
        .collect()
}

fn names_in(distribution: &Distribution) -> Vec<String> {
    let files = distribution.record.iter().filter_map(|entry| {
        let (folder, name) = entry.path.rsplit_once('/')?;
        let is_script = folder.starts_with("../") && folder.ends_with(SCRIPTS);
        is_script.then_some(name)
    });
    let mut names = files.map(typed).map(str::to_owned).collect::<Vec<_>>();
    names.sort();
    names.dedup();
    names
}

const SCRIPTS: &str = if cfg!(windows) { "/Scripts" } else { "/bin" };

/// What one types to start the file `name`.
fn typed(name: &str) -> &str {
    if cfg!(windows) {
        name.strip_suffix(".exe").unwrap_or(name)
    } else {
        name
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::installed::RecordEntry;

    #[test]
    fn only_what_is_among_the_scripts_is_a_program() {
        let paths = [
            "../../../bin/black",
            "../../../bin/blackd",
            "../../../share/man/man1/black.1",
            "black/bin/inner",
            "black/__init__.py",
        ];
        let entry = |path: &str| RecordEntry {
            path: path.to_owned(),
            hash: String::new(),
        };
        let distribution = Distribution {
            name: DistributionName::new("black"),
            version: "23.7.0".to_owned(),
            folder: String::new(),
            editable: false,
            built_here: false,
            record: paths.map(entry).into(),
        };
        assert_eq!(names_in(&distribution), ["black", "blackd"]);
    }
}
