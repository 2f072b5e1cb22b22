//! The services that the settings in Python code name, and the databases in files.

use std::collections::BTreeMap;

use dhtl_project_model::Evidence;
use dhtl_project_model::stack::{FileFolder, FolderPurpose, ServiceKind, ServiceNeed};

use super::parts::Part;
use super::reading::Code;
use super::syntax::Module;
use crate::places;
use crate::run_time::services::of_text;

/// Functions whose first argument is the address of a database.
const CONNECTIONS: [&str; 8] = [
    "create_engine",
    "create_async_engine",
    "from_url",
    "MongoClient",
    "AsyncIOMotorClient",
    "connect_robust",
    "sqlite3.connect",
    "Database",
];

/// The services that the code of a part names in its settings, ordered by kind.
pub(super) fn of(part: &Part<'_>, code: &Code) -> Vec<ServiceNeed> {
    let mut needs: BTreeMap<ServiceKind, ServiceNeed> = BTreeMap::new();
    for (module, name, line, text) in texts(part, code) {
        let Some(kind) = of_text(text) else { continue };
        let need = needs.entry(kind).or_insert_with(|| ServiceNeed {
            kind,
            version: None,
            required: false,
            evidence: Vec::new(),
        });
        // A database that is set is opened when the application starts; a cache or a queue may be.
        need.required |= name.contains("DATABASE");
        let evidence = Evidence::at(&module.path, line, "service-settings");
        if !need.evidence.contains(&evidence) {
            need.evidence.push(evidence);
        }
    }
    needs.into_values().collect()
}

/// The databases in files that the code of a part opens.
pub(super) fn files(part: &Part<'_>, code: &Code) -> Vec<FileFolder> {
    let mut found: Vec<FileFolder> = Vec::new();
    let mut add = |path: &str, evidence: Evidence| {
        // A placeholder says nothing of the path that it becomes.
        if path.contains(['%', '{', '$']) {
            return;
        }
        let Some(path) = places::join(&part.folder, path) else {
            return;
        };
        if !found.iter().any(|known| known.path == path) {
            found.push(FileFolder {
                path,
                purpose: FolderPurpose::Data,
                evidence,
            });
        }
    };
    for (module, name, line, text) in texts(part, code) {
        let file = text
            .strip_prefix("sqlite:///")
            .or_else(|| text.strip_prefix("sqlite+aiosqlite:///"))
            .or_else(|| (name == "sqlite3.connect").then_some(text))
            .filter(|path| !path.is_empty() && *path != ":memory:" && !path.starts_with('/'));
        if let Some(file) = file {
            let file = file.split('?').next().unwrap_or(file);
            add(file, Evidence::at(&module.path, line, "sqlite-file"));
        }
    }
    for module in code.modules.iter().filter(|module| part.owns(&module.path)) {
        for setting in module.settings.iter().filter(|one| one.name == "DATABASES") {
            let texts = &setting.texts;
            let engine = texts
                .iter()
                .any(|(_, text)| text == "django.db.backends.sqlite3");
            let file = texts.iter().find(|(_, text)| {
                let is_file = [".sqlite3", ".db", ".sqlite"]
                    .iter()
                    .any(|ending| text.ends_with(ending));
                is_file && !text.contains("backends.")
            });
            if let (true, Some((line, file))) = (engine, file) {
                add(file, Evidence::at(&module.path, *line, "sqlite-file"));
            }
        }
    }
    found
}

/// The texts of settings and of connections, with the name that each has and its line.
fn texts<'c>(
    part: &'c Part<'_>,
    code: &'c Code,
) -> impl Iterator<Item = (&'c Module, &'c str, u32, &'c str)> {
    let modules = code.modules.iter().filter(|module| {
        part.owns(&module.path) && {
            let name = places::file_name(&module.path);
            !name.contains("test") && !name.contains("local")
        }
    });
    modules.flat_map(|module| {
        let settings = module.settings.iter().flat_map(move |setting| {
            let texts = setting.texts.iter();
            texts.map(move |(line, text)| (module, setting.name.as_str(), *line, text.as_str()))
        });
        let connections = module.calls.iter().filter_map(move |call| {
            let name = CONNECTIONS
                .iter()
                .find(|name| call.callee.ends_with(**name))?;
            Some((module, *name, call.line, call.first.as_deref()?))
        });
        // `app.config["SQLALCHEMY_DATABASE_URI"] = "…"`.
        let entries = module.texts.iter().filter_map(move |(name, line, text)| {
            let is_setting = name
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'_');
            is_setting.then_some((module, name.as_str(), *line, text.as_str()))
        });
        settings.chain(connections).chain(entries)
    })
}
