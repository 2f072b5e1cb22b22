//! What manifests of Kubernetes say about the containers that the project is published as.
//!
//! Source: "Deployment", "Container ports" and "Probes" in the documentation of Kubernetes.

use std::collections::HashMap;

use dhtl_detection::formats::yaml::{self, Node};
use dhtl_project_model::Evidence;
use dhtl_project_model::stack::Stack;

use super::hint::{Hint, Saying};
use super::services;
use crate::places;
use crate::sources::Sources;

/// Folders that hold manifests, and files that are one wherever they are.
const FOLDERS: [&str; 10] = [
    "deploy",
    "deployment",
    "deployments",
    "k8s",
    "k8s-manifests",
    "kube",
    "kubernetes",
    "kubernetes-manifests",
    "kustomize",
    "manifests",
];
const FILES: [&str; 6] = [
    "deployment.yaml",
    "deployment.yml",
    "k8s.yaml",
    "k8s.yml",
    "kubernetes.yaml",
    "kubernetes.yml",
];

/// More manifests than one project has of its own, and a size that none of them has.
const MOST: usize = 40;
const LARGEST: usize = 64 * 1024;

/// What the manifests of the project say about its stacks.
pub(super) fn hints(sources: &Sources<'_>, stacks: &[Stack]) -> Vec<Hint> {
    let own = names(sources, stacks);
    let paths = sources.tree.files.iter().map(|file| file.path.as_str());
    let paths = paths
        .filter(|path| is_manifest(path) && !places::is_foreign(path))
        .take(MOST);
    paths
        .filter_map(|path| Some((path, sources.tree.text(path).ok()?)))
        .filter(|(_, text)| text.len() <= LARGEST)
        .flat_map(|(path, text)| read(path, &text, &own))
        .collect()
}

fn is_manifest(path: &str) -> bool {
    let name = places::file_name(path);
    let is_yaml = path.as_bytes().ends_with(b".yaml") || path.as_bytes().ends_with(b".yml");
    is_yaml
        && (FILES.contains(&name)
            || path
                .split('/')
                .rev()
                .skip(1)
                .any(|part| FOLDERS.contains(&part)))
}

/// The names that containers of the project can have, with the folders of what runs in them.
fn names<'a>(sources: &'a Sources<'_>, stacks: &'a [Stack]) -> HashMap<&'a str, &'a str> {
    let mut own = HashMap::new();
    let run = stacks
        .iter()
        .filter(|stack| stack.project_type.value.is_application());
    for stack in run {
        let name = stack.name.as_ref().map(|name| name.value.as_str());
        let folder = match stack.folder.as_str() {
            "." => sources.project.name.value.as_str(),
            folder => places::file_name(folder),
        };
        // `src/cart/src` is the source of the cart.
        let above = matches!(folder, "src" | "app")
            .then(|| places::file_name(places::folder(&stack.folder)));
        for name in [name.map(places::file_name), Some(folder), above] {
            own.extend(name.map(|name| (name, stack.folder.as_str())));
        }
    }
    own
}

/// What the documents of a file say, each about the container whose image or name is known.
fn read(path: &str, text: &str, own: &HashMap<&str, &str>) -> Vec<Hint> {
    let mut hints = Vec::new();
    for document in documents(text) {
        // What is no YAML is a template of it.
        if let Ok(Some(root)) = yaml::parse(path, &document) {
            of_document(path, &root, own, &mut hints);
        }
    }
    hints
}

/// The documents that describe containers, each on the lines that it has in the file.
fn documents(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut document = String::new();
    let mut is_wanted = false;
    for (line, content) in text.lines().enumerate() {
        if content.trim_end() == "---" {
            if is_wanted {
                found.push(std::mem::take(&mut document));
            }
            document = "\n".repeat(line + 1);
            is_wanted = false;
        } else {
            is_wanted |= matches!(content.trim_end(), "kind: Deployment" | "kind: StatefulSet");
            document.push_str(content);
            document.push('\n');
        }
    }
    if is_wanted {
        found.push(document);
    }
    found
}

fn of_document(path: &str, root: &Node, own: &HashMap<&str, &str>, hints: &mut Vec<Hint>) {
    let text = |node: &Node, keys: &[&str]| {
        let found = keys.iter().try_fold(node, |node, key| node.get(key));
        found.and_then(Node::text).map(str::to_owned)
    };
    let name = text(root, &["metadata", "name"]);
    let keys = ["spec", "template", "spec", "containers"];
    let containers = keys.iter().try_fold(root, |node, key| node.get(key));
    for container in containers.map(Node::elements).unwrap_or_default() {
        let image = text(container, &["image"]).unwrap_or_default();
        let named = [
            Some(services::image_name(&image).to_owned()),
            text(container, &["name"]),
            name.clone(),
        ];
        let folder = named
            .into_iter()
            .flatten()
            .find_map(|name| own.get(name.as_str()));
        let Some(folder) = folder.filter(|_| services::of_image(&image).is_none()) else {
            continue;
        };
        let mut say = |saying, line, rule| {
            hints.push(Hint::new(folder, saying, Evidence::at(path, line, rule)));
        };
        let ports = container.get("ports").map(Node::elements);
        let port = ports.unwrap_or_default().iter().find_map(|port| {
            let node = port.get("containerPort")?;
            Some((node.text()?.parse().ok()?, node.line))
        });
        if let Some((port, line)) = port.filter(|(port, _)| *port > 0) {
            say(Saying::Port(port), line, "kubernetes-port");
        }
        let probe = ["readinessProbe", "livenessProbe", "startupProbe"]
            .iter()
            .find_map(|probe| container.get(probe)?.get("httpGet")?.get("path"));
        if let Some(node) = probe
            && let Some(asked) = node.text().filter(|path| path.starts_with('/'))
        {
            say(
                Saying::Health(asked.to_owned()),
                node.line,
                "kubernetes-probe",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_container_of_the_project_says_its_port_and_its_probe() {
        let text = "apiVersion: v1\nkind: Service\n---\nkind: Deployment\nmetadata:\n  name: cart\nspec:\n  template:\n    spec:\n      containers:\n        - name: server\n          image: someone/cart:1\n          ports:\n            - containerPort: 7070\n          readinessProbe:\n            httpGet:\n              path: /ready\n              port: 7070\n        - name: redis\n          image: redis\n          ports:\n            - containerPort: 6379\n";
        let own = HashMap::from([("cart", "src/cart")]);
        let shown: Vec<_> = read("k8s/cart.yaml", text, &own)
            .into_iter()
            .map(|hint| (hint.folder, hint.saying, hint.evidence.line))
            .collect();
        assert_eq!(
            shown,
            [
                ("src/cart".to_owned(), Saying::Port(7070), Some(14)),
                (
                    "src/cart".to_owned(),
                    Saying::Health("/ready".to_owned()),
                    Some(17)
                ),
            ]
        );
    }

    #[test]
    fn manifests_are_known_by_their_places() {
        assert!(is_manifest("k8s/base/api.yaml"));
        assert!(is_manifest("api/deployment.yml"));
        assert!(!is_manifest("config/api.yaml"));
        assert!(!is_manifest("k8s/readme.md"));
    }

    proptest! {
        #[test]
        fn odd_text_never_panics(text in "(---\n|kind: Deployment\n|spec:|\n|  |- |template: |image: a|é|:)*") {
            read("k8s/a.yaml", &text, &HashMap::new());
        }
    }
}
