//! The rules by which causes are recognised: each looks at one line of a build, and what stands
//! around it.

mod explanation;
mod history;
mod interpreter;
mod machine;
mod packaging;
mod sources;
mod system;
#[cfg(test)]
mod tests;

use super::cause::Cause;
use super::output::Output;

/// A cause, and the line of the output that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sighting {
    /// The cause.
    pub(super) cause: Cause,
    /// The line; none where uv explains the cause in its own words.
    pub(super) line: Option<usize>,
}

/// What made uv fail; none where nothing known is to be seen.
///
/// The last thing that a build says is what ended it: what comes before may have been tried and
/// done without.
pub(super) fn diagnose(output: &Output<'_>) -> Option<Sighting> {
    if let Some(cause) = explanation::diagnose(output) {
        return Some(Sighting { cause, line: None });
    }
    let lines = output.body();
    let seen = (0..lines.len()).rev().find_map(|index| {
        let place = Place { lines, index };
        let cause = RULES.iter().find_map(|rule| rule(place))?;
        Some((index, cause))
    });
    let Some((index, cause)) = seen else {
        // What a build does not say itself, uv may have guessed.
        let cause = system::from_advice(&output.advice())?;
        return Some(Sighting { cause, line: None });
    };
    let cause = interpreter::tightened(cause, lines);
    Some(Sighting {
        cause,
        line: Some(index),
    })
}

type Rule = fn(Place<'_>) -> Option<Cause>;

/// All rules. Where several know a line, the first decides: the more special ones come first.
const RULES: [Rule; 36] = [
    machine::memory,
    machine::disk,
    interpreter::gone_header,
    interpreter::gone_from_the_c_api,
    interpreter::gone_lvalue,
    interpreter::gone_module,
    interpreter::gone_mode,
    interpreter::gone_name,
    interpreter::gone_attribute,
    interpreter::refused_by_setup,
    interpreter::python_two_syntax,
    interpreter::python_two_name,
    history::old_setuptools,
    history::old_cython,
    history::old_cmake,
    history::strict_compiler,
    system::compiler,
    system::header,
    system::library,
    system::pkg_config,
    system::meson,
    system::cmake,
    system::program_of_shell,
    system::program_of_python,
    system::program_by_name,
    sources::git_credentials,
    sources::git_key,
    sources::git_repository,
    sources::git_revision,
    sources::http_status,
    sources::unknown_host,
    machine::service,
    packaging::undeclared,
    packaging::own_file,
    packaging::layout,
    packaging::metadata,
];

/// A line of the output, in its surroundings.
#[derive(Debug, Clone, Copy)]
struct Place<'a> {
    lines: &'a [&'a str],
    index: usize,
}

impl<'a> Place<'a> {
    /// The line itself.
    fn text(self) -> &'a str {
        self.lines[self.index].trim()
    }

    /// The lines after it, nearest first.
    fn after(self) -> impl Iterator<Item = &'a str> {
        self.lines[self.index + 1..].iter().map(|line| line.trim())
    }

    /// The lines before it, nearest first.
    fn before(self) -> impl Iterator<Item = &'a str> {
        self.lines[..self.index]
            .iter()
            .rev()
            .map(|line| line.trim())
    }
}

/// What stands after `mark` in `text`.
fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    text.split_once(mark).map(|(_, rest)| rest)
}

/// What stands between `mark` and the next of `ends` in `text`; never nothing.
fn between<'a>(text: &'a str, mark: &str, ends: &[char]) -> Option<&'a str> {
    let rest = after(text, mark)?;
    let end = rest.find(ends).unwrap_or(rest.len());
    Some(rest[..end].trim()).filter(|found| !found.is_empty())
}

/// The quotation marks of compilers and interpreters, in any locale.
const QUOTES: [char; 5] = ['\'', '"', '`', '‘', '’'];

/// The first quoted text in `text`.
fn quoted(text: &str) -> Option<&str> {
    let start = text.find(QUOTES)?;
    let rest = &text[start..];
    let rest = &rest[rest.chars().next()?.len_utf8()..];
    let end = rest.find(QUOTES)?;
    Some(&rest[..end]).filter(|found| !found.is_empty())
}

/// The message of an exception called `name` on a line such as `name: message`, with or without the
/// module it comes from.
fn exception<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (class, message) = text.split_once(':')?;
    let is_it = class == name || class.rsplit_once('.').is_some_and(|(_, last)| last == name);
    is_it.then(|| message.trim())
}
