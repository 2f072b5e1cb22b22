//! From the text of one requirement to a [`Requirement`].

use dhtl_project_model::{DistributionName, Evidence, Problem, Requirement, RequirementSource};

use super::pep508;

/// Reads a requirement in the notation of PEP 508.
///
/// Slips that older tools accepted and many published files still have are put right. What is
/// still no requirement is a problem.
pub(crate) fn parse(text: &str, evidence: Evidence) -> Result<Requirement, Problem> {
    let text = text.trim();
    match parse_strictly(text, &evidence) {
        Ok(requirement) => Ok(requirement),
        Err(message) => parse_strictly(&put_right(text), &evidence).map_err(|_| Problem {
            message: format!("`{text}` is no requirement: {message}"),
            evidence,
        }),
    }
}

/// A requirement whose parts are known already.
pub(crate) struct Direct<'a> {
    /// The distribution, where it has a name.
    pub(crate) name: Option<&'a str>,
    /// The URL or the path relative to the root.
    pub(crate) target: String,
    /// Where it points to.
    pub(crate) source: RequirementSource,
    /// Whether it is to be editable.
    pub(crate) editable: bool,
}

impl Direct<'_> {
    /// The requirement: `name @ url` for a URL with a name, the bare target for anything else, as
    /// PEP 508 has no notation for a path that is relative.
    pub(crate) fn into_requirement(self, evidence: Evidence) -> Requirement {
        let text = match (self.name, self.source) {
            (Some(name), RequirementSource::Url | RequirementSource::Vcs) => {
                format!("{name} @ {}", self.target)
            }
            _ => self.target,
        };
        Requirement {
            text,
            name: self.name.map(bare_name).map(DistributionName::new),
            source: self.source,
            editable: self.editable,
            hashes: Vec::new(),
            evidence,
        }
    }
}

/// A name without the extras behind it, or the version that some put into `#egg=`.
pub(crate) fn bare_name(name: &str) -> &str {
    let is_end = |character| matches!(character, '[' | '=' | '<' | '>' | '~' | '!');
    name.split(is_end).next().unwrap_or(name).trim()
}

fn parse_strictly(text: &str, evidence: &Evidence) -> Result<Requirement, String> {
    // A file of prose can be one enormous line; nobody writes a requirement of that length.
    if text.len() > 4096 {
        return Err("too long".to_owned());
    }
    let parsed = pep508::parse(text)?;
    let source = parsed.url.map_or(RequirementSource::Index, source_of_url);
    Ok(Requirement {
        text: text.to_owned(),
        name: Some(DistributionName::new(parsed.name)),
        source,
        editable: false,
        hashes: Vec::new(),
        evidence: evidence.clone(),
    })
}

/// What a URL points to.
pub(crate) fn source_of_url(url: &str) -> RequirementSource {
    let vcs = ["git+", "hg+", "svn+", "bzr+", "git:", "git@", "ssh:"];
    if vcs.iter().any(|prefix| url.starts_with(prefix)) {
        RequirementSource::Vcs
    } else if url.starts_with("file:") {
        RequirementSource::Path
    } else {
        RequirementSource::Url
    }
}

/// The text without the slips that older tools accepted: a comma at the end of the versions, and
/// `.*` after an ordered comparison.
pub(crate) fn put_right(text: &str) -> String {
    let (specifiers, marker) = match text.split_once(';') {
        Some((specifiers, marker)) if !marker.trim().is_empty() => (specifiers, Some(marker)),
        _ => (text.trim_end_matches(';'), None),
    };
    let parts: Vec<String> = specifiers
        .trim()
        .trim_end_matches(',')
        .split(',')
        .map(|part| {
            let ordered = part.contains(['>', '<', '~']) && !part.contains('!');
            let trimmed = part.trim_end();
            match trimmed.strip_suffix(".*") {
                Some(version) if ordered => version.to_owned(),
                _ => trimmed.to_owned(),
            }
        })
        .collect();
    let specifiers = parts.join(",");
    marker.map_or(specifiers.clone(), |marker| {
        format!("{specifiers};{marker}")
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Requirement, Problem> {
        parse(text, Evidence::at("requirements.txt", 3, "test"))
    }

    #[track_caller]
    fn check(text: &str, expected_name: &str, expected_source: RequirementSource) {
        let requirement = read(text).unwrap();
        assert_eq!(requirement.name.unwrap().as_str(), expected_name);
        assert_eq!(requirement.source, expected_source);
        assert_eq!(requirement.text, text);
    }

    #[test]
    fn the_source_follows_from_the_url() {
        check(
            "Flask[async]>=2,<3; python_version > '3.8'",
            "flask",
            RequirementSource::Index,
        );
        check(
            "zope.interface (>=3)",
            "zope-interface",
            RequirementSource::Index,
        );
        check(
            "a @ https://files.example/a.zip",
            "a",
            RequirementSource::Url,
        );
        check(
            "a @ git+https://git.example/a@v1",
            "a",
            RequirementSource::Vcs,
        );
    }

    #[test]
    fn slips_that_older_tools_accepted_are_put_right() {
        assert_eq!(read("django>=2.*,<4,").unwrap().text, "django>=2,<4");
        assert_eq!(
            read("a>=1.0.*; python_version<'3'").unwrap().text,
            "a>=1.0; python_version<'3'"
        );
    }

    #[test]
    fn what_is_no_requirement_is_a_problem_with_its_place() {
        let problem = read("this is prose").unwrap_err();
        assert!(
            problem
                .message
                .starts_with("`this is prose` is no requirement: "),
            "{problem:?}"
        );
        assert_eq!(problem.evidence.line, Some(3));
    }

    proptest! {
        #[test]
        fn odd_text_never_panics(text in "[a-z0-9<>=!~.,;@\\[\\] *'\"()+:/#-]{0,40}") {
            let _ = read(&text);
        }
    }
}
