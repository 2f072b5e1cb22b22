//! The commands: one file each, named as it is typed.

mod clone;
mod completions;
mod config;
mod detect;
mod regenerate;
mod regeneration;
mod setup;
mod setup_from;
mod tools;
mod validate_env;

use clap::Subcommand;
use dhtl_project_model::ExitCode;

use crate::context::Context;
use crate::failure::Failure;

/// What there is to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Clone a repository and make its environment
    Clone(clone::CloneArgs),
    /// Unpack an archive of a project and make its environment
    SetupFrom(setup_from::SetupFromArgs),
    /// Lock what is not locked and record the environment in `.dhtconfig`
    Setup(setup::SetupArgs),
    /// Make the environment of a project
    Regenerate(regenerate::RegenerateArgs),
    /// Check that the environment is what it must be
    ValidateEnv(validate_env::ValidateEnvArgs),
    /// Say what a project is and needs, without running any of it
    Detect(detect::DetectArgs),
    /// Show, check, migrate and describe `.dhtconfig`
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// List the programs that dhtl uses, with versions and places
    Tools(tools::ToolsArgs),
    /// Print the completion script of a shell
    Completions(completions::CompletionsArgs),
}

impl Command {
    /// Whether an interrupted run could leave something half done.
    pub(crate) fn changes_something(&self) -> bool {
        matches!(
            self,
            Self::Clone(_) | Self::SetupFrom(_) | Self::Setup(_) | Self::Regenerate(_)
        )
    }
}

/// Runs the command that was typed.
pub(crate) fn run(context: &Context, command: &Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Clone(args) => clone::run(context, args),
        Command::SetupFrom(args) => setup_from::run(context, args),
        Command::Setup(args) => setup::run(context, args),
        Command::Regenerate(args) => regenerate::run(context, args),
        Command::ValidateEnv(args) => validate_env::run(context, args),
        Command::Detect(args) => detect::run(context, args),
        Command::Config(command) => config::run(context, command),
        Command::Tools(args) => tools::run(context, args),
        Command::Completions(args) => completions::run(context, args),
    }
}
