//! One step: what it needs, how it knows that it is satisfied, and what it does.

use std::fmt;

use dhtl_project_model::{CancelToken, Diagnostic, Digest, Progress};

/// What a step's check looks like inside.
pub(crate) type CheckFn<'a> = Box<dyn Fn() -> Check + Send + Sync + 'a>;
/// What a step's action looks like inside.
pub(crate) type ActionFn<'a> =
    Box<dyn Fn(&StepContext<'_>) -> Result<String, StepFailure> + Send + Sync + 'a>;

/// A step of a [`Flow`](crate::Flow).
///
/// Whether it has to run is decided, in this order, by
/// 1. its check, when it has one: the real world wins over the journal;
/// 2. the journal, when it has inputs: it is satisfied when it was done with the same inputs and
///    nothing that it needs has run since;
/// 3. otherwise it always runs.
pub struct Step<'a> {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) needs: Vec<String>,
    pub(crate) inputs: Option<Digest>,
    pub(crate) reach: Reach,
    pub(crate) check: Option<CheckFn<'a>>,
    pub(crate) action: Option<ActionFn<'a>>,
}

/// What a step talks to, which decides whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// This machine only: what failed would fail again.
    Local,
    /// Other machines, which may be back in a moment.
    Network,
}

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// There is nothing to do.
    Satisfied,
    /// The step has to run.
    Needed,
}

impl<'a> Step<'a> {
    /// A step that needs nothing and does nothing yet.
    ///
    /// The title says what it does, in the imperative: `Create the virtual environment`.
    #[must_use]
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            needs: Vec::new(),
            inputs: None,
            reach: Reach::Local,
            check: None,
            action: None,
        }
    }

    /// Adds steps that have to end well before this one starts.
    #[must_use]
    pub fn needs(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.needs.extend(ids.into_iter().map(Into::into));
        self
    }

    /// Names what the step depends on: the journal trusts a "done" only when it was made with the
    /// same inputs.
    #[must_use]
    pub fn inputs(mut self, digest: Digest) -> Self {
        self.inputs = Some(digest);
        self
    }

    /// Marks the step as one that talks to other machines: its transient failures are retried.
    #[must_use]
    pub fn network(mut self) -> Self {
        self.reach = Reach::Network;
        self
    }

    /// Sets how to find out that there is nothing to do. It has to be quick.
    #[must_use]
    pub fn check(mut self, check: impl Fn() -> Check + Send + Sync + 'a) -> Self {
        self.check = Some(Box::new(check));
        self
    }

    /// Sets what the step does; the text it returns says what came of it, and may be empty.
    #[must_use]
    pub fn run(
        mut self,
        action: impl Fn(&StepContext<'_>) -> Result<String, StepFailure> + Send + Sync + 'a,
    ) -> Self {
        self.action = Some(Box::new(action));
        self
    }
}

impl fmt::Debug for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Step")
            .field("id", &self.id)
            .field("title", &self.title)
            .field("needs", &self.needs)
            .field("inputs", &self.inputs)
            .field("reach", &self.reach)
            .finish_non_exhaustive()
    }
}

/// What an action is given.
pub struct StepContext<'a> {
    /// The id of the step.
    pub id: &'a str,
    /// Set when the user wants to stop; an action that waits has to look at it.
    pub cancel: &'a CancelToken,
    progress: &'a dyn Progress,
}

impl<'a> StepContext<'a> {
    pub(crate) fn new(id: &'a str, cancel: &'a CancelToken, progress: &'a dyn Progress) -> Self {
        Self {
            id,
            cancel,
            progress,
        }
    }

    /// Passes on a line that the step, or a program it runs, printed.
    pub fn output(&self, line: &str) {
        self.progress.output(self.id, line);
    }
}

impl fmt::Debug for StepContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepContext")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Why an action did not do its work.
///
/// Any [`Diagnostic`] becomes a fatal one with `?`.
#[derive(Debug)]
pub struct StepFailure(pub(crate) FailureKind);

#[derive(Debug)]
pub(crate) enum FailureKind {
    Fatal(Box<dyn Diagnostic>),
    Transient(Box<dyn Diagnostic>),
    Skip(String),
}

impl StepFailure {
    /// Trying again would not help.
    #[must_use]
    pub fn fatal(error: impl Diagnostic) -> Self {
        Self::from_boxed(Box::new(error))
    }

    /// The reason may pass: a step marked [`network`](Step::network) is tried again.
    #[must_use]
    pub fn transient(error: impl Diagnostic) -> Self {
        Self::transient_from_boxed(Box::new(error))
    }

    /// [`fatal`](Self::fatal) for an error that is in a box already.
    #[must_use]
    pub fn from_boxed(error: Box<dyn Diagnostic>) -> Self {
        Self(FailureKind::Fatal(error))
    }

    /// [`transient`](Self::transient) for an error that is in a box already.
    #[must_use]
    pub fn transient_from_boxed(error: Box<dyn Diagnostic>) -> Self {
        Self(FailureKind::Transient(error))
    }

    /// The step found that it does not apply; what needs it runs nevertheless.
    #[must_use]
    pub fn skip(reason: impl Into<String>) -> Self {
        Self(FailureKind::Skip(reason.into()))
    }
}

impl<E: Diagnostic> From<E> for StepFailure {
    fn from(error: E) -> Self {
        Self::fatal(error)
    }
}
