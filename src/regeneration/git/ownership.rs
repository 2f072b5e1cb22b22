//! Whether the repository that `.git` leads to is the one of the folder it stands in.
//!
//! What came with an archive could lead to the repository of somebody else, with a `.git` that is a
//! file or a link: hooks that are installed there would run programs of the archive in it.
//!
//! Source: the manual page `gitrepository-layout(5)`, "commondir", "gitdir" and "worktrees"; for
//! submodules `git-config(1)`, "core.worktree".

use std::path::{Path, PathBuf};

use dhtl_project_model::parse_git_config;

use super::checkout::{common_folder, text};

/// Whether the repository at `folder`, which the `.git` in `top` leads to, is that of `top`: it stands
/// there, or names it, as those of work trees and submodules do.
pub(crate) fn is_own(top: &Path, folder: &Path) -> bool {
    let (Some(top), Some(own), Some(common)) =
        (real(top), real(folder), real(&common_folder(folder)))
    else {
        return false;
    };
    let dot_git = top.join(".git");
    if common != own {
        return own.starts_with(common.join("worktrees"))
            && text(&own.join("gitdir")).and_then(|back| real(&own.join(back.trim())))
                == Some(dot_git);
    }
    own == dot_git || worktree(&own) == Some(top)
}

/// The folder that a repository says its files are in.
fn worktree(own: &Path) -> Option<PathBuf> {
    let entries = parse_git_config(&text(&own.join("config"))?);
    let is_it = |section: &str, key: &str| section == "core" && key == "worktree";
    let mut entries = entries.into_iter().rev();
    let place = entries.find(|entry| is_it(&entry.section, &entry.key))?;
    real(&own.join(place.value?))
}

fn real(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::checkout::git_folder;
    use super::*;

    #[track_caller]
    fn check(files: &[(&str, &str)], expected: bool) {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let top = folder.path().join("api");
        let own = git_folder(&top).unwrap();
        assert_eq!(is_own(&top, &own), expected, "{files:?}");
    }

    #[test]
    fn a_repository_in_its_place_is_own() {
        check(&[("api/.git/HEAD", "")], true);
    }

    #[test]
    fn a_work_tree_and_a_submodule_are_known_to_their_repositories() {
        let tree = "main/.git/worktrees/api";
        let file = format!("gitdir: ../{tree}\n");
        let (head, common, back) = (
            format!("{tree}/HEAD"),
            format!("{tree}/commondir"),
            format!("{tree}/gitdir"),
        );
        let files = [
            ("api/.git", file.as_str()),
            (&head, ""),
            (&common, "../..\n"),
            (&back, "../../../../api/.git\n"),
        ];
        check(&files, true);
        check(&files[..3], false);

        let submodule = [
            ("api/.git", "gitdir: ../.git/modules/api\n"),
            (".git/modules/api/HEAD", ""),
            (
                ".git/modules/api/config",
                "[core]\n\tworktree = ../../../api\n",
            ),
        ];
        check(&submodule, true);
        check(&submodule[..2], false);
    }

    #[test]
    fn the_repository_of_somebody_else_is_not() {
        let victim = ("victim/.git/HEAD", "");
        check(&[victim, ("api/.git", "gitdir: ../victim/.git\n")], false);
        let forged = [
            victim,
            ("api/.git", "gitdir: fake\n"),
            ("api/fake/HEAD", ""),
            ("api/fake/gitdir", "../.git\n"),
            ("api/fake/commondir", "../../victim/.git\n"),
        ];
        check(&forged, false);
    }
}
