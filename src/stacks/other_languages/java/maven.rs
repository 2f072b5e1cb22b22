//! Maven: `pom.xml`, its modules and its wrapper.
//!
//! Sources: "POM Reference" and "Maven Wrapper" in the manual of Maven, and the manuals of the
//! plugins of Spring Boot and Quarkus.

mod start;

use std::collections::{BTreeMap, HashMap};

use dhtl_project_model::stack::{ProjectType, Stack, StackKind, Workspace, WorkspaceTool};
use dhtl_project_model::{Evidence, Found};

use super::super::draft::{self, command, found};
use super::super::frameworks::Frameworks;
use super::super::inventory::{Inventory, folders};
use super::super::xml::{self, Element};
use super::frameworks::{self, port};
use super::maven_packing::{MOST, Packing};
use super::statements;
use crate::places;
use crate::sources::Sources;
use crate::versions::Statement;

/// What a `pom.xml` says.
#[derive(Debug, Clone, Default)]
struct Pom {
    folder: String,
    path: String,
    artifact: Option<(String, u32)>,
    version: Option<String>,
    packaging: String,
    /// The `pom.xml` it takes over from, where that is in the project.
    parent: Option<String>,
    properties: BTreeMap<String, (String, u32)>,
    modules: Vec<(String, u32)>,
    dependencies: Vec<(String, u32)>,
    plugins: Vec<String>,
    /// `release` or `source` of the compiler's plugin.
    compiler: Option<(String, u32)>,
    final_name: Option<String>,
    main_class: Option<String>,
    /// The class that a plugin runs, which may be of a tool.
    run_class: Option<String>,
    packing: Packing,
}

/// The stacks and workspaces of Maven.
pub(super) fn find(
    sources: &Sources<'_>,
    inventory: &Inventory<'_>,
) -> (Vec<Stack>, Vec<Workspace>) {
    let mut poms: BTreeMap<String, Pom> = BTreeMap::new();
    for folder in folders(&inventory.maven) {
        let path = places::inside(folder, "pom.xml");
        if places::is_documentation(&path) {
            continue;
        }
        let pom = xml::with_root(sources, &path, |root| Some(Pom::read(folder, &path, root)));
        poms.extend(pom.map(|pom| (folder.to_owned(), pom)));
    }
    let workspaces = poms
        .values()
        .filter_map(|pom| workspace(sources, pom, &poms))
        .collect();
    let tops = tops(&poms);
    let named: Named<'_> = poms
        .values()
        .filter_map(|pom| Some((pom.artifact.as_ref()?.0.as_str(), pom)))
        .collect();
    let stacks = poms
        .values()
        .filter(|pom| pom.packaging != "pom")
        .map(|pom| stack(sources, pom, &poms, &named, tops.get(&pom.folder).copied()))
        .collect();
    (stacks, workspaces)
}

/// The folder that lists it, of every module.
fn tops(poms: &BTreeMap<String, Pom>) -> BTreeMap<String, &str> {
    let mut tops = BTreeMap::new();
    for pom in poms.values() {
        for (module, _) in &pom.modules {
            let folder = places::join(&pom.folder, module.trim_end_matches("pom.xml"));
            tops.extend(folder.map(|folder| (folder, pom.folder.as_str())));
        }
    }
    tops
}

impl Pom {
    fn read(folder: &str, path: &str, root: Element<'_, '_>) -> Self {
        let text = |names: &[&str]| root.descend(names).and_then(Element::text);
        let lined =
            |element: Element<'_, '_>| element.text().map(|text| (text.to_owned(), element.line()));
        let parent = root.descend(&["parent"]).and_then(|parent| {
            let relative = match parent.descend(&["relativePath"]) {
                // An empty one says that it is not in the project.
                Some(relative) => relative.text()?,
                None => "..",
            };
            places::join(folder, relative.trim_end_matches("pom.xml"))
        });
        let properties = root
            .descend(&["properties"])
            .into_iter()
            .flat_map(Element::children);
        let dependencies = root
            .descend(&["dependencies"])
            .into_iter()
            .flat_map(|list| list.all("dependency"))
            .filter(|one| one.descend(&["scope"]).and_then(Element::text) != Some("test"))
            .filter_map(|one| one.descend(&["artifactId"]));
        let modules = root
            .descend(&["modules"])
            .into_iter()
            .flat_map(|list| list.all("module"));
        Self {
            folder: folder.to_owned(),
            path: path.to_owned(),
            artifact: root.descend(&["artifactId"]).and_then(lined),
            version: text(&["version"])
                .or_else(|| text(&["parent", "version"]))
                .map(str::to_owned),
            packaging: text(&["packaging"]).unwrap_or("jar").to_owned(),
            parent,
            properties: properties
                .filter_map(|one| Some((one.name().to_owned(), lined(one)?)))
                .collect(),
            modules: modules.filter_map(lined).collect(),
            dependencies: dependencies.filter_map(lined).collect(),
            // Those of profiles as well.
            plugins: root
                .anywhere("plugin")
                .filter_map(|plugin| plugin.descend(&["artifactId"])?.text())
                .map(str::to_owned)
                .collect(),
            compiler: compiler(root).and_then(lined),
            final_name: text(&["build", "finalName"]).map(str::to_owned),
            main_class: root
                .anywhere("plugin")
                .take(MOST)
                .filter(|plugin| {
                    let name = plugin.descend(&["artifactId"]).and_then(Element::text);
                    name != Some("exec-maven-plugin")
                })
                .chain(root.descend(&["properties"]))
                .flat_map(|plugin| plugin.anywhere("mainClass"))
                .find_map(Element::text)
                .map(str::to_owned),
            run_class: root
                .anywhere("plugin")
                .take(MOST)
                .filter(|plugin| {
                    let name = plugin.descend(&["artifactId"]).and_then(Element::text);
                    name == Some("exec-maven-plugin")
                })
                .flat_map(|plugin| plugin.anywhere("mainClass"))
                .find_map(Element::text)
                .map(str::to_owned),
            packing: Packing::read(root),
        }
    }

    fn has_plugin(&self, names: &[&str]) -> bool {
        self.plugins
            .iter()
            .any(|plugin| names.contains(&plugin.as_str()))
    }

    /// The `pom.xml` itself and those it takes over from, the nearest first.
    fn lineage<'p>(&'p self, poms: &'p BTreeMap<String, Self>) -> impl Iterator<Item = &'p Self> {
        // One that names itself has an end all the same.
        std::iter::successors(Some(self), |pom| {
            poms.get(pom.parent.as_ref()?)
                .filter(|parent| parent.folder != pom.folder)
        })
        .take(10)
    }
}

/// What is built, by its name.
type Named<'p> = HashMap<&'p str, &'p Pom>;

impl Pom {
    /// Its lineage, and that of the modules that it uses, and they use.
    fn with_used<'p>(
        &'p self,
        poms: &'p BTreeMap<String, Self>,
        named: &Named<'p>,
    ) -> Vec<&'p Self> {
        // More than this are looked through by nobody.
        const MOST: usize = 64;
        let mut used: Vec<&Self> = self.lineage(poms).collect();
        let mut next = 0;
        while let Some(one) = used.get(next).copied() {
            next += 1;
            let artifacts = one.dependencies.iter().map(|(artifact, _)| artifact);
            let modules = artifacts.filter_map(|name| named.get(name.as_str()));
            let found: Vec<&Self> = modules.flat_map(|module| module.lineage(poms)).collect();
            for other in found {
                if used.len() < MOST && !used.iter().any(|known| known.path == other.path) {
                    used.push(other);
                }
            }
        }
        used
    }
}

fn compiler<'d, 'i>(root: Element<'d, 'i>) -> Option<Element<'d, 'i>> {
    let plugin = root.anywhere("plugin").find(|plugin| {
        plugin.descend(&["artifactId"]).and_then(Element::text) == Some("maven-compiler-plugin")
    })?;
    let configuration = plugin.descend(&["configuration"])?;
    ["release", "source", "target"]
        .iter()
        .find_map(|name| configuration.descend(&[name]))
}

fn workspace(sources: &Sources<'_>, pom: &Pom, poms: &BTreeMap<String, Pom>) -> Option<Workspace> {
    let (_, line) = pom.modules.first()?;
    let mut members = Vec::new();
    for (module, line) in &pom.modules {
        let folder = places::join(&pom.folder, module.trim_end_matches("pom.xml"));
        match folder.filter(|folder| poms.contains_key(folder)) {
            Some(folder) => members.push(folder),
            None if module.contains("${") => {}
            None => sources.report(dhtl_project_model::Problem {
                message: format!(
                    "the module `{module}` has no `pom.xml` that is a part of the project"
                ),
                evidence: Evidence::at(&pom.path, *line, "maven-module"),
            }),
        }
    }
    members.sort();
    members.dedup();
    Some(Workspace {
        tool: WorkspaceTool::Maven,
        folder: pom.folder.clone(),
        members,
        evidence: Evidence::at(&pom.path, *line, "maven-modules"),
    })
}

fn stack<'p>(
    sources: &Sources<'_>,
    pom: &'p Pom,
    poms: &'p BTreeMap<String, Pom>,
    named: &Named<'p>,
    top: Option<&str>,
) -> Stack {
    let evidence = Evidence::file(&pom.path, "pom-xml");
    let mut frameworks = Frameworks::default();
    for one in pom.with_used(poms, named) {
        for (artifact, line) in &one.dependencies {
            let evidence = Evidence::at(&one.path, *line, "maven-dependency");
            frameworks::add(&mut frameworks, artifact, &evidence);
        }
    }
    let purpose = purpose(sources, pom, poms, &frameworks);
    let purpose = draft::with_pages(sources.tree, &pom.folder, purpose);
    let value = purpose.value;
    let mut stack = Stack::new(
        pom.folder.as_str(),
        StackKind::Java,
        evidence.clone(),
        purpose,
    );
    stack.name = pom.artifact.as_ref().map(|(name, line)| Found {
        value: name.clone(),
        evidence: Evidence::at(&pom.path, *line, "maven-artifact"),
    });
    stack.frameworks = frameworks.names();
    stack.runtimes.push(statements::version(
        sources,
        &pom.folder,
        java(pom, poms),
        None,
    ));
    let program = add_manager(&mut stack, sources, pom, top);
    if value != ProjectType::Library {
        start::add(&mut stack, sources, pom, poms, &program);
    }
    if matches!(value, ProjectType::Api | ProjectType::Web) {
        stack.port = port(sources, &pom.folder).or_else(|| frameworks.port());
    }
    stack
}

/// What it is: a library, unless it is made to be run.
fn purpose(
    sources: &Sources<'_>,
    pom: &Pom,
    poms: &BTreeMap<String, Pom>,
    frameworks: &Frameworks,
) -> Found<ProjectType> {
    let evidence = Evidence::file(&pom.path, "maven-packaging");
    // A plugin of the parent is one of every module, of which only some have something to run.
    let packed = |one: &Pom| one.has_plugin(&RUNNERS) || one.has_plugin(&PACKERS);
    let is_alone = poms.len() == 1 && !pom.has_plugin(&PUBLISHERS);
    let is_run = pom.has_plugin(&RUNNERS)
        || pom.main_class.is_some()
        || start::run_class(sources, pom, poms).is_some()
        || ((is_alone || pom.lineage(poms).any(packed))
            && start::main_file(sources, pom).is_some());
    let decided = frameworks.purpose();
    if pom.packaging == "war" {
        return decided.unwrap_or_else(|| found(ProjectType::Web, &evidence));
    }
    match decided {
        // In a reactor, a module without a plugin that makes it run is used by another.
        Some(decided) if is_run || poms.len() == 1 => decided,
        _ if is_run => found(ProjectType::App, &evidence),
        _ => found(ProjectType::Library, &evidence),
    }
}

/// Plugins that make a program.
const RUNNERS: [&str; 4] = [
    "spring-boot-maven-plugin",
    "quarkus-maven-plugin",
    "micronaut-maven-plugin",
    "javafx-maven-plugin",
];

/// Plugins that publish what others use.
const PUBLISHERS: [&str; 4] = [
    "central-publishing-maven-plugin",
    "maven-gpg-plugin",
    "maven-source-plugin",
    "nexus-staging-maven-plugin",
];

/// Plugins that make a program of what has something to run.
const PACKERS: [&str; 5] = [
    "appassembler-maven-plugin",
    "exec-maven-plugin",
    "maven-shade-plugin",
    "maven-assembly-plugin",
    "jib-maven-plugin",
];

/// The version of Java that the code is written for.
fn java(pom: &Pom, poms: &BTreeMap<String, Pom>) -> Option<Statement> {
    for ancestor in pom.lineage(poms) {
        let by_property = [
            "maven.compiler.release",
            "java.version",
            "maven.compiler.source",
            "maven.compiler.target",
            "jdk.version",
        ]
        .iter()
        .find_map(|name| Some((ancestor.properties.get(*name)?, "maven-java-version")));
        let by_plugin = ancestor
            .compiler
            .as_ref()
            .map(|said| (said, "maven-compiler-plugin"));
        let said =
            [by_plugin, by_property]
                .into_iter()
                .flatten()
                .find_map(|((text, line), rule)| {
                    Some(Statement {
                        text: resolved(text, pom, poms)?,
                        evidence: Evidence::at(&ancestor.path, *line, rule),
                    })
                });
        if said.is_some() {
            return said;
        }
    }
    None
}

/// `text` with what its `${name}` stands for; none where that is not known.
fn resolved(text: &str, pom: &Pom, poms: &BTreeMap<String, Pom>) -> Option<String> {
    let mut text = text.to_owned();
    // A property may name another one, but not forever.
    for _ in 0..8 {
        let Some(start) = text.find("${") else {
            return Some(text);
        };
        let end = start + text[start..].find('}')?;
        let name = &text[start + 2..end];
        let property = pom.lineage(poms).find_map(|one| one.properties.get(name));
        let value = match name {
            "project.version" | "version" => pom.version.clone(),
            "project.build.directory" => Some("target".to_owned()),
            "project.build.finalName" => pom.final_name.clone().or_else(|| {
                let (artifact, _) = pom.artifact.as_ref()?;
                Some(format!("{artifact}-{}", pom.version.as_ref()?))
            }),
            "project.artifactId" | "artifactId" => {
                pom.artifact.as_ref().map(|(name, _)| name.clone())
            }
            _ => property.map(|(value, _)| value.clone()),
        };
        text.replace_range(start..=end, &value?);
        if text.len() > 1000 {
            return None;
        }
    }
    None
}

/// Who builds it and how; returns how Maven is called.
fn add_manager(stack: &mut Stack, sources: &Sources<'_>, pom: &Pom, top: Option<&str>) -> String {
    let evidence = Evidence::file(&pom.path, "pom-xml");
    let wrapper = draft::nearest(sources.tree, &pom.folder, &["mvnw"]);
    let program = super::wrapper_command(wrapper.as_deref(), &pom.folder, "mvnw", "mvn");
    let mut manager = draft::manager("maven", None, &evidence);
    let properties = ".mvn/wrapper/maven-wrapper.properties";
    if let Some(path) = draft::nearest(sources.tree, &pom.folder, &[properties]) {
        manager.version = super::wrapper_version(sources, &path, "apache-maven-", "maven-wrapper");
    }
    stack.package_manager = Some(manager);
    // A module is built with those of its siblings that it needs.
    let module = top.and_then(|top| places::relative(&pom.folder, top));
    let build = match module {
        Some(module) => {
            let up = "../".repeat(module.split('/').count());
            format!("{program} -f {up}pom.xml -pl {module} -am -B -DskipTests package")
        }
        None => format!("{program} -B -DskipTests package"),
    };
    stack.commands.build = command(build, &evidence);
    stack.commands.test = command(format!("{program} -B test"), &evidence);
    program
}
