//! What build scripts and settings of Gradle say.
//!
//! A script is code, and is not run: what is read are the forms in which people write plugins,
//! dependencies, versions and names.

use dhtl_project_model::Evidence;

use super::super::inventory::ending;
use super::super::tokens::{self, Token};
use super::gradle_catalog::{Catalog, Entry};
use crate::versions::Statement;

/// What the scripts of a folder say.
#[derive(Debug, Clone, Default)]
pub(super) struct Build {
    /// The folder.
    pub(super) folder: String,
    /// The path of the script.
    pub(super) path: String,
    /// Names of plugins, and lines.
    pub(super) plugins: Vec<(String, u32)>,
    /// Artifacts that are depended on, and lines.
    pub(super) dependencies: Vec<(String, u32)>,
    /// The version of what is built.
    pub(super) version: Option<String>,
    /// The Java that it is built with.
    pub(super) toolchain: Option<Statement>,
    /// The Java that it is built for.
    pub(super) compatibility: Option<Statement>,
    /// The class that is started, and the line.
    pub(super) main_class: Option<(String, u32)>,
    /// The task called `run` that starts a class, and the line.
    pub(super) run_task: Option<u32>,
    /// The name of the archive that runs.
    pub(super) archive: Option<String>,
    /// The projects that it uses, by their paths: `:api`, `:core:data`.
    pub(super) projects: Vec<String>,
    /// Scripts that it takes over, as it names them.
    pub(super) applied: Vec<String>,
    /// What it says to the projects within.
    pub(super) shared: Option<Box<Build>>,
}

/// What the settings of a folder say.
#[derive(Debug, Clone, Default)]
pub(super) struct Settings {
    /// The path of the script.
    pub(super) path: String,
    /// The name of the root, and the line.
    pub(super) name: Option<(String, u32)>,
    /// The folders of the projects within, as seen from the settings, and lines.
    pub(super) projects: Vec<(String, u32)>,
}

impl Build {
    /// What the text of a script says.
    pub(super) fn read(folder: &str, path: &str, text: &str, catalog: &Catalog) -> Self {
        let tokens = tokens::tokens(text, tokens::GRADLE);
        let mut build = Self::of_tokens(folder, path, &tokens, catalog);
        let blocks = ["subprojects", "allprojects"];
        let mut index = 0;
        while let Some(token) = tokens.get(index) {
            index += 1;
            let opens = tokens.get(index).is_some_and(|next| next.is_sign('{'));
            if opens && token.word().is_some_and(|word| blocks.contains(&word)) {
                let inner = block(&tokens[index..]);
                index += inner.len();
                let read = Self::of_tokens(folder, path, inner, catalog);
                match &mut build.shared {
                    Some(shared) => shared.take_over(&read),
                    None => build.shared = Some(Box::new(read)),
                }
            }
        }
        build
    }

    fn of_tokens(folder: &str, path: &str, tokens: &[Token<'_>], catalog: &Catalog) -> Self {
        let mut build = Self {
            folder: folder.to_owned(),
            path: path.to_owned(),
            ..Self::default()
        };
        let mut index = 0;
        while let Some(token) = tokens.get(index) {
            let rest = &tokens[index + 1..];
            index += 1;
            let before = &tokens[..index - 1];
            if token.is_word("subprojects") && rest.first().is_some_and(|next| next.is_sign('{')) {
                // What is said to the projects within is not said of this one.
                index += block(rest).len();
                continue;
            }
            // An alias that the catalogue knows needs no guess.
            let is_known = token.is_word("alias")
                && rest.get(1).is_some_and(|next| next.is_word("libs"))
                && catalog.entry(&rest[2..]).is_some();
            if let Some(word) = token.word().filter(|_| !is_known) {
                build.add(word, *token, rest, before);
            }
            if token.is_word("libs") {
                build.add_entry(catalog.entry(rest), token.line, before, rest);
            }
            match token.text() {
                Some(MANIFEST_CLASS) => {
                    build.plugins.push((MANIFEST_CLASS.to_owned(), token.line));
                }
                Some(text) => build.add_dependency(text, token.line, before),
                None => {}
            }
        }
        build
    }

    /// Adds what another script says, where this one says nothing itself.
    pub(super) fn take_over(&mut self, other: &Self) {
        self.plugins.extend(other.plugins.iter().cloned());
        self.dependencies.extend(other.dependencies.iter().cloned());
        self.applied.extend(other.applied.iter().cloned());
        self.version = self.version.take().or_else(|| other.version.clone());
        self.toolchain = self.toolchain.take().or_else(|| other.toolchain.clone());
        self.compatibility = self
            .compatibility
            .take()
            .or_else(|| other.compatibility.clone());
        self.main_class = self.main_class.take().or_else(|| other.main_class.clone());
    }

    /// Adds what a name of the catalogue stands for.
    fn add_entry(
        &mut self,
        entry: Option<Entry>,
        line: u32,
        before: &[Token<'_>],
        rest: &[Token<'_>],
    ) {
        let scope = before.iter().rev().take(3).find_map(|token| token.word());
        match entry {
            Some(Entry::Plugin(id)) if !is_for_others(rest, line) => self.plugins.push((id, line)),
            Some(Entry::Libraries(artifacts)) if !is_of_tests(scope) => {
                let artifacts = artifacts.into_iter().map(|artifact| (artifact, line));
                self.dependencies.extend(artifacts);
            }
            Some(Entry::Version(version)) => {
                let near = before.iter().rev().take(8);
                let mut near = near.take_while(|token| token.line == line);
                let number = version.strip_prefix("1.").unwrap_or(&version);
                let asks = near
                    .any(|token| token.is_word("languageVersion") || token.is_word("jvmToolchain"));
                if asks && self.toolchain.is_none() && number.parse::<u32>().is_ok() {
                    self.toolchain = Some(Statement {
                        text: version,
                        evidence: Evidence::at(&self.path, line, "gradle-toolchain"),
                    });
                }
            }
            _ => {}
        }
    }

    /// Adds what a word and what stands around it say.
    fn add(&mut self, word: &str, token: Token<'_>, rest: &[Token<'_>], before: &[Token<'_>]) {
        let line = token.line;
        if matches!(word, "id" | "kotlin" | "alias") && is_for_others(rest, line) {
            return;
        }
        match word {
            // `id 'java'`, `id("java")`, `apply plugin: 'java'`.
            "id" | "plugin" => {
                let text = rest.iter().take(2).find_map(|token| token.text());
                self.plugins
                    .extend(text.map(|text| (text.to_owned(), line)));
            }
            // `kotlin("jvm")`.
            "kotlin" if rest.first().is_some_and(|next| next.is_sign('(')) => {
                let text = rest.get(1).and_then(|token| token.text());
                self.plugins
                    .extend(text.map(|text| (format!("org.jetbrains.kotlin.{text}"), line)));
            }
            // `plugins { application }`, `` `java-library` ``.
            "application"
                if rest.first().is_none_or(|next| !next.is_sign('='))
                    && before.last().is_none_or(|last| !last.is_sign('.')) =>
            {
                self.plugins.push((word.to_owned(), line));
            }
            "alias" => {
                // `alias(libs.plugins.spring.boot)` names it with points.
                let words: Vec<&str> = rest
                    .iter()
                    .take(NEAR)
                    .take_while(|token| !token.is_sign(')'))
                    .filter_map(|token| token.word())
                    .filter(|word| !matches!(*word, "libs" | "plugins"))
                    .collect();
                self.plugins.push((alias(&words), line));
            }
            "version" if self.version.is_none() => {
                let assigned = rest.first().is_some_and(|next| next.is_sign('='));
                let text = rest
                    .get(usize::from(assigned))
                    .and_then(|token| token.text());
                let stands_alone = rest.first().is_some_and(|next| next.line == line);
                // That of a plugin stands on the line of the plugin.
                let is_of_plugin = self.plugins.last().is_some_and(|(_, at)| *at == line);
                if stands_alone && !is_of_plugin {
                    self.version = text.filter(|text| !text.contains('$')).map(str::to_owned);
                }
            }
            "languageVersion" | "jvmToolchain" if self.toolchain.is_none() => {
                self.toolchain = self.number(rest, line, "gradle-toolchain");
            }
            "sourceCompatibility" | "targetCompatibility" | "jvmTarget" | "release"
                if self.compatibility.is_none() =>
            {
                self.compatibility = self.number(rest, line, "gradle-compatibility");
            }
            "mainClass" | "mainClassName" => self.add_main_class(line, rest, before),
            // `bootJar { archiveFileName = "shop.jar" }`.
            "archiveFileName" | "archiveName" => {
                let text = rest.iter().take(4).find_map(|token| token.text());
                let text = text
                    .filter(|text| !text.contains('$') && matches!(ending(text), "jar" | "war"));
                self.archive = text.map(str::to_owned);
            }
            // `apply from: "$rootDir/gradle/java.gradle"`.
            "apply" => {
                let names = rest.iter().take(3).any(|token| token.is_word("from"));
                let text = rest.iter().take(8).find_map(|token| token.text());
                self.applied
                    .extend(text.filter(|_| names).map(str::to_owned));
            }
            // `compose.desktop { application { … } }`.
            "desktop" if before.len() > 1 && before[before.len() - 2].is_word("compose") => {
                self.plugins.push((COMPOSE_DESKTOP.to_owned(), line));
            }
            // `implementation(project(":api"))`, `implementation(projects.core.data)`.
            "project" if !is_of_tests(before.iter().rev().nth(1).and_then(|one| one.word())) => {
                let text = rest.iter().take(4).find_map(|token| token.text());
                let text = text.filter(|text| text.starts_with(':'));
                self.projects.extend(text.map(str::to_owned));
            }
            "projects" if rest.first().is_some_and(|next| next.is_sign('.')) => {
                let parts = rest.chunks(2).map_while(|two| match two {
                    [point, name] if point.is_sign('.') => name.word(),
                    _ => None,
                });
                self.projects
                    .push(parts.fold(String::new(), |path, part| format!("{path}:{part}")));
            }
            // `micronaut { runtime("netty") }`.
            "runtime" => {
                let text = rest.iter().take(2).find_map(|token| token.text());
                let serves = ["netty", "tomcat", "jetty", "undertow"];
                if text.is_some_and(|text| serves.contains(&text)) {
                    self.dependencies
                        .push(("micronaut-http-server".to_owned(), line));
                }
            }
            _ => {}
        }
    }

    /// What is started, unless it is what a task of another purpose starts.
    fn add_main_class(&mut self, line: u32, rest: &[Token<'_>], before: &[Token<'_>]) {
        let first = before.len().saturating_sub(60);
        let place = before[first..].iter().rposition(|token| {
            matches!(
                token.word(),
                Some("application" | "springBoot" | "attributes" | "JavaExec" | "jib")
            )
        });
        if let Some(index) = place.map(|index| first + index)
            && before[index].is_word("JavaExec")
        {
            // `tasks.register<JavaExec>("run")`, `task run(type: JavaExec)`.
            let around = &before[index.saturating_sub(5)..before.len().min(index + 4)];
            if around
                .iter()
                .any(|token| token.word_or_text() == Some("run"))
            {
                self.run_task = Some(line);
            }
            return;
        }
        if self.main_class.is_none() {
            let text = rest.iter().take(4).find_map(|token| token.text());
            self.main_class = text.map(|text| (text.to_owned(), line));
        }
    }

    /// The first number on the line: of `JavaLanguageVersion.of(17)`, `= '11'`, `VERSION_17`.
    fn number(&self, rest: &[Token<'_>], line: u32, rule: &'static str) -> Option<Statement> {
        let on_line = rest.iter().take(12).take_while(|token| token.line == line);
        let mut numbers = on_line.filter_map(|token| {
            let text = token.word_or_text()?;
            let text = text
                .strip_prefix("VERSION_")
                .or_else(|| text.strip_prefix("JVM_"))
                .unwrap_or(text)
                .replace('_', ".");
            let is_number = text.starts_with(|first: char| first.is_ascii_digit())
                && text.chars().all(|one| one.is_ascii_digit() || one == '.');
            is_number.then_some(text)
        });
        Some(Statement {
            text: numbers.next()?,
            evidence: Evidence::at(&self.path, line, rule),
        })
    }

    /// `implementation("group:artifact:version")`, of which the scope is the last word before it.
    fn add_dependency(&mut self, text: &str, line: u32, before: &[Token<'_>]) {
        let mut parts = text.split(':');
        let (Some(group), Some(artifact)) = (parts.next(), parts.next()) else {
            return;
        };
        let scope = before.iter().rev().take(4).find_map(|token| token.word());
        let is_test = is_of_tests(scope);
        let is_name = |part: &str| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|one| one.is_alphanumeric() || "._-".contains(one))
        };
        if !is_test && is_name(group) && is_name(artifact) && scope != Some("classpath") {
            self.dependencies.push((artifact.to_owned(), line));
        } else if scope == Some("classpath") {
            self.plugins.push((artifact.to_owned(), line));
        }
    }

    /// Whether one of these plugins is applied.
    pub(super) fn has_plugin(&self, names: &[&str]) -> bool {
        self.plugins
            .iter()
            .any(|(plugin, _)| names.contains(&plugin.as_str()))
    }
}

/// How many tokens apart belong together.
const NEAR: usize = 16;

/// Whether what is depended on this way is only there for tests.
fn is_of_tests(scope: Option<&str>) -> bool {
    scope.is_some_and(|scope| scope.to_ascii_lowercase().contains("test"))
}

/// What stands between the brace that `rest` begins with and the one that closes it.
fn block<'r, 't>(rest: &'r [Token<'t>]) -> &'r [Token<'t>] {
    let mut depth = 0_usize;
    for (index, token) in rest.iter().enumerate() {
        if token.is_sign('{') {
            depth += 1;
        } else if token.is_sign('}') {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return &rest[..=index];
            }
        }
    }
    rest
}

/// Whether `apply false` follows on the line: the plugin is named for the projects within.
fn is_for_others(rest: &[Token<'_>], line: u32) -> bool {
    let on_line = rest
        .iter()
        .take(4 * NEAR)
        .take_while(|token| token.line == line);
    let words: Vec<&str> = on_line.filter_map(|token| token.word()).collect();
    words.windows(2).any(|two| two == ["apply", "false"])
}

/// The plugin that an alias of a version catalogue usually stands for.
fn alias(words: &[&str]) -> String {
    let joined = words.join(".").to_ascii_lowercase();
    let known = [
        ("spring.boot", "org.springframework.boot"),
        ("springboot", "org.springframework.boot"),
        ("ktor", "io.ktor.plugin"),
        ("quarkus", "io.quarkus"),
        ("micronaut", "io.micronaut.application"),
        ("shadow", "com.gradleup.shadow"),
        ("android.application", "com.android.application"),
        ("android.library", "com.android.library"),
        ("kotlin.multiplatform", "org.jetbrains.kotlin.multiplatform"),
        ("kotlin", "org.jetbrains.kotlin.jvm"),
    ];
    let found = known.iter().find(|(part, _)| joined.contains(part));
    found.map_or(joined.clone(), |(_, plugin)| (*plugin).to_owned())
}

impl Settings {
    /// What the text of a script says.
    pub(super) fn read(path: &str, text: &str) -> Self {
        let tokens = tokens::tokens(text, tokens::GRADLE);
        let mut settings = Self {
            path: path.to_owned(),
            ..Self::default()
        };
        let mut index = 0;
        while let Some(token) = tokens.get(index) {
            index += 1;
            let rest = &tokens[index..];
            // `rootProject.name = "shop"`.
            if let [point, name, assign, value, ..] = rest
                && token.is_word("rootProject")
                && point.is_sign('.')
                && name.is_word("name")
                && assign.is_sign('=')
            {
                settings.name = value.text().map(|text| (text.to_owned(), token.line));
            }
            if token.is_word("include") {
                let listed = rest.iter().take_while(|token| {
                    token.text().is_some()
                        || [',', '(', ')', '['].iter().any(|sign| token.is_sign(*sign))
                });
                for token in listed {
                    if let Some(text) = token.text() {
                        let folder = text.trim_start_matches(':').replace(':', "/");
                        settings.projects.push((folder, token.line));
                    }
                }
            }
        }
        settings
    }
}

impl Build {
    /// `'Main-Class': 'hello.HelloWorld'` makes the archive one that runs.
    pub(super) fn main_class_in_manifest(&self) -> Option<Evidence> {
        let (_, line) = self
            .plugins
            .iter()
            .find(|(name, _)| name == MANIFEST_CLASS)?;
        Some(Evidence::at(
            &self.path,
            *line,
            "gradle-manifest-main-class",
        ))
    }
}

/// Stands among the plugins for a program for desktops that Compose makes.
pub(super) const COMPOSE_DESKTOP: &str = "compose.desktop";

/// Stands among the plugins for a main class in the manifest of the archive.
const MANIFEST_CLASS: &str = "Main-Class";
