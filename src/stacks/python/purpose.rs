//! What a project that installs scripts is there for: to be typed, or to be imported.
//!
//! A library often brings a script along, as Flask and pytest do, and a tool can often be imported.
//! What its authors say of it decides: the trove classifiers and the description, then what its package
//! hands out to those who import it.

use dhtl_project_model::PythonProject;

use super::application::{Application, FILES};
use super::modules;
use super::parts::Part;
use super::reading::Code;
use super::scripts::{self, Script};
use super::syntax::Form;
use crate::places;

/// What a project is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To be typed at a terminal.
    Command,
    /// To be imported.
    Library,
}

/// What a part that installs scripts is there for.
pub(super) fn of(
    part: &Part<'_>,
    python: &PythonProject,
    code: &Code,
    scripts: &[Script],
) -> Purpose {
    stated(part, code).unwrap_or_else(|| {
        if hands_out(part, python, code, scripts) {
            Purpose::Library
        } else {
            Purpose::Command
        }
    })
}

/// What its authors say.
fn stated(part: &Part<'_>, code: &Code) -> Option<Purpose> {
    let classifiers = classifiers(part, code);
    let has = |start: &str| classifiers.iter().any(|one| one.starts_with(start));
    if has("Environment :: Console") {
        return Some(Purpose::Command);
    }
    if names_library(&classifiers) || has("Environment :: Web Environment") {
        return Some(Purpose::Library);
    }
    if has("Intended Audience :: End Users") || has("Intended Audience :: System Administrators") {
        return Some(Purpose::Command);
    }
    let description = description(part, code)?.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| description.contains(word));
    if says(&["command-line", "command line", "cli tool", "terminal"]) {
        return Some(Purpose::Command);
    }
    let library = ["a library", "library for", "library to", "python library"];
    says(&library).then_some(Purpose::Library)
}

/// Whether classifiers speak of a library. `Libraries :: Python Modules` stands in the lists of tools
/// as well, and says nothing.
fn names_library(classifiers: &[String]) -> bool {
    classifiers.iter().any(|one| {
        matches!(
            one.as_str(),
            "Topic :: Software Development :: Libraries"
                | "Topic :: Software Development :: Libraries :: Application Frameworks"
        )
    })
}

fn classifiers(part: &Part<'_>, code: &Code) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(file) = &part.pyproject {
        let lists = [
            ["project", "classifiers"].as_slice(),
            &["tool", "poetry", "classifiers"],
        ];
        for list in lists.iter().filter_map(|keys| file.get(keys)) {
            found.extend(list.texts().into_iter().map(|(text, _)| text.to_owned()));
        }
    }
    if let Some(file) = &part.setup_cfg
        && let Some(entry) = file.entry("metadata", "classifiers")
    {
        found.extend(entry.value.iter().map(|(_, text)| text.clone()));
    }
    if let Some(setup) = scripts::setup_py(part, code) {
        found.extend(setup.setup.classifiers.iter().cloned());
    }
    found
}

fn description(part: &Part<'_>, code: &Code) -> Option<String> {
    let of_pyproject = || {
        let file = part.pyproject.as_ref()?;
        let node = file
            .get(&["project", "description"])
            .or_else(|| file.get(&["tool", "poetry", "description"]))?;
        node.as_str().map(str::to_owned)
    };
    let of_setup_cfg = || {
        let entry = part.setup_cfg.as_ref()?.entry("metadata", "description")?;
        entry.single().map(str::to_owned)
    };
    of_pyproject()
        .or_else(of_setup_cfg)
        .or_else(|| scripts::setup_py(part, code)?.setup.description.clone())
}

/// Whether the package that the scripts are in binds names of its own modules for those who import it.
fn hands_out(part: &Part<'_>, python: &PythonProject, code: &Code, scripts: &[Script]) -> bool {
    let has_script = |package: &str| {
        let mut modules = scripts.iter().map(Script::module);
        modules.any(|module| module.split('.').next() == Some(package))
    };
    let own: Vec<&str> = python
        .import_roots
        .iter()
        .flat_map(|root| &root.modules)
        .map(String::as_str)
        .collect();
    let is_about_itself = |maker: &str| {
        [
            "version",
            "main",
            "cli",
            "__about__",
            "_version",
            "__main__",
        ]
        .iter()
        .any(|word| maker.split('.').any(|part| part == *word))
    };
    code.modules
        .iter()
        .filter(|module| part.owns(&module.path))
        .filter(|module| {
            let relative = part.relative(&module.path);
            let relative = relative.strip_prefix("src/").unwrap_or(relative);
            let package = relative.strip_suffix("/__init__.py");
            package.is_some_and(has_script)
        })
        .any(|module| {
            let mut names = module.objects.iter().filter(|object| {
                object.form == Form::Imported
                    && !object.name.starts_with('_')
                    && !is_about_itself(&object.maker)
                    && (object.maker.starts_with('.')
                        || own.contains(&object.maker.split('.').next().unwrap_or_default()))
            });
            names
                .next()
                .is_some_and(|first| first.name == "*" || names.next().is_some())
        })
}

/// Whether an application object is what a part is there for. Libraries and tools have some that
/// they test with, or that serve on the side.
pub(super) fn serves(
    part: &Part<'_>,
    python: &PythonProject,
    code: &Code,
    application: &Application,
    scripts: &[Script],
) -> bool {
    if !application.framework.role.is_web() || !modules::is_installable(part) {
        return true;
    }
    let name = application.framework.name;
    let is_declared = part.declares(&[name]);
    if !is_declared && part.for_development.contains(name) {
        return false;
    }
    let module = modules::name_of(part, python, &application.path).name;
    let is_called = scripts.iter().any(|script| script.module() == module);
    let file = places::file_name(&application.path);
    let depth = module.matches('.').count() + usize::from(file == "__init__.py");
    let is_usual = FILES.contains(&file) && depth <= 2;
    if is_called || is_usual {
        return is_called || !names_library(&classifiers(part, code));
    }
    scripts.is_empty() && (is_declared || part.declared.is_empty())
}
