//! Maven: `pom.xml`, its modules and its wrapper.
//!
//! Sources: "POM Reference" and "Maven Wrapper" in the manual of Maven, and the manuals of the
//! plugins of Spring Boot and Quarkus.

use std::collections::BTreeMap;

use dhtl_project_model::stack::{ProjectType, Stack, StackKind, Workspace, WorkspaceTool};
use dhtl_project_model::{Evidence, Found};

use super::super::draft::{self, command, found};
use super::super::frameworks::Frameworks;
use super::super::inventory::{Inventory, folders};
use super::super::xml::{self, Element};
use super::frameworks::{FRAMEWORKS, port};
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
    let stacks = poms
        .values()
        .filter(|pom| pom.packaging != "pom")
        .map(|pom| stack(sources, pom, &poms, tops.get(&pom.folder).copied()))
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
        let listed = |names: &[&str], each: &str| -> Vec<(String, u32)> {
            let list = root.descend(names);
            let each = list.into_iter().flat_map(|list| list.all(each));
            let artifacts = each.filter_map(|one| one.descend(&["artifactId"]));
            artifacts.filter_map(lined).collect()
        };
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
            dependencies: listed(&["dependencies"], "dependency"),
            // Those of profiles as well.
            plugins: root
                .anywhere("plugin")
                .filter_map(|plugin| plugin.descend(&["artifactId"])?.text())
                .map(str::to_owned)
                .collect(),
            compiler: compiler(root).and_then(lined),
            final_name: text(&["build", "finalName"]).map(str::to_owned),
            main_class: root
                .anywhere("mainClass")
                .find_map(Element::text)
                .map(str::to_owned),
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

fn stack(
    sources: &Sources<'_>,
    pom: &Pom,
    poms: &BTreeMap<String, Pom>,
    top: Option<&str>,
) -> Stack {
    let evidence = Evidence::file(&pom.path, "pom-xml");
    let mut frameworks = Frameworks::default();
    for (artifact, line) in &pom.dependencies {
        let evidence = Evidence::at(&pom.path, *line, "maven-dependency");
        frameworks.add_package(FRAMEWORKS, artifact, evidence);
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
        add_start(&mut stack, pom, poms, &program, &frameworks);
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
    let is_run = pom.has_plugin(&RUNNERS)
        || pom.main_class.is_some()
        || (pom
            .lineage(poms)
            .any(|one| one.has_plugin(&RUNNERS) || one.has_plugin(&PACKERS))
            && super::has_main_file(sources, &pom.folder));
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

/// Plugins that make a program of what has something to run.
const PACKERS: [&str; 4] = [
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

fn add_start(
    stack: &mut Stack,
    pom: &Pom,
    poms: &BTreeMap<String, Pom>,
    program: &str,
    frameworks: &Frameworks,
) {
    let evidence = Evidence::file(&pom.path, "pom-xml");
    if frameworks.has("quarkus") || pom.has_plugin(&["quarkus-maven-plugin"]) {
        stack.commands.start = command("java -jar target/quarkus-app/quarkus-run.jar", &evidence);
        stack.commands.dev = command(format!("{program} quarkus:dev"), &evidence);
        return;
    }
    if pom.packaging == "war" && !pom.has_plugin(&["spring-boot-maven-plugin"]) {
        // It needs a server around it.
        return;
    }
    let archive = archive(pom, poms).unwrap_or_else(|| format!("*.{}", pom.packaging));
    stack.commands.start = command(format!("java -jar target/{archive}"), &evidence);
    if pom
        .lineage(poms)
        .any(|pom| pom.has_plugin(&["spring-boot-maven-plugin"]))
    {
        stack.commands.dev = command(format!("{program} spring-boot:run"), &evidence);
    }
}

/// The name of what is built, where everything in it is known.
fn archive(pom: &Pom, poms: &BTreeMap<String, Pom>) -> Option<String> {
    if pom.has_plugin(&["maven-assembly-plugin"]) {
        return None;
    }
    let name = if let Some(name) = &pom.final_name {
        resolved(name, pom, poms)?
    } else {
        let (artifact, _) = pom.artifact.as_ref()?;
        let version = resolved(pom.version.as_ref()?, pom, poms)?;
        format!("{artifact}-{version}")
    };
    Some(format!("{name}.{}", pom.packaging))
}
