//! `runtime.txt` of Heroku and its relatives.

use dhtl_project_model::{Evidence, InterpreterSource};

use super::{Stated, version};
use crate::manifests::Manifests;

pub(super) fn read(manifests: &Manifests<'_>, stated: &mut Stated) {
    const PATH: &str = "runtime.txt";
    if !manifests.tree.contains(PATH) {
        return;
    }
    let text = match manifests.tree.text(PATH) {
        Ok(text) => text,
        Err(problem) => return stated.problems.push(problem),
    };
    let first = (1..)
        .zip(text.lines())
        .find(|(_, line)| !line.trim().is_empty());
    let Some((number, line)) = first else { return };
    let evidence = Evidence::at(PATH, number, "runtime-txt");
    let line = line.trim();
    // Netlify takes the bare version.
    let bare = line.strip_prefix("python-").unwrap_or(line);
    match version::to_specifiers(bare) {
        Some(specifiers) => stated.state(InterpreterSource::RuntimeTxt, specifiers, evidence),
        None => stated.problem(format!("`{line}` names no Python version"), evidence),
    }
}

#[cfg(test)]
mod tests {
    use crate::interpreter::tests::stated;

    #[test]
    fn the_version_is_exact() {
        assert_eq!(
            stated(&[("runtime.txt", "\npython-3.11.7\n")]),
            "RuntimeTxt ==3.11.7  runtime.txt:2 (runtime-txt)\n"
        );
        assert_eq!(
            stated(&[("runtime.txt", "nodejs-18\n")]),
            "problem: `nodejs-18` names no Python version  runtime.txt:1 (runtime-txt)\n"
        );
    }
}
