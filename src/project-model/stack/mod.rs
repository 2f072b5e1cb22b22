//! What can be built and run of a project: its applications and libraries, one by one.

mod deploy;
mod runtime;
mod schema;
mod service;
mod workspace;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Evidence, Found};

pub use deploy::DeployConfig;
pub use runtime::{Runtime, RuntimeVersion, VersionStatement};
pub use schema::survey_schema;
pub use service::{ServiceKind, ServiceNeed};
pub use workspace::{Workspace, WorkspaceTool};

/// Everything in a project that can be built or run, and what holds it together.
///
/// Source: seed 002, tasks 0.1.4 and 0.1.5.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Survey {
    /// The applications and libraries, ordered by folder and then by kind.
    pub stacks: Vec<Stack>,
    /// The tools that hold several of them together.
    pub workspaces: Vec<Workspace>,
    /// The folder of the application, where there is exactly one, or where the project says which of
    /// several is meant.
    pub application: Option<Found<String>>,
    /// How the application is deployed; none where there is none, or where it must be chosen first.
    pub deploy: Option<DeployConfig>,
}

/// One application or library, in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stack {
    /// Its folder, relative to the root; `.` is the root itself.
    pub folder: String,
    /// The name it gives itself.
    pub name: Option<Found<String>>,
    /// What it is written for.
    pub kind: StackKind,
    /// What shows that it is there.
    pub evidence: Evidence,
    /// What it is: something to run, or something for others to use.
    pub project_type: Found<ProjectType>,
    /// The frameworks it is built with, the one that decides how it is run first.
    pub frameworks: Vec<Found<String>>,
    /// The runtimes it needs, the one that runs it first.
    pub runtimes: Vec<RuntimeVersion>,
    /// Who installs its dependencies.
    pub package_manager: Option<PackageManagerUse>,
    /// What is typed to install, build and start it.
    pub commands: Commands,
    /// What a server loads: `module:attribute` of Python, a main package of Go.
    pub application: Option<Found<String>>,
    /// What it consists of when it runs, as its `Procfile` or its framework says.
    pub processes: Vec<Process>,
    /// The port it listens on.
    pub port: Option<Found<u16>>,
    /// The services it needs while it runs, ordered by kind.
    pub services: Vec<ServiceNeed>,
    /// The folder that a build leaves files in which a web server hands out as they are.
    pub static_output: Option<Found<String>>,
    /// Whether a web server answers unknown paths with `index.html`.
    pub index_fallback: bool,
    /// Folders of files that it hands out, and of files that users upload.
    pub file_folders: Vec<FileFolder>,
    /// The path that answers while it is well.
    pub health_path: Option<Found<String>>,
}

impl Stack {
    /// A stack of which nothing else is known yet.
    #[must_use]
    pub fn new(
        folder: impl Into<String>,
        kind: StackKind,
        evidence: Evidence,
        project_type: Found<ProjectType>,
    ) -> Self {
        Self {
            folder: folder.into(),
            name: None,
            kind,
            evidence,
            project_type,
            frameworks: Vec::new(),
            runtimes: Vec::new(),
            package_manager: None,
            commands: Commands::default(),
            application: None,
            processes: Vec::new(),
            port: None,
            services: Vec::new(),
            static_output: None,
            index_fallback: false,
            file_folders: Vec::new(),
            health_path: None,
        }
    }
}

/// What a stack is written for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum StackKind {
    /// Node.js. Source of the name: seed 002, `type="nodejs"`.
    #[serde(rename = "nodejs")]
    Node,
    /// Python.
    Python,
    /// Files that a web server hands out as they are.
    Static,
    /// Go.
    Go,
    /// Deno.
    Deno,
    /// Bun, where it runs the application and not only installs packages.
    Bun,
    /// Rust.
    Rust,
    /// Java or Kotlin.
    Java,
    /// Ruby.
    Ruby,
    /// PHP.
    Php,
    /// .NET.
    Dotnet,
    /// Elixir.
    Elixir,
    /// Swift.
    Swift,
    /// Scala.
    Scala,
    /// Clojure.
    Clojure,
    /// Gleam.
    Gleam,
    /// Zig.
    Zig,
    /// Haskell.
    Haskell,
    /// Crystal.
    Crystal,
    /// Dart, also with Flutter.
    Dart,
    /// COBOL.
    Cobol,
    /// C or C++.
    Cpp,
    /// Scripts of a shell.
    Shell,
}

/// What something is for. Source: issue and seed 000 section 1, `--type`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ProjectType {
    /// A program that is run, and is none of the others.
    App,
    /// Something for other programs.
    Library,
    /// A command for a terminal.
    Cli,
    /// A service that answers other programs.
    Api,
    /// A service that answers people.
    Web,
    /// Notebooks, data and what is computed from them.
    DataScience,
    /// Pages that are handed out as they are.
    Static,
    /// Something that takes its work from a queue or a schedule.
    Worker,
    /// Something that talks to people on a chat service.
    Bot,
    /// Notebooks.
    Notebook,
}

impl ProjectType {
    /// Whether it is something to run, and to deploy.
    #[must_use]
    pub const fn is_application(self) -> bool {
        !matches!(self, Self::Library | Self::Notebook)
    }
}

/// Who installs the dependencies of a stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PackageManagerUse {
    /// Its name, such as `pnpm` or `poetry`.
    pub name: String,
    /// Its version: a major one, or the exact one where something pins it.
    pub version: Option<Found<String>>,
    /// The lock file it follows, relative to the root.
    pub lock: Option<String>,
    /// What says that it is this one.
    pub evidence: Evidence,
}

/// What is typed in the folder of a stack, or at the root of the workspace that it is a member of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Commands {
    /// The folder they are typed in, relative to the root, where it is not that of the stack.
    #[serde(default)]
    pub folder: Option<String>,
    /// Installs the dependencies.
    pub install: Option<Found<String>>,
    /// Builds what is run; none where nothing is built.
    pub build: Option<Found<String>>,
    /// Brings the database up to date before a start.
    pub migrate: Option<Found<String>>,
    /// Starts it.
    pub start: Option<Found<String>>,
    /// Starts it for development.
    pub dev: Option<Found<String>>,
    /// Runs its tests.
    pub test: Option<Found<String>>,
}

/// One of the processes that a running application consists of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Process {
    /// Its name in a `Procfile`, such as `web`, `worker`, `release`.
    pub name: String,
    /// What starts it.
    pub command: String,
    /// What says so.
    pub evidence: Evidence,
}

/// A folder with files that are not code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileFolder {
    /// The folder, relative to the root.
    pub path: String,
    /// What it is for.
    pub purpose: FolderPurpose,
    /// What says so.
    pub evidence: Evidence,
}

/// What a folder with files is for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum FolderPurpose {
    /// Handed out as they are.
    Static,
    /// Written while it runs, and kept: a volume.
    Media,
    /// A database in a file, or other state that must outlive a container.
    Data,
}
