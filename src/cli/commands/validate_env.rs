//! `dhtl validate-env`.

use std::num::NonZeroUsize;

use clap::Args;
use dhtl_project_model::ExitCode;
use dhtl_regeneration::{
    Fallbacks, FileCheck, Inferring, Request, Surroundings, SystemConsent, ValidateRequest,
    Versions, explain_imports, repair_env, validate_env,
};
use dhtl_terminal::{Format, Verbosity};

use super::regeneration::{Part, answer, code_parts};
use crate::context::Context;
use crate::failure::Failure;
use crate::reports::{ImportsReport, ValidationReport};

/// Check that the environment is what it must be
#[derive(Debug, Args)]
pub(crate) struct ValidateEnvArgs {
    /// Repair exactly what differs, and check again
    #[arg(long)]
    fix: bool,
    /// Read every installed file, also those that seem unchanged since they were last read
    #[arg(long)]
    full: bool,
    /// Explain every import: where it is found, or why it is not
    #[arg(long)]
    imports: bool,
    /// Do not ask for what only these parts of the project import
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PART,...")]
    skip_imports_of: Vec<Part>,
}

impl ValidateEnvArgs {
    /// Whether the environment may be changed.
    pub(crate) fn changes_something(&self) -> bool {
        self.fix
    }

    fn files(&self) -> FileCheck {
        if self.full {
            FileCheck::Full
        } else {
            FileCheck::Changed
        }
    }
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &ValidateEnvArgs) -> Result<ExitCode, Failure> {
    let start = context.current_folder()?;
    let skip_imports_of = code_parts(&args.skip_imports_of);
    let request = ValidateRequest {
        start: &start,
        root: context.root.as_deref(),
        environment: &context.environment,
        files: args.files(),
        skip_imports_of: &skip_imports_of,
    };
    let report = if args.fix {
        fix(context, &request)?
    } else {
        ValidationReport {
            validation: validate_env(&request)?,
            repaired: None,
        }
    };
    let exit_code = report.validation.exit_code();
    if is_silent(context) {
        return Ok(exit_code);
    }
    if !args.imports {
        return answer(context, &report, exit_code);
    }
    let imports = explain_imports(&request)?;
    answer(
        context,
        &ImportsReport {
            validation: report,
            imports,
        },
        exit_code,
    )
}

/// Hooks only want the exit code. Whoever asks for JSON gets it all the same.
fn is_silent(context: &Context) -> bool {
    let settings = context.terminal.settings();
    settings.verbosity == Verbosity::Quiet && settings.format == Format::Text
}

fn fix(context: &Context, request: &ValidateRequest<'_>) -> Result<ValidationReport, Failure> {
    let home = context.home()?;
    let steps = context.terminal.steps();
    let repaired = repair_env(
        &Request {
            start: request.start,
            root: request.root,
            fallbacks: Fallbacks::Allowed,
            system: SystemConsent::Refused,
            versions: Versions::OfLastCommit,
            inferring: Inferring::Wanted,
            skip_imports_of: request.skip_imports_of,
            replace: false,
            jobs: NonZeroUsize::MIN,
            surroundings: Surroundings {
                environment: &context.environment,
                home: &home,
                cancel: &context.cancel,
                progress: &steps,
                notice: &|message| context.terminal.status(message),
                confirm: &|question| context.terminal.confirm(question),
            },
        },
        request.files,
    )?;
    Ok(ValidationReport {
        validation: repaired.validation,
        repaired: Some(repaired.repaired),
    })
}
