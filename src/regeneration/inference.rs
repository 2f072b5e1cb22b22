//! Installs what the project's imports need and nothing declares.

use std::fs;

use dhtl_project_model::{Diagnostic as _, DistributionName};
use dhtl_workflow::StepContext;

use crate::application::Application;
use crate::closure::{Closure, Need};
use crate::failure::UvFailure;
use crate::installed::Environment;
use crate::locked_set::CompiledRequirements;
use crate::plan::{COMMITTED_INFERENCE, INFERENCE, INFERENCE_CONSTRAINTS, INFERENCE_INPUT, StepId};
use crate::report::Shortfall;
use crate::state::{StateDir, one_per_line, write_whole};
use crate::subject::Subject;
use crate::uv::{Hashes, Reach};
use crate::{Fallbacks, RegenerationError};

/// The lock of what was inferred, as far as there is one, relative to the root.
pub(crate) fn locks(subject: &Subject) -> Vec<String> {
    let lock = if subject.inference_is_committed {
        COMMITTED_INFERENCE.to_owned()
    } else {
        StateDir::relative(INFERENCE)
    };
    if subject.root().join(&lock).is_file() {
        vec![lock]
    } else {
        Vec::new()
    }
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

/// The versions that are installed already, which must not change for what is inferred.
pub(crate) fn constraints(environment: &Environment) -> String {
    let installed = environment.distributions.iter();
    one_per_line(
        installed
            .filter(|distribution| !distribution.editable)
            .map(|distribution| format!("{}=={}", distribution.name, distribution.version)),
    )
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
        if self.application.fallbacks == Fallbacks::Forbidden {
            return self.refuse();
        }
        let state = self.application.state;
        let candidates = self.candidates(environment);
        let input = one_per_line(&candidates);
        let known = fs::read_to_string(state.file(INFERENCE_INPUT)).ok();
        let lock = state.file(INFERENCE);
        if candidates.is_empty() && (known.is_none() || !lock.is_file()) {
            write_whole(&lock, "")?;
            write_whole(&state.file(INFERENCE_INPUT), "")?;
            return Ok(Vec::new());
        }
        // An environment that is whole has no candidates left; what was inferred for it stays.
        let is_known = candidates.is_empty() || known.as_ref() == Some(&input);
        if !(is_known && lock.is_file()) {
            let _ = fs::remove_file(&lock);
            write_whole(&state.file(INFERENCE_INPUT), &input)?;
            write_whole(
                &state.file(INFERENCE_CONSTRAINTS),
                &constraints(environment),
            )?;
            self.resolve(&candidates)?;
        }
        let text = fs::read_to_string(&lock).map_err(RegenerationError::io("read", &lock))?;
        let compiled = CompiledRequirements::parse(&text);
        if !compiled.requirements.is_empty() && !candidates.is_empty() {
            let command = self
                .application
                .uv
                .pip_install(&StateDir::relative(INFERENCE), Hashes::Required);
            self.application.run_to_success(&command, self.context)?;
        }
        Ok(asked_for(self.application.subject))
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

    fn candidates(&self, environment: &Environment) -> Vec<DistributionName> {
        let mut candidates = self.closure.candidates();
        candidates.retain(|name| environment.distribution(name).is_none());
        candidates
    }

    /// Resolves all candidates together, or else one by one: a name that has no wheel for this
    /// interpreter must not keep the others out.
    fn resolve(&self, candidates: &[DistributionName]) -> Result<(), RegenerationError> {
        self.application.shortfalls.clear(StepId::Inference)?;
        let all = StateDir::relative(INFERENCE_INPUT);
        if self.compile(&all)?.is_ok() {
            return Ok(());
        }
        let single = self.application.state.file("inferred-trial.in");
        let trial = StateDir::relative("inferred-trial.in");
        let mut kept = String::new();
        for name in candidates {
            write_whole(&single, &format!("{kept}{name}\n"))?;
            match self.compile(&trial)? {
                Ok(()) => kept = format!("{kept}{name}\n"),
                Err(failure) => {
                    let shortfalls = &self.application.shortfalls;
                    shortfalls.add(StepId::Inference, self.shortfall(name, &failure))?;
                }
            }
        }
        write_whole(&single, &kept)?;
        if kept.is_empty() {
            return write_whole(&self.application.state.file(INFERENCE), "");
        }
        self.compile(&trial)?.map_err(Into::into)
    }

    fn compile(&self, input: &str) -> Result<Result<(), UvFailure>, RegenerationError> {
        let output = StateDir::relative(INFERENCE);
        let draft = format!("{output}.draft");
        let root = &self.application.plan.root;
        let command = self.application.uv.compile_inferred(
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
            failure @ (UvFailure::IndexUnreachable { .. } | UvFailure::DiskFull { .. }) => {
                Err(failure.into())
            }
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
                what: format!("`{name}`, which `import {}` needs", import.module),
                why: failure.to_string(),
                next: failure.hint(),
                distribution: Some(name.clone()),
                essential: false,
            })
            .collect()
    }
}
