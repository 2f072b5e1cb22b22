//! `dhtl init`.

use clap::Args;
use dhtl_detection::DetectRequest;
use dhtl_project_model::ExitCode;
use dhtl_regeneration::env_template;
use dhtl_scaffolding::{CiProvider, Existing, InitPlan, InitRequest, plan_init};
use dhtl_terminal::Count;

use super::new::CiName;
use super::regeneration::answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::reports::{InitOutcome, InitReport};
use crate::templates::catalogue;

/// Add checks, hooks and other files that a project lacks
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Print what would be added, as diffs, and stop
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Add without asking
    #[arg(short, long, conflicts_with = "dry_run")]
    yes: bool,
    /// Replace files that are there by those that would be added
    #[arg(long)]
    force: bool,
    /// Which services are to check it, by default as `.dhtconfig` or its repository says
    #[arg(long, value_enum, value_delimiter = ',', value_name = "SERVICE,...")]
    ci: Vec<CiName>,
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &InitArgs) -> Result<ExitCode, Failure> {
    let plan = plan(context, args)?;
    let outcome = outcome(context, args, &plan);
    if outcome == InitOutcome::Added {
        plan.apply()?;
    }
    let exit_code = if outcome == InitOutcome::Refused {
        ExitCode::Findings
    } else {
        ExitCode::Success
    };
    answer(context, &InitReport { outcome, plan }, exit_code)
}

fn plan(context: &Context, args: &InitArgs) -> Result<InitPlan, Failure> {
    let start = context.current_folder()?;
    let root = context.root.as_deref();
    let (project, tree) = dhtl_detection::detect_with_tree(&DetectRequest {
        start: &start,
        root,
        config_python: None,
    })?;
    let template = env_template(dhtl_regeneration::Place {
        start: &start,
        root,
        environment: &context.environment,
    })?;
    let env_example = (!template.exists && !template.missing.is_empty()).then_some(&template.text);
    let named: Option<Vec<CiProvider>> = (!args.ci.is_empty()).then(|| CiName::providers(&args.ci));
    Ok(plan_init(&InitRequest {
        project: &project,
        stacks: &dhtl_stacks::survey(&project, &tree).survey,
        catalogue: &catalogue(&context.home()?),
        ci: named.as_deref(),
        existing: if args.force {
            Existing::Replace
        } else {
            Existing::Keep
        },
        env_example: env_example.map(String::as_str),
    })?)
}

/// What becomes of the plan. Somebody at a terminal sees the diffs and is asked.
fn outcome(context: &Context, args: &InitArgs, plan: &InitPlan) -> InitOutcome {
    if args.dry_run {
        // The answer is diffs and nothing else.
        for note in &plan.notes {
            context.terminal.status(&format!("Left alone: {note}"));
        }
        return InitOutcome::Shown;
    }
    if plan.changes.is_empty() {
        return InitOutcome::Nothing;
    }
    if args.yes || !context.terminal.settings().interactive {
        return InitOutcome::Added;
    }
    for change in &plan.changes {
        context.terminal.status(&change.diff());
    }
    let question = format!("write {}?", Count(plan.changes.len(), "file"));
    if context.terminal.confirm(&question) == Some(true) {
        InitOutcome::Added
    } else {
        InitOutcome::Refused
    }
}
