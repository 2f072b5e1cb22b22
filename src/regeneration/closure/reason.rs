//! Why an import does not resolve.

use std::collections::HashSet;

use dhtl_detection::imports_table::{is_python2_only, is_standard_library, providers_of};
use dhtl_detection::is_ignored;
use dhtl_project_model::{
    Condition, DistributionName, ImportStatement, Origin, PythonProject, RequirementSource,
    StaticTest,
};
use serde::Serialize;

use super::explanation::World;
use super::folders::Reach;
use super::search_path::was_removed;
use super::top;
use crate::report::Shortfall;

/// Why an import does not resolve, the reason that explains most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Only Python 2 had the module.
    #[serde(rename = "python-2")]
    Python2,
    /// Another version of Python has it in its standard library.
    OtherPython,
    /// The project's build or its user makes the file: versions, generated code, local settings
    /// and secrets.
    GeneratedOrSecret,
    /// It is the project's own, and on the import path only when its file is run in its own way.
    OwnModule,
    /// Only another operating system has it.
    OtherPlatform,
    /// A version of the distribution is installed that has no such module, or makes it at run
    /// time.
    OtherVersion,
    /// The distribution was to be installed and could not be.
    FailedToBuild,
    /// Only its stub is there.
    StubOnly,
    /// The code copes without it.
    Guarded,
    /// Only type checkers want it.
    TypeChecking,
    /// A distribution provides it that was not installed.
    NotInstalled,
    /// The project declares it from elsewhere than a package registry.
    Private,
    /// Nothing is known of it.
    Unknown,
}

/// Names of modules that a build writes.
const GENERATED: &[&str] = &["_version", "_versions", "version", "_build_info", "_commit"];
/// Names of modules that a user writes, with what nobody else may see.
const LOCAL: &[&str] = &[
    "secret",
    "secrets",
    "secret_settings",
    "local",
    "local_config",
    "local_settings",
    "localsettings",
    "settings_local",
    "settings_secret",
    "config_local",
    "private_settings",
    "credentials",
    "custom_settings",
];
/// Modules of distributions that exist for one operating system alone, with its `sys.platform`.
const OF_ONE_PLATFORM: &[&str] = &[
    "AppKit",
    "Cocoa",
    "CoreFoundation",
    "Foundation",
    "Quartz",
    "comtypes",
    "objc",
    "pythoncom",
    "pywintypes",
    "servicemanager",
    "win32api",
    "win32clipboard",
    "win32com",
    "win32con",
    "win32console",
    "win32event",
    "win32file",
    "win32gui",
    "win32pipe",
    "win32print",
    "win32process",
    "win32security",
    "win32service",
    "win32serviceutil",
    "win32ui",
    "wmi",
];

/// Everything that reasons are found in.
#[derive(Debug)]
pub(super) struct Reasons<'a> {
    world: &'a World<'a>,
    shortfalls: Vec<Shortfall>,
    /// What is declared from elsewhere than an index.
    direct: HashSet<DistributionName>,
}

impl<'a> Reasons<'a> {
    pub(super) fn new(
        world: &'a World<'a>,
        project: &PythonProject,
        shortfalls: Vec<Shortfall>,
    ) -> Self {
        let requirements = project
            .declarations
            .iter()
            .flat_map(|declaration| &declaration.requirements);
        Self {
            world,
            shortfalls,
            direct: requirements
                .filter(|requirement| requirement.source != RequirementSource::Index)
                .filter_map(|requirement| requirement.name.clone())
                .collect(),
        }
    }

    /// Why `statement`, which does not resolve, does not; and the same in words.
    pub(super) fn of(&self, statement: &ImportStatement) -> (Reason, String) {
        let name = statement.module.trim_start_matches('.');
        let is_relative = name.len() < statement.module.len();
        if !is_relative {
            if is_python2_only(name) {
                return (Reason::Python2, "only Python 2 had it".to_owned());
            }
            if is_standard_library(name) && statement.origin != Origin::Own {
                return (Reason::OtherPython, self.other_python(name));
            }
        }
        if let Some(why) = self.made_locally(statement, name) {
            return (Reason::GeneratedOrSecret, why);
        }
        if statement.origin == Origin::Own {
            return (Reason::OwnModule, own_module(is_relative));
        }
        self.third_party(statement, name)
    }

    fn other_python(&self, name: &str) -> String {
        let minor = self.world.minor();
        if was_removed(name, minor) {
            format!("the standard library of Python 3.{minor} has it no more")
        } else {
            format!("the standard library of Python 3.{minor} has no such module")
        }
    }

    /// What says that the module is a file that is made on each machine.
    fn made_locally(&self, statement: &ImportStatement, name: &str) -> Option<String> {
        if name.is_empty() || statement.origin == Origin::ThirdParty && name.contains('.') {
            return None;
        }
        let last = name.rsplit('.').next().unwrap_or(name);
        let is_own = statement.origin == Origin::Own;
        if is_own && GENERATED.contains(&last) {
            return Some("the build of the project writes it".to_owned());
        }
        if last.ends_with("_pb2") || last.ends_with("_pb2_grpc") {
            return Some("it is generated from a `.proto` file".to_owned());
        }
        if LOCAL.contains(&last) && (is_own || providers_of(name).is_empty()) {
            return Some("it holds settings of one user or machine".to_owned());
        }
        let candidates = candidates(statement);
        let source = candidates
            .iter()
            .map(|path| format!("{path}x"))
            .find(|path| self.world.root.join(path).is_file());
        if let Some(source) = source {
            return Some(format!("the build compiles it from `{source}`"));
        }
        let ignored = candidates
            .iter()
            .find(|path| is_ignored(self.world.root, path))?;
        Some(format!("it would be `{ignored}`, which git ignores"))
    }

    fn third_party(&self, statement: &ImportStatement, name: &str) -> (Reason, String) {
        let providers = providers_of(name);
        let asks_for_platform = statement.requires.iter().any(is_about_platform);
        if asks_for_platform || OF_ONE_PLATFORM.contains(&top(name)) {
            return (
                Reason::OtherPlatform,
                "only another operating system has it".to_owned(),
            );
        }
        match self.world.search_path.installed(name) {
            Reach::Partly => {
                let why = format!("the installed `{}` has no such module", top(name));
                return (Reason::OtherVersion, why);
            }
            Reach::Stub => return (Reason::StubOnly, "only its stub is there".to_owned()),
            _ => {}
        }
        let own_name = DistributionName::new(top(name));
        let shortfall = self.shortfalls.iter().find(|shortfall| {
            shortfall
                .distribution
                .as_ref()
                .is_some_and(|missing| providers.contains(missing) || *missing == own_name)
        });
        if let Some(shortfall) = shortfall {
            return (Reason::FailedToBuild, shortfall.why.clone());
        }
        match (statement.condition, providers.first()) {
            (Condition::Guarded, _) => (Reason::Guarded, "the code copes without it".to_owned()),
            (Condition::TypeChecking, _) => (
                Reason::TypeChecking,
                "only type checkers want it".to_owned(),
            ),
            (_, Some(provider)) => (
                Reason::NotInstalled,
                format!("`{provider}` provides it and is not installed"),
            ),
            (_, None) if self.direct.contains(&own_name) => (
                Reason::Private,
                "the project takes it from elsewhere than a package registry".to_owned(),
            ),
            (_, None) => (
                Reason::Unknown,
                "no distribution is known to provide it".to_owned(),
            ),
        }
    }
}

fn own_module(is_relative: bool) -> String {
    if is_relative {
        "the project has no such file".to_owned()
    } else {
        "the project has it elsewhere than on the import path of this file".to_owned()
    }
}

/// The files, relative to the root, that the module could be.
fn candidates(statement: &ImportStatement) -> Vec<String> {
    let name = statement.module.trim_start_matches('.');
    let level = statement.module.len() - name.len();
    let path = name.replace('.', "/");
    let mut folder = statement.path.as_str();
    let above = level.max(1);
    for _ in 0..above {
        folder = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
    }
    let beside = if folder.is_empty() {
        format!("{path}.py")
    } else {
        format!("{folder}/{path}.py")
    };
    if level > 0 || folder.is_empty() {
        vec![beside]
    } else {
        vec![beside, format!("{path}.py")]
    }
}

fn is_about_platform(test: &StaticTest) -> bool {
    match test {
        StaticTest::Platform { .. } | StaticTest::OsName(_) => true,
        StaticTest::Not(inner) => is_about_platform(inner),
        StaticTest::All(tests) | StaticTest::Any(tests) => tests.iter().any(is_about_platform),
        StaticTest::Unknown | StaticTest::Constant(_) | StaticTest::Version { .. } => false,
    }
}
