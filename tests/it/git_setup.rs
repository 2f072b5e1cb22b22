//! Hooks, submodules and large files: what a checkout needs besides its environment.

use std::path::Path;
#[cfg(unix)]
use std::path::PathBuf;

use insta::assert_snapshot;
use serde_json::json;

use crate::support::World;
#[cfg(unix)]
use crate::support::python;
#[cfg(target_os = "linux")]
use crate::support::skip;

const HOOKS: &str = "\
repos:
- repo: local
  hooks:
  - id: no-secrets
    name: no secrets
    entry: secret
    language: pygrep
    files: notes
  - id: polite
    name: polite
    entry: please
    language: pygrep
    args: [--negate]
    stages: [commit-msg]
";

/// A repository with checks, and pre-commit among what is developed with.
fn checked() -> World {
    let world = World::new();
    world
        .write("requirements.txt", "idna==3.7\n")
        .write("requirements-dev.txt", "pre-commit==4.0.1\n")
        .write("app.py", "import idna\n")
        .write(".pre-commit-config.yaml", HOOKS);
    repository(&world);
    world
}

/// A repository with checks, and nothing that could install them.
#[cfg(unix)]
fn unchecked() -> World {
    let world = World::new();
    world
        .write("requirements.txt", "idna==3.7\n")
        .write("app.py", "import idna\n")
        .write(".pre-commit-config.yaml", HOOKS);
    repository(&world);
    let programs = [("git", git(&world)), ("python3", python())];
    world.with_programs_only(&programs)
}

/// The git of this machine.
#[cfg(unix)]
fn git(world: &World) -> PathBuf {
    let found = world.run("sh", world.path(), &["-c", "command -v git"]);
    PathBuf::from(found.exits(0).stdout.trim())
}

fn repository(world: &World) {
    world.write(".gitignore", ".venv\n");
    world.git(&["init", "--quiet", "--initial-branch", "main"]);
    commit_all(world, &world.project());
}

fn commit_all(world: &World, folder: &Path) {
    world.git_in(folder, &["add", "--all"]);
    let message = ["--message", "Go on, please"];
    world.git_in(
        folder,
        &[&["commit", "--quiet", "--no-verify"][..], &message].concat(),
    );
}

/// Tries to commit a note.
fn commit_note(world: &World, note: &str, message: &str) -> Option<i32> {
    world.write("notes", note);
    world.git(&["add", "notes"]);
    let args = ["commit", "--quiet", "--message", message];
    world.run("git", &world.project(), &args).exit_code
}

#[cfg(unix)]
fn write_hook(world: &World, path: &str, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    world.write(path, text);
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(world.project().join(path), mode).unwrap();
}

fn is_unchanged(world: &World) -> bool {
    let report = world.dhtl(&["regenerate", "--json"]).exits(0);
    report.json()["unchanged"].as_bool().unwrap()
}

#[test]
fn hooks_are_installed_and_run() {
    let world = checked();
    world
        .dhtl(&["regenerate"])
        .exits(0)
        .answers("Git hooks configured")
        .says("Install the git hooks: pre-commit, commit-msg");
    assert_eq!(commit_note(&world, "a secret\n", "Add it, please"), Some(1));
    assert_eq!(commit_note(&world, "nothing\n", "Add it"), Some(1));
    assert_eq!(commit_note(&world, "nothing\n", "Add it, please"), Some(0));
    assert!(is_unchanged(&world));
}

#[test]
fn the_repository_of_somebody_else_gets_no_hooks() {
    let world = checked();
    std::fs::rename(world.project().join(".git"), world.path().join("theirs")).unwrap();
    world.write(".git", "gitdir: ../theirs\n");
    world.dhtl(&["regenerate"]).exits(0);
    let hooks = world.path().join("theirs/hooks");
    assert!(!hooks.join("pre-commit").exists() && !hooks.join("commit-msg").exists());
}

#[test]
fn a_deleted_hook_comes_back() {
    let world = checked();
    world.dhtl(&["regenerate"]).exits(0);
    world.remove(".git/hooks/commit-msg");
    world
        .dhtl(&["validate-env"])
        .exits(0)
        .answers("Hooks: commit-msg not installed (`.dhtconfig` does not ask for it)");
    world
        .dhtl(&["regenerate"])
        .exits(0)
        .says("Install the git hooks: commit-msg");
    assert!(world.has(".git/hooks/commit-msg"));
    assert!(is_unchanged(&world));
}

#[test]
fn a_recorded_hook_that_is_deleted_is_drift() {
    let world = checked();
    world.dhtl(&["setup"]).exits(0);
    let config = world.read(".dhtconfig");
    assert!(config.contains("pre_commit: true"), "{config}");
    assert!(config.contains("commit_msg: true"), "{config}");
    world.dhtl(&["validate-env"]).exits(0).answers("MATCH");
    world.remove(".git/hooks/pre-commit");
    world
        .dhtl(&["validate-env"])
        .exits(1)
        .answers("Hooks: pre-commit not installed")
        .answers("hook pre-commit: missing, must be pre-commit");
    let fixed = world.dhtl(&["validate-env", "--fix", "--json"]).exits(0);
    assert_eq!(
        fixed.json()["repaired"],
        json!([{ "action": "installed", "what": "hook pre-commit" }])
    );
    world.dhtl(&["validate-env"]).exits(0).answers("MATCH");
    assert!(is_unchanged(&world));
    world.remove(".git/hooks/commit-msg");
    world.dhtl(&["regenerate"]).exits(0).answers("MATCH");
    world.dhtl(&["validate-env"]).exits(0);
    world.dhtl(&["setup"]).exits(0);
    assert_eq!(world.read(".dhtconfig"), config);
}

#[test]
fn a_hook_that_the_config_does_not_want_is_left_out() {
    let world = checked();
    let config = "version: \"2.0\"\ngit:\n  hooks:\n    commit_msg: false\n";
    world.write(".dhtconfig", config);
    world.dhtl(&["setup"]).exits(0);
    assert!(world.has(".git/hooks/pre-commit"));
    assert!(!world.has(".git/hooks/commit-msg"));
    let config = world.read(".dhtconfig");
    assert!(config.contains("commit_msg: false"), "{config}");
    assert!(config.contains("pre_commit: true"), "{config}");
}

#[cfg(unix)]
#[test]
fn a_hook_of_the_users_own_goes_on_running() {
    let world = checked();
    let own = "#!/bin/sh\necho ran >> own-hook-ran\n";
    write_hook(&world, ".git/hooks/pre-commit", own);
    world.dhtl(&["regenerate"]).exits(0);
    assert_eq!(world.read(".git/hooks/pre-commit.legacy"), own);
    assert_eq!(commit_note(&world, "nothing\n", "Add it, please"), Some(0));
    assert_eq!(world.read("own-hook-ran"), "ran\n");

    // A second one of theirs would take the place of the first.
    let other = "#!/bin/sh\nexit 0\n";
    write_hook(&world, ".git/hooks/pre-commit", other);
    world
        .dhtl(&["regenerate"])
        .exits(0)
        .answers("git hook `pre-commit`: two other hooks are there already");
    assert_eq!(world.read(".git/hooks/pre-commit"), other);
    assert_eq!(world.read(".git/hooks/pre-commit.legacy"), own);
}

#[cfg(unix)]
#[test]
fn a_tool_that_would_switch_a_hook_of_the_users_off_is_not_used() {
    let world = World::new();
    let jobs = "pre-commit:\n  commands: {}\npre-push:\n  commands: {}\n";
    world
        .write("requirements.txt", "idna==3.7\n")
        .write("lefthook.yml", jobs);
    repository(&world);
    let own = "#!/bin/sh\nexit 0\n";
    write_hook(&world, ".git/hooks/pre-push", own);
    world
        .dhtl(&["regenerate"])
        .exits(0)
        .answers("git hook `pre-commit`: a hook of your own would not run any more with lefthook");
    assert!(!world.has(".git/hooks/pre-commit"));
    assert_eq!(world.read(".git/hooks/pre-push"), own);
    assert!(is_unchanged(&world));
}

#[test]
fn the_hooks_path_of_the_user_is_respected() {
    let world = checked();
    world.git(&["config", "core.hooksPath", "my-hooks"]);
    world
        .dhtl(&["regenerate"])
        .exits(0)
        .answers("git hook `pre-commit`: `core.hooksPath` is `my-hooks`");
    assert!(!world.has("my-hooks"));
    assert!(!world.has(".git/hooks/pre-commit"));
    assert!(is_unchanged(&world));
    world.git(&["config", "--unset", "core.hooksPath"]);
    world.dhtl(&["regenerate"]).exits(0);
    assert!(world.has(".git/hooks/pre-commit"));
}

#[cfg(unix)]
#[test]
fn without_the_program_the_report_says_what_to_do() {
    let world = unchecked();
    world
        .dhtl(&["regenerate"])
        .exits(0)
        .answers("git hook `pre-commit`: `pre-commit` is neither in the environment nor on `PATH`");
    assert!(is_unchanged(&world));
    world.dhtl(&["setup"]).exits(0);
    let config = world.read(".dhtconfig");
    assert!(!config.contains("pre_commit"), "{config}");
    // Whoever asks for it hears that it is not there.
    let asks = format!("{config}\ngit:\n  hooks:\n    pre_commit: true\n");
    world.write(".dhtconfig", asks);
    world.dhtl(&["validate-env"]).exits(1);
    world
        .dhtl(&["regenerate", "--strict"])
        .exits(1)
        .says("git hook `pre-commit` is missing");
}

#[test]
fn outside_a_repository_nothing_is_asked_for() {
    let world = World::new();
    world
        .write("requirements.txt", "idna==3.7\n")
        .write(".pre-commit-config.yaml", HOOKS);
    let report = world.dhtl(&["regenerate", "--json"]).exits(0).json();
    assert_eq!(report["shortfalls"], serde_json::json!([]));
    let checks = report["validation"]["checks"].as_array().unwrap();
    assert!(checks.iter().all(|check| check["name"] != "Hooks"));
    assert!(!world.has(".git"));
}

/// A repository with the submodule `libs/words`, cloned without it.
fn with_submodule() -> World {
    with_submodule_and("idna==3.7\n")
}

/// The same with these requirements.
fn with_submodule_and(requirements: &str) -> World {
    let world = World::new();
    let words = world.path().join("words");
    std::fs::create_dir(&words).unwrap();
    std::fs::write(words.join("words.txt"), "one two\n").unwrap();
    std::fs::write(words.join("words.py"), "\"\"\"Words.\"\"\"\nimport idna\n").unwrap();
    std::fs::write(words.join("pyproject.toml"), WORDS).unwrap();
    let origin = world.path().join("origin");
    std::fs::create_dir(&origin).unwrap();
    std::fs::write(origin.join("requirements.txt"), requirements).unwrap();
    std::fs::write(origin.join(".gitignore"), ".venv\n").unwrap();
    for folder in [&words, &origin] {
        world.git_in(folder, &["init", "--quiet", "--initial-branch", "main"]);
    }
    commit_all(&world, &words);
    let add = ["submodule", "--quiet", "add", "../words", "libs/words"];
    let allowed = ["-c", "protocol.file.allow=always"];
    world.git_in(&origin, &[&allowed[..], &add].concat());
    commit_all(&world, &origin);
    std::fs::remove_dir(world.project()).unwrap();
    world.git_in(world.path(), &["clone", "--quiet", "origin", "project"]);
    world
}

const WORDS: &str = r#"[project]
name = "words"
version = "1.0"
description = "Words"

[build-system]
requires = ["flit_core>=3.11,<4"]
build-backend = "flit_core.buildapi"
"#;

fn allowing_files(world: World) -> World {
    world
        .set("GIT_CONFIG_COUNT", "1")
        .set("GIT_CONFIG_KEY_0", "protocol.file.allow")
        .set("GIT_CONFIG_VALUE_0", "always")
}

#[test]
fn submodules_are_checked_out() {
    let world = allowing_files(with_submodule());
    world
        .dhtl(&["regenerate", "--dry-run"])
        .exits(0)
        .answers("submodule update --init --recursive -- libs/words");
    assert!(!world.has("libs/words/words.txt"));
    world
        .dhtl(&["setup"])
        .exits(0)
        .says("Check out the submodules: libs/words");
    assert_eq!(world.read("libs/words/words.txt"), "one two\n");
    let config = world.read(".dhtconfig");
    assert!(config.contains("libs/words"), "{config}");
    world.dhtl(&["validate-env"]).exits(0).answers("MATCH");
    assert!(is_unchanged(&world));

    world.git(&["submodule", "--quiet", "deinit", "--force", "libs/words"]);
    world
        .dhtl(&["validate-env"])
        .exits(1)
        .answers("submodule libs/words: missing, must be checked out");
    world
        .dhtl(&["validate-env", "--fix"])
        .exits(0)
        .answers("Fetched: submodule libs/words")
        .answers("MATCH");
    assert!(world.has("libs/words/words.txt"));
    world.git(&["submodule", "--quiet", "deinit", "--force", "libs/words"]);
    world.dhtl(&["regenerate"]).exits(0).answers("MATCH");
    assert!(world.has("libs/words/words.txt"));
}

#[test]
fn a_checkout_of_a_submodule_that_was_killed_is_ended() {
    let world = allowing_files(with_submodule());
    world.dhtl(&["regenerate"]).exits(0);
    // As git leaves it: files without an index, some of them half written.
    world.remove(".git/modules/libs/words/index");
    world.remove("libs/words/words.py");
    world.write("libs/words/words.txt", "one");
    assert!(!is_unchanged(&world));
    assert_eq!(world.read("libs/words/words.txt"), "one two\n");
    assert!(world.has("libs/words/words.py"));
    assert!(is_unchanged(&world));
}

#[test]
fn what_is_installed_may_be_in_a_submodule() {
    let world = allowing_files(with_submodule_and("idna==3.7\n./libs/words\n"));
    world.dhtl(&["regenerate"]).exits(0);
    assert_eq!(world.installed(), ["idna 3.7", "words 1.0"]);
    assert!(is_unchanged(&world));
}

#[test]
fn a_submodule_that_cannot_be_had_is_reported_and_tried_again() {
    let world = with_submodule();
    world
        .dhtl(&["regenerate"])
        .exits(0)
        .answers("submodule `libs/words`: transport 'file' not allowed");
    world
        .dhtl(&["validate-env"])
        .exits(0)
        .answers("Submodules: libs/words not checked out (`.dhtconfig` does not ask for it)");
    let world = allowing_files(world);
    world.dhtl(&["regenerate"]).exits(0);
    assert!(world.has("libs/words/words.txt"));
    assert!(is_unchanged(&world));
}

#[test]
fn hostile_submodules_run_nothing() {
    let world = with_submodule();
    let mark = world.path().join("mark");
    let hostile = format!(
        "[submodule \"a\"]\npath = libs/words\nurl = ext::sh -c touch% {}\n\
         [submodule \"b\"]\npath = --upload-pack=evil\nurl = x\n\
         [submodule \"c\"]\npath = ../outside\nurl = x\n",
        mark.display()
    );
    world.write(".gitmodules", hostile);
    let world = allowing_files(world).set("GIT_CONFIG_KEY_0", "protocol.allow");
    world
        .dhtl(&["regenerate"])
        .exits(0)
        .answers("submodule `libs/words`: its address names a program");
    assert!(!mark.exists());
    assert!(!world.path().join("outside").exists());
}

#[cfg(unix)]
#[test]
fn hostile_submodules_of_submodules_run_nothing() {
    let world = with_submodule();
    let mark = world.path().join("mark");
    let words = world.path().join("words");
    let hostile = format!(
        "[submodule \"inner\"]\npath = inner\nurl = ext::sh -c touch% {}\n",
        mark.display()
    );
    std::fs::write(words.join(".gitmodules"), hostile).unwrap();
    let commit = world.git_in(&words, &["rev-parse", "HEAD"]);
    let link = format!("160000,{},inner", commit.trim());
    world.git_in(&words, &["update-index", "--add", "--cacheinfo", &link]);
    world.git_in(&words, &["add", ".gitmodules"]);
    let message = ["commit", "--quiet", "--message", "Be evil"];
    world.git_in(&words, &message);
    let commit = world.git_in(&words, &["rev-parse", "HEAD"]);
    let link = format!("160000,{},libs/words", commit.trim());
    world.git(&["update-index", "--cacheinfo", &link]);

    // Even for a user who allows every transport.
    let world = allowing_files(world).set("GIT_CONFIG_KEY_0", "protocol.allow");
    world
        .dhtl(&["regenerate"])
        .exits(0)
        .answers("submodule `libs/words`: transport 'ext' not allowed");
    assert!(!mark.exists());
    // It is as evil as it looks.
    let update = ["submodule", "update", "--init", "--recursive"];
    world.run("git", &world.project(), &update);
    assert!(mark.exists());
}

/// A repository with a file that is a pointer.
#[cfg(unix)]
fn with_pointer() -> World {
    let world = World::new();
    world
        .write("requirements.txt", "idna==3.7\n")
        .write(
            ".gitattributes",
            "*.bin filter=lfs diff=lfs merge=lfs -text\n",
        )
        .write(
            "model.bin",
            "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n",
        );
    repository(&world);
    world
}

#[cfg(unix)]
#[test]
fn without_git_lfs_the_report_says_what_to_do() {
    let world = with_pointer();
    let programs = [("git", git(&world)), ("python3", python())];
    let world = world.with_programs_only(&programs);
    world
        .dhtl(&["regenerate"])
        .exits(0)
        .answers("the content of 1 large file: git-lfs is not installed");
    assert!(is_unchanged(&world));
    world
        .dhtl(&["validate-env"])
        .exits(0)
        .answers("LFS: 1 of 1 in Git LFS have no content (`.dhtconfig` does not ask for it)");
}

#[cfg(target_os = "linux")]
#[test]
fn large_files_are_fetched() {
    let world = with_pointer();
    let version = world.run("git", &world.project(), &["lfs", "version"]);
    if version.exit_code != Some(0) {
        return skip("git-lfs is not installed");
    }
    let origin = world.path().join("origin");
    let origin_path = origin.to_str().unwrap().to_owned();
    world.git(&["lfs", "install", "--local"]);
    world.write("model.bin", "\0\0\0");
    commit_all(&world, &world.project());
    world.git_in(world.path(), &["init", "--quiet", "--bare", "origin"]);
    world.git(&["remote", "add", "origin", &origin_path]);
    world.git(&["push", "--quiet", "origin", "main"]);
    std::fs::remove_dir_all(world.project()).unwrap();
    let world = world.set("GIT_LFS_SKIP_SMUDGE", "1");
    let clone = [
        "clone",
        "--quiet",
        "--branch",
        "main",
        &origin_path,
        "project",
    ];
    world.git_in(world.path(), &clone);
    let world = world.unset("GIT_LFS_SKIP_SMUDGE");
    assert!(
        world
            .read("model.bin")
            .starts_with("version https://git-lfs")
    );
    world
        .dhtl(&["setup"])
        .exits(0)
        .says("Fetch the large files: 1 of 1");
    assert_eq!(world.read("model.bin"), "\0\0\0");
    assert!(world.read(".dhtconfig").contains("lfs: true"));
    world
        .dhtl(&["validate-env"])
        .exits(0)
        .answers("LFS: all 1 in Git LFS have their content");

    let pointer = world.git(&["show", "HEAD:model.bin"]);
    world.write("model.bin", pointer);
    world
        .dhtl(&["validate-env"])
        .exits(1)
        .answers("large files: 1 without instead of with their content");
    world
        .dhtl(&["validate-env", "--fix"])
        .exits(0)
        .answers("Fetched: large files");
    assert_eq!(world.read("model.bin"), "\0\0\0");
}

#[test]
fn detect_shows_what_a_checkout_needs() {
    let world = World::new();
    world
        .write("requirements.txt", "idna==3.7\n")
        .write(".pre-commit-config.yaml", HOOKS)
        .write(".gitattributes", "*.bin filter=lfs\n")
        .write("model.bin", "")
        .write(
            ".gitmodules",
            "[submodule \"words\"]\npath = libs/words\nurl = https://ada:hunter22@git.example/words\n",
        );
    let shown = world.dhtl(&["detect", "--explain"]).exits(0);
    assert!(!shown.stdout.contains("hunter22"), "{}", shown.stdout);
    let git = shown.answer();
    let git = git
        .lines()
        .skip_while(|line| !line.starts_with("Git hooks"));
    assert_snapshot!(git.collect::<Vec<_>>().join("\n"), @"
    Git hooks by pre-commit: pre-commit, commit-msg
        .pre-commit-config.yaml (pre-commit-config)
        .pre-commit-config.yaml (pre-commit-default-type)
        .pre-commit-config.yaml:14 (pre-commit-stages)
    Git LFS: 1 file
        .gitattributes:1 (gitattributes-lfs)
    Submodule: libs/words
        .gitmodules:2 (gitmodules)
    ");
    let document = world.dhtl(&["detect", "--json"]).exits(0);
    assert_eq!(
        document.text("/git/submodules/0/url"),
        "https://ada:***@git.example/words"
    );
    assert_eq!(
        document.text("/git/hook_managers/0/hooks/1/value"),
        "commit-msg"
    );
    assert_eq!(document.text("/git/lfs_files/0"), "model.bin");
}
