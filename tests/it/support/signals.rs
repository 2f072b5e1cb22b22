//! Programs that are told to stop.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use super::World;

/// Starts dhtl as the leader of a process group.
pub(crate) fn start(world: &World, args: &[&str]) -> Child {
    use std::os::unix::process::CommandExt as _;
    let mut command = world.dhtl_command(&world.project(), args);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command.process_group(0).spawn().unwrap()
}

/// Who is told to stop.
#[derive(Clone, Copy)]
pub(crate) enum To {
    /// Everything that was started, as a terminal does.
    Group,
    /// dhtl alone, as those do who look after services.
    Process,
}

/// Sends a signal as soon as a line that begins with `begin` is said. Returns the exit code and stderr.
pub(crate) fn interrupt(
    world: &World,
    args: &[&str],
    begin: &str,
    signal: (&str, To),
) -> (Option<i32>, String) {
    let mut child = start(world, args);
    let mut lines = BufReader::new(child.stderr.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let mut stderr = Vec::new();
    loop {
        let line = lines
            .next()
            .unwrap_or_else(|| panic!("no `{begin}` in {stderr:#?}"));
        let is_it = line.starts_with(begin);
        stderr.push(line);
        if is_it {
            break;
        }
    }
    send(world, &child, signal);
    stderr.extend(lines);
    (child.wait().unwrap().code(), stderr.join("\n"))
}

/// Sends a signal.
pub(crate) fn send(world: &World, child: &Child, (signal, to): (&str, To)) {
    let target = match to {
        To::Group => format!("-{}", child.id()),
        To::Process => child.id().to_string(),
    };
    world
        .run("kill", world.path(), &["-s", signal, "--", &target])
        .exits(0);
}

/// The processes that were started in `world` and still run. Every one of them, however it was
/// started, has the home of that world.
#[cfg(target_os = "linux")]
pub(crate) fn processes_of(world: &World) -> Vec<String> {
    let home = format!("HOME={}", world.home().display());
    let entries = std::fs::read_dir("/proc")
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .filter(|path| {
            let environment = std::fs::read(path.join("environ")).unwrap_or_default();
            environment
                .split(|byte| *byte == 0)
                .any(|variable| variable == home.as_bytes())
        })
        .filter_map(|path| std::fs::read_to_string(path.join("cmdline")).ok())
        // One that has ended and was not waited for yet has no command line any more.
        .filter(|command| !command.is_empty())
        .map(|command| command.replace('\0', " "))
        .collect()
}
