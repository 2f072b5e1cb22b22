//! The lines at the bottom of the screen that move: one for each running step.

use std::fmt;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::elapsed::Elapsed;

/// The running steps, and how they are drawn.
///
/// Everything is drawn by those who hold the lock of the streams, and nothing by indicatif's own
/// threads: so no text can land on a line that moves, and a terminal that went away does no harm.
/// The cursor is never hidden, so that it need not be brought back.
pub(crate) struct Bars {
    target: Box<dyn Fn() -> ProgressDrawTarget + Send>,
    colored: bool,
    /// Made for the first running step.
    screen: Option<MultiProgress>,
    running: Vec<(String, ProgressBar)>,
    moving: bool,
}

impl Bars {
    /// The time between two pictures.
    pub(crate) const FRAME: Duration = Duration::from_millis(100);

    pub(crate) fn new(
        target: impl Fn() -> ProgressDrawTarget + Send + 'static,
        colored: bool,
    ) -> Self {
        let running = Vec::new();
        Self {
            target: Box::new(target),
            colored,
            screen: None,
            running,
            moving: false,
        }
    }

    /// Adds a line for a step.
    pub(crate) fn start(&mut self, id: &str, title: String) {
        let screen = self
            .screen
            .get_or_insert_with(|| MultiProgress::with_draw_target((self.target)()));
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let bar = screen.add(bar.with_style(style(self.colored)).with_prefix(title));
        bar.tick();
        self.running.push((id.to_owned(), bar));
    }

    /// Shows what a step printed last.
    pub(crate) fn say(&mut self, id: &str, line: String) {
        if let Some((_, bar)) = self.running.iter().find(|(running, _)| running == id) {
            bar.set_message(line);
        }
    }

    /// Takes the line of a step away.
    pub(crate) fn end(&mut self, id: &str) {
        if let Some(index) = self.running.iter().position(|(running, _)| running == id) {
            let (_, bar) = self.running.remove(index);
            self.take_away(&bar);
        }
    }

    /// Takes all lines away.
    pub(crate) fn end_all(&mut self) {
        for (_, bar) in std::mem::take(&mut self.running) {
            self.take_away(&bar);
        }
    }

    fn take_away(&self, bar: &ProgressBar) {
        bar.finish_and_clear();
        if let Some(screen) = &self.screen {
            screen.remove(bar);
        }
    }

    /// Clears the screen for other text.
    pub(crate) fn hide(&mut self) {
        if let Some(screen) = self.screen.as_ref().filter(|_| !self.running.is_empty()) {
            let _ = screen.clear();
        }
    }

    /// Draws the lines again, below the other text.
    pub(crate) fn show(&mut self) {
        // Every line is part of one picture, so one tick draws them all.
        if let Some((_, bar)) = self.running.first() {
            bar.force_draw();
        }
    }

    /// Whether somebody has to start calling [`tick`](Self::tick).
    pub(crate) fn begin_moving(&mut self) -> bool {
        !std::mem::replace(&mut self.moving, true)
    }

    /// Draws the next picture; false when nothing moves any more.
    pub(crate) fn tick(&mut self) -> bool {
        for (_, bar) in &self.running {
            bar.tick();
        }
        self.moving = !self.running.is_empty();
        self.moving
    }
}

fn style(colored: bool) -> ProgressStyle {
    let (dim, normal) = if colored {
        ("\u{1b}[2m", "\u{1b}[0m")
    } else {
        ("", "")
    };
    let template = format!("{{spinner}} {{prefix}} {dim}{{elapsed_text}}  {{wide_msg}}{normal}");
    ProgressStyle::with_template(&template)
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
        .with_key(
            "elapsed_text",
            |state: &ProgressState, out: &mut dyn fmt::Write| {
                let _ = match state.elapsed() {
                    // Tenths that change with every picture are only restless.
                    short if short.as_secs() < 60 => write!(out, "{}s", short.as_secs()),
                    long => write!(out, "{}", Elapsed(long)),
                };
            },
        )
        // Every terminal and every font has these.
        .tick_chars("-\\|/ ")
}
