//! What a Django project says about itself.
//!
//! Source: Django's manual, chapters "Settings", "How to deploy Django" and "How to manage static
//! files".

use dhtl_project_model::stack::{FileFolder, FolderPurpose};
use dhtl_project_model::{Evidence, Found, PythonProject};

use super::modules::{self, ModuleName};
use super::parts::Part;
use super::reading::Code;
use super::syntax::{Module, Setting};
use crate::places;

/// A Django project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Django {
    /// `manage.py`, relative to the root.
    pub(super) manage: String,
    /// The module of its settings.
    pub(super) settings: Option<Found<String>>,
    /// The module for WSGI servers, with the name in it, and where it is.
    pub(super) wsgi: Option<(ModuleName, Evidence)>,
    /// The same for ASGI servers.
    pub(super) asgi: Option<(ModuleName, Evidence)>,
    /// What says that `collectstatic` fills a folder.
    pub(super) collects: Option<Evidence>,
    /// That folder, where it is told by literals.
    pub(super) static_root: Option<Found<String>>,
    /// The folder that uploads are kept in.
    pub(super) media_root: Option<Found<String>>,
    /// The apps that the settings list.
    pub(super) apps: Vec<String>,
}

impl Django {
    /// The Django project of a part; none where it has no `manage.py`.
    pub(super) fn find(part: &Part<'_>, python: &PythonProject, code: &Code) -> Option<Self> {
        let manage = part
            .files
            .iter()
            .filter(|path| places::file_name(path) == "manage.py" && !places::is_foreign(path))
            .min_by_key(|path| path.matches('/').count())?;
        let starter = code.module(manage)?;
        let settings = settings_module(starter);
        let is_django = settings.is_some() || names_settings(starter);
        if !is_django {
            return None;
        }
        let home = places::folder(manage);
        let server = |name: &str| {
            let path = server_file(part, home, settings.as_ref(), name)?;
            let mut module = modules::name_of(part, python, &path);
            if home != part.folder.as_str() {
                let folder = part.relative(home).to_owned();
                let inner = places::relative(&path, home).unwrap_or(&path);
                let inner = inner.strip_suffix(".py").unwrap_or(inner);
                module.name = inner.replace('/', ".");
                module.folder = Some(folder);
            }
            Some((module, Evidence::file(path, "django-server-module")))
        };
        let modules = || settings_files(part, code);
        Some(Self {
            wsgi: server("wsgi.py"),
            asgi: server("asgi.py"),
            collects: modules().find_map(|module| {
                let setting = module
                    .settings
                    .iter()
                    .find(|one| one.name == "STATIC_ROOT")?;
                Some(Evidence::at(
                    &module.path,
                    setting.line,
                    "django-static-root",
                ))
            }),
            static_root: folder_setting(modules(), "STATIC_ROOT", home),
            media_root: folder_setting(modules(), "MEDIA_ROOT", home),
            apps: apps(modules()),
            manage: (*manage).to_owned(),
            settings,
        })
    }

    /// The folders of its files that are not code.
    pub(super) fn folders(&self) -> Vec<FileFolder> {
        let folder = |found: &Option<Found<String>>, purpose| {
            found.as_ref().map(|found| FileFolder {
                path: found.value.clone(),
                purpose,
                evidence: found.evidence.clone(),
            })
        };
        let files = folder(&self.static_root, FolderPurpose::Static);
        files
            .into_iter()
            .chain(folder(&self.media_root, FolderPurpose::Media))
            .collect()
    }
}

fn settings_module(manage: &Module) -> Option<Found<String>> {
    let (_, line, text) = manage
        .texts
        .iter()
        .find(|(name, _, _)| name == "DJANGO_SETTINGS_MODULE")?;
    Some(Found {
        value: text.clone(),
        evidence: Evidence::at(&manage.path, *line, "django-settings-module"),
    })
}

/// Whether it names settings by what is computed.
fn names_settings(manage: &Module) -> bool {
    manage.calls.iter().any(|call| {
        call.callee.ends_with("execute_from_command_line")
            || call.first.as_deref() == Some("DJANGO_SETTINGS_MODULE")
    })
}

/// The file of this name beside the settings, or else the highest one in the project.
fn server_file(
    part: &Part<'_>,
    home: &str,
    settings: Option<&Found<String>>,
    name: &str,
) -> Option<String> {
    let named = settings.map(|found| found.value.replace('.', "/"));
    let mut package = named.unwrap_or_default();
    while let Some((outer, _)) = package.rsplit_once('/') {
        let path = places::inside(home, &format!("{outer}/{name}"));
        if part.owns(&path) {
            return Some(path);
        }
        package = outer.to_owned();
    }
    part.files
        .iter()
        .filter(|path| places::file_name(path) == name && !places::is_foreign(path))
        .filter(|path| places::relative(path, home).is_some())
        .min_by_key(|path| path.matches('/').count())
        .map(|path| (*path).to_owned())
}

/// The files with settings: those of production before the others.
pub(super) fn settings_files<'c>(
    part: &Part<'_>,
    code: &'c Code,
) -> impl Iterator<Item = &'c Module> {
    let mut found: Vec<&Module> = code
        .modules
        .iter()
        .filter(|module| part.owns(&module.path) && !module.settings.is_empty())
        .filter(|module| {
            let name = places::file_name(&module.path);
            let folder = places::file_name(places::folder(&module.path));
            name.contains("settings") || folder == "settings" || name == "config.py"
        })
        .filter(|module| {
            !["test", "local", "dev"]
                .iter()
                .any(|word| is_about(module, word))
        })
        .collect();
    found.sort_by_key(|module| !is_about(module, "prod"));
    found.into_iter()
}

fn is_about(module: &Module, word: &str) -> bool {
    places::file_name(&module.path).contains(word)
}

/// The folder that a setting names with literals: `BASE_DIR / "media"`, `os.path.join(BASE_DIR, "a")`.
fn folder_setting<'m>(
    modules: impl Iterator<Item = &'m Module>,
    name: &str,
    home: &str,
) -> Option<Found<String>> {
    let of_one = |module: &Module| {
        let setting: &Setting = module
            .settings
            .iter()
            .rev()
            .find(|setting| setting.name == name)?;
        let texts: Vec<&str> = setting
            .texts
            .iter()
            .map(|(_, text)| text.as_str())
            .collect();
        // A placeholder says nothing of the path that it becomes.
        if texts.is_empty() || texts.iter().any(|text| text.contains(['%', '{', '$'])) {
            return None;
        }
        let path = texts.join("/");
        // An absolute folder is one of the machine that it runs on.
        let path = match places::join(home, &path) {
            Some(path) if path != home => path,
            _ => path,
        };
        Some(Found {
            value: path,
            evidence: Evidence::at(&module.path, setting.line, "django-settings"),
        })
    };
    modules.into_iter().find_map(of_one)
}

fn apps<'m>(modules: impl Iterator<Item = &'m Module>) -> Vec<String> {
    modules
        .flat_map(|module| &module.settings)
        .filter(|setting| setting.name.ends_with("APPS"))
        .flat_map(|setting| &setting.texts)
        .map(|(_, text)| text.clone())
        .collect()
}
