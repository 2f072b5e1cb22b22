//! What a run does about pinned tools, told before it begins.

use std::path::Path;

use dhtl_project_model::DistributionName;
use dhtl_tools::Invocation;

use crate::RegenerationError;
use crate::expected;
use crate::files::{self, FileCheck};
use crate::programs::{Isolated, Order, Register, Store};
use crate::proof;
use crate::state::StateDir;
use crate::subject::Subject;
use crate::tools::standing::{KIND, Standing, ToolFindings};
use crate::uv::VENV;

/// Which machine a plan is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Machinery {
    /// This one, with the environment that is here.
    Here,
    /// Another one, where nothing is there yet.
    Elsewhere,
}

/// The commands that would be run for the tools as things are; none where nothing is lacking.
///
/// Before the environment is there nobody knows what the locks bring to it, so that whatever a lock
/// names counts as brought.
pub(crate) fn commands(
    subject: &Subject,
    uv: Option<&Path>,
    machinery: Machinery,
) -> Result<Option<Vec<Invocation>>, RegenerationError> {
    let root = subject.root();
    let register = Register::load(&StateDir::of(root));
    if subject.tools().next().is_none() && register.of_kind(KIND).next().is_none() {
        return Ok(None);
    }
    let findings = match machinery {
        Machinery::Here => findings(subject, FileCheck::Changed)?,
        Machinery::Elsewhere => None,
    };
    let in_locks = expected::names(&subject.project, &subject.spec);
    let missing = subject.tools().filter(|(name, _)| {
        let is_locked = in_locks.contains(&DistributionName::new(name));
        let tool = findings.iter().flat_map(|findings| &findings.tools);
        match tool.into_iter().find(|tool| tool.name == **name) {
            None => !is_locked,
            Some(tool) => matches!(tool.standing, Standing::Isolated(_, Err(_))),
        }
    });
    let commands = missing.flat_map(|(name, version)| {
        let isolated = Isolated::of(root, Store::Tools, DistributionName::new(name), version);
        let order = Order {
            isolated: &isolated,
            specifier: &format!("=={version}"),
        };
        order.commands(uv.unwrap_or(Path::new("uv")), root, subject.spec.platform)
    });
    let commands = commands.collect::<Vec<_>>();
    let is_lacking = findings.as_ref().is_some_and(ToolFindings::need_work);
    // Whatever the environment has now, it may lose in this run, and a tool with it.
    let record = StateDir::of(root).record();
    let will_change = record.is_none_or(|record| record.inputs != subject.inputs);
    let may_lack = machinery == Machinery::Here
        && will_change
        && findings.is_some()
        && subject.tools().next().is_some();
    Ok((!commands.is_empty() || is_lacking || may_lack).then_some(commands))
}

/// Whether the tools need nothing that a run could do.
pub(crate) fn is_satisfied(subject: &Subject) -> Result<bool, RegenerationError> {
    Ok(findings(subject, FileCheck::Changed)?.is_some_and(|findings| !findings.need_work()))
}

/// The tools as they stand in the environment; none where there is no environment.
pub(crate) fn findings(
    subject: &Subject,
    depth: FileCheck,
) -> Result<Option<ToolFindings>, RegenerationError> {
    let venv = subject.root().join(VENV);
    let inspection = files::inspect(&venv, &StateDir::of(subject.root()), FileCheck::Changed)?;
    let Some(environment) = inspection.map(|inspection| inspection.environment) else {
        return Ok(None);
    };
    let locked_set = proof::whole_set_of(subject, &environment)?;
    let findings = ToolFindings::of(subject, &environment, locked_set.as_ref(), depth)?;
    Ok(Some(findings))
}
