//! The step that installs the packages of other languages.
//!
//! It makes no run fail, unless in strict mode: what cannot be had is in the report, with what to
//! type.

use std::collections::BTreeMap;

use dhtl_project_model::{Diagnostic as _, ExitCode, Language, LanguagePackages};
use dhtl_tools::{Invocation, ToolError};
use dhtl_workflow::StepContext;

use crate::application::{Application, Outcome};
use crate::language_packages::{
    Guard, InstalledPackages, PackageFinding, PackageFindings, Program, command, complaint,
    with_environment_first,
};
use crate::plan::StepId;
use crate::report::Shortfall;
use crate::system_packages::{Privilege, for_program};
use crate::{Fallbacks, RegenerationError};

/// What came of the installation in one folder.
enum Installation {
    Done,
    NoProgram,
    Failed(Shortfall),
}

impl Application<'_> {
    /// Installs what is not known to be there.
    pub(crate) fn install_language_packages(&self, context: &StepContext<'_>) -> Outcome {
        self.shortfalls.clear(StepId::LanguagePackages)?;
        let findings = PackageFindings::of(self.subject);
        // A repair carries out nothing but this step, and brings back nothing but what has to be there.
        let mut steps = self.plan.steps.iter();
        let is_repair = steps.all(|step| step.id == StepId::LanguagePackages);
        let wanted = findings
            .lacking()
            .filter(|finding| finding.is_drift() || !is_repair);
        let mut installed = Vec::new();
        let mut without_program: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for finding in wanted {
            let packages = &finding.packages;
            match self.install_packages_of(finding, context)? {
                Installation::Done => installed.push(done(packages)),
                Installation::NoProgram => {
                    let of_manager = without_program.entry(packages.manager).or_default();
                    of_manager.push(packages);
                }
                Installation::Failed(shortfall) => self.miss_packages(shortfall)?,
            }
        }
        for packages in without_program.values() {
            if let Some(shortfall) = self.without_program(packages) {
                self.miss_packages(shortfall)?;
            }
        }
        Ok(installed.join(", "))
    }

    fn install_packages_of(
        &self,
        finding: &PackageFinding,
        context: &StepContext<'_>,
    ) -> Result<Installation, RegenerationError> {
        let PackageFinding {
            packages, inputs, ..
        } = finding;
        let root = self.subject.root();
        let found = Program::find(packages, root, self.environment);
        let Some(command) = found.and_then(|program| command(packages, &program, root)) else {
            return Ok(Installation::NoProgram);
        };
        // Until it is done, nobody knows what is there.
        let mut record = InstalledPackages::load(self.state);
        record.set(packages, None, self.state)?;
        let guard = Guard::of(packages, root);
        let invocation = with_environment_first(command.clone(), root, self.environment);
        let result = self.run(&invocation, context);
        for file in guard.restore()? {
            context.output(&format!("put back `{}`", file.display()));
        }
        let why = match result {
            Ok(completed) if completed.success() => {
                record.set(packages, Some(*inputs), self.state)?;
                return Ok(Installation::Done);
            }
            Ok(completed) => complaint(&(completed.stdout + &completed.stderr)),
            Err(error) if error.exit_code() == ExitCode::Interrupted => return Err(error),
            Err(RegenerationError::Tool(ToolError::TimedOut { limit, .. })) => {
                format!("it was not done within {} minutes", limit.as_secs() / 60)
            }
            Err(error) => error.to_string(),
        };
        Ok(Installation::Failed(Shortfall {
            next: Some(how_to_see_more(&command, packages)),
            ..Shortfall::new(what(&[packages]), why)
        }))
    }

    /// Notes what cannot be had; in strict mode it ends the run.
    fn miss_packages(&self, shortfall: Shortfall) -> Result<(), RegenerationError> {
        if self.fallbacks == Fallbacks::Forbidden {
            return Err(RegenerationError::Strict {
                what: format!("{} are missing: {}", shortfall.what, shortfall.why),
            });
        }
        self.shortfalls.add(StepId::LanguagePackages, [shortfall])
    }

    /// What is missed where nothing installs packages, which all have the same manager.
    fn without_program(&self, packages: &[&LanguagePackages]) -> Option<Shortfall> {
        let first = packages.first()?;
        let program = first.manager.program();
        let is_there = self.environment.find_program(program).is_some();
        let (why, next) = if first.lock.is_none() && is_there {
            let next = format!("type `{program} install`, and commit the lock that it writes");
            let why = format!("{program} cannot install them without writing a lock");
            (why, Some(next))
        } else {
            let why = format!("`{program}` is not installed");
            (why, self.how_to_get_manager(first))
        };
        Some(Shortfall {
            next,
            ..Shortfall::new(what(packages), why)
        })
    }

    fn how_to_get_manager(&self, packages: &LanguagePackages) -> Option<String> {
        let program = packages.manager.program();
        let has_npm = self.environment.find_program("npm").is_some();
        let is_of_npm = packages.manager.language() == Language::Node && program != "npm";
        if is_of_npm && has_npm {
            return Some(format!(
                "install it with `npm install --global {program}`, then run `dhtl regenerate` again"
            ));
        }
        let manager = self.subject.package_manager?;
        let wanted = if is_of_npm { "npm" } else { program };
        let system = for_program(wanted)?.packages(manager);
        (!system.is_empty()).then(|| {
            let command = manager.typed(system, Privilege::current());
            format!("install it with `{command}`, then run `dhtl regenerate` again")
        })
    }
}

/// What is set for a command is for machines; whoever types it sees the same without.
fn how_to_see_more(command: &Invocation, packages: &LanguagePackages) -> String {
    let typed = Invocation::new(&command.program, &command.cwd).args(&command.args);
    match packages.folder.as_str() {
        "." => format!("run `{typed}` to see more"),
        folder => format!("run `{typed}` in `{folder}` to see more"),
    }
}

/// What was installed, in words.
fn done(packages: &LanguagePackages) -> String {
    let manager = packages.manager;
    match (packages.folder.as_str(), &packages.lock) {
        (".", Some(_)) => manager.to_string(),
        (".", None) => format!("{manager} without a lock"),
        (folder, _) => format!("{manager} in {folder}"),
    }
}

/// What is missed where the packages of folders cannot be had.
fn what(packages: &[&LanguagePackages]) -> String {
    let language = packages.first().map(|first| first.manager.language());
    let language = match language {
        Some(Language::Node) => "Node packages",
        Some(Language::Rust) => "Rust packages",
        Some(Language::Go) => "Go packages",
        Some(Language::Python) | None => "packages",
    };
    let folders = packages.iter().map(|one| one.folder.as_str());
    let folders = folders.collect::<Vec<_>>();
    match folders[..] {
        [] | ["."] => language.to_owned(),
        [only] => format!("{language} in `{only}`"),
        [first, ref others @ ..] => {
            let noun = if others.len() == 1 {
                "folder"
            } else {
                "folders"
            };
            format!("{language} in `{first}` and {} more {noun}", others.len())
        }
    }
}

#[cfg(test)]
mod tests {
    use dhtl_project_model::{Evidence, LanguageManager};

    use super::*;

    #[test]
    fn folders_without_a_program_are_one_line() {
        let of = |folder: &str| LanguagePackages {
            folder: folder.to_owned(),
            manager: LanguageManager::Go,
            manifest: "go.mod".to_owned(),
            lock: Some("go.sum".to_owned()),
            evidence: Evidence::file("go.sum", "test"),
        };
        let all = [".", "a", "b"].map(of);
        assert_eq!(what(&[&all[0]]), "Go packages");
        assert_eq!(what(&[&all[1]]), "Go packages in `a`");
        assert_eq!(
            what(&[&all[0], &all[1], &all[2]]),
            "Go packages in `.` and 2 more folders"
        );
    }
}
