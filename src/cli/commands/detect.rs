//! `dhtl detect`.

use std::path::PathBuf;

use clap::Args;
use dhtl_detection::{DetectError, detect_any};
use dhtl_project_model::{ExitCode, ordered_problems};
use dhtl_regeneration::config_python;

use super::regeneration::answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::reports::{Detail, ProjectReport};

/// Say what a project is and needs, without running any of it
#[derive(Debug, Args)]
pub(crate) struct DetectArgs {
    /// The folder to look at; by default the current one
    path: Option<PathBuf>,
    /// Show the file, line and rule behind every statement
    #[arg(long)]
    explain: bool,
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &DetectArgs) -> Result<ExitCode, Failure> {
    let start = match &args.path {
        Some(path) => path.clone(),
        None => context.current_folder()?,
    };
    let (mut project, tree) = detect_any(&start, context.root.as_deref(), |root| {
        config_python(&start, Some(root)).map_err(Failure::from)
    })?;
    let findings = dhtl_stacks::survey(&project, &tree);
    // A manifest that cannot be read is a project all the same, and says where it is broken.
    let is_empty = project.languages.is_empty()
        && findings.survey.stacks.is_empty()
        && findings.problems.is_empty();
    if is_empty && !tree.contains(".dhtconfig") {
        return Err(DetectError::NoProject {
            start: project.root,
        }
        .into());
    }
    project.problems.extend(findings.problems);
    project.problems = ordered_problems(project.problems);
    let detail = if args.explain {
        Detail::Evidence
    } else {
        Detail::Summary
    };
    answer(
        context,
        &ProjectReport {
            project,
            survey: findings.survey,
            detail,
        },
        ExitCode::Success,
    )
}
