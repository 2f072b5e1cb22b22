//! The line of a package manager's output that says why it failed.

/// What stands before an error, by whose it is.
const MARKS: [&str; 6] = [
    "npm error",
    "npm ERR!",
    "ERR_PNPM",
    "error:",
    "error ",
    "go: ",
];

/// What stands before the reason where a program in JavaScript broke down, corepack for one; the last
/// line is the version of Node.js then.
const BREAKDOWNS: [&str; 3] = ["Error:", "Internal Error:", "Usage Error:"];

/// What npm says besides the reason.
const ASIDES: [&str; 7] = [
    "code ",
    "errno ",
    "syscall ",
    "path ",
    "dest ",
    "A complete log",
    "type ",
];

/// What yarn says while it is at work.
const PROGRESS: [&str; 7] = [
    "YN0000", "YN0002", "YN0013", "YN0019", "YN0060", "YN0085", "YN0086",
];

/// The line that says why an installation failed.
pub(crate) fn complaint(said: &str) -> String {
    let lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let of_yarn = lines
        .clone()
        .find(|line| line.contains("YN0") && !PROGRESS.iter().any(|code| line.contains(code)));
    let marked = lines.clone().find_map(|line| {
        let mark = MARKS.iter().find(|mark| line.starts_with(**mark))?;
        let rest = if *mark == "ERR_PNPM" {
            line.split_once(char::is_whitespace)?.1
        } else {
            line.strip_prefix(mark)?
        };
        let rest = rest.trim();
        let is_aside = ASIDES.iter().any(|aside| rest.starts_with(aside));
        (!rest.is_empty() && !is_aside).then_some(rest)
    });
    let of_pnpm = lines.clone().find_map(|line| {
        let (_, rest) = line.split_once("ERR_PNPM")?;
        Some(rest.split_once(char::is_whitespace)?.1.trim())
    });
    let of_javascript = lines.clone().find_map(|line| {
        let mut marks = BREAKDOWNS.iter();
        marks.find_map(|mark| line.strip_prefix(mark).map(str::trim))
    });
    let line = of_yarn
        .map(without_frame)
        .or(of_pnpm)
        .or(marked)
        .or(of_javascript)
        .filter(|line| !line.is_empty())
        .or_else(|| lines.clone().next_back());
    line.unwrap_or("it failed without a word").to_owned()
}

/// A line of yarn without the arrow and the bar that it is drawn with.
fn without_frame(line: &str) -> &str {
    let is_frame =
        |character: char| character.is_whitespace() || matches!(character, '➤' | '│' | '·');
    let rest = line.split_once(": ").map_or(line, |(_, rest)| rest);
    rest.trim_start_matches(is_frame)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(said: &str, expected: &str) {
        assert_eq!(complaint(said), expected);
    }

    proptest! {
        #[test]
        fn there_is_always_a_reason_on_one_line(said in "(npm error|ERR_PNPM|YN0028|error| |:|\n|x){0,9}") {
            let complaint = complaint(&said);
            prop_assert!(!complaint.is_empty() && !complaint.contains('\n'));
        }
    }

    #[test]
    fn the_reason_is_told_from_what_stands_around_it() {
        check(
            "npm error code EUSAGE\nnpm error\nnpm error `npm ci` can only install\nnpm error\nnpm error Missing: a\n",
            "`npm ci` can only install",
        );
        check(
            "npm ERR! code E404\nnpm ERR! 404 Not Found - GET https://registry.example/x\n",
            "404 Not Found - GET https://registry.example/x",
        );
        check(
            "corepack.cjs:21999\n  throw new Error(`No`);\n\nError: No signature\n    at run\n\nNode.js v20.20.2\n",
            "No signature",
        );
        check(
            " ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with \"frozen-lockfile\"\n\nNote that\n",
            "Cannot install with \"frozen-lockfile\"",
        );
        check(
            "yarn install v1.22.22\nerror Your lockfile needs to be updated\ninfo Visit\n",
            "Your lockfile needs to be updated",
        );
        check(
            "➤ YN0000: ┌ Resolution step\n➤ YN0028: │ The lockfile would have been modified\n➤ YN0000: · Failed with errors in 0s\n",
            "The lockfile would have been modified",
        );
        check(
            "   Updating index\nerror: the lock file needs to be updated\n",
            "the lock file needs to be updated",
        );
        check("go: example/x: not found\n", "example/x: not found");
        check("one\ntwo\n\n", "two");
        check("", "it failed without a word");
    }
}
