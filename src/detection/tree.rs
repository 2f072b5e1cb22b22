//! The files of a project, listed once.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use dhtl_project_model::{Evidence, Problem};
use ignore::{DirEntry, ParallelVisitor, ParallelVisitorBuilder, WalkBuilder, WalkState};

use crate::{DetectError, git_ignore};

/// The largest file that is read: what people write by hand is smaller, and a lock file of a large
/// project stays well below.
pub const LARGEST_FILE: u64 = 8 * 1024 * 1024;

/// What a single clone leaves out, relative to the top of the repository.
const EXCLUDE: &str = ".git/info/exclude";

/// Folders of caches and of packages that others wrote.
const SKIPPED: [&str; 19] = [
    ".hg",
    ".svn",
    "node_modules",
    "bower_components",
    "__pycache__",
    "__pypackages__",
    "site-packages",
    ".tox",
    ".nox",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
    ".ipynb_checkpoints",
    ".eggs",
    ".direnv",
    ".pixi",
    ".dht",
    ".terraform",
];

/// Every file of a project that is neither ignored by git nor inside an environment, a cache, a
/// vendored tree of packages or `.git`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    /// The root folder, absolute.
    pub root: PathBuf,
    /// The files, ordered by path.
    pub files: Vec<TreeFile>,
    /// What could not be listed.
    pub problems: Vec<Problem>,
}

/// A file of the project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TreeFile {
    /// The path relative to the root, with `/` between its parts.
    pub path: String,
}

impl Tree {
    /// Lists the files below `root`.
    ///
    /// The ignore rules of git hold with or without a `.git`; those of the user's own git
    /// configuration do not, so that everybody sees the same project. Symbolic links are not
    /// followed: they can lead out of the project.
    pub fn read(root: &Path) -> Result<Self, DetectError> {
        let root = std::path::absolute(root).map_err(|source| DetectError::Unreadable {
            path: root.to_owned(),
            source,
        })?;
        if !root.is_dir() {
            return Err(DetectError::NotAFolder { path: root });
        }
        fs::read_dir(&root).map_err(|source| DetectError::Unreadable {
            path: root.clone(),
            source,
        })?;
        let is_inside = is_inside_repository(&root);
        let around = is_inside.then(|| root.ancestors().skip(1));
        let folders = std::iter::once(root.as_path()).chain(around.into_iter().flatten());
        for rules in
            folders.flat_map(|folder| [".gitignore", EXCLUDE].map(|name| folder.join(name)))
        {
            if let Some(reason) = git_ignore::unreadable(&rules) {
                return Err(DetectError::Rules {
                    path: rules,
                    reason,
                });
            }
        }
        let left_out = Arc::default();
        let mut walker = walker(&root, is_inside, &left_out);
        let Batch {
            mut files,
            mut problems,
        } = walk_if_small(&walker, &root).unwrap_or_else(|| walk_divided(&mut walker, &root));
        // The walk is over, so nobody holds the lock.
        problems.append(&mut left_out.lock().unwrap_or_else(PoisonError::into_inner));
        // Each batch is sorted, and a stable sort merges what it finds sorted.
        files.sort_by(|left: &TreeFile, right| left.path.cmp(&right.path));
        leave_out_environments(&mut files);
        problems.sort_unstable_by(|left: &Problem, right| left.evidence.cmp(&right.evidence));
        problems.dedup();
        Ok(Self {
            root,
            files,
            problems,
        })
    }

    /// Whether the project has a file of this path.
    #[must_use]
    pub fn contains(&self, path: &str) -> bool {
        self.file(path).is_some()
    }

    /// The file of this path.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&TreeFile> {
        let index = self
            .files
            .binary_search_by(|file| file.path.as_str().cmp(path))
            .ok()?;
        self.files.get(index)
    }

    /// The files inside `folder`, at any depth; `.` is the root.
    pub fn below(&self, folder: &str) -> impl Iterator<Item = &TreeFile> {
        let prefix = if folder == "." {
            String::new()
        } else {
            format!("{folder}/")
        };
        let first = self
            .files
            .partition_point(|file| file.path.as_str() < prefix.as_str());
        self.files[first..]
            .iter()
            .take_while(move |file| file.path.starts_with(&prefix))
    }

    /// The text of the file at `path`, which is relative to the root.
    ///
    /// A byte order mark is removed, and bytes that are not UTF-8 become the replacement
    /// character: one odd comment must not hide a declaration. What is too large or cannot be read
    /// is a [`Problem`].
    pub fn text(&self, path: &str) -> Result<String, Problem> {
        let problem = |message| Problem {
            message,
            evidence: Evidence::file(path, "readable-file"),
        };
        read_limited(&self.root.join(path))
            .map_err(|error| problem(format!("failed to read the file: {error}")))?
            .ok_or_else(|| problem(format!("larger than {LARGEST_FILE} bytes, not read")))
    }
}

/// The text of a file, or nothing where it is too large.
fn read_limited(path: &Path) -> io::Result<Option<String>> {
    let file = File::open(path)?;
    // Without room for all of it, a file is read in many small pieces.
    let length = file.metadata()?.len().min(LARGEST_FILE) + 1;
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Ok(None);
    }
    let text = decoded(bytes);
    Ok(Some(match text.strip_prefix('\u{feff}') {
        Some(stripped) => stripped.to_owned(),
        None => text,
    }))
}

/// The text in `bytes`, which are UTF-8 unless their byte order mark says UTF-16: `pip freeze >
/// requirements.txt` in Windows PowerShell writes that.
fn decoded(bytes: Vec<u8>) -> String {
    let from_bytes: fn([u8; 2]) -> u16 = match bytes.get(..2) {
        Some([0xff, 0xfe]) => u16::from_le_bytes,
        Some([0xfe, 0xff]) => u16::from_be_bytes,
        _ => {
            return String::from_utf8(bytes)
                .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        }
    };
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| from_bytes([pair[0], pair[1]]))
        .collect();
    String::from_utf16_lossy(&units)
}

/// Walks on this thread; none where there turn out to be many entries.
///
/// Threads of a walk wait for each other in steps of a millisecond, in which a small project could
/// have been listed several times.
fn walk_if_small(walker: &WalkBuilder, root: &Path) -> Option<Batch> {
    const MANY: usize = 1_000;
    let mut batch = Batch::default();
    for (index, entry) in walker.build().enumerate() {
        if index == MANY {
            return None;
        }
        batch.add(entry, root);
    }
    batch.sort();
    Some(batch)
}

/// Walks on all processors.
fn walk_divided(walker: &mut WalkBuilder, root: &Path) -> Batch {
    let (sender, receiver) = mpsc::channel();
    let mut collectors = Collectors { root, sender };
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    walker
        .threads(processors.min(8))
        .build_parallel()
        .visit(&mut collectors);
    drop(collectors);
    let mut whole = Batch::default();
    for batch in receiver {
        whole.files.extend(batch.files);
        whole.problems.extend(batch.problems);
    }
    whole
}

/// Whether `root` is a folder of a repository, but not its top.
fn is_inside_repository(root: &Path) -> bool {
    let mut around = root.ancestors().skip(1);
    !root.join(".git").exists() && around.any(|folder| folder.join(".git").exists())
}

/// Inside a repository the rules of the folders between its top and `root` hold as well; a folder
/// outside of any must not depend on what happens to lie above it. Folders whose rules cannot be read
/// are `left_out`.
fn walker(
    root: &Path,
    inside_repository: bool,
    left_out: &Arc<Mutex<Vec<Problem>>>,
) -> WalkBuilder {
    let (top, left_out) = (root.to_owned(), Arc::clone(left_out));
    let has_rules = move |entry: &DirEntry| {
        if !entry.file_type().is_some_and(|kind| kind.is_dir()) {
            return true;
        }
        let mut rules = [".gitignore", EXCLUDE]
            .map(|name| entry.path().join(name))
            .into_iter();
        let unreadable = rules.find_map(|path| Some((git_ignore::unreadable(&path)?, path)));
        let Some((reason, path)) = unreadable else {
            return true;
        };
        let shown = path.strip_prefix(&top).ok().and_then(slashed);
        let problem = Problem {
            message: format!("the rules for git are {reason}, so the folder is left out"),
            evidence: Evidence::file(shown.unwrap_or_default(), "tree"),
        };
        let mut left_out = left_out.lock().unwrap_or_else(PoisonError::into_inner);
        left_out.push(problem);
        false
    };
    let mut builder = WalkBuilder::new(root);
    builder
        .hidden(false)
        .ignore(false)
        .git_global(false)
        .require_git(inside_repository)
        .parents(inside_repository)
        .follow_links(false)
        .filter_entry(move |entry| entry.depth() == 0 || (!is_skipped(entry) && has_rules(entry)));
    builder
}

fn is_skipped(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    if name == ".git" {
        // A file of this name marks a submodule or a work tree.
        return true;
    }
    if !entry
        .file_type()
        .is_some_and(|file_type| file_type.is_dir())
    {
        return false;
    }
    SKIPPED.contains(&name.as_ref())
        || name.ends_with(".egg-info")
        || name.ends_with(".dist-info")
        || (entry.depth() <= DEEPEST_SOUGHT && is_environment(entry.path()))
        || (name == "build" && is_build_output(entry.path()))
}

/// Files that mark the folder they are in as an environment: of `venv` (PEP 405) or of conda.
const MARKS: [&str; 2] = ["pyvenv.cfg", "conda-meta/history"];

/// The depth of the folders that are asked for those marks before they are listed. Environments lie
/// near the root; to ask every folder takes as long as to list it.
const DEEPEST_SOUGHT: usize = 2;

fn is_environment(folder: &Path) -> bool {
    MARKS.iter().any(|mark| folder.join(mark).exists())
}

/// Removes from the listed files those of environments that lie deeper.
fn leave_out_environments(files: &mut Vec<TreeFile>) {
    let mut environments: Vec<String> = files
        .iter()
        .filter_map(|file| {
            let folder = MARKS.iter().find_map(|mark| file.path.strip_suffix(mark))?;
            folder.ends_with('/').then(|| folder.to_owned())
        })
        .collect();
    environments.sort_unstable();
    environments.dedup_by(|inner, outer| inner.starts_with(outer.as_str()));
    files.retain(|file| {
        let behind = environments.partition_point(|folder| *folder <= file.path);
        let nearest = behind.checked_sub(1).map(|index| &environments[index]);
        !nearest.is_some_and(|folder| file.path.starts_with(folder))
    });
}

/// Whether a folder called `build` is what setuptools left behind.
///
/// The name alone says nothing: it is also a package, or a folder of build scripts, and then the
/// ignore rules decide.
fn is_build_output(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name == "lib" || name.starts_with("lib.") || name.starts_with("bdist.")
    }) && folder.parent().is_some_and(|parent| {
        ["setup.py", "setup.cfg", "pyproject.toml"]
            .iter()
            .any(|name| parent.join(name).exists())
    })
}

/// What a walk found, or one thread of it.
#[derive(Default)]
struct Batch {
    files: Vec<TreeFile>,
    problems: Vec<Problem>,
}

/// Gives each thread of the walk its own collector.
struct Collectors<'a> {
    root: &'a Path,
    sender: mpsc::Sender<Batch>,
}

impl<'a> ParallelVisitorBuilder<'a> for Collectors<'a> {
    fn build(&mut self) -> Box<dyn ParallelVisitor + 'a> {
        Box::new(Collector {
            root: self.root,
            sender: self.sender.clone(),
            batch: Batch::default(),
        })
    }
}

/// Collects on one thread, and hands everything over when the thread ends.
struct Collector<'a> {
    root: &'a Path,
    sender: mpsc::Sender<Batch>,
    batch: Batch,
}

impl ParallelVisitor for Collector<'_> {
    fn visit(&mut self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        self.batch.add(entry, self.root);
        WalkState::Continue
    }
}

impl Batch {
    fn add(&mut self, entry: Result<DirEntry, ignore::Error>, root: &Path) {
        match entry {
            Ok(entry) => self.add_file(&entry, root),
            Err(error) => self.problems.push(Problem {
                message: format!("failed to list the folder: {}", cause(&error)),
                evidence: Evidence::file(place(&error, root), "tree"),
            }),
        }
    }

    fn add_file(&mut self, entry: &DirEntry, root: &Path) {
        if !entry
            .file_type()
            .is_some_and(|file_type| file_type.is_file())
        {
            return;
        }
        if let Some(path) = plain_relative(entry.path(), root) {
            self.files.push(TreeFile { path });
            return;
        }
        let Ok(relative) = entry.path().strip_prefix(root) else {
            return;
        };
        match slashed(relative) {
            Some(path) => self.files.push(TreeFile { path }),
            None => self.problems.push(Problem {
                message: "the file's name is not Unicode, so it is left out".to_owned(),
                evidence: Evidence::file(relative.to_string_lossy(), "tree"),
            }),
        }
    }

    fn sort(&mut self) {
        self.files
            .sort_unstable_by(|left, right| left.path.cmp(&right.path));
    }
}

impl Drop for Collector<'_> {
    fn drop(&mut self) {
        // Here, the threads sort side by side.
        self.batch.sort();
        // The receiver outlives the walk; were it gone, nobody would miss the batch.
        let _ = self.sender.send(std::mem::take(&mut self.batch));
    }
}

/// `path` relative to `root`, cut as text: the walk has put nothing but names and single separators
/// behind the root. None where it is not that plain.
fn plain_relative(path: &Path, root: &Path) -> Option<String> {
    let relative = path
        .to_str()?
        .strip_prefix(root.to_str()?)?
        .strip_prefix(std::path::MAIN_SEPARATOR)?;
    Some(if std::path::MAIN_SEPARATOR == '/' {
        relative.to_owned()
    } else {
        relative.replace(std::path::MAIN_SEPARATOR, "/")
    })
}

/// The path with `/` between its parts on every platform; none where it is not Unicode.
#[must_use]
pub fn slashed(path: &Path) -> Option<String> {
    let mut slashed = String::with_capacity(path.as_os_str().len());
    for component in path.components() {
        if !slashed.is_empty() {
            slashed.push('/');
        }
        slashed.push_str(component.as_os_str().to_str()?);
    }
    Some(slashed)
}

fn cause(error: &ignore::Error) -> String {
    error
        .io_error()
        .map_or_else(|| error.to_string(), ToString::to_string)
}

fn place(error: &ignore::Error, root: &Path) -> String {
    let path = match error {
        ignore::Error::WithPath { path, .. } => Some(path.as_path()),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            return place(err, root);
        }
        _ => None,
    };
    path.and_then(|path| path.strip_prefix(root).ok())
        .map(|path| path.to_string_lossy().replace('\\', "/"))
        .filter(|path| !path.is_empty())
        .unwrap_or_else(|| ".".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let tree = Tree::read(folder.path()).unwrap();
        assert_eq!(tree.problems, []);
        tree.files.into_iter().map(|file| file.path).collect()
    }

    #[test]
    fn files_are_sorted_and_hidden_ones_are_listed() {
        assert_eq!(
            listed(&[
                ("b.py", ""),
                (".github/workflows/ci.yml", ""),
                ("a/z.py", ""),
                ("a.py", "")
            ]),
            [".github/workflows/ci.yml", "a.py", "a/z.py", "b.py"]
        );
    }

    #[test]
    fn ignore_rules_hold_without_a_repository() {
        assert_eq!(
            listed(&[
                (".gitignore", "*.log\nout/\n"),
                ("a.log", ""),
                ("out/x.py", ""),
                ("y.py", "")
            ]),
            [".gitignore", "y.py"]
        );
    }

    #[test]
    fn rules_of_the_repository_around_hold_and_ignoring_the_folder_itself_does_not_empty_it() {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join("out/project");
        fs::create_dir_all(&project).unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        fs::write(folder.path().join(".gitignore"), "/out\n*.log\n").unwrap();
        fs::write(project.join("setup.py"), "").unwrap();
        fs::write(project.join("a.log"), "").unwrap();
        let tree = Tree::read(&project).unwrap();
        let paths: Vec<_> = tree.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["setup.py"]);
    }

    #[test]
    fn environments_and_caches_are_left_out() {
        assert_eq!(
            listed(&[
                ("weird-name/pyvenv.cfg", ""),
                ("weird-name/lib/x.py", ""),
                ("venv/settings.py", ""),
                ("a/b/c/deep/pyvenv.cfg", ""),
                ("a/b/c/deep/bin/x.py", ""),
                ("a/b/c/deeper.py", ""),
                ("a/b/c/conda/conda-meta/history", ""),
                ("a/b/c/conda/bin/x.py", ""),
                ("node_modules/a/index.js", ""),
                ("x.egg-info/requires.txt", ""),
                (".git/config", ""),
                ("sub/.git", "gitdir: elsewhere"),
                ("sub/a.py", ""),
            ]),
            ["a/b/c/deeper.py", "sub/a.py", "venv/settings.py"]
        );
    }

    #[test]
    fn a_folder_whose_rules_cannot_be_read_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::write(root.join("a/b/x.py"), "").unwrap();
        fs::write(root.join("a/y.py"), "").unwrap();
        let braces = "{\"a\":".repeat(100_000);
        fs::write(root.join("a/b/.gitignore"), &braces).unwrap();
        let tree = Tree::read(root).unwrap();
        assert_eq!(
            tree.files,
            [TreeFile {
                path: "a/y.py".to_owned()
            }]
        );
        let expected = Problem {
            message: "the rules for git are nested too deeply, so the folder is left out"
                .to_owned(),
            evidence: Evidence::file("a/b/.gitignore", "tree"),
        };
        assert_eq!(tree.problems, [expected]);
        fs::write(root.join(".gitignore"), braces).unwrap();
        let error = Tree::read(root).unwrap_err();
        assert!(matches!(error, DetectError::Rules { .. }), "{error}");
    }

    #[test]
    fn only_a_build_folder_of_setuptools_is_left_out() {
        assert_eq!(
            listed(&[
                ("setup.py", ""),
                ("build/lib/a.py", ""),
                ("src/build/a.py", "")
            ]),
            ["setup.py", "src/build/a.py"]
        );
    }

    #[test]
    fn a_subfolder_is_listed_by_its_own_name_only() {
        let tree = Tree {
            files: ["a-b/x", "a/x", "a/y/z", "a0"]
                .map(|path| TreeFile {
                    path: path.to_owned(),
                })
                .to_vec(),
            ..Tree::default()
        };
        let below: Vec<_> = tree.below("a").map(|file| file.path.as_str()).collect();
        assert_eq!(below, ["a/x", "a/y/z"]);
        assert_eq!(tree.below(".").count(), 4);
        assert!(tree.contains("a0") && !tree.contains("a"));
    }

    #[test]
    fn a_byte_order_mark_and_stray_bytes_do_not_hide_text() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.txt"), b"\xef\xbb\xbfflask\xff\r\n").unwrap();
        let tree = Tree::read(folder.path()).unwrap();
        assert_eq!(tree.text("a.txt").unwrap(), "flask\u{fffd}\r\n");
        assert!(tree.text("missing.txt").is_err());
    }

    #[test]
    fn utf_16_of_windows_is_text() {
        let bytes = [0xff, 0xfe, b'a', 0, b'\n', 0];
        assert_eq!(decoded(bytes.to_vec()), "\u{feff}a\n");
        assert_eq!(decoded(vec![0xfe, 0xff, 0, b'a', 0]), "\u{feff}a");
    }

    #[test]
    fn a_missing_folder_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let error = Tree::read(&folder.path().join("nowhere")).unwrap_err();
        assert!(matches!(error, DetectError::NotAFolder { .. }));
    }
}
