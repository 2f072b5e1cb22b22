//! What the git checkout of a project needs: hooks, large files, submodules.
//!
//! Only what stands at the root counts: that is where git and the programs for hooks look, so a
//! project below the top of its repository has none of this to itself.

mod hooks;
mod large_files;
mod submodules;

use dhtl_project_model::{GitSetup, Problem};

use crate::tree::Tree;

/// What the files of the project say, and what could not be understood.
pub(crate) fn collect(tree: &Tree) -> (GitSetup, Vec<Problem>) {
    let mut problems = Vec::new();
    let (lfs, lfs_files) = large_files::find(tree, &mut problems);
    let setup = GitSetup {
        hook_managers: hooks::find(tree, &mut problems),
        lfs,
        lfs_files,
        submodules: submodules::find(tree, &mut problems),
    };
    (setup, problems)
}

/// The text of a file that may not be there.
fn text_of(tree: &Tree, path: &str, problems: &mut Vec<Problem>) -> Option<String> {
    if !tree.contains(path) {
        return None;
    }
    tree.text(path)
        .map_err(|problem| problems.push(problem))
        .ok()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// What is found in a project of these files.
    pub(super) fn found(files: &[(&str, &str)]) -> (GitSetup, Vec<Problem>) {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        collect(&Tree::read(folder.path()).unwrap())
    }

    #[test]
    fn an_ordinary_project_needs_nothing() {
        let files = [("app.py", ""), (".gitattributes", "*.py text\n")];
        assert_eq!(found(&files), (GitSetup::default(), Vec::new()));
    }
}
