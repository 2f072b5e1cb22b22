//! Provides the required binaries, and remembers what they said.

use std::path::{Path, PathBuf};

use dhtl_project_model::config::Binary;
use dhtl_project_model::{Diagnostic as _, ExitCode};
use dhtl_workflow::StepContext;

use crate::application::{Application, Outcome};
use crate::binaries::asking::{ask, find, program_of};
use crate::binaries::installers::{BinaryInstaller, Site, isolated, program, specifier};
use crate::binaries::memory::Memory;
use crate::binaries::node;
use crate::binaries::own_toolchain::own_toolchain;
use crate::binaries::standing::{
    BinaryFindings, BinaryStanding, KIND, MADE_FOR, owner_of, required, will_do,
};
use crate::binaries::version::plain;
use crate::failure::UvFailure;
use crate::files::FileCheck;
use crate::plan::StepId;
use crate::programs::{
    Freshness, Installer, Isolated, Order, Register, Store, Wrapper, claimed_scripts, scripts_of,
    scripts_path,
};
use crate::report::Shortfall;
use crate::state::remove_whatever;
use crate::system_packages::{Privilege, for_program};
use crate::{Fallbacks, RegenerationError};

/// What came of an attempt: the wrappers of what was installed, or why nothing was, in words.
type Attempted = Result<Vec<Wrapper>, String>;

impl Application<'_> {
    /// Whether the binaries need nothing that a run could do.
    pub(crate) fn binaries_are_there(&self) -> bool {
        let findings = BinaryFindings::of(self.subject, self.environment, FileCheck::Changed);
        findings.is_ok_and(|findings| !findings.need_work())
    }

    /// Provides what is lacking, and removes what nobody needs.
    pub(crate) fn install_binaries(&self, context: &StepContext<'_>) -> Outcome {
        self.shortfalls.clear(StepId::Binaries)?;
        let root = self.subject.root();
        let findings = BinaryFindings::of(self.subject, self.environment, FileCheck::Changed)?;
        let mut register = Register::load(self.state);
        for (file, _) in &findings.leftovers {
            remove_whatever(&root.join(scripts_path()).join(file))?;
        }
        let owners = required(self.subject)
            .iter()
            .map(owner_of)
            .collect::<Vec<_>>();
        register.replace(KIND, (&[], &owners), self.state)?;
        let mut memory = Memory::load(self.state);
        let mut provided = Vec::new();
        for (binary, standing) in findings.lacking() {
            match self.provide_binary(binary, standing, (&mut memory, &mut register), context)? {
                Ok(true) => provided.push(spelled(binary)),
                Ok(false) => {}
                Err(why) => self.miss_binary(binary, why)?,
            }
        }
        let names = required(self.subject)
            .iter()
            .map(|binary| binary.name.clone());
        memory.save(&names.collect::<Vec<_>>(), self.state)?;
        let kept = required(self.subject)
            .iter()
            .map(|binary| isolated(binary, root));
        for folder in Store::Binaries.superfluous(root, &kept.collect::<Vec<Isolated>>()) {
            remove_whatever(&folder)?;
        }
        Ok(provided.join(", "))
    }

    /// Provides one: what is there may do, and is only asked. Says whether anything was installed, or
    /// why nothing could be.
    fn provide_binary(
        &self,
        binary: &Binary,
        standing: &BinaryStanding,
        (memory, register): (&mut Memory, &mut Register),
        context: &StepContext<'_>,
    ) -> Result<Result<bool, String>, RegenerationError> {
        if !matches!(standing, BinaryStanding::Damaged(_)) && self.is_provided(binary, memory) {
            return Ok(Ok(false));
        }
        let candidates = BinaryInstaller::candidates(binary, self.site(), self.fallbacks);
        let mut why = None;
        for candidate in candidates {
            let wrappers = match self.try_installer(candidate, binary, context)? {
                Ok(wrappers) => wrappers,
                Err(reason) => {
                    why.get_or_insert(reason);
                    continue;
                }
            };
            self.wrap(wrappers, register)?;
            if self.is_provided(binary, memory) {
                return Ok(Ok(true));
            }
            why.get_or_insert_with(|| match self.own_toolchain(binary) {
                Some(file) => not_asked(&file),
                None => format!("{} installed another version", candidate.name()),
            });
        }
        Ok(Err(
            why.unwrap_or_else(|| self.no_installer(binary, standing))
        ))
    }

    /// Whether the program that is found is in a version that will do; it is remembered then.
    fn is_provided(&self, binary: &Binary, memory: &mut Memory) -> bool {
        let root = self.subject.root();
        let Some(program) = find(root, &binary.name, self.environment) else {
            return false;
        };
        if binary.version.is_none() {
            return true;
        }
        let version = ask(&binary.name, &program, root, self.runner);
        let version = version.filter(|version| will_do(binary, version));
        if let Some(version) = &version {
            memory.note(&binary.name, &program, version);
        }
        version.is_some()
    }

    fn try_installer(
        &self,
        installer: BinaryInstaller,
        binary: &Binary,
        context: &StepContext<'_>,
    ) -> Result<Attempted, RegenerationError> {
        match installer {
            BinaryInstaller::UvTool => self.install_from_wheels(binary, context),
            BinaryInstaller::Rustup => self.install_toolchain(binary, context),
            BinaryInstaller::Fnm | BinaryInstaller::Volta | BinaryInstaller::Nvm => {
                let said = self.run_all(installer, binary, context)?;
                let (root, owner) = (self.subject.root(), owner_of(binary));
                Ok(said.and_then(|said| {
                    let last = said.lines().map(str::trim).rfind(|line| !line.is_empty());
                    let place = last.map(PathBuf::from).filter(|place| place.is_file());
                    let place = place
                        .ok_or_else(|| format!("{} does not say where it is", installer.name()))?;
                    Ok(node::beside(&place, &owner, root))
                }))
            }
            BinaryInstaller::System => {
                Ok(Err("nobody installs it: that is left to you".to_owned()))
            }
        }
    }

    fn install_from_wheels(
        &self,
        binary: &Binary,
        context: &StepContext<'_>,
    ) -> Result<Attempted, RegenerationError> {
        let (root, owner) = (self.subject.root(), owner_of(binary));
        let own = isolated(binary, root);
        let accepts = |version: &str| will_do(binary, version);
        let inspect = || own.inspect(MADE_FOR, FileCheck::Changed, accepts);
        let mut found = inspect()?;
        if found.is_err() {
            if let Err(failure) = self.install_apart(&own, &specifier(binary), context)? {
                return Ok(Err(failure.to_string()));
            }
            found = inspect()?;
        }
        let Ok(environment) = found else {
            return Ok(Err("what uv installed is not whole".to_owned()));
        };
        if own.name.as_str() == node::DISTRIBUTION {
            return Ok(Ok(node::in_wheel(&environment, &owner, root)));
        }
        let scripts = scripts_of(&environment, &own.name, &own.folder).into_iter();
        let wrappers = scripts.map(|(name, program)| Wrapper::new(name, &owner, program));
        Ok(Ok(wrappers.collect()))
    }

    fn install_apart(
        &self,
        isolated: &Isolated,
        specifier: &str,
        context: &StepContext<'_>,
    ) -> Result<Result<(), UvFailure>, RegenerationError> {
        let installer = Installer {
            root: self.subject.root(),
            uv: self.uv.program,
            runner: self.runner,
            made_for: MADE_FOR,
            available: self.available,
            output: &|line| context.output(line),
        };
        let freshness = if isolated.folder.exists() {
            Freshness::Anew
        } else {
            Freshness::Cached
        };
        let order = Order {
            isolated,
            specifier,
        };
        installer.install(order, freshness)
    }

    fn install_toolchain(
        &self,
        binary: &Binary,
        context: &StepContext<'_>,
    ) -> Result<Attempted, RegenerationError> {
        let Some(rustup) = program("rustup", self.environment) else {
            return Ok(Err("rustup is not installed".to_owned()));
        };
        let toolchain = binary.version.as_deref().map_or("stable", plain);
        // One that is there is not looked up in the net.
        let root = self.subject.root();
        let question = dhtl_tools::Invocation::new(&rustup, root).args([
            "run",
            toolchain,
            "rustc",
            "--version",
        ]);
        let is_there = self.run(&question, context)?.success();
        if !is_there && let Err(why) = self.run_all(BinaryInstaller::Rustup, binary, context)? {
            return Ok(Err(why));
        }
        let leads = ["rust-toolchain", "rust-toolchain.toml"];
        if leads.iter().any(|file| root.join(file).is_file()) {
            return Ok(Ok(Vec::new()));
        }
        let folder = rustup.parent().unwrap_or(Path::new(""));
        let owner = owner_of(binary);
        let proxies = ["rustc", "cargo", "rustdoc"]
            .into_iter()
            .filter_map(|name| {
                let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
                program.is_file().then(|| Wrapper {
                    variables: vec![("RUSTUP_TOOLCHAIN", toolchain.to_owned())],
                    ..Wrapper::new(name, &owner, program)
                })
            });
        Ok(Ok(proxies.collect()))
    }

    /// Runs the commands of an installer; what the last one printed, or what went wrong.
    fn run_all(
        &self,
        installer: BinaryInstaller,
        binary: &Binary,
        context: &StepContext<'_>,
    ) -> Result<Result<String, String>, RegenerationError> {
        let mut said = String::new();
        for command in installer.commands(binary, self.site()) {
            match self.run(&command, context) {
                Ok(completed) if completed.success() => said = completed.stdout,
                Ok(completed) => {
                    let last = completed.last_lines.last().cloned().unwrap_or_default();
                    return Ok(Err(format!("`{command}` failed: {last}")));
                }
                Err(error) if error.exit_code() == ExitCode::Interrupted => return Err(error),
                Err(error) => return Ok(Err(error.to_string())),
            }
        }
        Ok(Ok(said))
    }

    /// Puts wrappers into their places, but for those of programs that a distribution brought.
    fn wrap(
        &self,
        mut wrappers: Vec<Wrapper>,
        register: &mut Register,
    ) -> Result<(), RegenerationError> {
        let claimed = claimed_scripts(&self.read_environment()?);
        wrappers.retain(|wrapper| !claimed.contains_key(&wrapper.name));
        register.add(&wrappers, self.state)?;
        for wrapper in wrappers {
            wrapper.write(self.subject.root())?;
        }
        Ok(())
    }

    fn site(&self) -> Site<'_> {
        Site {
            root: self.subject.root(),
            uv: self.uv.program,
            platform: self.subject.spec.platform,
            environment: self.environment,
        }
    }

    fn no_installer(&self, binary: &Binary, standing: &BinaryStanding) -> String {
        let installer = binary.installer.as_deref();
        match (installer, standing) {
            (Some(name), _) if BinaryInstaller::named(name).is_none() => {
                format!("dhtl does not know the installer `{name}`")
            }
            (_, BinaryStanding::Missing) => "it is not on `PATH`".to_owned(),
            _ if let Some(file) = self.own_toolchain(binary) => not_asked(&file),
            _ => {
                let place = find(self.subject.root(), &binary.name, self.environment);
                let place = place.map(|place| place.display().to_string());
                format!("`{}` is another version", place.unwrap_or_default())
            }
        }
    }

    fn own_toolchain(&self, binary: &Binary) -> Option<PathBuf> {
        own_toolchain(self.subject.root(), program_of(&binary.name))
    }

    /// Notes a binary that cannot be had; in strict mode that ends the run.
    fn miss_binary(&self, binary: &Binary, why: String) -> Result<(), RegenerationError> {
        let what = format!("binary `{}`", spelled(binary));
        if self.fallbacks == Fallbacks::Forbidden {
            return Err(RegenerationError::Strict {
                what: format!("{what} is missing: {why}"),
            });
        }
        let shortfall = Shortfall {
            next: Some(self.how_to_get_binary(binary)),
            ..Shortfall::new(what, why)
        };
        self.shortfalls.add(StepId::Binaries, [shortfall])
    }

    fn how_to_get_binary(&self, binary: &Binary) -> String {
        let name = program_of(&binary.name);
        let packages = self.subject.package_manager.and_then(|manager| {
            let packages = for_program(name)?.packages(manager);
            (!packages.is_empty()).then(|| manager.typed(packages, Privilege::current()))
        });
        match (packages, &binary.version) {
            (Some(command), None) => {
                format!("install it with `{command}`, then run `dhtl regenerate` again")
            }
            (Some(command), Some(version)) => format!(
                "install version {version} and put it on `PATH` (`{command}` brings the system's), then \
                 run `dhtl regenerate` again"
            ),
            (None, _) => format!(
                "install {} and put it on `PATH`, then run `dhtl regenerate` again",
                spelled(binary)
            ),
        }
    }
}

fn spelled(binary: &Binary) -> String {
    match &binary.version {
        Some(version) => format!("{} {version}", binary.name),
        None => binary.name.clone(),
    }
}

fn not_asked(file: &Path) -> String {
    let file = file.display();
    format!("it is not asked, because `{file}` has a program at a path started in its place")
}
