//! The git repository around a project, as far as ignored files are concerned.

use std::fs;
use std::path::{Path, PathBuf};

use dhtl_detection::{Ignoring, ignoring};

use crate::RegenerationError;
use crate::git::{common_folder, git_folder, is_own, tracks};
use crate::state::{read_regular, write_whole};

/// The git repository around a project.
#[derive(Debug)]
pub(super) struct Repository {
    /// Its top folder.
    pub(super) top: PathBuf,
    /// What is this checkout's alone.
    folder: PathBuf,
    /// The file with the rules of this clone alone.
    exclude: PathBuf,
    /// The project, relative to the top, with `/` behind it; empty where it is the top.
    project: String,
}

impl Repository {
    /// The repository that `root` is in.
    pub(super) fn around(root: &Path) -> Option<Self> {
        let (top, folder) = root
            .ancestors()
            .find_map(|folder| Some((folder, git_folder(folder)?)))?;
        let inner = root.strip_prefix(top).ok()?;
        let mut project = String::new();
        for part in inner {
            project.push_str(part.to_str()?);
            project.push('/');
        }
        Some(Self {
            top: top.to_owned(),
            exclude: common_folder(&folder).join("info/exclude"),
            folder,
            project,
        })
    }

    /// What its rules say about a file of the project.
    pub(super) fn ignoring(&self, name: &str) -> Ignoring {
        ignoring(&self.top, &format!("{}{name}", self.project), &self.exclude)
    }

    /// Whether a file of the project is committed.
    pub(super) fn tracks(&self, name: &str) -> bool {
        tracks(&self.folder, &format!("{}{name}", self.project))
    }

    /// Whether the file with the rules of this clone is this clone's.
    pub(super) fn can_exclude(&self) -> bool {
        let info = self.exclude.parent().map(Path::symlink_metadata);
        let is_led_away = info.is_some_and(|info| info.is_ok_and(|info| !info.is_dir()))
            || self
                .exclude
                .symlink_metadata()
                .is_ok_and(|file| !file.is_file());
        is_own(&self.top, &self.folder) && !is_led_away
    }

    /// Adds a file of the project to what this clone ignores.
    pub(super) fn exclude(&self, name: &str) -> Result<(), RegenerationError> {
        let path = &self.exclude;
        if !self.can_exclude() {
            return Err(RegenerationError::Linked { path: path.clone() });
        }
        let mut content = match read_regular(path) {
            Ok(content) => content,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(RegenerationError::io("read", path)(error)),
        };
        if content.last().is_some_and(|last| *last != b'\n') {
            content.push(b'\n');
        }
        let pattern = format!("/{}{name}\n", escaped(&self.project));
        content.extend(pattern.into_bytes());
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(RegenerationError::io("create", folder))?;
        }
        write_whole(path, content)
    }
}

/// A path as a pattern that matches nothing else.
fn escaped(path: &str) -> String {
    let mut pattern = String::with_capacity(path.len());
    for character in path.chars() {
        if matches!(character, '\\' | '*' | '?' | '[') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn the_repository_of_somebody_else_is_not_written_to() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let make = |name: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(&path).unwrap();
            path
        };
        let victim = make("victim/.git");
        fs::write(victim.join("HEAD"), "ref: refs/heads/main\n").unwrap();
        let refuses = |root: &Path| {
            let repository = Repository::around(root).unwrap();
            !repository.can_exclude() && repository.exclude(".env").is_err()
        };
        let by_file = make("by-file");
        fs::write(by_file.join(".git"), "gitdir: ../victim/.git\n").unwrap();
        assert!(refuses(&by_file));
        let by_link = make("by-link");
        symlink(&victim, by_link.join(".git")).unwrap();
        assert!(refuses(&by_link));
        let by_common = make("by-common");
        let fake = make("by-common/fake");
        fs::write(by_common.join(".git"), "gitdir: fake\n").unwrap();
        fs::write(fake.join("HEAD"), "").unwrap();
        fs::write(fake.join("gitdir"), "../.git\n").unwrap();
        fs::write(fake.join("commondir"), "../../victim/.git\n").unwrap();
        assert!(refuses(&by_common));
        let by_info = make("by-info");
        let own = make("by-info/.git");
        fs::write(own.join("HEAD"), "").unwrap();
        symlink(&victim, own.join("info")).unwrap();
        assert!(refuses(&by_info));
        assert!(!victim.join("info").exists() && !victim.join("exclude").exists());
        // A work tree of one's own is.
        let tree = make("tree");
        let entry = make("victim/.git/worktrees/tree");
        fs::write(tree.join(".git"), "gitdir: ../victim/.git/worktrees/tree\n").unwrap();
        fs::write(entry.join("HEAD"), "").unwrap();
        let back = format!("{}\n", tree.join(".git").display());
        fs::write(entry.join("gitdir"), back).unwrap();
        fs::write(entry.join("commondir"), "../..\n").unwrap();
        Repository::around(&tree).unwrap().exclude(".env").unwrap();
        assert!(victim.join("info/exclude").is_file());
    }

    #[test]
    fn a_project_below_the_top_is_named_by_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("services/a[1]");
        fs::create_dir_all(&root).unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        fs::write(folder.path().join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
        let repository = Repository::around(&root).unwrap();
        assert_eq!(repository.ignoring(".env"), Ignoring::Unmentioned);
        repository.exclude(".env").unwrap();
        assert_eq!(repository.ignoring(".env"), Ignoring::Ignored);
        let text = fs::read_to_string(folder.path().join(".git/info/exclude")).unwrap();
        assert_eq!(text, "/services/a\\[1]/.env\n");
        assert!(!repository.tracks(".env"));
        fs::write(
            folder.path().join(".git/index"),
            "DIRC\0services/a[1]/.env\0\0",
        )
        .unwrap();
        assert!(repository.tracks(".env"));
    }
}
