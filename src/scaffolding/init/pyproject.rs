//! Adds to `pyproject.toml` what tests import and nothing declares.

use std::collections::BTreeSet;

use dhtl_project_model::{Condition, DeclarationFormat, FileClass};
use toml_edit::{Array, DocumentMut, Item, RawString, Table, value};

use super::survey::Survey;

/// The group that is installed by default for whoever works on a project.
const GROUP: &str = "dev";

/// `text` with what is missing in the group `dev` (PEP 735), and the names of that; nothing else
/// changes, neither order nor comments.
///
/// None where nothing is missing, where the project is not described by PEP 621, or where another
/// program keeps a lock that the change would make stale.
pub(super) fn with_missing(survey: &Survey<'_>, text: &str) -> Option<(String, Vec<String>)> {
    let is_locked = !survey.python.locks.is_empty();
    let has_own_groups = survey.python.declarations.iter().any(|declaration| {
        matches!(
            declaration.format,
            DeclarationFormat::Poetry
                | DeclarationFormat::Pdm
                | DeclarationFormat::Hatch
                | DeclarationFormat::Tox
                | DeclarationFormat::Nox
        )
    });
    if is_locked || has_own_groups {
        return None;
    }
    let missing = missing(survey);
    if missing.is_empty() {
        return None;
    }
    // Lines end as they did before.
    let windows = text.contains("\r\n");
    let (mark, body) = match text.strip_prefix('\u{feff}') {
        Some(body) => ("\u{feff}", body),
        None => ("", text),
    };
    let mut document: DocumentMut = body.replace("\r\n", "\n").parse().ok()?;
    document.get("project")?.as_table_like()?;
    add(&mut document, &missing)?;
    let edited = document.to_string();
    let edited = if windows {
        edited.replace('\n', "\r\n")
    } else {
        edited
    };
    Some((format!("{mark}{edited}"), missing))
}

/// The distributions that tests import, and nothing declares; where the table knows them.
fn missing(survey: &Survey<'_>) -> Vec<String> {
    let undeclared = survey.python.undeclared.iter().filter(|one| {
        let import = survey
            .python
            .imports
            .iter()
            .find(|import| import.module == one.module);
        let sites = import
            .map(|import| import.sites.as_slice())
            .unwrap_or_default();
        let only_tests = sites.iter().all(|site| site.class == FileClass::Tests);
        let is_needed = sites.iter().any(|site| site.condition == Condition::Always);
        only_tests && is_needed
    });
    let names: BTreeSet<_> = undeclared
        .filter_map(|one| one.distribution.clone())
        .collect();
    let names = names.into_iter().map(|name| name.to_string());
    names
        .filter(|name| survey.declared(name).is_none())
        .collect()
}

fn add(document: &mut DocumentMut, missing: &[String]) -> Option<()> {
    let groups = document
        .entry("dependency-groups")
        .or_insert_with(|| Item::Table(Table::new()))
        .as_table_like_mut()?;
    let group = groups.entry(GROUP).or_insert_with(|| value(Array::new()));
    let group = group.as_array_mut()?;
    for name in missing {
        push(group, name);
    }
    Some(())
}

/// Adds `name` at the end of `array`: on a line of its own where the others are, and below what is
/// said about the last one.
fn push(array: &mut Array, name: &str) {
    let text = |raw: Option<&RawString>| {
        raw.and_then(RawString::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let last = array
        .len()
        .checked_sub(1)
        .and_then(|last| array.get_mut(last));
    let Some(last) = last else {
        array.push(name);
        return;
    };
    let decor = last.decor_mut();
    let prefix = text(decor.prefix());
    let Some((_, indent)) = prefix.rsplit_once('\n') else {
        array.push(name);
        return;
    };
    let indent = indent.to_owned();
    let mut behind = text(decor.suffix());
    decor.set_suffix("");
    behind.push_str(array.trailing().as_str().unwrap_or_default());
    let (said, closing) = behind.rsplit_once('\n').unwrap_or((&behind, ""));
    let value = toml_edit::Value::from(name).decorated(format!("{said}\n{indent}"), "");
    let closing = format!("\n{closing}");
    array.push_formatted(value);
    array.set_trailing(closing);
    array.set_trailing_comma(true);
}
