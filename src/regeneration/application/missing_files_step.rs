//! The step that writes the files that a project is worked on with and no checkout brings.

use crate::Fallbacks;
use crate::application::{Application, Outcome};
use crate::missing_files::MissingFiles;
use crate::plan::StepId;
use crate::report::Shortfall;

impl Application<'_> {
    /// Writes what is missing. A file that cannot be written ends no run, unless in strict mode.
    pub(crate) fn write_missing_files(&self) -> Outcome {
        self.shortfalls.clear(StepId::MissingFiles)?;
        let missing = MissingFiles::of(self.subject);
        match missing.write(self.subject.root(), &self.state.path()) {
            Ok(written) => Ok(written.join(", ")),
            Err(error) if self.fallbacks == Fallbacks::Forbidden => Err(error),
            Err(error) => {
                let shortfall = Shortfall {
                    next: dhtl_project_model::Diagnostic::hint(&error),
                    ..Shortfall::new("missing files", error.to_string())
                };
                self.shortfalls.add(StepId::MissingFiles, [shortfall])?;
                Ok(String::new())
            }
        }
    }
}
