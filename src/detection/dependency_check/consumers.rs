//! Projects that use the project around them as others would: by naming it as a dependency.

use std::collections::{BTreeSet, HashMap};

use dhtl_project_model::{DistributionName, RequirementSource, Scope};

use super::inventory::{Entry, Inventory, is_within};

/// Which projects depend on one that they lie in, and on which extras of it.
///
/// An example with its own manifest that lists `flask` gets what Flask needs through Flask, as
/// anybody's project does; that it lies in Flask's repository declares none of it.
#[derive(Debug, Default)]
pub(super) struct Consumers {
    /// The extras, by the folder of the project that asks and of the one that is asked.
    extras: HashMap<(String, String), BTreeSet<DistributionName>>,
}

impl Consumers {
    /// The consumers among the projects of `inventory`; `names` are their folders and names.
    pub(super) fn new(inventory: &Inventory<'_>, names: &[(&str, &str)]) -> Self {
        let mut consumers = Self::default();
        for (folder, name) in names {
            let entries = inventory.entries.get(&DistributionName::new(name));
            let entries = entries.into_iter().flatten();
            for entry in entries.filter(|entry| entry.role.serves_runtime()) {
                if entry.project != *folder && is_within(entry.project, folder) {
                    let key = (entry.project.to_owned(), (*folder).to_owned());
                    let asked = consumers.extras.entry(key).or_default();
                    asked.extend(extras_of(&entry.requirement.text));
                    if entry.requirement.source == RequirementSource::Path {
                        // A path has no notation for extras, so any may have been asked for.
                        let all = inventory.entries.values().flatten();
                        let all = all.filter(|other| other.project == *folder);
                        asked.extend(all.filter_map(extra_of));
                    }
                }
            }
            consumers.follow(inventory, folder, name);
        }
        consumers
    }

    /// Adds the extras of the project in `folder` that its own extras ask for.
    fn follow(&mut self, inventory: &Inventory<'_>, folder: &str, name: &str) {
        let own = inventory.entries.get(&DistributionName::new(name));
        let own: Vec<&Entry<'_>> = own
            .into_iter()
            .flatten()
            .filter(|entry| entry.project == folder)
            .collect();
        for ((_, asked), extras) in &mut self.extras {
            if asked != folder {
                continue;
            }
            loop {
                let more: Vec<DistributionName> = own
                    .iter()
                    .filter(|entry| extra_of(entry).is_some_and(|extra| extras.contains(&extra)))
                    .flat_map(|entry| extras_of(&entry.requirement.text))
                    .collect();
                let before = extras.len();
                extras.extend(more);
                if extras.len() == before {
                    break;
                }
            }
        }
    }

    /// Whether `entry` reaches the project in `folder` only through a dependency on the project
    /// that declares it.
    pub(super) fn only_bring_along(&self, entry: &Entry<'_>, folder: &str) -> bool {
        let key = (folder.to_owned(), entry.project.to_owned());
        self.extras
            .get(&key)
            .is_some_and(|asked| !extra_of(entry).is_some_and(|extra| asked.contains(&extra)))
    }
}

fn extra_of(entry: &Entry<'_>) -> Option<DistributionName> {
    match &entry.declaration.scope {
        Scope::Extra(name) => Some(DistributionName::new(name)),
        _ => None,
    }
}

/// The extras that a requirement asks for.
pub(super) fn extras_of(text: &str) -> Vec<DistributionName> {
    let Some((name, rest)) = text.split_once('[') else {
        return Vec::new();
    };
    // Brackets behind anything but a name are parts of URLs.
    if name.contains([';', '@', '/', ':']) {
        return Vec::new();
    }
    let extras = rest.split_once(']').map_or("", |(extras, _)| extras);
    extras
        .split(',')
        .map(str::trim)
        .filter(|extra| !extra.is_empty())
        .map(DistributionName::new)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extras_stand_behind_the_name() {
        let check = |text: &str, expected: &[&str]| {
            let extras: Vec<String> = extras_of(text).iter().map(ToString::to_string).collect();
            assert_eq!(extras, expected, "{text}");
        };
        check("flask[async, Dot_Env]>=3", &["async", "dot-env"]);
        check("flask", &[]);
        check("flask @ https://files.example/[x]", &[]);
        check("flask[", &[]);
    }
}
