//! The submodules of `.gitmodules`.
//!
//! Source: the manual page `gitmodules(5)`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use dhtl_project_model::{Evidence, GitConfigEntry, Problem, Submodule, parse_git_config};

use crate::paths;
use crate::tree::Tree;

const FILE: &str = ".gitmodules";
const RULE: &str = "gitmodules";

/// What one section says; the last statement of each kind counts.
#[derive(Default)]
struct Section {
    line: u32,
    path: Option<String>,
    url: Option<String>,
    on_demand: bool,
}

/// The submodules, ordered by path. One whose path would lead out of the project is a problem.
pub(super) fn find(tree: &Tree, problems: &mut Vec<Problem>) -> Vec<Submodule> {
    let Some(text) = super::text_of(tree, FILE, problems) else {
        return Vec::new();
    };
    let mut submodules = BTreeMap::new();
    for (name, section) in sections(parse_git_config(&text)) {
        match submodule(&name, &section) {
            Ok(submodule) => {
                submodules.insert(submodule.path.clone(), submodule);
            }
            Err(problem) => problems.push(problem),
        }
    }
    submodules.into_values().collect()
}

fn sections(entries: Vec<GitConfigEntry>) -> BTreeMap<String, Section> {
    let mut sections = BTreeMap::<String, Section>::new();
    for entry in entries {
        let Some(name) = entry.subsection.filter(|_| entry.section == "submodule") else {
            continue;
        };
        let section = sections.entry(name).or_default();
        if section.line == 0 {
            section.line = entry.line;
        }
        match (entry.key.as_str(), entry.value) {
            ("path", Some(path)) => {
                section.path = Some(path);
                section.line = entry.line;
            }
            ("url", url) => section.url = url,
            ("update", update) => section.on_demand = update.as_deref() == Some("none"),
            _ => {}
        }
    }
    sections
}

fn submodule(name: &str, section: &Section) -> Result<Submodule, Problem> {
    let problem = |message: String| Problem {
        message,
        evidence: Evidence::at(FILE, section.line, RULE),
    };
    let Some(stated) = &section.path else {
        return Err(problem(format!("the submodule `{name}` has no path")));
    };
    let path = paths::join(".", stated).filter(|path| is_inside(path));
    let path = path.ok_or_else(|| {
        problem(format!(
            "the submodule `{name}` has the path `{stated}`, which is no folder of the project"
        ))
    })?;
    Ok(Submodule {
        path,
        runs_program: section.url.as_deref().is_some_and(runs_program),
        url: section.url.as_deref().map(without_password),
        on_demand: section.on_demand,
        evidence: Evidence::at(FILE, section.line, RULE),
    })
}

/// Whether git may put a repository there: not at the root, not where it keeps its own things.
fn is_inside(path: &str) -> bool {
    path != "."
        && !path.starts_with('-')
        && !path.contains(char::is_control)
        && !path
            .split('/')
            .any(|part| part.eq_ignore_ascii_case(".git"))
}

/// Whether the URL is an option or of the form `<transport>::<address>`, for which git runs the
/// program `git-remote-<transport>`; `ext::` runs any command.
///
/// Source: the manual pages `gitremote-helpers(7)` and `git-remote-ext(1)`.
fn runs_program(url: &str) -> bool {
    let helper = url.split_once("::").map(|(transport, _)| transport);
    // `http://[::1]/` has two colons as well.
    let is_name = |word: &str| !word.is_empty() && word.chars().all(char::is_alphanumeric);
    url.starts_with('-') || helper.is_some_and(is_name)
}

/// The URL as it may be shown: a password, or a token in place of a user, goes.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let Some((user, host)) = authority.rsplit_once('@') else {
        return url.to_owned();
    };
    let user: Cow<'_, str> = match user.split_once(':') {
        Some((name, _)) => format!("{name}:***").into(),
        None if scheme.starts_with("http") => "***".into(),
        None => user.into(),
    };
    format!("{scheme}://{user}@{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;
    use super::*;

    fn shown(text: &str) -> String {
        let (setup, problems) = found(&[(FILE, text)]);
        let submodules = setup.submodules.iter().map(|submodule| {
            format!(
                "{} <- {}{}{} {}\n",
                submodule.path,
                submodule.url.as_deref().unwrap_or("?"),
                if submodule.on_demand {
                    " on demand"
                } else {
                    ""
                },
                if submodule.runs_program {
                    " runs a program"
                } else {
                    ""
                },
                submodule.evidence
            )
        });
        let problems = problems
            .iter()
            .map(|problem| format!("{} {}\n", problem.message, problem.evidence));
        submodules.chain(problems).collect()
    }

    #[test]
    fn path_url_and_update_are_read() {
        let text = "\
[submodule \"b\"]
\tpath = libs/b
\turl = ../b.git
[submodule \"a\"]
\turl = https://ada:secret1@git.example/a.git
\tpath = libs/a/
\tupdate = none
[submodule \"c\"]
path = c
url = https://token123@git.example/c.git
[submodule \"d\"]
path = d
url = ssh://git@[::1]:22/d.git
";
        insta::assert_snapshot!(shown(text), @"
        c <- https://***@git.example/c.git .gitmodules:9 (gitmodules)
        d <- ssh://git@[::1]:22/d.git .gitmodules:12 (gitmodules)
        libs/a <- https://ada:***@git.example/a.git on demand .gitmodules:6 (gitmodules)
        libs/b <- ../b.git .gitmodules:2 (gitmodules)
        ");
    }

    #[test]
    fn hostile_paths_are_problems_and_hostile_urls_are_marked() {
        let section =
            |path: &str, url: &str| format!("[submodule \"{path}\"]\npath = {path}\nurl = {url}\n");
        let text = [
            section("../out", "x"),
            section("/etc", "x"),
            section("-c", "x"),
            section(".git/hooks", "x"),
            section(".", "x"),
            section("ext", "ext::sh -c touch% x"),
            section("option", "--upload-pack=x"),
        ];
        insta::assert_snapshot!(shown(&text.concat()), @"
        ext <- ext::sh -c touch% x runs a program .gitmodules:17 (gitmodules)
        option <- --upload-pack=x runs a program .gitmodules:20 (gitmodules)
        the submodule `-c` has the path `-c`, which is no folder of the project .gitmodules:8 (gitmodules)
        the submodule `.` has the path `.`, which is no folder of the project .gitmodules:14 (gitmodules)
        the submodule `../out` has the path `../out`, which is no folder of the project .gitmodules:2 (gitmodules)
        the submodule `.git/hooks` has the path `.git/hooks`, which is no folder of the project .gitmodules:11 (gitmodules)
        the submodule `/etc` has the path `/etc`, which is no folder of the project .gitmodules:5 (gitmodules)
        ");
    }

    #[test]
    fn one_without_a_path_is_a_problem() {
        insta::assert_snapshot!(
            shown("[submodule \"a\"]\nurl = x\n"),
            @"the submodule `a` has no path .gitmodules:2 (gitmodules)"
        );
    }
}
