//! Surveys of folders that a test writes, on a few lines each.

use std::fs;

use dhtl_detection::{DetectError, detect_any};
use dhtl_project_model::stack::Stack;

use crate::{Findings, survey};

/// The survey of a folder with these files.
pub(crate) fn surveyed(files: &[(&str, &str)]) -> Findings {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let top = folder.path();
    let (project, tree) = detect_any(top, Some(top), |_| Ok::<_, DetectError>(None)).unwrap();
    survey(&project, &tree)
}

/// What each stack is and how it starts: `folder type frameworks | start | loads | port`.
pub(crate) fn starts(files: &[(&str, &str)]) -> String {
    lines(files, |stack| {
        let frameworks = stack.frameworks.iter().map(|found| found.value.as_str());
        let start = stack.commands.start.as_ref();
        let parts = [
            format!(
                "{} {} {}",
                stack.folder,
                json_name(&stack.project_type.value),
                frameworks.collect::<Vec<_>>().join("+")
            ),
            start.map_or_else(String::new, |found| found.value.clone()),
            stack
                .application
                .as_ref()
                .map_or_else(String::new, |found| found.value.clone()),
            stack
                .port
                .as_ref()
                .map_or_else(String::new, |port| port.value.to_string()),
        ];
        parts
            .iter()
            .map(|part| part.trim())
            .collect::<Vec<_>>()
            .join(" | ")
    })
}

/// One line for each stack.
pub(crate) fn lines(files: &[(&str, &str)], line: impl Fn(&Stack) -> String) -> String {
    let findings = surveyed(files);
    let lines: Vec<String> = findings.survey.stacks.iter().map(line).collect();
    lines.join("\n")
}

/// The name that a value has in JSON.
pub(crate) fn json_name(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value)
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}
