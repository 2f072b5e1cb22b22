//! The known causes of failed builds and installations.

use serde::{Deserialize, Serialize};

/// Why something could not be built or had, as far as its output tells.
///
/// Its text is a clause for a report, in lower case and without a full stop; in JSON it is an object
/// whose `kind` is the variant in kebab-case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Cause {
    /// The compiler does not find a header of a library.
    #[error("the C header `{header}` is missing")]
    MissingHeader {
        /// As the source includes it: `libpq-fe.h`.
        header: String,
    },
    /// The headers of the interpreter itself are not installed.
    #[error("the headers of Python itself (`Python.h`) are missing")]
    MissingPythonHeaders,
    /// The build runs a program that is not there.
    #[error("the program `{program}` is missing")]
    MissingProgram {
        /// Its name.
        program: String,
    },
    /// There is no compiler for C or C++.
    #[error("the compiler `{compiler}` is missing")]
    MissingCompiler {
        /// The one that was looked for.
        compiler: String,
    },
    /// pkg-config does not know a library.
    #[error("the library `{module}` is missing (`pkg-config` does not know it)")]
    MissingPkgConfigModule {
        /// What pkg-config was asked for.
        module: String,
    },
    /// `CMake` does not find a library.
    #[error("the library `{package}` is missing (CMake does not find it)")]
    MissingCmakePackage {
        /// What `CMake` was asked for.
        package: String,
    },
    /// The linker, or the loader, does not find a library.
    #[error("the library `{library}` is missing")]
    MissingLibrary {
        /// Its name without `lib`, or its file name.
        library: String,
    },
    /// There are wheels, but for other interpreters, and no sources.
    #[error("`{distribution}` has no wheel for this Python{}", wheels_for(newest.as_ref()))]
    NoWheelForInterpreter {
        /// The distribution, with its version where it is known.
        distribution: String,
        /// The newest Python it has wheels for, as `3.11`.
        newest: Option<String>,
    },
    /// There are wheels, but for other platforms, and no sources.
    #[error(
        "`{distribution}` has no wheel for this platform{}",
        platforms_of(platforms)
    )]
    NoWheelForPlatform {
        /// The distribution, with its version where it is known.
        distribution: String,
        /// The platforms it has wheels for, as they are called in wheels.
        platforms: Vec<String>,
    },
    /// The code uses what newer interpreters have no more.
    #[error("it was written for an older Python: `{gone}` is gone{}", last_in(last.as_ref()))]
    InterpreterTooNew {
        /// What it uses: a module, a function, a header.
        gone: String,
        /// The last version that had it, as `3.11`.
        last: Option<String>,
    },
    /// The code is Python 2.
    #[error("it was written for Python 2")]
    PythonTwoOnly,
    /// The distribution itself says which interpreters it accepts.
    #[error("{} needs Python `{specifiers}`, and this is {current}", or_it(distribution.as_ref()))]
    RequiresPython {
        /// The distribution, with its version; none where it is the one that is built.
        distribution: Option<String>,
        /// The accepted versions.
        specifiers: String,
        /// The version it is not content with.
        current: String,
    },
    /// All releases that would do were taken back by their author.
    #[error("`{distribution}` was taken back by its author (yanked)")]
    Yanked {
        /// The distribution, with its version.
        distribution: String,
    },
    /// No index knows a distribution of that name.
    #[error("`{distribution}` does not exist in the package index")]
    NotInIndex {
        /// The distribution.
        distribution: String,
    },
    /// The index knows the distribution, but no such version.
    #[error("there is no version `{requirement}`")]
    NoSuchVersion {
        /// The requirement that no version meets.
        requirement: String,
    },
    /// The name is a placeholder that warns of a mistake.
    #[error("`{distribution}` is a wrong name for `{meant}`")]
    WrongName {
        /// The name that was asked for.
        distribution: String,
        /// What is probably meant.
        meant: String,
    },
    /// A server asks who we are, or does not let us in.
    #[error("`{address}` asks for credentials")]
    CredentialsNeeded {
        /// The index, archive or repository.
        address: String,
    },
    /// There is nothing at an address.
    #[error("there is nothing at `{address}`")]
    NothingThere {
        /// The archive or folder.
        address: String,
    },
    /// A git repository does not exist, or not for us.
    #[error("the repository does not exist, or you may not read it")]
    RepositoryNotFound,
    /// A git server does not accept the key, or none was offered.
    #[error("the git server does not accept your SSH key")]
    SshKeyRefused,
    /// A git repository has no such branch, tag or commit.
    #[error("the repository has no revision `{revision}`")]
    RevisionNotFound {
        /// The branch, tag or commit.
        revision: String,
    },
    /// A host has no address, or does not answer.
    #[error("{} cannot be reached", or_network(host.as_ref()))]
    HostUnreachable {
        /// The host, where it is known.
        host: Option<String>,
    },
    /// The build talks to a service that does not answer.
    #[error("its build connects to a service that does not answer")]
    NeedsService,
    /// There was not enough memory.
    #[error("the memory did not suffice")]
    OutOfMemory,
    /// The disk is full.
    #[error("the disk is full")]
    DiskFull,
    /// The build imports what its `build-system.requires` does not name.
    #[error("its build imports `{module}` and does not declare it")]
    UndeclaredBuildRequirement {
        /// The module.
        module: String,
    },
    /// What the build needs cannot be had.
    #[error("what it is built with cannot be had: `{requirement}`")]
    UnmetBuildRequirement {
        /// The requirements that cannot be met.
        requirement: String,
    },
    /// The build needs an older version of what it is built with.
    #[error("it can only be built with `{distribution}<{below}`")]
    BuildToolTooNew {
        /// What it is built with.
        distribution: String,
        /// The first version that does not do.
        below: String,
    },
    /// The build supports only an older `CMake`.
    #[error("it was written for a CMake that was older than 3.5")]
    CmakeTooNew,
    /// The code was always wrong, and newer compilers say so.
    #[error("newer compilers refuse its code (`{check}`)")]
    CompilerTooStrict {
        /// The check that fails, as in `-Wno-error=<check>`.
        check: String,
    },
    /// The sources do not have a file that their own build reads.
    #[error("its build reads `{file}`, which its sources do not have")]
    MissingOwnFile {
        /// The file.
        file: String,
    },
    /// The version is taken from a git history that is not there.
    #[error("its version comes from a git history that is not here")]
    MissingHistory,
    /// The build does not know which files make up the package.
    #[error("its build cannot tell which files belong to the package")]
    NoPackageFound,
    /// The metadata are not what they must be.
    #[error("its metadata are invalid: {detail}")]
    InvalidMetadata {
        /// What is wrong, in the words of the build.
        detail: String,
    },
    /// A file is read in the encoding of the machine, which is not its own.
    #[error("its build reads a file in the wrong encoding")]
    WrongEncoding,
    /// There is nothing that could be built.
    #[error("there is neither `pyproject.toml` nor `setup.py` in `{folder}`")]
    NoProject {
        /// The folder.
        folder: String,
    },
}

impl Cause {
    /// Whether nothing was built yet when it showed: what failed is getting hold of the sources.
    pub(super) fn is_about_fetching(&self) -> bool {
        matches!(
            self,
            Self::CredentialsNeeded { .. }
                | Self::NothingThere { .. }
                | Self::RepositoryNotFound
                | Self::SshKeyRefused
                | Self::RevisionNotFound { .. }
                | Self::HostUnreachable { .. }
        )
    }
}

fn or_network(host: Option<&String>) -> String {
    host.map_or_else(|| "the network".to_owned(), |host| format!("`{host}`"))
}

fn or_it(distribution: Option<&String>) -> String {
    distribution.map_or_else(|| "it".to_owned(), |name| format!("`{name}`"))
}

fn wheels_for(newest: Option<&String>) -> String {
    newest.map_or_else(String::new, |newest| {
        format!(", the newest is for {newest}")
    })
}

fn last_in(last: Option<&String>) -> String {
    last.map_or_else(String::new, |last| {
        format!(" ({last} was the last to have it)")
    })
}

fn platforms_of(platforms: &[String]) -> String {
    if platforms.is_empty() {
        String::new()
    } else {
        format!(", only for {}", platforms.join(", "))
    }
}
