//! sbt: the builds of Scala.
//!
//! Sources: the reference manual of sbt ("Build definition", "Multi-project builds"), the manuals of
//! sbt-native-packager, sbt-assembly and Play, "JDK Compatibility" in the documentation of Scala.

use dhtl_project_model::stack::{ProjectType, Stack, StackKind};
use dhtl_project_model::{Evidence, Found};

use super::super::draft::{self, command, found};
use super::super::frameworks::{Framework, Frameworks, framework};
use super::super::inventory::{Inventory, folders};
use super::super::tokens::{self, Token};
use super::statements;
use crate::places;
use crate::sources::Sources;
use crate::versions::Statement;

const PLAY: Framework = framework("sbt-plugin", "play", ProjectType::Web, Some(9000));

/// Frameworks by the name of the library.
const FRAMEWORKS: &[Framework] = &[
    framework("akka-http", "akka-http", ProjectType::Api, Some(8080)),
    framework("pekko-http", "pekko-http", ProjectType::Api, Some(8080)),
    framework(
        "http4s-ember-server",
        "http4s",
        ProjectType::Api,
        Some(8080),
    ),
    framework(
        "http4s-blaze-server",
        "http4s",
        ProjectType::Api,
        Some(8080),
    ),
    framework("zio-http", "zio-http", ProjectType::Api, Some(8080)),
    framework("cask", "cask", ProjectType::Api, Some(8080)),
    framework("scalatra", "scalatra", ProjectType::Api, Some(8080)),
    framework(
        "finatra-http-server",
        "finatra",
        ProjectType::Api,
        Some(8888),
    ),
    framework("finagle-http", "finagle", ProjectType::Api, Some(8080)),
    framework("spark-sql", "spark", ProjectType::Worker, None),
    framework("scopt", "scopt", ProjectType::Cli, None),
    framework("decline", "decline", ProjectType::Cli, None),
];

/// Plugins of sbt-native-packager, and those of Play, which bring it.
const PACKAGERS: [&str; 5] = [
    "JavaAppPackaging",
    "JavaServerAppPackaging",
    "PlayScala",
    "PlayJava",
    "PlayService",
];

/// What a `build.sbt` says.
#[derive(Debug, Default)]
struct Build {
    name: Option<(String, u32)>,
    version: Option<String>,
    scala: Option<(String, u32)>,
    script: Option<String>,
    jar: Option<String>,
    main_class: Option<(String, u32)>,
    dependencies: Vec<(String, u32)>,
    /// Its projects, in their order.
    projects: Vec<Project>,
}

/// A project of a build.
#[derive(Debug, Default)]
struct Project {
    id: String,
    folder: String,
    plugins: Vec<(String, u32)>,
}

/// The stacks of sbt.
pub(super) fn find(sources: &Sources<'_>, inventory: &Inventory<'_>) -> Vec<Stack> {
    let mut stacks: Vec<Stack> = Vec::new();
    for folder in folders(&inventory.sbt) {
        let path = places::inside(folder, "build.sbt");
        let is_inner = stacks
            .iter()
            .any(|stack| stack.folder == "." || places::relative(folder, &stack.folder).is_some());
        if !is_inner && !places::is_documentation(&path) {
            stacks.extend(stack(sources, folder, &path));
        }
    }
    stacks
}

fn stack(sources: &Sources<'_>, folder: &str, path: &str) -> Option<Stack> {
    let text = draft::code(sources, path)?;
    let build = Build::read(&text);
    let plugins = draft::here(sources.tree, folder, &["project/plugins.sbt"])
        .and_then(|path| draft::code(sources, &path))
        .unwrap_or_default();
    let evidence = Evidence::file(path, "build-sbt");
    let mut frameworks = Frameworks::default();
    for project in &build.projects {
        for (plugin, line) in &project.plugins {
            if plugin.starts_with("Play") {
                frameworks.add(PLAY, Evidence::at(path, *line, "sbt-plugin"));
            }
        }
    }
    for (library, line) in &build.dependencies {
        let evidence = Evidence::at(path, *line, "sbt-dependency");
        frameworks.add_package(FRAMEWORKS, library, evidence);
    }
    let purpose = purpose(sources, folder, path, &build, &frameworks);
    let purpose = draft::with_pages(sources.tree, folder, purpose);
    let value = purpose.value;
    let mut stack = Stack::new(folder, StackKind::Scala, evidence.clone(), purpose);
    stack.name = build
        .name
        .as_ref()
        .map(|(name, line)| found(name.clone(), &Evidence::at(path, *line, "sbt-name")));
    stack.frameworks = frameworks.names();
    let most = build.scala.as_ref().and_then(|(scala, line)| {
        let evidence = Evidence::at(path, *line, statements::SCALA_RULE);
        let text = format!("scala {scala}");
        Some((newest_java(scala)?, Statement { text, evidence }))
    });
    stack
        .runtimes
        .push(statements::version(sources, folder, None, most));
    let mut manager = draft::manager("sbt", None, &evidence);
    manager.version = draft::here(sources.tree, folder, &["project/build.properties"])
        .and_then(|path| statements::property(sources, &path, "sbt.version", "sbt-version"))
        .map(|statement| Found {
            value: statement.text,
            evidence: statement.evidence,
        });
    stack.package_manager = Some(manager);
    if matches!(value, ProjectType::Api | ProjectType::Web) {
        stack.port = frameworks.port();
    }
    if let Some((class, line)) = &build.main_class {
        let evidence = Evidence::at(path, *line, "sbt-main-class");
        stack.application = Some(found(class.clone(), &evidence));
    }
    add_commands(&mut stack, &build, &plugins, &frameworks);
    Some(stack)
}

impl Build {
    fn read(text: &str) -> Self {
        let tokens = tokens::tokens(text, tokens::SCALA);
        let mut build = Self::default();
        for (index, token) in tokens.iter().enumerate() {
            let rest = &tokens[index + 1..];
            if let Some(word) = token.word() {
                build.add(word, token.line, rest, &tokens[..index]);
            }
            // `"org.http4s" %% "http4s-dsl" % version`.
            let signs = rest.iter().take_while(|token| token.is_sign('%')).count();
            if token.text().is_some()
                && (1..=3).contains(&signs)
                && let Some(library) = rest.get(signs).and_then(|token| token.text())
            {
                build.dependencies.push((library.to_owned(), token.line));
            }
        }
        build
    }

    fn add(&mut self, word: &str, line: u32, rest: &[Token<'_>], before: &[Token<'_>]) {
        // `name := "shop"`.
        let is_set =
            matches!(rest, [colon, equals, ..] if colon.is_sign(':') && equals.is_sign('='));
        let text = || {
            let value = rest[2..].iter().take(3).find_map(|token| token.text())?;
            Some(value.to_owned())
        };
        match word {
            "name" if is_set && self.name.is_none() => {
                self.name = text().map(|name| (name, line));
            }
            "version" if is_set && self.version.is_none() => self.version = text(),
            "scalaVersion" if is_set && self.scala.is_none() => {
                // `scalaVersion := scala3Version`, of which the value stands above.
                let value = rest.get(2).and_then(|token| token.word());
                let named = value.and_then(|value| {
                    before.windows(4).find_map(|four| {
                        let is_it = four[0].is_word("val") && four[1].is_word(value);
                        four[3].text().filter(|_| is_it)
                    })
                });
                let version = named.map(str::to_owned).or_else(text);
                self.scala = version.map(|version| (version, line));
            }
            "executableScriptName" if is_set => self.script = text(),
            "assemblyJarName" if is_set => self.jar = text(),
            "mainClass" => {
                let mut near = rest.iter().take(12).take_while(|token| token.line == line);
                let class = near.find_map(|token| token.text());
                self.main_class = class.map(|class| (class.to_owned(), line));
            }
            // `lazy val server = (project in file("server"))`, `lazy val core = project`.
            "val" => {
                let is_project = rest.iter().take(6).any(|token| token.is_word("project"));
                let Some(id) = rest.first().and_then(|token| token.word()) else {
                    return;
                };
                if is_project {
                    let mut near = rest.iter().take(14);
                    let file = near.find(|token| token.is_word("file"));
                    let folder = file.and_then(|_| near.find_map(|token| token.text()));
                    self.projects.push(Project {
                        id: id.to_owned(),
                        folder: folder.unwrap_or(id).to_owned(),
                        plugins: Vec::new(),
                    });
                }
            }
            "enablePlugins" => {
                let listed = rest.iter().take_while(|token| !token.is_sign(')'));
                let listed = listed.filter_map(|token| Some((token.word()?.to_owned(), line)));
                if self.projects.is_empty() {
                    // What stands outside of all projects is said of the root.
                    self.projects.push(Project {
                        folder: ".".to_owned(),
                        ..Project::default()
                    });
                }
                if let Some(project) = self.projects.last_mut() {
                    project.plugins.extend(listed);
                }
            }
            _ => {}
        }
    }

    /// The projects that are made into a program with a script that starts it.
    fn packaged(&self) -> impl Iterator<Item = &Project> {
        self.projects.iter().filter(|project| {
            project
                .plugins
                .iter()
                .any(|(plugin, _)| PACKAGERS.contains(&plugin.as_str()))
        })
    }
}

fn purpose(
    sources: &Sources<'_>,
    folder: &str,
    path: &str,
    build: &Build,
    frameworks: &Frameworks,
) -> Found<ProjectType> {
    let packaged = build.packaged().flat_map(|project| &project.plugins).next();
    let runs = packaged
        .or(build.main_class.as_ref())
        .map(|(_, line)| Evidence::at(path, *line, "sbt-program"))
        .or_else(|| {
            let main = super::main_file(sources, folder)?;
            Some(Evidence::file(main, "main-file"))
        });
    match (runs, frameworks.purpose()) {
        (Some(_), Some(decided)) => decided,
        (Some(evidence), None) => found(ProjectType::App, &evidence),
        (None, _) => found(
            ProjectType::Library,
            &Evidence::file(path, "sbt-no-program"),
        ),
    }
}

/// The newest Java that an older Scala runs on; none where that is the default.
fn newest_java(scala: &str) -> Option<u32> {
    let mut parts = scala
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    let version = [(); 3].map(|()| parts.next().unwrap_or(0));
    let first = match version {
        [2, 11, _] => return Some(11),
        [2, 12, _] => [2, 12, 18],
        [2, 13, _] => [2, 13, 11],
        [3, ..] => [3, 3, 1],
        _ => return None,
    };
    (version < first).then_some(17)
}

fn add_commands(stack: &mut Stack, build: &Build, plugins: &str, frameworks: &Frameworks) {
    let evidence = stack.evidence.clone();
    let commands = &mut stack.commands;
    commands.test = command("sbt test", &evidence);
    if stack.project_type.value == ProjectType::Library {
        commands.build = command("sbt compile", &evidence);
        return;
    }
    commands.dev = command("sbt run", &evidence);
    let name = build.name.as_ref().map(|(name, _)| name.as_str());
    let packaged: Vec<&Project> = build.packaged().collect();
    let only = match packaged.as_slice() {
        [only] => Some(*only),
        several => several.iter().copied().find(|one| one.folder == "."),
    };
    if let Some(project) = only {
        let is_root = project.folder == ".";
        let id = Some(project.id.as_str()).filter(|id| !id.is_empty());
        let name = if is_root { name.or(id) } else { id };
        let script = build
            .script
            .clone()
            .or_else(|| name.map(normalized))
            .unwrap_or_else(|| "*".to_owned());
        let task = id
            .filter(|_| !is_root)
            .map_or_else(|| "stage".to_owned(), |id| format!("{id}/stage"));
        let place = places::inside(&project.folder, "target/universal/stage/bin");
        let port = if frameworks.has("play") {
            " -Dhttp.port=${PORT:-9000}"
        } else {
            ""
        };
        commands.build = command(format!("sbt {task}"), &evidence);
        commands.start = command(format!("{place}/{script}{port}"), &evidence);
    } else if plugins.contains("sbt-assembly") {
        let jar = build.jar.clone().unwrap_or_else(|| {
            let name = name.map_or_else(|| "*".to_owned(), normalized);
            let version = build.version.as_deref().unwrap_or("*");
            format!("{name}-assembly-{version}.jar")
        });
        commands.build = command("sbt assembly", &evidence);
        commands.start = command(format!("java -jar target/scala-*/{jar}"), &evidence);
    } else {
        commands.build = command("sbt compile", &evidence);
        commands.start = command("sbt run", &evidence);
    }
}

/// The name as it stands in file names.
fn normalized(name: &str) -> String {
    let parts = name.split(|one: char| !(one.is_alphanumeric() || one == '_' || one == '-'));
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    parts.join("-").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::super::super::shown::shown;

    #[test]
    fn play_is_staged() {
        let files = [
            (
                "build.sbt",
                "name := \"\"\"My Shop\"\"\"\nversion := \"1.0\"\n\
                 lazy val root = (project in file(\".\")).enablePlugins(PlayScala)\n\
                 scalaVersion := \"2.13.18\"\nlibraryDependencies += guice\n",
            ),
            ("project/build.properties", "sbt.version=1.11.7\n"),
            ("app/views/index.scala.html", ""),
        ];
        insta::assert_snapshot!(shown(&files), @r#"
        . Scala Web My Shop ["play"]
          Java 21 . (runtime-default)
          with sbt 1.11.7 build.sbt (build-sbt)
          build: sbt stage
          start: target/universal/stage/bin/my-shop -Dhttp.port=${PORT:-9000}
          dev: sbt run
          test: sbt test
          port 9000 build.sbt:3 (sbt-plugin)
        "#);
    }

    #[test]
    fn a_server_in_a_project_of_the_build() {
        let files = [(
            "build.sbt",
            "ThisBuild / scalaVersion := \"3.2.2\"\n\
                 lazy val core = project\n\
                 lazy val server = project\n  .in(file(\"modules/server\"))\n  .dependsOn(core)\n\
                 \x20 .enablePlugins(JavaAppPackaging)\n\
                 \x20 .settings(libraryDependencies ++= Seq(\"org.http4s\" %% \"http4s-ember-server\" % V))\n",
        )];
        insta::assert_snapshot!(shown(&files), @r#"
        . Scala Api  ["http4s"]
          Java 17 build.sbt:1 (scala-runs-on)
          with sbt  build.sbt (build-sbt)
          build: sbt server/stage
          start: modules/server/target/universal/stage/bin/server
          dev: sbt run
          test: sbt test
          port 8080 build.sbt:7 (sbt-dependency)
        "#);
    }

    #[test]
    fn programs_and_libraries() {
        let first = |files: &[(&str, &str)]| -> String {
            let shown = shown(files);
            let lines = shown.lines().filter(|line| {
                !line.starts_with(' ') || line.contains("build:") || line.contains("start:")
            });
            lines.collect::<Vec<_>>().join(" |")
        };
        let build = ("build.sbt", "name := \"x\"\nversion := \"0.1\"\n");
        assert_eq!(
            first(&[build]),
            ". Scala Library x [] |  build: sbt compile"
        );
        let main = ("src/main/scala/Main.scala", "object Main extends App {}\n");
        assert_eq!(
            first(&[build, main]),
            ". Scala App x [] |  build: sbt compile |  start: sbt run"
        );
        let assembly = (
            "project/plugins.sbt",
            "addSbtPlugin(\"com.eed3si9n\" % \"sbt-assembly\" % \"2\")",
        );
        assert_eq!(
            first(&[build, main, assembly]),
            ". Scala App x [] |  build: sbt assembly |  start: java -jar target/scala-*/x-assembly-0.1.jar"
        );
    }
}
