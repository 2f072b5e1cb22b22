//! Questions that are answered with yes or no.

use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use dhtl_project_model::CancelToken;

/// How long an unanswered question may hide that the user wants to stop.
const SLICE: Duration = Duration::from_millis(50);
/// How often the question is put again after an answer that is neither.
const PATIENCE: u32 = 3;

/// Puts the question with `say` until there is an answer; none when the input ends, when nobody
/// gives a clear answer, or when `cancel` is set.
pub(crate) fn confirm(
    question: &str,
    mut say: impl FnMut(&str),
    cancel: &CancelToken,
) -> Option<bool> {
    for _ in 0..PATIENCE {
        say(question);
        let Some(line) = next_line(cancel) else {
            // The cursor still stands behind the question.
            say("\n");
            return None;
        };
        if let Some(answer) = meaning(&line) {
            return Some(answer);
        }
    }
    None
}

/// What a typed line means; an empty one takes the default, which is no.
fn meaning(line: &str) -> Option<bool> {
    match line.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Some(true),
        "" | "n" | "no" => Some(false),
        _ => None,
    }
}

/// Reads in a thread of its own, because nothing wakes a reader when Ctrl-C is a flag.
pub(crate) fn next_line(cancel: &CancelToken) -> Option<String> {
    if cancel.is_cancelled() {
        return None;
    }
    let (sender, receiver) = mpsc::channel();
    let read = move || {
        let mut line = String::new();
        let length = io::stdin().read_line(&mut line).unwrap_or(0);
        // Nobody listens any more when the user has stopped; the line is lost with the process.
        let _ = sender.send((length > 0).then_some(line));
    };
    thread::Builder::new().spawn(read).ok()?;
    while !cancel.is_cancelled() {
        match receiver.recv_timeout(SLICE) {
            Ok(line) => return line,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_is_a_yes() {
        for yes in ["y\n", "YES\r\n", " yes "] {
            assert_eq!(meaning(yes), Some(true), "{yes:?}");
        }
        for no in ["n\n", "No\n", "\n", ""] {
            assert_eq!(meaning(no), Some(false), "{no:?}");
        }
        for unclear in ["yep\n", "1\n", "yes no\n"] {
            assert_eq!(meaning(unclear), None, "{unclear:?}");
        }
    }
}
