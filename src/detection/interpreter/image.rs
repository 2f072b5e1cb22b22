//! The Python version in the name of a container image.

use super::version;

/// The version that an image brings: `python:3.11-slim`, `registry.example/library/python:3.11`,
/// `cimg/python:3.9`, `astral-sh/uv:python3.12-alpine`.
///
/// None for images of something else, and for tags that name no minor version.
pub(super) fn python_version(image: &str) -> Option<String> {
    let image = image.trim().split('@').next()?;
    let name_and_tag = image.rsplit('/').next()?;
    let (name, tag) = name_and_tag.split_once(':')?;
    let tag = tag
        .strip_prefix("python")
        .or_else(|| (name == "python").then_some(tag))?;
    let tag = tag.trim_start_matches('-');
    let end = tag.find(|character: char| !character.is_ascii_digit() && character != '.');
    // A pre-release, such as `3.14-rc-slim` or `3.14.0rc1`, is a hint at its minor version.
    let version = tag[..end.unwrap_or(tag.len())].trim_end_matches('.');
    version::to_hint(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_of_a_python_image_is_its_version() {
        let check = |image, expected: Option<&str>| {
            assert_eq!(python_version(image).as_deref(), expected, "{image}");
        };
        check("python:3.11-slim", Some("==3.11.*"));
        check("python:3.11.7", Some("==3.11.7"));
        check(
            "registry.example:5000/library/python:3.12@sha256:00",
            Some("==3.12.*"),
        );
        check("cimg/python:3.9", Some("==3.9.*"));
        check("registry.example/astral-sh/uv:0.5-python3.12", None);
        check(
            "registry.example/astral-sh/uv:python3.12-alpine",
            Some("==3.12.*"),
        );
        for image in [
            "python",
            "python:latest",
            "python:3",
            "pypy:3.9",
            "node:18",
            "",
        ] {
            check(image, None);
        }
    }
}
