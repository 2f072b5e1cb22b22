//! The steps that complete a checkout: submodules, large files, hooks.
//!
//! None of them makes a run fail, unless in strict mode for what `.dhtconfig` asks for: what cannot
//! be had is in the report, with what to type.

use std::fs;
use std::path::PathBuf;

use dhtl_project_model::HookTool;
use dhtl_tools::git;
use dhtl_workflow::StepContext;

use crate::application::system_step::Attempt;
use crate::application::{Application, Outcome};
use crate::git::{GitFindings, HookState, Hooks, SubmoduleFinding, SubmoduleState, outstanding};
use crate::plan::StepId;
use crate::report::{Shortfall, StepSummary};
use crate::state::{StateDir, one_per_line, read_regular, write_whole};
use crate::subject::Subject;
use crate::system_packages::{Privilege, for_program};
use crate::{Fallbacks, RegenerationError};

/// What was not there when the last run ended, in the state folder.
const OUTSTANDING: &str = "git-outstanding.txt";

/// What to do about a submodule that cannot be fetched.
const SUBMODULE_HINT: &str = "see that its address in `.gitmodules` answers and lets you in, then \
    run `dhtl regenerate` again";

/// Whether the checkout needs nothing that a run could do, and needs what it needed when the last
/// run ended.
pub(crate) fn is_as_left(
    subject: &Subject,
    state: &StateDir,
    environment: &dhtl_tools::Environment,
) -> bool {
    let findings = GitFindings::of(subject, environment);
    let before = fs::read_to_string(state.file(OUTSTANDING)).unwrap_or_default();
    let can_be_mended = findings
        .as_ref()
        .is_some_and(|findings| findings.can_be_mended(environment));
    !can_be_mended && one_per_line(outstanding(findings.as_ref())) == before
}

/// Whether a run has checked out submodules that were not there when the project was read.
pub(crate) fn fetched_submodules(steps: &[StepSummary]) -> bool {
    let mut steps = steps.iter();
    steps.any(|step| step.id == StepId::Submodules.as_str() && !step.detail.is_empty())
}

impl Application<'_> {
    /// Forgets what an earlier run could not do: whatever still holds comes up again.
    pub(crate) fn forget_git(&self) -> Result<(), RegenerationError> {
        for step in [
            StepId::Submodules,
            StepId::LargeFiles,
            StepId::Hooks,
            StepId::LanguagePackages,
            StepId::MissingFiles,
        ] {
            self.shortfalls.clear(step)?;
        }
        Ok(())
    }

    /// Writes down what is still not there, for the next run.
    pub(crate) fn remember_git(&self) -> Result<(), RegenerationError> {
        let text = one_per_line(outstanding(self.git_findings().as_ref()));
        write_whole(&self.state.file(OUTSTANDING), &text)
    }

    fn git_findings(&self) -> Option<GitFindings> {
        GitFindings::of(self.subject, self.environment)
    }

    /// Checks out what is not there.
    pub(crate) fn fetch_submodules(&self, context: &StepContext<'_>) -> Outcome {
        let Some(findings) = self.git_findings() else {
            return Ok(String::new());
        };
        let mut fetched = Vec::new();
        for submodule in findings.submodules.0 {
            if submodule.state == SubmoduleState::CheckedOut {
                continue;
            }
            match self.fetch_submodule(&submodule, context)? {
                None => fetched.push(submodule.path),
                Some(missed) => self.miss(StepId::Submodules, submodule.is_recorded, missed)?,
            }
        }
        Ok(fetched.join(", "))
    }

    /// Checks one out; what is missed where that cannot be done.
    fn fetch_submodule(
        &self,
        submodule: &SubmoduleFinding,
        context: &StepContext<'_>,
    ) -> Result<Option<Shortfall>, RegenerationError> {
        let what = format!("submodule `{}`", submodule.path);
        let Some(before) = submodule.state.before_checkout() else {
            let why = if submodule.state == SubmoduleState::Refused {
                "its address names a program that git would run, so it is not fetched"
            } else {
                "the repository has no such submodule"
            };
            return Ok(Some(Shortfall::new(what, why)));
        };
        let command = git::submodule_update(&submodule.path, before, self.subject.root())?;
        Ok(match self.attempt(&command, context)? {
            Attempt::Succeeded => None,
            Attempt::Failed(said) => Some(Shortfall {
                next: Some(SUBMODULE_HINT.to_owned()),
                ..Shortfall::new(what, complaint(&said))
            }),
        })
    }

    /// Fetches the content of the files that are pointers.
    pub(crate) fn fetch_large_files(&self, context: &StepContext<'_>) -> Outcome {
        let Some(GitFindings { large_files, .. }) = self.git_findings() else {
            return Ok(String::new());
        };
        if !large_files.is_needed() {
            return Ok(String::new());
        }
        let count = large_files.pointers.len();
        let what = match count {
            0 => "Git LFS".to_owned(),
            1 => "the content of 1 large file".to_owned(),
            count => format!("the content of {count} large files"),
        };
        let miss = |why: String, next| {
            let shortfall = Shortfall {
                next,
                ..Shortfall::new(what.clone(), why)
            };
            self.miss(StepId::LargeFiles, large_files.is_recorded, shortfall)
        };
        if self.environment.find_program("git-lfs").is_none() {
            miss(
                "git-lfs is not installed".to_owned(),
                self.how_to_get("git-lfs"),
            )?;
            return Ok(String::new());
        }
        let root = self.subject.root();
        let install = (!large_files.has_filter).then(|| git::lfs_install(root));
        let pull = (count > 0).then(|| git::lfs_pull(root));
        for command in install.into_iter().chain(pull) {
            if let Attempt::Failed(said) = self.attempt(&command, context)? {
                miss(
                    complaint(&said),
                    Some(format!("run `{command}` to see more")),
                )?;
                return Ok(String::new());
            }
        }
        let left = self.git_findings().map(|findings| findings.large_files);
        let left = left.map_or(0, |large_files| large_files.pointers.len());
        if left > 0 {
            let why = format!("{left} of them were not fetched");
            miss(why, Some("see what `git lfs env` excludes".to_owned()))?;
        }
        Ok(format!("{} of {count}", count - left.min(count)))
    }

    fn how_to_get(&self, program: &str) -> Option<String> {
        let manager = self.subject.package_manager?;
        let packages = for_program(program)?.packages(manager);
        (!packages.is_empty()).then(|| {
            let command = manager.typed(packages, Privilege::current());
            format!("install it with `{command}`, then run `dhtl regenerate` again")
        })
    }

    /// Has the project's own tool install the hooks that are not there.
    pub(crate) fn install_hooks(&self, context: &StepContext<'_>) -> Outcome {
        let Some(GitFindings { hooks, .. }) = self.git_findings() else {
            return Ok(String::new());
        };
        let mut why = None;
        let foreign = foreign(&hooks);
        if hooks.is_needed() {
            match hooks.installer(self.environment) {
                None => why = Some(no_installer(&hooks)),
                Some(command) => {
                    if let Attempt::Failed(said) = self.attempt(&command, context)? {
                        let next = Some(format!("run `{command}` to see more"));
                        why = Some((complaint(&said), next));
                    }
                }
            }
        }
        let Some(GitFindings { hooks: after, .. }) = self.git_findings() else {
            return Ok(String::new());
        };
        let wanted = hooks.to_install().map(str::to_owned).collect::<Vec<_>>();
        let mut installed = Vec::new();
        for hook in &after.found {
            if hook.state == HookState::Installed {
                installed.extend(wanted.contains(&hook.name).then(|| hook.name.clone()));
                continue;
            }
            let (why, next) = reason(&after, &hook.name, hook.state)
                .or_else(|| why.clone())
                .unwrap_or_else(|| ("it is not there after its installation".to_owned(), None));
            let shortfall = Shortfall {
                next,
                ..Shortfall::new(format!("git hook `{}`", hook.name), why)
            };
            // Where the user has hooks elsewhere, that is for the user to say.
            let is_recorded = hook.is_recorded && hook.state != HookState::Elsewhere;
            self.miss(StepId::Hooks, is_recorded, shortfall)?;
        }
        for (name, content) in foreign {
            self.report_lost(&after, &name, &content)?;
        }
        Ok(installed.join(", "))
    }

    /// Says so when the hook that somebody had is neither in its place nor kept beside it.
    fn report_lost(
        &self,
        hooks: &Hooks,
        name: &str,
        content: &[u8],
    ) -> Result<(), RegenerationError> {
        let places = ["", ".legacy"].map(|end| hooks.folder.join(format!("{name}{end}")));
        let is_kept = |place: PathBuf| read_regular(&place).is_ok_and(|kept| kept == content);
        if places.into_iter().any(is_kept) {
            return Ok(());
        }
        let kept = self.state.file(&format!("{name}.lost-hook"));
        write_whole(&kept, content)?;
        let shortfall = Shortfall {
            next: Some(format!("find it in `{}`", kept.display())),
            ..Shortfall::new(
                format!("your own git hook `{name}`"),
                "the tool that installs hooks did not keep it",
            )
        };
        self.miss(StepId::Hooks, false, shortfall)
    }

    /// Notes what cannot be had; in strict mode what `.dhtconfig` asks for ends the run.
    fn miss(
        &self,
        step: StepId,
        is_recorded: bool,
        shortfall: Shortfall,
    ) -> Result<(), RegenerationError> {
        if is_recorded && self.fallbacks == Fallbacks::Forbidden {
            return Err(RegenerationError::Strict {
                what: format!("{} is missing: {}", shortfall.what, shortfall.why),
            });
        }
        self.shortfalls.add(step, [shortfall])
    }
}

/// Why something is not there, and what to do about it.
type Explained = (String, Option<String>);

fn no_installer(hooks: &Hooks) -> Explained {
    let Some(tool) = hooks.tool else {
        let why = "`.dhtconfig` asks for it, and no file says what it runs".to_owned();
        return (why, None);
    };
    let name = tool.name();
    let next = match tool {
        HookTool::PreCommit => {
            "add `pre-commit` to the project's development requirements, or type `uv tool install \
             pre-commit`; then run `dhtl regenerate` again"
        }
        HookTool::Lefthook => "install lefthook, then run `dhtl regenerate` again",
        HookTool::Husky => "install the packages of `package.json`, which brings husky",
    };
    let why = format!("`{name}` is neither in the environment nor on `PATH`");
    (why, Some(next.to_owned()))
}

/// Why a hook is left alone.
fn reason(hooks: &Hooks, name: &str, state: HookState) -> Option<Explained> {
    match state {
        HookState::Elsewhere => {
            let path = hooks.elsewhere.as_deref().unwrap_or_default();
            let why = format!("`core.hooksPath` is `{path}`, so git looks for hooks there only");
            let next = "have the hooks there run it, or type `git config --unset-all \
                        core.hooksPath` and run `dhtl regenerate` again";
            Some((why, Some(next.to_owned())))
        }
        HookState::Blocked if hooks.tool != Some(HookTool::PreCommit) => {
            let tool = hooks.tool.map_or("them", HookTool::name);
            let why = format!("a hook of your own would not run any more with {tool}");
            let folder = hooks.folder.display();
            let next =
                format!("move what it does to the hooks of {tool}, and it out of `{folder}`");
            Some((why, Some(next)))
        }
        HookState::Blocked => {
            let why = "two other hooks are there already, and one would be lost".to_owned();
            let folder = hooks.folder.display();
            let next = format!("make one of `{name}` and `{name}.legacy` in `{folder}`");
            Some((why, Some(next)))
        }
        _ => None,
    }
}

/// The hooks of others that a tool is about to move, with their content.
fn foreign(hooks: &Hooks) -> Vec<(String, Vec<u8>)> {
    let foreign = hooks
        .found
        .iter()
        .filter(|hook| hook.state == HookState::Foreign);
    foreign
        .filter_map(|hook| {
            let content = read_regular(&hooks.folder.join(&hook.name)).ok()?;
            Some((hook.name.clone(), content))
        })
        .collect()
}

/// The line that says what went wrong: git's first fatal one, or else the last.
fn complaint(said: &str) -> String {
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut grave = lines.clone();
    let is_grave = |line: &&str| {
        ["fatal:", "error:", "[ERROR]"]
            .iter()
            .any(|word| line.starts_with(word))
    };
    let line = grave.find(is_grave).or_else(|| lines.next_back());
    let line = line.unwrap_or("it failed without a word");
    let line = ["fatal:", "error:", "[ERROR]"]
        .into_iter()
        .fold(line, |line, word| line.trim_start_matches(word));
    line.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_fatal_line_is_the_reason() {
        let said =
            "Cloning into 'x'...\nfatal: transport 'file' not allowed\nfatal: clone of 'x'\n";
        assert_eq!(complaint(said), "transport 'file' not allowed");
        assert_eq!(complaint("one\ntwo\n\n"), "two");
        assert_eq!(complaint(""), "it failed without a word");
    }
}
