//! Every way an archive can fail to become a folder.

use std::fmt;
use std::io;
use std::path::PathBuf;

use dhtl_project_model::{Diagnostic, ExitCode};

use crate::DestinationError;

/// Why an archive was not unpacked; whatever it is, nothing is left behind.
///
/// Names and link targets come from the archive, so they are shown with control characters escaped.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// There is no such file.
    #[error("there is no archive `{}`", archive.display())]
    NotFound {
        /// The path that was given.
        archive: PathBuf,
    },
    /// The path leads to something that is no regular file.
    #[error("`{}` is not a file", archive.display())]
    NotAFile {
        /// The path that was given.
        archive: PathBuf,
    },
    /// The operating system could not read the file.
    #[error("failed to read `{}`", archive.display())]
    Unreadable {
        /// The archive.
        archive: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// The content is no archive that is known.
    #[error("`{}` is not an archive: its content has no known format", archive.display())]
    Unrecognised {
        /// The archive.
        archive: PathBuf,
    },
    /// The format is known and not read.
    #[error("`{}` is a {format} archive, which dhtl does not read", archive.display())]
    Unsupported {
        /// The archive.
        archive: PathBuf,
        /// The format.
        format: &'static str,
    },
    /// A wheel holds what was built, not what it was built from.
    #[error("`{}` is a wheel: it holds a built distribution, not the source of a project", archive.display())]
    Wheel {
        /// The archive.
        archive: PathBuf,
    },
    /// What was compressed is no tar archive.
    #[error("the content is compressed, but is not a tar archive")]
    NotATar,
    /// The archive ends too early.
    #[error("the archive is incomplete: it ends too early")]
    Truncated,
    /// The archive contradicts its own format.
    #[error("the archive is damaged: {reason}")]
    Corrupt {
        /// What is wrong.
        reason: String,
    },
    /// Unpacking it would take more memory than any usual archive does.
    #[error("the archive is compressed in a way that takes too much memory to unpack")]
    Memory,
    /// There is nothing in it.
    #[error("the archive is empty")]
    Empty,
    /// An entry has a name that is not safe to use.
    #[error("the archive has an entry `{name}`: {problem}")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        problem: NameProblem,
    },
    /// A symbolic or hard link does not stay inside.
    #[error("the archive has a link `{name}` to `{target}`: {problem}")]
    Link {
        /// The name of the link.
        name: String,
        /// Where it leads.
        target: String,
        /// What is wrong with it.
        problem: LinkProblem,
    },
    /// An entry lies below a symbolic link.
    #[error("the archive has an entry `{name}` that would be written through the link `{link}`")]
    ThroughLink {
        /// The name of the entry.
        name: String,
        /// The link.
        link: String,
    },
    /// An entry is a device, a pipe or of an unknown kind.
    #[error("the archive has an entry `{name}` that is {kind}, not a file, folder or link")]
    SpecialFile {
        /// The name of the entry.
        name: String,
        /// What it is.
        kind: String,
    },
    /// An entry is a sparse file, whose size on disk has nothing to do with the archive's.
    #[error("the archive has a sparse file `{name}`, which dhtl does not unpack")]
    Sparse {
        /// The name of the entry.
        name: String,
    },
    /// Two entries have one name.
    #[error("the archive has two entries called `{name}`")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// A name is that of a folder, and of something else.
    #[error("the archive has both a folder and something else called `{name}`")]
    Conflict {
        /// The name.
        name: String,
    },
    /// Two names are one name on this machine.
    #[error("the archive has entries `{name}` and `{other}`, which are one name on this machine")]
    Collision {
        /// The later name.
        name: String,
        /// The earlier name.
        other: String,
    },
    /// An entry can be read only with a password.
    #[error("the archive has an encrypted entry `{name}`")]
    Encrypted {
        /// The name of the entry.
        name: String,
    },
    /// An entry is compressed with a rare method.
    #[error(
        "the archive has an entry `{name}` that is compressed with `{method}`, which dhtl does not read"
    )]
    Compression {
        /// The name of the entry.
        name: String,
        /// The method.
        method: String,
    },
    /// An entry is not as long as the archive says.
    #[error("the archive says `{name}` has {declared} bytes, but it has {found}")]
    Size {
        /// The name of the entry.
        name: String,
        /// What the archive says.
        declared: u64,
        /// What came out.
        found: u64,
    },
    /// There is too much in it.
    #[error("the archive unpacks to more than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// There are too many entries in it.
    #[error("the archive has more than {limit} files and folders")]
    TooManyEntries {
        /// The limit.
        limit: u64,
    },
    /// It grows suspiciously.
    #[error("the archive unpacks to more than {limit} times its size, as decompression bombs do")]
    Ratio {
        /// The limit.
        limit: u64,
    },
    /// Names, comments and attributes alone are too large.
    #[error("the archive has more than {limit} bytes of {what}")]
    Metadata {
        /// What is too large.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// Its top folder is laid out as a git repository without a work tree, whose settings git obeys.
    #[error("the archive is a bare git repository, not the source of a project")]
    BareRepository,
    /// The new folder could not be made.
    #[error(transparent)]
    Destination(#[from] DestinationError),
    /// The user interrupted the command.
    #[error("unpacking was interrupted")]
    Interrupted,
}

impl ArchiveError {
    /// A contradiction, described by `reason`.
    pub(super) fn corrupt(reason: impl Into<String>) -> Self {
        Self::Corrupt {
            reason: reason.into(),
        }
    }
}

impl Diagnostic for ArchiveError {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::NotFound { .. } | Self::NotAFile { .. } => ExitCode::Usage,
            Self::Unreadable { .. } => ExitCode::External,
            Self::Destination(error) => error.exit_code(),
            Self::Interrupted => ExitCode::Interrupted,
            _ => ExitCode::Invalid,
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Destination(error) => return error.hint(),
            Self::Interrupted | Self::Unreadable { .. } => return None,
            Self::NotFound { .. } => "check the path of the archive",
            Self::NotAFile { .. } => "name the archive itself, such as `project-1.0.tar.gz`",
            Self::Wheel { .. } => {
                "fetch the source distribution instead: `pip download --no-binary :all: --no-deps <name>`"
            }
            Self::Unrecognised { .. } | Self::Unsupported { .. } | Self::NotATar => {
                "pack the project as `.tar.gz`, `.tar.bz2`, `.tar.xz`, `.tar.zst` or `.zip`"
            }
            Self::Truncated | Self::Corrupt { .. } | Self::Size { .. } | Self::Empty => {
                "fetch the archive again and compare its checksum with the published one"
            }
            Self::BareRepository => "clone it with `dhtl clone <folder>`",
            Self::TooLarge { .. } | Self::TooManyEntries { .. } | Self::Ratio { .. } => {
                "if you trust the archive, unpack it with `tar` or `unzip` and run `dhtl regenerate` in its folder"
            }
            _ => "do not unpack this archive by other means unless you know who made it",
        };
        Some(hint.to_owned())
    }
}

/// What is wrong with the name of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameProblem {
    /// There is no name.
    Empty,
    /// It begins at the root of the file system or of a drive.
    Absolute,
    /// It has a `..` in it.
    Parent,
    /// It has a backslash, which separates folders on some machines.
    Backslash,
    /// It has a NUL character.
    Nul,
    /// It, or a part of it, is too long.
    TooLong,
    /// It lies too deep.
    TooDeep,
    /// Windows cannot hold it, or gives it another meaning.
    Windows,
    /// It is not Unicode, and this machine wants that.
    Encoding,
}

impl fmt::Display for NameProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "it has no name",
            Self::Absolute => "an absolute path leads out of the new folder",
            Self::Parent => "`..` leads out of the new folder",
            Self::Backslash => "a backslash is a separator on some machines",
            Self::Nul => "the name has a NUL character",
            Self::TooLong => "the name is too long",
            Self::TooDeep => "it lies too many folders deep",
            Self::Windows => "Windows cannot hold this name",
            Self::Encoding => "the name is not valid Unicode",
        })
    }
}

/// What is wrong with a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkProblem {
    /// It leads out of the new folder, by itself or through other links.
    Escapes,
    /// Following it never ends, or takes too many links.
    Endless,
    /// A hard link to something that is no earlier file of the archive.
    NoSuchFile,
}

impl fmt::Display for LinkProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Escapes => "it leads out of the new folder",
            Self::Endless => "following it never ends",
            Self::NoSuchFile => "there is no such file before it in the archive",
        })
    }
}
