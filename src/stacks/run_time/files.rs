//! The files that describe how something runs, found in one pass over the paths of a project.

use std::collections::HashMap;

use crate::places;
use crate::sources::Sources;

/// The names of such files. What they are called elsewhere is not looked for.
const NAMES: [&str; 27] = [
    "Containerfile",
    "Dockerfile",
    "Dockerfile.prod",
    "Dockerfile.production",
    "Procfile",
    "app.json",
    "app.yaml",
    "compose.dev.yaml",
    "compose.prod.yaml",
    "compose.production.yaml",
    "compose.yaml",
    "compose.yml",
    "docker-compose.dev.yml",
    "docker-compose.local.yml",
    "docker-compose.prod.yml",
    "docker-compose.production.yml",
    "docker-compose.yaml",
    "docker-compose.yml",
    "dockerfile",
    "fly.toml",
    "heroku.yml",
    "local.yml",
    "nixpacks.toml",
    "railpack.json",
    "railway.json",
    "railway.toml",
    "render.yaml",
];

/// The paths by their names, without those that are somebody else's.
#[derive(Debug, Default)]
pub(super) struct Files<'a>(HashMap<&'static str, Vec<&'a str>>);

impl<'a> Files<'a> {
    /// Those of a project.
    pub(super) fn of(sources: &Sources<'a>) -> Self {
        let mut found: HashMap<&'static str, Vec<&'a str>> = HashMap::new();
        for file in &sources.tree.files {
            let name = places::file_name(&file.path);
            // Most names end in another letter than all of these.
            if !name.ends_with(['d', 'e', 'l', 'n']) {
                continue;
            }
            if let Ok(index) = NAMES.binary_search(&name)
                && !places::is_foreign(&file.path)
            {
                found.entry(NAMES[index]).or_default().push(&file.path);
            }
        }
        Self(found)
    }

    /// The paths of the files of this name, in order.
    pub(super) fn named(&self, name: &str) -> &[&'a str] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order_and_end_as_the_search_expects() {
        assert!(NAMES.is_sorted());
        assert!(
            NAMES
                .iter()
                .all(|name| name.ends_with(['d', 'e', 'l', 'n']))
        );
    }
}
