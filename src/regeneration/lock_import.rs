//! The resolution step of a project that another tool has locked.

use dhtl_project_model::Strategy;

use crate::RegenerationError;
use crate::application::{Application, Outcome};
use crate::importers::{ImportRequest, check_platform, import};
use crate::locked_set::CompiledRequirements;
use crate::plan::{RESOLUTION, StepId};
use crate::report::Shortfall;
use crate::state::{read_text, write_whole};
use crate::subject::Subject;

/// Refuses the lock of another tool that was made for other platforms than that of `subject`.
pub(crate) fn check_target(subject: &Subject) -> Result<(), RegenerationError> {
    let path = &subject.spec.strategy_evidence.path;
    let mut locks = subject.python().locks.iter();
    let lock = locks.find(|lock| lock.path == *path);
    let Some(lock) = lock.filter(|_| subject.spec.strategy == Strategy::ForeignLock) else {
        return Ok(());
    };
    let file = subject.root().join(path);
    let text = read_text(&file).map_err(RegenerationError::io("read", file))?;
    let request = ImportRequest {
        path,
        text: &text,
        manifest: None,
        kind: lock.kind,
    };
    check_platform(&request, subject.spec.platform)
        .map_err(|error| RegenerationError::Step(Box::new(error)))
}

impl Application<'_> {
    /// Writes what the lock says as a compiled file: exact versions and hashes, resolved by nobody.
    pub(crate) fn import_lock(&self) -> Outcome {
        let path = &self.plan.spec.strategy_evidence.path;
        let locks = &self.subject.python().locks;
        let Some(lock) = locks.iter().find(|lock| lock.path == *path) else {
            return Ok(String::new());
        };
        let file = self.plan.root.join(path);
        let text = read_text(&file).map_err(RegenerationError::io("read", file))?;
        let manifest = read_text(&self.plan.root.join("pyproject.toml")).ok();
        let request = ImportRequest {
            path,
            text: &text,
            manifest: manifest.as_deref(),
            kind: lock.kind,
        };
        let imported = check_platform(&request, self.plan.spec.platform)
            .and_then(|()| import(&request))
            .map_err(|error| RegenerationError::Step(Box::new(error)))?;
        let compiled = CompiledRequirements::parse(&imported.text);
        let text = compiled.without_project(&imported.text);
        write_whole(&self.state.file(RESOLUTION), &text)?;
        let notes = imported
            .notes
            .into_iter()
            .map(|note| Shortfall::new(format!("{} of `{path}`", note.what), note.why));
        self.shortfalls.add(StepId::Resolution, notes)?;
        Ok(String::new())
    }
}
