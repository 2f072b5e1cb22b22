//! Every way a template can be wrong.

use std::io;
use std::path::PathBuf;

use dhtl_project_model::{Diagnostic, ExitCode};

use crate::NameProblem;

/// Why a template cannot be used; whatever it is, nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// There is no template of that name.
    #[error("there is no template `{name}`")]
    Unknown {
        /// The name.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// The folder has no `template.toml`.
    #[error("`{}` is no template: it has no `template.toml`", path.display())]
    NoManifest {
        /// The folder.
        path: PathBuf,
    },
    /// The manifest does not say what a manifest says.
    #[error("`template.toml` of `{template}`: {problem}")]
    Manifest {
        /// The template.
        template: String,
        /// What is wrong.
        problem: String,
    },
    /// Templates include each other in a circle.
    #[error("the template `{template}` includes itself, through {}", chain.join(", "))]
    Circle {
        /// The template.
        template: String,
        /// What it includes, down to itself.
        chain: Vec<String>,
    },
    /// A file cannot be rendered.
    #[error("`{path}:{line}` of `{template}` cannot be rendered: {problem}")]
    Rendering {
        /// The template.
        template: String,
        /// The file in it.
        path: String,
        /// The line in it.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// The path of a file leads where no template may write, or nowhere.
    #[error("the template `{template}` would write `{path}`: {problem}")]
    Path {
        /// The template.
        template: String,
        /// The path, fit for a terminal.
        path: String,
        /// What is wrong with it.
        problem: NameProblem,
    },
    /// Version control keeps its settings there, and these name programs to run.
    #[error(
        "the template `{template}` would write `{path}`, where version control keeps its settings"
    )]
    VersionControl {
        /// The template.
        template: String,
        /// The path, fit for a terminal.
        path: String,
    },
    /// Two files of a template would be the same one, or one would be the folder of the other.
    #[error("the template `{template}` has two files for `{path}`")]
    Collision {
        /// The template.
        template: String,
        /// The path.
        path: String,
    },
    /// A template holds a link, which could lead anywhere.
    #[error("`{}` is a link, and a template may hold none", path.display())]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// A template is larger than any honest one.
    #[error("the template `{template}` has more than {limit}")]
    TooLarge {
        /// The template.
        template: String,
        /// What it has too much of, and how much is accepted.
        limit: &'static str,
    },
    /// A template cannot be read.
    #[error("failed to read `{}`", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}

impl Diagnostic for TemplateError {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Unknown { .. } | Self::NoManifest { .. } => ExitCode::Usage,
            Self::Read { .. } => ExitCode::External,
            Self::Manifest { .. }
            | Self::Circle { .. }
            | Self::Rendering { .. }
            | Self::Path { .. }
            | Self::VersionControl { .. }
            | Self::Collision { .. }
            | Self::Link { .. }
            | Self::TooLarge { .. } => ExitCode::Invalid,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unknown { known, .. } => {
                format!(
                    "choose one of {}; see `dhtl templates list`",
                    known.join(", ")
                )
            }
            Self::NoManifest { .. } => {
                "begin with one that works: `dhtl templates eject library`".to_owned()
            }
            Self::Manifest { .. } | Self::Circle { .. } | Self::Rendering { .. } => {
                "compare it with one that works: `dhtl templates show library`".to_owned()
            }
            Self::Path { .. }
            | Self::VersionControl { .. }
            | Self::Collision { .. }
            | Self::Link { .. }
            | Self::TooLarge { .. } => {
                "use another template, or look at this one before you trust it".to_owned()
            }
            Self::Read { .. } => return None,
        })
    }
}
