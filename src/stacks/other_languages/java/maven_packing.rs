//! What plugins of Maven make of an archive.
//!
//! Sources: the manuals of maven-shade-plugin, maven-assembly-plugin, maven-jar-plugin,
//! spring-boot-maven-plugin and appassembler-maven-plugin, and of webapp-runner.

use super::super::xml::Element;

/// More plugins than any project has; each is looked through.
pub(super) const MOST: usize = 200;

/// How a `pom.xml` packs what it builds.
#[derive(Debug, Clone, Default)]
pub(super) struct Packing {
    /// What stands behind the name of the archive that runs.
    classifier: Option<String>,
    /// The whole path of the archive that runs.
    output: Option<String>,
    /// The name of the archive that runs, where it is not that of the project.
    pub(super) final_name: Option<String>,
    /// The script that starts it.
    pub(super) script: Option<String>,
    /// Whether the archive names the class that it starts.
    names_class: bool,
    /// Whether a server for it is fetched.
    pub(super) has_webapp_runner: bool,
}

impl Packing {
    /// How this `pom.xml` packs.
    pub(super) fn read(root: Element<'_, '_>) -> Self {
        let mut packing = Self::default();
        for plugin in root.anywhere("plugin").take(MOST) {
            let name = plugin.descend(&["artifactId"]).and_then(Element::text);
            packing.add(name.unwrap_or_default(), plugin);
        }
        packing
    }

    fn add(&mut self, name: &str, plugin: Element<'_, '_>) {
        let text = |name: &str| {
            let text = plugin.anywhere(name).find_map(Element::text);
            text.map(str::to_owned)
        };
        let is = |name: &str, value: &str| text(name).is_some_and(|text| text == value);
        match name {
            "spring-boot-maven-plugin" => self.classifier = text("classifier"),
            "maven-shade-plugin" => {
                self.names_class = true;
                self.output = text("outputFile");
                self.final_name = text("finalName");
                if is("shadedArtifactAttached", "true") {
                    let classifier = text("shadedClassifierName");
                    self.classifier = classifier.or_else(|| Some("shaded".to_owned()));
                }
            }
            "maven-assembly-plugin" => {
                self.names_class |= text("mainClass").is_some();
                self.final_name = text("finalName");
                if !is("appendAssemblyId", "false") {
                    self.classifier = text("descriptorRef").or_else(|| Some("*".to_owned()));
                }
            }
            "maven-jar-plugin" => self.names_class |= text("mainClass").is_some(),
            "appassembler-maven-plugin" => {
                let program = plugin.anywhere("program").next();
                let name = program.and_then(|program| {
                    let named = program.descend(&["id"]).or(program.descend(&["name"]));
                    named.and_then(Element::text)
                });
                self.script = name.map(str::to_owned);
            }
            "maven-dependency-plugin" => {
                let mut fetched = plugin.anywhere("artifactItem");
                self.has_webapp_runner = fetched.any(|item| {
                    let name = item.descend(&["artifactId"]).and_then(Element::text);
                    name.is_some_and(|name| name.starts_with("webapp-runner"))
                });
            }
            _ => {}
        }
    }

    /// Whether `java -jar` starts what is built.
    pub(super) const fn is_executable(&self, is_spring: bool) -> bool {
        is_spring || self.names_class || self.output.is_some()
    }

    /// The archive that runs; `name` is what an archive of the project is called.
    pub(super) fn archive(
        &self,
        name: Option<&str>,
        packaging: &str,
        resolved: impl Fn(&str) -> Option<String>,
    ) -> String {
        if let Some(output) = self.output.as_deref().and_then(resolved) {
            return output;
        }
        let name = name.unwrap_or("*");
        let classifier = self
            .classifier
            .as_ref()
            .map_or_else(String::new, |classifier| format!("-{classifier}"));
        format!("target/{name}{classifier}.{packaging}")
    }
}
