//! What uv explains in its own words: why no version does.

use super::super::output::Output;
use super::{after, between, history};
use crate::failure::cause::Cause;

/// The cause, where uv itself names it.
pub(super) fn diagnose(output: &Output<'_>) -> Option<Cause> {
    let (text, advice) = (output.explanation(), output.advice());
    wrong_name(&text, &advice)
        .or_else(|| nothing_there(&text))
        .or_else(|| history::unmet(&text))
        .or_else(|| no_solution(&text, &advice))
        .or_else(|| no_wheel_to_install(&text, &advice))
}

/// Why a resolution failed. uv argues forward, so what comes first is where it began.
fn no_solution(text: &str, advice: &str) -> Option<Cause> {
    let text = after(text, "No solution found when resolving")?;
    credentials(advice)
        .or_else(|| no_wheel(text, advice))
        .or_else(|| requires_python(text))
        .or_else(|| yanked(text))
        .or_else(|| not_in_index(text))
        .or_else(|| no_such_version(text))
}

fn credentials(advice: &str) -> Option<Cause> {
    let is_refused = advice.contains("lack of valid authentication credentials")
        || advice.contains("returned a 403 Forbidden error");
    let address = between(advice, "An index URL (", &[')'])
        .or_else(|| between(advice, "An index (", &[')']))
        .filter(|_| is_refused)?;
    Some(Cause::CredentialsNeeded {
        address: address.to_owned(),
    })
}

fn no_wheel(text: &str, advice: &str) -> Option<Cause> {
    let has_no_wheels = [
        " has no wheels with a matching Python ",
        " has no wheels with a matching platform",
        " has no usable wheels",
    ];
    let mark = has_no_wheels.iter().find(|mark| text.contains(**mark))?;
    let distribution = last_word(text.split_once(*mark)?.0)?;
    Some(without_wheel(
        distribution,
        mark.contains("platform"),
        advice,
    ))
}

/// What an installation says where a lock leaves no choice.
fn no_wheel_to_install(text: &str, advice: &str) -> Option<Cause> {
    let rest = after(text, "Distribution `").filter(|rest| {
        rest.contains("can't be installed because it doesn't have a source distribution or wheel")
            || rest.contains("can't be installed because the binary distribution is incompatible")
    })?;
    let distribution = rest.split([' ', '`']).next()?;
    let is_platform = advice.contains("platform");
    Some(without_wheel(distribution, is_platform, advice))
}

fn without_wheel(distribution: &str, for_platform: bool, advice: &str) -> Cause {
    let distribution = distribution.to_owned();
    let tags = tags(advice);
    let of_interpreters = tags.iter().filter_map(|tag| minor_of_tag(tag));
    let newest = of_interpreters.max().map(|minor| format!("3.{minor}"));
    if for_platform || newest.is_none() && tags.iter().any(|tag| is_platform(tag)) {
        let mut platforms = tags
            .into_iter()
            .filter(|tag| is_platform(tag))
            .collect::<Vec<_>>();
        platforms.sort();
        platforms.dedup();
        return Cause::NoWheelForPlatform {
            distribution,
            platforms,
        };
    }
    Cause::NoWheelForInterpreter {
        distribution,
        newest,
    }
}

/// The tags of the wheels that uv found.
fn tags(advice: &str) -> Vec<String> {
    let rest =
        after(advice, "only found wheels for").or_else(|| after(advice, "only has wheels for"));
    let list = rest.and_then(|rest| rest.split_once(": "));
    let Some((_, list)) = list else {
        return Vec::new();
    };
    let list = list.split("hint:").next().unwrap_or(list);
    list.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// The minor version that a tag such as `cp310` is for.
fn minor_of_tag(tag: &str) -> Option<u8> {
    let digits = tag
        .strip_prefix("cp3")
        .or_else(|| tag.strip_prefix("py3"))?;
    let end = digits
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(digits.len());
    digits[..end].parse().ok()
}

fn is_platform(tag: &str) -> bool {
    ["manylinux", "musllinux", "linux", "macosx", "win"]
        .iter()
        .any(|begin| tag.starts_with(begin))
}

/// `the current Python version (3.8.18) does not satisfy Python>=3.10 and numpy==2.1.0 depends on
/// Python>=3.10`.
fn requires_python(text: &str) -> Option<Cause> {
    let rest = after(text, "Python version (")?;
    let (current, rest) = rest.split_once(") does not satisfy Python")?;
    let (_, rest) = rest.split_once(" and ")?;
    let (distribution, rest) = rest.split_once(" depends on Python")?;
    let specifiers = rest.split([' ', ';']).next()?.trim_end_matches([',', '.']);
    Some(Cause::RequiresPython {
        distribution: Some(last_word(distribution)?.to_owned()),
        specifiers: specifiers.to_owned(),
        current: current.to_owned(),
    })
}

fn yanked(text: &str) -> Option<Cause> {
    let before = text.split_once(" was yanked")?.0;
    Some(Cause::Yanked {
        distribution: last_word(before)?.to_owned(),
    })
}

fn not_in_index(text: &str) -> Option<Cause> {
    let before = text
        .split_once(" was not found in the package registry")
        .or_else(|| text.split_once(" was not found in the provided package locations"))?
        .0;
    Some(Cause::NotInIndex {
        distribution: last_word(before)?.to_owned(),
    })
}

fn no_such_version(text: &str) -> Option<Cause> {
    let requirement = after(text, "there is no version of ")
        .or_else(|| after(text, "there are no versions of "))
        .or_else(|| after(text, "only the following versions of "))?;
    let requirement = requirement.split(' ').next()?;
    Some(Cause::NoSuchVersion {
        requirement: requirement.trim_matches([',', '.']).to_owned(),
    })
}

/// Placeholders in the index say in their build, and uv in its advice, what is meant.
fn wrong_name(text: &str, advice: &str) -> Option<Cause> {
    if !text.contains("Failed to ") {
        return None;
    }
    let (distribution, rest) = advice.split_once("` is often confused for `")?;
    Some(Cause::WrongName {
        distribution: distribution.rsplit('`').next()?.to_owned(),
        meant: rest.split('`').next()?.to_owned(),
    })
}

fn nothing_there(text: &str) -> Option<Cause> {
    if let Some(address) = after(text, "Distribution not found at: ") {
        let address = address.split(' ').next()?.to_owned();
        return Some(Cause::NothingThere { address });
    }
    let rest = text
        .split_once(" does not appear to be a Python project")?
        .0;
    let folder = rest.trim_end_matches('`').rsplit('`').next()?;
    Some(Cause::NoProject {
        folder: folder.to_owned(),
    })
}

fn last_word(text: &str) -> Option<&str> {
    let word = text.trim_end().rsplit([' ', '(']).next()?;
    Some(word.trim_matches(['`', ','])).filter(|word| !word.is_empty())
}
