//! What happens in a run, scene by scene.

use std::num::NonZeroUsize;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use dhtl_project_model::{CancelToken, Digest, ExitCode, StepOutcome};
use insta::assert_snapshot;

use crate::story::{Away, Story, ending};
use crate::{Check, Flow, FlowReport, Journal, RunOptions, Step, StepContext, StepFailure};

fn quick(jobs: usize) -> RunOptions {
    let jobs = NonZeroUsize::new(jobs).unwrap();
    RunOptions {
        jobs,
        first_delay: Duration::from_millis(1),
        ..RunOptions::default()
    }
}

fn run_all(steps: Vec<Step<'_>>, jobs: usize) -> FlowReport {
    let flow = Flow::new(steps).unwrap();
    let (story, cancel) = (Story::default(), CancelToken::default());
    flow.run(&mut Journal::in_memory(), &quick(jobs), &story, &cancel)
}

fn step<'a>(id: &str) -> Step<'a> {
    Step::new(id, id.to_uppercase()).run(|_| Ok(String::new()))
}

#[test]
fn everything_is_told_in_order() {
    let tries = AtomicU32::new(0);
    let flow = Flow::new(vec![
        Step::new("venv", "Create").run(|context| {
            context.output("CPython 3.12");
            Ok("3.12".to_owned())
        }),
        Step::new("sync", "Install")
            .needs(["venv"])
            .network()
            .run(|_| {
                if tries.fetch_add(1, Ordering::SeqCst) < 2 {
                    return Err(StepFailure::transient(Away::new()));
                }
                Ok(String::new())
            }),
        Step::new("hooks", "Hooks")
            .check(|| Check::Satisfied)
            .run(|_| unreachable!()),
        Step::new("system", "System").run(|_| Err(StepFailure::skip("not on Linux"))),
        step("last").needs(["system", "hooks"]),
    ])
    .unwrap();
    let story = Story::default();
    let mut journal = Journal::in_memory();
    let report = flow.run(&mut journal, &quick(1), &story, &CancelToken::default());
    assert_snapshot!(story.told(), @r#"
    plan venv sync hooks system last
    venv started
    venv | CPython 3.12
    venv Done("3.12")
    sync started
    sync again in 1ms: the index is away: no route
    sync again in 2ms: the index is away: no route
    sync Done("")
    hooks Satisfied
    system started
    system Skipped("not on Linux")
    last started
    last Done("")
    "#);
    assert_snapshot!(ending(&report), @r#"
    venv Done("3.12") attempts=1
    sync Done("") attempts=3
    hooks Satisfied attempts=0
    system Skipped("not on Linux") attempts=1
    last Done("") attempts=1
    failure: none, interrupted: false
    "#);
    assert!(report.succeeded());
}

#[test]
fn a_failure_stops_what_needs_it_and_starts_nothing_new() {
    let report = run_all(
        vec![
            step("venv"),
            step("sync")
                .needs(["venv"])
                .run(|_| Err(Away::new().into())),
            step("hooks"),
            step("import").needs(["sync"]),
            step("report").needs(["import", "venv"]),
        ],
        1,
    );
    assert_snapshot!(ending(&report), @r#"
    venv Done("") attempts=1
    sync Failed("the index is away: no route") attempts=1
    hooks Skipped("not started because `sync` failed") attempts=0
    import Skipped("needs `sync`, which failed") attempts=0
    report Skipped("needs `sync`, which failed") attempts=0
    failure: sync, interrupted: false
    "#);
    let (id, error) = report.failure.unwrap();
    assert_eq!(
        (id.as_str(), error.exit_code()),
        ("sync", ExitCode::Prerequisite)
    );
}

#[test]
fn running_steps_are_waited_for_when_another_fails() {
    let both = Barrier::new(2);
    let failed = CancelToken::default();
    let report = run_all(
        vec![
            step("slow").run(|_| {
                both.wait();
                while !failed.is_cancelled() {
                    thread::yield_now();
                }
                Ok("done all the same".to_owned())
            }),
            step("bad").run(|_| {
                both.wait();
                failed.cancel();
                Err(Away::new().into())
            }),
            step("after").needs(["slow", "bad"]),
        ],
        2,
    );
    assert_snapshot!(ending(&report), @r#"
    slow Done("done all the same") attempts=1
    bad Failed("the index is away: no route") attempts=1
    after Skipped("needs `bad`, which failed") attempts=0
    failure: bad, interrupted: false
    "#);
}

#[test]
fn only_transient_failures_of_network_steps_are_retried() {
    let attempts = |step: Step<'_>| run_all(vec![step], 1).steps[0].attempts;
    let transient = |_: &StepContext<'_>| Err(StepFailure::transient(Away::new()));
    let fatal = |_: &StepContext<'_>| Err(StepFailure::fatal(Away::new()));
    assert_eq!(attempts(Step::new("a", "A").network().run(transient)), 4);
    assert_eq!(attempts(Step::new("a", "A").network().run(fatal)), 1);
    assert_eq!(attempts(Step::new("a", "A").run(transient)), 1);
}

#[test]
fn a_cancelled_run_is_resumable() {
    let cancel = CancelToken::default();
    let inputs = Digest::of("same");
    let steps = |stop: bool| {
        let cancel = cancel.clone();
        vec![
            step("first").inputs(inputs),
            step("second").inputs(inputs).run(move |_| {
                if stop {
                    cancel.cancel();
                    return Err(Away::new().into());
                }
                Ok(String::new())
            }),
            step("third").inputs(inputs).needs(["second"]),
        ]
    };
    let mut journal = Journal::in_memory();
    let story = Story::default();
    let flow = Flow::new(steps(true)).unwrap();
    let report = flow.run(&mut journal, &quick(1), &story, &cancel);
    assert_snapshot!(ending(&report), @r#"
    first Done("") attempts=1
    second Interrupted attempts=1
    third Skipped("interrupted before it started") attempts=0
    failure: none, interrupted: true
    "#);
    assert!(report.failure.is_none() && !report.succeeded());

    let flow = Flow::new(steps(false)).unwrap();
    let report = flow.run(&mut journal, &quick(1), &story, &CancelToken::default());
    assert_snapshot!(ending(&report), @r#"
    first Satisfied attempts=0
    second Done("") attempts=1
    third Done("") attempts=1
    failure: none, interrupted: false
    "#);
}

#[test]
fn a_pause_before_a_retry_ends_when_the_user_wants_to_stop() {
    let cancel = CancelToken::default();
    let flow = Flow::new(vec![step("sync").network().run(|_| {
        // Stops while the run is about to sleep for an hour.
        let cancel = cancel.clone();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(30));
            cancel.cancel();
        });
        Err(StepFailure::transient(Away::new()))
    })])
    .unwrap();
    let mut options = quick(1);
    options.first_delay = Duration::from_hours(1);
    let report = flow.run(
        &mut Journal::in_memory(),
        &options,
        &Story::default(),
        &cancel,
    );
    assert_eq!(report.steps[0].outcome, StepOutcome::Interrupted);
}

#[test]
fn a_run_cancelled_after_its_last_step_is_complete() {
    let cancel = CancelToken::default();
    let flow = Flow::new(vec![step("only").run(|context| {
        context.cancel.cancel();
        Ok(String::new())
    })])
    .unwrap();
    let report = flow.run(
        &mut Journal::in_memory(),
        &quick(1),
        &Story::default(),
        &cancel,
    );
    assert!(report.succeeded());
}

#[test]
fn a_panic_is_a_failure_of_its_step() {
    for jobs in [1, 3] {
        let report = run_all(
            vec![
                step("a").run(|_| panic!("out of {}", "luck")),
                step("b").needs(["a"]),
            ],
            jobs,
        );
        let reason = "step `a` panicked: out of luck".to_owned();
        assert_eq!(report.steps[0].outcome, StepOutcome::Failed(reason));
        assert_eq!(report.failure.unwrap().0, "a");
    }
    let report = run_all(vec![step("a").check(|| panic!("in the check"))], 1);
    assert!(matches!(&report.steps[0].outcome, StepOutcome::Failed(_)));
}

#[test]
fn a_step_is_satisfied_while_its_inputs_and_needs_stay_the_same() {
    let ran = AtomicU32::new(0);
    let mut journal = Journal::in_memory();
    let mut runs = |lock: &str, venv: Check| {
        ran.store(0, Ordering::SeqCst);
        let flow = Flow::new(vec![
            step("venv").check(move || venv),
            step("sync")
                .needs(["venv"])
                .inputs(Digest::of(lock))
                .run(|_| {
                    ran.fetch_add(1, Ordering::SeqCst);
                    Ok(String::new())
                }),
        ])
        .unwrap();
        flow.run(
            &mut journal,
            &quick(1),
            &Story::default(),
            &CancelToken::default(),
        );
        ran.load(Ordering::SeqCst)
    };
    assert_eq!(runs("a", Check::Satisfied), 1, "never done");
    assert_eq!(runs("a", Check::Satisfied), 0, "done");
    assert_eq!(runs("b", Check::Satisfied), 1, "other inputs");
    assert_eq!(runs("a", Check::Satisfied), 1, "the last inputs count");
    assert_eq!(runs("a", Check::Needed), 1, "what it needs has run");
    assert_eq!(runs("a", Check::Satisfied), 0, "done again");
}

#[test]
fn a_step_without_check_and_inputs_always_runs() {
    let mut journal = Journal::in_memory();
    let flow = Flow::new(vec![step("a")]).unwrap();
    for _ in 0..2 {
        let report = flow.run(
            &mut journal,
            &quick(1),
            &Story::default(),
            &CancelToken::default(),
        );
        assert_eq!(report.steps[0].outcome, StepOutcome::Done(String::new()));
    }
}
