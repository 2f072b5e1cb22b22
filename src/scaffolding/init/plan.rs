//! From what a project has to what it lacks.

use std::path::PathBuf;

use dhtl_project_model::config::{Document, FILE_NAME};
use dhtl_project_model::{Project, PythonProject, stack};
use minijinja::Value;
use serde::Serialize;

use super::change::read_text;
use super::services::{Reach, Services};
use super::survey::{Survey, has_workflow};
use super::{Change, InitError, ci, hooks, ignored, pyproject};
use crate::new::CiProvider;
use crate::templates::{Catalogue, Renderer, Values};

/// The template whose files are proposed.
const TEMPLATE: &str = "base";

const WORKFLOW: &str = ".github/workflows/ci.yml";
const PIPELINE: &str = ".gitlab-ci.yml";
const HOOKS: &str = ".pre-commit-config.yaml";
const IGNORED: &str = ".gitignore";
const ENV_EXAMPLE: &str = ".env.example";
const PYPROJECT: &str = "pyproject.toml";

/// What to add to, and how.
pub struct InitRequest<'a> {
    /// The project, as detection sees it.
    pub project: &'a Project,
    /// What can be run of it, and the services that this needs.
    pub stacks: &'a stack::Survey,
    /// Where the templates are.
    pub catalogue: &'a Catalogue,
    /// The services that are to check it; none where the project is to say.
    pub ci: Option<&'a [CiProvider]>,
    /// What becomes of files that are there.
    pub existing: Existing,
    /// The text of `.env.example`; none where there is one already, or nothing to list.
    pub env_example: Option<&'a str>,
}

/// What becomes of files that are there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// They stay as they are.
    Keep,
    /// Those that have the place of a proposed one are replaced.
    Replace,
}

/// What a project lacks.
#[derive(Debug, Clone, Serialize)]
pub struct InitPlan {
    /// The root of the project.
    #[serde(serialize_with = "dhtl_project_model::path_text::serialize")]
    pub root: PathBuf,
    /// The files to make or to add to, by path.
    pub changes: Vec<Change>,
    /// What was left alone, and why.
    pub notes: Vec<String>,
}

impl InitPlan {
    /// Makes the changes, each file whole or not at all. What has changed since the plan was made is
    /// not touched.
    pub fn apply(&self) -> Result<(), InitError> {
        self.changes
            .iter()
            .try_for_each(|change| change.apply(&self.root))
    }
}

/// What the project lacks. Reads files only.
pub fn plan_init(request: &InitRequest<'_>) -> Result<InitPlan, InitError> {
    let no_python = PythonProject::default();
    let project = request.project;
    let survey = Survey {
        project,
        python: project.python.as_ref().unwrap_or(&no_python),
        added: Vec::new(),
    };
    let mut planner = Planner {
        request,
        survey,
        plan: InitPlan {
            root: project.root.clone(),
            changes: Vec::new(),
            notes: Vec::new(),
        },
    };
    planner.plan()?;
    let mut plan = planner.plan;
    plan.changes
        .sort_by(|left, right| left.path.cmp(&right.path));
    Ok(plan)
}

struct Planner<'a> {
    request: &'a InitRequest<'a>,
    survey: Survey<'a>,
    plan: InitPlan,
}

impl Planner<'_> {
    fn plan(&mut self) -> Result<(), InitError> {
        self.pyproject();
        let providers = self.providers();
        let coverage = self.configured().and_then(|ci| ci.coverage_threshold);
        let values = Values::from([
            ("hooks".to_owned(), Value::from(hooks::values(&self.survey))),
            ("coverage".to_owned(), Value::from(false)),
            ("notebooks".to_owned(), Value::from(false)),
            (
                "ci".to_owned(),
                Value::from(providers.iter().map(|one| one.name()).collect::<Vec<_>>()),
            ),
        ]);
        let config = self.rendered(FILE_NAME, &values)?;
        self.propose(FILE_NAME, config, "what dhtl is to know of the project")?;
        let ignored = self.rendered(IGNORED, &values)?;
        let ignored = ignored::without_what_is_there(&self.survey, &ignored);
        self.propose(IGNORED, ignored, "what no commit is to hold")?;
        self.hooks(&values)?;
        self.ci(&values, &providers, coverage)?;
        if let Some(text) = self.request.env_example {
            let why = "the environment variables that the code reads";
            self.propose(ENV_EXAMPLE, text.to_owned(), why)?;
        }
        Ok(())
    }

    fn hooks(&mut self, values: &Values) -> Result<(), InitError> {
        let managers = &self.survey.project.git.hook_managers;
        if let Some(manager) = managers.iter().find(|one| one.evidence.path != HOOKS) {
            let note = format!("hooks are installed by {} already", manager.tool.name());
            self.plan.notes.push(note);
            return Ok(());
        }
        let text = self.rendered(HOOKS, values)?;
        self.propose(HOOKS, text, "what runs before every commit")
    }

    fn ci(
        &mut self,
        values: &Values,
        providers: &[CiProvider],
        coverage: Option<u8>,
    ) -> Result<(), InitError> {
        if providers.is_empty() {
            return Ok(());
        }
        let Some(own) = ci::values(&self.survey, coverage) else {
            let note = "no continuous integration: the project has neither tests nor checks to run";
            self.plan.notes.push(note.to_owned());
            return Ok(());
        };
        let services = Services::of(&self.survey, self.request.stacks);
        let proposed = self.plan.changes.len();
        let mut values = values.clone();
        values.extend(own);
        values.insert("services".to_owned(), services.values());
        for provider in providers {
            let (path, reach) = match provider {
                CiProvider::GitHub => (WORKFLOW, Reach::Ports),
                CiProvider::GitLab => (PIPELINE, Reach::Hosts),
            };
            let environment = services.environment(&self.survey, reach);
            values.insert("environment".to_owned(), environment);
            let folder = self.plan.root.join(".github/workflows");
            let has_other = *provider == CiProvider::GitHub
                && has_workflow(&folder)
                && !self.survey.has(WORKFLOW);
            if has_other && self.request.existing == Existing::Keep {
                continue;
            }
            let text = self.rendered(path, &values)?;
            self.propose(path, text, "what checks every change")?;
        }
        if self.plan.changes.len() > proposed {
            let notes = [services.note(), ci::note(&self.survey, coverage)];
            self.plan.notes.extend(notes.into_iter().flatten());
        }
        Ok(())
    }

    /// First, because how the project is installed follows from it.
    fn pyproject(&mut self) {
        let path = self.plan.root.join(PYPROJECT);
        let Ok(Some(text)) = read_text(&path) else {
            // What is no text was reported by detection.
            return;
        };
        if let Some((after, names)) = pyproject::with_missing(&self.survey, &text) {
            self.plan.changes.push(Change {
                path: PYPROJECT.to_owned(),
                before: Some(text),
                after,
                why: format!(
                    "what tests import and nothing declares: {}",
                    names.join(", ")
                ),
            });
            self.survey.added = names;
        }
    }

    /// The services that are to check the project: those that the user names, those that
    /// `.dhtconfig` names, or the one it comes from, unless another one checks it already.
    fn providers(&mut self) -> Vec<CiProvider> {
        if let Some(named) = self.request.ci {
            return named.to_vec();
        }
        if let Some(ci) = self.configured().filter(|ci| !ci.providers.is_empty()) {
            let known = |name: &String| match name.as_str() {
                "github" => Some(CiProvider::GitHub),
                "gitlab" => Some(CiProvider::GitLab),
                _ => None,
            };
            return ci.providers.iter().filter_map(known).collect();
        }
        if let Some(path) = self.survey.existing_ci() {
            let note = format!("{path} checks the project already");
            self.plan.notes.push(note);
            return Vec::new();
        }
        if self.survey.is_from_gitlab() {
            vec![CiProvider::GitLab]
        } else {
            vec![CiProvider::GitHub]
        }
    }

    /// What `.dhtconfig` says about services.
    fn configured(&self) -> Option<dhtl_project_model::config::Ci> {
        let text = self.survey.text(FILE_NAME);
        let document = Document::parse(&text, FILE_NAME).ok()?;
        document.config().ci.clone()
    }

    fn rendered(&self, path: &str, values: &Values) -> Result<String, InitError> {
        let template = self.request.catalogue.find(TEMPLATE)?;
        let renderer = Renderer::new(&template, values.clone());
        let file = renderer.file(&format!("{path}.j2"))?;
        let bytes = file.map(|file| file.bytes).unwrap_or_default();
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Adds a file to the plan, where it is not there or may be replaced.
    fn propose(&mut self, path: &str, after: String, why: &str) -> Result<(), InitError> {
        let place = self.plan.root.join(path);
        let is_there = place.symlink_metadata().is_ok();
        if after.is_empty() || is_there && self.request.existing == Existing::Keep {
            return Ok(());
        }
        // The configuration holds what the user and captures have put there.
        if is_there && path == FILE_NAME {
            return Ok(());
        }
        let before = read_text(&place)?;
        if before.as_ref() != Some(&after) {
            self.plan.changes.push(Change {
                path: path.to_owned(),
                before,
                after,
                why: why.to_owned(),
            });
        }
        Ok(())
    }
}
