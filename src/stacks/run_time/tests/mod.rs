//! Tables of files and what they come to.

mod choices;
mod statements;
