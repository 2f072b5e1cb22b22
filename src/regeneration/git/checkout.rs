//! Where a checkout keeps its hooks and its settings, found out from files alone.
//!
//! Sources: the manual pages `gitrepository-layout(5)` and `git-config(1)`, "FILES". Settings that
//! are included from other files, or given by variables, are not seen.

use std::path::{Path, PathBuf};

use dhtl_project_model::{GitConfigEntry, parse_git_config};
use dhtl_tools::Environment;

use super::ownership::is_own;
use crate::state::read_regular;

/// The repository whose top folder is the root of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GitCheckout {
    /// What is this checkout's alone: `.git`, or the folder that a file of this name leads to.
    pub(crate) folder: PathBuf,
    /// Where git looks for hooks.
    pub(crate) hooks: PathBuf,
    /// `core.hooksPath`, as it is written, where somebody has set it.
    pub(crate) hooks_path: Option<String>,
    /// Whether git knows the filters of Git LFS.
    pub(crate) has_lfs_filter: bool,
}

impl GitCheckout {
    /// The checkout at `root`; none where it is not the top of one, or `.git` leads to the repository
    /// of somebody else.
    pub(crate) fn of(root: &Path, environment: &Environment) -> Option<Self> {
        let folder = git_folder(root).filter(|folder| is_own(root, folder))?;
        let common = common_folder(&folder);
        let settings = Settings::read(&folder, &common, environment);
        let hooks_path = settings.last("core", None, "hookspath");
        let hooks = match &hooks_path {
            Some(path) => root.join(expanded(path, environment)),
            None => common.join("hooks"),
        };
        Some(Self {
            has_lfs_filter: settings.last("filter", Some("lfs"), "smudge").is_some(),
            folder,
            hooks,
            hooks_path,
        })
    }

    /// Whether git has an entry for `path` in its index.
    ///
    /// Names stand there whole and end with a zero, but in version 4 of the format and in an index
    /// that is split, which have to be asked for.
    pub(crate) fn tracks(&self, path: &str) -> bool {
        tracks(&self.folder, path)
    }
}

/// The same for the repository that `folder` is of, with `path` as seen from its top.
pub(crate) fn tracks(folder: &Path, path: &str) -> bool {
    let entry = [path.as_bytes(), b"\0"].concat();
    read_regular(&folder.join("index"))
        .is_ok_and(|index| index.windows(entry.len()).any(|bytes| bytes == entry))
}

/// What all checkouts of a repository share, where `folder` is what one has alone.
pub(crate) fn common_folder(folder: &Path) -> PathBuf {
    text(&folder.join("commondir"))
        .map_or_else(|| folder.to_owned(), |place| folder.join(place.trim()))
}

/// The folder of the repository at `root`: `.git`, or what it names.
pub(crate) fn git_folder(root: &Path) -> Option<PathBuf> {
    let place = root.join(".git");
    let folder = if place.is_dir() {
        place
    } else {
        let text = text(&place)?;
        root.join(text.strip_prefix("gitdir:")?.trim())
    };
    folder.join("HEAD").is_file().then_some(folder)
}

/// The settings that hold for a checkout, the most general first.
struct Settings(Vec<GitConfigEntry>);

impl Settings {
    fn read(folder: &Path, common: &Path, environment: &Environment) -> Self {
        let mut files = users_files(environment);
        files.push(common.join("config"));
        files.push(folder.join("config.worktree"));
        let texts = files.iter().filter_map(|file| text(file));
        Self(texts.flat_map(|text| parse_git_config(&text)).collect())
    }

    fn last(&self, section: &str, subsection: Option<&str>, key: &str) -> Option<String> {
        let mut entries = self.0.iter().rev();
        entries
            .find(|entry| {
                entry.section == section
                    && entry.subsection.as_deref() == subsection
                    && entry.key == key
            })?
            .value
            .clone()
    }
}

/// The settings of the machine and of the user.
fn users_files(environment: &Environment) -> Vec<PathBuf> {
    let mut files = Vec::new();
    if cfg!(unix) && environment.var("GIT_CONFIG_NOSYSTEM").is_none() {
        files.push(PathBuf::from("/etc/gitconfig"));
    }
    if let Some(global) = environment.var_os("GIT_CONFIG_GLOBAL") {
        files.push(PathBuf::from(global));
        return files;
    }
    let home = environment.home_dir();
    let configuration = environment
        .var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(home.as_ref()?.join(".config")));
    files.extend(configuration.map(|folder| folder.join("git/config")));
    files.extend(home.map(|home| home.join(".gitconfig")));
    files
}

/// The path with the user's home in place of `~`.
fn expanded(path: &str, environment: &Environment) -> PathBuf {
    let home = environment.home_dir();
    match (path.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

pub(super) fn text(path: &Path) -> Option<String> {
    let bytes = read_regular(path).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    struct Place(tempfile::TempDir);

    impl Place {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn write(self, path: &str, text: &str) -> Self {
            let path = self.0.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
            self
        }

        fn environment(&self) -> Environment {
            let home = self.0.path().join("home");
            Environment::from_vars([
                ("HOME", home.as_os_str()),
                ("USERPROFILE", home.as_os_str()),
                ("GIT_CONFIG_NOSYSTEM", "1".as_ref()),
            ])
        }

        fn checkout(&self) -> Option<GitCheckout> {
            GitCheckout::of(&self.0.path().join("api"), &self.environment())
        }
    }

    #[test]
    fn a_folder_without_a_repository_is_none() {
        assert_eq!(Place::new().write("api/app.py", "").checkout(), None);
        assert_eq!(Place::new().write("api/.git", "nonsense").checkout(), None);
        assert_eq!(Place::new().write("api/.git/x", "").checkout(), None);
    }

    #[test]
    fn hooks_are_where_git_looks_for_them() {
        let place = Place::new().write("api/.git/HEAD", "");
        let checkout = place.checkout().unwrap();
        assert_eq!(checkout.hooks_path, None);
        assert_eq!(checkout.hooks, place.0.path().join("api/.git/hooks"));

        let place = place.write("home/.gitconfig", "[core]\nhooksPath = ~/mine\n");
        let checkout = place.checkout().unwrap();
        assert_eq!(checkout.hooks_path.as_deref(), Some("~/mine"));
        assert_eq!(checkout.hooks, place.0.path().join("home/mine"));

        let place = place.write("api/.git/config", "[core]\nhookspath = .husky/_\n");
        let checkout = place.checkout().unwrap();
        assert_eq!(checkout.hooks, place.0.path().join("api/.husky/_"));
    }

    #[test]
    fn a_second_work_tree_shares_hooks_and_settings() {
        let place = Place::new()
            .write("main/.git/HEAD", "")
            .write("main/.git/config", "[filter \"lfs\"]\nsmudge = git-lfs\n")
            .write("main/.git/worktrees/api/HEAD", "")
            .write("main/.git/worktrees/api/commondir", "../..\n")
            .write("main/.git/worktrees/api/gitdir", "../../../../api/.git\n")
            .write("api/.git", "gitdir: ../main/.git/worktrees/api\n");
        let checkout = place.checkout().unwrap();
        assert!(checkout.has_lfs_filter);
        let hooks = checkout.hooks.parent().unwrap().canonicalize().unwrap();
        let common = place.0.path().join("main/.git").canonicalize().unwrap();
        assert_eq!(hooks, common);
    }
}
