//! Stacks of Deno: what a `deno.json` describes, or code that imports what only Deno can.
//!
//! Source: "deno.json and package.json", "deno task", "deno run" and "Workspaces" in the documentation
//! of Deno; "Deployment" in that of Fresh.

use dhtl_project_model::stack::{
    Commands, PackageManagerUse, ProjectType, Runtime, RuntimeVersion, Stack, StackKind, Workspace,
    WorkspaceTool,
};
use dhtl_project_model::{Evidence, Found};

use super::code::Code;
use super::scripts;
use crate::json::{self, Dialect, Node};
use crate::places;
use crate::sources::Sources;
use crate::versions::{nearest_version_files, of_tool_files, resolve};

const CONFIGS: [&str; 2] = ["deno.json", "deno.jsonc"];

/// Files that are run where no task says so, the most usual first.
const USUAL: [&str; 12] = [
    "main.ts",
    "main.tsx",
    "server.ts",
    "app.ts",
    "index.ts",
    "mod.ts",
    "src/main.ts",
    "src/server.ts",
    "src/app.ts",
    "src/index.ts",
    "src/mod.ts",
    "main.js",
];

/// Frameworks, by a part of what is imported.
const FRAMEWORKS: [(&str, &str, ProjectType); 7] = [
    ("$fresh/", "fresh", ProjectType::Web),
    ("@fresh/core", "fresh", ProjectType::Web),
    ("/x/fresh", "fresh", ProjectType::Web),
    ("@oak/oak", "oak", ProjectType::Api),
    ("/x/oak", "oak", ProjectType::Api),
    ("/x/hono", "hono", ProjectType::Api),
    ("@hono/hono", "hono", ProjectType::Api),
];

/// The stacks of a project that Deno runs.
pub(super) fn find(sources: &Sources<'_>) -> Vec<Stack> {
    let mut stacks: Vec<Stack> = configs(sources)
        .filter(|path| !places::is_documentation(path))
        .filter_map(|path| of_config(sources, path))
        .collect();
    if stacks.is_empty() && !sources.tree.contains("package.json") {
        stacks.extend(of_code(sources));
    }
    stacks
}

/// Whether Deno runs what is in `folder`, beside a `package.json` that only lists packages for it.
pub(super) fn leads(sources: &Sources<'_>, folder: &str) -> bool {
    CONFIGS.iter().any(|name| {
        let path = places::inside(folder, name);
        let config = json::read(sources, &path, Dialect::WithComments);
        config.is_some_and(|config| {
            let tasks = config.get("tasks");
            tasks.is_some_and(|tasks| !tasks.entries().is_empty())
        })
    })
}

/// What holds several of them together.
pub(super) fn workspaces(sources: &Sources<'_>) -> Vec<Workspace> {
    configs(sources)
        .filter_map(|path| {
            let config = json::read(sources, path, Dialect::WithComments)?;
            let listed = config.get("workspace")?;
            let members = listed.get("members").unwrap_or(listed);
            let folder = places::folder(path);
            let mut members: Vec<String> = members
                .texts()
                .into_iter()
                .filter_map(|(_, member)| places::join(folder, member))
                .collect();
            members.sort();
            (!members.is_empty()).then(|| Workspace {
                tool: WorkspaceTool::Deno,
                folder: folder.to_owned(),
                members,
                evidence: Evidence::at(path, listed.line, "deno-workspace"),
            })
        })
        .collect()
}

/// What describes a part of the project itself.
fn configs<'s>(sources: &'s Sources<'_>) -> impl Iterator<Item = &'s str> {
    sources
        .tree
        .files
        .iter()
        .map(|file| file.path.as_str())
        .filter(|path| {
            CONFIGS.iter().any(|name| path.ends_with(name))
                && CONFIGS.contains(&places::file_name(path))
                && !places::is_foreign(path)
        })
}

fn of_config(sources: &Sources<'_>, path: &str) -> Option<Stack> {
    let folder = places::folder(path);
    let config = json::read(sources, path, Dialect::WithComments)?;
    let subject = Subject {
        sources,
        path,
        folder,
        config: &config,
    };
    let has_tasks = config
        .get("tasks")
        .is_some_and(|tasks| !tasks.entries().is_empty());
    let is_node = sources
        .tree
        .contains(&places::inside(folder, "package.json"));
    (has_tasks || !is_node).then(|| subject.stack())
}

struct Subject<'a> {
    sources: &'a Sources<'a>,
    path: &'a str,
    folder: &'a str,
    config: &'a Node,
}

impl Subject<'_> {
    fn stack(&self) -> Stack {
        let main = main_file(self.sources, self.folder);
        let framework = self.framework().or_else(|| {
            let code = Code::read(self.sources, &main.as_ref()?.1)?;
            framework_of(&code)
        });
        let start = self.start(main.as_ref());
        let project_type = self.project_type(framework.as_ref(), main.as_ref(), start.as_ref());
        let evidence = Evidence::file(self.path, "deno-json");
        let mut stack = Stack::new(self.folder, StackKind::Deno, evidence, project_type);
        stack.name = self.config.get("name").and_then(|name| {
            Some(Found {
                value: name.text()?.to_owned(),
                evidence: Evidence::at(self.path, name.line, "deno-json-name"),
            })
        });
        stack.frameworks = framework.map(|(name, _)| name).into_iter().collect();
        stack.runtimes = vec![version(self.sources, self.folder)];
        let lock = places::inside(self.folder, "deno.lock");
        let lock = self.sources.tree.contains(&lock).then_some(lock);
        let evidence = Evidence::file(lock.as_deref().unwrap_or(self.path), "deno-lock");
        let install = if lock.is_some() {
            "deno install --frozen"
        } else {
            "deno install"
        };
        stack.package_manager = Some(PackageManagerUse {
            name: "deno".to_owned(),
            version: None,
            lock,
            evidence: evidence.clone(),
        });
        if stack.frameworks.is_empty() {
            self.add_pages(&mut stack);
        }
        stack.port = port(self.sources, main.as_ref(), start.is_some());
        stack.commands = Commands {
            folder: None,
            install: Some(Found {
                value: install.to_owned(),
                evidence,
            }),
            build: self.task(&["build"], |_| true),
            start,
            dev: self.task(&["dev", "develop"], |_| true),
            test: self.task(&["test"], |_| true),
            migrate: self.task(&["migrate", "db:migrate"], |_| true),
        };
        stack
    }

    /// Adds the pages that Vite builds, where that is what the build does.
    fn add_pages(&self, stack: &mut Stack) {
        let page = places::inside(self.folder, "index.html");
        let is_vite = |command: &str| command.contains("vite build");
        let Some(build) = self
            .task(&["build"], is_vite)
            .filter(|_| self.sources.tree.contains(&page))
        else {
            return;
        };
        stack.frameworks.push(Found {
            value: "vite".to_owned(),
            evidence: build.evidence.clone(),
        });
        stack.project_type = Found {
            value: ProjectType::Static,
            evidence: build.evidence.clone(),
        };
        stack.index_fallback = true;
        stack.static_output = Some(Found {
            value: places::inside(self.folder, "dist"),
            evidence: build.evidence,
        });
    }

    /// The first of these tasks that is fit.
    fn task(&self, names: &[&str], is_fit: impl Fn(&str) -> bool) -> Option<Found<String>> {
        names.iter().find_map(|name| {
            let task = self.config.descend(&["tasks", name])?;
            let command = task.text().or_else(|| task.get("command")?.text())?;
            is_fit(command).then(|| Found {
                value: format!("deno task {name}"),
                evidence: Evidence::at(self.path, task.line, "deno-task"),
            })
        })
    }

    fn start(&self, main: Option<&(String, String)>) -> Option<Found<String>> {
        // `dev.ts` of Fresh builds and waits for changes.
        let is_fit = |command: &str| {
            !command.contains("--watch")
                && !command.contains("dev.ts")
                && !scripts::is_development(command)
        };
        let task = self.task(&["start", "preview", "serve"], is_fit);
        if task.is_some() || self.config.get("exports").is_some() {
            return task;
        }
        let (name, path) = main?;
        Some(run(self.sources, name, path))
    }

    fn framework(&self) -> Option<(Found<String>, ProjectType)> {
        let map = self.config.get("importMap").and_then(Node::text);
        let map = map.and_then(|map| {
            let path = places::join(self.folder, map)?;
            let map = json::read(self.sources, &path, Dialect::WithComments)?;
            Some((path, map))
        });
        let own = (self.path.to_owned(), self.config.clone());
        [Some(own), map]
            .into_iter()
            .flatten()
            .find_map(|(path, map)| {
                let imports = map.get("imports")?;
                imports.entries().iter().find_map(|(name, target)| {
                    let target_text = target.text().unwrap_or_default();
                    let (_, framework, kind) = FRAMEWORKS
                        .iter()
                        .find(|(part, ..)| name.contains(part) || target_text.contains(part))?;
                    Some((
                        Found {
                            value: (*framework).to_owned(),
                            evidence: Evidence::at(&path, target.line, "deno-imports"),
                        },
                        *kind,
                    ))
                })
            })
    }

    fn project_type(
        &self,
        framework: Option<&(Found<String>, ProjectType)>,
        main: Option<&(String, String)>,
        start: Option<&Found<String>>,
    ) -> Found<ProjectType> {
        if let Some((name, kind)) = framework.filter(|_| start.is_some()) {
            return Found {
                value: *kind,
                evidence: name.evidence.clone(),
            };
        }
        let Some(start) = start else {
            return Found {
                value: ProjectType::Library,
                evidence: Evidence::file(self.path, "deno-without-start"),
            };
        };
        let code = main.and_then(|(_, path)| Code::read(self.sources, path));
        let kind = match &code {
            Some(code) if serves(code) => ProjectType::Api,
            _ => ProjectType::App,
        };
        Found {
            value: kind,
            evidence: start.evidence.clone(),
        }
    }
}

/// Code without a configuration that Deno alone can run.
fn of_code(sources: &Sources<'_>) -> Option<Stack> {
    // Node.js imports nothing by its URL, and a page has no TypeScript.
    const SIGNS: [&str; 7] = [
        "from \"https://",
        "from 'https://",
        "import \"https://",
        "import 'https://",
        "\"jsr:",
        "'jsr:",
        "Deno.",
    ];
    let (name, path) = USUAL.iter().find_map(|name| {
        let text = sources.text(name)?;
        let is_page = places::file_name(name) == "main.js";
        let is_denos = SIGNS
            .iter()
            .filter(|sign| !is_page || **sign == "Deno.")
            .any(|sign| text.contains(sign));
        is_denos.then(|| ((*name).to_owned(), (*name).to_owned()))
    })?;
    let code = Code::read(sources, &path)?;
    let evidence = Evidence::file(&path, "deno-imports");
    let start = run(sources, &name, &path);
    let framework = framework_of(&code);
    let kind = match &framework {
        Some((_, kind)) => *kind,
        None if serves(&code) => ProjectType::Api,
        None => ProjectType::App,
    };
    let project_type = Found {
        value: kind,
        evidence: evidence.clone(),
    };
    let mut stack = Stack::new(".", StackKind::Deno, evidence.clone(), project_type);
    stack.frameworks = framework.map(|(name, _)| name).into_iter().collect();
    stack.runtimes = vec![version(sources, ".")];
    stack.port = port(sources, Some(&(name, path.clone())), true);
    stack.commands.install = Some(Found {
        value: format!("deno cache {path}"),
        evidence,
    });
    stack.commands.start = Some(start);
    Some(stack)
}

/// The file that is run: its name in the folder, and its path.
fn main_file(sources: &Sources<'_>, folder: &str) -> Option<(String, String)> {
    USUAL.iter().find_map(|name| {
        let path = places::inside(folder, name);
        sources
            .tree
            .contains(&path)
            .then(|| ((*name).to_owned(), path))
    })
}

fn run(sources: &Sources<'_>, name: &str, path: &str) -> Found<String> {
    let is_handler = Code::read(sources, path).is_some_and(|code| {
        code.mentions("default") && code.mentions("fetch") && !code.mentions("Deno")
    });
    let verb = if is_handler { "serve" } else { "run" };
    Found {
        value: format!("deno {verb} -A {name}"),
        evidence: Evidence::file(path, "usual-main-file"),
    }
}

fn serves(code: &Code) -> bool {
    code.mentions("Deno") && (code.mentions("serve") || code.mentions("listen"))
        || code.mentions("listenAndServe")
}

fn framework_of(code: &Code) -> Option<(Found<String>, ProjectType)> {
    FRAMEWORKS.iter().find_map(|(part, name, kind)| {
        let evidence = code.line_with(part, "deno-imports")?;
        let value = (*name).to_owned();
        Some((Found { value, evidence }, *kind))
    })
}

fn port(
    sources: &Sources<'_>,
    main: Option<&(String, String)>,
    is_started: bool,
) -> Option<Found<u16>> {
    let code = Code::read(sources, &main.filter(|_| is_started)?.1)?;
    code.port().or_else(|| {
        // What `Deno.serve` listens on where nothing else is said.
        serves(&code).then(|| Found {
            value: 8000,
            evidence: Evidence::file(code.path(), "framework-default-port"),
        })
    })
}

fn version(sources: &Sources<'_>, folder: &str) -> RuntimeVersion {
    let files = [(".dvmrc", "dvmrc"), (".deno-version", "deno-version")];
    let mut statements: Vec<_> = nearest_version_files(sources, folder, &files)
        .into_iter()
        .collect();
    statements.extend(of_tool_files(sources, folder, Runtime::Deno));
    resolve(sources, Runtime::Deno, statements)
}
