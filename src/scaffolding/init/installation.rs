//! How a service installs a project, from what the project declares.

use dhtl_project_model::{DeclarationFormat, DistributionName, LockKind, Scope};

use super::survey::Survey;

/// The commands that make an environment, and what is in it.
pub(super) struct Installation {
    /// The commands, one after the other.
    pub(super) commands: Vec<String>,
    /// The distributions that the project asks for by name.
    names: Vec<DistributionName>,
}

impl Installation {
    /// Whether the project has `distribution` installed.
    pub(super) fn has(&self, distribution: &str) -> bool {
        self.names.contains(&DistributionName::new(distribution))
    }

    /// The installation of a project, and of `besides`, which it does not declare.
    pub(super) fn of(survey: &Survey<'_>, besides: &[&str]) -> Self {
        let locked = survey.python.locks.iter().find_map(|lock| {
            Some(match lock.kind {
                LockKind::Uv => "uv sync --locked",
                LockKind::Poetry => "POETRY_VIRTUALENVS_IN_PROJECT=true uvx poetry sync",
                LockKind::Pdm => "uvx pdm sync",
                LockKind::Pipfile => "PIPENV_VENV_IN_PROJECT=1 uvx pipenv sync --dev",
                LockKind::Pylock | LockKind::HashedRequirements => return None,
            })
        });
        let (mut commands, names) = match locked {
            Some("uv sync --locked") => (vec![uv_sync(survey)], declared(survey, |_, _, _| true)),
            Some(command) => (vec![command.to_owned()], declared(survey, |_, _, _| true)),
            None => unlocked(survey),
        };
        let missing: Vec<_> = besides
            .iter()
            .filter(|name| !names.contains(&DistributionName::new(name)))
            .copied()
            .collect();
        if !missing.is_empty() {
            commands.push(format!("uv pip install {}", missing.join(" ")));
        }
        Self { commands, names }
    }
}

/// uv installs the group `dev` by itself, and the others when they are named.
fn uv_sync(survey: &Survey<'_>) -> String {
    let scopes = survey.python.declarations.iter().map(|one| &one.scope);
    let mut command = "uv sync --locked".to_owned();
    for scope in scopes {
        let option = match scope {
            Scope::Group(name) if name != "dev" && is_for_tests(name) => format!(" --group {name}"),
            Scope::Extra(name) if is_for_tests(name) => format!(" --extra {name}"),
            _ => continue,
        };
        if !command.contains(&option) {
            command.push_str(&option);
        }
    }
    command
}

fn declared(
    survey: &Survey<'_>,
    is_wanted: impl Fn(&str, DeclarationFormat, &Scope) -> bool,
) -> Vec<DistributionName> {
    let declarations = survey.python.declarations.iter();
    declarations
        .filter(|one| is_wanted(&one.path, one.format, &one.scope))
        .flat_map(|one| &one.requirements)
        .filter_map(|requirement| requirement.name.clone())
        .collect()
}

fn unlocked(survey: &Survey<'_>) -> (Vec<String>, Vec<DistributionName>) {
    let mut arguments: Vec<String> = Vec::new();
    let mut extras: Vec<&str> = Vec::new();
    let mut groups: Vec<&str> = Vec::new();
    let mut files: Vec<&str> = Vec::new();
    for declaration in &survey.python.declarations {
        match (declaration.format, &declaration.scope) {
            (DeclarationFormat::Requirements, _) if is_for_tests_or_always(&declaration.path) => {
                files.push(&declaration.path);
            }
            (DeclarationFormat::DependencyGroups, Scope::Group(name)) if is_for_tests(name) => {
                groups.push(name);
            }
            (
                DeclarationFormat::Pep621
                | DeclarationFormat::SetupCfg
                | DeclarationFormat::SetupPy,
                Scope::Extra(name),
            ) if is_for_tests(name) => extras.push(name),
            _ => {}
        }
    }
    extras.dedup();
    if !survey.added.is_empty() && !groups.contains(&"dev") {
        groups.push("dev");
    }
    // In an order that does not change when one is added.
    groups.sort_unstable();
    groups.dedup();
    if survey.python.installable.is_some() {
        arguments.push(match extras.len() {
            0 => "-e .".to_owned(),
            // A shell would take brackets for a pattern.
            _ => format!("-e '.[{}]'", extras.join(",")),
        });
    }
    arguments.extend(groups.iter().map(|group| format!("--group {group}")));
    arguments.extend(files.iter().map(|file| format!("-r {file}")));
    let mut names = declared(survey, |path, _, scope| match scope {
        Scope::Runtime => true,
        Scope::Extra(name) => extras.contains(&name.as_str()),
        Scope::Group(name) => groups.contains(&name.as_str()) || files.contains(&path),
        Scope::Build => false,
    });
    names.extend(survey.added.iter().map(|name| DistributionName::new(name)));
    let mut commands = vec!["uv venv".to_owned()];
    if !arguments.is_empty() {
        commands.push(format!("uv pip install {}", arguments.join(" ")));
    }
    (commands, names)
}

/// Whether a group or an extra of that name is there for tests.
fn is_for_tests(name: &str) -> bool {
    let name = DistributionName::new(name);
    let plain = name
        .as_str()
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '-');
    let tests = [
        "test",
        "tests",
        "testing",
        "unit-test",
        "unit-tests",
        "dev",
        "develop",
        "development",
    ];
    plain && tests.contains(&name.as_str())
}

/// Whether a requirements file lists what is needed always, or for tests.
fn is_for_tests_or_always(path: &str) -> bool {
    let plain = path
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let Some(stem) = file.strip_suffix(".txt").filter(|_| plain) else {
        return false;
    };
    let rest = stem.strip_prefix("requirements");
    let name = match (folder, rest) {
        ("", Some(rest)) => rest.trim_start_matches(['-', '_', '.']),
        ("", None) => match stem.strip_suffix("requirements") {
            Some(name) => name.trim_end_matches(['-', '_', '.']),
            None => return false,
        },
        ("requirements", _) => stem,
        _ => return false,
    };
    name.is_empty() || matches!(name, "base" | "main" | "requirements") || is_for_tests(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_for_tests_are_known_by_their_names() {
        for path in [
            "requirements.txt",
            "requirements-dev.txt",
            "requirements_test.txt",
            "dev-requirements.txt",
            "requirements/base.txt",
            "requirements/tests.txt",
        ] {
            assert!(is_for_tests_or_always(path), "{path}");
        }
        for path in [
            "requirements-docs.txt",
            "docs/requirements.txt",
            "requirements/docs.txt",
            "notes.txt",
            "requirements; rm -rf.txt",
            "requirements.in",
        ] {
            assert!(!is_for_tests_or_always(path), "{path}");
        }
    }
}
