//! `[build-system]` in `pyproject.toml`.
//!
//! Source: PEP 518.

use dhtl_project_model::{DeclarationFormat, Scope};

use super::Collected;
use crate::manifests::Manifests;

pub(super) fn read(manifests: &Manifests<'_>, collected: &mut Collected) {
    for file in &manifests.pyprojects {
        if let Some(node) = file.get(&["build-system", "requires"]) {
            let requirements = collected.texts(node, "pep518-requires");
            collected.declare(
                &file.path,
                DeclarationFormat::BuildSystem,
                Scope::Build,
                requirements,
            );
        }
    }
}
