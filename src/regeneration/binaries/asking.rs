//! Finds a program, and asks it for its version.

use std::path::{Path, PathBuf};
use std::time::Duration;

use dhtl_tools::{Environment, Invocation, Runner, no_output};

use crate::binaries::own_toolchain::own_toolchain;
use crate::binaries::version;
use crate::programs::{script_file, scripts_path};

/// The program that is asked for a binary by the name it has in `.dhtconfig`.
pub(super) fn program_of(name: &str) -> &str {
    match name {
        "rust" => "rustc",
        "nodejs" => "node",
        "golang" => "go",
        other => other,
    }
}

/// The program that would be started in the activated environment of the project at `root`.
pub(super) fn find(root: &Path, name: &str, environment: &Environment) -> Option<PathBuf> {
    let program = program_of(name);
    let scripts = root.join(scripts_path());
    let ending = if cfg!(windows) { ".exe" } else { "" };
    let own = [script_file(program), format!("{program}{ending}")];
    let mut own = own.iter().map(|file| scripts.join(file));
    own.find(|place| place.is_file())
        .or_else(|| environment.find_program(program))
}

/// The command that has `program` say its version, in the project at `root`: proxies look there for
/// which one to be.
fn question(name: &str, program: &Path, root: &Path) -> Invocation {
    let argument = match program_of(name) {
        "go" => "version",
        "java" | "javac" => "-version",
        _ => "--version",
    };
    Invocation::new(program, root)
        .arg(argument)
        .timeout(Duration::from_secs(30))
}

/// The version that `program` says it has; none where it does not answer, and where a program of the
/// project would: that is not started to learn about it.
pub(super) fn ask(name: &str, program: &Path, root: &Path, runner: &dyn Runner) -> Option<String> {
    // What is in the environment is no proxy, or says itself what it starts.
    if !program.starts_with(root.join(scripts_path()))
        && own_toolchain(root, program_of(name)).is_some()
    {
        return None;
    }
    let completed = runner
        .run(&question(name, program, root), &no_output)
        .ok()
        .filter(dhtl_tools::Completed::success)?;
    version::in_output(&completed.stdout).or_else(|| version::in_output(&completed.stderr))
}
