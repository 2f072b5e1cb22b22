//! The services that tests need, as continuous integration runs them beside the tests.
//!
//! A service is needed when a setting requires it or a compose file runs it; a driver that is merely
//! installed may be there for some users only.

mod image;
mod server;
mod setting;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use dhtl_project_model::stack::{self, ServiceKind, ServiceNeed, StackKind};
use minijinja::Value;

use self::image::Image;
use self::server::Server;
use super::survey::Survey;

/// The rule that a service of a compose file is found by.
const COMPOSED: &str = "compose-image";

/// The services that run beside the tests of a project.
#[derive(Debug, Default)]
pub(super) struct Services {
    running: Vec<Running>,
    /// Those that are needed, and that nothing is known to start.
    unknown: Vec<ServiceKind>,
}

/// A service that runs.
#[derive(Debug)]
struct Running {
    server: &'static Server,
    image: String,
}

/// Where tests find the services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// At ports of the machine that the tests run on.
    Ports,
    /// At hosts that are called as the services.
    Hosts,
}

impl Services {
    /// Those that the tests of the project in `survey` need, as its `stacks` say.
    pub(super) fn of(survey: &Survey<'_>, stacks: &stack::Survey) -> Self {
        let mut services = Self::default();
        for (kind, needs) in needed(survey, stacks) {
            let composed = composed_image(survey, &needs);
            let version = needs.iter().find_map(|need| need.version.as_deref());
            let Some(server) = Server::of(kind, composed.as_ref()) else {
                services.unknown.push(kind);
                continue;
            };
            let mut ports = services.running.iter().map(|one| one.server.port);
            // A server of MariaDB is one of MySQL to those who speak to it.
            if !ports.any(|port| port == server.port) {
                let image = server.image(composed.as_ref(), version);
                services.running.push(Running { server, image });
            }
        }
        services
    }

    /// What the templates refer to as `services`.
    pub(super) fn values(&self) -> Value {
        self.running.iter().map(Running::value).collect()
    }

    /// The environment variables that the project reads to find its services: `environment` in the
    /// templates.
    pub(super) fn environment(&self, survey: &Survey<'_>, reach: Reach) -> Value {
        let servers: Vec<_> = self.running.iter().map(|one| one.server).collect();
        let names = survey.project.env_vars.iter().map(|var| var.name.as_str());
        names
            .filter_map(|name| {
                let value = setting::value(name, &servers, reach, survey)?;
                Some(variable(name, &value))
            })
            .collect()
    }

    /// What the user has to add.
    pub(super) fn note(&self) -> Option<String> {
        let names: Vec<_> = self.unknown.iter().map(|kind| kind.name()).collect();
        (!names.is_empty()).then(|| {
            let names = names.join(", ");
            format!("services that the tests may need, to be added by hand: {names}")
        })
    }
}

impl Running {
    fn value(&self) -> Value {
        let environment = self.server.environment.iter();
        Value::from(BTreeMap::from([
            ("name", Value::from(self.server.name)),
            ("image", Value::from(&*self.image)),
            ("port", Value::from(self.server.port)),
            ("health", Value::from(self.server.health(&self.image))),
            (
                "environment",
                environment
                    .map(|(name, value)| variable(name, value))
                    .collect(),
            ),
        ]))
    }
}

fn variable(name: &str, value: &str) -> Value {
    Value::from(BTreeMap::from([
        ("name", name.to_owned()),
        ("value", value.to_owned()),
    ]))
}

/// What the tests need, by kind: the needs of all stacks that they are about.
fn needed<'s>(
    survey: &Survey<'_>,
    stacks: &'s stack::Survey,
) -> BTreeMap<ServiceKind, Vec<&'s ServiceNeed>> {
    let mut needed: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for need in tested(survey, stacks).flat_map(|stack| &stack.services) {
        let is_composed = need.evidence.iter().any(|one| one.rule == COMPOSED);
        if need.required || is_composed {
            needed.entry(need.kind).or_default().push(need);
        }
    }
    needed
}

/// The Python code that the tests at the root are about: that of the root and of the members of its
/// workspace, or all there is where the root has none.
fn tested<'s>(
    survey: &Survey<'_>,
    stacks: &'s stack::Survey,
) -> impl Iterator<Item = &'s stack::Stack> {
    let python = |stack: &&stack::Stack| stack.kind == StackKind::Python;
    let has_root = stacks
        .stacks
        .iter()
        .filter(python)
        .any(|one| one.folder == ".");
    let members: Vec<_> = survey
        .python
        .sub_projects
        .iter()
        .filter(|one| one.workspace_member)
        .map(|one| one.path.clone())
        .collect();
    stacks
        .stacks
        .iter()
        .filter(python)
        .filter(move |stack| !has_root || stack.folder == "." || members.contains(&stack.folder))
}

/// The image that a compose file runs for one of `needs`.
fn composed_image(survey: &Survey<'_>, needs: &[&ServiceNeed]) -> Option<Image> {
    let evidence = needs.iter().flat_map(|need| &need.evidence);
    let mut composed = evidence.filter(|one| one.rule == COMPOSED);
    composed.find_map(|evidence| {
        let text = survey.text(&evidence.path);
        let number = usize::try_from(evidence.line?).ok()?.checked_sub(1)?;
        Image::of_line(text.lines().nth(number)?)
    })
}
