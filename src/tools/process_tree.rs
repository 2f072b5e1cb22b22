//! A child together with everything it starts.

use std::io;
use std::process::{Command, ExitStatus, Stdio};

use process_wrap::std::{ChildWrapper, CommandWrap};
#[cfg(unix)]
use rustix::process::Signal;

/// A running child that can be stopped with all its descendants.
///
/// On Unix it leads a session of its own. That makes a process group to signal, and takes the
/// terminal away: in a mere background group, a program that asks for a password would be stopped
/// by the terminal and hang until its time is up; without a terminal it fails at once. On Windows
/// it is in a job object.
#[derive(Debug)]
pub(crate) struct ProcessTree {
    child: Box<dyn ChildWrapper>,
    finished: bool,
}

impl ProcessTree {
    /// Starts `command` with pipes as its stdout and stderr.
    pub(crate) fn spawn(mut command: Command) -> io::Result<Self> {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut command = CommandWrap::from(command);
        #[cfg(unix)]
        command.wrap(process_wrap::std::ProcessSession);
        #[cfg(windows)]
        command.wrap(process_wrap::std::JobObject);
        Ok(Self {
            child: command.spawn()?,
            finished: false,
        })
    }

    /// The ends of the pipes, which can be taken once.
    pub(crate) fn take_pipes(&mut self) -> [Option<Box<dyn io::Read + Send>>; 2] {
        [
            self.child.stdout().take().map(|pipe| Box::new(pipe) as _),
            self.child.stderr().take().map(|pipe| Box::new(pipe) as _),
        ]
    }

    /// How the child ended, if it has; its descendants may go on.
    pub(crate) fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        let status = self.child.try_wait()?;
        self.finished |= status.is_some();
        Ok(status)
    }

    /// Asks all of them to end.
    #[cfg(unix)]
    pub(crate) fn terminate(&mut self) {
        self.signal(Signal::TERM);
        // One that was stopped would not see the request before it goes on.
        self.signal(Signal::CONT);
    }

    /// Ends all of them: there is no polite way to ask.
    #[cfg(not(unix))]
    pub(crate) fn terminate(&mut self) {
        self.kill();
    }

    /// Ends all of them.
    #[cfg(unix)]
    pub(crate) fn kill(&mut self) {
        self.signal(Signal::KILL);
    }

    /// Ends all of them.
    #[cfg(not(unix))]
    pub(crate) fn kill(&mut self) {
        // It fails when they have all ended, which is what was wanted.
        let _ = self.child.start_kill();
    }

    /// Whether any of them is still there, or not yet waited for.
    #[cfg(unix)]
    pub(crate) fn is_alive(&self) -> bool {
        self.group()
            .is_some_and(|group| rustix::process::test_kill_process_group(group).is_ok())
    }

    /// Whether any of them is still there: ending a job object ends all its members at once.
    #[cfg(not(unix))]
    pub(crate) fn is_alive(&self) -> bool {
        !self.finished
    }

    #[cfg(unix)]
    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group() {
            // It fails when they have all ended, which is what was wanted.
            let _ = rustix::process::kill_process_group(group, signal);
        }
    }

    /// The process group, which has the number of its leader.
    #[cfg(unix)]
    fn group(&self) -> Option<rustix::process::Pid> {
        i32::try_from(self.child.id())
            .ok()
            .and_then(rustix::process::Pid::from_raw)
    }
}

/// Nobody waits for a child whose runner panicked, so it must not go on alone.
impl Drop for ProcessTree {
    fn drop(&mut self) {
        if !self.finished {
            self.kill();
            // Reaps it; it was just killed, so this does not take long.
            let _ = self.child.wait();
        }
    }
}
