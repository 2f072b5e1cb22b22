//! PHP: Composer and what it is without.
//!
//! Sources: "The composer.json schema" in the manual of Composer (`require.php`,
//! `config.platform.php`), the manuals of Laravel, Symfony, `WordPress` and Slim.

#[cfg(test)]
mod tests;

use dhtl_project_model::stack::{
    FileFolder, FolderPurpose, Process, ProjectType, Runtime, Stack, StackKind, Workspace,
};
use dhtl_project_model::{Evidence, Found};

use super::draft::{self, command, found};
use super::frameworks::{Framework, Frameworks, framework};
use super::inventory::{Inventory, depth, folders};
use crate::json::{self, Dialect, Node};
use crate::places;
use crate::sources::Sources;
use crate::versions::{self, Statement};

const FRAMEWORKS: &[Framework] = &[
    framework("laravel/framework", "laravel", ProjectType::Web, Some(8000)),
    framework(
        "laravel/lumen-framework",
        "lumen",
        ProjectType::Api,
        Some(8000),
    ),
    framework(
        "laravel-zero/framework",
        "laravel-zero",
        ProjectType::Cli,
        None,
    ),
    framework(
        "symfony/framework-bundle",
        "symfony",
        ProjectType::Web,
        Some(8000),
    ),
    framework("symfony/symfony", "symfony", ProjectType::Web, Some(8000)),
    framework(
        "api-platform/core",
        "api-platform",
        ProjectType::Api,
        Some(8000),
    ),
    framework("slim/slim", "slim", ProjectType::Api, Some(8080)),
    framework("cakephp/cakephp", "cakephp", ProjectType::Web, Some(8765)),
    framework(
        "codeigniter4/framework",
        "codeigniter",
        ProjectType::Web,
        Some(8080),
    ),
    framework("yiisoft/yii2", "yii", ProjectType::Web, Some(8080)),
    framework(
        "laminas/laminas-mvc",
        "laminas",
        ProjectType::Web,
        Some(8080),
    ),
    framework("mezzio/mezzio", "mezzio", ProjectType::Api, Some(8080)),
    framework(
        "drupal/core-recommended",
        "drupal",
        ProjectType::Web,
        Some(8080),
    ),
    framework("drupal/core", "drupal", ProjectType::Web, Some(8080)),
    framework("roots/wordpress", "wordpress", ProjectType::Web, Some(8080)),
    framework(
        "johnpbloch/wordpress",
        "wordpress",
        ProjectType::Web,
        Some(8080),
    ),
    framework(
        "magento/product-community-edition",
        "magento",
        ProjectType::Web,
        Some(8080),
    ),
    framework("typo3/cms-core", "typo3", ProjectType::Web, Some(8080)),
    framework("symfony/console", "symfony-console", ProjectType::Cli, None),
];

/// Folders that a web server is pointed at.
const ROOTS: [&str; 10] = [
    "public",
    "web",
    "webroot",
    "public_html",
    "htdocs",
    "pub",
    "www",
    "docroot",
    "httpdocs",
    "html",
];

/// Where a `composer.json` says which folder a web server is pointed at, whose `index.php` Composer may
/// be the one to write.
///
/// Sources: the manuals of drupal/core-composer-scaffold, Symfony Flex and TYPO3.
const ROOT_SETTINGS: [&[&str]; 3] = [
    &["extra", "drupal-scaffold", "locations", "web-root"],
    &["extra", "public-dir"],
    &["extra", "typo3/cms", "web-dir"],
];

/// Types of packages that are a part of something else, by how they end.
const PARTS: [&str; 14] = [
    "library",
    "plugin",
    "theme",
    "bundle",
    "module",
    "extension",
    "component",
    "package",
    "skin",
    "recipe",
    "dropin",
    "profile",
    "language",
    "template",
];

/// The stacks of PHP.
pub(super) fn find(
    sources: &Sources<'_>,
    inventory: &Inventory<'_>,
) -> (Vec<Stack>, Vec<Workspace>) {
    let mut stacks: Vec<Stack> = Vec::new();
    for folder in folders(&inventory.composer) {
        let path = places::inside(folder, "composer.json");
        // What lies in one that is installed is a part of it: a plugin, a theme, a tool.
        let is_inner = stacks.iter().any(|stack| {
            let is_below = stack.folder == "." || places::relative(folder, &stack.folder).is_some();
            let answers = matches!(
                stack.project_type.value,
                ProjectType::Web | ProjectType::Api
            );
            is_below && answers
        });
        if is_inner || places::is_documentation(&path) {
            continue;
        }
        stacks.extend(of_composer(sources, folder, &path));
    }
    if let Some(stack) = without_composer(sources, inventory)
        && stacks.is_empty()
    {
        stacks.push(stack);
    }
    (stacks, Vec::new())
}

fn of_composer(sources: &Sources<'_>, folder: &str, path: &str) -> Option<Stack> {
    let manifest = json::read(sources, path, Dialect::Strict)?;
    let evidence = Evidence::file(path, "composer-json");
    let mut frameworks = Frameworks::default();
    for (package, node) in manifest.get("require").map_or(&[][..], Node::entries) {
        let evidence = Evidence::at(path, node.line, "composer-require");
        frameworks.add_package(FRAMEWORKS, package, evidence);
    }
    let purpose = purpose(sources, folder, path, &manifest, &frameworks)?;
    let value = purpose.value;
    let mut stack = Stack::new(folder, StackKind::Php, evidence.clone(), purpose);
    stack.name = manifest.get("name").and_then(|name| {
        let evidence = Evidence::at(path, name.line, "composer-name");
        Some(found(name.text()?.to_owned(), &evidence))
    });
    stack.frameworks = frameworks.names();
    add_version(&mut stack, sources, folder, path, &manifest);
    let lock = draft::here(sources.tree, folder, &["composer.lock"]);
    stack.package_manager = Some(draft::manager("composer", lock, &evidence));
    let is_application = value.is_application();
    let only = if is_application {
        " --no-dev --optimize-autoloader"
    } else {
        ""
    };
    stack.commands.install = command(format!("composer install{only}"), &evidence);
    if let Some(test) = manifest.descend(&["scripts", "test"]) {
        let evidence = Evidence::at(path, test.line, "composer-scripts-test");
        stack.commands.test = command("composer test", &evidence);
    }
    if is_application {
        let root = root_setting(&manifest);
        add_commands(&mut stack, sources, folder, &frameworks, root);
        let dev = ["dev", "start"].iter().find_map(|name| {
            let script = manifest.descend(&["scripts", name])?;
            Some((
                name,
                Evidence::at(path, script.line, "composer-scripts-dev"),
            ))
        });
        if let Some((name, evidence)) = dev {
            stack.commands.dev = command(format!("composer run {name}"), &evidence);
        }
    }
    if matches!(value, ProjectType::Web | ProjectType::Api) {
        stack.port = frameworks
            .port()
            .or_else(|| Some(found(8080, &stack.project_type.evidence)));
        let horizon = manifest.descend(&["require", "laravel/horizon"]);
        stack.processes.extend(horizon.map(|node| Process {
            name: "worker".to_owned(),
            command: "php artisan horizon".to_owned(),
            evidence: Evidence::at(path, node.line, "composer-require"),
        }));
    }
    Some(stack)
}

/// What it is; none where a `composer.json` only fetches tools.
fn purpose(
    sources: &Sources<'_>,
    folder: &str,
    path: &str,
    manifest: &Node,
    frameworks: &Frameworks,
) -> Option<Found<ProjectType>> {
    let kind = manifest.get("type");
    let evidence = |node: &Node, rule| Evidence::at(path, node.line, rule);
    // An application may be of a type of its own, such as `wordpress-core`.
    let is_part = |kind: &Node| {
        let name = kind.text().unwrap_or_default();
        PARTS.iter().any(|part| name.ends_with(part)) || entry(sources, folder).is_none()
    };
    if let Some(kind) = kind
        && !matches!(kind.text(), Some("project" | "metapackage"))
        && is_part(kind)
    {
        let bin = manifest.get("bin").filter(|bin| !bin.texts().is_empty());
        return Some(match bin {
            Some(bin) => found(ProjectType::Cli, &evidence(bin, "composer-bin")),
            None => found(ProjectType::Library, &evidence(kind, "composer-type")),
        });
    }
    // Sources that a framework is made of require its parts, but have no place to start.
    let start = entry(sources, folder);
    if let Some(decided) = frameworks.purpose()
        && (start.is_some() || kind.is_some() || decided.value == ProjectType::Cli)
    {
        return Some(draft::with_pages(sources.tree, folder, decided));
    }
    if let Some(start) = start {
        return Some(found(ProjectType::Web, &Evidence::file(start, "php-index")));
    }
    if let Some(bin) = manifest.get("bin") {
        return Some(found(ProjectType::Cli, &evidence(bin, "composer-bin")));
    }
    let loaded = manifest.get("autoload").or(kind)?;
    Some(found(
        ProjectType::Library,
        &evidence(loaded, "composer-autoload"),
    ))
}

/// The folder that a web server is pointed at, as the manifest says.
fn root_setting(manifest: &Node) -> Option<&str> {
    let mut settings = ROOT_SETTINGS
        .iter()
        .filter_map(|keys| manifest.descend(keys)?.text());
    let root = settings.next()?.trim_end_matches('/');
    let is_plain = root
        .chars()
        .all(|one| one.is_ascii_alphanumeric() || "._-/".contains(one));
    (is_plain && !root.is_empty() && !root.starts_with(['/', '-'])).then_some(root)
}

/// The file that answers requests.
fn entry(sources: &Sources<'_>, folder: &str) -> Option<String> {
    let mut names: Vec<String> = ROOTS
        .iter()
        .map(|root| format!("{root}/index.php"))
        .collect();
    names.push("index.php".to_owned());
    names.push("artisan".to_owned());
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    draft::here(sources.tree, folder, &names)
}

/// The version: what Composer resolves for is what production has.
fn add_version(
    stack: &mut Stack,
    sources: &Sources<'_>,
    folder: &str,
    path: &str,
    manifest: &Node,
) {
    let statement = |keys: &[&str], rule| {
        let node = manifest.descend(keys)?;
        Some(Statement {
            text: node.text()?.to_owned(),
            evidence: Evidence::at(path, node.line, rule),
        })
    };
    let mut strong: Vec<Statement> =
        statement(&["config", "platform", "php"], "composer-platform-php")
            .into_iter()
            .collect();
    // It is the lowest that production has, and patches of it are not told apart.
    let platform = strong.first().map(|platform| platform.text.clone());
    if let Some(first) = strong.first_mut() {
        let parts: Vec<&str> = first.text.split('.').take(2).collect();
        first.text = parts.join(".");
    }
    strong.extend(versions::nearest_version_file(
        sources,
        folder,
        ".php-version",
        "php-version-file",
    ));
    let weak = statement(&["require", "php"], "composer-require-php");
    let weak = weak.or_else(|| statement(&["require", "php-64bit"], "composer-require-php"));
    let weak = weak.into_iter().collect();
    let mut version = draft::runtime(sources, folder, Runtime::Php, strong, weak);
    if let Some(platform) = platform {
        draft::as_written(&mut version, "composer-platform-php", |_| platform.clone());
    }
    stack.runtimes.push(version);
}

fn add_commands(
    stack: &mut Stack,
    sources: &Sources<'_>,
    folder: &str,
    frameworks: &Frameworks,
    setting: Option<&str>,
) {
    let purpose = stack.project_type.evidence.clone();
    let evidence = |name: &str| {
        frameworks
            .evidence(name)
            .cloned()
            .unwrap_or_else(|| purpose.clone())
    };
    let has = |name: &str| sources.tree.contains(&places::inside(folder, name));
    let commands = &mut stack.commands;
    if frameworks.has("laravel") && has("artisan") {
        let evidence = evidence("laravel");
        commands.start = command(
            "php artisan serve --host=0.0.0.0 --port=${PORT:-8000}",
            &evidence,
        );
        commands.dev = command("php artisan serve", &evidence);
        commands.migrate = command("php artisan migrate --force", &evidence);
        stack.file_folders.push(FileFolder {
            path: places::inside(folder, "storage"),
            purpose: FolderPurpose::Media,
            evidence,
        });
        return;
    }
    if matches!(
        stack.project_type.value,
        ProjectType::Cli | ProjectType::App
    ) {
        return;
    }
    if frameworks.has("symfony") {
        let migrations = has("config/packages/doctrine_migrations.yaml");
        let migrate = "php bin/console doctrine:migrations:migrate --no-interaction";
        commands.migrate = migrations.then(|| found(migrate.to_owned(), &evidence("symfony")));
        if has("importmap.php") {
            let map = Evidence::file(places::inside(folder, "importmap.php"), "symfony-assets");
            commands.build = command("php bin/console asset-map:compile", &map);
        }
    }
    let known = || {
        ROOTS
            .into_iter()
            .find(|root| has(&format!("{root}/index.php")))
    };
    let root = setting.or_else(known);
    let port = frameworks.port().map_or(8080, |port| port.value);
    let serve = format!(
        "php -S 0.0.0.0:${{PORT:-{port}}} -t {}",
        root.unwrap_or(".")
    );
    commands.start = command(serve, &purpose);
}

/// A project without Composer: the shallowest page.
fn without_composer(sources: &Sources<'_>, inventory: &Inventory<'_>) -> Option<Stack> {
    let page = inventory
        .php
        .iter()
        .min_by_key(|path| (depth(places::folder(path)), **path))?;
    let folder = places::folder(page);
    let is_root = folder == "." || ROOTS.contains(&folder);
    // Deeper ones are pages of something else.
    if !is_root {
        return None;
    }
    let has = |name: &str| sources.tree.contains(name);
    let is_wordpress = ["wp-config.php", "wp-config-sample.php", "wp-login.php"]
        .iter()
        .any(|name| has(name));
    let evidence = Evidence::file(*page, "php-index");
    let purpose = found(ProjectType::Web, &evidence);
    let mut stack = Stack::new(".", StackKind::Php, evidence.clone(), purpose);
    if is_wordpress {
        stack
            .frameworks
            .push(found("wordpress".to_owned(), &evidence));
        stack.file_folders.push(FileFolder {
            path: "wp-content/uploads".to_owned(),
            purpose: FolderPurpose::Media,
            evidence: evidence.clone(),
        });
    }
    let file = versions::nearest_version_file(sources, ".", ".php-version", "php-version-file");
    let strong = file.into_iter().collect();
    stack.runtimes.push(draft::runtime(
        sources,
        ".",
        Runtime::Php,
        strong,
        Vec::new(),
    ));
    stack.port = Some(found(8080, &evidence));
    let serve = format!("php -S 0.0.0.0:${{PORT:-8080}} -t {folder}");
    stack.commands.start = command(serve, &evidence);
    Some(stack)
}
