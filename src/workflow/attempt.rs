//! One step from its check to its end, retries included.

use std::any::Any;
use std::error::Error;
use std::panic::{self, AssertUnwindSafe};
use std::thread;
use std::time::{Duration, Instant};

use dhtl_project_model::{CancelToken, Diagnostic, ExitCode, StepOutcome};

use crate::run::{Run, RunOptions, lock};
use crate::step::{FailureKind, Reach};
use crate::{Check, Event, JournalError, Step, StepContext, StepFailure};

/// The longest pause between two attempts.
const LONGEST_DELAY: Duration = Duration::from_secs(8);
/// How long a pause may hide that the user wants to stop.
const SLICE: Duration = Duration::from_millis(20);

/// A step that ended.
pub(crate) struct Ended {
    pub(crate) end: End,
    pub(crate) elapsed: Duration,
    pub(crate) attempts: u32,
}

/// How it ended.
pub(crate) enum End {
    Satisfied,
    Done(String),
    Skipped(String),
    Failed(Box<dyn Diagnostic>),
    Interrupted,
}

impl End {
    pub(crate) fn outcome(&self) -> StepOutcome {
        match self {
            Self::Satisfied => StepOutcome::Satisfied,
            Self::Done(text) => StepOutcome::Done(text.clone()),
            Self::Skipped(reason) => StepOutcome::Skipped(reason.clone()),
            Self::Failed(error) => StepOutcome::Failed(chain(&**error)),
            Self::Interrupted => StepOutcome::Interrupted,
        }
    }

    fn event(&self) -> Option<Event> {
        match self {
            Self::Satisfied => None,
            Self::Done(_) => Some(Event::Done),
            Self::Skipped(_) => Some(Event::Skipped),
            Self::Failed(_) => Some(Event::Failed),
            Self::Interrupted => Some(Event::Interrupted),
        }
    }
}

/// A step panicked, which is a fault of ours.
#[derive(Debug, thiserror::Error)]
#[error("step `{step}` panicked: {message}")]
struct StepPanicked {
    step: String,
    message: String,
}

impl Diagnostic for StepPanicked {
    fn exit_code(&self) -> ExitCode {
        ExitCode::External
    }

    fn hint(&self) -> Option<String> {
        Some("this is a fault in `dhtl` itself; please report it with this message".to_owned())
    }
}

/// Takes the step to its end; never panics.
pub(crate) fn perform(run: &Run<'_, '_>, index: usize) -> Ended {
    let step = &run.flow.steps[index];
    let began = Instant::now();
    let mut attempts = 0;
    let ended = panic::catch_unwind(AssertUnwindSafe(|| -> Result<End, JournalError> {
        if is_satisfied(run, index) {
            return Ok(End::Satisfied);
        }
        run.progress.started(&step.id);
        record(run, step, Event::Started)?;
        Ok(act(run, step, &mut attempts))
    }));
    let end = match ended {
        Ok(Ok(end)) => end,
        Ok(Err(error)) => End::Failed(Box::new(error)),
        Err(payload) => {
            let message = message_of(payload.as_ref());
            End::Failed(Box::new(StepPanicked {
                step: step.id.clone(),
                message,
            }))
        }
    };
    Ended {
        end: recorded(run, step, end),
        elapsed: began.elapsed(),
        attempts,
    }
}

fn is_satisfied(run: &Run<'_, '_>, index: usize) -> bool {
    let step = &run.flow.steps[index];
    match (&step.check, &step.inputs) {
        (Some(check), _) => check() == Check::Satisfied,
        (None, Some(inputs)) => {
            let needs = run.flow.needs[index]
                .iter()
                .map(|&need| run.flow.steps[need].id.as_str());
            lock(&run.journal).is_fresh(&step.id, inputs, needs)
        }
        (None, None) => false,
    }
}

fn record(run: &Run<'_, '_>, step: &Step<'_>, event: Event) -> Result<(), JournalError> {
    lock(&run.journal).record(&step.id, event, step.inputs)
}

/// Writes down how the step ended. Work that cannot be written down counts as failed.
fn recorded(run: &Run<'_, '_>, step: &Step<'_>, end: End) -> End {
    let Some(event) = end.event() else { return end };
    match (record(run, step, event), end) {
        (Err(error), End::Done(_) | End::Skipped(_)) => End::Failed(Box::new(error)),
        // That it started is on disk, which is enough to run it again.
        (_, end) => end,
    }
}

/// Runs the action until it succeeds, fails for good, or the user wants to stop.
fn act(run: &Run<'_, '_>, step: &Step<'_>, attempts: &mut u32) -> End {
    let Some(action) = &step.action else {
        return End::Done(String::new());
    };
    let context = StepContext::new(&step.id, run.cancel, run.progress);
    loop {
        *attempts += 1;
        let (error, lasts) = match action(&context) {
            Ok(text) => return End::Done(text),
            Err(StepFailure(FailureKind::Skip(reason))) => return End::Skipped(reason),
            Err(StepFailure(FailureKind::Fatal(error))) => (error, true),
            Err(StepFailure(FailureKind::Transient(error))) => (error, step.reach == Reach::Local),
        };
        // Whatever fails while everything is being stopped, fails because of that.
        if run.cancel.is_cancelled() || error.exit_code() == ExitCode::Interrupted {
            return End::Interrupted;
        }
        if lasts || *attempts > run.options.retries {
            return End::Failed(error);
        }
        let delay = delay_before_retry(run.options, *attempts);
        run.progress.retrying(&step.id, &chain(&*error), delay);
        if !pause(delay, run.cancel) {
            return End::Interrupted;
        }
    }
}

/// The pause before the retry with this number, counted from 1.
fn delay_before_retry(options: &RunOptions, retry: u32) -> Duration {
    let factor = 1_u32.checked_shl(retry - 1).unwrap_or(u32::MAX);
    options
        .first_delay
        .saturating_mul(factor)
        .min(LONGEST_DELAY)
}

/// Sleeps; false when the user wanted to stop meanwhile.
fn pause(delay: Duration, cancel: &CancelToken) -> bool {
    let began = Instant::now();
    while !cancel.is_cancelled() {
        match delay.checked_sub(began.elapsed()) {
            None | Some(Duration::ZERO) => return true,
            Some(left) => thread::sleep(left.min(SLICE)),
        }
    }
    false
}

/// The error and its causes on one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

fn message_of(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_up_to_eight_seconds() {
        let options = RunOptions::default();
        let delays: Vec<u128> = (1..=7)
            .map(|retry| delay_before_retry(&options, retry).as_millis())
            .collect();
        assert_eq!(delays, [500, 1000, 2000, 4000, 8000, 8000, 8000]);
        assert_eq!(delay_before_retry(&options, u32::MAX), LONGEST_DELAY);
    }
}
