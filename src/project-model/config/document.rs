//! A `.dhtconfig` as it was written, and what it says.

use super::ConfigError;
use super::decode::{UnknownKey, decode};
use super::migrate::migrate;
use super::model::Config;
use super::node::{Content, Entry, Layout, Node, Position};
use super::reader::read;
use super::render::render;
use super::rewrite::rewrite;
use super::spelling::suggestion;
use super::tree::Tree;
use super::v1::{ConfigV1, ONLY_V1, ONLY_V2, path_in_v1};
use super::validation::{Finding, Verdict, validate};
use super::warning::{ConfigWarning, ConfigWarningKind, Severity};

/// The format a file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatVersion {
    /// `version: "1.0"`.
    V1,
    /// `version: "2.0"`.
    V2,
}

/// A `.dhtconfig` that could be read: its text, what it says, and what is odd about it.
#[derive(Debug, Clone)]
pub struct Document {
    text: String,
    path: String,
    root: Node,
    format: FormatVersion,
    config: Config,
    warnings: Vec<ConfigWarning>,
}

impl Document {
    /// Reads `text`, of format 1.0 or 2.0; `path` is the file's name in messages.
    ///
    /// A file of format 1.0 is migrated in memory.
    ///
    /// # Errors
    ///
    /// Each way to fail is a variant of [`ConfigError`], with its place.
    pub fn parse(text: &str, path: &str) -> Result<Self, ConfigError> {
        let missing_version = || ConfigError::MissingVersion {
            path: path.to_owned(),
        };
        let root = read(text, path)?
            .filter(|root| !root.is_null())
            .ok_or_else(missing_version)?;
        check_shape(&root, text, path)?;
        let format = format_of(&root, path)?;
        refuse_other_format(&root, format, path)?;
        let (mut config, unknown_keys) = match format {
            FormatVersion::V1 => {
                let (config, unknown_keys) = decode::<ConfigV1>(&root, path)?;
                (config.into_v2(&root), unknown_keys)
            }
            FormatVersion::V2 => decode::<Config>(&root, path)?,
        };
        // `version: 2` is the same format.
        Config::default().version.clone_into(&mut config.version);
        let mut document = Self {
            text: text.to_owned(),
            path: path.to_owned(),
            root,
            format,
            config,
            warnings: Vec::new(),
        };
        document.judge(unknown_keys)?;
        Ok(document)
    }

    /// What the file says, in terms of format 2.0.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The format it is written in.
    #[must_use]
    pub fn format(&self) -> FormatVersion {
        self.format
    }

    /// The text as it was read.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is odd about it, in the order of the file.
    #[must_use]
    pub fn warnings(&self) -> &[ConfigWarning] {
        &self.warnings
    }

    /// Those of the warnings that `dhtl config validate` says no for.
    pub fn problems(&self) -> impl Iterator<Item = &ConfigWarning> {
        self.warnings
            .iter()
            .filter(|warning| warning.severity() == Severity::Problem)
    }

    /// The line of a key or an item, such as `python.version` or `tools.ruff`, counted from 1.
    ///
    /// The path is that of format 2.0, also where the file is of 1.0.
    #[must_use]
    pub fn line_of(&self, key_path: &str) -> Option<u32> {
        self.position_of(key_path).map(|position| position.line)
    }

    /// The text that says `config` instead.
    ///
    /// What does not change keeps its bytes: other sections, comments, line ends, and keys that no
    /// format knows. A value that changes is replaced where it stands; a section that is no longer
    /// there goes with its comment; a new one is appended. A file of format 1.0 becomes 2.0.
    #[must_use]
    pub fn rewrite(&self, config: &Config) -> String {
        match self.format {
            FormatVersion::V2 => rewrite(
                &self.text,
                &self.root,
                &Tree::from(&self.config),
                &Tree::from(config),
            ),
            // A property holds that what is migrated can be read; were it ever not, a fresh file
            // still says all that was asked for.
            FormatVersion::V1 => Self::parse(&migrate(self), &self.path)
                .map_or_else(|_| render(config), |document| document.rewrite(config)),
        }
    }

    pub(super) fn root(&self) -> &Node {
        &self.root
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    fn position_of(&self, key: &str) -> Option<Position> {
        match self.format {
            FormatVersion::V2 => self.root.position_of(key),
            FormatVersion::V1 => path_in_v1(key).as_deref().map_or_else(
                || self.root.position_of(key),
                |key| self.root.position_of(key),
            ),
        }
    }

    /// Checks the values, and collects what is odd.
    fn judge(&mut self, unknown_keys: Vec<UnknownKey>) -> Result<(), ConfigError> {
        let warning = |key, Position { line, column }, kind| ConfigWarning {
            path: self.path.clone(),
            line,
            column,
            key,
            kind,
        };
        let mut warnings: Vec<ConfigWarning> = unknown_keys
            .into_iter()
            .map(|UnknownKey { key, position }| {
                warning(key, position, ConfigWarningKind::UnknownKey)
            })
            .collect();
        let place = |key: &str| self.position_of(key).unwrap_or(self.root.position);
        let mut findings: Vec<(Position, Finding)> = validate(&self.config)
            .into_iter()
            .map(|finding| (place(&finding.key), finding))
            .collect();
        findings.sort_by_key(|(position, _)| *position);
        for (position, Finding { key, verdict }) in findings {
            let key = match self.format {
                FormatVersion::V1 => path_in_v1(&key).unwrap_or(key),
                FormatVersion::V2 => key,
            };
            match verdict {
                Verdict::Odd(kind) => warnings.push(warning(key, position, kind)),
                Verdict::NotAName => {
                    return Err(ConfigError::names_only(self.path.clone(), position, key));
                }
                Verdict::Refused { message, hint } => {
                    let (path, Position { line, column }) = (self.path.clone(), position);
                    return Err(ConfigError::Invalid {
                        path,
                        line,
                        column,
                        key,
                        message,
                        hint,
                    });
                }
            }
        }
        warnings.sort_by_key(|warning| (warning.line, warning.column));
        self.warnings = warnings;
        Ok(())
    }
}

/// The file must consist of keys, each on a line of its own.
fn check_shape(root: &Node, text: &str, path: &str) -> Result<(), ConfigError> {
    let Position { line, column } = root.position;
    let path = path.to_owned();
    let Content::Mapping { layout, .. } = &root.content else {
        return Err(ConfigError::NotAMapping {
            path,
            line,
            column,
            found: root.describe(),
        });
    };
    let line_start = text[..root.span.start].rfind('\n').map_or(0, |end| end + 1);
    let before = text[line_start..root.span.start].trim_start_matches('\u{feff}');
    if *layout == Layout::Block && !before.trim().is_empty() {
        let message = "the first key must be on a line of its own".to_owned();
        return Err(ConfigError::Syntax {
            path,
            line,
            column,
            message,
        });
    }
    Ok(())
}

fn format_of(root: &Node, path: &str) -> Result<FormatVersion, ConfigError> {
    let path = path.to_owned();
    let Some(entry) = root.entry("version").filter(|entry| !entry.value.is_null()) else {
        return Err(
            match root
                .entries()
                .iter()
                .find(|entry| is_misspelled_version(entry))
            {
                None => ConfigError::MissingVersion { path },
                Some(Entry { key, .. }) => ConfigError::MisspelledKey {
                    path,
                    line: key.position.line,
                    column: key.position.column,
                    key: key.text.clone(),
                    suggestion: "version".to_owned(),
                },
            },
        );
    };
    let Position { line, column } = entry.value.position;
    match entry.value.text() {
        Some("1.0" | "1") => Ok(FormatVersion::V1),
        Some("2.0" | "2") => Ok(FormatVersion::V2),
        Some(version) => {
            let version = version.to_owned();
            Err(ConfigError::UnsupportedVersion {
                path,
                line,
                column,
                version,
            })
        }
        None => Err(ConfigError::WrongType {
            path,
            line,
            column,
            key: "version".to_owned(),
            expected: "text".to_owned(),
            found: entry.value.describe(),
        }),
    }
}

fn is_misspelled_version(entry: &Entry) -> bool {
    entry.key.text != "version" && suggestion(&entry.key.text, &["version"]).is_some()
}

/// Refuses keys of the other format, which would have no effect here.
fn refuse_other_format(root: &Node, format: FormatVersion, path: &str) -> Result<(), ConfigError> {
    let wrong = |key: String, position: Position, format, hint| ConfigError::WrongFormat {
        path: path.to_owned(),
        line: position.line,
        column: position.column,
        key,
        format,
        hint,
    };
    match format {
        FormatVersion::V1 => {
            let found = root
                .entries()
                .iter()
                .find(|entry| ONLY_V2.contains(&entry.key.text.as_str()));
            found.map_or(Ok(()), |entry| {
                let hint = "write `version: \"2.0\"`, or move the rest there with \
                            `dhtl config migrate` first"
                    .to_owned();
                Err(wrong(
                    entry.key.text.clone(),
                    entry.key.position,
                    "1.0",
                    hint,
                ))
            })
        }
        FormatVersion::V2 => {
            for (section, key, instead) in ONLY_V1 {
                let node = section.map_or(Some(root), |name| Some(&root.entry(name)?.value));
                if let Some(entry) = node.and_then(|node| node.entry(key)) {
                    let key = section.map_or(key.to_owned(), |name| format!("{name}.{key}"));
                    let hint = format!("write its values to `{instead}`");
                    return Err(wrong(key, entry.key.position, "2.0", hint));
                }
            }
            Ok(())
        }
    }
}
