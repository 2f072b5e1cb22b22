//! Errors, in both faces.

use std::error::Error;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Color, Style};
use dhtl_project_model::ExitCode;
use serde::Serialize;

use crate::clean::{Keep, clean};
use crate::mark::Styled;

/// The face for programs.
#[derive(Debug, Serialize)]
pub(crate) struct FailureDocument {
    error: Failure,
}

#[derive(Debug, Serialize)]
struct Failure {
    message: String,
    causes: Vec<String>,
    hint: Option<String>,
    exit_code: u8,
}

impl FailureDocument {
    pub(crate) fn new(error: &dyn Error, hint: Option<&str>, exit_code: ExitCode) -> Self {
        let mut messages = messages(error);
        let message = messages.remove(0);
        let hint = hint.map(ToOwned::to_owned);
        Self {
            error: Failure {
                message,
                causes: messages,
                hint,
                exit_code: exit_code as u8,
            },
        }
    }
}

/// The face for people.
pub(crate) fn failure_text(error: &dyn Error, hint: Option<&str>) -> String {
    let mut text = String::new();
    for (depth, message) in messages(error).iter().enumerate() {
        let line = if depth == 0 {
            label(AnsiColor::Red, "error", message)
        } else {
            format!("  caused by: {}\n", indented(message, "    "))
        };
        text.push_str(&line);
    }
    if let Some(hint) = hint {
        let _ = write!(text, "\n{}", label(AnsiColor::Cyan, "hint", hint));
    }
    text
}

/// A line such as `warning: message`.
pub(crate) fn label(color: AnsiColor, label: &str, message: &str) -> String {
    let style = Style::new().bold().fg_color(Some(Color::Ansi(color)));
    format!(
        "{}: {}\n",
        Styled::new(style, label),
        indented(message, "  ")
    )
}

/// The messages of the error and its causes. One that only repeats the one before it is left out.
fn messages(error: &dyn Error) -> Vec<String> {
    let mut messages = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        if messages.last() != Some(&message) {
            messages.push(message);
        }
        cause = error.source();
    }
    messages
}

/// The cleaned message, with every line after the first indented.
fn indented(message: &str, indent: &str) -> String {
    clean(message, Keep::Lines)
        .trim_end()
        .replace('\n', &format!("\n{indent}"))
}
