//! What to do about a cause: the next command to type.

use std::str::FromStr as _;

use dhtl_detection::imports_table::distribution_for;
use dhtl_project_model::DistributionName;
use pep440_rs::{Version, VersionSpecifiers};

use super::cause::Cause;
use crate::system_packages::{
    Capability, PackageManager, Privilege, for_distribution_build, for_header, for_library,
    for_pkg_config, for_program,
};

/// The newest minor version of Python that is ever proposed.
const NEWEST_MINOR: u8 = 14;

/// What a remedy depends on besides its cause.
#[derive(Debug, Clone, Default)]
pub(super) struct Circumstances {
    /// The distribution that could not be built; none where it is the project itself.
    pub(super) distribution: Option<DistributionName>,
    /// The package manager of this machine.
    pub(super) manager: Option<PackageManager>,
    /// The minor version of the Python that the environment has, where the output shows it.
    pub(super) minor: Option<u8>,
}

/// One sentence in lower case with the next command in backticks.
pub(super) fn next(cause: &Cause, circumstances: &Circumstances) -> String {
    let again = ", then run `dhtl regenerate` again";
    match cause {
        Cause::MissingHeader { .. }
        | Cause::MissingPythonHeaders
        | Cause::MissingProgram { .. }
        | Cause::MissingCompiler { .. }
        | Cause::MissingPkgConfigModule { .. }
        | Cause::MissingCmakePackage { .. }
        | Cause::MissingLibrary { .. } => format!("{}{again}", install(cause, circumstances)),
        Cause::NoWheelForInterpreter { newest, .. } => older(newest.as_deref(), circumstances),
        Cause::InterpreterTooNew { last, .. } => older(last.as_deref(), circumstances),
        Cause::RequiresPython {
            specifiers,
            current,
            ..
        } => matching(specifiers, current),
        _ => without_system(cause, circumstances),
    }
}

/// What the operating system has to provide, as far as the table knows.
pub(super) fn needs(
    cause: &Cause,
    distribution: Option<&DistributionName>,
) -> Vec<&'static Capability> {
    let named = match cause {
        Cause::MissingHeader { header } => for_header(header),
        Cause::MissingPythonHeaders => for_header("Python.h"),
        Cause::MissingProgram { program } => for_program(program),
        Cause::MissingCompiler { compiler } => for_program(compiler).or_else(|| for_program("gcc")),
        Cause::MissingPkgConfigModule { module } => for_pkg_config(module),
        Cause::MissingCmakePackage { package } => {
            let lower = package.to_ascii_lowercase();
            for_pkg_config(&lower).or_else(|| for_library(&lower))
        }
        Cause::MissingLibrary { library } => for_library(library),
        _ => return Vec::new(),
    };
    // A name that the table does not know may still be that of something the distribution is known
    // to be built with.
    match (named, distribution) {
        (Some(capability), _) => vec![capability],
        (None, Some(distribution)) => for_distribution_build(distribution),
        (None, None) => Vec::new(),
    }
}

fn install(cause: &Cause, circumstances: &Circumstances) -> String {
    let capabilities = needs(cause, circumstances.distribution.as_ref());
    let packages = |manager: PackageManager| {
        let packages = capabilities
            .iter()
            .flat_map(|capability| capability.packages(manager));
        packages.cloned().collect::<Vec<_>>()
    };
    let command = circumstances.manager.and_then(|manager| {
        let packages = packages(manager);
        (!packages.is_empty()).then(|| command(manager, &packages))
    });
    if let Some(command) = command {
        let provides = capabilities
            .iter()
            .map(|capability| capability.provides.as_str())
            .collect::<Vec<_>>();
        return format!("install {}: `{command}`", provides.join(" and "));
    }
    if let (Cause::MissingCompiler { .. }, true) = (cause, cfg!(windows)) {
        return "install the Microsoft C++ Build Tools with `winget install \
                Microsoft.VisualStudio.2022.BuildTools`"
            .to_owned();
    }
    let what = unnamed(cause);
    match circumstances
        .manager
        .and_then(|manager| search(manager, cause))
    {
        Some(search) => format!("install {what}: find it with `{search}`"),
        None => format!("install {what}"),
    }
}

/// What is missing, where no package is known that has it.
fn unnamed(cause: &Cause) -> String {
    match cause {
        Cause::MissingHeader { header } => format!("the package that has the header `{header}`"),
        Cause::MissingPythonHeaders => "the development package of Python".to_owned(),
        Cause::MissingProgram { program } => {
            format!("the package that has the program `{program}`")
        }
        Cause::MissingCompiler { compiler } => format!("the compiler `{compiler}`"),
        Cause::MissingPkgConfigModule { module } => {
            format!("the development package that has `{module}.pc`")
        }
        Cause::MissingCmakePackage { package: library } | Cause::MissingLibrary { library } => {
            format!("the development package of `{library}`")
        }
        _ => "what is missing".to_owned(),
    }
}

/// The command line as a user types it.
fn command(manager: PackageManager, packages: &[String]) -> String {
    let invocation = manager.install(packages, Privilege::current());
    let arguments = invocation
        .args
        .iter()
        .map(|argument| argument.to_string_lossy())
        .filter(|argument| argument != "-n" && argument != "--");
    let program = invocation.program.to_string_lossy().into_owned();
    [program]
        .into_iter()
        .chain(arguments.map(std::borrow::Cow::into_owned))
        .collect::<Vec<_>>()
        .join(" ")
}

/// The command that finds which package has a file, where there is one.
fn search(manager: PackageManager, cause: &Cause) -> Option<String> {
    let file = match cause {
        Cause::MissingHeader { header } => header.clone(),
        Cause::MissingProgram { program } => format!("bin/{program}"),
        Cause::MissingPkgConfigModule { module } => {
            format!("{}.pc", module.split([' ', '>', '=', '<']).next()?)
        }
        Cause::MissingLibrary { library } => format!("lib{library}.so"),
        _ => return None,
    };
    Some(match manager {
        PackageManager::Apt => format!("apt-file search {file}"),
        PackageManager::Dnf | PackageManager::Yum => {
            format!("{} provides '*/{file}'", manager.name())
        }
        PackageManager::Pacman => format!("pacman -F {file}"),
        PackageManager::Apk => format!("apk search {file}"),
        PackageManager::Brew => format!("brew search {file}"),
        PackageManager::Choco | PackageManager::Winget => return None,
    })
}

/// The remedy is another interpreter, not newer than `last`.
fn older(last: Option<&str>, circumstances: &Circumstances) -> String {
    let before = |minor: u8| minor.saturating_sub(1).max(7);
    let version = last.map_or_else(
        || format!("3.{}", circumstances.minor.map_or(10, before)),
        str::to_owned,
    );
    format!("{}, or ask for a newer version of it", pinned(&version))
}

fn pinned(version: &str) -> String {
    format!(
        "take Python {version}: `echo {version} > .python-version`, then run `dhtl regenerate` again"
    )
}

/// The remedy is an interpreter that meets `specifiers`.
fn matching(specifiers: &str, current: &str) -> String {
    let minor = |text: &str| text.split('.').nth(1)?.parse::<u8>().ok();
    let accepted = VersionSpecifiers::from_str(specifiers).ok();
    let accepts = |minor: u8| {
        let mut patches = (0..40).map(|patch| Version::new([3, u64::from(minor), patch]));
        accepted
            .as_ref()
            .is_some_and(|accepted| patches.any(|version| accepted.contains(&version)))
    };
    let current = minor(current).unwrap_or(NEWEST_MINOR);
    // The nearest is the one that the rest of the project most likely works with.
    let nearest = (0..=NEWEST_MINOR)
        .filter(|minor| accepts(*minor))
        .min_by_key(|minor| minor.abs_diff(current));
    match nearest {
        Some(minor) => pinned(&format!("3.{minor}")),
        None => "see which file asks for it with `dhtl detect --explain`".to_owned(),
    }
}

fn without_system(cause: &Cause, circumstances: &Circumstances) -> String {
    match cause {
        Cause::PythonTwoOnly => match &circumstances.distribution {
            None => "port it to Python 3, for example with `2to3 -w .` of Python 3.11".to_owned(),
            Some(_) => "ask for a newer version of it that runs on Python 3, or take it out; see who \
                 asks for it with `dhtl detect --explain`"
                .to_owned(),
        },
        Cause::NoWheelForPlatform { .. } => {
            "ask for another version of it, or only for its platforms, with a marker such as \
             `; sys_platform == 'win32'`; see who asks for it with `dhtl detect --explain`"
                .to_owned()
        }
        Cause::Yanked { .. } | Cause::NoSuchVersion { .. } => {
            "ask for another version; see who asks for this one with `dhtl detect --explain`".to_owned()
        }
        Cause::NotInIndex { .. } => "correct the name, or name the index that has it with \
             `UV_INDEX=<url> dhtl regenerate`; see who asks for it with `dhtl detect --explain`"
            .to_owned(),
        Cause::WrongName { meant, .. } => {
            format!("ask for `{meant}` instead; see who asks for it with `dhtl detect --explain`")
        }
        Cause::NothingThere { .. } | Cause::NoProject { .. } => {
            "correct the address or the folder; see who asks for it with `dhtl detect --explain`".to_owned()
        }
        Cause::BuildToolTooNew {
            distribution,
            below,
        } => older_tool(distribution, below, circumstances),
        Cause::CmakeTooNew => "accept it as it is: `CMAKE_POLICY_VERSION_MINIMUM=3.5 dhtl regenerate`".to_owned(),
        Cause::CompilerTooStrict { check } => {
            format!("let it pass: `CFLAGS=-Wno-error={check} dhtl regenerate`")
        }
        Cause::UndeclaredBuildRequirement { module } => undeclared(module, circumstances.distribution.as_ref()),
        Cause::UnmetBuildRequirement { .. } => {
            "correct `build-system.requires` in its `pyproject.toml`, or ask for another version of it".to_owned()
        }
        Cause::MissingOwnFile { .. } | Cause::NoPackageFound | Cause::InvalidMetadata { .. } => {
            own_mistake(circumstances)
        }
        Cause::MissingHistory => match &circumstances.distribution {
            None => "fetch the history with `git fetch --unshallow --tags`, or say the version with \
                 `SETUPTOOLS_SCM_PRETEND_VERSION=0.0.1 dhtl regenerate`"
                .to_owned(),
            Some(_) => "ask for a release of it instead of an archive of its repository".to_owned(),
        },
        Cause::WrongEncoding => "let Python read everything as UTF-8: `PYTHONUTF8=1 dhtl regenerate`".to_owned(),
        _ => of_the_world(cause),
    }
}

/// What is neither the project's affair nor the distribution's.
fn of_the_world(cause: &Cause) -> String {
    let remedy = match cause {
        Cause::CredentialsNeeded { address } if address.contains("git") => {
            "let git know your credentials, for example with `gh auth login`, then run `dhtl regenerate` again"
        }
        Cause::CredentialsNeeded { .. } => {
            "give uv your credentials, for example with `uv auth login <host>`, then run `dhtl regenerate` again"
        }
        Cause::RepositoryNotFound => {
            "check with `git ls-remote <repository>` that the address is right and that you may read it"
        }
        Cause::SshKeyRefused => {
            "check your key with `ssh -T git@<host>`, then run `dhtl regenerate` again"
        }
        Cause::RevisionNotFound { .. } => {
            "see what there is with `git ls-remote <repository>`, and correct the requirement"
        }
        Cause::HostUnreachable { .. } => {
            "check the network and the proxy settings, then run `dhtl regenerate` again"
        }
        Cause::NeedsService => "start the service it connects to, then run `dhtl regenerate` again",
        Cause::OutOfMemory => {
            "let fewer compilers run at once: `MAKEFLAGS=-j1 CMAKE_BUILD_PARALLEL_LEVEL=1 \
             UV_CONCURRENT_BUILDS=1 dhtl regenerate`"
        }
        Cause::DiskFull => {
            "free some space, for example with `uv cache prune`, then run `dhtl regenerate` again"
        }
        _ => "see the whole build with `dhtl -v regenerate --force`",
    };
    remedy.to_owned()
}

fn older_tool(distribution: &str, below: &str, circumstances: &Circumstances) -> String {
    let constrained = format!(
        "write `build-constraint-dependencies = [\"{distribution}<{below}\"]` under `[tool.uv]` in \
         `pyproject.toml`, or `{distribution}<{below}` into a file that `UV_BUILD_CONSTRAINT` names, \
         then run `dhtl regenerate` again"
    );
    // Before version 66, setuptools needs what Python 3.12 removed (`pkgutil.ImpImporter`).
    let is_old = distribution == "setuptools" && below.parse::<u8>().is_ok_and(|below| below < 66);
    if is_old && circumstances.minor.is_none_or(|minor| minor > 11) {
        return format!(
            "ask for a newer version of it, or take Python 3.11 (`echo 3.11 > .python-version`) \
             and {constrained}"
        );
    }
    constrained
}

fn undeclared(module: &str, distribution: Option<&DistributionName>) -> String {
    let needed =
        distribution_for(module).map_or_else(|| module.to_owned(), |name| name.to_string());
    match distribution {
        Some(distribution) => format!(
            "add `{distribution} = [\"{needed}\"]` under `[tool.uv.extra-build-dependencies]` in \
             `pyproject.toml`, then run `dhtl regenerate` again"
        ),
        None => format!(
            "add `{needed}` to `requires` under `[build-system]` in `pyproject.toml`, then run \
             `dhtl regenerate` again"
        ),
    }
}

fn own_mistake(circumstances: &Circumstances) -> String {
    match &circumstances.distribution {
        None => "correct it in the project, then run `dhtl regenerate` again".to_owned(),
        Some(_) => {
            "ask for another version of it; see who asks for this one with `dhtl detect --explain`"
                .to_owned()
        }
    }
}
