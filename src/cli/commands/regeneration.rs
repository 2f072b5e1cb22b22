//! What the commands that make an environment have in common.

use std::num::NonZeroUsize;
use std::path::Path;

use clap::{Args, ValueEnum};
use dhtl_project_model::ExitCode;
use dhtl_regeneration::{
    CodePart, Fallbacks, Inferring, Report, Request, Surroundings, SystemConsent, Target, Versions,
    preview, preview_for, regenerate,
};

use super::container;
use crate::context::Context;
use crate::failure::Failure;
use crate::reports::{EnvironmentReport, PlanReport};

/// Options of every command that makes an environment.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(crate) struct RegenerationArgs {
    /// Forbid every fallback: whatever cannot be done as declared is an error
    #[arg(long)]
    strict: bool,
    /// Leave the packages of the operating system alone
    #[arg(long)]
    no_system: bool,
    /// Answer every question with yes, such as whether to install system packages
    #[arg(short, long, conflicts_with = "no_system")]
    yes: bool,
    /// Replace an existing `.venv`, whatever it is
    #[arg(long)]
    force: bool,
    /// Resolve what is unlocked with the newest versions, not with those of the last commit's day
    #[arg(long)]
    newest: bool,
    /// Do not install what imports need and nothing declares; only report it
    #[arg(long)]
    no_infer: bool,
    /// Do not install what only these parts of the project import
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PART,...")]
    skip_imports_of: Vec<Part>,
    /// How many independent steps run at the same time
    #[arg(short, long, default_value = "1", value_name = "N")]
    jobs: NonZeroUsize,
}

/// A part of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Tests and their support files
    Tests,
    /// Documentation
    Docs,
    /// Examples, tutorials and benchmarks
    Examples,
    /// Loose scripts and build files
    Scripts,
    /// Notebooks, wherever they are
    Notebooks,
}

/// The parts that were named.
pub(crate) fn code_parts(parts: &[Part]) -> Vec<CodePart> {
    let code_part = |part: &Part| match part {
        Part::Tests => CodePart::Tests,
        Part::Docs => CodePart::Docs,
        Part::Examples => CodePart::Examples,
        Part::Scripts => CodePart::Scripts,
        Part::Notebooks => CodePart::Notebooks,
    };
    parts.iter().map(code_part).collect()
}

/// A folder, and where the search for the project's root ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// The folder the search begins in.
    pub(crate) start: &'a Path,
    /// The root, where it is known.
    pub(crate) root: Option<&'a Path>,
}

impl RegenerationArgs {
    /// As when no option is given.
    pub(crate) fn plain() -> Self {
        Self {
            strict: false,
            no_system: false,
            yes: false,
            force: false,
            newest: false,
            no_infer: false,
            skip_imports_of: Vec::new(),
            jobs: NonZeroUsize::MIN,
        }
    }

    /// Calls `act` with the finished request.
    pub(crate) fn with_request<T>(
        &self,
        context: &Context,
        place: Place<'_>,
        act: impl FnOnce(&Request<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let home = context.home()?;
        let steps = context.terminal.steps();
        let system = match (self.no_system, self.yes) {
            (true, _) => SystemConsent::Refused,
            (_, true) => SystemConsent::Granted,
            _ => SystemConsent::Ask,
        };
        let skip_imports_of = code_parts(&self.skip_imports_of);
        act(&Request {
            start: place.start,
            root: place.root,
            fallbacks: if self.strict {
                Fallbacks::Forbidden
            } else {
                Fallbacks::Allowed
            },
            system,
            versions: if self.newest {
                Versions::Newest
            } else {
                Versions::OfLastCommit
            },
            inferring: if self.no_infer {
                Inferring::Unwanted
            } else {
                Inferring::Wanted
            },
            skip_imports_of: &skip_imports_of,
            replace: self.force,
            jobs: self.jobs,
            surroundings: Surroundings {
                environment: &context.environment,
                home: &home,
                cancel: &context.cancel,
                progress: &steps,
                notice: &|message| context.terminal.status(message),
                confirm: &|question| self.confirm(context, question),
            },
        })
    }

    /// Asks the user, unless the answer is known.
    pub(super) fn confirm(&self, context: &Context, question: &str) -> Option<bool> {
        if self.yes {
            Some(true)
        } else {
            context.terminal.confirm(question)
        }
    }

    /// The same options for another dhtl, to whose system nothing needs to be done.
    pub(super) fn without_system(&self) -> Vec<String> {
        let flags = [
            (self.strict, "--strict"),
            (self.force, "--force"),
            (self.newest, "--newest"),
            (self.no_infer, "--no-infer"),
        ];
        let flags = flags.iter().filter(|(is_set, _)| *is_set);
        let mut words = vec!["--no-system".to_owned()];
        words.extend(flags.map(|(_, flag)| (*flag).to_owned()));
        let parts = self.skip_imports_of.iter().filter_map(|part| {
            let value = part.to_possible_value()?;
            Some(format!("--skip-imports-of={}", value.get_name()))
        });
        words.extend(parts);
        words
    }

    /// Prints the plan, for this machine or for `target`.
    pub(crate) fn preview(
        &self,
        context: &Context,
        place: Place<'_>,
        target: Option<&Target>,
    ) -> Result<ExitCode, Failure> {
        let plan = self.with_request(context, place, |request| {
            Ok(match target {
                Some(target) => preview_for(request, target)?,
                None => preview(request)?,
            })
        })?;
        answer(context, &PlanReport(plan), ExitCode::Success)
    }

    /// Makes the environment and prints its report, below `heading`.
    pub(crate) fn regenerate(
        &self,
        context: &Context,
        place: Place<'_>,
        heading: Option<String>,
    ) -> Result<ExitCode, Failure> {
        let made = self.with_request(context, place, |request| Ok(regenerate(request)))?;
        match made {
            Err(error) if container::is_wanted(context, self, &error) => {
                container::regenerate(context, place, self)
            }
            made => report_environment(context, made?, heading),
        }
    }
}

/// Prints the report of an environment.
pub(crate) fn report_environment(
    context: &Context,
    report: Report,
    heading: Option<String>,
) -> Result<ExitCode, Failure> {
    let exit_code = report.exit_code();
    answer(context, &EnvironmentReport { heading, report }, exit_code)
}

/// Prints the answer of a command.
pub(crate) fn answer(
    context: &Context,
    report: &impl dhtl_terminal::Report,
    exit_code: ExitCode,
) -> Result<ExitCode, Failure> {
    context
        .terminal
        .report(report)
        .map_err(|error| Failure::output(&error))?;
    Ok(exit_code)
}
