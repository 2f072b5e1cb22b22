//! What `detect` found.

use std::collections::BTreeSet;
use std::fmt;

use dhtl_project_model::stack::Survey;
use dhtl_project_model::{
    Evidence, Language, Origin, Project, PythonProject, Scope, SystemPackageHint,
};
use dhtl_terminal::{Count, Mark, Report, bold, dim};
use serde::Serialize;

use super::stacks::StacksText;

/// How much of a project is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// The statements.
    Summary,
    /// The file, line and rule behind each as well.
    Evidence,
}

/// A project and what it needs.
#[derive(Debug, Serialize)]
pub(crate) struct ProjectReport {
    /// The project.
    #[serde(flatten)]
    pub(crate) project: Project,
    /// What can be built and run of it.
    #[serde(flatten)]
    pub(crate) survey: Survey,
    /// How much of it the text shows; JSON always has everything.
    #[serde(skip)]
    pub(crate) detail: Detail,
}

impl Report for ProjectReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let project = &self.project;
        writeln!(
            out,
            "{} {}",
            bold(&project.name.value),
            dim(project.root.display())
        )?;
        self.evidence(&project.name.evidence, out)?;
        self.evidence(&project.root_evidence, out)?;
        let languages = project.languages.iter().map(|found| name_of(found.value));
        let languages = languages.collect::<Vec<_>>().join(", ");
        if !languages.is_empty() {
            writeln!(out, "Languages: {languages}")?;
        }
        for language in &project.languages {
            self.evidence(&language.evidence, out)?;
        }
        if let Some(python) = &project.python {
            self.python(python, out)?;
        }
        let stacks = StacksText {
            survey: &self.survey,
            detail: self.detail,
        };
        stacks.render(out)?;
        self.env_vars(out)?;
        self.system_packages(out)?;
        self.git(out)?;
        for problem in &project.problems {
            writeln!(
                out,
                "{} {} {}",
                Mark::Attention,
                problem.message,
                dim(&problem.evidence)
            )?;
        }
        Ok(())
    }
}

impl ProjectReport {
    fn evidence(&self, evidence: &Evidence, out: &mut dyn fmt::Write) -> fmt::Result {
        match self.detail {
            Detail::Summary => Ok(()),
            Detail::Evidence => writeln!(out, "    {}", dim(evidence)),
        }
    }

    fn python(&self, python: &PythonProject, out: &mut dyn fmt::Write) -> fmt::Result {
        self.interpreter(python, out)?;
        for lock in &python.locks {
            writeln!(out, "Lock: {}", lock.path)?;
        }
        self.declarations(python, out)?;
        for sub_project in &python.sub_projects {
            let member = if sub_project.workspace_member {
                " (workspace member)"
            } else {
                ""
            };
            writeln!(out, "Sub-project: {}{member}", sub_project.path)?;
            self.evidence(&sub_project.evidence, out)?;
        }
        self.imports(python, out)
    }

    fn interpreter(&self, python: &PythonProject, out: &mut dyn fmt::Write) -> fmt::Result {
        let request = &python.interpreter;
        let specifiers = if request.specifiers.is_empty() {
            "any"
        } else {
            &request.specifiers
        };
        let preferred = if request.preferred.is_empty() {
            String::new()
        } else {
            format!(" (tried with {})", request.preferred.join(", "))
        };
        writeln!(out, "Python: {specifiers}{preferred}")?;
        for constraint in &python.interpreter_constraints {
            if self.detail == Detail::Evidence {
                writeln!(
                    out,
                    "    {} {}",
                    constraint.specifiers,
                    dim(&constraint.evidence)
                )?;
            }
        }
        for conflict in &request.conflicts {
            let (kept, dropped) = (&conflict.kept, &conflict.dropped);
            writeln!(
                out,
                "{} `{}` of {} contradicts `{}` of {} and is set aside",
                Mark::Attention,
                dropped.specifiers,
                dropped.evidence,
                kept.specifiers,
                kept.evidence
            )?;
        }
        Ok(())
    }

    fn declarations(&self, python: &PythonProject, out: &mut dyn fmt::Write) -> fmt::Result {
        for declaration in &python.declarations {
            let scope = match &declaration.scope {
                Scope::Runtime => "runtime".to_owned(),
                Scope::Extra(name) => format!("extra {name}"),
                Scope::Group(name) => format!("group {name}"),
                Scope::Build => "build".to_owned(),
            };
            let count = Count(declaration.requirements.len(), "requirement");
            writeln!(out, "Declares: {} {scope}: {count}", declaration.path)?;
            for requirement in &declaration.requirements {
                if self.detail == Detail::Evidence {
                    writeln!(
                        out,
                        "    {} {}",
                        requirement.text,
                        dim(&requirement.evidence)
                    )?;
                }
            }
        }
        Ok(())
    }

    fn imports(&self, python: &PythonProject, out: &mut dyn fmt::Write) -> fmt::Result {
        let third_party = python
            .imports
            .iter()
            .filter(|import| import.origin == Origin::ThirdParty)
            .filter_map(|import| import.module.split('.').next())
            .collect::<BTreeSet<_>>();
        writeln!(
            out,
            "Imports: {}",
            Count(third_party.len(), "third-party package")
        )?;
        for undeclared in &python.undeclared {
            let distribution = undeclared
                .distribution
                .as_ref()
                .map_or_else(|| "no known distribution".to_owned(), ToString::to_string);
            writeln!(
                out,
                "{} Undeclared: {} ({distribution})",
                Mark::Attention,
                undeclared.module
            )?;
            for evidence in &undeclared.evidence {
                self.evidence(evidence, out)?;
            }
        }
        Ok(())
    }

    fn env_vars(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        for env_var in &self.project.env_vars {
            let need = if env_var.required {
                "required"
            } else {
                "optional"
            };
            writeln!(out, "Environment variable: {} ({need})", env_var.name)?;
            for evidence in &env_var.evidence {
                self.evidence(evidence, out)?;
            }
        }
        Ok(())
    }

    fn git(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let git = &self.project.git;
        for manager in &git.hook_managers {
            let names = manager.hooks.iter().map(|hook| hook.value.as_str());
            let names = names.collect::<Vec<_>>().join(", ");
            writeln!(out, "Git hooks by {}: {names}", manager.tool.name())?;
            self.evidence(&manager.evidence, out)?;
            for hook in &manager.hooks {
                self.evidence(&hook.evidence, out)?;
            }
        }
        if !git.lfs.is_empty() {
            let count = Count(git.lfs_files.len(), "file");
            writeln!(out, "Git LFS: {count}")?;
        }
        for pattern in &git.lfs {
            self.evidence(&pattern.evidence, out)?;
        }
        for submodule in &git.submodules {
            let on_demand = if submodule.on_demand {
                " (on demand)"
            } else {
                ""
            };
            writeln!(out, "Submodule: {}{on_demand}", submodule.path)?;
            self.evidence(&submodule.evidence, out)?;
        }
        Ok(())
    }

    fn system_packages(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let of_one =
            |left: &SystemPackageHint, right: &SystemPackageHint| left.manager == right.manager;
        for hints in self.project.system_packages.chunk_by(of_one) {
            let names = hints.iter().map(|hint| hint.package.as_str());
            writeln!(
                out,
                "System packages named for {}: {}",
                hints[0].manager,
                names.collect::<Vec<_>>().join(", ")
            )?;
            for hint in hints.iter().filter(|_| self.detail == Detail::Evidence) {
                for evidence in &hint.evidence {
                    writeln!(out, "    {} {}", hint.package, dim(evidence))?;
                }
            }
        }
        Ok(())
    }
}

fn name_of(language: Language) -> &'static str {
    match language {
        Language::Python => "Python",
        Language::Node => "Node.js",
        Language::Rust => "Rust",
        Language::Go => "Go",
    }
}
