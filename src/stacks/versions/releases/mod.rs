//! Which releases there are, and which is taken where nothing asks for one.

mod table;

use dhtl_project_model::stack::Runtime;

use super::number::Number;
use super::request::Request;

/// The day the table was written, which decides what is out of support.
pub(crate) const TABLE_DATE: &str = "2026-11-20";

/// A line of releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Release {
    /// The numbers that all of the line begin with: `22`, `3.12`.
    pub(crate) line: &'static str,
    /// The newest release of the line.
    pub(crate) newest: &'static str,
    /// The day its support ends; empty where none is set.
    pub(crate) ends: &'static str,
    /// The name of its long-term support, where it has any.
    pub(crate) long_term: Option<&'static str>,
}

impl Release {
    /// Whether somebody still mends it.
    pub(crate) fn is_supported(&self) -> bool {
        self.ends.is_empty() || self.ends >= TABLE_DATE
    }
}

/// The lines of releases of a runtime, the oldest first.
pub(crate) const fn releases_of(runtime: Runtime) -> &'static [Release] {
    match runtime {
        Runtime::Node => table::NODE,
        Runtime::Python => table::PYTHON,
        Runtime::Go => table::GO,
        Runtime::Deno => table::DENO,
        Runtime::Bun => table::BUN,
        Runtime::Rust => table::RUST,
        Runtime::Java => table::JAVA,
        Runtime::Ruby => table::RUBY,
        Runtime::Php => table::PHP,
        Runtime::Dotnet => table::DOTNET,
        Runtime::Elixir => table::ELIXIR,
        Runtime::Erlang => table::ERLANG,
        Runtime::Swift => table::SWIFT,
        Runtime::Gleam => table::GLEAM,
        Runtime::Zig => table::ZIG,
        Runtime::Haskell => table::HASKELL,
        Runtime::Crystal => table::CRYSTAL,
        Runtime::Dart => table::DART,
    }
}

/// The line that is taken where nothing asks for one: supported for another year at least, and out
/// for long enough that the packages of its ecosystem have followed.
pub(crate) const fn default_of(runtime: Runtime) -> &'static str {
    match runtime {
        Runtime::Node => "24",
        Runtime::Python => "3.13",
        Runtime::Go => "1.27",
        Runtime::Deno => "2",
        Runtime::Bun | Runtime::Gleam | Runtime::Crystal => "1",
        Runtime::Rust => "1.95",
        Runtime::Java => "21",
        Runtime::Ruby => "3.4",
        Runtime::Php => "8.4",
        Runtime::Dotnet => "10.0",
        Runtime::Elixir => "1.19",
        Runtime::Erlang => "28",
        Runtime::Swift => "6.2",
        Runtime::Zig => "0.15",
        Runtime::Haskell => "9.10",
        Runtime::Dart => "3",
    }
}

/// The newest release of the line that `request` comes to: the default where it will do, or else the
/// newest one with long-term support, or else the newest that is supported, or else the newest.
pub(crate) fn newest_matching(runtime: Runtime, request: &Request) -> Option<&'static Release> {
    let accepted = releases_of(runtime)
        .iter()
        .filter(|release| request.accepts(release.newest));
    preferred(runtime, accepted)
}

/// The one of `candidates` that is taken where all of them will do.
pub(super) fn preferred(
    runtime: Runtime,
    candidates: impl Iterator<Item = &'static Release>,
) -> Option<&'static Release> {
    candidates.max_by_key(|release| {
        let is_default = release.line == default_of(runtime);
        let is_kept = release.is_supported();
        let is_long_term = release.long_term.is_some();
        let number = Number::parse(release.line);
        (is_default, is_kept, is_long_term, number)
    })
}

/// The newest line.
pub(super) fn newest(runtime: Runtime) -> Option<&'static Release> {
    releases_of(runtime).last()
}

/// The line with long-term support that so many others follow.
pub(super) fn newest_long_term(runtime: Runtime, before: usize) -> Option<&'static Release> {
    releases_of(runtime)
        .iter()
        .rev()
        .filter(|release| release.long_term.is_some())
        .nth(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Runtime; 18] = [
        Runtime::Node,
        Runtime::Python,
        Runtime::Go,
        Runtime::Deno,
        Runtime::Bun,
        Runtime::Rust,
        Runtime::Java,
        Runtime::Ruby,
        Runtime::Php,
        Runtime::Dotnet,
        Runtime::Elixir,
        Runtime::Erlang,
        Runtime::Swift,
        Runtime::Gleam,
        Runtime::Zig,
        Runtime::Haskell,
        Runtime::Crystal,
        Runtime::Dart,
    ];

    #[test]
    fn the_table_is_in_order_and_every_release_belongs_to_its_line() {
        for runtime in ALL {
            let lines = releases_of(runtime);
            let numbers = lines.iter().map(|release| {
                let line = Number::parse(release.line).unwrap();
                let newest = Number::parse(release.newest).unwrap();
                assert!(newest.starts_with(&line), "{release:?}");
                let is_day = release.ends.is_empty() || release.ends.len() == TABLE_DATE.len();
                assert!(is_day, "{release:?}");
                line
            });
            assert!(
                numbers.is_sorted_by(|left, right| left < right),
                "{runtime:?}"
            );
        }
    }

    #[test]
    fn defaults_are_supported_lines_of_the_table() {
        for runtime in ALL {
            let default = releases_of(runtime)
                .iter()
                .find(|release| release.line == default_of(runtime));
            assert!(default.unwrap().is_supported(), "{runtime:?}");
        }
    }
}
