//! `dhtl generate-env-template`.

use clap::Args;
use dhtl_project_model::ExitCode;
use dhtl_regeneration::{EnvTemplate, Place, env_template};
use dhtl_terminal::Count;

use super::regeneration::answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::reports::{EnvTemplateReport, TemplateOutcome};

/// Write the names of the project's environment variables to `.env.example`
#[derive(Debug, Args)]
pub(crate) struct GenerateEnvTemplateArgs {
    /// Print the template and write nothing
    #[arg(long)]
    print: bool,
    /// Append what is missing to a template that is there without asking
    #[arg(short, long, conflicts_with = "print")]
    yes: bool,
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &GenerateEnvTemplateArgs) -> Result<ExitCode, Failure> {
    let template = env_template(Place {
        start: &context.current_folder()?,
        root: context.root.as_deref(),
        environment: &context.environment,
    })?;
    let outcome = outcome(context, args, &template);
    if outcome.is_written() {
        template.write()?;
    }
    let exit_code = if outcome == TemplateOutcome::Incomplete {
        ExitCode::Findings
    } else {
        ExitCode::Success
    };
    answer(context, &EnvTemplateReport { outcome, template }, exit_code)
}

/// A file of the user's grows only when the user agrees.
fn outcome(
    context: &Context,
    args: &GenerateEnvTemplateArgs,
    template: &EnvTemplate,
) -> TemplateOutcome {
    if args.print {
        return TemplateOutcome::Printed;
    }
    if template.missing.is_empty() {
        return if template.exists {
            TemplateOutcome::Complete
        } else {
            TemplateOutcome::Nothing
        };
    }
    if !template.exists {
        return TemplateOutcome::Created;
    }
    let question = format!(
        "append {} to `{}`?",
        Count(template.missing.len(), "name"),
        template.path
    );
    if args.yes || context.terminal.confirm(&question) == Some(true) {
        TemplateOutcome::Extended
    } else {
        TemplateOutcome::Incomplete
    }
}
