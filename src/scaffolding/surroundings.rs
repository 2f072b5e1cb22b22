//! What a clone or a fork may use of the world around it.

use dhtl_project_model::CancelToken;
use dhtl_tools::{Completed, Environment, Invocation, Runner, ToolError};

/// What a clone or a fork may use of the world around it.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Says whether there is a gh, and which GitHub it is for.
    pub environment: &'a Environment,
    /// Runs git and gh.
    pub runner: &'a dyn Runner,
    /// Whether somebody is there to answer the dialogs of a credential helper.
    pub interactive: bool,
    /// Stops it.
    pub cancel: &'a CancelToken,
    /// Is told every line that git and gh print, without secrets.
    pub output: &'a (dyn Fn(&str) + Sync),
    /// Is told what is done otherwise than the user may expect, and why.
    pub notice: &'a (dyn Fn(&str) + Sync),
}

impl Surroundings<'_> {
    /// Runs a command of git or gh that waits for nobody. Fails as cancelled, too, where the user wants
    /// to stop before it has begun.
    pub(crate) fn run(&self, invocation: Invocation) -> Result<Completed, ToolError> {
        if self.cancel.is_cancelled() {
            return Err(ToolError::Cancelled);
        }
        // ssh asks on the terminal even when git may not, and would wait for ever in the background;
        // with this it asks through a dialog, or not at all.
        let mut invocation = invocation.env("SSH_ASKPASS_REQUIRE", "force");
        if !self.interactive {
            invocation = invocation.env("GCM_INTERACTIVE", "never");
        }
        self.runner.run(&invocation, self.output)
    }
}
