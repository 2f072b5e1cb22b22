//! Installs a program into an environment of its own.

use std::fs;
use std::path::Path;
use std::time::Duration;

use dhtl_project_model::{OperatingSystem, Platform};
use dhtl_tools::{Completed, Invocation, Runner as _, SystemRunner};

use crate::RegenerationError;
use crate::failure::UvFailure;
use crate::installed::{self, Environment};
use crate::interpreters::Interpreter;
use crate::programs::Isolated;
use crate::state::{StateDir, remove_whatever};
use crate::uv::VENV;

/// Installs programs into environments of their own.
pub(crate) struct Installer<'a> {
    /// The root of the project.
    pub(crate) root: &'a Path,
    /// The program of uv.
    pub(crate) uv: &'a Path,
    /// Runs it.
    pub(crate) runner: &'a SystemRunner,
    /// The interpreter of the project, in words: what was made for another is made anew.
    pub(crate) made_for: &'a str,
    /// The interpreters of this machine, for a program that does not run on the project's.
    pub(crate) available: &'a [Interpreter],
    /// Receives what uv prints.
    pub(crate) output: &'a (dyn Fn(&str) + Sync),
}

/// What to install, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order<'a> {
    /// Where.
    pub(crate) isolated: &'a Isolated,
    /// The versions that will do (PEP 440), such as `==0.1.0`.
    pub(crate) specifier: &'a str,
}

/// Whether the cache of uv is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// It is.
    Cached,
    /// It is not: with links, whoever changed an installed file changed the cache as well.
    Anew,
}

impl Order<'_> {
    /// The commands that carry it out, relative to the root of the project.
    pub(crate) fn commands(&self, uv: &Path, root: &Path, platform: Platform) -> Vec<Invocation> {
        let python = match platform.operating_system {
            OperatingSystem::Windows => "Scripts/python.exe",
            OperatingSystem::Darwin | OperatingSystem::Linux => "bin/python",
        };
        vec![
            self.make(uv, root, &Path::new(VENV).join(python)),
            self.fill(uv, root, python, Freshness::Cached),
        ]
    }

    fn make(&self, uv: &Path, root: &Path, python: &Path) -> Invocation {
        // It is moved to its place when it is whole.
        Invocation::new(uv, root)
            .args(["venv", "--no-project", "--relocatable", "--python"])
            .arg(python)
            .arg(self.isolated.building())
            .timeout(TIMEOUT)
    }

    fn fill(&self, uv: &Path, root: &Path, python: &str, freshness: Freshness) -> Invocation {
        let python = Path::new(&self.isolated.building()).join(python);
        let install = Invocation::new(uv, root)
            .args(["pip", "install", "--python"])
            .arg(python)
            .timeout(TIMEOUT);
        let install = match freshness {
            Freshness::Cached => install,
            Freshness::Anew => install.arg("--reinstall"),
        };
        install.arg(format!("{}{}", self.isolated.name, self.specifier))
    }
}

impl Installer<'_> {
    /// Installs what is ordered in place of what there is of it.
    ///
    /// A failure of uv is handed back beside other failures: the project is whole without it.
    pub(crate) fn install(
        &self,
        order: Order<'_>,
        freshness: Freshness,
    ) -> Result<Result<(), UvFailure>, RegenerationError> {
        let own = Path::new(VENV).join(installed::program());
        let first = match self.build(order, &own, freshness)? {
            Ok(()) => return self.put_in_place(order.isolated).map(Ok),
            Err(failure) => failure,
        };
        // Tools drop old Pythons sooner than projects do, and many judge code of any version.
        if let Some(newest) = self.newest().filter(|_| !first.is_passing())
            && self.build(order, &newest.program, freshness)?.is_ok()
        {
            return self.put_in_place(order.isolated).map(Ok);
        }
        remove_whatever(&self.root.join(order.isolated.building()))?;
        Ok(Err(first))
    }

    fn build(
        &self,
        order: Order<'_>,
        python: &Path,
        freshness: Freshness,
    ) -> Result<Result<(), UvFailure>, RegenerationError> {
        let folder = self.root.join(order.isolated.building());
        remove_whatever(&folder)?;
        let commands = [
            order.make(self.uv, self.root, python),
            order.fill(self.uv, self.root, installed::program(), freshness),
        ];
        for command in commands {
            let completed = self.run(&command)?;
            if !completed.success() {
                return Ok(Err(UvFailure::of(&completed)));
            }
        }
        let environment =
            Environment::read(&folder)?.ok_or_else(|| RegenerationError::NoEnvironment {
                root: folder.clone(),
            })?;
        Isolated::write_record(&folder, self.made_for, &environment)?;
        Ok(Ok(()))
    }

    fn run(&self, command: &Invocation) -> Result<Completed, RegenerationError> {
        Ok(self.runner.run(command, self.output)?)
    }

    fn put_in_place(&self, isolated: &Isolated) -> Result<(), RegenerationError> {
        remove_whatever(&isolated.folder)?;
        fs::rename(self.root.join(isolated.building()), &isolated.folder)
            .map_err(RegenerationError::io("move", &isolated.folder))?;
        // What is checked there once need not be read again.
        let state = StateDir::of(&isolated.folder);
        state.create()?;
        state.take_over()
    }

    /// The newest interpreter of this machine.
    fn newest(&self) -> Option<&Interpreter> {
        use std::str::FromStr as _;
        let version = |one: &&Interpreter| pep440_rs::Version::from_str(&one.version).ok();
        let cpythons = self.available.iter();
        let cpythons = cpythons.filter(|one| one.implementation == "cpython");
        cpythons.max_by_key(version)
    }
}

const TIMEOUT: Duration = Duration::from_hours(1);

#[cfg(test)]
mod tests {
    use dhtl_project_model::DistributionName;

    use super::*;
    use crate::programs::Store;

    #[test]
    fn a_tool_is_built_beside_its_place() {
        let root = Path::new("/srv/api");
        let name = DistributionName::new("Ruff");
        let isolated = Isolated::of(root, Store::Tools, name, "0.1.0");
        let order = Order {
            isolated: &isolated,
            specifier: "==0.1.0",
        };
        let platform = "linux-x86_64".parse().unwrap();
        let lines = order.commands(Path::new("uv"), root, platform);
        let lines = lines.iter().map(|command| format!("{command}\n"));
        insta::assert_snapshot!(lines.collect::<String>().replace('\\', "/"), @"
        uv venv --no-project --relocatable --python .venv/bin/python .dht/state/tools/.new-ruff-0.1.0
        uv pip install --python .dht/state/tools/.new-ruff-0.1.0/bin/python ruff==0.1.0
        ");
    }

    #[test]
    fn a_version_leads_nowhere_else() {
        let root = Path::new("/srv/api");
        let name = DistributionName::new("ruff");
        let isolated = Isolated::of(root, Store::Tools, name, "1/../../x+y");
        let building = ".dht/state/tools/.new-ruff-1_.._.._x_y";
        assert_eq!(isolated.building(), building);
    }
}
