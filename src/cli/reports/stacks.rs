//! What can be built and run of a project.

use std::fmt;

use dhtl_project_model::stack::{
    Commands, FolderPurpose, ProjectType, Runtime, ServiceNeed, Stack, StackKind, Survey,
    WorkspaceTool,
};
use dhtl_project_model::{Evidence, Found};
use dhtl_terminal::dim;

use super::Detail;

/// The text of a survey.
pub(super) struct StacksText<'a> {
    /// What was found.
    pub(super) survey: &'a Survey,
    /// How much of it is shown.
    pub(super) detail: Detail,
}

impl StacksText<'_> {
    /// Writes the text, nothing where there are no stacks.
    pub(super) fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        for stack in &self.survey.stacks {
            self.stack(stack, out)?;
        }
        for workspace in &self.survey.workspaces {
            let members = workspace.members.join(", ");
            let tool = workspace_tool(workspace.tool);
            writeln!(out, "Workspace of {tool}: {members}")?;
            self.evidence(&workspace.evidence, out)?;
        }
        let applications = self
            .survey
            .stacks
            .iter()
            .filter(|stack| stack.project_type.value.is_application());
        match &self.survey.application {
            Some(application) if applications.count() > 1 => {
                writeln!(out, "Application: {}", application.value)?;
                self.evidence(&application.evidence, out)
            }
            _ => Ok(()),
        }
    }

    fn stack(&self, stack: &Stack, out: &mut dyn fmt::Write) -> fmt::Result {
        let mut words = vec![kind_name(stack.kind).to_owned()];
        if let Some(runtime) = stack.runtimes.first() {
            let default = if runtime.is_default {
                " by default"
            } else {
                ""
            };
            words[0] = format!("{} {}{default}", words[0], runtime.version.value);
        }
        words.push(type_name(stack.project_type.value).to_owned());
        words.extend(stack.frameworks.iter().map(|found| found.value.clone()));
        writeln!(out, "Stack: {}: {}", stack.folder, words.join(", "))?;
        self.evidence(&stack.evidence, out)?;
        if stack.project_type.evidence != stack.evidence {
            self.evidence(&stack.project_type.evidence, out)?;
        }
        for framework in &stack.frameworks {
            self.evidence(&framework.evidence, out)?;
        }
        self.runtimes(stack, out)?;
        self.commands(&stack.commands, out)?;
        for process in &stack.processes {
            writeln!(out, "  Process {}: {}", process.name, process.command)?;
            self.evidence(&process.evidence, out)?;
        }
        self.text("Loads", stack.application.as_ref(), out)?;
        self.text("Port", stack.port.as_ref(), out)?;
        self.text("Health", stack.health_path.as_ref(), out)?;
        self.text("Files for a web server", stack.static_output.as_ref(), out)?;
        for folder in &stack.file_folders {
            let purpose = purpose_name(folder.purpose);
            writeln!(out, "  Folder {}: {purpose}", folder.path)?;
            self.evidence(&folder.evidence, out)?;
        }
        self.services(&stack.services, out)
    }

    fn runtimes(&self, stack: &Stack, out: &mut dyn fmt::Write) -> fmt::Result {
        for runtime in stack.runtimes.iter().skip(1) {
            let name = runtime_name(runtime.runtime);
            writeln!(out, "  Also needs: {name} {}", runtime.version.value)?;
        }
        if self.detail == Detail::Evidence {
            for statement in stack.runtimes.iter().flat_map(|one| &one.statements) {
                writeln!(out, "    {} {}", statement.text, dim(&statement.evidence))?;
            }
        }
        if let Some(manager) = &stack.package_manager {
            let version = manager.version.as_ref();
            let version = version.map_or_else(String::new, |found| format!(" {}", found.value));
            writeln!(out, "  Packages: {}{version}", manager.name)?;
            self.evidence(&manager.evidence, out)?;
        }
        Ok(())
    }

    fn commands(&self, commands: &Commands, out: &mut dyn fmt::Write) -> fmt::Result {
        self.text("Install", commands.install.as_ref(), out)?;
        self.text("Build", commands.build.as_ref(), out)?;
        self.text("Migrate", commands.migrate.as_ref(), out)?;
        self.text("Start", commands.start.as_ref(), out)?;
        if self.detail == Detail::Evidence {
            self.text("Develop", commands.dev.as_ref(), out)?;
            self.text("Test", commands.test.as_ref(), out)?;
        }
        Ok(())
    }

    fn services(&self, services: &[ServiceNeed], out: &mut dyn fmt::Write) -> fmt::Result {
        for service in services {
            let version = service.version.as_deref().unwrap_or_default();
            let name = format!("{} {version}", service.kind);
            let need = if service.required { "" } else { " (optional)" };
            writeln!(out, "  Service: {}{need}", name.trim_end())?;
            for evidence in &service.evidence {
                self.evidence(evidence, out)?;
            }
        }
        Ok(())
    }

    fn text<T: fmt::Display>(
        &self,
        title: &str,
        found: Option<&Found<T>>,
        out: &mut dyn fmt::Write,
    ) -> fmt::Result {
        let Some(found) = found else { return Ok(()) };
        writeln!(out, "  {title}: {}", found.value)?;
        self.evidence(&found.evidence, out)
    }

    fn evidence(&self, evidence: &Evidence, out: &mut dyn fmt::Write) -> fmt::Result {
        match self.detail {
            Detail::Summary => Ok(()),
            Detail::Evidence => writeln!(out, "    {}", dim(evidence)),
        }
    }
}

const fn kind_name(kind: StackKind) -> &'static str {
    match kind {
        StackKind::Node => "Node.js",
        StackKind::Python => "Python",
        StackKind::Static => "pages",
        StackKind::Go => "Go",
        StackKind::Deno => "Deno",
        StackKind::Bun => "Bun",
        StackKind::Rust => "Rust",
        StackKind::Java => "Java",
        StackKind::Ruby => "Ruby",
        StackKind::Php => "PHP",
        StackKind::Dotnet => ".NET",
        StackKind::Elixir => "Elixir",
        StackKind::Swift => "Swift",
        StackKind::Scala => "Scala",
        StackKind::Clojure => "Clojure",
        StackKind::Gleam => "Gleam",
        StackKind::Zig => "Zig",
        StackKind::Haskell => "Haskell",
        StackKind::Crystal => "Crystal",
        StackKind::Dart => "Dart",
        StackKind::Cobol => "COBOL",
        StackKind::Cpp => "C/C++",
        StackKind::Shell => "shell",
    }
}

const fn runtime_name(runtime: Runtime) -> &'static str {
    match runtime {
        Runtime::Node => "Node.js",
        Runtime::Python => "Python",
        Runtime::Go => "Go",
        Runtime::Deno => "Deno",
        Runtime::Bun => "Bun",
        Runtime::Rust => "Rust",
        Runtime::Java => "Java",
        Runtime::Ruby => "Ruby",
        Runtime::Php => "PHP",
        Runtime::Dotnet => ".NET",
        Runtime::Elixir => "Elixir",
        Runtime::Erlang => "Erlang",
        Runtime::Swift => "Swift",
        Runtime::Gleam => "Gleam",
        Runtime::Zig => "Zig",
        Runtime::Haskell => "GHC",
        Runtime::Crystal => "Crystal",
        Runtime::Dart => "Dart",
    }
}

const fn type_name(project_type: ProjectType) -> &'static str {
    match project_type {
        ProjectType::App => "app",
        ProjectType::Library => "library",
        ProjectType::Cli => "command-line tool",
        ProjectType::Api => "API",
        ProjectType::Web => "web application",
        ProjectType::DataScience => "data science",
        ProjectType::Static => "static site",
        ProjectType::Worker => "worker",
        ProjectType::Bot => "bot",
        ProjectType::Notebook => "notebooks",
    }
}

const fn purpose_name(purpose: FolderPurpose) -> &'static str {
    match purpose {
        FolderPurpose::Static => "handed out as it is",
        FolderPurpose::Media => "uploads, to keep",
        FolderPurpose::Data => "data, to keep",
    }
}

const fn workspace_tool(tool: WorkspaceTool) -> &'static str {
    match tool {
        WorkspaceTool::Npm => "npm",
        WorkspaceTool::Pnpm => "pnpm",
        WorkspaceTool::Yarn => "yarn",
        WorkspaceTool::Bun => "bun",
        WorkspaceTool::Turborepo => "Turborepo",
        WorkspaceTool::Nx => "Nx",
        WorkspaceTool::Moon => "moon",
        WorkspaceTool::Lerna => "Lerna",
        WorkspaceTool::Uv => "uv",
        WorkspaceTool::Cargo => "cargo",
        WorkspaceTool::Go => "go",
        WorkspaceTool::Deno => "Deno",
        WorkspaceTool::Gradle => "Gradle",
        WorkspaceTool::Maven => "Maven",
        WorkspaceTool::Dotnet => ".NET",
        WorkspaceTool::Mix => "mix",
    }
}
