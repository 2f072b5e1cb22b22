//! The `dhtl` command: parses what was typed, calls one capability, renders what comes back.

mod arguments;
mod commands;
mod context;
mod failure;
#[cfg(test)]
mod reference;
mod reports;
mod templates;

use std::process::ExitCode;

use crate::arguments::Cli;
use crate::context::Context;

fn main() -> ExitCode {
    let cli = match Cli::parse_or_explain() {
        Ok(cli) => cli,
        Err(exit_code) => return exit_code.into(),
    };
    let context = Context::from_globals(&cli.globals);
    if cli.command.changes_something() {
        context.end_orderly();
    }
    match commands::run(&context, &cli.command) {
        Ok(exit_code) => exit_code.into(),
        Err(failure) => failure.report(&context.terminal).into(),
    }
}
