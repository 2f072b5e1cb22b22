//! Requirements as `pyproject.toml` and `pdm.lock` write them (PEP 508).

/// A requirement, split into its parts; none of them is judged here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RequirementText<'a> {
    pub(super) name: &'a str,
    /// The text between the brackets.
    pub(super) extras: &'a str,
    /// The version specifiers; empty for one with an address.
    pub(super) specifiers: &'a str,
    pub(super) marker: &'a str,
}

impl<'a> RequirementText<'a> {
    /// Splits a requirement.
    pub(super) fn split(text: &'a str) -> Self {
        let text = text.trim();
        let text = text.strip_prefix("-e ").unwrap_or(text).trim_start();
        let end = text
            .find(|character: char| {
                !(character.is_ascii_alphanumeric() || "-_.".contains(character))
            })
            .unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let rest = rest.trim_start();
        let (extras, rest) = rest
            .strip_prefix('[')
            .and_then(|rest| rest.split_once(']'))
            .unwrap_or(("", rest));
        let rest = rest.trim_start();
        let is_address = rest.starts_with('@');
        let separator = if is_address { " ;" } else { ";" };
        let (specifiers, marker) = rest.split_once(separator).unwrap_or((rest, ""));
        let specifiers = if is_address { "" } else { specifiers.trim() };
        let specifiers = specifiers
            .strip_prefix('(')
            .and_then(|inner| inner.strip_suffix(')'))
            .unwrap_or(specifiers);
        Self {
            name,
            extras,
            specifiers,
            marker: marker.trim(),
        }
    }

    /// The single extras.
    pub(super) fn extras(&self) -> impl Iterator<Item = &'a str> {
        self.extras
            .split(',')
            .map(str::trim)
            .filter(|extra| !extra.is_empty())
    }
}
