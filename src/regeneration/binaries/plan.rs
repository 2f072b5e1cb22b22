//! What a run does about required binaries, told before it begins.

use std::path::Path;

use dhtl_project_model::config::Binary;
use dhtl_tools::{Environment, Invocation, Runner};

use crate::binaries::asking::{ask, find};
use crate::binaries::installers::{BinaryInstaller, Site};
use crate::binaries::standing::{BinaryFindings, BinaryStanding, required, will_do};
use crate::files::FileCheck;
use crate::subject::Subject;
use crate::{Fallbacks, RegenerationError};

/// The commands that would be run for the binaries as things are; none where nothing is lacking.
///
/// Programs that nobody has asked yet are asked by `runner`; without one the plan is for a machine of
/// which nothing is known.
pub(crate) fn commands(
    subject: &Subject,
    (environment, uv): (&Environment, Option<&Path>),
    fallbacks: Fallbacks,
    runner: Option<&dyn Runner>,
) -> Result<Option<Vec<Invocation>>, RegenerationError> {
    let nothing = Environment::from_vars::<_, &str, &str>([]);
    let site = Site {
        root: subject.root(),
        uv: uv.unwrap_or(Path::new("uv")),
        platform: subject.spec.platform,
        environment: if runner.is_some() {
            environment
        } else {
            &nothing
        },
    };
    let first = |binary: &Binary| {
        let candidates = BinaryInstaller::candidates(binary, site, fallbacks);
        let first = candidates.first();
        first
            .map(|first| first.commands(binary, site))
            .unwrap_or_default()
    };
    let Some(runner) = runner else {
        let commands = required(subject).iter().flat_map(first).collect::<Vec<_>>();
        return Ok((!commands.is_empty()).then_some(commands));
    };
    let findings = BinaryFindings::of(subject, environment, FileCheck::Changed)?;
    let lacking = findings.lacking();
    let lacking = lacking.filter(|(binary, standing)| match standing {
        BinaryStanding::Unknown(_) | BinaryStanding::OtherVersion(_) => {
            !says_what_is_wanted(binary, site, runner)
        }
        _ => true,
    });
    let commands = lacking.flat_map(|(binary, _)| first(binary));
    let commands = commands.collect::<Vec<_>>();
    // Where everything is there, a run still writes down what it said.
    Ok(findings.need_work().then_some(commands))
}

fn says_what_is_wanted(binary: &Binary, site: Site<'_>, runner: &dyn Runner) -> bool {
    let Some(program) = find(site.root, &binary.name, site.environment) else {
        return false;
    };
    let version = ask(&binary.name, &program, site.root, runner);
    version.is_some_and(|version| will_do(binary, &version))
}
