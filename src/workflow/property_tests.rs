//! Properties of runs, over random flows.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::time::Duration;

use dhtl_project_model::{CancelToken, Digest, Silent, StepOutcome};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::story::Away;
use crate::{Flow, FlowReport, Journal, RunOptions, Step, StepFailure};

/// What the action of a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Succeed,
    Skip,
    Fail,
    Panic,
    Stop,
}

/// A step of a random flow; it needs steps before it only, but is not given in this order.
#[derive(Debug, Clone)]
struct Plan {
    needs: Vec<usize>,
    act: Act,
}

fn plans(act: impl Strategy<Value = Act> + Clone + 'static) -> impl Strategy<Value = Vec<Plan>> {
    (0_usize..10).prop_flat_map(move |length| {
        (0..length)
            .map(|index| {
                let needs = vec(0..index.max(1), 0..=index.min(3));
                (needs, act.clone()).prop_map(|(needs, act)| Plan { needs, act })
            })
            .collect::<Vec<_>>()
    })
}

fn any_act() -> impl Strategy<Value = Act> + Clone {
    prop_oneof![
        12 => Just(Act::Succeed),
        2 => Just(Act::Skip),
        1 => Just(Act::Fail),
        1 => Just(Act::Panic),
        1 => Just(Act::Stop),
    ]
}

/// When each step ran: the number of actions that had begun and ended before it began and ended.
#[derive(Debug, Default)]
struct Trace {
    clock: usize,
    spans: HashMap<usize, Vec<(usize, usize)>>,
}

impl Trace {
    fn tick(trace: &Mutex<Self>) -> usize {
        let mut trace = trace.lock().unwrap();
        trace.clock += 1;
        trace.clock
    }
}

fn run(
    plans: &[Plan],
    shuffle: usize,
    jobs: usize,
    journal: &mut Journal,
) -> (FlowReport, Trace, Vec<usize>) {
    let trace = Mutex::new(Trace::default());
    let cancel = CancelToken::default();
    let numbered = plans.iter().enumerate();
    let mut steps: Vec<Step<'_>> = numbered
        .map(|(index, plan)| step(index, plan, &trace, &cancel))
        .collect();
    let length = steps.len().max(1);
    steps.rotate_left(shuffle % length);
    let options = RunOptions {
        jobs: NonZeroUsize::new(jobs).unwrap(),
        retries: 1,
        first_delay: Duration::ZERO,
    };
    let flow = Flow::new(steps).unwrap();
    let report = flow.run(journal, &options, &Silent, &cancel);
    drop(flow);
    let order = report
        .steps
        .iter()
        .map(|step| step.id.parse().unwrap())
        .collect();
    (report, trace.into_inner().unwrap(), order)
}

fn step<'a>(
    index: usize,
    plan: &Plan,
    trace: &'a Mutex<Trace>,
    cancel: &'a CancelToken,
) -> Step<'a> {
    let act = plan.act;
    Step::new(index.to_string(), format!("Step {index}"))
        .needs(plan.needs.iter().map(ToString::to_string))
        .inputs(Digest::of("inputs"))
        .run(move |_| {
            let began = Trace::tick(trace);
            std::thread::yield_now();
            let ended = Trace::tick(trace);
            trace
                .lock()
                .unwrap()
                .spans
                .entry(index)
                .or_default()
                .push((began, ended));
            match act {
                Act::Succeed => Ok(String::new()),
                Act::Skip => Err(StepFailure::skip("does not apply")),
                Act::Fail => Err(StepFailure::fatal(Away::new())),
                // Without the message of the panic hook.
                Act::Panic => std::panic::resume_unwind(Box::new("panic")),
                Act::Stop => {
                    cancel.cancel();
                    Err(StepFailure::fatal(Away::new()))
                }
            }
        })
}

fn ended_well(outcome: &StepOutcome, act: Act) -> bool {
    match outcome {
        StepOutcome::Satisfied | StepOutcome::Done(_) => true,
        StepOutcome::Skipped(_) => act == Act::Skip,
        StepOutcome::Failed(_) | StepOutcome::Interrupted => false,
    }
}

proptest! {
    #[test]
    fn every_step_runs_once_and_after_what_it_needs(
        plans in plans(Just(Act::Succeed)),
        shuffle in 0_usize..10,
        jobs in 1_usize..5,
    ) {
        let (report, trace, _) = run(&plans, shuffle, jobs, &mut Journal::in_memory());
        prop_assert!(report.succeeded());
        prop_assert_eq!(report.steps.len(), plans.len());
        for (index, plan) in plans.iter().enumerate() {
            prop_assert_eq!(trace.spans[&index].len(), 1);
            for need in &plan.needs {
                prop_assert!(trace.spans[need][0].1 < trace.spans[&index][0].0);
            }
        }
    }

    #[test]
    fn whatever_happens_needs_are_met_and_every_step_is_accounted_for(
        plans in plans(any_act()),
        shuffle in 0_usize..10,
        jobs in 1_usize..5,
    ) {
        let (report, trace, order) = run(&plans, shuffle, jobs, &mut Journal::in_memory());
        prop_assert_eq!(report.steps.len(), plans.len());
        let outcome: HashMap<usize, &StepOutcome> =
            order.iter().copied().zip(report.steps.iter().map(|step| &step.outcome)).collect();
        for (index, plan) in plans.iter().enumerate() {
            let runs = trace.spans.get(&index).map_or(0, Vec::len);
            prop_assert!(runs <= 1);
            if runs == 1 {
                for need in &plan.needs {
                    prop_assert!(ended_well(outcome[need], plans[*need].act));
                    prop_assert!(trace.spans[need][0].1 < trace.spans[&index][0].0);
                }
            }
            let must_fail = runs == 1 && matches!(plan.act, Act::Fail | Act::Panic | Act::Stop);
            prop_assert_eq!(
                matches!(outcome[&index], StepOutcome::Failed(_) | StepOutcome::Interrupted),
                must_fail
            );
        }
        let all_well = plans.iter().enumerate().all(|(i, plan)| ended_well(outcome[&i], plan.act));
        prop_assert_eq!(report.succeeded(), all_well);
        let failed = report.steps.iter().any(|s| matches!(s.outcome, StepOutcome::Failed(_)));
        prop_assert_eq!(report.failure.is_some(), failed);
    }
}

proptest! {
    // Every event is synced to a disk, which may be slow.
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_next_run_finishes_what_was_left_and_repeats_nothing(
        plans in plans(any_act()),
        jobs in 1_usize..5,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let (first, _, order) = run(&plans, 0, jobs, &mut Journal::open(&path).unwrap());
        let done: Vec<usize> = order
            .into_iter()
            .zip(&first.steps)
            .filter_map(|(i, step)| matches!(step.outcome, StepOutcome::Done(_)).then_some(i))
            .collect();

        let healed: Vec<Plan> =
            plans.iter().map(|plan| Plan { act: Act::Succeed, ..plan.clone() }).collect();
        let (second, trace, _) = run(&healed, 0, jobs, &mut Journal::open(&path).unwrap());
        prop_assert!(second.succeeded());
        // A step that was skipped runs now, and with it all that needs it.
        let mut stale = vec![false; plans.len()];
        for (index, plan) in plans.iter().enumerate() {
            stale[index] = !done.contains(&index) || plan.needs.iter().any(|&need| stale[need]);
            prop_assert_eq!(trace.spans.contains_key(&index), stale[index], "step {}", index);
        }

        let (_, trace, _) = run(&healed, 0, jobs, &mut Journal::open(&path).unwrap());
        prop_assert!(trace.spans.is_empty(), "the third run has nothing to do");
    }
}
