//! The two streams: stdout answers, stderr talks.
//!
//! **Invariant:** nothing else in dhtl writes to them, and text of others (file names, output of
//! programs) reaches the screen without the control characters it may contain.

mod bars;
mod clean;
mod confirm;
mod count;
mod elapsed;
mod failure;
mod mark;
mod screen;
mod settings;
mod steps;
mod stream;
mod terminal;

#[cfg(test)]
mod recorder;

pub use clean::one_line;
pub use count::Count;
pub use elapsed::Elapsed;
pub use mark::{Mark, Styled, bold, dim};
pub use settings::{
    ColorChoice, Format, Settings, Verbosity, stderr_is_terminal, stdin_is_terminal,
    stdout_is_terminal,
};
pub use steps::StepsView;
pub use terminal::{Report, Terminal};
