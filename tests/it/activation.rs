//! The check that runs when somebody activates an environment in a shell.
#![cfg(unix)]

use std::path::{Path, PathBuf};

use crate::support::{Outcome, World, listing, skip_without};

const DRIFT: &str =
    "Warning: the environment differs from what is recorded; run `dhtl validate-env`\n";

/// A project that is recorded, in a folder whose name no shell likes.
struct Project {
    world: World,
    root: PathBuf,
}

/// Who is at the keyboard.
#[derive(Clone, Copy)]
enum Mode {
    Interactive,
    Script,
}

impl Project {
    fn new() -> Self {
        let world = World::new();
        let root = world.project().join("it's a \"shop\" & $HOME");
        std::fs::create_dir(&root).unwrap();
        std::fs::write(root.join("requirements.txt"), "six==1.16.0\n").unwrap();
        world.dhtl_in(&root, &["setup"]).exits(0);
        Self { world, root }
    }

    /// Changes an installed file, and leaves alone what shares its content with it.
    fn drift(&self) {
        let venv = self.root.join(".venv");
        let module = listing(&venv)
            .into_iter()
            .find(|path| path.ends_with("/six.py"));
        let module = venv.join(module.unwrap());
        std::fs::remove_file(&module).unwrap();
        std::fs::write(module, "x = 1\n").unwrap();
    }

    /// Runs `script` in `shell`, elsewhere than in the project, with dhtl on `PATH`.
    fn run(&self, shell: &str, mode: Mode, script: &str) -> Outcome {
        let quiet = match shell {
            "bash" => "--norc",
            "fish" => "--no-config",
            _ => "-f",
        };
        let folder = Path::new(env!("CARGO_BIN_EXE_dhtl")).parent().unwrap();
        let (arguments, line) = if shell == "fish" {
            (vec![], format!("set -gx PATH $argv[2] $PATH; {script}"))
        } else {
            (vec![shell], format!("PATH=\"$2:$PATH\"; {script}"))
        };
        let interactive = match mode {
            Mode::Interactive => vec!["-i"],
            Mode::Script => vec![],
        };
        let places = [self.root.to_str().unwrap(), folder.to_str().unwrap()];
        let all = [
            &[quiet],
            &interactive[..],
            &["-c", &line],
            &arguments[..],
            &places[..],
        ];
        self.world.run(shell, self.world.path(), &all.concat())
    }
}

/// What the check prints; shells complain themselves about having no terminal.
#[track_caller]
fn warnings(outcome: Outcome) -> String {
    let outcome = outcome.exits(0);
    assert_eq!(outcome.stdout, "active\n", "{}", outcome.snapshot());
    let lines = outcome.stderr.split_inclusive('\n');
    lines
        .filter(|line| line.starts_with("Warning: the environment"))
        .collect()
}

fn has(world: &World, shell: &str) -> bool {
    let script = format!("command -v {shell}");
    let found = world.run("sh", world.path(), &["-c", &script]);
    found.exit_code == Some(0)
}

/// Everything that is expected of `shell`, which activates with `activate`.
fn check(shell: &str, activate: &str) {
    let project = Project::new();
    if !has(&project.world, shell) {
        return skip_without(shell);
    }
    let switch = if shell == "fish" {
        "set -gx DHTL_NO_ACTIVATION_CHECK 1"
    } else {
        "export DHTL_NO_ACTIVATION_CHECK=1"
    };
    let script = format!("{activate} && echo active");
    let look = |mode, script: &str| warnings(project.run(shell, mode, script));
    assert_eq!(look(Mode::Interactive, &script), "");
    project.drift();
    assert_eq!(look(Mode::Interactive, &script), DRIFT);
    assert_eq!(look(Mode::Script, &script), "");
    let switched_off = format!("{switch}; {script}");
    assert_eq!(look(Mode::Interactive, &switched_off), "");
    if shell != "fish" {
        let strict = format!("set -eu; {script}");
        assert_eq!(look(Mode::Interactive, &strict), DRIFT);
        assert_eq!(look(Mode::Script, &strict), "");
    }
    let config = project.root.join(".dhtconfig");
    std::fs::write(config, "version: [\n").unwrap();
    let broken = look(Mode::Interactive, &script);
    assert!(broken.contains("could not be checked"), "{broken}");
}

#[test]
fn bash_says_that_the_environment_differs() {
    check("bash", ". \"$1/.venv/bin/activate\"");
}

#[test]
fn zsh_says_that_the_environment_differs() {
    check("zsh", ". \"$1/.venv/bin/activate\"");
}

#[test]
fn fish_says_that_the_environment_differs() {
    check("fish", "source $argv[1]/.venv/bin/activate.fish");
}

/// Who has the environment and not dhtl activates it as ever.
#[test]
fn without_dhtl_nothing_is_said() {
    let project = Project::new();
    project.drift();
    let root = project.root.to_str().unwrap();
    let script = "PATH=/usr/bin:/bin; . \"$1/.venv/bin/activate\" && echo active";
    let arguments = ["--norc", "-i", "-c", script, "bash", root];
    let world = &project.world;
    let outcome = world.run("bash", world.path(), &arguments);
    assert_eq!(warnings(outcome), "");
}

/// An environment that is made anew has the check again, once.
#[test]
fn every_script_has_the_check_once() {
    let world = World::new();
    world.write("requirements.txt", "");
    world.dhtl(&["regenerate"]).exits(0);
    world.dhtl(&["regenerate", "--force"]).exits(0);
    for script in ["activate", "activate.fish", "activate.ps1"] {
        let text = world.read(&format!(".venv/bin/{script}"));
        let count = text.matches("# >>> dhtl >>>").count();
        assert_eq!(count, 1, "{script}");
        assert!(text.ends_with("# <<< dhtl <<<\n"), "{script}");
    }
}
