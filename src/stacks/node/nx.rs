//! Applications of an Nx workspace, which a `project.json` describes.
//!
//! Source: "Project Configuration" and the executors in the documentation of Nx.

use dhtl_project_model::stack::{ProjectType, Stack, StackKind};
use dhtl_project_model::{Evidence, Found};

use super::manager::{Installer, is_plain};
use crate::json::{self, Dialect, Node, Value};
use crate::places;
use crate::sources::Sources;

/// The applications below the root of the workspace, and the folder of the one that is meant where
/// none is named.
pub(super) struct Applications {
    /// They themselves.
    pub(super) stacks: Vec<Stack>,
    /// The one in the folder of the workspace itself.
    pub(super) own: Option<Stack>,
    /// The one that is meant.
    pub(super) default: Option<usize>,
}

/// More than any workspace has.
const MOST: usize = 300;

/// The applications of the workspace in `folder`, whose packages are installed as those of `root`.
pub(super) fn applications(
    sources: &Sources<'_>,
    installer: &Installer,
    root: &Stack,
) -> Applications {
    let folder = root.folder.as_str();
    let mut stacks = Vec::new();
    let config = json::read(
        sources,
        &places::inside(folder, "nx.json"),
        Dialect::WithComments,
    );
    let named_default = config
        .as_ref()
        .and_then(|config| config.get("defaultProject")?.text().map(str::to_owned));
    if config.is_some() {
        let projects = sources
            .tree
            .below(folder)
            .filter(|file| places::file_name(&file.path) == "project.json")
            .filter(|file| !places::is_foreign(&file.path))
            .take(MOST);
        for file in projects {
            stacks.extend(application(sources, installer, root, &file.path));
        }
    }
    // A project in the root itself is what the root is.
    if let Some(own) = stacks.iter().position(|stack| stack.folder == root.folder) {
        return Applications {
            own: Some(stacks.remove(own)),
            stacks,
            default: None,
        };
    }
    let is_default = |stack: &Stack| {
        let name = stack.name.as_ref().map(|name| name.value.as_str());
        name.is_some() && name == named_default.as_deref()
    };
    let default = stacks
        .iter()
        .position(is_default)
        .or_else(|| (stacks.len() == 1).then_some(0));
    Applications {
        stacks,
        own: None,
        default,
    }
}

fn application(
    sources: &Sources<'_>,
    installer: &Installer,
    root: &Stack,
    path: &str,
) -> Option<Stack> {
    let folder = places::folder(path);
    let config = json::read(sources, path, Dialect::WithComments)?;
    if config.get("projectType").and_then(Node::text) != Some("application") {
        return None;
    }
    let targets = config.get("targets").or_else(|| config.get("architect"));
    let inferred = Inferred::of(sources, folder);
    if targets.is_none() && inferred.is_none() {
        return None;
    }
    let none = Node {
        line: 1,
        value: Value::Null,
    };
    let targets = targets.unwrap_or(&none);
    let name = config.get("name");
    let project = Project {
        installer,
        path,
        inferred,
        name: name
            .and_then(Node::text)
            .unwrap_or_else(|| places::file_name(folder)),
        name_line: name.map_or(1, |name| name.line),
        targets,
        build: targets.get("build"),
    };
    let is_known = is_plain(project.name) && !project.only_tests();
    is_known.then(|| project.stack(root))
}

/// A project of the workspace.
struct Project<'a> {
    installer: &'a Installer,
    path: &'a str,
    inferred: Option<Inferred>,
    name: &'a str,
    name_line: u32,
    targets: &'a Node,
    build: Option<&'a Node>,
}

impl Project<'_> {
    /// Whether it is there to test another one.
    fn only_tests(&self) -> bool {
        if self.build.is_none() && self.inferred.is_none() && self.name.ends_with("-e2e") {
            return true;
        }
        self.build.is_none()
            && self.targets.entries().iter().any(|(_, target)| {
                let by = executor(target);
                by.contains("cypress") || by.contains("playwright")
            })
    }

    fn found<T>(&self, value: T, line: u32, rule: &'static str) -> Found<T> {
        Found {
            value,
            evidence: Evidence::at(self.path, line, rule),
        }
    }

    fn run(&self, task: &str) -> String {
        self.installer.root_program(&format!("nx run {task}"))
    }

    fn stack(&self, root: &Stack) -> Stack {
        let has_executor = self.build.is_some_and(|build| !executor(build).is_empty());
        let served = match &self.inferred {
            Some(inferred) if !has_executor => inferred.served(self),
            _ => Served::of(self.name, self.targets, self.build),
        };
        let build_line = self.build.map_or(1, |build| build.line);
        let mut stack = Stack::new(
            places::folder(self.path),
            StackKind::Node,
            Evidence::file(self.path, "nx-project"),
            self.found(served.project_type(), build_line, "nx-executor"),
        );
        stack.name = Some(self.found(self.name.to_owned(), self.name_line, "nx-project-name"));
        stack.runtimes.clone_from(&root.runtimes);
        stack.package_manager.clone_from(&root.package_manager);
        let commands = &mut stack.commands;
        commands.folder = Some(root.folder.clone());
        commands.install.clone_from(&root.commands.install);
        commands.build = self.build.map(|build| {
            let task = self.run(&target(self.name, "build", build));
            self.found(task, build.line, "nx-build")
        });
        if let (None, Some(inferred)) = (self.build, &self.inferred) {
            commands.build = Some(Found {
                value: self.run(&format!("{}:build", self.name)),
                evidence: Evidence::file(inferred.config.as_str(), "nx-inferred-build"),
            });
        }
        commands.dev = self.targets.get("serve").map(|serve| {
            let task = self.run(&format!("{}:serve", self.name));
            self.found(task, serve.line, "nx-serve")
        });
        self.serve(&mut stack, root, served);
        stack
    }

    fn serve(&self, stack: &mut Stack, root: &Stack, served: Served) {
        let start = match served {
            Served::Task(task, line) => self.found(self.run(&task), line, "nx-start"),
            Served::File(file, line) => self.found(format!("node {file}"), line, "nx-output-path"),
            Served::Next(task, line) => {
                let name = "next".to_owned();
                stack.frameworks.push(self.found(name, line, "nx-executor"));
                self.found(self.run(&task), line, "nx-serve")
            }
            Served::Files(output, line) => {
                let output = places::join(&root.folder, &output);
                stack.static_output = output.map(|one| self.found(one, line, "nx-output-path"));
                stack.index_fallback = true;
                return;
            }
            Served::Unknown => return,
        };
        stack.commands.start = Some(start);
    }
}

/// What serves an application.
enum Served {
    Task(String, u32),
    File(String, u32),
    Next(String, u32),
    Files(String, u32),
    Unknown,
}

impl Served {
    fn of(name: &str, targets: &Node, build: Option<&Node>) -> Self {
        if let Some(start) = targets.get("start") {
            return Self::Task(target(name, "start", start), start.line);
        }
        let Some(build) = build else {
            return Self::Unknown;
        };
        let by = executor(build);
        let serve = targets.get("serve");
        if by.contains("next:")
            && let Some(serve) = serve
        {
            return Self::Next(target(name, "serve", serve), serve.line);
        }
        let Some(output) = build.descend(&["options", "outputPath"]) else {
            return Self::Unknown;
        };
        // `{ "base": "dist/shop", "browser": "" }` of Angular.
        let browser = output.get("browser").and_then(Node::text);
        let path = output.text().or_else(|| output.get("base")?.text());
        let Some(path) = path.filter(|path| is_plain(path)) else {
            return Self::Unknown;
        };
        if let Some(browser) = browser {
            let path = places::join(path, browser).unwrap_or_else(|| path.to_owned());
            return Self::Files(path, output.line);
        }
        let served_by = serve.map(executor).unwrap_or_default();
        let option = |key: &str| build.descend(&["options", key]).and_then(Node::text);
        let is_node = option("target") == Some("node")
            || by.contains("/node:")
            || by.contains("esbuild")
            || served_by.ends_with(":node")
            || served_by.ends_with(":execute");
        if is_node {
            let main = option("outputFileName").unwrap_or("main.js");
            return Self::File(format!("{path}/{main}"), output.line);
        }
        let is_page = [
            "/web:", "/vite:", "webpack", "rspack", "angular", "rollup", "react",
        ]
        .iter()
        .any(|part| by.contains(part));
        if is_page {
            let browser =
                if by.ends_with("angular:application") || by.ends_with("angular:browser-esbuild") {
                    format!("{path}/browser")
                } else {
                    path.to_owned()
                };
            return Self::Files(browser, output.line);
        }
        Self::Unknown
    }

    const fn project_type(&self) -> ProjectType {
        match self {
            Self::Next(..) => ProjectType::Web,
            Self::File(..) => ProjectType::Api,
            Self::Files(..) => ProjectType::Static,
            Self::Task(..) | Self::Unknown => ProjectType::App,
        }
    }
}

/// A build that a plugin of Nx takes from the configuration of another tool.
///
/// Source: "Inferred Tasks" in the documentation of Nx.
struct Inferred {
    config: String,
    is_next: bool,
}

impl Inferred {
    fn of(sources: &Sources<'_>, folder: &str) -> Option<Self> {
        const TOOLS: [&str; 5] = ["next", "vite", "rsbuild", "rspack", "webpack"];
        const ENDS: [&str; 5] = ["ts", "js", "mts", "mjs", "cjs"];
        TOOLS.iter().find_map(|tool| {
            let config = ENDS
                .iter()
                .map(|end| places::inside(folder, &format!("{tool}.config.{end}")))
                .find(|path| sources.tree.contains(path))?;
            Some(Self {
                config,
                is_next: *tool == "next",
            })
        })
    }

    fn served(&self, project: &Project<'_>) -> Served {
        let name = project.name;
        if self.is_next {
            return Served::Next(format!("{name}:start"), 1);
        }
        let is_node = project
            .targets
            .get("serve")
            .is_some_and(|serve| executor(serve).ends_with(":node"));
        let folder = places::folder(project.path);
        let outputs = project.build.and_then(|build| build.get("outputs"));
        let named = outputs.and_then(|outputs| {
            let listed = outputs.elements().iter().filter_map(Node::text);
            let mut plain = listed.map(|text| {
                let text = text.replace("{workspaceRoot}/", "");
                text.replace("{projectRoot}", folder)
            });
            Some((plain.find(|text| is_plain(text))?, outputs.line))
        });
        // What the generators of Nx write into these configurations.
        let (output, line) = named.unwrap_or_else(|| (format!("{folder}/dist"), 1));
        if is_node {
            Served::File(format!("{output}/main.js"), line)
        } else {
            Served::Files(output, line)
        }
    }
}

fn executor(target: &Node) -> &str {
    let executor = target.get("executor").or_else(|| target.get("builder"));
    executor.and_then(Node::text).unwrap_or_default()
}

/// `app:build:production`, or `app:build` where there is no such configuration.
fn target(project: &str, name: &str, target: &Node) -> String {
    if target.descend(&["configurations", "production"]).is_some() {
        format!("{project}:{name}:production")
    } else {
        format!("{project}:{name}")
    }
}
