//! An environment in a container.

use std::fmt;

use dhtl_regeneration::{Container, ContainerRun};
use dhtl_terminal::{Mark, Report, bold};
use serde::{Serialize, Serializer};

/// The container that would be used.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct ContainerPlanReport(pub(crate) Container);

impl Report for ContainerPlanReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let container = &self.0;
        writeln!(out, "# In {}", container.root.display())?;
        writeln!(out, "\n{}", bold("# Build the image"))?;
        for line in container.dockerfile.lines() {
            writeln!(out, "# | {line}")?;
        }
        writeln!(out, "{}", container.build)?;
        writeln!(out, "\n{}", bold("# Make the environment"))?;
        writeln!(out, "{}", container.run)
    }
}

/// What dhtl answered in a container, and how to go on there.
#[derive(Debug)]
pub(crate) struct ContainerReport(pub(crate) ContainerRun);

impl Report for ContainerReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let ContainerRun {
            container,
            exit_code,
            answer,
        } = &self.0;
        out.write_str(answer)?;
        if *exit_code == Some(0) {
            let Container { image, script, .. } = container;
            writeln!(out, "{} Container: {image}", Mark::Good)?;
            writeln!(out, "\nRun commands in it with '{script} <command>'.")?;
        }
        Ok(())
    }
}

impl Serialize for ContainerReport {
    /// The document of dhtl in the container, with `container` in it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut document: serde_json::Value = serde_json::from_str(&self.0.answer)
            .map_err(|_| serde::ser::Error::custom("dhtl gave no answer in the container"))?;
        let container =
            serde_json::to_value(&self.0.container).map_err(serde::ser::Error::custom)?;
        if let Some(fields) = document.as_object_mut() {
            fields.insert("container".to_owned(), container);
        }
        document.serialize(serializer)
    }
}
