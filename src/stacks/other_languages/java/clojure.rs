//! Clojure: Leiningen, and the command line of Clojure.
//!
//! Sources: the sample `project.clj` and the tutorial of Leiningen, lein-ring, "Deps and CLI" and
//! "tools.build Guide" in the documentation of Clojure.

use dhtl_project_model::Evidence;
use dhtl_project_model::stack::{ProjectType, Stack, StackKind};

use super::super::draft::{self, command, found};
use super::super::frameworks::{Framework, Frameworks, framework};
use super::super::inventory::{Inventory, ending};
use super::super::tokens::{self, Token};
use super::statements;
use crate::places;
use crate::sources::Sources;

/// Frameworks by library.
const FRAMEWORKS: &[Framework] = &[
    framework(
        "ring/ring-jetty-adapter",
        "ring",
        ProjectType::Api,
        Some(3000),
    ),
    framework("ring/ring", "ring", ProjectType::Api, Some(3000)),
    framework(
        "info.sunng/ring-jetty9-adapter",
        "ring",
        ProjectType::Api,
        Some(3000),
    ),
    framework("http-kit", "http-kit", ProjectType::Api, Some(8090)),
    framework(
        "http-kit/http-kit",
        "http-kit",
        ProjectType::Api,
        Some(8090),
    ),
    framework("aleph", "aleph", ProjectType::Api, Some(8080)),
    framework("luminus-immutant", "luminus", ProjectType::Web, Some(3000)),
    framework("luminus-undertow", "luminus", ProjectType::Web, Some(3000)),
    framework("luminus-http-kit", "luminus", ProjectType::Web, Some(3000)),
    framework(
        "io.pedestal/pedestal.service",
        "pedestal",
        ProjectType::Api,
        Some(8080),
    ),
    framework(
        "io.pedestal/pedestal.jetty",
        "pedestal",
        ProjectType::Api,
        Some(8080),
    ),
    framework("org.clojure/tools.cli", "tools.cli", ProjectType::Cli, None),
];

/// What a manifest says.
#[derive(Debug, Default)]
struct Manifest {
    name: Option<(String, u32)>,
    version: Option<String>,
    main: Option<(String, u32)>,
    /// The handler of lein-ring.
    ring: Option<u32>,
    jar: Option<String>,
    /// Whether every profile builds into a folder of its own.
    by_profile: bool,
    /// The alias that starts it, and with which option.
    alias: Option<(String, u32)>,
    frameworks: Frameworks,
}

/// The stacks of Clojure.
pub(super) fn find(sources: &Sources<'_>, inventory: &Inventory<'_>) -> Vec<Stack> {
    let mut stacks: Vec<Stack> = Vec::new();
    // Of two manifests of one folder the one of Leiningen says more about it.
    for name in ["project.clj", "deps.edn"] {
        for path in &inventory.clojure {
            let folder = places::folder(path);
            if places::file_name(path) != name
                || places::is_documentation(path)
                || stacks.iter().any(|stack| stack.folder == folder)
            {
                continue;
            }
            let Some(text) = draft::code(sources, path) else {
                continue;
            };
            let manifest = Manifest::read(path, &text);
            stacks.push(if name == "project.clj" {
                of_leiningen(sources, path, &manifest)
            } else {
                of_tools(sources, path, &manifest)
            });
        }
    }
    stacks
}

impl Manifest {
    fn read(path: &str, text: &str) -> Self {
        let tokens = tokens::tokens(text, tokens::CLOJURE);
        let mut manifest = Self::default();
        for (index, token) in tokens.iter().enumerate() {
            let Some(word) = token.word() else {
                continue;
            };
            manifest.add(word, token.line, &tokens[index + 1..], &tokens[..index]);
            let evidence = Evidence::at(path, token.line, "clojure-dependency");
            manifest.frameworks.add_package(FRAMEWORKS, word, evidence);
        }
        manifest
    }

    fn add(&mut self, word: &str, line: u32, rest: &[Token<'_>], before: &[Token<'_>]) {
        let text = || rest.first().and_then(|token| token.text());
        match word {
            "defproject" => {
                let name = rest.first().and_then(|token| token.word());
                let name = name.map(|name| places::file_name(name).to_owned());
                self.name = name.map(|name| (name, line));
                self.version = rest
                    .get(1)
                    .and_then(|token| token.text())
                    .map(str::to_owned);
            }
            ":main" if self.main.is_none() => {
                // `:main ^:skip-aot shop.core`.
                let name = rest.iter().take(3).filter_map(|token| token.word());
                let mut name = name.filter(|word| !word.starts_with(':'));
                self.main = name.next().map(|name| (name.to_owned(), line));
            }
            ":handler" => self.ring = Some(line),
            ":uberjar-name" => self.jar = text().map(str::to_owned),
            ":target-path" => self.by_profile = text().is_some_and(|text| text.contains("%s")),
            ":main-opts" | ":exec-fn" if self.alias.is_none() => {
                const STARTS: [&str; 6] = [":run", ":start", ":server", ":main", ":prod", ":serve"];
                let mut near = before.iter().rev().take(40);
                let alias =
                    near.find_map(|token| token.word().filter(|word| STARTS.contains(word)));
                let option = if word == ":exec-fn" { "-X" } else { "-M" };
                self.alias = alias.map(|alias| (format!("{option}{alias}"), line));
            }
            _ => {}
        }
    }
}

fn drafted(
    sources: &Sources<'_>,
    path: &str,
    manifest: &Manifest,
    runs: Option<Evidence>,
) -> Stack {
    let folder = places::folder(path);
    let purpose = match (runs, manifest.frameworks.purpose()) {
        (Some(_), Some(decided)) => decided,
        (Some(evidence), None) => found(ProjectType::App, &evidence),
        (None, _) => found(
            ProjectType::Library,
            &Evidence::file(path, "clojure-no-program"),
        ),
    };
    let purpose = draft::with_pages(sources.tree, folder, purpose);
    let value = purpose.value;
    let evidence = Evidence::file(path, "clojure-manifest");
    let mut stack = Stack::new(folder, StackKind::Clojure, evidence, purpose);
    stack.name = manifest
        .name
        .as_ref()
        .map(|(name, line)| found(name.clone(), &Evidence::at(path, *line, "clojure-name")));
    stack.frameworks = manifest.frameworks.names();
    stack
        .runtimes
        .push(statements::version(sources, folder, None, None));
    if matches!(value, ProjectType::Api | ProjectType::Web) {
        stack.port = manifest.frameworks.port();
    }
    if let Some((main, line)) = &manifest.main {
        stack.application = Some(found(
            main.clone(),
            &Evidence::at(path, *line, "clojure-main"),
        ));
    }
    stack
}

fn of_leiningen(sources: &Sources<'_>, path: &str, manifest: &Manifest) -> Stack {
    let at = |line, rule| Evidence::at(path, line, rule);
    let main = manifest
        .main
        .as_ref()
        .map(|(_, line)| at(*line, "clojure-main"));
    let ring = manifest.ring.map(|line| at(line, "lein-ring"));
    let mut stack = drafted(sources, path, manifest, ring.clone().or(main));
    let evidence = stack.evidence.clone();
    stack.package_manager = Some(draft::manager("leiningen", None, &evidence));
    let commands = &mut stack.commands;
    commands.install = command("lein deps", &evidence);
    commands.test = command("lein test", &evidence);
    if stack.project_type.value == ProjectType::Library {
        commands.build = command("lein jar", &evidence);
        return stack;
    }
    let is_ring = ring.is_some();
    let (build, dev) = if is_ring {
        ("lein ring uberjar", "lein ring server-headless")
    } else {
        ("lein uberjar", "lein run")
    };
    commands.build = command(build, &evidence);
    commands.dev = command(dev, &evidence);
    let jar = manifest.jar.clone().or_else(|| {
        let (name, _) = manifest.name.as_ref()?;
        let version = manifest.version.as_ref()?;
        Some(format!("{name}-{version}-standalone.jar"))
    });
    let jar = jar.unwrap_or_else(|| "*-standalone.jar".to_owned());
    let place = if manifest.by_profile {
        "target/uberjar"
    } else {
        "target"
    };
    commands.start = command(format!("java -jar {place}/{jar}"), &evidence);
    stack
}

fn of_tools(sources: &Sources<'_>, path: &str, manifest: &Manifest) -> Stack {
    let folder = places::folder(path);
    let script = draft::here(sources.tree, folder, &["build.clj"]);
    let jar = script
        .as_ref()
        .and_then(|script| uber(script, &draft::code(sources, script)?));
    let alias = manifest.alias.as_ref();
    let runs = jar
        .as_ref()
        .map(|jar| jar.evidence.clone())
        .or_else(|| alias.map(|(_, line)| Evidence::at(path, *line, "clojure-alias")));
    let mut stack = drafted(sources, path, manifest, runs);
    let evidence = stack.evidence.clone();
    stack.package_manager = Some(draft::manager("clojure", None, &evidence));
    let commands = &mut stack.commands;
    commands.install = command("clojure -P", &evidence);
    if let Some(jar) = jar {
        commands.build = command(format!("clojure -T:build {}", jar.task), &jar.evidence);
        commands.start = command(format!("java -jar {}", jar.file), &jar.evidence);
    } else {
        commands.start = alias.map(|(alias, line)| {
            let evidence = Evidence::at(path, *line, "clojure-alias");
            found(format!("clojure {alias}"), &evidence)
        });
    }
    stack
}

/// The archive that a `build.clj` makes, with a `*` for what is computed, and the task that makes it.
struct Uber {
    task: String,
    file: String,
    evidence: Evidence,
}

/// The archive that a script with this text makes.
fn uber(path: &str, text: &str) -> Option<Uber> {
    let tokens = tokens::tokens(text, tokens::CLOJURE);
    let named = |two: &[Token<'_>]| two[0].is_word("defn") && two[1].is_word("uber");
    let start = tokens.windows(2).position(named).or_else(|| {
        // Or the task that calls the one of the library.
        let call = tokens
            .iter()
            .position(|token| token.word().is_some_and(|word| word.ends_with("/uber")))?;
        tokens[..call]
            .iter()
            .rposition(|token| token.is_word("defn"))
    })?;
    let task = tokens.get(start + 1)?;
    let is_archive = |token: &Token<'_>| token.text().is_some_and(|text| ending(text) == "jar");
    let is_it = |token: &Token<'_>| {
        is_archive(token) && token.text().is_some_and(|text| text.contains("standalone"))
    };
    let at = tokens.iter().position(is_it);
    let at = at.or_else(|| tokens.iter().position(is_archive));
    let file = at.and_then(|at| tokens[at].text());
    let file = file.unwrap_or("target/*-standalone.jar");
    // `(format "target/%s.jar" lib)` has the group of the library in it.
    let has_group = at.is_some_and(|at| tokens.get(at + 1).is_some_and(|next| next.is_word("lib")));
    let mut libraries = tokens.windows(4).filter_map(|four| {
        let is_definition =
            four[0].is_word("def") && four[1].is_word("lib") && four[2].is_sign('\'');
        four[3].word().filter(|_| is_definition)
    });
    let library = libraries.next().filter(|_| has_group);
    let file = library.map_or_else(
        || file.to_owned(),
        |library| file.replacen("%s", library, 1),
    );
    let is_path = file
        .chars()
        .all(|one| one.is_ascii_alphanumeric() || "._-/%*".contains(one));
    let name = task.word().filter(|_| is_path)?;
    Some(Uber {
        task: name.to_owned(),
        file: file.replace("%s", "*"),
        evidence: Evidence::at(path, task.line, "clojure-build"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::shown::shown;

    #[test]
    fn leiningen_makes_an_archive() {
        let project = "(defproject org.x/shop \"0.1.0\" ; x\n  :dependencies [[ring/ring-jetty-adapter \"1.9\"]]\n\
            \x20 :main ^:skip-aot shop.core\n  :target-path \"target/%s\")\n";
        insta::assert_snapshot!(shown(&[("project.clj", project)]), @r#"
        . Clojure Api shop ["ring"]
          Java 21 . (runtime-default)
          with leiningen  project.clj (clojure-manifest)
          install: lein deps
          build: lein uberjar
          start: java -jar target/uberjar/shop-0.1.0-standalone.jar
          dev: lein run
          test: lein test
          application shop.core project.clj:3 (clojure-main)
          port 3000 project.clj:2 (clojure-dependency)
        "#);
        let check = |text: &str, expected: &str| {
            let shown = shown(&[("project.clj", text)]);
            assert!(shown.contains(expected), "{shown}");
        };
        check(
            "(defproject x \"1\" :ring {:handler x.core/handler})",
            "start: java -jar target/x-1-standalone.jar",
        );
        check(
            "(defproject x \"1\" :main x :uberjar-name \"x.jar\")",
            "start: java -jar target/x.jar",
        );
        check("(defproject x \"1\")", ". Clojure Library x []");
    }

    #[test]
    fn the_command_line_of_clojure() {
        let build = "(ns build)\n(def uber-file (format \"target/%s-%s-standalone.jar\" (name lib) version))\n\
            (defn clean [_])\n(defn uber [_])\n";
        let files = [("deps.edn", "{:paths [\"src\"]}"), ("build.clj", build)];
        insta::assert_snapshot!(shown(&files), @"
        . Clojure App  []
          Java 21 . (runtime-default)
          with clojure  deps.edn (clojure-manifest)
          install: clojure -P
          build: clojure -T:build uber
          start: java -jar target/*-*-standalone.jar
        ");
        let deps = "{:deps {http-kit/http-kit {:mvn/version \"2\"}}\n :aliases {:run {:main-opts [\"-m\" \"x.core\"]}}}";
        insta::assert_snapshot!(shown(&[("deps.edn", deps)]), @r#"
        . Clojure Api  ["http-kit"]
          Java 21 . (runtime-default)
          with clojure  deps.edn (clojure-manifest)
          install: clojure -P
          start: clojure -M:run
          port 8090 deps.edn:1 (clojure-dependency)
        "#);
        assert!(shown(&[("deps.edn", "{}")]).starts_with(". Clojure Library"));
    }
}
