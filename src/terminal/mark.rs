//! Marks and styles for reports; the streams take the colour away where it is not wanted.

use std::fmt;

use anstyle::{AnsiColor, Style};

/// The sign at the start of a line. It only decorates: the words say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// `✓`, in green: done, present, equal.
    Good,
    /// `✗`, in red: failed, missing, different.
    Bad,
    /// `!`, in yellow: worth a look.
    Attention,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mark, color) = match self {
            Self::Good => ("✓", AnsiColor::Green),
            Self::Bad => ("✗", AnsiColor::Red),
            Self::Attention => ("!", AnsiColor::Yellow),
        };
        write!(f, "{}", Styled::new(color.on_default(), mark))
    }
}

/// Text in a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Styled<T> {
    style: Style,
    text: T,
}

impl<T> Styled<T> {
    /// `text` in `style`. Of all styles only effects such as bold and underline and the sixteen
    /// foreground colours but black reach the screen.
    pub const fn new(style: Style, text: T) -> Self {
        Self { style, text }
    }
}

impl<T: fmt::Display> fmt::Display for Styled<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { style, text } = self;
        write!(f, "{style}{text}{style:#}")
    }
}

/// Text that matters, such as a heading.
pub const fn bold<T>(text: T) -> Styled<T> {
    Styled::new(Style::new().bold(), text)
}

/// Text that matters less, such as evidence.
pub const fn dim<T>(text: T) -> Styled<T> {
    Styled::new(Style::new().dimmed(), text)
}
