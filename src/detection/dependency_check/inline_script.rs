//! What a script declares about itself, in the comment that PEP 723 defines.

use dhtl_project_model::{DistributionName, Evidence};

use crate::declarations::requirement;
use crate::formats::toml::TomlFile;

/// The distributions that the `script` block of the file at `path` declares; none where it has no
/// such block, or one that is no TOML.
pub(super) fn declared_in(path: &str, text: &str) -> Vec<DistributionName> {
    let Some(block) = block(text) else {
        return Vec::new();
    };
    let Ok(file) = TomlFile::parse(path, block) else {
        return Vec::new();
    };
    let Some(dependencies) = file.get(&["dependencies"]) else {
        return Vec::new();
    };
    dependencies
        .texts()
        .into_iter()
        .filter_map(|(text, _)| {
            requirement::parse(text, Evidence::file(path, "pep723-dependencies")).ok()
        })
        .filter_map(|requirement| requirement.name)
        .collect()
}

/// The content of the block between `# /// script` and `# ///`, without its comment signs.
fn block(text: &str) -> Option<String> {
    let mut lines = text
        .lines()
        .skip_while(|line| line.trim_end() != "# /// script")
        .skip(1);
    let mut content = String::new();
    loop {
        let line = lines.next()?.trim_end();
        if line == "# ///" {
            return Some(content);
        }
        content.push_str(line.strip_prefix("# ").or(line.strip_prefix('#'))?);
        content.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_script_declares_what_it_needs() {
        let text = "#!/usr/bin/env python\n# /// script\n# requires-python = '>=3.12'\n\
                    # dependencies = [\n#   'requests<3',\n#   'rich',\n# ]\n# ///\nimport rich\n";
        let names: Vec<String> = declared_in("a.py", text)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(names, ["requests", "rich"]);
    }

    #[test]
    fn what_is_no_block_declares_nothing() {
        for text in [
            "import rich",
            "# /// script\n# dependencies = ['a']\n",
            "# /// script\nimport a\n# ///\n",
            "# /// script\n# dependencies = [\n# ///\n",
        ] {
            assert_eq!(declared_in("a.py", text), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn odd_text_never_panics(text in "(# /// script\n|# ///\n|# |dependencies = |[\\['a\\]]|\n|é){0,12}") {
            let _ = declared_in("a.py", &text);
        }
    }
}
