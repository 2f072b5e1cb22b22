//! What installed distributions need and an environment has not.
//!
//! A lock that was made for one interpreter or platform lacks what only others need.

use std::fs;

use dhtl_project_model::{DistributionName, Platform};

use crate::installed::Environment;
use crate::markers::MarkerEnvironment;
use crate::resolution::sources::name_of;

/// The requirements, each without its marker, that `environment` does not meet, ordered and each
/// once. Those of projects that are installed in editable mode are not looked at: their own
/// declarations say what they need.
///
/// Source: the core metadata field `Requires-Dist`.
pub(crate) fn unmet(environment: &Environment) -> Vec<String> {
    let markers = MarkerEnvironment::new(
        Platform::current(),
        &environment.implementation,
        &environment.python_version,
    );
    let entries = fs::read_dir(&environment.site_packages);
    let mut unmet = entries
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| {
            entry
                .path()
                .extension()
                .is_some_and(|ending| ending == "dist-info")
        })
        .filter_map(|entry| fs::read_to_string(entry.path().join("METADATA")).ok())
        .flat_map(|metadata| unmet_of(&metadata, environment, &markers))
        .collect::<Vec<_>>();
    unmet.sort();
    unmet.dedup();
    unmet
}

fn unmet_of(metadata: &str, environment: &Environment, markers: &MarkerEnvironment) -> Vec<String> {
    let headers = metadata.lines().take_while(|line| !line.is_empty());
    let fields = |name: &'static str| {
        headers.clone().filter_map(move |line| {
            let (field, value) = line.split_once(':')?;
            field.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    };
    let is_editable = fields("Name").any(|name| {
        environment
            .distribution(&DistributionName::new(name))
            .is_some_and(|distribution| distribution.editable)
    });
    if is_editable {
        return Vec::new();
    }
    fields("Requires-Dist")
        .filter_map(|requirement| {
            let (requirement, marker) = requirement.split_once(';').unwrap_or((requirement, ""));
            let name = DistributionName::new(name_of(requirement));
            let applies = markers.satisfies(marker).unwrap_or(false);
            let is_missing = environment.distribution(&name).is_none();
            // An address is not followed: the index has what others were locked from.
            (applies && is_missing && !requirement.contains('@'))
                .then(|| requirement.trim().to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::installed::Distribution;

    #[test]
    fn only_what_applies_and_is_absent_is_unmet() {
        let distribution = |name: &str| Distribution {
            name: DistributionName::new(name),
            version: "1.0".to_owned(),
            folder: String::new(),
            editable: name == "own",
            built_here: false,
            record: Vec::new(),
        };
        let environment = Environment {
            python_version: "3.9.18".to_owned(),
            implementation: "cpython".to_owned(),
            site_packages: "unused".into(),
            distributions: vec![distribution("own"), distribution("here")],
        };
        let markers = MarkerEnvironment::new(Platform::current(), "cpython", "3.9.18");
        let metadata = "Metadata-Version: 2.1\nName: other\nRequires-Dist: Here>=1\n\
            Requires-Dist: importlib-resources (>=5.0) ; python_version < \"3.10\"\n\
            Requires-Dist: tomli; python_version < '3.9'\nRequires-Dist: x; extra == 'test'\n\
            \nRequires-Dist: in-the-description\n";
        let found = unmet_of(metadata, &environment, &markers);
        assert_eq!(found, ["importlib-resources (>=5.0)"]);
        let own = metadata.replace("Name: other", "Name: own");
        assert_eq!(unmet_of(&own, &environment, &markers), [""; 0]);
    }
}
