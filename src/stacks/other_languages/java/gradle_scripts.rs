//! What build scripts and settings of Gradle say.
//!
//! A script is code, and is not run: what is read are the forms in which people write plugins,
//! dependencies, versions and names.

use dhtl_project_model::Evidence;

use super::super::tokens::{self, Token};
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
    pub(super) fn read(folder: &str, path: &str, text: &str) -> Self {
        let tokens = tokens::tokens(text, tokens::GRADLE);
        let mut build = Self {
            folder: folder.to_owned(),
            path: path.to_owned(),
            ..Self::default()
        };
        for (index, token) in tokens.iter().enumerate() {
            if let Some(word) = token.word() {
                build.add(word, *token, &tokens[index + 1..]);
            }
            match token.text() {
                Some(MANIFEST_CLASS) => {
                    build.plugins.push((MANIFEST_CLASS.to_owned(), token.line));
                }
                Some(text) => build.add_dependency(text, token.line, &tokens[..index]),
                None => {}
            }
        }
        build
    }

    /// Adds what a word and what follows it say.
    fn add(&mut self, word: &str, token: Token<'_>, rest: &[Token<'_>]) {
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
            "application" if rest.first().is_none_or(|next| !next.is_sign('=')) => {
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
            "mainClass" | "mainClassName" if self.main_class.is_none() => {
                let text = rest.iter().take(4).find_map(|token| token.text());
                self.main_class = text.map(|text| (text.to_owned(), line));
            }
            _ => {}
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
        let is_test = scope.is_some_and(|scope| scope.to_ascii_lowercase().contains("test"));
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

/// Whether `apply false` follows on the line: the plugin is named for the projects within.
fn is_for_others(rest: &[Token<'_>], line: u32) -> bool {
    let on_line = rest
        .iter()
        .take(NEAR)
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

/// Stands among the plugins for a main class in the manifest of the archive.
const MANIFEST_CLASS: &str = "Main-Class";
