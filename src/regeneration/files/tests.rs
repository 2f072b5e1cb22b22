//! The check as a whole, on environments that are made of plain files.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::claims::located;
use super::hashing::base64;
use super::*;

/// A project with an environment and a state folder that is ours.
struct Folder {
    root: TempDir,
}

impl Folder {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let folder = Self { root };
        fs::create_dir_all(folder.site_packages()).unwrap();
        fs::create_dir_all(folder.venv().join(tree::scripts_folder())).unwrap();
        let python = folder.venv().join(crate::installed::program());
        fs::write(python, "").unwrap();
        fs::write(folder.venv().join("pyvenv.cfg"), "version_info = 3.11.7\n").unwrap();
        let state = folder.state();
        state.create().unwrap();
        state.take_over().unwrap();
        folder
    }

    fn venv(&self) -> PathBuf {
        self.root.path().join(".venv")
    }

    fn site_packages(&self) -> PathBuf {
        self.venv().join(if cfg!(windows) {
            "Lib/site-packages"
        } else {
            "lib/python3.11/site-packages"
        })
    }

    fn state(&self) -> StateDir {
        StateDir::of(self.root.path())
    }

    fn write(&self, path: &str, content: &str) {
        write(&self.site_packages().join(path), content);
    }

    /// Installs a distribution with these files.
    fn install(&self, name: &str, files: &[(&str, &str)]) {
        let description = format!("{name}-1.0.dist-info");
        let metadata = format!("Name: {name}\nVersion: 1.0\n");
        self.write(&format!("{description}/METADATA"), &metadata);
        let mut record = format!("{description}/METADATA,,\n{description}/RECORD,,\n");
        for (path, content) in files {
            let (hash, size) = (base64(&Sha256::digest(content)), content.len());
            let path_field = if path.contains(',') {
                format!("\"{path}\"")
            } else {
                (*path).to_owned()
            };
            record = [
                &record,
                &path_field,
                ",sha256=",
                &hash,
                ",",
                &size.to_string(),
                "\n",
            ]
            .concat();
            self.write(path, content);
        }
        self.write(&format!("{description}/RECORD"), &record);
    }

    #[track_caller]
    fn check(&self, depth: FileCheck, expected: &[&str]) {
        let inspect = |depth| {
            inspect(&self.venv(), &self.state(), depth)
                .unwrap()
                .unwrap()
        };
        let inspection = inspect(depth);
        // The second look is one at what is remembered, where all is right.
        let again = inspect(FileCheck::Changed);
        assert_eq!(again.files, inspection.files);
        assert_eq!(again.venv_checksum, inspection.venv_checksum);
        let report = inspection.files;
        let base = format!("{}/", base(&self.venv(), &self.site_packages()).unwrap());
        let found = report.findings.iter().map(|finding| {
            let path = finding.path.strip_prefix(&base).unwrap_or(&finding.path);
            format!("{:?} {path}", finding.found)
        });
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }
}

fn write(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

#[test]
fn what_was_installed_is_right() {
    let folder = Folder::new();
    folder.install("six", &[("six.py", "x = 1\n"), ("a,b/c.py", "")]);
    folder.write("__pycache__/six.cpython-311.pyc", "anything");
    folder.write("six-1.0.dist-info/INSTALLER", "uv");
    folder.check(FileCheck::Full, &[]);
    folder.check(FileCheck::Changed, &[]);
}

#[test]
fn every_difference_is_found_with_and_without_a_stamp() {
    let folder = Folder::new();
    let files = [
        ("pkg/__init__.py", ""),
        ("pkg/a.py", "a = 1\n"),
        ("pkg/b.py", ""),
    ];
    folder.install("pkg", &files);
    folder.check(FileCheck::Full, &[]);
    folder.write("pkg/a.py", "a = 2\n");
    fs::remove_file(folder.site_packages().join("pkg/b.py")).unwrap();
    folder.write("pkg/c.py", "");
    folder.write("stray/below/d.py", "");
    folder.write("stray/e.py", "");
    let expected = [
        "Modified pkg/a.py",
        "Missing pkg/b.py",
        "Extra pkg/c.py",
        "Extra stray/",
    ];
    folder.check(FileCheck::Changed, &expected);
    folder.check(FileCheck::Full, &expected);
    folder.write("pkg/a.py", "a = 1\n");
    folder.check(FileCheck::Changed, &expected[1..]);
}

#[test]
fn a_file_of_two_distributions_is_that_of_either() {
    let folder = Folder::new();
    folder.install("one", &[("shared.py", "one\n")]);
    folder.install("two", &[("shared.py", "two\n")]);
    folder.check(FileCheck::Full, &[]);
    folder.write("shared.py", "one\n");
    folder.check(FileCheck::Changed, &[]);
    folder.write("shared.py", "six\n");
    folder.check(FileCheck::Changed, &["Modified shared.py"]);
}

#[test]
fn a_record_that_leads_out_of_the_environment_is_not_followed() {
    let folder = Folder::new();
    folder.install("bad", &[("bad.py", "")]);
    let record = folder.site_packages().join("bad-1.0.dist-info/RECORD");
    let text = fs::read_to_string(&record).unwrap();
    let out = "../".repeat(9) + "etc/passwd,sha256=AAAA,1\n/etc/passwd,sha256=AAAA,1\n";
    fs::write(record, text + &out).unwrap();
    folder.check(FileCheck::Full, &[]);
}

#[test]
fn other_algorithms_and_none_are_understood() {
    let folder = Folder::new();
    folder.install("pkg", &[]);
    folder.write("a.py", "a\n");
    folder.write("b.py", "b\n");
    let record = folder.site_packages().join("pkg-1.0.dist-info/RECORD");
    let text = fs::read_to_string(&record).unwrap();
    let hash = base64(&sha2::Sha512::digest("a\n"));
    fs::write(
        record,
        format!("{text}a.py,sha512={hash},2\nb.py,,\nc.py,,\n"),
    )
    .unwrap();
    folder.check(FileCheck::Full, &["Missing c.py"]);
    folder.write("a.py", "b\n");
    folder.write("b.py", "c\n");
    folder.check(FileCheck::Full, &["Modified a.py", "Missing c.py"]);
}

#[test]
fn a_lost_description_leaves_no_strays() {
    let folder = Folder::new();
    folder.install("pkg", &[("pkg.py", "")]);
    fs::remove_file(folder.site_packages().join("pkg-1.0.dist-info/METADATA")).unwrap();
    folder.check(FileCheck::Full, &["Missing pkg-1.0.dist-info/METADATA"]);
}

#[test]
fn scripts_that_nobody_installed_are_found() {
    let folder = Folder::new();
    let scripts = tree::scripts_folder();
    for name in ["activate", "python3", "node"] {
        write(&folder.venv().join(scripts).join(name), "");
    }
    folder.check(FileCheck::Full, &[&format!("Extra {scripts}/node")]);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_read() {
    let folder = Folder::new();
    folder.install("pkg", &[("pkg.py", "")]);
    let place = folder.site_packages().join("pkg.py");
    fs::remove_file(&place).unwrap();
    // A socket stands for everything that is no file: it can be made without a program.
    let _socket = std::os::unix::net::UnixListener::bind(&place).unwrap();
    folder.check(FileCheck::Full, &["Modified pkg.py"]);
}

#[test]
fn paths_are_placed_in_the_environment_or_nowhere() {
    const BASE: &str = "lib/python3.11/site-packages";
    let check = |path: &str, expected: Option<&str>| {
        assert_eq!(located(BASE, path).as_deref(), expected, "{path}");
    };
    check("six.py", Some("lib/python3.11/site-packages/six.py"));
    check("../../../bin/http", Some("bin/http"));
    check("./a/../b.py", Some("lib/python3.11/site-packages/b.py"));
    check("../..", None);
    check("a/.", None);
    check(".hidden", Some("lib/python3.11/site-packages/.hidden"));
    check("../../../../secret", None);
    check("/etc/passwd", None);
}

proptest! {
    #[test]
    fn no_path_leads_out(path in "(\\.\\.|\\.|a|/){0,12}") {
        if let Some(located) = located("lib/x/site-packages", &path) {
            prop_assert!(!located.split('/').any(|part| part == ".."), "{}", located);
        }
    }
}

#[test]
fn nothing_is_read_while_nothing_changes() {
    let folder = Folder::new();
    folder.install("pkg", &[("pkg.py", "a = 1\n")]);
    let is_remembered = |depth| {
        let inspection = inspect(&folder.venv(), &folder.state(), depth);
        let environment = inspection.unwrap().unwrap().environment;
        assert_eq!(environment.distributions[0].name.as_str(), "pkg");
        environment.distributions[0].record.is_empty()
    };
    assert!(!is_remembered(FileCheck::Changed));
    assert!(is_remembered(FileCheck::Changed));
    assert!(!is_remembered(FileCheck::Full));
    folder.write("__pycache__/pkg.cpython-311.pyc", "anything");
    assert!(is_remembered(FileCheck::Changed));
    // What is wrong is found again and again, not remembered.
    folder.write("pkg.py", "a = 2\n");
    assert!(!is_remembered(FileCheck::Changed));
    folder.check(FileCheck::Changed, &["Modified pkg.py"]);
    folder.write("pkg.py", "a = 1\n");
    assert!(!is_remembered(FileCheck::Changed));
    assert!(is_remembered(FileCheck::Changed));
    fs::write(folder.state().file("environment.stamp"), "{").unwrap();
    assert!(!is_remembered(FileCheck::Changed));
}

/// Whoever changes a file can set its time back; no program can set the time of that.
#[cfg(unix)]
#[test]
fn a_time_that_was_set_back_hides_nothing() {
    let folder = Folder::new();
    folder.install("pkg", &[("pkg.py", "a = 1\n")]);
    folder.check(FileCheck::Full, &[]);
    let place = folder.site_packages().join("pkg.py");
    let modified = fs::metadata(&place).unwrap().modified().unwrap();
    folder.write("pkg.py", "a = 2\n");
    let file = fs::File::options().write(true).open(&place).unwrap();
    file.set_modified(modified).unwrap();
    folder.check(FileCheck::Changed, &["Modified pkg.py"]);
}

/// A `RECORD` that was edited says other things of the same files.
#[test]
fn an_edited_record_is_read_again() {
    let folder = Folder::new();
    folder.install("pkg", &[("pkg.py", "a = 1\n")]);
    folder.check(FileCheck::Full, &[]);
    let record = folder.site_packages().join("pkg-1.0.dist-info/RECORD");
    let text = fs::read_to_string(&record).unwrap();
    fs::write(record, text + "other.py,,\n").unwrap();
    folder.check(FileCheck::Changed, &["Missing other.py"]);
}

/// A manual page, a setting: what is not among the distributions.
#[test]
fn files_elsewhere_in_the_environment_are_looked_at() {
    let up = if cfg!(windows) { "../.." } else { "../../.." };
    let path = format!("{up}/share/pkg/a.txt");
    let folder = Folder::new();
    folder.install("pkg", &[(&path, "a\n")]);
    folder.check(FileCheck::Full, &[]);
    folder.write(&path, "b\n");
    folder.check(FileCheck::Changed, &["Modified share/pkg/a.txt"]);
}
