//! What `dhtl setup` records of the programs that files of the project ask for.

use std::path::Path;

use dhtl_detection::{ToolchainRequest, toolchain_requests};
use dhtl_project_model::config::Binary;
use dhtl_tools::{Environment, Invocation, Runner, no_output};

use crate::Fallbacks;
use crate::binaries::asking::{ask, find, program_of};
use crate::binaries::installers::{BinaryInstaller, Site, isolated, specifier};
use crate::binaries::standing::{required, will_do};
use crate::installed;
use crate::report::Shortfall;
use crate::subject::Subject;
use crate::uv::VENV;

/// The binaries to record that are not recorded yet, each with an installer that works here, and
/// those that files ask for and nobody here can provide.
pub(crate) fn capture(
    subject: &Subject,
    (environment, uv): (&Environment, &Path),
    runner: &dyn Runner,
) -> (Vec<Binary>, Vec<Shortfall>) {
    let site = Site {
        root: subject.root(),
        uv,
        platform: subject.spec.platform,
        environment,
    };
    let recorded = required(subject);
    let requests = toolchain_requests(subject.root()).into_iter();
    let requests = requests.filter(|request| {
        let mut names = recorded.iter().map(|binary| program_of(&binary.name));
        !names.any(|name| name == program_of(&request.name))
    });
    let (mut binaries, mut shortfalls) = (Vec::new(), Vec::new());
    for request in requests {
        let binary = Binary {
            name: request.name.clone(),
            version: request.version.clone(),
            installer: None,
        };
        match installer(&binary, site, runner) {
            Some(installer) => binaries.push(Binary {
                installer: Some(installer.name().to_owned()),
                ..binary
            }),
            None => shortfalls.push(shortfall(&request)),
        }
    }
    (binaries, shortfalls)
}

/// Who provides the binary here: whoever can install it everywhere is preferred to the system that
/// happens to have it.
fn installer(binary: &Binary, site: Site<'_>, runner: &dyn Runner) -> Option<BinaryInstaller> {
    let candidates = BinaryInstaller::candidates(binary, site, Fallbacks::Allowed);
    if is_there(binary, site, runner) {
        let manager = candidates
            .into_iter()
            .find(|one| *one != BinaryInstaller::UvTool);
        return Some(manager.unwrap_or(BinaryInstaller::System));
    }
    let mut candidates = candidates.into_iter();
    candidates.find(|one| can_install(*one, binary, site, runner))
}

fn is_there(binary: &Binary, site: Site<'_>, runner: &dyn Runner) -> bool {
    let Some(program) = find(site.root, &binary.name, site.environment) else {
        return false;
    };
    let version = ask(&binary.name, &program, site.root, runner);
    version.is_some_and(|version| will_do(binary, &version))
}

fn can_install(
    installer: BinaryInstaller,
    binary: &Binary,
    site: Site<'_>,
    runner: &dyn Runner,
) -> bool {
    let commands = if installer == BinaryInstaller::UvTool {
        vec![resolve_only(binary, site)]
    } else {
        installer.commands(binary, site)
    };
    let succeeds = |command: &Invocation| {
        let completed = runner.run(command, &no_output);
        completed.is_ok_and(|completed| completed.success())
    };
    !commands.is_empty() && commands.iter().all(succeeds)
}

/// Asks whether there is a wheel of it, and installs nothing.
fn resolve_only(binary: &Binary, site: Site<'_>) -> Invocation {
    let python = Path::new(VENV).join(installed::program());
    let name = isolated(binary, site.root).name;
    Invocation::new(site.uv, site.root)
        .args([
            "pip",
            "install",
            "--dry-run",
            "--only-binary",
            ":all:",
            "--python",
        ])
        .arg(python)
        .arg(format!("{name}{}", specifier(binary)))
}

fn shortfall(request: &ToolchainRequest) -> Shortfall {
    let ToolchainRequest {
        name,
        version,
        evidence,
    } = request;
    let version = version.as_ref().map(|version| format!(" {version}"));
    let what = format!("binary `{name}{}`", version.unwrap_or_default());
    let why =
        format!("{evidence} asks for it, and nothing here can install it; it is not recorded");
    Shortfall {
        next: Some(format!("install {name}, then run `dhtl setup` again")),
        ..Shortfall::new(what, why)
    }
}
