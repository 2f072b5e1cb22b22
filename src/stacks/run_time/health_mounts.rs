//! A health route whose path begins elsewhere: on a router that another file mounts, on a controller of
//! Nest, in the addresses of Django.
//!
//! Looked for where a file is named for it, or in the addresses of Django, and believed where every
//! part of the path is found.
//!
//! Sources: "Bigger Applications" in the documentation of `FastAPI`, "Controllers" and "Global prefix" in
//! that of Nest, "Routing" in that of Express, "URL dispatcher" in that of Django.

use dhtl_project_model::stack::{Stack, StackKind};
use dhtl_project_model::{Evidence, Found};

use super::health::{LARGEST, PATHS};
use crate::places;
use crate::sources::Sources;

/// More files than mount routers in one application.
const MOST: usize = 40;

/// A file and its text.
type File<'a> = (&'a str, String);

/// The route among files of a stack, which are given by their paths.
pub(super) fn find(stack: &Stack, paths: &[&str], sources: &Sources<'_>) -> Option<Found<String>> {
    let read = |path: &str| {
        let text = sources.tree.text(path).ok()?;
        (text.len() <= LARGEST).then_some(text)
    };
    if stack.kind == StackKind::Python && uses(stack, "django") {
        let urls = paths.iter().filter(|path| is_root_urls(path, sources));
        return urls.take(3).find_map(|path| of_django(path, &read(path)?));
    }
    let named: Vec<&str> = paths
        .iter()
        .copied()
        .filter(|path| is_named(path))
        .take(6)
        .collect();
    if named.is_empty() {
        return None;
    }
    let mounts = paths.iter().filter(|path| can_mount(path)).take(MOST);
    let mounts: Vec<File<'_>> = mounts
        .filter_map(|path| Some((*path, read(path)?)))
        .collect();
    named.into_iter().find_map(|path| {
        let text = read(path)?;
        match stack.kind {
            StackKind::Python => of_fastapi(path, &text, &mounts),
            StackKind::Node | StackKind::Bun if uses(stack, "nestjs") => {
                of_nest(path, &text, &mounts)
            }
            StackKind::Node | StackKind::Bun => of_express(path, &text, &mounts),
            _ => None,
        }
    })
}

fn uses(stack: &Stack, name: &str) -> bool {
    stack.frameworks.iter().any(|found| found.value == name)
}

fn stem(path: &str) -> &str {
    let name = places::file_name(path);
    name.split('.').next().unwrap_or(name)
}

/// Whether a file is about health: `health.py`, `health.controller.ts`, `health/router.py`.
fn is_named(path: &str) -> bool {
    let is_word = |name: &str| {
        let mut words = name.split(['_', '-']);
        words.any(|word| matches!(word, "health" | "healthz" | "healthcheck" | "ping"))
    };
    is_word(stem(path)) || is_word(places::file_name(places::folder(path)))
}

/// Whether routers can be mounted in a file.
fn can_mount(path: &str) -> bool {
    matches!(
        stem(path),
        "__init__"
            | "api"
            | "app"
            | "application"
            | "config"
            | "constants"
            | "index"
            | "main"
            | "router"
            | "routers"
            | "routes"
            | "server"
            | "settings"
            | "urls"
    )
}

fn at(path: &str, text: &str, offset: usize, value: String) -> Found<String> {
    let line = text[..offset].matches('\n').count() + 1;
    let line = u32::try_from(line).unwrap_or(u32::MAX);
    Found {
        value,
        evidence: Evidence::at(path, line, "health-mounted-route"),
    }
}

/// The text in quotes that a text begins with.
fn quoted(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let quote = text
        .chars()
        .next()
        .filter(|one| matches!(one, '"' | '\'' | '`'))?;
    text[1..].split(quote).next()
}

/// Parts of a path as one.
fn path_of(parts: &[&str]) -> String {
    let parts = parts.iter().map(|part| part.trim_matches('/'));
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    format!("/{}", parts.join("/"))
}

/// Whether the last parts of a path are asked for nothing else.
fn is_known(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    PATHS.iter().any(|known| path.ends_with(known))
}

/// Whether these are the addresses of the whole project, and not those of an application within it.
fn is_root_urls(path: &str, sources: &Sources<'_>) -> bool {
    let folder = places::folder(path);
    places::file_name(path) == "urls.py"
        && ["wsgi.py", "asgi.py", "settings.py", "settings/__init__.py"]
            .iter()
            .any(|name| sources.tree.contains(&places::inside(folder, name)))
}

fn of_django(path: &str, text: &str) -> Option<Found<String>> {
    let mut lines = (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim_start().starts_with('#'));
    lines.find_map(|(line, content)| {
        let (_, call) = content.split_once("path(")?;
        let whole = format!("/{}", quoted(call)?);
        let is_plain = !whole.contains(['<', '(', '\\', '[', '^', '$']);
        let is_asked = is_known(&whole) || content.contains("health_check.urls");
        (is_plain && is_asked).then(|| Found {
            value: whole,
            evidence: Evidence::at(path, line, "health-mounted-route"),
        })
    })
}

/// `@Controller('health')` with `@Get()`, behind what `setGlobalPrefix` puts before all of them.
fn of_nest(path: &str, text: &str, mounts: &[File<'_>]) -> Option<Found<String>> {
    let offset = text.find("@Controller(")?;
    let arguments = text[offset + "@Controller(".len()..].split(')').next()?;
    if arguments.contains("version") {
        return None;
    }
    let controller = match arguments.split_once("path:") {
        Some((_, path)) => quoted(path)?,
        None => quoted(arguments).unwrap_or_default(),
    };
    let (_, get) = text[offset..].split_once("@Get(")?;
    let own = quoted(get).unwrap_or_default();
    let global = mounts.iter().find_map(|(_, text)| {
        let (_, call) = text.split_once("setGlobalPrefix(")?;
        Some(call.split_once(';').map_or(call, |(call, _)| call))
    });
    let prefix = match global {
        Some(call) if call.contains("exclude") && call.contains(controller) => "",
        Some(call) => quoted(call)?,
        None => "",
    };
    let whole = path_of(&[prefix, controller, own]);
    is_known(&whole).then(|| at(path, text, offset, whole))
}

/// `app.use('/health', healthRouter)`, with what the router itself answers.
fn of_express(path: &str, text: &str, mounts: &[File<'_>]) -> Option<Found<String>> {
    let (before, get) = text.split_once("outer.get(")?;
    let own = quoted(get)?;
    let offset = before.len();
    let module = match stem(path) {
        "index" | "router" | "routes" => places::file_name(places::folder(path)),
        stem => stem,
    };
    mounts.iter().find_map(|(_, text_of_mount)| {
        let imported = name_of_import(text_of_mount, module);
        let lines = text_of_mount.lines().map(str::trim);
        let mut calls = lines.filter_map(|line| line.split_once("app.use("));
        calls.find_map(|(before, call)| {
            let is_comment = before.starts_with("//") || before.starts_with('*');
            let (address, rest) = (quoted(call)?, call.split_once(',')?.1);
            let is_it = rest.contains(&format!("/{module}"))
                || imported.is_some_and(|name| has_word(rest, name));
            let whole = path_of(&[address, own]);
            (is_it && !is_comment && is_known(&whole)).then(|| at(path, text, offset, whole))
        })
    })
}

/// The name that a module is imported under: `health` of `const health = require('./routes/health')`.
fn name_of_import<'t>(text: &'t str, module: &str) -> Option<&'t str> {
    let line = text.lines().find(|line| {
        (line.contains("require(") || line.contains(" from "))
            && ['\'', '"', '.']
                .iter()
                .any(|end| line.contains(&format!("/{module}{end}")))
    })?;
    let words = line.split(|one: char| !(one.is_ascii_alphanumeric() || one == '_'));
    words
        .filter(|word| !word.is_empty())
        .find(|word| !matches!(*word, "import" | "const" | "let" | "var" | "type"))
}

fn has_word(text: &str, word: &str) -> bool {
    let words = text.split(|one: char| !(one.is_ascii_alphanumeric() || one == '_'));
    words.into_iter().any(|one| one == word)
}

/// `app.include_router(health.router, prefix="/api")`, through routers that hold others.
fn of_fastapi(path: &str, text: &str, mounts: &[File<'_>]) -> Option<Found<String>> {
    let (offset, own) = text.match_indices('@').find_map(|(offset, _)| {
        let (receiver, call) = text[offset + 1..].split_once(".get(")?;
        let is_router = receiver.ends_with("router") && !receiver.contains(['\n', ' ']);
        is_router.then_some((offset, quoted(call)?))
    })?;
    let mut whole = path_of(&[prefix_of_router(text), own]);
    let module = match stem(path) {
        "router" | "routes" | "api" | "views" => places::file_name(places::folder(path)),
        stem => stem,
    };
    let mut name = format!("{module}.router");
    let mut named = vec![format!("{module}_router"), format!("{module}Router")];
    // Routers can hold each other in a circle.
    for _ in 0..4 {
        let (in_text, receiver, arguments) = mounts.iter().find_map(|(_, mount)| {
            let (receiver, arguments) = mounted(mount, &name, &named)?;
            Some((mount, receiver, arguments))
        })?;
        let prefix = match arguments.split_once("prefix=") {
            Some((_, value)) => value_of(value, mounts)?,
            None => String::new(),
        };
        whole = path_of(&[&prefix, &whole]);
        if matches!(receiver, "app" | "application" | "fastapi_app" | "server") {
            return is_known(&whole).then(|| at(path, text, offset, whole));
        }
        whole = path_of(&[prefix_of_router(in_text), &whole]);
        name = receiver.to_owned();
        named = Vec::new();
    }
    None
}

/// Who mounts a router, and the arguments of the call.
fn mounted<'t>(text: &'t str, name: &str, others: &[String]) -> Option<(&'t str, &'t str)> {
    text.match_indices(".include_router(")
        .find_map(|(offset, call)| {
            let arguments = &text[offset + call.len()..];
            let arguments = arguments.split(')').next()?;
            let first = arguments.split(',').next()?.trim();
            let is_it = first == name
                || first.ends_with(&format!(".{name}"))
                || others.iter().any(|other| first == other);
            let receiver = text[..offset]
                .rsplit(|one: char| !(one.is_ascii_alphanumeric() || one == '_'))
                .next()?;
            is_it.then_some((receiver, arguments))
        })
}

fn prefix_of_router(text: &str) -> &str {
    let call = text.split_once("APIRouter(").map(|(_, call)| call);
    let arguments = call.and_then(|call| call.split(')').next());
    let value = arguments.and_then(|arguments| arguments.split_once("prefix="));
    value
        .and_then(|(_, value)| quoted(value))
        .unwrap_or_default()
}

/// A text, or the one that a setting of that name has.
fn value_of(value: &str, files: &[File<'_>]) -> Option<String> {
    if let Some(text) = quoted(value) {
        return Some(text.to_owned());
    }
    let word = value.split([',', ')', ' ', '\n']).next()?;
    let name = word.rsplit('.').next().filter(|name| name.len() > 3)?;
    files.iter().find_map(|(_, text)| {
        let line = text
            .lines()
            .find(|line| line.trim_start().starts_with(name) && line.contains('='))?;
        quoted(line.split_once('=')?.1).map(str::to_owned)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(found: Option<Found<String>>) -> Option<(String, u32)> {
        found.map(|found| (found.value, found.evidence.line.unwrap()))
    }

    fn files<'a>(files: &[(&'a str, &str)]) -> Vec<File<'a>> {
        let files = files.iter().map(|(path, text)| (*path, (*text).to_owned()));
        files.collect()
    }

    #[test]
    fn a_router_of_fastapi_is_followed_to_the_application() {
        let route = "router = APIRouter(tags=['x'])\n\n@router.get(\"/health\")\n";
        let direct = files(&[(
            "main.py",
            "app.include_router(health.router, prefix='/api')",
        )]);
        let expected = Some(("/api/health".to_owned(), 3));
        assert_eq!(shown(of_fastapi("api/health.py", route, &direct)), expected);
        let through = files(&[
            (
                "api.py",
                "api_router = APIRouter()\napi_router.include_router(\n    health.router, prefix=\"/utils\"\n)",
            ),
            (
                "main.py",
                "app.include_router(api_router, prefix=settings.API_V1_STR)",
            ),
            (
                "config.py",
                "class Settings:\n    API_V1_STR: str = \"/api/v1\"",
            ),
        ]);
        let expected = Some(("/api/v1/utils/health".to_owned(), 3));
        assert_eq!(
            shown(of_fastapi("routes/health.py", route, &through)),
            expected
        );
        let unknown = files(&[(
            "main.py",
            "app.include_router(health.router, prefix=PREFIX)",
        )]);
        assert_eq!(shown(of_fastapi("health.py", route, &unknown)), None);
        assert_eq!(shown(of_fastapi("health.py", route, &[])), None);
    }

    #[test]
    fn a_controller_of_nest_stands_behind_the_global_prefix() {
        let route = "@Controller('health')\nexport class X {\n  @Get()\n  check() {}\n}";
        assert_eq!(
            shown(of_nest("health.controller.ts", route, &[])),
            Some(("/health".to_owned(), 1))
        );
        let main = files(&[("main.ts", "app.setGlobalPrefix('api');")]);
        assert_eq!(
            shown(of_nest("health.controller.ts", route, &main)),
            Some(("/api/health".to_owned(), 1))
        );
        let main = files(&[(
            "main.ts",
            "app.setGlobalPrefix('api', { exclude: ['health'] });",
        )]);
        assert_eq!(
            shown(of_nest("health.controller.ts", route, &main)),
            Some(("/health".to_owned(), 1))
        );
    }

    #[test]
    fn a_router_of_express_is_used_at_a_path() {
        let route = "const router = express.Router();\nrouter.get('/', (q, s) => s.end());";
        let main = files(&[(
            "app.js",
            "const h = require('./routes/health');\napp.use('/healthz', h);",
        )]);
        assert_eq!(
            shown(of_express("routes/health.js", route, &main)),
            Some(("/healthz".to_owned(), 2))
        );
        let main = files(&[("app.js", "app.use('/api', require('./routes/users'));")]);
        assert_eq!(shown(of_express("routes/health.js", route, &main)), None);
    }

    #[test]
    fn addresses_of_django_have_no_slash_in_front() {
        let text =
            "urlpatterns = [\n    path('admin/', admin.site.urls),\n    path(\"healthz/\", ok),\n]";
        assert_eq!(
            shown(of_django("shop/urls.py", text)),
            Some(("/healthz/".to_owned(), 3))
        );
        let text = "urlpatterns = [re_path(r'^x', x), path('ht/', include('health_check.urls'))]";
        assert_eq!(shown(of_django("shop/urls.py", text)), None);
        let text = "urlpatterns = [\n  path('ht/', include('health_check.urls')),\n]";
        assert_eq!(
            shown(of_django("shop/urls.py", text)),
            Some(("/ht/".to_owned(), 2))
        );
    }

    proptest! {
        #[test]
        fn odd_text_never_panics(text in "(@Controller\\(|@Get\\(|@router\\.get\\(|app\\.use\\(|path\\(|\\.include_router\\(|health|['\"`(),/é\n ]|prefix=)*") {
            let mounts = files(&[("main.py", &text)]);
            of_fastapi("health.py", &text, &mounts);
            of_nest("health.ts", &text, &mounts);
            of_express("health.js", &text, &mounts);
            of_django("urls.py", &text);
        }
    }
}
