//! References to images, as compose files have them.

/// A reference to an image that is written out, with no variable in its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Image {
    /// Who makes it and what it is called, such as `postgis/postgis`, without its registry.
    pub(super) repository: String,
    /// Its tag; none where there is none, or where a variable says it.
    pub(super) tag: Option<String>,
}

impl Image {
    /// The image in a line of a compose file.
    pub(super) fn of_line(line: &str) -> Option<Self> {
        let (key, value) = line.split_once(':')?;
        if key.trim().trim_matches(['"', '\'']) != "image" {
            return None;
        }
        let value = value.split(" #").next().unwrap_or(value).trim();
        Self::parse(value.trim_matches(['"', '\'']))
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.split('@').next()?;
        let name_start = text.rfind('/').map_or(0, |slash| slash + 1);
        let (path, tag) = match text.get(name_start..)?.find(':') {
            Some(colon) => {
                let (path, tag) = text.split_at(name_start + colon);
                (path, Some(&tag[1..]))
            }
            None => (text, None),
        };
        let repository = without_registry(path);
        is_plain(repository).then(|| Self {
            repository: repository.to_owned(),
            tag: tag.filter(|tag| is_plain(tag)).map(str::to_owned),
        })
    }

    /// The last part of its name: `postgres` of `bitnami/postgres`.
    pub(super) fn name(&self) -> &str {
        let parts = self.repository.rsplit_once('/');
        parts.map_or(self.repository.as_str(), |(_, name)| name)
    }
}

/// A registry is the first part when it could be a host: it has a dot or a port, or is this machine.
///
/// Source: the grammar of references in `distribution/reference`.
fn without_registry(path: &str) -> &str {
    match path.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => {
            rest.strip_prefix("library/").unwrap_or(rest)
        }
        _ => path.strip_prefix("library/").unwrap_or(path),
    }
}

/// Whether nothing in `text` has a meaning elsewhere: a variable, a quote, the end of a line.
fn is_plain(text: &str) -> bool {
    let plain = |one: char| one.is_ascii_alphanumeric() || "._-/".contains(one);
    !text.is_empty() && text.len() <= 200 && text.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<(&str, Option<&str>)>) {
        let image = Image::of_line(line);
        let parts = image
            .as_ref()
            .map(|image| (image.repository.as_str(), image.tag.as_deref()));
        assert_eq!(parts, expected, "{line}");
    }

    #[test]
    fn the_image_of_a_line_is_read() {
        check(
            "    image: postgres:16.2-alpine",
            Some(("postgres", Some("16.2-alpine"))),
        );
        check(
            "  image: \"docker.example:5000/library/redis\" # fast",
            Some(("redis", None)),
        );
        check(
            "image: 'postgis/postgis:16-3.4'",
            Some(("postgis/postgis", Some("16-3.4"))),
        );
        check("image: mysql@sha256:0123", Some(("mysql", None)));
        check("image: mysql:${VERSION:-8}", Some(("mysql", None)));
        check("image: ${IMAGE:-mysql:8}", None);
        check("image: a\u{7}b", None);
        check("image:", None);
        check("build: .", None);
    }

    proptest! {
        #[test]
        fn odd_lines_never_panic_and_never_get_through(line in ".{0,40}", value in ".{0,40}") {
            let images = [Image::of_line(&line), Image::of_line(&format!("image: {value}"))];
            for Image { repository, tag } in images.into_iter().flatten() {
                prop_assert!(is_plain(&repository) && tag.is_none_or(|tag| is_plain(&tag)));
            }
        }
    }
}
