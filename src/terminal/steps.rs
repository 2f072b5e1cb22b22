//! How a flow goes, on stderr: lines that move on a terminal, plain lines elsewhere.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use dhtl_project_model::{Progress, StepOutcome, StepTitle};

use crate::clean::{last_shown, one_line};
use crate::elapsed::Elapsed;
use crate::mark::{Mark, dim};
use crate::stream::Streams;

/// Shows steps as they start, print and end.
pub struct StepsView {
    streams: Streams,
    mode: Mode,
    /// Whether every line of output is shown, and not only the last.
    with_output: bool,
    titles: Mutex<HashMap<String, String>>,
}

/// What is shown of running steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Nothing, nor of ended ones.
    Silent,
    /// That they started.
    Plain,
    /// Lines that move.
    Live,
}

impl StepsView {
    pub(crate) fn new(streams: Streams, mode: Mode, with_output: bool) -> Self {
        Self {
            streams,
            mode,
            with_output,
            titles: Mutex::default(),
        }
    }

    fn title(&self, id: &str) -> String {
        let titles = self.titles.lock().unwrap_or_else(PoisonError::into_inner);
        titles.get(id).cloned().unwrap_or_else(|| one_line(id))
    }
}

impl Progress for StepsView {
    fn planned(&self, steps: &[StepTitle]) {
        let titles = steps
            .iter()
            .map(|step| (step.id.clone(), one_line(&step.title)));
        self.titles
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(titles);
    }

    fn started(&self, id: &str) {
        match self.mode {
            Mode::Silent => {}
            Mode::Plain => self
                .streams
                .write_stderr(&format!("> {}\n", self.title(id))),
            Mode::Live => {
                let title = self.title(id);
                let mut locked = self.streams.lock();
                locked.bars.start(id, title);
                self.streams.keep_moving(&mut locked);
            }
        }
    }

    fn output(&self, id: &str, line: &str) {
        if self.mode == Mode::Silent {
            return;
        }
        let shown = last_shown(line);
        if shown.is_empty() {
            return;
        }
        if self.with_output {
            let text = format!("  {}\n", dim(format_args!("{} | {shown}", one_line(id))));
            self.streams.write_stderr(&text);
        }
        if self.mode == Mode::Live {
            self.streams.lock().bars.say(id, shown);
        }
    }

    fn retrying(&self, id: &str, reason: &str, delay: Duration) {
        if self.mode == Mode::Silent {
            return;
        }
        let title = self.title(id);
        let reason = first_line(reason);
        let delay = Elapsed(delay);
        self.streams.write_stderr(&format!(
            "{} {title}: {reason}; trying again in {delay}\n",
            Mark::Attention
        ));
    }

    fn finished(&self, id: &str, outcome: &StepOutcome, elapsed: Duration) {
        if self.mode == Mode::Silent {
            return;
        }
        let line = ending(&self.title(id), outcome, Elapsed(elapsed));
        let mut locked = self.streams.lock();
        locked.bars.end(id);
        locked.bars.hide();
        locked.write_stderr(&line);
        locked.bars.show();
    }
}

impl Drop for StepsView {
    fn drop(&mut self) {
        // A flow that was left in the middle must not leave lines that look alive.
        if self.mode == Mode::Live {
            self.streams.lock().bars.end_all();
        }
    }
}

impl fmt::Debug for StepsView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepsView")
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}

/// The line that stays of a step.
fn ending(title: &str, outcome: &StepOutcome, elapsed: Elapsed) -> String {
    let took = dim(format!("({elapsed})"));
    match outcome {
        StepOutcome::Satisfied => {
            format!("{} {title} {}\n", Mark::Good, dim("(nothing to do)"))
        }
        StepOutcome::Done(text) if text.trim().is_empty() => {
            format!("{} {title} {took}\n", Mark::Good)
        }
        StepOutcome::Done(text) => {
            format!("{} {title}: {} {took}\n", Mark::Good, first_line(text))
        }
        StepOutcome::Skipped(reason) => {
            format!("- {title} skipped: {}\n", first_line(reason))
        }
        // The command ends with the reason, so it is not said twice.
        StepOutcome::Failed(_) => format!(
            "{} {title} failed {took}
",
            Mark::Bad
        ),
        StepOutcome::Interrupted => format!("{} {title} interrupted {took}\n", Mark::Attention),
    }
}

fn first_line(text: &str) -> String {
    text.lines()
        .map(one_line)
        .find(|line| !line.is_empty())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use indicatif::InMemoryTerm;
    use insta::assert_snapshot;

    use super::*;
    use crate::recorder::{Recorder, on_screen, recorded};
    use crate::settings::{Settings, Verbosity};

    const SECOND: Duration = Duration::from_secs(1);

    fn plan(steps: &[(&str, &str)]) -> Vec<StepTitle> {
        steps
            .iter()
            .map(|&(id, title)| StepTitle {
                id: id.into(),
                title: title.into(),
            })
            .collect()
    }

    /// A flow in which everything happens that can happen.
    fn play(view: &StepsView) {
        view.planned(&plan(&[
            ("python", "Install Python"),
            ("venv", "Create the virtual environment"),
            ("sync", "Install the packages\u{1b}[2J"),
            ("hooks", "Install the hooks"),
            ("system", "Install system packages"),
        ]));
        view.finished("python", &StepOutcome::Satisfied, Duration::ZERO);
        view.started("venv");
        view.output("venv", "Using CPython 3.12.4\u{1b}[0m");
        view.finished(
            "venv",
            &StepOutcome::Done(String::new()),
            SECOND.mul_f32(1.2),
        );
        view.started("sync");
        view.output("sync", "10%\r100%\r\n");
        view.output("sync", "\u{1b}[K");
        view.retrying("sync", "the index did not answer\nat all", SECOND * 2);
        let reason = "`uv sync` ended with 2\nerror: no solution".to_owned();
        view.finished("sync", &StepOutcome::Failed(reason), SECOND * 65);
        view.started("hooks");
        view.finished("hooks", &StepOutcome::Interrupted, SECOND);
        let reason = "needs `sync`, which failed".to_owned();
        view.finished("system", &StepOutcome::Skipped(reason), Duration::ZERO);
        view.started("unplanned");
        view.finished(
            "unplanned",
            &StepOutcome::Done("2 packages".to_owned()),
            SECOND * 3,
        );
    }

    fn played(verbosity: Verbosity) -> String {
        let (terminal, Recorder { stdout, stderr }) = recorded(Settings {
            verbosity,
            ..Settings::default()
        });
        play(&terminal.steps());
        assert_eq!(stdout.raw(), "");
        stderr.plain()
    }

    #[test]
    fn without_a_terminal_every_event_is_a_line() {
        assert_snapshot!(played(Verbosity::Normal), @r"
        ✓ Install Python (nothing to do)
        > Create the virtual environment
        ✓ Create the virtual environment (1.2s)
        > Install the packages
        ! Install the packages: the index did not answer; trying again in 2.0s
        ✗ Install the packages failed (1m 05s)
        > Install the hooks
        ! Install the hooks interrupted (1.0s)
        - Install system packages skipped: needs `sync`, which failed
        > unplanned
        ✓ unplanned: 2 packages (3.0s)
        ");
    }

    #[test]
    fn verbose_shows_every_line_of_output() {
        assert_snapshot!(played(Verbosity::Verbose), @r"
        ✓ Install Python (nothing to do)
        > Create the virtual environment
          venv | Using CPython 3.12.4
        ✓ Create the virtual environment (1.2s)
        > Install the packages
          sync | 100%
        ! Install the packages: the index did not answer; trying again in 2.0s
        ✗ Install the packages failed (1m 05s)
        > Install the hooks
        ! Install the hooks interrupted (1.0s)
        - Install system packages skipped: needs `sync`, which failed
        > unplanned
        ✓ unplanned: 2 packages (3.0s)
        ");
    }

    #[test]
    fn quiet_shows_nothing() {
        assert_eq!(played(Verbosity::Quiet), "");
    }

    fn live() -> Settings {
        Settings {
            live: true,
            ..Settings::default()
        }
    }

    /// The lines of the screen, without what changes on its own: spinners and seconds.
    fn still(screen: &InMemoryTerm) -> String {
        let is_moving = |line: &&str| line.starts_with(['-', '\\', '|', '/']);
        let is_seconds = |word: &str| {
            word.strip_suffix('s')
                .is_some_and(|n| n.parse::<u8>().is_ok())
        };
        let still = |line: &str| {
            let words: Vec<&str> = line
                .split(' ')
                .skip(1)
                .filter(|word| !is_seconds(word))
                .collect();
            words.join(" ")
        };
        let contents = screen.contents();
        let lines = contents.lines();
        lines.map(|line| if is_moving(&line) { still(line) } else { line.to_owned() } + "\n").collect()
    }

    #[test]
    fn a_live_flow_leaves_one_line_for_each_step() {
        let screen = InMemoryTerm::new(24, 80);
        let terminal = on_screen(live(), &screen);
        play(&terminal.steps());
        assert_snapshot!(screen.contents(), @r"
        ✓ Install Python (nothing to do)
        ✓ Create the virtual environment (1.2s)
        ! Install the packages: the index did not answer; trying again in 2.0s
        ✗ Install the packages failed (1m 05s)
        ! Install the hooks interrupted (1.0s)
        - Install system packages skipped: needs `sync`, which failed
        ✓ unplanned: 2 packages (3.0s)
        ");
    }

    #[test]
    fn running_steps_stay_below_everything_else() {
        let screen = InMemoryTerm::new(24, 40);
        let terminal = on_screen(live(), &screen);
        let view = terminal.steps();
        view.planned(&plan(&[("a", "First"), ("b", "Second")]));
        view.started("a");
        view.started("b");
        view.output("b", "downloading something with a very long name indeed");
        terminal.warning("two locks differ");
        view.finished("a", &StepOutcome::Done(String::new()), SECOND);
        assert_snapshot!(still(&screen), @r"
        warning: two locks differ
        ✓ First (1.0s)
        Second  downloading something with
        ");
    }

    #[test]
    fn a_flow_left_in_the_middle_leaves_no_line_that_looks_alive() {
        let screen = InMemoryTerm::new(24, 40);
        let terminal = on_screen(live(), &screen);
        let view = terminal.steps();
        view.planned(&plan(&[("a", "First")]));
        view.started("a");
        assert!(screen.contents().contains("First"));
        drop(view);
        assert_eq!(screen.contents(), "");
    }
}
