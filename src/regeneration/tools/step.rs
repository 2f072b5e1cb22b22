//! Installs the pinned tools that no lock brings, and puts their wrappers into the environment.

use dhtl_workflow::StepContext;

use crate::application::{Application, Outcome};
use crate::failure::UvFailure;
use crate::files::FileCheck;
use crate::plan::StepId;
use crate::programs::{Flaw, Freshness, Installer, Isolated, Order, Register, Store, Wrapper};
use crate::report::Shortfall;
use crate::state::remove_whatever;
use crate::tools::plan::{findings, is_satisfied};
use crate::tools::standing::{KIND, Standing, Tool, ToolFindings, interpreter_of, scripts};
use crate::{Fallbacks, RegenerationError};

impl Application<'_> {
    /// Whether the tools need nothing that a run could do.
    pub(crate) fn tools_are_there(&self) -> bool {
        is_satisfied(self.subject).unwrap_or(false)
    }

    /// Installs what is lacking, puts every wrapper into its place, and removes what nobody needs.
    pub(crate) fn install_tools(&self, context: &StepContext<'_>) -> Outcome {
        self.shortfalls.clear(StepId::Tools)?;
        let Some(before) = findings(self.subject, FileCheck::Changed)? else {
            return Ok(String::new());
        };
        let environment = self.read_environment()?;
        let installer = Installer {
            root: self.subject.root(),
            uv: self.uv.program,
            runner: self.runner,
            made_for: &interpreter_of(&environment),
            available: self.available,
            output: &|line| context.output(line),
        };
        let mut done = Vec::new();
        for tool in before.lacking() {
            match install(tool, &installer)? {
                Ok(()) => done.push(format!("{}=={}", tool.name, tool.version)),
                Err(failure) => self.miss_tool(tool, &failure)?,
            }
        }
        // What they bring is known now.
        if let Some(after) = findings(self.subject, FileCheck::Changed)? {
            self.put_in_order(&after)?;
        }
        Ok(done.join(", "))
    }

    /// Notes a tool that cannot be had; in strict mode that ends the run.
    fn miss_tool(&self, tool: &Tool, failure: &UvFailure) -> Result<(), RegenerationError> {
        let Tool { name, version, .. } = tool;
        let shortfall = Shortfall::because_of(format!("tool `{name}` {version}"), failure);
        if self.fallbacks == Fallbacks::Forbidden {
            let why = shortfall.why.trim_end_matches('.');
            return Err(RegenerationError::Strict {
                what: format!("{} is missing: {why}", shortfall.what),
            });
        }
        self.shortfalls.add(StepId::Tools, [shortfall])
    }

    fn put_in_order(&self, findings: &ToolFindings) -> Result<(), RegenerationError> {
        let root = self.subject.root();
        for (file, _) in &findings.leftovers {
            remove_whatever(&scripts(root).join(file))?;
        }
        // They are written down first: a run that is killed in between must not leave a stray.
        let wrappers = findings.tools.iter().flat_map(Tool::wrappers);
        let wrappers = wrappers.cloned().collect::<Vec<Wrapper>>();
        // What starts a tool that could not be repaired is still dhtl's own.
        let flawed = findings.tools.iter().filter(|tool| tool.is_flawed());
        let flawed = flawed.map(Tool::owner).collect::<Vec<_>>();
        Register::load(self.state).replace(KIND, (&wrappers, &flawed), self.state)?;
        for tool in findings.lacking() {
            if let Standing::Isolated(_, Ok(placed)) = &tool.standing {
                for placed in placed.iter().filter(|placed| placed.is_lacking()) {
                    placed.wrapper.write(root)?;
                }
            }
        }
        let isolated = findings
            .tools
            .iter()
            .filter_map(|tool| match &tool.standing {
                Standing::Isolated(isolated, _) => Some(isolated.clone()),
                _ => None,
            });
        for folder in Store::Tools.superfluous(root, &isolated.collect::<Vec<Isolated>>()) {
            remove_whatever(&folder)?;
        }
        Ok(())
    }
}

fn install(
    tool: &Tool,
    installer: &Installer<'_>,
) -> Result<Result<(), UvFailure>, RegenerationError> {
    let Standing::Isolated(isolated, Err(flaw)) = &tool.standing else {
        // Only its wrappers are lacking.
        return Ok(Ok(()));
    };
    let freshness = match flaw {
        Flaw::Missing => Freshness::Cached,
        Flaw::OtherVersion(_) | Flaw::Damaged(_) => Freshness::Anew,
    };
    let order = Order {
        isolated,
        specifier: &format!("=={}", tool.version),
    };
    installer.install(order, freshness)
}
