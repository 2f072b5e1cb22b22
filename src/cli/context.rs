//! What every command needs to know, decided once.

use std::path::PathBuf;

use dhtl_project_model::CancelToken;
use dhtl_terminal::{Format, Settings, Terminal, Verbosity, stderr_is_terminal, stdin_is_terminal};
use dhtl_tools::{Environment, Home, SystemRunner};

use crate::arguments::Globals;
use crate::failure::Failure;

/// The world as a command sees it: after this, nobody asks about flags, variables or terminals.
pub(crate) struct Context {
    /// What the user sees.
    pub(crate) terminal: Terminal,
    /// The environment variables.
    pub(crate) environment: Environment,
    /// The root of the project, where the user names it.
    pub(crate) root: Option<PathBuf>,
    /// Set by Ctrl-C and termination signals.
    pub(crate) cancel: CancelToken,
}

impl Context {
    /// Reads the world once.
    pub(crate) fn from_globals(globals: &Globals) -> Self {
        let environment = Environment::capture();
        let in_ci = environment
            .var("CI")
            .is_some_and(|value| value != "false" && value != "0");
        let verbosity = match (globals.quiet, globals.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        };
        let settings = Settings {
            format: if globals.json {
                Format::Json
            } else {
                Format::Text
            },
            verbosity,
            color: globals.color.into(),
            interactive: !globals.no_input && !in_ci && stdin_is_terminal() && stderr_is_terminal(),
            live: !in_ci && stderr_is_terminal(),
        };
        let cancel = CancelToken::default();
        Self {
            terminal: Terminal::new(settings).with_cancel(cancel.clone()),
            environment,
            root: globals.root.clone(),
            cancel,
        }
    }

    /// Lets signals ask what runs to end in an orderly way; for commands that change something.
    pub(crate) fn end_orderly(&self) {
        let cancel = self.cancel.clone();
        // Without a handler a signal ends the process at once; the next run copes with that, too.
        let _ = ctrlc::set_handler(move || stop(&cancel));
    }

    /// The folder the command was typed in.
    #[expect(
        clippy::unused_self,
        reason = "commands ask the context about the world"
    )]
    pub(crate) fn current_folder(&self) -> Result<PathBuf, Failure> {
        std::env::current_dir().map_err(|error| {
            Failure::invalid(format!("the current folder cannot be read: {error}"))
                .hinted("change to a folder that exists, for example with `cd`")
        })
    }

    /// Where dhtl keeps its own things.
    pub(crate) fn home(&self) -> Result<Home, Failure> {
        Ok(Home::locate(&self.environment)?)
    }

    /// Runs external programs.
    pub(crate) fn runner(&self) -> SystemRunner {
        SystemRunner::new(self.environment.clone(), self.cancel.clone())
    }
}

/// The first signal asks; the second ends the process, for what only reads does not listen.
#[expect(
    clippy::exit,
    reason = "the user asked twice, and nothing half-done is lost"
)]
fn stop(cancel: &CancelToken) {
    if cancel.is_cancelled() {
        std::process::exit(dhtl_project_model::ExitCode::Interrupted as i32);
    }
    cancel.cancel();
}
