//! Reads a folder and says what project it holds: `folder -> Project`.
//!
//! **Invariant:** pure reading. Nothing of the project is run, nothing is written, and every fact
//! carries the file, line and rule it rests on.

mod code;
mod tree;
