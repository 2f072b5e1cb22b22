//! Watches a running process tree until it has ended, or has to.

use std::io::{self, Read};
use std::process::ExitStatus;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use dhtl_project_model::CancelToken;

use crate::process_tree::ProcessTree;

/// The longest pause between two looks at the child, the clock and the cancel token.
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// How long a child may take to end in good order once it was asked to.
const GRACE: Duration = Duration::from_secs(2);

/// How long to wait for a killed child before it is given up: one that hangs in the kernel, on a
/// dead network drive for instance, cannot be waited for.
const KILL_PATIENCE: Duration = Duration::from_secs(5);

/// How long pipes may stay silent after the child has ended before they are given up. A background
/// process that inherited them may hold them open for hours.
const SILENCE: Duration = Duration::from_millis(300);

/// How long such a process is listened to when it is not silent.
const LONGEST_EPILOGUE: Duration = Duration::from_secs(5);

/// Which pipe bytes came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
}

/// How the watch ended.
#[derive(Debug)]
pub(crate) enum Ending {
    /// The child ended by itself.
    Exited(ExitStatus),
    /// It took too long and was stopped.
    TimedOut,
    /// The user cancelled it.
    Cancelled,
}

/// When to stop a child that does not end by itself.
#[derive(Debug)]
pub(crate) struct Limits<'limits> {
    pub(crate) cancel: &'limits CancelToken,
    pub(crate) timeout: Duration,
}

/// Watches `tree` to its end, and hands what it prints to `sink`.
pub(crate) fn supervise(
    tree: ProcessTree,
    limits: &Limits<'_>,
    sink: &mut dyn FnMut(Stream, &[u8]),
) -> io::Result<Ending> {
    Watch::start(tree)?.run(limits, sink)
}

struct Watch {
    tree: ProcessTree,
    receiver: Receiver<(Stream, Vec<u8>)>,
    started: Instant,
    last_output: Instant,
    /// All pipes are at their end.
    silent: bool,
    pause: Duration,
    exited: Option<(ExitStatus, Instant)>,
    stopping: Option<Stopping>,
}

struct Stopping {
    reason: Ending,
    since: Instant,
    killed: bool,
}

impl Watch {
    fn start(mut tree: ProcessTree) -> io::Result<Self> {
        // Bounded, so that a child that prints faster than we can log waits for us.
        let (sender, receiver) = sync_channel(64);
        let [stdout, stderr] = tree.take_pipes();
        for (stream, pipe) in [(Stream::Stdout, stdout), (Stream::Stderr, stderr)] {
            if let Some(pipe) = pipe {
                let sender = sender.clone();
                thread::Builder::new()
                    .name("output".to_owned())
                    .spawn(move || forward(pipe, stream, &sender))?;
            }
        }
        Ok(Self {
            tree,
            receiver,
            started: Instant::now(),
            last_output: Instant::now(),
            silent: false,
            pause: Duration::from_micros(500),
            exited: None,
            stopping: None,
        })
    }

    fn run(
        mut self,
        limits: &Limits<'_>,
        sink: &mut dyn FnMut(Stream, &[u8]),
    ) -> io::Result<Ending> {
        loop {
            self.listen(sink);
            if self.exited.is_none() {
                self.exited = self.tree.try_wait()?.map(|status| (status, Instant::now()));
            }
            if self.exited.is_none() && self.silent && !self.tree.is_alive() {
                // A parent that ignores SIGCHLD makes all its descendants do so, and then the
                // system forgets how children ended.
                return Err(io::Error::other("nobody knows its exit code"));
            }
            if self.stopping.is_none() {
                if let Some(status) = self.ended() {
                    return Ok(Ending::Exited(status));
                }
                self.check(limits);
            } else if self.stopped() {
                break;
            }
        }
        self.drain(sink);
        Ok(self
            .stopping
            .map_or(Ending::Cancelled, |stopping| stopping.reason))
    }

    /// Waits for output, but not for long.
    fn listen(&mut self, sink: &mut dyn FnMut(Stream, &[u8])) {
        if self.silent {
            thread::sleep(self.pause);
        } else {
            match self.receiver.recv_timeout(self.pause) {
                Ok((stream, bytes)) => {
                    self.last_output = Instant::now();
                    sink(stream, &bytes);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    // The child is about to end: look again soon.
                    self.silent = true;
                    self.pause = Duration::from_micros(100);
                    return;
                }
            }
        }
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }

    /// The tree has ended: takes what it said last, which is still on its way.
    ///
    /// The pipes close at once, unless a process that left the tree holds them.
    fn drain(&self, sink: &mut dyn FnMut(Stream, &[u8])) {
        let since = Instant::now();
        while since.elapsed() < LONGEST_EPILOGUE {
            let Ok((stream, bytes)) = self.receiver.recv_timeout(SILENCE) else {
                return;
            };
            sink(stream, &bytes);
        }
    }

    /// The exit status, once the child and its output have ended.
    fn ended(&self) -> Option<ExitStatus> {
        let (status, since) = self.exited?;
        let quiet = self.last_output.max(since).elapsed() > SILENCE;
        (self.silent || quiet || since.elapsed() > LONGEST_EPILOGUE).then_some(status)
    }

    /// Asks the tree to end if it has to.
    fn check(&mut self, limits: &Limits<'_>) {
        let reason = if limits.cancel.is_cancelled() {
            Ending::Cancelled
        } else if self.exited.is_none() && self.started.elapsed() > limits.timeout {
            Ending::TimedOut
        } else {
            return;
        };
        self.tree.terminate();
        self.stopping = Some(Stopping {
            reason,
            since: Instant::now(),
            killed: false,
        });
    }

    /// Whether the whole tree has ended; kills it when its grace is over.
    fn stopped(&mut self) -> bool {
        let Some(stopping) = &mut self.stopping else {
            return false;
        };
        if self.exited.is_some() && !self.tree.is_alive() {
            return true;
        }
        if !stopping.killed && stopping.since.elapsed() > GRACE {
            self.tree.kill();
            stopping.killed = true;
        }
        // Once killed, the child itself is waited for, and the others are beyond saving.
        let patience = stopping.since.elapsed() > GRACE + KILL_PATIENCE;
        stopping.killed && (self.exited.is_some() || patience)
    }
}

/// Passes on what comes out of `pipe` until its end.
///
/// When nobody listens any more it goes on reading: a background process that still writes must
/// neither block nor be killed by a closed pipe.
fn forward(mut pipe: Box<dyn Read + Send>, stream: Stream, sender: &SyncSender<(Stream, Vec<u8>)>) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match pipe.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => {
                let _ = sender.send((stream, buffer[..count].to_vec()));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}
