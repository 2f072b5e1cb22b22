//! Projects for tests: nothing but a root and its files.

use std::fs;
use std::path::PathBuf;

use dhtl_detection::tree::Tree;
use dhtl_project_model::stack::{Stack, Workspace};
use dhtl_project_model::{Evidence, Found, GitSetup, Problem, Project};

use crate::sources::Sources;
use crate::{node, static_site};

/// What Node.js, Deno, Bun and static sites are found in a folder.
pub(crate) struct Given {
    /// Those of `node`, and then those of `static_site`.
    pub(crate) stacks: Vec<Stack>,
    pub(crate) workspaces: Vec<Workspace>,
    pub(crate) problems: Vec<Problem>,
}

/// What is found in a folder with these files.
pub(crate) fn given(files: &[(&str, &str)]) -> Given {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let tree = Tree::read(folder.path()).unwrap();
    let project = project();
    let sources = Sources::new(&project, &tree);
    let mut stacks = node::find(&sources);
    stacks.sort_by(|a, b| (&a.folder, a.kind).cmp(&(&b.folder, b.kind)));
    stacks.extend(static_site::find(&sources, &stacks));
    let workspaces = node::workspaces(&sources);
    Given {
        stacks,
        workspaces,
        problems: sources.into_problems(),
    }
}

/// A project of which nothing is known.
pub(crate) fn project() -> Project {
    Project {
        root: PathBuf::from("."),
        root_evidence: Evidence::file(".", "root-named"),
        name: Found {
            value: "project".to_owned(),
            evidence: Evidence::file(".", "folder-name"),
        },
        languages: Vec::new(),
        python: None,
        language_packages: Vec::new(),
        env_vars: Vec::new(),
        system_packages: Vec::new(),
        git: GitSetup::default(),
        problems: Vec::new(),
    }
}
