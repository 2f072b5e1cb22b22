//! How each pinned tool stands: where it comes from, and what is the matter with it.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::Path;

use dhtl_project_model::DistributionName;

use crate::RegenerationError;
use crate::files::FileCheck;
use crate::installed::Environment;
use crate::locked_set::LockedSet;
use crate::programs::{
    Flaw, Isolated, Register, Store, Wrapper, WrapperState, claimed_scripts, scripts_of,
};
use crate::state::StateDir;
use crate::subject::Subject;
use crate::uv::VENV;
use crate::validation::same_version;

/// The kind of owner that wrappers of tools have.
pub(super) const KIND: &str = "tool ";

/// All pinned tools of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ToolFindings {
    /// The tools, by name.
    pub(crate) tools: Vec<Tool>,
    /// The files of wrappers that nobody needs any more, with their owners.
    pub(crate) leftovers: Vec<(String, String)>,
}

/// A pinned tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tool {
    /// Its name, as it is pinned.
    pub(crate) name: String,
    /// The version it is pinned to.
    pub(crate) version: String,
    /// How it stands.
    pub(crate) standing: Standing,
}

/// How a pinned tool stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is a distribution of the project's environment, in its version.
    Installed,
    /// It is a distribution of the project's environment, in another version.
    Contradicted(String),
    /// A lock asks for it, and it is not installed.
    LockedAndMissing,
    /// It has, or must have, an environment of its own.
    Isolated(Isolated, Result<Vec<Placed>, Flaw>),
}

/// A wrapper, and what is in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    /// What must be there.
    pub(crate) wrapper: Wrapper,
    /// What is there.
    pub(crate) state: WrapperState,
    /// The distribution that has installed a program of that name: it is left alone.
    pub(crate) claimed_by: Option<DistributionName>,
}

impl ToolFindings {
    /// The tools of `subject`, whose locks ask for `locked_set`. Reads files only.
    pub(crate) fn of(
        subject: &Subject,
        environment: &Environment,
        locked_set: Option<&LockedSet>,
        depth: FileCheck,
    ) -> Result<Self, RegenerationError> {
        let looker = Looker {
            root: subject.root(),
            environment,
            locked_set,
            depth,
            claimed: OnceCell::new(),
        };
        let tools = subject.tools();
        let mut tools = tools
            .map(|(name, version)| looker.tool(name, version))
            .collect::<Result<Vec<_>, _>>()?;
        leave_to_the_first(&mut tools);
        let register = Register::load(&StateDir::of(subject.root()));
        let expected = tools.iter().flat_map(Tool::wrappers);
        let expected = expected.map(Wrapper::file_name).collect::<Vec<_>>();
        let leftovers = register
            .of_kind(KIND)
            .filter(|(file, _)| !expected.iter().any(|one| one == file))
            // The wrappers of what is damaged are not known, and nobody misses them.
            .filter(|(_, owner)| {
                !tools
                    .iter()
                    .any(|tool| tool.is_flawed() && tool.owner() == *owner)
            })
            .filter(|(file, _)| {
                scripts(subject.root())
                    .join(file)
                    .symlink_metadata()
                    .is_ok()
            })
            .filter(|(file, _)| !looker.claimed().contains_key(*file))
            .map(|(file, owner)| (file.to_owned(), owner.to_owned()))
            .collect();
        Ok(Self { tools, leftovers })
    }

    /// The tools that have to be installed or put in their place by dhtl, and are not.
    pub(crate) fn lacking(&self) -> impl Iterator<Item = &Tool> {
        self.tools.iter().filter(|tool| tool.is_lacking())
    }

    /// Whether dhtl has anything to do.
    pub(crate) fn need_work(&self) -> bool {
        !self.leftovers.is_empty() || self.lacking().next().is_some()
    }
}

impl Tool {
    /// Whose its wrappers are.
    pub(crate) fn owner(&self) -> String {
        format!("{KIND}{}", self.name)
    }

    /// The wrappers that must be there.
    pub(crate) fn wrappers(&self) -> impl Iterator<Item = &Wrapper> {
        let placed = match &self.standing {
            Standing::Isolated(_, Ok(placed)) => placed.as_slice(),
            _ => &[],
        };
        let free = placed.iter().filter(|placed| placed.claimed_by.is_none());
        free.map(|placed| &placed.wrapper)
    }

    /// Whether its own environment is not what it must be.
    pub(super) fn is_flawed(&self) -> bool {
        matches!(self.standing, Standing::Isolated(_, Err(_)))
    }

    fn is_lacking(&self) -> bool {
        match &self.standing {
            Standing::Isolated(_, Ok(placed)) => placed.iter().any(Placed::is_lacking),
            Standing::Isolated(_, Err(_)) => true,
            _ => false,
        }
    }
}

impl Placed {
    /// Whether it has to be put into its place.
    pub(crate) fn is_lacking(&self) -> bool {
        self.claimed_by.is_none() && self.state != WrapperState::Intact
    }
}

/// The interpreter of an environment, in words.
pub(crate) fn interpreter_of(environment: &Environment) -> String {
    let Environment {
        implementation,
        python_version,
        ..
    } = environment;
    format!("{implementation} {python_version}")
}

/// The tools that `pinned` asks for and that have whole environments of their own, with the versions
/// that are installed there.
pub(crate) fn isolated_versions(
    root: &Path,
    environment: &Environment,
    pinned: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, RegenerationError> {
    let mut versions = BTreeMap::new();
    for (name, version) in pinned {
        let distribution = DistributionName::new(name);
        if environment.distribution(&distribution).is_some() {
            continue;
        }
        let isolated = Isolated::of(root, Store::Tools, distribution, version);
        let made_for = interpreter_of(environment);
        let inspected = isolated.inspect(&made_for, FileCheck::Changed, |_| true)?;
        let found = inspected.ok();
        let found = found.and_then(|own| own.distribution(&isolated.name).cloned());
        if let Some(found) = found {
            versions.insert(isolated.name.to_string(), found.version);
        }
    }
    Ok(versions)
}

/// Looks at one tool after the other.
struct Looker<'a> {
    root: &'a Path,
    environment: &'a Environment,
    locked_set: Option<&'a LockedSet>,
    depth: FileCheck,
    claimed: OnceCell<BTreeMap<String, DistributionName>>,
}

impl Looker<'_> {
    /// The programs of distributions; looked up only where something is not as it must be.
    fn claimed(&self) -> &BTreeMap<String, DistributionName> {
        self.claimed
            .get_or_init(|| claimed_scripts(self.environment))
    }

    fn tool(&self, name: &str, version: &str) -> Result<Tool, RegenerationError> {
        let distribution = DistributionName::new(name);
        let tool = |standing| Tool {
            name: name.to_owned(),
            version: version.to_owned(),
            standing,
        };
        if let Some(found) = self.environment.distribution(&distribution) {
            let standing = if same_version(&found.version, version) {
                Standing::Installed
            } else {
                Standing::Contradicted(found.version.clone())
            };
            return Ok(tool(standing));
        }
        if self
            .locked_set
            .is_some_and(|set| set.contains_key(&distribution))
        {
            return Ok(tool(Standing::LockedAndMissing));
        }
        let isolated = Isolated::of(self.root, Store::Tools, distribution, version);
        let made_for = interpreter_of(self.environment);
        let accepts = |found: &str| same_version(found, version);
        let inspected = isolated.inspect(&made_for, self.depth, accepts)?;
        let owner = format!("{KIND}{name}");
        let placed = inspected.map(|own| self.placed(&own, &isolated, &owner));
        Ok(tool(Standing::Isolated(isolated, placed)))
    }

    fn placed(&self, own: &Environment, isolated: &Isolated, owner: &str) -> Vec<Placed> {
        let scripts = scripts_of(own, &isolated.name, &isolated.folder);
        scripts
            .into_iter()
            .map(|(name, program)| {
                let wrapper = Wrapper::new(name, owner, program);
                let state = wrapper.state(self.root);
                // What is a wrapper is no program of a distribution.
                let claimed_by = match state {
                    WrapperState::Intact => None,
                    _ => self.claimed().get(&wrapper.name).cloned(),
                };
                Placed {
                    wrapper,
                    state,
                    claimed_by,
                }
            })
            .collect()
    }
}

/// Of two tools that bring a program of one name the one that is called so has it, or else the first.
fn leave_to_the_first(tools: &mut [Tool]) {
    let mut owners = BTreeMap::<String, (bool, String)>::new();
    for tool in tools.iter() {
        for wrapper in tool.wrappers() {
            let is_namesake = wrapper.name == tool.name;
            let taken = owners.get(&wrapper.name);
            if taken.is_none_or(|(taken, _)| is_namesake && !taken) {
                owners.insert(wrapper.name.clone(), (is_namesake, tool.name.clone()));
            }
        }
    }
    for tool in tools {
        let name = tool.name.clone();
        if let Standing::Isolated(_, Ok(placed)) = &mut tool.standing {
            placed.retain(|one| {
                let owner = owners.get(&one.wrapper.name);
                one.claimed_by.is_some() || owner.is_none_or(|(_, owner)| *owner == name)
            });
        }
    }
}

/// The folder of the scripts of the project at `root`.
pub(super) fn scripts(root: &Path) -> std::path::PathBuf {
    root.join(VENV)
        .join(if cfg!(windows) { "Scripts" } else { "bin" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool(name: &str, programs: &[&str]) -> Tool {
        let placed = programs.iter().map(|program| Placed {
            wrapper: Wrapper::new(*program, format!("{KIND}{name}"), "/program"),
            state: WrapperState::Intact,
            claimed_by: None,
        });
        let distribution = DistributionName::new(name);
        let isolated = Isolated::of(Path::new("/srv"), Store::Tools, distribution, "1");
        Tool {
            name: name.to_owned(),
            version: "1".to_owned(),
            standing: Standing::Isolated(isolated, Ok(placed.collect())),
        }
    }

    #[test]
    fn the_namesake_has_the_program() {
        let mut tools = [tool("a", &["a", "b", "c"]), tool("b", &["b", "c"])];
        leave_to_the_first(&mut tools);
        let owned = tools.each_ref().map(|tool| {
            let names = tool.wrappers().map(|wrapper| wrapper.name.as_str());
            names.collect::<Vec<_>>().join(" ")
        });
        assert_eq!(owned, ["a c", "b"]);
    }
}
