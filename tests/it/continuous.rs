//! What looks at the environment again and again: hooks of pre-commit, jobs of GitHub and GitLab.
#![cfg(unix)]

use std::path::{Path, PathBuf};

use insta::assert_snapshot;

use crate::support::{World, listing, skip_without};

const MANUAL: &str = include_str!("../../docs/continuous.md");
const HOOKS: &str = include_str!("../../.pre-commit-hooks.yaml");

/// Whether there is a program of this name; says so when not.
fn has(world: &World, program: &str) -> bool {
    let script = format!("command -v {program}");
    let found = world.run("sh", world.path(), &["-c", &script]);
    if found.exit_code != Some(0) {
        skip_without(program);
        return false;
    }
    true
}

#[track_caller]
fn check_schema(world: &World, schema: &str, file: &Path) {
    let schema = format!("vendor.{schema}");
    let arguments = ["--builtin-schema", &schema, file.to_str().unwrap()];
    let outcome = world.run("check-jsonschema", world.path(), &arguments);
    outcome.exits(0);
}

#[test]
fn jobs_are_what_their_hosts_understand() {
    let world = World::without_uv();
    if !has(&world, "check-jsonschema") {
        return;
    }
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = [
        ("github-actions", ".github/actions/validate-env/action.yml"),
        ("gitlab-ci", "templates/ci/gitlab-validate-env.yml"),
    ];
    for (schema, file) in files {
        check_schema(&world, schema, &repository.join(file));
    }
}

/// The YAML in the manual with the name of the file it is for, which its first line says.
fn examples() -> Vec<(&'static str, &'static str)> {
    let blocks = MANUAL.split("```yaml\n# ").skip(1);
    blocks
        .map(|block| {
            let (name, text) = block.split_once('\n').unwrap();
            (name, text.split_once("```").unwrap().0)
        })
        .collect()
}

#[test]
fn what_the_manual_says_to_paste_is_understood() {
    let world = World::without_uv();
    let mut names = examples()
        .into_iter()
        .map(|(name, _)| name)
        .collect::<Vec<_>>();
    names.dedup();
    assert_eq!(
        names,
        [
            ".pre-commit-config.yaml",
            ".github/workflows/environment.yml",
            ".gitlab-ci.yml"
        ]
    );
    if !has(&world, "check-jsonschema") {
        return;
    }
    for (name, text) in examples() {
        world.write(name, text);
        let file = world.project().join(name);
        match name {
            ".gitlab-ci.yml" => check_schema(&world, "gitlab-ci", &file),
            ".pre-commit-config.yaml" => assert!(names_hooks_that_are(text), "{text}"),
            _ => check_schema(&world, "github-workflows", &file),
        }
    }
}

/// Whether every hook that is named is one of ours.
fn names_hooks_that_are(config: &str) -> bool {
    let ids = config.lines().filter_map(|line| line.split_once("- id: "));
    let mut ids = ids.peekable();
    ids.peek().is_some() && ids.all(|(_, id)| HOOKS.contains(&format!("- id: {id}\n")))
}

/// A repository that offers our hooks, and the commit that does.
fn offered(world: &World) -> (PathBuf, String) {
    let folder = world.path().join("hooks");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join(".pre-commit-hooks.yaml"), HOOKS).unwrap();
    world.git_in(&folder, &["init", "--quiet"]);
    world.git_in(&folder, &["add", "."]);
    world.git_in(&folder, &["commit", "--quiet", "--message", "hooks"]);
    let commit = world.git_in(&folder, &["rev-parse", "HEAD"]);
    (folder, commit.trim().to_owned())
}

#[test]
fn pre_commit_refuses_what_drifted() {
    let world = World::new();
    if !has(&world, "pre-commit") {
        return;
    }
    let cache = world.path().join("pre-commit");
    let world = world.set("PRE_COMMIT_HOME", cache);
    let (hooks, commit) = offered(&world);
    let config = MANUAL.split("# .pre-commit-config.yaml\n").nth(1).unwrap();
    let config = config.split("```").next().unwrap();
    let config = config
        .replace("https://github.com/dhtl/dhtl", hooks.to_str().unwrap())
        .replace("rev: main", &format!("rev: {commit}"));
    world
        .write("requirements.txt", "six==1.16.0\n")
        .write("tool.py", "import six\n")
        .write(".gitignore", ".venv/\n");
    world.git(&["init", "--quiet"]);
    world.dhtl(&["setup"]).exits(0);
    // pre-commit is no part of the environment here, so its hooks are not asked for.
    world.write(".pre-commit-config.yaml", config);
    world.git(&["add", "--all"]);
    assert_snapshot!(run(&world), @"
    dhtl validate-env........................................................Passed
    dhtl deps check..........................................................Passed
    exit code: 0
    ");
    let venv = world.project().join(".venv");
    let module = listing(&venv)
        .into_iter()
        .find(|path| path.ends_with("/six.py"));
    let module = venv.join(module.unwrap());
    std::fs::remove_file(&module).unwrap();
    std::fs::write(module, "").unwrap();
    world.write("tool.py", "import six\nimport yaml\n");
    world.git(&["add", "--all"]);
    let said = run(&world);
    assert!(said.contains("six.py was modified"), "{said}");
    assert!(said.contains("pyyaml (module `yaml`)"), "{said}");
    assert!(said.ends_with("exit code: 1\n"), "{said}");
}

/// What pre-commit says of everything that is staged, with dhtl on `PATH`.
fn run(world: &World) -> String {
    let folder = Path::new(env!("CARGO_BIN_EXE_dhtl")).parent().unwrap();
    let script = "PATH=\"$1:$PATH\" pre-commit run --all-files --color never 2>&1";
    let arguments = ["-c", script, "sh", folder.to_str().unwrap()];
    let outcome = world.run("sh", &world.project(), &arguments);
    let lines = outcome.stdout.lines();
    let hooks = lines.filter(|line| !line.starts_with("[INFO]"));
    let hooks = hooks.collect::<Vec<_>>().join("\n");
    format!("{hooks}\nexit code: {}\n", outcome.exit_code.unwrap_or(-1))
}
