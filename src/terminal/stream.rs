//! Where text ends up: whole pieces at a time, with the moving lines out of the way.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anstream::AutoStream;

use crate::bars::Bars;
use crate::screen::on_stderr;
use crate::{ColorChoice, Format};

/// Both streams. Whoever writes holds the lock, so that no two pieces of text mix.
pub(crate) struct Streams {
    locked: Arc<Mutex<Locked>>,
}

/// What is reached only under the lock.
pub(crate) struct Locked {
    stdout: Box<dyn Write + Send>,
    stderr: Box<dyn Write + Send>,
    pub(crate) bars: Bars,
}

impl Streams {
    /// The streams of this process.
    pub(crate) fn of_process(color: ColorChoice, format: Format) -> Self {
        let for_stdout = match format {
            Format::Text => resolve(color, AutoStream::choice(&io::stdout())),
            // A document has no styles, and looking for some in megabytes of it takes its time.
            Format::Json => anstream::ColorChoice::AlwaysAnsi,
        };
        let stdout = AutoStream::new(io::stdout(), for_stdout);
        let for_stderr = resolve(color, AutoStream::choice(&io::stderr()));
        let stderr = AutoStream::new(io::stderr(), for_stderr);
        let colored = for_stderr != anstream::ColorChoice::Never;
        let bars = Bars::new(on_stderr, colored);
        Self::new(Box::new(stdout), Box::new(stderr), bars)
    }

    pub(crate) fn new(
        stdout: Box<dyn Write + Send>,
        stderr: Box<dyn Write + Send>,
        bars: Bars,
    ) -> Self {
        Self {
            locked: Arc::new(Mutex::new(Locked {
                stdout,
                stderr,
                bars,
            })),
        }
    }

    pub(crate) fn share(&self) -> Self {
        Self {
            locked: Arc::clone(&self.locked),
        }
    }

    /// Waits until nobody else writes. A panic elsewhere does not silence us.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Locked> {
        self.locked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes to stdout; that nobody reads it any more is not an error.
    pub(crate) fn write_stdout(&self, text: &str) -> io::Result<()> {
        let mut locked = self.lock();
        let Locked { stdout, bars, .. } = &mut *locked;
        bars.hide();
        let written = stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush());
        bars.show();
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }

    /// Writes to stderr; when that fails, there is nowhere left to say so.
    pub(crate) fn write_stderr(&self, text: &str) {
        let mut locked = self.lock();
        locked.bars.hide();
        locked.write_stderr(text);
        locked.bars.show();
    }

    /// Keeps the lines of running steps moving, in a thread that ends with the last of them.
    pub(crate) fn keep_moving(&self, locked: &mut Locked) {
        if locked.bars.begin_moving() {
            let streams = self.share();
            let moving = std::thread::Builder::new().spawn(move || {
                loop {
                    std::thread::sleep(Bars::FRAME);
                    if !streams.lock().bars.tick() {
                        break;
                    }
                }
            });
            // Without a thread the lines move only when something is printed.
            drop(moving);
        }
    }
}

impl Locked {
    /// Writes to stderr while the moving lines are hidden.
    pub(crate) fn write_stderr(&mut self, text: &str) {
        let _ = self
            .stderr
            .write_all(text.as_bytes())
            .and_then(|()| self.stderr.flush());
    }
}

fn resolve(wanted: ColorChoice, detected: anstream::ColorChoice) -> anstream::ColorChoice {
    match wanted {
        ColorChoice::Auto => detected,
        ColorChoice::Always => anstream::ColorChoice::Always,
        ColorChoice::Never => anstream::ColorChoice::Never,
    }
}
