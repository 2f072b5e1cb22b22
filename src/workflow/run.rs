//! Runs the steps of a flow, one at a time or several.

use std::num::NonZeroUsize;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use dhtl_project_model::{CancelToken, Diagnostic, Progress, StepOutcome, StepTitle};

use crate::attempt::{End, Ended, perform};
use crate::{Flow, FlowReport, Journal, StepReport};

/// How a flow is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunOptions {
    /// How many steps may run at the same time; 1 unless said otherwise.
    pub jobs: NonZeroUsize,
    /// How often a network step is tried again after a transient failure; 3 unless said otherwise.
    pub retries: u32,
    /// The pause before the first retry, half a second unless said otherwise; it doubles each time
    /// and never exceeds 8 s.
    pub first_delay: Duration,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            jobs: NonZeroUsize::MIN,
            retries: 3,
            first_delay: Duration::from_millis(500),
        }
    }
}

/// What all workers share.
pub(crate) struct Run<'r, 'a> {
    pub(crate) flow: &'r Flow<'a>,
    pub(crate) options: &'r RunOptions,
    pub(crate) progress: &'r dyn Progress,
    pub(crate) cancel: &'r CancelToken,
    pub(crate) journal: Mutex<&'r mut Journal>,
    board: Mutex<Board>,
    /// Something on the board has changed.
    changed: Condvar,
}

/// Where every step stands.
struct Board {
    phases: Vec<Phase>,
    /// The first failure.
    failure: Option<(usize, Box<dyn Diagnostic>)>,
    interrupted: bool,
}

#[derive(Debug)]
enum Phase {
    Waiting,
    Running,
    /// It ended, and what needs it may start.
    Well(StepReport),
    /// It ended, and what needs it may not start.
    Badly(StepReport),
}

/// What a worker does next.
enum Next {
    Run(usize),
    Wait,
    Leave,
}

pub(crate) fn run(
    flow: &Flow<'_>,
    journal: &mut Journal,
    options: &RunOptions,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> FlowReport {
    let titles: Vec<StepTitle> = flow
        .steps
        .iter()
        .map(|step| StepTitle {
            id: step.id.clone(),
            title: step.title.clone(),
        })
        .collect();
    progress.planned(&titles);
    let phases = flow.steps.iter().map(|_| Phase::Waiting).collect();
    let run = Run {
        flow,
        options,
        progress,
        cancel,
        journal: Mutex::new(journal),
        board: Mutex::new(Board {
            phases,
            failure: None,
            interrupted: false,
        }),
        changed: Condvar::new(),
    };
    let helpers = options.jobs.get().min(flow.steps.len()).saturating_sub(1);
    thread::scope(|scope| {
        for _ in 0..helpers {
            // Where no thread can be had, those that run do all the work.
            let _ = thread::Builder::new().spawn_scoped(scope, || run.work());
        }
        run.work();
    });
    run.into_report()
}

impl Run<'_, '_> {
    fn work(&self) {
        let mut board = lock(&self.board);
        loop {
            match self.next(&board) {
                Next::Leave => return,
                Next::Wait => {
                    board = self
                        .changed
                        .wait(board)
                        .unwrap_or_else(PoisonError::into_inner);
                }
                Next::Run(step) => {
                    board.phases[step] = Phase::Running;
                    drop(board);
                    self.run_one(step);
                    board = lock(&self.board);
                }
            }
        }
    }

    fn next(&self, board: &Board) -> Next {
        if board.failure.is_some() || board.interrupted || self.cancel.is_cancelled() {
            return Next::Leave;
        }
        let is_ready = |&step: &usize| {
            matches!(board.phases[step], Phase::Waiting)
                && self.flow.needs[step]
                    .iter()
                    .all(|&need| matches!(board.phases[need], Phase::Well(_)))
        };
        if let Some(step) = (0..board.phases.len()).find(is_ready) {
            Next::Run(step)
        } else if board
            .phases
            .iter()
            .any(|phase| matches!(phase, Phase::Running))
        {
            Next::Wait
        } else {
            Next::Leave
        }
    }

    fn run_one(&self, index: usize) {
        let step = &self.flow.steps[index];
        let Ended {
            end,
            elapsed,
            attempts,
        } = perform(self, index);
        let outcome = end.outcome();
        // Nobody may wait for ever for this step, not even when it cannot be told how it ended.
        let told = panic::catch_unwind(AssertUnwindSafe(|| {
            self.progress.finished(&step.id, &outcome, elapsed);
        }));
        let (id, title) = (step.id.clone(), step.title.clone());
        let report = StepReport {
            id,
            title,
            outcome,
            elapsed,
            attempts,
        };
        let mut board = lock(&self.board);
        board.phases[index] = match end {
            End::Satisfied | End::Done(_) | End::Skipped(_) => Phase::Well(report),
            End::Interrupted => {
                board.interrupted = true;
                Phase::Badly(report)
            }
            End::Failed(error) => {
                board.failure.get_or_insert((index, error));
                Phase::Badly(report)
            }
        };
        drop(board);
        self.changed.notify_all();
        if let Err(payload) = told {
            panic::resume_unwind(payload);
        }
    }

    fn into_report(self) -> FlowReport {
        let Self {
            flow,
            progress,
            cancel,
            board,
            ..
        } = self;
        let Board {
            phases,
            failure,
            interrupted,
        } = board.into_inner().unwrap_or_else(PoisonError::into_inner);
        let all_well = phases.iter().all(|phase| matches!(phase, Phase::Well(_)));
        let interrupted = interrupted || (cancel.is_cancelled() && !all_well);
        let failed = failure.as_ref().map(|(failed, _)| *failed);
        // The failed step that each step needs, however indirectly; needs come first.
        let mut blockers: Vec<Option<usize>> = Vec::with_capacity(phases.len());
        let mut steps = Vec::with_capacity(phases.len());
        for (index, phase) in phases.into_iter().enumerate() {
            let (blocker, report) = match phase {
                Phase::Well(report) => (None, report),
                Phase::Badly(report) => {
                    let failed = matches!(report.outcome, StepOutcome::Failed(_));
                    (failed.then_some(index), report)
                }
                Phase::Waiting | Phase::Running => {
                    let blocker = flow.needs[index].iter().find_map(|&need| blockers[need]);
                    let reason = why_skipped(flow, blocker, failed, interrupted);
                    let report = skipped(flow, index, reason);
                    progress.finished(&report.id, &report.outcome, report.elapsed);
                    (blocker, report)
                }
            };
            blockers.push(blocker);
            steps.push(report);
        }
        let failure = failure.map(|(index, error)| (flow.steps[index].id.clone(), error));
        FlowReport {
            steps,
            failure,
            interrupted,
        }
    }
}

/// Locks, also when another worker panicked: the board is never left half written.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn why_skipped(
    flow: &Flow<'_>,
    blocker: Option<usize>,
    failed: Option<usize>,
    interrupted: bool,
) -> String {
    match (blocker, failed) {
        (Some(blocker), _) => format!("needs `{}`, which failed", flow.steps[blocker].id),
        (None, Some(failed)) if !interrupted => {
            format!("not started because `{}` failed", flow.steps[failed].id)
        }
        _ => "interrupted before it started".to_owned(),
    }
}

fn skipped(flow: &Flow<'_>, index: usize, reason: String) -> StepReport {
    StepReport {
        id: flow.steps[index].id.clone(),
        title: flow.steps[index].title.clone(),
        outcome: StepOutcome::Skipped(reason),
        elapsed: Duration::ZERO,
        attempts: 0,
    }
}
