//! Streams that tests can read.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use indicatif::{InMemoryTerm, ProgressDrawTarget, TermLike as _};

use crate::bars::Bars;
use crate::settings::Settings;
use crate::stream::Streams;
use crate::terminal::Terminal;

/// What was written.
pub(crate) struct Recorder {
    pub(crate) stdout: Recording,
    pub(crate) stderr: Recording,
}

/// What was written to one stream.
#[derive(Clone, Default)]
pub(crate) struct Recording(Arc<Mutex<Vec<u8>>>);

impl Recording {
    pub(crate) fn raw(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// Without colour, as in a file.
    pub(crate) fn plain(&self) -> String {
        anstream::adapter::strip_str(&self.raw()).to_string()
    }
}

impl Write for Recording {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A terminal whose streams are recorded.
pub(crate) fn recorded(settings: Settings) -> (Terminal, Recorder) {
    let (stdout, stderr) = (Recording::default(), Recording::default());
    let bars = Bars::new(ProgressDrawTarget::hidden, true);
    let streams = Streams::new(Box::new(stdout.clone()), Box::new(stderr.clone()), bars);
    (Terminal::on(streams, settings), Recorder { stdout, stderr })
}

/// A terminal whose stderr is a screen without colour.
pub(crate) fn on_screen(settings: Settings, screen: &InMemoryTerm) -> Terminal {
    let target = screen.clone();
    let bars = Bars::new(
        move || ProgressDrawTarget::term_like(Box::new(target.clone())),
        false,
    );
    let stderr = Box::new(Screen(screen.clone()));
    Terminal::on(Streams::new(Box::new(io::sink()), stderr, bars), settings)
}

/// A terminal that nothing can be written to.
pub(crate) fn unwritable(kind: io::ErrorKind) -> Terminal {
    let bars = Bars::new(ProgressDrawTarget::hidden, true);
    let streams = Streams::new(Box::new(Broken(kind)), Box::new(Broken(kind)), bars);
    Terminal::on(streams, Settings::default())
}

/// An error with a cause.
pub(crate) fn failure() -> impl std::error::Error {
    #[derive(Debug)]
    struct Failure(io::Error);

    impl std::fmt::Display for Failure {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("failed to write `Dockerfile`")
        }
    }

    impl std::error::Error for Failure {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }

    Failure(io::Error::other("permission denied"))
}

struct Screen(InMemoryTerm);

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = anstream::adapter::strip_str(str::from_utf8(bytes).unwrap()).to_string();
        // The terminal driver does this.
        self.0.write_str(&text.replace('\n', "\r\n"))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Broken(io::ErrorKind);

impl Write for Broken {
    fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(self.0.into())
    }
}
