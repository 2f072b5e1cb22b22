//! Every import statement as it is written, for those who want each explained.
//!
//! Slower than [`super::scan`]: whole files are parsed, because a `return` above an import matters
//! as much as the import.

use dhtl_project_model::{ImportStatement, Origin};

use super::class::class_of;
use super::facts::{FileFacts, Import};
use super::index::{Index, split};
use super::origin::{Origins, Site};
use super::reachability::Reading;
use super::roots::Roots;
use super::{LayoutHints, is_code, native, read_all, search_paths};
use crate::threads::{both, map};
use crate::tree::{Tree, TreeFile};

/// The import statements of all Python code of `tree`, by path and line; calls that import are no
/// statements.
pub(crate) fn statements(tree: &Tree, layout: &LayoutHints) -> Vec<ImportStatement> {
    let files: Vec<&TreeFile> = tree.files.iter().filter(|file| is_code(file)).collect();
    let (mut index, mut facts) = both(
        || Index::new(tree),
        || read_all(tree, &files, Reading::Whole),
    );
    index.set_own_names(&layout.own_names);
    for (file, facts) in files.iter().zip(&facts) {
        if facts.shares_package {
            index.share(split(&file.path).0);
        }
    }
    let roots = Roots::find(tree, &mut index, layout);
    let search_paths = search_paths(&files, &mut facts);
    let on_path = search_paths
        .iter()
        .map(|(folder, file)| (folder.as_str(), *file));
    let native = native::modules(tree);
    let origins = Origins::new(&index, &roots.roots, &layout.own_names, &native, on_path);
    let read: Vec<(&&TreeFile, FileFacts)> = files.iter().zip(facts).collect();
    let found = map(read, |(file, facts)| {
        let site = Site {
            path: &file.path,
            class: class_of(&file.path, origins.index),
        };
        let imports = facts.imports.into_iter();
        imports
            .filter(|import| import.is_statement)
            .map(|import| statement(import, site, &origins))
            .collect::<Vec<_>>()
    });
    found.into_iter().flatten().collect()
}

fn statement(import: Import, site: Site<'_>, origins: &Origins<'_>) -> ImportStatement {
    ImportStatement {
        path: site.path.to_owned(),
        line: import.line,
        module: format!("{}{}", dots(import.level), import.module),
        members: import.members,
        condition: import.condition,
        class: site.class,
        origin: if import.level > 0 {
            Origin::Own
        } else {
            origins.of(&import.module, site)
        },
        requires: import.requires,
    }
}

fn dots(level: u32) -> String {
    ".".repeat(usize::try_from(level).unwrap_or_default())
}
