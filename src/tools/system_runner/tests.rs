//! Real programs through the real runner.

use std::fs::File;
use std::sync::Mutex;

use super::*;
use crate::no_output;

fn runner() -> SystemRunner {
    SystemRunner::new(Environment::capture(), CancelToken::default())
}

fn runner_with(vars: &[(&str, &str)]) -> SystemRunner {
    let path = Environment::capture().var("PATH").unwrap().to_owned();
    let vars = vars.iter().copied().chain([("PATH", path.as_str())]);
    SystemRunner::new(Environment::from_vars(vars), CancelToken::default())
}

fn sh(script: &str) -> Invocation {
    Invocation::new("sh", "/").args(["-c", script])
}

/// Runs `script` and returns the lines that were shown.
fn shown(runner: &SystemRunner, invocation: &Invocation) -> (Completed, Vec<String>) {
    let lines = Mutex::new(Vec::new());
    let completed = runner
        .run(invocation, &|line| {
            lines.lock().unwrap().push(line.to_owned());
        })
        .unwrap();
    (completed, lines.into_inner().unwrap())
}

/// Whether the process `pid` is there and not a zombie.
fn is_running(pid: &str) -> bool {
    let state = if cfg!(target_os = "linux") {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
        // The state follows the name, which is in parentheses.
        stat.ok()
            .and_then(|stat| Some(stat.rsplit_once(") ")?.1.to_owned()))
    } else {
        let ps = sh("ps -o stat= -p \"$1\" || true").args(["sh", pid.trim()]);
        Some(shown(&runner(), &ps).0.stdout.trim().to_owned())
    };
    state.is_some_and(|state| !state.is_empty() && !state.starts_with('Z'))
}

#[track_caller]
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..400 {
        if is_so() {
            return;
        }
        thread::sleep(Duration::from_millis(25));
    }
    panic!("never happened: {what}");
}

#[test]
fn both_streams_are_shown_and_kept_apart() {
    let (completed, mut lines) = shown(&runner(), &sh("echo out; echo err >&2; printf last"));
    lines.sort();
    assert_eq!(lines, ["err", "last", "out"]);
    assert_eq!(completed.stdout, "out\nlast");
    assert_eq!(completed.stderr, "err\n");
    assert_eq!(completed.exit_code, Some(0));
    assert!(completed.success() && !completed.stdout_truncated);
}

#[test]
fn a_failure_is_an_error_only_on_request() {
    let completed = runner()
        .run(&sh("echo why >&2; exit 7"), &no_output)
        .unwrap();
    assert_eq!(completed.exit_code, Some(7));
    insta::assert_snapshot!(completed.require_success().unwrap_err(), @r"
    `sh -c 'echo why >&2; exit 7'` failed with exit code 7
        why
    ");
}

#[test]
fn a_program_that_a_signal_ended_has_no_exit_code() {
    let completed = runner().run(&sh("kill -KILL $$"), &no_output).unwrap();
    assert_eq!((completed.exit_code, completed.success()), (None, false));
}

#[test]
fn a_missing_program_is_not_found() {
    for program in ["no-such-program-here", "/no/such/program", "./sh"] {
        let error = runner()
            .run(&Invocation::new(program, "/"), &no_output)
            .unwrap_err();
        assert!(
            matches!(&error, ToolError::NotFound { program: missing } if missing == program),
            "{error:?}"
        );
    }
}

#[test]
fn a_missing_folder_and_a_file_that_is_no_program_are_told_apart() {
    let error = runner()
        .run(&Invocation::new("sh", "/no/such/dir"), &no_output)
        .unwrap_err();
    assert!(matches!(error, ToolError::NoFolder { .. }), "{error:?}");
    let error = runner()
        .run(&Invocation::new("/etc/passwd", "/"), &no_output)
        .unwrap_err();
    assert!(matches!(error, ToolError::CannotStart { .. }), "{error:?}");
}

#[test]
fn secrets_are_neither_shown_nor_logged_nor_in_errors() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("logs/run.log");
    let runner = runner_with(&[("DEPLOY_TOKEN", "t0ken-in-env")]).with_log(log.clone());
    let script = "echo $DEPLOY_TOKEN hush; echo https://ada:pass@git.example >&2; exit 1";
    let invocation = sh(script)
        .args(["t0ken-in-env", "hush"])
        .secret("hush")
        .env("X_API_KEY", "k3y-k3y-k3y");
    let (completed, lines) = shown(&runner, &invocation);
    let logged = std::fs::read_to_string(&log).unwrap();
    let error = completed.require_success().unwrap_err().to_string();
    for text in [lines.join("\n"), logged, error] {
        assert!(text.contains("https://ada:***@git.example"), "{text}");
        for secret in ["t0ken", "hush", "pass@", "k3y"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[test]
fn the_log_tells_the_command_its_output_and_its_end() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("deep/run.log");
    let runner = runner().with_log(log.clone());
    runner.run(&sh("echo one"), &no_output).unwrap();
    let completed = runner.run(&sh("echo two; exit 3"), &no_output).unwrap();
    assert_eq!(completed.log.as_deref(), Some(log.as_path()));
    assert!(
        runner
            .run(&Invocation::new("no-such-program", "/"), &no_output)
            .is_err()
    );

    let logged = std::fs::read_to_string(&log).unwrap();
    // Times differ from run to run.
    let steady: Vec<String> = logged
        .lines()
        .map(|line| match line.strip_prefix("=== 20") {
            Some(rest) => format!("=== TIME {}", rest.split_once(' ').unwrap().1),
            None => line.split(" after ").next().unwrap().to_owned(),
        })
        .collect();
    insta::assert_snapshot!(steady.join("\n"), @r"
    === TIME sh -c 'echo one'
    === in /
    one
    === exit status: 0
    === TIME sh -c 'echo two; exit 3'
    === in /
    two
    === exit status: 3
    === TIME no-such-program
    === in /
    === not started
    ");
}

#[test]
fn a_log_that_cannot_be_opened_stops_the_command_before_it_starts() {
    let dir = tempfile::tempdir().unwrap();
    let runner = runner().with_log(dir.path().to_owned());
    let touched = dir.path().join("touched");
    let touch = Invocation::new("touch", dir.path()).arg(&touched);
    let error = runner.run(&touch, &no_output).unwrap_err();
    assert!(matches!(error, ToolError::Log { .. }), "{error:?}");
    assert!(!touched.exists());
}

#[test]
fn the_child_sees_the_given_environment_with_its_changes() {
    let runner = runner_with(&[("KEPT", "1"), ("REMOVED", "1"), ("GIT_DIR", "/elsewhere")]);
    let invocation = Invocation::new("env", "/")
        .env("ADDED", "2")
        .env_remove("REMOVED");
    let (completed, _) = shown(&runner, &invocation);
    let mut lines: Vec<&str> = completed
        .stdout
        .lines()
        .filter(|line| !line.starts_with("PATH="))
        .collect();
    lines.sort_unstable();
    assert_eq!(lines, ["ADDED=2", "KEPT=1", "LC_MESSAGES=C", "PWD=/"]);
}

#[test]
fn messages_are_english_and_the_encoding_stays() {
    let runner = runner_with(&[("LC_ALL", "de_DE.UTF-8"), ("LC_CTYPE", "C"), ("LANG", "C")]);
    let (completed, _) = shown(&runner, &sh("echo $LANG,$LC_ALL,$LC_CTYPE,$LC_MESSAGES"));
    assert_eq!(completed.stdout, "de_DE.UTF-8,,,C\n");
    let (completed, _) = shown(
        &runner,
        &sh("echo $LC_ALL,$LC_CTYPE").env("LC_ALL", "C.UTF-8"),
    );
    assert_eq!(completed.stdout, "C.UTF-8,C\n");
}

#[test]
fn nobody_can_ask_the_user_anything() {
    // Reads nothing from stdin, and has no terminal to open.
    let (completed, _) = shown(
        &runner(),
        &sh("cat; (: </dev/tty) 2>/dev/null || echo no terminal"),
    );
    assert_eq!(completed.stdout, "no terminal\n");
}

#[test]
fn large_output_on_both_streams_arrives_whole() {
    let script =
        "head -c 3000000 /dev/zero | tr '\\0' x; head -c 300000 /dev/zero | tr '\\0' y >&2";
    let (completed, lines) = shown(&runner(), &sh(script));
    assert_eq!(completed.stdout.len(), 3_000_000);
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|line| line.len() < 20_000));
}

#[test]
fn a_command_that_takes_too_long_is_stopped_with_its_children() {
    let dir = tempfile::tempdir().unwrap();
    let script = "sleep 300 & echo $! > pid; echo started; wait";
    let invocation = Invocation::new("sh", dir.path())
        .args(["-c", script])
        .timeout(Duration::from_millis(500));
    let error = runner().run(&invocation, &no_output).unwrap_err();
    insta::assert_snapshot!(error, @r"
    `sh -c 'sleep 300 & echo $! > pid; echo started; wait'` did not finish within 500 ms
        started
    ");
    let pid = std::fs::read_to_string(dir.path().join("pid")).unwrap();
    wait_until("the grandchild ended", || !is_running(&pid));
}

#[test]
fn cancelling_ends_even_children_that_refuse() {
    let dir = tempfile::tempdir().unwrap();
    let cancel = CancelToken::default();
    let runner = SystemRunner::new(Environment::capture(), cancel.clone());
    let script = "(trap '' TERM; echo $PPID > parent; while :; do sleep 1; done) & echo $! > pid
        trap '' TERM; echo ready; while :; do sleep 1; done";
    let invocation = Invocation::new("sh", dir.path()).args(["-c", script]);
    let error = runner
        .run(&invocation, &|line| {
            if line == "ready" {
                cancel.cancel();
            }
        })
        .unwrap_err();
    assert!(matches!(error, ToolError::Cancelled), "{error:?}");
    let pid = std::fs::read_to_string(dir.path().join("pid")).unwrap();
    wait_until("the stubborn grandchild ended", || !is_running(&pid));
    let error = runner.run(&sh("true"), &no_output).unwrap_err();
    assert!(
        matches!(error, ToolError::Cancelled),
        "nothing starts any more: {error:?}"
    );
}

#[test]
fn a_child_that_ends_in_good_order_may_say_so() {
    let cancel = CancelToken::default();
    let runner = SystemRunner::new(Environment::capture(), cancel.clone());
    let lines = Mutex::new(Vec::new());
    let script = "trap 'echo cleaned up; exit 0' TERM; echo ready; sleep 60 & wait";
    let result = runner.run(&sh(script), &|line| {
        lines.lock().unwrap().push(line.to_owned());
        cancel.cancel();
    });
    assert!(matches!(result, Err(ToolError::Cancelled)), "{result:?}");
    assert_eq!(lines.into_inner().unwrap(), ["ready", "cleaned up"]);
}

#[test]
fn a_background_process_that_keeps_the_pipe_does_not_hold_us_up() {
    let dir = tempfile::tempdir().unwrap();
    let invocation =
        Invocation::new("sh", dir.path()).args(["-c", "sleep 60 & echo $! > pid; echo done"]);
    let (completed, lines) = shown(&runner(), &invocation);
    assert_eq!(
        (completed.success(), lines),
        (true, vec!["done".to_owned()])
    );
    let pid = std::fs::read_to_string(dir.path().join("pid")).unwrap();
    assert!(is_running(&pid), "it was waited for instead");
    shown(&runner(), &sh("kill \"$1\"").args(["sh", pid.trim()]));
}

#[test]
fn a_panic_while_output_is_shown_leaves_no_child_behind() {
    let dir = tempfile::tempdir().unwrap();
    let invocation =
        Invocation::new("sh", dir.path()).args(["-c", "echo $$ > pid; echo x; sleep 60"]);
    let result = std::panic::catch_unwind(|| {
        runner()
            .run(&invocation, &|_| panic!("this panic is part of the test"))
            .map(drop)
    });
    assert!(result.is_err());
    let pid = std::fs::read_to_string(dir.path().join("pid")).unwrap();
    wait_until("the child ended", || !is_running(&pid));
}

const GUARD_DIR: &str = "DHTL_TEST_GUARD_DIR";

/// The other half of the next test: a process that holds a lock and is killed while a child runs.
#[test]
#[ignore = "started by `a_lock_outlives_a_killed_runner`"]
fn hold_a_lock_until_killed() {
    let dir = PathBuf::from(Environment::capture().var(GUARD_DIR).unwrap());
    let lock = File::create(dir.join("lock")).unwrap();
    lock.lock().unwrap();
    let runner = runner().with_guard(lock);
    let child = Invocation::new("sh", dir).args([
        "-c",
        "echo $PPID $$ > pids.new; mv pids.new pids; exec sleep 60",
    ]);
    runner.run(&child, &no_output).unwrap();
}

#[test]
fn a_lock_outlives_a_killed_runner() {
    let dir = tempfile::tempdir().unwrap();
    let other = thread::scope(|scope| {
        let killed = scope.spawn(|| {
            let this = std::env::current_exe().unwrap();
            let invocation = Invocation::new(this, dir.path())
                .args([
                    "--ignored",
                    "--exact",
                    "system_runner::tests::hold_a_lock_until_killed",
                ])
                .env(GUARD_DIR, dir.path());
            runner().run(&invocation, &no_output).unwrap()
        });
        wait_until("the child runs", || dir.path().join("pids").exists());
        let pids = std::fs::read_to_string(dir.path().join("pids")).unwrap();
        let (parent, child) = pids.trim().split_once(' ').unwrap();
        shown(&runner(), &sh("kill -KILL \"$1\"").args(["sh", parent]));
        assert_eq!(killed.join().unwrap().exit_code, None, "it was killed");
        child.to_owned()
    });
    let lock = File::open(dir.path().join("lock")).unwrap();
    assert!(
        is_running(&other) && lock.try_lock().is_err(),
        "the orphan holds the lock"
    );
    shown(&runner(), &sh("kill -KILL \"$1\"").args(["sh", &other]));
    wait_until("the lock is free", || lock.try_lock().is_ok());
}

/// The other half of the next test.
#[test]
#[ignore = "started by `children_nobody_can_wait_for_are_an_error`"]
fn lose_a_child() {
    let error = runner().run(&sh("sleep 0.1"), &no_output).unwrap_err();
    assert!(matches!(error, ToolError::Lost { .. }), "{error:?}");
}

// The `env` of GNU is the one program that can start another with a signal ignored; shells cannot.
#[cfg(target_os = "linux")]
#[test]
fn children_nobody_can_wait_for_are_an_error() {
    let ignoring = Invocation::new("env", "/")
        .arg("--ignore-signal=CHLD")
        .arg(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "system_runner::tests::lose_a_child"])
        .timeout(Duration::from_mins(1));
    let completed = runner().run(&ignoring, &no_output).unwrap();
    assert!(completed.stdout.contains("1 passed"), "{completed:?}");
}

#[test]
fn what_is_displayed_can_be_pasted_into_a_shell() {
    use proptest::test_runner::{Config, TestRunner};
    let mut cases = TestRunner::new(Config::with_cases(40));
    let words = proptest::collection::vec("[^\\p{Cc}]{0,12}", 1..4);
    let runner = runner();
    cases
        .run(&words, |words| {
            // What looks like a password in a URL is masked on purpose.
            let words: Vec<String> = words.iter().map(|word| word.replace('@', "")).collect();
            let line = Invocation::new("printf", "/")
                .arg("%s\\n")
                .args(&words)
                .to_string();
            let completed = runner.run(&sh(&line), &no_output).unwrap();
            proptest::prop_assert_eq!(completed.stdout, words.join("\n") + "\n");
            Ok(())
        })
        .unwrap();
}
