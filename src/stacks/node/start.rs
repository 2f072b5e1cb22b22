//! What starts a package.

use dhtl_project_model::stack::ProjectType;
use dhtl_project_model::{Evidence, Found};

use super::code::Code;
use super::compiled;
use super::entry;
use super::lock::Manager;
use super::recipes::Serve;
use super::scripts;
use super::stack::{Subject, looks_published};
use crate::json::Node;
use crate::places;

/// Servers of frameworks, for which there is nothing to serve where a build leaves only files.
const SERVERS_OF_PAGES: [&str; 6] = [
    "next start",
    "nuxt start",
    "react-router-serve",
    "remix-serve",
    ".output/server/",
    "dist/server/entry.",
];

/// Whether a command starts one of them.
pub(super) fn serves_pages(command: &str) -> bool {
    SERVERS_OF_PAGES.iter().any(|one| command.contains(one))
}

impl Subject<'_> {
    /// Whether Bun runs it, and does not only install its packages.
    pub(super) fn is_run_by_bun(&self) -> bool {
        let runs = |name: &str| {
            let script = scripts::resolved(self.package, name)?;
            let mut words = script
                .split_whitespace()
                .skip_while(|word| scripts::is_assignment(word));
            let first = words.next()?;
            // `bun run build` runs a script, which may well be one of Node.js.
            let calls_script = || {
                let mut words = words.clone().filter(|word| !word.starts_with('-'));
                words.next() == Some("run")
                    && words
                        .next()
                        .is_some_and(|name| self.package.script(name).is_some())
            };
            Some(first == "bun" && !calls_script() || script.contains("bunx --bun "))
        };
        let by_script = ["start", "dev"].iter().find_map(|name| runs(name));
        by_script.unwrap_or_else(|| {
            self.installer.manager == Manager::Bun
                && self.recipe.is_none()
                && !looks_published(self.package)
                && self.package.dependency("ts-node").is_none()
                && self.package.dependency("tsx").is_none()
        })
    }

    /// What starts it.
    pub(super) fn start(&self) -> Option<Found<String>> {
        let is_device =
            matches!(&self.recipe, Some(recipe) if recipe.project_type == ProjectType::App);
        if is_device {
            return None;
        }
        // What is exported cannot be started by the server of the framework.
        let is_exported = |script: &str| self.serves_files() && serves_pages(script);
        if let Some(name) = self
            .start_script
            .filter(|name| !scripts::resolved(self.package, name).is_some_and(is_exported))
        {
            return Some(Found {
                value: self.installer.run(name),
                evidence: self
                    .package
                    .script_evidence(name, "package-json-scripts-start"),
            });
        }
        if let Some(start) = self.tasks.start.clone() {
            return Some(self.of_moon(start));
        }
        if let Some(recipe) = &self.recipe {
            let value = match &recipe.serve {
                Serve::Program(program) => self.installer.program(program),
                Serve::Fetched(program) => self.installer.fetched(program),
                Serve::Command(command) => self.command(command),
                Serve::Files { .. } | Serve::Nothing => return None,
            };
            let evidence = recipe.evidence.clone();
            return Some(Found { value, evidence });
        }
        self.of_file()
    }

    pub(super) fn of_moon(&self, task: Found<String>) -> Found<String> {
        Found {
            value: self.installer.root_program(&task.value),
            evidence: task.evidence,
        }
    }

    /// A command with the path of a file in it, as it is typed at the root of a workspace.
    fn command(&self, command: &str) -> String {
        match command.split_once(' ') {
            Some((program, file)) => format!("{program} {}", self.installer.file(file)),
            None => command.to_owned(),
        }
    }

    /// What runs the file that the package names, or that its script for development runs.
    fn of_file(&self) -> Option<Found<String>> {
        let package = self.package;
        let has_bin = package.manifest.get("bin").is_some();
        if has_bin && let Some(bin) = self.bin() {
            return Some(bin);
        }
        let is_library =
            looks_published(package) || (self.is_member() && self.packages.is_needed(package));
        if is_library {
            return None;
        }
        let watched = ["start", "dev"].iter().find_map(|name| {
            let file = scripts::file_of(scripts::resolved(package, name)?)?;
            let value = entry::existing(self.sources, package, file)?;
            let evidence = package.script_evidence(name, "package-json-scripts-file");
            Some(Found { value, evidence })
        });
        let compiled = self.compiled_main();
        let found = compiled.or(watched).or_else(|| self.main_file());
        let start = found.and_then(|file| {
            Some(Found {
                value: self.runner(&file.value)?,
                evidence: file.evidence,
            })
        });
        // What only serves for development is better than nothing.
        start.or_else(|| {
            let script = package.script("start")?;
            // Several servers for development at once are those of packages of their own.
            let is_of_others = scripts::delegated(script).is_some()
                || (script.contains("concurrently") && self.packages.list.len() > 1);
            (!is_of_others).then(|| Found {
                value: self.installer.run("start"),
                evidence: package.script_evidence("start", "package-json-scripts-start"),
            })
        })
    }

    /// The file that Node.js or Bun runs where no script says so. One that only hands a server over is
    /// called by something else; Bun serves it.
    fn main_file(&self) -> Option<Found<String>> {
        let package = self.package;
        let mut files = entry::main_files(self.sources, package);
        if self.is_run_by_bun {
            return files.next();
        }
        // What others are to load is no program.
        let exports = package.manifest.get("exports");
        let is_exported = |file: &str| {
            exports.is_some_and(|exports| {
                let named = exports.get(".").unwrap_or(exports);
                let texts = std::iter::once(named)
                    .chain(named.entries().iter().map(|(_, node)| node))
                    .filter_map(Node::text);
                texts
                    .into_iter()
                    .any(|text| text.trim_start_matches("./") == file)
            })
        };
        files.find(|file| !is_exported(&file.value) && !self.is_handed_over(&file.value))
    }

    /// Whether a file of a server only hands it over.
    fn is_handed_over(&self, file: &str) -> bool {
        if self.written.servers.is_empty() {
            return false;
        }
        let path = places::inside(&self.package.folder, file);
        Code::read(self.sources, &path).is_some_and(|code| code.is_handed_over())
    }

    /// The file that hands a server over to what calls it.
    pub(super) fn handed_over(&self) -> Option<Evidence> {
        if looks_published(self.package) {
            return None;
        }
        let mut files = entry::main_files(self.sources, self.package);
        let file = files.find(|file| self.is_handed_over(&file.value))?;
        let path = places::inside(&self.package.folder, &file.value);
        Some(Evidence::file(path, "code-server"))
    }

    pub(super) fn is_member(&self) -> bool {
        self.installer.member().is_some()
    }

    /// `main`, where a build makes it.
    fn compiled_main(&self) -> Option<Found<String>> {
        let main = self.package.text(&["main"], "package-json-main")?;
        let is_made = self.is_made(&main.value);
        let value = main.value.trim_start_matches("./").to_owned();
        is_made.then_some(Found { value, ..main })
    }

    /// Whether a build makes a file that is not there.
    fn is_made(&self, name: &str) -> bool {
        let first = name.trim_start_matches("./").split('/').next();
        matches!(first, Some("dist" | "build" | "lib" | "out"))
            && scripts::build(self.package).is_some()
            && entry::existing(self.sources, self.package, name).is_none()
    }

    /// The command of the package.
    fn bin(&self) -> Option<Found<String>> {
        let bin = self.package.manifest.get("bin")?;
        let first = bin.entries().first().map_or(bin, |(_, node)| node);
        let named = first.text()?;
        let value = entry::existing(self.sources, self.package, named).or_else(|| {
            self.is_made(named)
                .then(|| named.trim_start_matches("./").to_owned())
        })?;
        Some(Found {
            value: self.runner(&value)?,
            evidence: self.package.evidence(first.line, "package-json-bin"),
        })
    }

    /// What runs a file of the package.
    fn runner(&self, file: &str) -> Option<String> {
        let path = self.installer.file(file);
        let is_typescript = places::file_name(file)
            .rsplit_once('.')
            .is_some_and(|(_, end)| matches!(end, "ts" | "mts" | "cts" | "tsx" | "jsx"));
        if self.is_run_by_bun {
            return Some(format!("bun run {path}"));
        }
        if !is_typescript {
            return Some(format!("node {path}"));
        }
        if let Some(made) = compiled::file(self.sources, self.package, file) {
            return Some(format!("node {}", self.installer.file(&made)));
        }
        for loader in ["tsx", "ts-node", "esbuild-register"] {
            if self.package.dependency(loader).is_some() && loader != "esbuild-register" {
                return Some(self.installer.program(&format!("{loader} {file}")));
            }
        }
        // Node.js takes types out by itself from version 23.6 on, and from 22.18.
        let mut numbers = self.node.version.value.split('.');
        let major: u32 = numbers.next()?.parse().ok()?;
        let minor = numbers.next().and_then(|minor| minor.parse().ok());
        let strips = match (major, minor) {
            (22, minor) => minor.is_none_or(|minor: u32| minor >= 18),
            (major, _) => major >= 24,
        };
        strips.then(|| format!("node {path}"))
    }
}
