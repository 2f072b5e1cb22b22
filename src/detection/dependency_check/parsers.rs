//! The parsers that Beautiful Soup takes when it is not told which.

use dhtl_project_model::DistributionName;

use super::scene::Scene;

/// Whether code of the project leaves it to Beautiful Soup to use `name`.
///
/// Source: "Installing a parser" in its documentation; the constructor takes the best parser that
/// is installed, unless its second argument names one.
pub(super) fn may_be_taken(scene: &Scene<'_>, name: &DistributionName) -> bool {
    if !matches!(name.as_str(), "lxml" | "html5lib") {
        return false;
    }
    let soups = ["beautifulsoup4", "bs4"].map(DistributionName::new);
    soups
        .iter()
        .filter_map(|soup| scene.usage.of_declared.get(soup))
        .flatten()
        .any(|site| {
            scene
                .tree
                .text(&site.path)
                .is_ok_and(|text| leaves_parser_open(&text))
        })
}

/// Whether some call of the constructor does not ask for Python's own parser.
fn leaves_parser_open(text: &str) -> bool {
    const CONSTRUCTOR: &str = "BeautifulSoup(";
    text.match_indices(CONSTRUCTOR).any(|(start, _)| {
        let arguments = arguments(&text[start + CONSTRUCTOR.len()..]);
        !arguments.contains("html.parser")
    })
}

/// What stands before the bracket that closes.
fn arguments(text: &str) -> &str {
    let mut open = 0_usize;
    for (index, character) in text.char_indices() {
        match character {
            '(' => open += 1,
            ')' if open == 0 => return &text[..index],
            ')' => open -= 1,
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_argument_names_the_parser() {
        for text in [
            "BeautifulSoup(page)",
            "BeautifulSoup(f(page), 'lxml')",
            "BeautifulSoup(page, parser)\nx('html.parser')",
            "BeautifulSoup(",
        ] {
            assert!(leaves_parser_open(text), "{text}");
        }
        for text in [
            "BeautifulSoup(f(page), \"html.parser\")",
            "BeautifulSoup(\n    page,\n    features='html.parser',\n)",
            "from bs4 import BeautifulSoup",
        ] {
            assert!(!leaves_parser_open(text), "{text}");
        }
    }
}
