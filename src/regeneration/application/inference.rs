//! Installs what the project's imports need and nothing declares.

use std::fs;

use dhtl_project_model::{DistributionName, Scope};
use dhtl_workflow::StepContext;

use crate::application::Application;
use crate::application::installation::locked_set;
use crate::closure::{Closure, Need};
use crate::failure::UvFailure;
use crate::installed::Environment;
use crate::locked_set::{CompiledRequirements, LockedSet};
use crate::plan::{
    COMMITTED_INFERENCE, INFERENCE, INFERENCE_CONSTRAINTS, INFERENCE_INPUT, INFERENCE_INSTALL,
    SUPPLEMENT, StepId,
};
use crate::report::Shortfall;
use crate::state::{StateDir, one_per_line, read_text, write_whole};
use crate::subject::Subject;
use crate::uv::{Hashes, Reach, UvCommands};
use crate::{Fallbacks, Inferring, RegenerationError};

/// The locks of what is installed on top of the project's own, as far as there are any, relative to
/// the root: what is declared besides, and what was inferred.
pub(crate) fn locks(subject: &Subject) -> Vec<String> {
    let locks = if subject.inference_is_committed {
        vec![COMMITTED_INFERENCE.to_owned()]
    } else {
        vec![
            StateDir::relative(SUPPLEMENT),
            StateDir::relative(INFERENCE),
        ]
    };
    let is_there = |lock: &String| subject.root().join(lock).is_file();
    locks.into_iter().filter(is_there).collect()
}

/// The distributions that imports were traced to and that could be had; what these need in turn is
/// not named.
pub(crate) fn asked_for(subject: &Subject) -> Vec<String> {
    let committed = subject
        .document
        .as_ref()
        .and_then(|document| document.config().dependencies.clone());
    if let Some(section) = committed.filter(|_| subject.inference_is_committed) {
        return section
            .inferred
            .iter()
            .map(|one| one.name().to_string())
            .collect();
    }
    let read =
        |name| fs::read_to_string(StateDir::of(subject.root()).file(name)).unwrap_or_default();
    let locked = CompiledRequirements::parse(&read(INFERENCE));
    let is_locked = |name: &DistributionName| {
        locked
            .requirements
            .iter()
            .any(|requirement| requirement.name.as_ref() == Some(name))
    };
    let input = read(INFERENCE_INPUT);
    let names = input.lines().map(DistributionName::new).filter(is_locked);
    names.map(|name| name.to_string()).collect()
}

/// The versions that are locked already, which must not change for what is inferred.
pub(crate) fn constraints(base: &LockedSet) -> String {
    let exact = base
        .iter()
        .filter_map(|(name, version)| Some((name, version.as_ref()?)));
    one_per_line(exact.map(|(name, version)| format!("{name}=={version}")))
}

/// The inference step at work.
pub(crate) struct Inference<'a> {
    /// The plan being carried out.
    pub(crate) application: &'a Application<'a>,
    /// The step it belongs to.
    pub(crate) context: &'a StepContext<'a>,
    /// How the imports resolve without it.
    pub(crate) closure: &'a Closure,
}

impl Inference<'_> {
    /// Installs what can be, and returns the names of what was asked for.
    pub(crate) fn run(&self, environment: &Environment) -> Result<Vec<String>, RegenerationError> {
        let application = self.application;
        let mut base = application.locked_set()?;
        if application.subject.inference_is_committed {
            self.install(COMMITTED_INFERENCE, &base, environment)?;
            return Ok(asked_for(application.subject));
        }
        if application.fallbacks == Fallbacks::Forbidden {
            return self.refuse();
        }
        let state = application.state;
        if state.file(SUPPLEMENT).is_file() {
            let lock = [StateDir::relative(SUPPLEMENT)];
            base.extend(locked_set(application.subject, &lock, environment)?);
        }
        let wanted = self.wanted(&base);
        let input = one_per_line(&wanted);
        let known = fs::read_to_string(state.file(INFERENCE_INPUT)).ok();
        if known.as_ref() != Some(&input) || !state.file(INFERENCE).is_file() {
            // A run that is killed from here on leaves no lock, so that the next resolves again.
            let _ = fs::remove_file(state.file(INFERENCE));
            write_whole(&state.file(INFERENCE_INPUT), &input)?;
            write_whole(&state.file(INFERENCE_CONSTRAINTS), constraints(&base))?;
            if let Err(failure) = self.resolve(&wanted)? {
                self.put_off(&wanted, &failure)?;
                return Ok(Vec::new());
            }
        }
        self.install(&StateDir::relative(INFERENCE), &base, environment)?;
        Ok(asked_for(application.subject))
    }

    /// What the imports need that no lock has: what is missing now, and what an earlier run added
    /// and is still imported.
    fn wanted(&self, base: &LockedSet) -> Vec<DistributionName> {
        if self.application.inferring == Inferring::Unwanted {
            return Vec::new();
        }
        let input = fs::read_to_string(self.application.state.file(INFERENCE_INPUT));
        let added = input.unwrap_or_default();
        let still_imported = self
            .closure
            .imported
            .iter()
            .filter(|name| added.lines().any(|line| line == name.as_str()));
        let mut wanted = self.closure.candidates();
        wanted.extend(still_imported.cloned());
        // What the project declares and could not be had must not come in by the back door, unpinned.
        wanted.retain(|name| !base.contains_key(name) && !self.is_declared(name));
        wanted.sort();
        wanted.dedup();
        wanted
    }

    fn is_declared(&self, name: &DistributionName) -> bool {
        let declarations = self.application.subject.python().declarations.iter();
        declarations
            .filter(|declaration| {
                declaration.scope == Scope::Runtime && !declaration.path.contains('/')
            })
            .flat_map(|declaration| &declaration.requirements)
            .any(|requirement| requirement.name.as_ref() == Some(name))
    }

    /// Installs what `lock` has and `base` has not, and removes what neither has.
    fn install(
        &self,
        lock: &str,
        base: &LockedSet,
        environment: &Environment,
    ) -> Result<(), RegenerationError> {
        let application = self.application;
        let path = application.plan.root.join(lock);
        let text = read_text(&path).map_err(RegenerationError::io("read", &path))?;
        let compiled = CompiledRequirements::parse(&text);
        let own = compiled.without_all(&text, |name| base.contains_key(name));
        let set = locked_set(application.subject, &[lock.to_owned()], environment)?;
        let is_missing = |(name, version): (&DistributionName, &Option<String>)| {
            !base.contains_key(name) && !environment.has(name, version.as_ref())
        };
        if set.iter().any(is_missing) {
            write_whole(&application.state.file(INFERENCE_INSTALL), &own)?;
            let file = StateDir::relative(INFERENCE_INSTALL);
            // What is declared besides may come from a repository, which has no hash.
            let hashes = Hashes::of(&CompiledRequirements::parse(&own));
            let command = application.uv.pip_install(&file, hashes);
            application.run_to_success(&command, self.context)?;
        }
        let stray = environment.distributions.iter().filter(|distribution| {
            let name = &distribution.name;
            !distribution.editable && !base.contains_key(name) && !set.contains_key(name)
        });
        let stray = stray
            .map(|distribution| distribution.name.to_string())
            .collect::<Vec<_>>();
        if !stray.is_empty() {
            application.run_to_success(&application.uv.pip_uninstall(&stray), self.context)?;
        }
        Ok(())
    }

    /// In strict mode nothing is added that nobody declared; what the project's packages cannot do
    /// without is an error.
    fn refuse(&self) -> Result<Vec<String>, RegenerationError> {
        let state = self.application.state;
        write_whole(&state.file(INFERENCE_INPUT), "")?;
        write_whole(&state.file(INFERENCE), "")?;
        let Some(import) = self.closure.required().next() else {
            return Ok(Vec::new());
        };
        let place = import
            .evidence
            .first()
            .map(ToString::to_string)
            .unwrap_or_default();
        Err(RegenerationError::Strict {
            what: format!(
                "`{}`, which {place} imports, is not declared",
                import.module
            ),
        })
    }

    /// Resolves all candidates together, or else one by one: a name that has no wheel for this
    /// interpreter must not keep the others out. Fails inside when the index cannot be asked.
    fn resolve(
        &self,
        candidates: &[DistributionName],
    ) -> Result<Result<(), UvFailure>, RegenerationError> {
        let lock = self.application.state.file(INFERENCE);
        self.application.shortfalls.clear(StepId::Inference)?;
        if candidates.is_empty() {
            return write_whole(&lock, "").map(Ok);
        }
        match self.compile(&StateDir::relative(INFERENCE_INPUT))? {
            Ok(()) => return Ok(Ok(())),
            Err(failure @ UvFailure::IndexUnreachable { .. }) => return Ok(Err(failure)),
            Err(_) => {}
        }
        let single = self.application.state.file("inferred-trial.in");
        let trial = StateDir::relative("inferred-trial.in");
        let mut kept = String::new();
        for name in candidates {
            write_whole(&single, format!("{kept}{name}\n"))?;
            match self.compile(&trial)? {
                Ok(()) => kept = format!("{kept}{name}\n"),
                Err(failure @ UvFailure::IndexUnreachable { .. }) => return Ok(Err(failure)),
                Err(failure) => {
                    let shortfalls = &self.application.shortfalls;
                    shortfalls.add(StepId::Inference, self.shortfall(name, &failure))?;
                }
            }
        }
        write_whole(&single, &kept)?;
        if kept.is_empty() {
            return write_whole(&lock, "").map(Ok);
        }
        self.compile(&trial)
    }

    /// What is declared is there, so an index that does not answer now fails nothing; without the
    /// lock the next run tries again.
    fn put_off(
        &self,
        candidates: &[DistributionName],
        failure: &UvFailure,
    ) -> Result<(), RegenerationError> {
        let state = self.application.state;
        for file in [INFERENCE_INPUT, INFERENCE] {
            // There may be none.
            let _ = fs::remove_file(state.file(file));
        }
        let names = candidates.iter().map(|name| format!("`{name}`"));
        let what = names.collect::<Vec<_>>().join(", ");
        let shortfall = Shortfall::because_of(what, failure);
        self.application
            .shortfalls
            .add(StepId::Inference, [shortfall])
    }

    fn compile(&self, input: &str) -> Result<Result<(), UvFailure>, RegenerationError> {
        let output = StateDir::relative(INFERENCE);
        let draft = format!("{output}.draft");
        let root = &self.application.plan.root;
        let moment = self.application.moment_of_additions();
        let uv = UvCommands {
            as_of: moment.as_deref(),
            ..self.application.uv
        };
        let command = uv.compile_inferred(
            input,
            &StateDir::relative(INFERENCE_CONSTRAINTS),
            Reach::ThisPlatform,
            &draft,
        );
        let completed = self.application.run(&command, self.context)?;
        if completed.success() {
            let path = root.join(output);
            fs::rename(root.join(draft), &path).map_err(RegenerationError::io("write", path))?;
            return Ok(Ok(()));
        }
        match UvFailure::of(&completed) {
            failure @ UvFailure::DiskFull { .. } => Err(failure.into()),
            failure => Ok(Err(failure)),
        }
    }

    /// What only functions need is not missed.
    fn shortfall(&self, name: &DistributionName, failure: &UvFailure) -> Vec<Shortfall> {
        let needs = self.closure.unresolved.iter().filter(|import| {
            import.distribution.as_ref() == Some(name) && import.need <= Need::Development
        });
        needs
            .take(1)
            .map(|import| Shortfall {
                distribution: Some(name.clone()),
                ..Shortfall::because_of(
                    format!("`{name}`, which `import {}` needs", import.module),
                    failure,
                )
            })
            .collect()
    }
}
