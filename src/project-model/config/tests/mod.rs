//! What holds for the format as a whole.

mod errors;
mod hostile;
mod manual;
mod reading;
mod rewriting;
mod seeds;
mod strategies;

use super::{ConfigError, Document};

/// Reads a text that must be readable.
#[track_caller]
fn parse(text: &str) -> Document {
    match Document::parse(text, ".dhtconfig") {
        Ok(document) => document,
        Err(error) => panic!("{error}\n{text}"),
    }
}

/// Reads a text that must not be.
#[track_caller]
fn refusal(text: &str) -> ConfigError {
    match Document::parse(text, ".dhtconfig") {
        Ok(document) => panic!("read as {:?}", document.config()),
        Err(error) => error,
    }
}
