//! The path that answers while an application is well, found in its code.
//!
//! A route counts where its path is the whole path: it stands on the application itself, or on a
//! router whose prefix stands in the same file. Files are read in the order of their names, those that
//! are about health and routes first, and no more than a hundred and fifty of them.

use std::collections::HashSet;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use dhtl_detection::threads::map;
use dhtl_project_model::stack::{Stack, StackKind};
use dhtl_project_model::{Evidence, Found};
use memchr::memmem;

use super::health_mounts;
use crate::places;
use crate::sources::Sources;

/// Paths that are asked for nothing else, the most telling first.
pub(super) const PATHS: [&str; 20] = [
    "/healthz",
    "/health",
    "/api/health",
    "/api/healthz",
    "/health/live",
    "/health/ready",
    "/health-check",
    "/health_check",
    "/healthcheck",
    "/api/healthcheck",
    "/api/v1/health",
    "/v1/health",
    "/_health",
    "/livez",
    "/readyz",
    "/live",
    "/ready",
    "/readiness",
    "/status",
    "/ping",
];

/// Files that are read for routes, and the size beyond which one is not.
const MOST: usize = 150;
pub(super) const LARGEST: usize = 256 * 1024;

/// The route of a stack.
///
/// `others` are the folders of all stacks: what lies in one within this one belongs to that.
pub(super) fn find(
    stack: &Stack,
    others: &HashSet<String>,
    sources: &Sources<'_>,
) -> Option<Found<String>> {
    if let Some(found) = by_place(stack, sources) {
        return Some(found);
    }
    let endings = endings(stack.kind);
    if endings.is_empty() {
        return None;
    }
    // Few and short names are searched: the kind that is built fastest is the fastest.
    let words = AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::NoncontiguousNFA))
        .ascii_case_insensitive(true)
        .build(WORDS)
        .ok()?;
    let is_of_other = |path: &str| {
        let folders = std::iter::successors(Some(places::folder(path)), |inner| {
            (*inner != ".").then(|| places::folder(inner))
        });
        folders
            .take_while(|folder| *folder != stack.folder)
            .any(|folder| others.contains(folder))
    };
    let mut paths: Vec<(usize, &str)> = sources
        .tree
        .below(&stack.folder)
        .map(|file| file.path.as_str())
        .filter(|path| endings.iter().any(|ending| path.ends_with(ending)))
        .filter(|path| !is_test(places::file_name(path)))
        .filter_map(|path| Some((rank(path, &words)?, path)))
        .filter(|(_, path)| !places::is_foreign(path) && !is_of_other(path))
        .collect();
    paths.sort_unstable();
    paths.truncate(MOST);
    let tree = sources.tree;
    let found = map(&paths, |(_, path)| {
        let text = tree.text(path).ok()?;
        (text.len() <= LARGEST).then(|| in_text(path, &text))?
    });
    // Of equals the first, which lies in the likeliest file.
    let found = found.into_iter().flatten().min_by_key(|(place, _)| *place);
    found.map(|(_, found)| found).or_else(|| {
        let paths: Vec<&str> = paths.iter().map(|(_, path)| *path).collect();
        health_mounts::find(stack, &paths, sources)
    })
}

const fn endings(kind: StackKind) -> &'static [&'static str] {
    match kind {
        StackKind::Python => &[".py"],
        StackKind::Node | StackKind::Bun | StackKind::Deno => {
            &[".ts", ".js", ".mjs", ".cjs", ".mts"]
        }
        StackKind::Go => &[".go"],
        StackKind::Rust => &[".rs"],
        StackKind::Java => &[".java", ".kt"],
        StackKind::Ruby => &["routes.rb", "app.rb", "config.ru"],
        StackKind::Php => &[
            "routes/web.php",
            "routes/api.php",
            "bootstrap/app.php",
            "index.php",
        ],
        StackKind::Dotnet => &["Program.cs", "Startup.cs"],
        StackKind::Elixir => &["router.ex", "endpoint.ex"],
        StackKind::Swift => &["routes.swift", "configure.swift"],
        StackKind::Scala => &["routes", ".scala"],
        StackKind::Clojure => &[".clj"],
        StackKind::Gleam => &[".gleam"],
        StackKind::Crystal => &[".cr"],
        StackKind::Static
        | StackKind::Cpp
        | StackKind::Shell
        | StackKind::Zig
        | StackKind::Haskell
        | StackKind::Dart
        | StackKind::Cobol => &[],
    }
}

/// Words in the names of files that have routes, the most telling first.
const WORDS: [&str; 14] = [
    "health",
    "route",
    "urls",
    "server",
    "app",
    "main",
    "index",
    "program",
    "startup",
    "api",
    "endpoint",
    "controller",
    "handler",
    "status",
];

/// Whether a file of this name tests the code beside it, with routes of its own.
fn is_test(name: &str) -> bool {
    let mut words = name.split(['.', '_', '-']);
    let stem = name.split('.').next().unwrap_or_default();
    words.any(|word| matches!(word, "test" | "tests" | "spec" | "mock" | "conftest"))
        || ["Test", "Tests", "IT"]
            .iter()
            .any(|end| stem.ends_with(end))
}

/// How likely a file has the route, the most likely first; none where it hardly has.
fn rank(path: &str, words: &AhoCorasick) -> Option<usize> {
    let word = |name: &str| {
        let found = words
            .find_iter(name)
            .map(|found| found.pattern().as_usize());
        found.min()
    };
    let depth = path.bytes().filter(|byte| *byte == b'/').count();
    if let Some(word) = word(places::file_name(path)) {
        return Some(word * 8 + depth.min(7));
    }
    if depth <= 2 {
        return Some(200 + depth);
    }
    word(places::file_name(places::folder(path))).map(|_| 150 + depth)
}

/// Frameworks that take the path of a route from the path of its file, or have one of their own.
fn by_place(stack: &Stack, sources: &Sources<'_>) -> Option<Found<String>> {
    const FILES: [(&str, &str); 10] = [
        ("app/api/health/route.ts", "/api/health"),
        ("app/api/health/route.js", "/api/health"),
        ("src/app/api/health/route.ts", "/api/health"),
        ("app/api/healthz/route.ts", "/api/healthz"),
        ("pages/api/health.ts", "/api/health"),
        ("pages/api/health.js", "/api/health"),
        ("src/pages/api/health.ts", "/api/health"),
        ("server/api/health.ts", "/api/health"),
        ("server/api/health.get.ts", "/api/health"),
        ("src/routes/health/+server.ts", "/health"),
    ];
    if stack.kind == StackKind::Java {
        return of_actuator(stack, sources);
    }
    let (file, path) = FILES
        .iter()
        .find(|(file, _)| sources.tree.contains(&places::inside(&stack.folder, file)))?;
    matches!(stack.kind, StackKind::Node | StackKind::Bun).then(|| Found {
        value: (*path).to_owned(),
        evidence: Evidence::file(places::inside(&stack.folder, file), "health-route-file"),
    })
}

/// The endpoint that the actuator of Spring Boot has by default.
fn of_actuator(stack: &Stack, sources: &Sources<'_>) -> Option<Found<String>> {
    ["pom.xml", "build.gradle", "build.gradle.kts"]
        .iter()
        .map(|name| places::inside(&stack.folder, name))
        .filter_map(|path| Some((sources.text(&path)?, path)))
        .find_map(|(text, path)| {
            let (line, _) = (1..)
                .zip(text.lines())
                .find(|(_, line)| line.contains("spring-boot-starter-actuator"))?;
            Some(Found {
                value: "/actuator/health".to_owned(),
                evidence: Evidence::at(path, line, "health-actuator"),
            })
        })
}

/// What Rails and Laravel write into new applications.
fn of_skeleton(line: &str) -> Option<&'static str> {
    let trimmed = line.trim_start();
    let is_comment = trimmed.starts_with(['#', '*']) || trimmed.starts_with("//");
    let is_up = line.contains("rails/health#show") || trimmed.starts_with("health: '/up'");
    (is_up && !is_comment).then_some("/up")
}

/// The most telling route in a text, and which of [`PATHS`] it is.
fn in_text(path: &str, text: &str) -> Option<(usize, Found<String>)> {
    let prefix = prefix(text);
    let starts = match prefix {
        // A route can be all prefix: `@router.get("/")`.
        Some(_) => all_lines(text),
        None => likely_lines(text),
    };
    let mut best: Option<(usize, Found<String>)> = None;
    let (mut line, mut counted) = (1, 0);
    for start in starts {
        line += text[counted..start].matches('\n').count();
        counted = start;
        let content = text[start..].lines().next().unwrap_or_default();
        let found = |value| Found {
            value,
            evidence: Evidence::at(
                path,
                u32::try_from(line).unwrap_or(u32::MAX),
                "health-route",
            ),
        };
        if let Some(value) = of_skeleton(content) {
            return Some((0, found(value.to_owned())));
        }
        let Some((receiver, route)) = route(content) else {
            continue;
        };
        let whole = match (is_application(receiver), prefix) {
            (true, _) => route.to_owned(),
            (false, Some(prefix)) => format!("{prefix}{route}"),
            (false, None) => continue,
        };
        let Some(place) = PATHS
            .iter()
            .position(|known| *known == whole.trim_end_matches('/'))
        else {
            continue;
        };
        if best.as_ref().is_none_or(|(known, _)| place < *known) {
            best = Some((place, found(whole)));
        }
    }
    best
}

/// Where the lines of a text begin.
fn all_lines(text: &str) -> Vec<usize> {
    let breaks = memchr::memchr_iter(b'\n', text.as_bytes());
    [0].into_iter().chain(breaks.map(|at| at + 1)).collect()
}

/// Where those lines begin that have one of [`PATHS`] to its end, or what [`of_skeleton`] looks for.
///
/// Words such as `status` are in most files of a server, and few lines of them are routes.
fn likely_lines(text: &str) -> Vec<usize> {
    const WORDS: [&str; 5] = ["health", "live", "read", "status", "ping"];
    let bytes = text.as_bytes();
    let mut starts = Vec::new();
    for word in WORDS {
        let mut end = 0;
        for at in memmem::find_iter(bytes, word) {
            if at >= end && is_likely(bytes, at, at + word.len()) {
                starts.push(memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |before| before + 1));
                end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length);
            }
        }
    }
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// Whether the word from `at` to `end` is in the last part of a path that ends a text in quotes, as far
/// as the bytes around it tell.
fn is_likely(bytes: &[u8], at: usize, end: usize) -> bool {
    let rest = &bytes[end..];
    if rest.starts_with(b": '/up'") || rest.starts_with(b"#show") {
        return true;
    }
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    let is_of_word = |byte: &u8| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'_');
    let behind = rest
        .iter()
        .skip_while(|byte| is_of_word(byte))
        .find(|byte| **byte != b'/');
    matches!(before, Some(b'/' | b'_'))
        && matches!(behind, None | Some(b'"' | b'\'' | b'`' | b'\r' | b'\n'))
}

/// What a router in the file puts before its routes: `APIRouter(prefix="/api")`, and nothing in a
/// file of Django's, whose routes have no slash in front.
fn prefix(text: &str) -> Option<&str> {
    let behind = ["APIRouter(", "Blueprint("]
        .iter()
        .find_map(|maker| Some(text.split_once(maker)?.1))?;
    let call = behind.split(')').next()?;
    let value = call
        .split_once("url_prefix=")
        .or_else(|| call.split_once("prefix="))?
        .1
        .trim_start();
    let quote = value
        .chars()
        .next()
        .filter(|one| matches!(one, '"' | '\''))?;
    value[1..].split(quote).next()
}

/// The receiver and the path of a route that a line declares.
fn route(line: &str) -> Option<(&str, &str)> {
    const CALLS: [&str; 26] = [
        ".get(",
        ".GET(",
        ".Get(",
        ".route(",
        ".api_route(",
        ".all(",
        ".use(",
        ".head(",
        ".any(",
        ".Any(",
        ".HandleFunc(",
        ".Handle(",
        ".Method(",
        ".MapGet(",
        ".MapHealthChecks(",
        ".add_get(",
        ".add_api_route(",
        ".add_url_rule(",
        ".service(web::resource(",
        "#[get(",
        "@GetMapping(",
        "Route::get(",
        "path(",
        "url(",
        "get ",
        "Route(",
    ];
    let trimmed = line.trim_start();
    if trimmed.starts_with("//") || trimmed.starts_with("# ") || trimmed.starts_with('*') {
        return None;
    }
    let (call, start) = CALLS.iter().find_map(|call| {
        let at = line.find(call)?;
        // `get ` begins a line of Ruby, and stands anywhere else in prose.
        let stands_first = line.len() - trimmed.len() == at;
        (*call != "get " || stands_first).then_some((*call, at))
    })?;
    let arguments = line[start + call.len()..].trim_start();
    let quote = arguments
        .chars()
        .next()
        .filter(|one| matches!(one, '"' | '\'' | '`'))?;
    let text = arguments[1..].split(quote).next()?;
    // Go names the method in the pattern.
    let text = text.strip_prefix("GET ").unwrap_or(text);
    let receiver = line[..start]
        .rsplit(|one: char| !(one.is_ascii_alphanumeric() || one == '_'))
        .next()
        .unwrap_or_default();
    let is_free = call.starts_with(['#', '@', 'p', 'u', 'g', 'R']);
    Some((if is_free { "app" } else { receiver }, text))
}

/// Whether routes on a variable of this name have their whole path.
fn is_application(receiver: &str) -> bool {
    matches!(
        receiver,
        "app"
            | "application"
            | "server"
            | "fastify"
            | "api"
            | "http"
            | "mux"
            | "r"
            | "e"
            | "engine"
            | "Router"
            | "bp_root"
            | "srv"
            | "web"
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, u32)>) {
        let found =
            in_text("x", text).map(|(_, found)| (found.value, found.evidence.line.unwrap()));
        let expected = expected.map(|(value, line)| (value.to_owned(), line));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_route_of_the_application_is_the_path() {
        check("import x\n@app.get(\"/health\")\n", Some(("/health", 2)));
        check("app.get('/healthz', (req, res) => {", Some(("/healthz", 1)));
        check(
            "mux.HandleFunc(\"GET /healthz\", ok)",
            Some(("/healthz", 1)),
        );
        check(
            "  r.GET(\"/ping\", pong)\n  r.GET(\"/health\", h)",
            Some(("/health", 2)),
        );
        check("app.MapHealthChecks(\"/healthz\");", Some(("/healthz", 1)));
        check("@app.route('/ping')", Some(("/ping", 1)));
        check(
            "  get \"up\" => \"rails/health#show\", as: :rails_health_check",
            Some(("/up", 1)),
        );
        check("        health: '/up',", Some(("/up", 1)));
    }

    #[test]
    fn a_route_of_a_router_needs_its_prefix() {
        check("@router.get(\"/health\")", None);
        check(
            "router = APIRouter(prefix=\"/api\")\n@router.get(\"/health\")",
            Some(("/api/health", 2)),
        );
        check(
            "bp = Blueprint('x', __name__, url_prefix='/v1')\n@bp.route('/health')",
            Some(("/v1/health", 2)),
        );
    }

    #[test]
    fn other_texts_are_no_routes() {
        check("fetch('/health')", None);
        check("// app.get('/health')", None);
        check("app.get('/health/history')", None);
        check("health status ready", None);
    }

    #[test]
    fn a_route_can_be_all_prefix_and_its_line_is_counted() {
        check(
            "bp = Blueprint('x', url_prefix='/health')\r\n\r\n@bp.route('/')",
            Some(("/health/", 3)),
        );
        check(
            "status\n// live\n\nr.GET(\"/x\", status)\nr.GET(\"/readyz/\", x)",
            Some(("/readyz/", 5)),
        );
        check("app.get('/_health", Some(("/_health", 1)));
    }

    #[test]
    fn tests_are_known_by_their_names() {
        for name in [
            "server_test.go",
            "app.spec.ts",
            "test_app.py",
            "AppTests.java",
        ] {
            assert!(is_test(name), "{name}");
        }
        for name in ["server.go", "latest.ts", "attestation.py", "Unit.java"] {
            assert!(!is_test(name), "{name}");
        }
    }

    proptest! {
        #[test]
        fn no_route_is_in_a_line_that_is_passed_over(
            lines in prop::collection::vec(
                (
                    "(x |// )?",
                    "(app\\.get\\(|mux\\.Handle\\(|fetch\\()[\"'`](GET )?",
                    prop::sample::select(&PATHS[..]),
                    "[/x]?[\"'`]?[ /,]?\r?",
                ),
                0..5,
            ),
        ) {
            let text: Vec<String> = lines
                .iter()
                .map(|(before, call, path, behind)| format!("{before}{call}{path}{behind}"))
                .collect();
            let text = text.join("\n");
            let starts = likely_lines(&text);
            for start in all_lines(&text) {
                let line = text[start..].lines().next().unwrap_or_default();
                let is_route = route(line).is_some_and(|(receiver, route)| {
                    is_application(receiver) && PATHS.contains(&route.trim_end_matches('/'))
                });
                prop_assert!(!is_route || starts.contains(&start), "{line}");
            }
        }

        #[test]
        fn odd_text_never_panics(text in "(app|\\.get\\(|get |['\"`(/héalth\n ]|health)*") {
            in_text("x", &text);
        }
    }
}
