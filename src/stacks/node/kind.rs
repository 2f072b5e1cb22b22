//! What a package is: the frameworks it is written with, and what that makes of it.

use dhtl_project_model::stack::ProjectType;
use dhtl_project_model::{Evidence, Found};

use super::code::Code;
use super::entry;
use super::recipes::Serve;
use super::stack::{Subject, looks_published};
use crate::json::Node;

impl Subject<'_> {
    pub(super) fn frameworks(&self) -> Vec<Found<String>> {
        let recipe = self.recipe.as_ref().map(|recipe| Found {
            value: recipe.name.to_owned(),
            evidence: recipe.evidence.clone(),
        });
        let written = &self.written;
        let is_served = self.start_script.is_some() && self.serves_files();
        let (first, second) = if is_served {
            (written.servers.clone(), recipe.into_iter().collect())
        } else {
            (
                recipe.into_iter().collect::<Vec<_>>(),
                written.servers.clone(),
            )
        };
        let mut frameworks: Vec<Found<String>> = Vec::new();
        // Of what a server uses beside its framework, little says what it is.
        let workers = if written.servers.is_empty() && self.recipe.is_none() {
            &written.workers[..]
        } else {
            &[]
        };
        let others = [
            &written.bots[..],
            workers,
            &written.pages,
            &written.command_lines,
        ];
        let all = first
            .into_iter()
            .chain(second)
            .chain(others.into_iter().flatten().cloned());
        for framework in all {
            if !frameworks.iter().any(|one| one.value == framework.value) {
                frameworks.push(framework);
            }
        }
        frameworks
    }

    pub(super) fn serves_files(&self) -> bool {
        matches!(&self.recipe, Some(recipe) if matches!(recipe.serve, Serve::Files { .. }))
    }

    pub(super) fn project_type(&self, start: Option<&Found<String>>) -> Found<ProjectType> {
        let package = self.package;
        let found = |value, evidence| Found { value, evidence };
        let of_code = self.written.project_type();
        if let Some(recipe) = &self.recipe {
            if self.serves_files()
                && start.is_some()
                && let Some((kind, evidence)) = of_code
                && kind != ProjectType::Worker
            {
                let kind = match kind {
                    ProjectType::Api => ProjectType::Web,
                    kind => kind,
                };
                return found(kind, evidence);
            }
            return found(recipe.project_type, recipe.evidence.clone());
        }
        if let Some(bin) = package.manifest.get("bin")
            && (self.start_script.is_none() || looks_published(package))
        {
            return found(
                ProjectType::Cli,
                package.evidence(bin.line, "package-json-bin"),
            );
        }
        let Some(start) = start else {
            if let Some(evidence) = self.handed_over() {
                return found(ProjectType::Api, evidence);
            }
            return found(ProjectType::Library, self.library_evidence());
        };
        if let Some((kind, evidence)) = of_code {
            return found(kind, evidence);
        }
        if let Some(evidence) = self.listens() {
            return found(ProjectType::Api, evidence);
        }
        found(ProjectType::App, start.evidence.clone())
    }

    fn library_evidence(&self) -> Evidence {
        const SIGNS: [&str; 6] = ["exports", "main", "module", "types", "files", "workspaces"];
        let sign = SIGNS.iter().find_map(|key| self.package.manifest.get(key));
        let line = sign.map(|sign: &Node| sign.line);
        Evidence {
            line,
            ..Evidence::file(&self.package.path, "package-json-without-start")
        }
    }

    /// Whether its code has a server without a framework.
    fn listens(&self) -> Option<Evidence> {
        self.server_code().into_iter().find_map(|code| {
            let is_server = code.mentions("createServer")
                || code.mentions("createSecureServer")
                || code.mentions("serve") && code.mentions("Bun");
            is_server.then(|| Evidence::file(code.path(), "code-server"))
        })
    }

    pub(super) fn server_code(&self) -> Vec<Code> {
        let paths = entry::sources_of_server(self.sources, self.package);
        paths
            .iter()
            .filter_map(|path| Code::read(self.sources, path))
            .collect()
    }
}
