//! What does not depend on the language: processes, services, ports, and what is deployed.
//!
//! Files that describe how something runs become [`hint::Hint`]s, each about a folder. They are
//! believed in this order: `Procfile`, the files of hosting platforms, manifests of Kubernetes, Compose,
//! Dockerfiles.

mod addons;
mod choice;
mod compose;
mod delegation;
mod deploy;
mod dockerfile;
mod files;
mod health;
mod health_mounts;
mod hint;
mod kubernetes;
mod needs;
mod package_table;
mod packages;
mod platforms;
mod procfile;
pub(crate) mod services;
mod settings;
#[cfg(test)]
mod tests;
mod told;

use std::collections::HashSet;

use dhtl_project_model::stack::Survey;

use self::choice::Choice;
use self::files::Files;
use self::told::Told;
use crate::sources::Sources;

/// Adds to the stacks what files of other kinds say about them, and decides which is the application
/// and how it is deployed.
pub(crate) fn complete(survey: &mut Survey, sources: &Sources<'_>) {
    let files = Files::of(sources);
    let compose = compose::read(sources, &files, &survey.stacks);
    let mut hints = procfile::hints(sources, &files);
    hints.extend(platforms::hints(sources, &files));
    hints.extend(kubernetes::hints(sources, &survey.stacks));
    hints.extend(compose.hints);
    let mut services = compose.services;
    services.extend(addons::read(sources, &files));
    hints.extend(dockerfile::hints(sources, &files, &survey.stacks));
    // What speaks of the folder of a stack goes before what speaks of one above it.
    let folders: HashSet<String> = folders(survey);
    hints.sort_by_key(|hint| !folders.contains(&hint.folder));
    let mut told = Told::new(sources);
    for hint in hints {
        told.apply(hint, &mut survey.stacks);
    }
    needs::add_services(survey, &services, sources);
    add_health(survey, sources);
    for stack in &mut survey.stacks {
        stack
            .processes
            .sort_by(|left, right| left.name.cmp(&right.name));
    }
    if let Some(choice) = choice::choose(survey, sources) {
        survey.application = Some(choice::found(survey, choice));
        survey.deploy = Some(deploy::config(survey, choice));
    } else if let Some(stack) = choice::without_start(survey) {
        let delegation = None;
        let choice = Choice { stack, delegation };
        survey.application = Some(choice::found(survey, choice));
    }
}

fn folders(survey: &Survey) -> HashSet<String> {
    let folders = survey.stacks.iter().map(|stack| stack.folder.clone());
    folders.collect()
}

/// More stacks than any project deploys; in a larger collection nobody asks for the routes of each.
const MOST_SEARCHED: usize = 12;

fn add_health(survey: &mut Survey, sources: &Sources<'_>) {
    let folders = folders(survey);
    let searched = survey.stacks.iter_mut().filter(|stack| {
        stack.health_path.is_none() && stack.port.is_some() && stack.commands.start.is_some()
    });
    for stack in searched.take(MOST_SEARCHED) {
        stack.health_path = health::find(stack, &folders, sources);
    }
}
