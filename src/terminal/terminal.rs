//! Everything a command says.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use anstyle::AnsiColor;
use dhtl_project_model::{CancelToken, ExitCode};
use serde::Serialize;

use crate::clean::{Keep, clean, one_line};
use crate::confirm::{confirm, next_line};
use crate::failure::{FailureDocument, failure_text, label};
use crate::settings::{Format, Settings, Verbosity, stderr_is_terminal};
use crate::steps::{Mode, StepsView};
use crate::stream::Streams;

/// The answer of a command. Text and JSON come from the same value and cannot disagree.
pub trait Report: Serialize {
    /// Writes the face for people. A missing line end is added.
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result;
}

/// The streams of the process, and what the user wants to see on them.
pub struct Terminal {
    settings: Settings,
    streams: Streams,
    cancel: CancelToken,
    /// Whether the one JSON document is out.
    answered: AtomicBool,
}

impl Terminal {
    /// Decides once what each stream can show.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        // A dumb terminal knows no way back to the start of a line.
        let can_move = stderr_is_terminal() && anstyle_query::term_supports_color();
        let live = settings.live && can_move;
        Self::on(
            Streams::of_process(settings.color, settings.format),
            Settings { live, ..settings },
        )
    }

    pub(crate) fn on(streams: Streams, settings: Settings) -> Self {
        Self {
            settings,
            streams,
            cancel: CancelToken::default(),
            answered: AtomicBool::new(false),
        }
    }

    /// Lets `cancel` end a question that waits for its answer.
    #[must_use]
    pub fn with_cancel(mut self, cancel: CancelToken) -> Self {
        self.cancel = cancel;
        self
    }

    /// What the user wants to see.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Gives the answer on stdout: as text, or as one JSON document.
    ///
    /// That stdout is closed early, as by `head`, is not an error. Errors are those of writing, and
    /// a second answer in JSON.
    pub fn report(&self, report: &impl Report) -> io::Result<()> {
        match self.settings.format {
            Format::Json => self.document(report),
            Format::Text => {
                let mut text = String::new();
                report.render(&mut text).map_err(io::Error::other)?;
                let mut text = clean(&text, Keep::Styles);
                if !text.is_empty() && !text.ends_with('\n') {
                    text.push('\n');
                }
                self.streams.write_stdout(&text)
            }
        }
    }

    /// Says on stderr what happens; not when quiet.
    pub fn status(&self, message: &str) {
        if self.settings.verbosity >= Verbosity::Normal {
            self.streams.write_stderr(&line(message));
        }
    }

    /// Says on stderr how it happens; only when verbose.
    pub fn detail(&self, message: &str) {
        if self.settings.verbosity >= Verbosity::Verbose {
            self.streams.write_stderr(&line(message));
        }
    }

    /// Warns on stderr; not when quiet.
    pub fn warning(&self, message: &str) {
        if self.settings.verbosity >= Verbosity::Normal {
            self.streams
                .write_stderr(&label(AnsiColor::Yellow, "warning", message));
        }
    }

    /// Says on stderr what went wrong, why, and what to do about it; also when quiet.
    pub fn error(&self, error: &dyn Error, hint: Option<&str>) {
        self.streams.write_stderr(&failure_text(error, hint));
    }

    /// Gives the error as the answer, when the answer is to be JSON and there was none yet, so that
    /// `--json` prints one document also when the command fails:
    /// `{"error": {"message": …, "causes": […], "hint": …, "exit_code": …}}`.
    pub fn error_json(
        &self,
        error: &dyn Error,
        hint: Option<&str>,
        exit_code: ExitCode,
    ) -> io::Result<()> {
        if self.settings.format == Format::Text || self.answered.load(Ordering::SeqCst) {
            return Ok(());
        }
        self.document(&FailureDocument::new(error, hint, exit_code))
    }

    /// Asks on stderr; no is the default. None when nobody can or wants to answer.
    ///
    /// Whatever else has something to say waits until the question is answered.
    #[must_use]
    pub fn confirm(&self, question: &str) -> Option<bool> {
        if !self.settings.interactive {
            return None;
        }
        let question = format!("{} [y/N] ", one_line(question));
        let mut locked = self.streams.lock();
        locked.bars.hide();
        let answer = confirm(&question, |text| locked.write_stderr(text), &self.cancel);
        locked.bars.show();
        answer
    }

    /// Asks on stderr for a line of text, without white space around it. None when nobody can or
    /// wants to answer.
    #[must_use]
    pub fn ask(&self, question: &str) -> Option<String> {
        if !self.settings.interactive {
            return None;
        }
        let mut locked = self.streams.lock();
        locked.bars.hide();
        locked.write_stderr(&format!("{} ", one_line(question)));
        let answer = next_line(&self.cancel);
        if answer.is_none() {
            // The cursor still stands behind the question.
            locked.write_stderr("\n");
        }
        locked.bars.show();
        answer.map(|line| line.trim().to_owned())
    }

    /// A view that shows on stderr how a flow goes.
    #[must_use]
    pub fn steps(&self) -> StepsView {
        let mode = match self.settings.verbosity {
            Verbosity::Quiet => Mode::Silent,
            _ if self.settings.live => Mode::Live,
            _ => Mode::Plain,
        };
        let with_output = self.settings.verbosity >= Verbosity::Verbose;
        StepsView::new(self.streams.share(), mode, with_output)
    }

    fn document(&self, document: &impl Serialize) -> io::Result<()> {
        let mut json = serde_json::to_string_pretty(document)?;
        json.push('\n');
        if self.answered.swap(true, Ordering::SeqCst) {
            return Err(io::Error::other("a command gives one JSON document only"));
        }
        self.streams.write_stdout(&json)
    }
}

impl fmt::Debug for Terminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terminal")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

fn line(message: &str) -> String {
    let mut text = clean(message, Keep::Styles);
    let _ = text.write_char('\n');
    text
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::mark::{Mark, bold};
    use crate::recorder::{Recorder, failure, recorded, unwritable};

    #[derive(Serialize)]
    struct Found {
        name: &'static str,
        tests: usize,
    }

    impl Report for Found {
        fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
            write!(
                out,
                "{} {} with {}",
                Mark::Good,
                bold(self.name),
                self.tests
            )
        }
    }

    const FOUND: Found = Found {
        name: "api\u{1b}[2J",
        tests: 3,
    };

    fn json() -> Settings {
        Settings {
            format: Format::Json,
            ..Settings::default()
        }
    }

    fn with(verbosity: Verbosity) -> Settings {
        Settings {
            verbosity,
            ..Settings::default()
        }
    }

    #[test]
    fn a_report_is_text_without_what_its_data_would_do_to_a_terminal() {
        let (terminal, Recorder { stdout, stderr }) = recorded(Settings::default());
        terminal.report(&FOUND).unwrap();
        assert_eq!(
            stdout.raw(),
            "\u{1b}[32m✓\u{1b}[0m \u{1b}[1mapi\u{1b}[0m with 3\n"
        );
        assert_eq!(stderr.raw(), "");
    }

    #[test]
    fn a_report_is_one_json_document() {
        let (terminal, Recorder { stdout, .. }) = recorded(json());
        terminal.report(&FOUND).unwrap();
        assert_snapshot!(stdout.raw(), @r#"
        {
          "name": "api\u001b[2J",
          "tests": 3
        }
        "#);
        assert!(
            terminal.report(&FOUND).is_err(),
            "a second document would not parse"
        );
        terminal
            .error_json(&failure(), None, ExitCode::External)
            .unwrap();
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&stdout.raw()).unwrap()["tests"],
            3
        );
    }

    #[test]
    fn a_failure_is_a_json_document_too() {
        let (terminal, Recorder { stdout, .. }) = recorded(json());
        terminal
            .error_json(&failure(), Some("try `--project`"), ExitCode::Invalid)
            .unwrap();
        assert_snapshot!(stdout.raw(), @r#"
        {
          "error": {
            "message": "failed to write `Dockerfile`",
            "causes": [
              "permission denied"
            ],
            "hint": "try `--project`",
            "exit_code": 4
          }
        }
        "#);
    }

    #[test]
    fn a_failure_is_no_answer_in_text() {
        let (terminal, Recorder { stdout, .. }) = recorded(Settings::default());
        terminal
            .error_json(&failure(), None, ExitCode::Invalid)
            .unwrap();
        assert_eq!(stdout.raw(), "");
    }

    #[test]
    fn an_error_says_what_why_and_what_next_even_when_quiet() {
        let (terminal, Recorder { stderr, .. }) = recorded(with(Verbosity::Quiet));
        terminal.error(&failure(), Some("check who owns the folder"));
        assert_snapshot!(stderr.plain(), @r"
        error: failed to write `Dockerfile`
          caused by: permission denied

        hint: check who owns the folder
        ");
    }

    #[test]
    fn stderr_says_as_much_as_was_asked_for() {
        let said = |verbosity| {
            let (terminal, Recorder { stdout, stderr }) = recorded(with(verbosity));
            terminal.status("Reading.");
            terminal.detail("Found `uv`.");
            terminal.warning("two locks\ndiffer\u{7}");
            assert_eq!(stdout.raw(), "");
            stderr.plain()
        };
        assert_eq!(said(Verbosity::Quiet), "");
        assert_eq!(
            said(Verbosity::Normal),
            "Reading.\nwarning: two locks\n  differ\n"
        );
        let verbose = "Reading.\nFound `uv`.\nwarning: two locks\n  differ\n";
        assert_eq!(said(Verbosity::Verbose), verbose);
    }

    #[test]
    fn a_reader_who_left_is_no_error_and_a_full_disk_is() {
        let closed = unwritable(io::ErrorKind::BrokenPipe);
        assert!(closed.report(&FOUND).is_ok());
        closed.warning("nobody hears this");
        let full = unwritable(io::ErrorKind::StorageFull);
        assert_eq!(
            full.report(&FOUND).unwrap_err().kind(),
            io::ErrorKind::StorageFull
        );
    }

    #[test]
    fn nobody_is_asked_who_cannot_answer() {
        let (terminal, Recorder { stderr, .. }) = recorded(Settings::default());
        assert_eq!(terminal.confirm("Go on?"), None);
        assert_eq!(terminal.ask("Which?"), None);
        assert_eq!(stderr.raw(), "");
    }

    #[test]
    fn a_question_ends_with_the_run() {
        let settings = Settings {
            interactive: true,
            ..Settings::default()
        };
        let (terminal, Recorder { stderr, .. }) = recorded(settings);
        let cancel = CancelToken::default();
        cancel.cancel();
        assert_eq!(terminal.with_cancel(cancel).confirm("Go on?"), None);
        assert_eq!(stderr.raw(), "Go on? [y/N] \n");
    }
}
