//! What the build files of C and C++ say.

use dhtl_project_model::stack::ProjectType;
use dhtl_project_model::{Evidence, Found};

use super::super::draft::found;
use super::super::frameworks::{Framework, Frameworks, framework};
use super::super::tokens::{self, Token};
use crate::places;
use crate::sources::Sources;

/// Frameworks by the package that `find_package` or `dependency` names.
const FRAMEWORKS: &[Framework] = &[
    framework("Drogon", "drogon", ProjectType::Api, Some(8080)),
    framework("drogon", "drogon", ProjectType::Api, Some(8080)),
    framework("Crow", "crow", ProjectType::Api, Some(18080)),
    framework("httplib", "cpp-httplib", ProjectType::Api, None),
    framework("oatpp", "oatpp", ProjectType::Api, Some(8000)),
    framework("Pistache", "pistache", ProjectType::Api, None),
    framework("gRPC", "grpc", ProjectType::Api, None),
    framework("Qt5", "qt", ProjectType::App, None),
    framework("Qt6", "qt", ProjectType::App, None),
    framework("qt6", "qt", ProjectType::App, None),
    framework("SDL2", "sdl", ProjectType::App, None),
    framework("SFML", "sfml", ProjectType::App, None),
    framework("raylib", "raylib", ProjectType::App, None),
    framework("wxWidgets", "wxwidgets", ProjectType::App, None),
    framework("gtk4", "gtk", ProjectType::App, None),
    framework("gtk+-3.0", "gtk", ProjectType::App, None),
    framework("CLI11", "cli11", ProjectType::Cli, None),
    framework("cxxopts", "cxxopts", ProjectType::Cli, None),
];

/// What a build file says.
#[derive(Debug, Default)]
pub(super) struct Build {
    /// The name of the project.
    pub(super) name: Option<Found<String>>,
    /// What it makes to be run.
    pub(super) programs: Vec<Found<String>>,
    /// What it makes for others.
    pub(super) libraries: Vec<Found<String>>,
    /// What it is built with.
    pub(super) frameworks: Frameworks,
}

/// `project(shop)`, `add_executable(shop …)`, `find_package(Drogon …)`.
pub(super) fn of_cmake(path: &str, text: &str) -> Build {
    let mut build = Build::default();
    let tokens = tokens::tokens(text, tokens::CMAKE);
    for (token, arguments) in calls(&tokens) {
        let at = |rule| Evidence::at(path, token.line, rule);
        let Some(first) = named(arguments.first().and_then(|first| first.word_or_text())) else {
            continue;
        };
        let command = token.word().unwrap_or_default().to_ascii_lowercase();
        let name = build.name.as_ref().map_or("", |name| name.value.as_str());
        let target = first
            .replace("${PROJECT_NAME}", name)
            .replace("${CMAKE_PROJECT_NAME}", name);
        let words: Vec<&str> = arguments
            .iter()
            .filter_map(|one| one.word())
            .take(3)
            .collect();
        let is_other =
            words.contains(&"ALIAS") || words.contains(&"IMPORTED") || target.contains("${");
        match command.as_str() {
            "project" if build.name.is_none() => {
                build.name = Some(found(first.to_owned(), &at("cmake-project")));
            }
            "add_executable" | "qt_add_executable" | "qt6_add_executable"
                if !is_other && !is_for_tests(&target) =>
            {
                build
                    .programs
                    .push(found(target, &at("cmake-add-executable")));
            }
            "add_library" if !is_other => {
                build
                    .libraries
                    .push(found(target, &at("cmake-add-library")));
            }
            "find_package" => {
                build
                    .frameworks
                    .add_package(FRAMEWORKS, first, at("cmake-find-package"));
            }
            _ => {}
        }
    }
    build
}

/// `project('shop', 'c')`, `executable('shop', …)`, `dependency('gtk4')`.
pub(super) fn of_meson(path: &str, text: &str) -> Build {
    let mut build = Build::default();
    let tokens = tokens::tokens(text, tokens::MESON);
    for (token, arguments) in calls(&tokens) {
        let at = |rule| Evidence::at(path, token.line, rule);
        let Some(first) = named(arguments.first().and_then(|first| first.text())) else {
            continue;
        };
        match token.word().unwrap_or_default() {
            "project" => build.name = Some(found(first.to_owned(), &at("meson-project"))),
            "executable" if !is_for_tests(first) => {
                build
                    .programs
                    .push(found(first.to_owned(), &at("meson-executable")));
            }
            "library" | "shared_library" | "static_library" | "both_libraries" => {
                build
                    .libraries
                    .push(found(first.to_owned(), &at("meson-library")));
            }
            "dependency" => {
                let evidence = at("meson-dependency");
                build.frameworks.add_package(FRAMEWORKS, first, evidence);
            }
            _ => {}
        }
    }
    build
}

/// `AC_INIT([shop], …)`, and `bin_PROGRAMS` of the `Makefile.am` beside it.
pub(super) fn of_autotools(sources: &Sources<'_>, folder: &str, path: &str, text: &str) -> Build {
    let mut build = Build::default();
    for (line, content) in (1..).zip(text.lines()) {
        if let Some(rest) = content.trim_start().strip_prefix("AC_INIT(") {
            let name = rest.split([',', ')']).next().unwrap_or_default();
            let name = name.trim().trim_matches(['[', ']']);
            if !name.is_empty() {
                build.name = Some(found(
                    name.to_owned(),
                    &Evidence::at(path, line, "autoconf-init"),
                ));
            }
        }
    }
    for name in ["Makefile.am", "src/Makefile.am"] {
        let path = places::inside(folder, name);
        let text = sources.text(&path).unwrap_or_default();
        for (line, content) in (1..).zip(text.lines()) {
            let Some((key, value)) = content.split_once('=') else {
                continue;
            };
            let at = |rule| Evidence::at(&path, line, rule);
            let first = value.split_whitespace().next().map(str::to_owned);
            match key.trim().trim_end_matches('+').trim() {
                "bin_PROGRAMS" | "sbin_PROGRAMS" => {
                    build
                        .programs
                        .extend(first.map(|first| found(first, &at("automake-programs"))));
                }
                "lib_LTLIBRARIES" | "lib_LIBRARIES" => {
                    build
                        .libraries
                        .extend(first.map(|first| found(first, &at("automake-libraries"))));
                }
                _ => {}
            }
        }
    }
    build
}

/// `TARGET = shop`, and `-o shop` where a makefile calls the compiler.
pub(super) fn of_make(path: &str, text: &str) -> Build {
    const NAMES: [&str; 12] = [
        "APP",
        "BIN",
        "BINARY",
        "EXE",
        "EXEC",
        "EXECUTABLE",
        "OUT",
        "OUTPUT",
        "PROG",
        "PROGRAM",
        "TARGET",
        "TARGET_EXEC",
    ];
    let is_program = |name: &str| {
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        !name.is_empty()
            && !name.starts_with(['-', '/'])
            && !name.contains(['$', '(', '*', '%', '@'])
            && !matches!(ending, "o" | "a" | "so" | "dylib" | "c" | "h")
            && !is_for_tests(name)
    };
    let mut build = Build::default();
    let mut compiled = Vec::new();
    for (line, content) in (1..).zip(text.lines()) {
        if content.trim_start().starts_with('#') {
            continue;
        }
        if !content.starts_with('\t')
            && let Some((name, value)) = content.split_once('=')
        {
            let name = name.trim_end_matches([':', '?', '+', ' ', '\t']).trim();
            let value = value.split_whitespace().next().unwrap_or_default();
            if NAMES.contains(&name.to_ascii_uppercase().as_str()) && is_program(value) {
                let evidence = Evidence::at(path, line, "makefile-program");
                let value = value.trim_start_matches("./").to_owned();
                build.programs.push(found(value, &evidence));
            }
            continue;
        }
        let mut words = content.split_whitespace().skip_while(|word| *word != "-o");
        let value = words.nth(1).unwrap_or_default();
        if content.starts_with('\t') && is_program(value) {
            let evidence = Evidence::at(path, line, "makefile-compiled");
            compiled.push(found(value.trim_start_matches("./").to_owned(), &evidence));
        }
    }
    // What is compiled by name is the program where it is the only one.
    if build.programs.is_empty() && compiled.len() == 1 {
        build.programs = compiled;
    }
    build
}

/// The arguments of a call that are looked at.
const MOST: usize = 200;

/// The words in front of brackets, and what is in the brackets.
fn calls<'s, 't>(tokens: &'s [Token<'t>]) -> impl Iterator<Item = (Token<'t>, &'s [Token<'t>])> {
    tokens.windows(2).enumerate().filter_map(|(index, pair)| {
        if pair[0].word().is_none() || !pair[1].is_sign('(') {
            return None;
        }
        let arguments = &tokens[index + 2..];
        let end = arguments.iter().take(MOST).position(|one| one.is_sign(')'));
        Some((
            pair[0],
            &arguments[..end.unwrap_or(arguments.len().min(MOST))],
        ))
    })
}

/// A name, as in a file that is whole: one cut off behind a quote leaves an empty one.
fn named(name: Option<&str>) -> Option<&str> {
    name.filter(|name| !name.trim().is_empty())
}

fn is_for_tests(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let mut words = lower.split(['-', '_']);
    words.any(|word| {
        matches!(
            word,
            "test" | "tests" | "bench" | "benchmark" | "example" | "fuzz" | "fuzzer"
        )
    }) || lower.ends_with("test")
        || lower.ends_with("tests")
}
