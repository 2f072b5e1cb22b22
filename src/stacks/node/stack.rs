//! From a package to a stack.

use dhtl_project_model::stack::{Commands, ProjectType, RuntimeVersion, Stack, StackKind};
use dhtl_project_model::{Evidence, Found};

use super::code::Code;
use super::deno;
use super::entry;
use super::manager::Installer;
use super::migrations;
use super::monorepo;
use super::moon::{self, Tasks};
use super::package::Package;
use super::packages::Packages;
use super::recipes::{self, Place, Recipe, Serve};
use super::runtimes;
use super::scripts;
use super::servers::{self, Written};
use crate::json::Node;
use crate::places;
use crate::sources::Sources;
use crate::static_site::{self, Hosting};

/// Everything that is known of a package before its stack is put together.
pub(super) struct Subject<'a> {
    pub(super) sources: &'a Sources<'a>,
    pub(super) packages: &'a Packages,
    pub(super) package: &'a Package,
    pub(super) node: RuntimeVersion,
    pub(super) installer: Installer,
    pub(super) recipe: Option<Recipe>,
    pub(super) written: Written,
    /// The script that starts it.
    pub(super) start_script: Option<&'static str>,
    pub(super) is_run_by_bun: bool,
    /// The tasks of moon, where the package has no scripts.
    pub(super) tasks: Tasks,
}

/// The stack that a package is, with who installs it; none where it describes nothing.
pub(super) fn stack(
    sources: &Sources<'_>,
    packages: &Packages,
    package: &Package,
) -> Option<(Stack, Installer)> {
    let scripts = package.manifest.get("scripts");
    let scripts = scripts.map_or(&[][..], Node::entries);
    let is_only_list = scripts
        .iter()
        .all(|(name, _)| package.script(name).is_none());
    if is_empty(package) || is_only_list && deno::leads(sources, &package.folder) {
        return None;
    }
    let node = runtimes::node(sources, packages, package);
    let installer = Installer::of(sources, packages, package, &node);
    let written = Written::of(sources, package);
    let start_script = scripts::start(package).filter(|name| {
        let script = scripts::resolved(package, name).unwrap_or_default();
        !delegates_to_development(packages, package, script)
    });
    let recipe = if looks_published(package) && start_script.is_none() {
        None
    } else {
        recipes::find(Place { sources, package })
    };
    let mut subject = Subject {
        sources,
        packages,
        package,
        node,
        installer,
        recipe,
        written,
        start_script,
        is_run_by_bun: false,
        tasks: if package.manifest.get("scripts").is_none() && package.folder != "." {
            moon::tasks(sources, &package.folder)
        } else {
            Tasks::default()
        },
    };
    subject.is_run_by_bun = subject.is_run_by_bun();
    if subject.is_run_by_bun {
        subject.installer.follow_bun();
    }
    Some((subject.stack(), subject.installer))
}

/// Whether a script calls that of another package, which serves what is being worked on.
fn delegates_to_development(packages: &Packages, package: &Package, script: &str) -> bool {
    let Some((target, name)) = scripts::delegated(script) else {
        return false;
    };
    let folder = places::join(&package.folder, target);
    let other = packages
        .named(target)
        .or_else(|| packages.get(folder.as_deref()?));
    let called = other.and_then(|other| scripts::resolved(other, name));
    called.is_some_and(scripts::is_development)
}

/// Whether nothing stands in it but, say, `"type": "module"`.
fn is_empty(package: &Package) -> bool {
    const TELLING: [&str; 9] = [
        "scripts",
        "main",
        "bin",
        "exports",
        "workspaces",
        "dependencies",
        "devDependencies",
        "module",
        "engines",
    ];
    !TELLING
        .iter()
        .any(|key| package.manifest.get(key).is_some())
        && package.folder != "."
}

/// Whether it is made for others to install.
pub(super) fn looks_published(package: &Package) -> bool {
    const SIGNS: [&str; 7] = [
        "exports",
        "files",
        "types",
        "typings",
        "publishConfig",
        "peerDependencies",
        "unpkg",
    ];
    !package.is_private() && SIGNS.iter().any(|key| package.manifest.get(key).is_some())
}

impl Subject<'_> {
    fn stack(&self) -> Stack {
        let start = self.start();
        let project_type = self.project_type(start.as_ref());
        let kind = if self.is_run_by_bun {
            StackKind::Bun
        } else {
            StackKind::Node
        };
        let package = self.package;
        let evidence = Evidence::file(&package.path, "package-json");
        let mut stack = Stack::new(package.folder.as_str(), kind, evidence, project_type);
        stack.name = package.name();
        stack.frameworks = self.frameworks();
        stack.runtimes = self.runtimes();
        stack.package_manager = Some(self.installer.used.clone());
        stack.port = self.port(start.as_ref());
        if let Some(Recipe {
            serve:
                Serve::Files {
                    output,
                    index_fallback,
                },
            ..
        }) = &self.recipe
        {
            stack.static_output = Some(output.clone());
            stack.index_fallback = *index_fallback;
        }
        self.host(&mut stack, start.is_some());
        let script = |name: &str, rule| {
            package.script(name).map(|_| Found {
                value: self.installer.run(name),
                evidence: package.script_evidence(name, rule),
            })
        };
        let dev = scripts::dev(package);
        let has_packages = package.dependencies().next().is_some();
        let is_workspace = self.packages.workspace_at(&package.folder).is_some();
        let is_installed = has_packages
            || is_workspace
            || start.is_some()
            || self.is_member()
            || self.installer.used.lock.is_some();
        let workspace = self.packages.workspace_of(&package.folder);
        stack.commands = Commands {
            folder: workspace.map(|workspace| workspace.folder.clone()),
            install: is_installed.then(|| self.installer.install.clone()),
            build: self.build(start.as_ref()),
            migrate: migrations::migrate(self.sources, package, &self.installer),
            start,
            dev: dev.and_then(|name| script(name, "package-json-scripts-dev")),
            test: script("test", "package-json-scripts-test"),
        };
        stack
    }

    /// Adds what the configuration of a hosting service says. What it publishes is what a build leaves,
    /// and makes a site of a package that nothing else is known of.
    fn host(&self, stack: &mut Stack, is_started: bool) {
        let is_site = stack.static_output.is_some();
        let is_unknown =
            self.recipe.is_none() && !is_started && scripts::build(self.package).is_some();
        if !is_site && !is_unknown {
            return;
        }
        let Hosting {
            output,
            index_fallback,
        } = static_site::hosting(self.sources, &self.package.folder);
        if is_unknown && let Some(output) = &output {
            stack.project_type = Found {
                value: ProjectType::Static,
                evidence: output.evidence.clone(),
            };
        }
        // A framework knows the folder better than a service with a name of its own for it.
        let is_own = output
            .as_ref()
            .is_some_and(|output| !output.value.contains("/.") && !output.value.starts_with('.'));
        if is_own || !is_site {
            stack.static_output = output.or(stack.static_output.take());
        }
        stack.index_fallback |= index_fallback && stack.static_output.is_some();
    }

    fn runtimes(&self) -> Vec<RuntimeVersion> {
        let node = self.node.clone();
        let bun = || runtimes::bun(self.sources, self.packages, self.package);
        if !self.is_run_by_bun {
            return vec![node];
        }
        let is_asked_for = !node.is_default;
        std::iter::once(bun())
            .chain(is_asked_for.then_some(node))
            .collect()
    }

    fn build(&self, start: Option<&Found<String>>) -> Option<Found<String>> {
        let package = self.package;
        let own = scripts::build(package).map(|name| Found {
            value: self.installer.run(name),
            evidence: package.script_evidence(name, "package-json-scripts-build"),
        });
        if own.is_none()
            && let Some(build) = self.tasks.build.clone()
        {
            return Some(self.of_moon(build));
        }
        let own = own
            .or_else(|| {
                let recipe = self.recipe.as_ref()?;
                Some(Found {
                    value: self.installer.program(recipe.build?),
                    evidence: recipe.evidence.clone(),
                })
            })
            .or_else(|| self.compile(start));
        let own = own.map(|own| Found {
            value: monorepo::build(
                self.sources,
                self.packages,
                package,
                &self.installer,
                own.value,
            ),
            evidence: own.evidence,
        });
        let generate = migrations::generate(self.sources, package, &self.installer);
        match (generate, own) {
            (Some(generate), Some(own)) => Some(Found {
                value: format!("{generate} && {}", own.value),
                evidence: own.evidence,
            }),
            (Some(value), None) => Some(Found {
                value,
                evidence: Evidence::file(&package.path, "prisma-generate"),
            }),
            (None, own) => own,
        }
    }

    /// The compiler of TypeScript, where what is started is not there before it has run.
    fn compile(&self, start: Option<&Found<String>>) -> Option<Found<String>> {
        start?;
        let is_compiled = ["postinstall", "prepare", "prestart"]
            .iter()
            .filter_map(|name| scripts::resolved(self.package, name))
            .any(|script| script.split_whitespace().any(|word| word == "tsc"));
        if is_compiled {
            return None;
        }
        let script = scripts::resolved(self.package, self.start_script?)?;
        let file = scripts::file_of(script)?.trim_start_matches("./");
        let config = places::inside(&self.package.folder, "tsconfig.json");
        let is_made = ["dist/", "build/", "out/", "lib/"]
            .iter()
            .any(|folder| file.starts_with(folder))
            && entry::existing(self.sources, self.package, file).is_none()
            && self.sources.tree.contains(&config)
            && self.package.dependency("typescript").is_some();
        is_made.then(|| Found {
            value: self.installer.program("tsc"),
            evidence: Evidence::file(config, "tsconfig"),
        })
    }

    fn port(&self, start: Option<&Found<String>>) -> Option<Found<u16>> {
        start?;
        let script = self.start_script.and_then(|name| {
            let script = scripts::resolved(self.package, name)?;
            Some((name, script))
        });
        if let Some((name, script)) = script
            && let Some(value) = scripts::port(script)
        {
            let evidence = self
                .package
                .script_evidence(name, "package-json-scripts-port");
            return Some(Found { value, evidence });
        }
        let runs_file = script.is_some_and(|(_, script)| scripts::file_of(script).is_some());
        if (self.recipe.is_none() || runs_file)
            && let Some(port) = self.server_code().iter().find_map(Code::port)
        {
            return Some(port);
        }
        // A port of files is that of the program that hands them out.
        let of_recipe = self.recipe.as_ref().and_then(|recipe| {
            let is_of_recipe = !self.serves_files()
                || script.is_some_and(|(_, script)| script.contains("vite preview"));
            if !is_of_recipe {
                return None;
            }
            Some(Found {
                value: recipe.port?,
                evidence: Evidence {
                    rule: "framework-default-port".into(),
                    ..recipe.evidence.clone()
                },
            })
        });
        of_recipe.or_else(|| {
            let server = self.written.servers.first()?;
            Some(Found {
                value: servers::default_port(&server.value)?,
                evidence: Evidence {
                    rule: "framework-default-port".into(),
                    ..server.evidence.clone()
                },
            })
        })
    }
}
