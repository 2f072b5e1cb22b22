//! What nobody installs, and belongs there all the same.

use crate::files::tree::scripts_folder;

/// Whether the tools that make and use environments write `path` themselves.
///
/// Source: what `uv venv`, `python -m venv`, virtualenv and installers leave behind. Bytecode is not
/// looked at in the first place.
pub(super) fn is_own(path: &str, base: &str) -> bool {
    if let Some(name) = path
        .strip_prefix(scripts_folder())
        .and_then(|path| path.strip_prefix('/'))
    {
        return is_own_script(name);
    }
    let Some(below) = path
        .strip_prefix(base)
        .and_then(|path| path.strip_prefix('/'))
    else {
        return false;
    };
    match below.split_once('/') {
        None => matches!(
            below,
            "_virtualenv.py" | "_virtualenv.pth" | ".lock" | "CACHEDIR.TAG" | ".gitignore"
        ),
        // Twisted lists its plugins there whenever it looks for them.
        Some(("twisted", file)) => file == "plugins/dropin.cache",
        Some((folder, file)) => folder.ends_with(".dist-info") && is_trace(file),
    }
}

/// What an installer adds to the description of a distribution (PEP 376, PEP 610, uv).
fn is_trace(file: &str) -> bool {
    matches!(
        file,
        "INSTALLER" | "REQUESTED" | "direct_url.json" | "uv_cache.json" | "uv_build.json"
    )
}

/// Whether a script of this name belongs to the environment itself: an interpreter, or what
/// activates it.
pub(crate) fn is_own_script(name: &str) -> bool {
    const ACTIVATION: [&str; 12] = [
        "activate",
        "activate.bat",
        "activate.csh",
        "activate.fish",
        "activate.nu",
        "activate.ps1",
        "Activate.ps1",
        "activate.xsh",
        "activate_this.py",
        "deactivate.bat",
        "deactivate.nu",
        "pydoc.bat",
    ];
    ACTIVATION.contains(&name) || is_interpreter(name)
}

/// `python`, `python3.13`, `pythonw.exe`, `pypy3`, and the libraries beside them on Windows.
fn is_interpreter(name: &str) -> bool {
    // `python -m venv` of CPython 3.14 makes this one.
    if name == "𝜋thon" {
        return true;
    }
    let stem = name
        .strip_suffix(".exe")
        .or_else(|| name.strip_suffix(".dll").filter(|_| cfg!(windows)))
        .unwrap_or(name);
    ["pythonw", "python", "pypyw", "pypy", "graalpy"]
        .into_iter()
        .find_map(|start| stem.strip_prefix(start))
        .is_some_and(|rest| {
            // `t` is the build without the global lock.
            rest.trim_end_matches('t')
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_tools_make_belongs_to_nobody() {
        const BASE: &str = "lib/python3.11/site-packages";
        let own = |path: &str| is_own(path, BASE);
        let script = |name: &str| own(&format!("{}/{name}", scripts_folder()));
        for name in ["activate", "python", "python3.13t", "pypy3", "pythonw.exe"] {
            assert!(script(name), "{name}");
        }
        for name in ["pythonista", "pip", "node", "activate.sh"] {
            assert!(!script(name), "{name}");
        }
        assert!(own(&format!("{BASE}/_virtualenv.py")));
        assert!(own(&format!("{BASE}/six-1.16.0.dist-info/INSTALLER")));
        assert!(!own(&format!("{BASE}/six-1.16.0.dist-info/extra.py")));
        assert!(own(&format!("{BASE}/twisted/plugins/dropin.cache")));
        assert!(!own(&format!("{BASE}/twisted/plugins/dropin.py")));
        assert!(!own(&format!("{BASE}/sitecustomize.py")));
        assert!(!own(&format!("{BASE}/pkg/.gitignore")));
    }
}
