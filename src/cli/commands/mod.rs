//! The commands: one file each, named as it is typed.

mod clone;
mod completions;
mod config;
mod container;
mod deferred;
mod deps;
mod detect;
mod env_setup;
mod fork;
mod freeze_tools;
mod generate_env_template;
mod init;
mod new;
mod new_folder;
mod regenerate;
mod regeneration;
mod setup;
mod setup_from;
mod templates;
mod tools;
mod validate_env;
mod verify_environment;

use clap::Subcommand;
use dhtl_project_model::ExitCode;

use self::deferred::Deferred;
use crate::context::Context;
use crate::failure::Failure;

/// What there is to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a new project, with its environment and a first commit
    New(Deferred<new::NewArgs>),
    /// Add checks, hooks and other files that a project lacks
    Init(Deferred<init::InitArgs>),
    /// Clone a repository and make its environment
    Clone(Deferred<clone::CloneArgs>),
    /// Fork a repository on GitHub, clone the fork and make its environment
    Fork(Deferred<fork::ForkArgs>),
    /// Unpack an archive of a project and make its environment
    SetupFrom(Deferred<setup_from::SetupFromArgs>),
    /// Lock what is not locked and record the environment in `.dhtconfig`
    Setup(Deferred<setup::SetupArgs>),
    /// Make the environment of a project
    Regenerate(Deferred<regenerate::RegenerateArgs>),
    /// Check that the environment is what it must be
    ValidateEnv(Deferred<validate_env::ValidateEnvArgs>),
    /// Compare the digest of what is installed with a given or the recorded one
    VerifyEnvironment(Deferred<verify_environment::VerifyEnvironmentArgs>),
    /// Print the development tools in the form of `.dht/tools.lock`
    FreezeTools(Deferred<freeze_tools::FreezeToolsArgs>),
    /// Write the names of the project's environment variables to `.env.example`
    GenerateEnvTemplate(Deferred<generate_env_template::GenerateEnvTemplateArgs>),
    /// Say which environment variables are missing, and how to set them
    EnvSetup(Deferred<env_setup::EnvSetupArgs>),
    /// Say what a project is and needs, without running any of it
    Detect(Deferred<detect::DetectArgs>),
    /// Look after what a project depends on
    #[command(subcommand)]
    Deps(deps::DepsCommand),
    /// Show, check, migrate and describe `.dhtconfig`
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// List, show and copy the templates of new projects
    #[command(subcommand)]
    Templates(templates::TemplatesCommand),
    /// List the programs that dhtl uses, with versions and places
    Tools(Deferred<tools::ToolsArgs>),
    /// Print the completion script of a shell
    Completions(Deferred<completions::CompletionsArgs>),
}

impl Command {
    /// Whether an interrupted run could leave something half done.
    pub(crate) fn changes_something(&self) -> bool {
        match self {
            Self::New(_)
            | Self::Init(_)
            | Self::Clone(_)
            | Self::Fork(_)
            | Self::SetupFrom(_)
            | Self::Setup(_)
            | Self::Regenerate(_) => true,
            Self::ValidateEnv(args) => args.changes_something(),
            _ => false,
        }
    }
}

/// Runs the command that was typed.
pub(crate) fn run(context: &Context, command: &Command) -> Result<ExitCode, Failure> {
    match command {
        Command::New(args) => new::run(context, args),
        Command::Init(args) => init::run(context, args),
        Command::Clone(args) => clone::run(context, args),
        Command::Fork(args) => fork::run(context, args),
        Command::SetupFrom(args) => setup_from::run(context, args),
        Command::Setup(args) => setup::run(context, args),
        Command::Regenerate(args) => regenerate::run(context, args),
        Command::ValidateEnv(args) => validate_env::run(context, args),
        Command::VerifyEnvironment(args) => verify_environment::run(context, args),
        Command::FreezeTools(args) => freeze_tools::run(context, args),
        Command::GenerateEnvTemplate(args) => generate_env_template::run(context, args),
        Command::EnvSetup(args) => env_setup::run(context, args),
        Command::Detect(args) => detect::run(context, args),
        Command::Deps(command) => deps::run(context, command),
        Command::Config(command) => config::run(context, command),
        Command::Templates(command) => templates::run(context, command),
        Command::Tools(args) => tools::run(context, args),
        Command::Completions(args) => completions::run(context, args),
    }
}
