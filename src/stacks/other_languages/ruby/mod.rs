//! Ruby: `Gemfile`, its lock, and the frameworks that say how it is run.
//!
//! Sources: the manual of Bundler (`Gemfile`, `RUBY VERSION` and `BUNDLED WITH` of the lock), the
//! guides of Rails, the manuals of Rack, Sinatra, Hanami and Jekyll.

#[cfg(test)]
mod tests;

use dhtl_project_model::stack::{Process, ProjectType, Runtime, Stack, StackKind, Workspace};
use dhtl_project_model::{Evidence, Found};

use super::draft::{self, command, found};
use super::frameworks::{Framework, Frameworks, framework};
use super::inventory::{Inventory, folders};
use super::tokens::{self, Token};
use crate::places;
use crate::sources::Sources;
use crate::versions::{self, Statement};

const FRAMEWORKS: &[Framework] = &[
    framework("rails", "rails", ProjectType::Web, Some(3000)),
    framework("railties", "rails", ProjectType::Web, Some(3000)),
    framework("hanami", "hanami", ProjectType::Web, Some(2300)),
    framework("roda", "roda", ProjectType::Api, Some(9292)),
    framework("sinatra", "sinatra", ProjectType::Api, Some(4567)),
    framework("grape", "grape", ProjectType::Api, Some(9292)),
    framework("padrino", "padrino", ProjectType::Web, Some(3000)),
    framework("cuba", "cuba", ProjectType::Api, Some(9292)),
    framework("rack", "rack", ProjectType::Api, Some(9292)),
    framework("jekyll", "jekyll", ProjectType::Static, None),
    framework("github-pages", "jekyll", ProjectType::Static, None),
    framework("middleman", "middleman", ProjectType::Static, None),
    framework("bridgetown", "bridgetown", ProjectType::Static, None),
    framework("nanoc", "nanoc", ProjectType::Static, None),
    framework("discordrb", "discordrb", ProjectType::Bot, None),
    framework(
        "telegram-bot-ruby",
        "telegram-bot-ruby",
        ProjectType::Bot,
        None,
    ),
    framework("thor", "thor", ProjectType::Cli, None),
    framework("dry-cli", "dry-cli", ProjectType::Cli, None),
];

/// Gems that run work from a queue, and what starts them.
const WORKERS: [(&str, &str); 6] = [
    ("sidekiq", "bundle exec sidekiq"),
    ("good_job", "bundle exec good_job start"),
    ("solid_queue", "bundle exec rake solid_queue:start"),
    ("resque", "bundle exec rake resque:work"),
    ("delayed_job_active_record", "bundle exec rake jobs:work"),
    ("que", "bundle exec que"),
];

/// What a `Gemfile` says.
#[derive(Debug, Default)]
struct Gemfile {
    path: String,
    /// Gems, and the lines they stand on.
    gems: Vec<(String, u32)>,
    ruby: Option<Statement>,
    is_of_gem: bool,
}

/// The stacks of Ruby.
pub(super) fn find(
    sources: &Sources<'_>,
    inventory: &Inventory<'_>,
) -> (Vec<Stack>, Vec<Workspace>) {
    let mut stacks: Vec<Stack> = Vec::new();
    for folder in folders(&inventory.ruby) {
        let is_documentation = places::is_documentation(&places::inside(folder, "Gemfile"));
        // Pages about a project are built with a `Gemfile` of their own.
        if is_documentation || folder.split('/').any(|part| part == "gemfiles") {
            continue;
        }
        stacks.extend(stack(sources, folder, inventory));
    }
    (stacks, Vec::new())
}

fn stack(sources: &Sources<'_>, folder: &str, inventory: &Inventory<'_>) -> Option<Stack> {
    let gemfile = draft::here(sources.tree, folder, &["Gemfile", "gems.rb"])
        .and_then(|path| Gemfile::read(sources, &path));
    let mut gemspecs = inventory
        .ruby
        .iter()
        .filter(|path| places::folder(path) == folder && path.ends_with(".gemspec"));
    let gemspec = gemspecs.next().copied();
    let rackup = draft::here(sources.tree, folder, &["config.ru"]);
    let path = gemfile
        .as_ref()
        .map(|gemfile| gemfile.path.clone())
        .or_else(|| gemspec.map(str::to_owned))
        .or_else(|| rackup.clone())?;
    let evidence = Evidence::file(&path, "ruby-manifest");
    let gemfile = gemfile.unwrap_or_default();
    let mut frameworks = Frameworks::default();
    for (gem, line) in &gemfile.gems {
        let evidence = Evidence::at(&gemfile.path, *line, "gemfile-gem");
        frameworks.add_package(FRAMEWORKS, gem, evidence);
    }
    let purpose = purpose(
        sources,
        folder,
        gemspec,
        rackup.as_deref(),
        &gemfile,
        &frameworks,
    );
    // A `Gemfile` that only holds tools, such as those of a mobile application, makes no stack.
    let purpose = purpose?;
    let value = purpose.value;
    let mut stack = Stack::new(folder, StackKind::Ruby, evidence.clone(), purpose);
    stack.name = gemspec.map(|path| {
        let name = places::file_name(path)
            .trim_end_matches(".gemspec")
            .to_owned();
        found(name, &Evidence::file(path, "gemspec-name"))
    });
    stack.frameworks = frameworks.names();
    add_lock(&mut stack, sources, folder, &gemfile, &evidence);
    add_commands(
        &mut stack,
        sources,
        &gemfile,
        &frameworks,
        rackup.as_deref(),
    );
    if matches!(value, ProjectType::Web | ProjectType::Api) {
        // Whoever starts it decides, and rackup has a default of its own.
        let rackup = rackup.filter(|_| !frameworks.has("rails"));
        stack.port = rackup.map_or_else(
            || frameworks.port(),
            |rackup| Some(found(9292, &Evidence::file(rackup, "rackup-file"))),
        );
        add_worker(&mut stack, &gemfile);
    }
    Some(stack)
}

impl Gemfile {
    fn read(sources: &Sources<'_>, path: &str) -> Option<Self> {
        let text = draft::code(sources, path)?;
        let tokens = tokens::tokens(&text, tokens::RUBY);
        let mut gemfile = Self {
            path: path.to_owned(),
            ..Self::default()
        };
        for (index, token) in tokens.iter().enumerate() {
            let rest = &tokens[index + 1..];
            let begins_line = index == 0 || tokens[index - 1].line != token.line;
            match token.word() {
                Some("gem") if begins_line => {
                    let text = rest.iter().take(2).find_map(|token| token.text());
                    gemfile
                        .gems
                        .extend(text.map(|gem| (gem.to_owned(), token.line)));
                }
                Some("gemspec") if begins_line => gemfile.is_of_gem = true,
                Some("ruby") if begins_line => {
                    gemfile.ruby = Self::ruby(sources, path, token.line, rest);
                }
                _ => {}
            }
        }
        Some(gemfile)
    }

    /// `ruby "3.2.2"`, `ruby "~> 3.2", ">= 3.2.1"`, `ruby file: ".ruby-version"`.
    fn ruby(sources: &Sources<'_>, path: &str, line: u32, rest: &[Token<'_>]) -> Option<Statement> {
        let on_line: Vec<Token<'_>> = rest
            .iter()
            .copied()
            .take_while(|token| token.line == line)
            .collect();
        let mut words = on_line.iter().filter_map(|token| token.word());
        if words.next() == Some("file") {
            let file = on_line.iter().find_map(|token| token.text())?;
            let file = places::join(places::folder(path), file)?;
            return versions::version_file(sources, &file, "ruby-version-file");
        }
        // What follows a key, as in `engine: "jruby"`, is no version.
        let mut texts = Vec::new();
        for (index, token) in on_line.iter().enumerate() {
            let after_key =
                index > 0 && !on_line[index - 1].is_sign(',') && !on_line[index - 1].is_sign('(');
            match token.text() {
                Some(text) if !after_key => texts.push(text),
                _ => {}
            }
        }
        (!texts.is_empty()).then(|| Statement {
            text: texts.join(", "),
            evidence: Evidence::at(path, line, "gemfile-ruby"),
        })
    }
}

/// What it is; none where nothing says that it is anything.
fn purpose(
    sources: &Sources<'_>,
    folder: &str,
    gemspec: Option<&str>,
    rackup: Option<&str>,
    gemfile: &Gemfile,
    frameworks: &Frameworks,
) -> Option<Found<ProjectType>> {
    let is_rails_app = sources
        .tree
        .contains(&places::inside(folder, "config/application.rb"));
    if let Some(gemspec) = gemspec
        && !is_rails_app
    {
        let programs = ["exe", "bin"].iter().find_map(|name| {
            let place = places::inside(folder, name);
            let mut files = sources.tree.below(&place);
            // What `bundle gem` writes helps those who work on it.
            let program = files.find(|file| {
                !matches!(
                    places::file_name(&file.path),
                    "console" | "setup" | "rake" | "rspec" | "test"
                )
            });
            program.map(|file| file.path.clone())
        });
        return Some(match programs {
            Some(path) => found(ProjectType::Cli, &Evidence::file(path, "gem-executable")),
            None => found(ProjectType::Library, &Evidence::file(gemspec, "gemspec")),
        });
    }
    if gemfile.is_of_gem && !is_rails_app {
        return None;
    }
    let settings = places::inside(folder, "config/application.rb");
    if is_rails_app
        && let Some(text) = sources.text(&settings)
        && let Some(line) = line_with(&text, "config.api_only = true")
    {
        let evidence = Evidence::at(&settings, line, "rails-api-only");
        return Some(found(ProjectType::Api, &evidence));
    }
    if let Some(decided) = frameworks.purpose() {
        return Some(draft::with_pages(sources.tree, folder, decided));
    }
    if let Some(rackup) = rackup {
        return Some(found(
            ProjectType::Api,
            &Evidence::file(rackup, "rackup-file"),
        ));
    }
    let script = draft::here(sources.tree, folder, &["main.rb", "app.rb", "bot.rb"])?;
    Some(found(
        ProjectType::App,
        &Evidence::file(script, "ruby-script"),
    ))
}

fn line_with(text: &str, part: &str) -> Option<u32> {
    (1..).zip(text.lines()).find_map(|(line, content)| {
        let code = content.split('#').next().unwrap_or_default();
        code.contains(part).then_some(line)
    })
}

/// Versions and package manager: what the `Gemfile` asks for holds, because Bundler insists on it.
fn add_lock(
    stack: &mut Stack,
    sources: &Sources<'_>,
    folder: &str,
    gemfile: &Gemfile,
    evidence: &Evidence,
) {
    let lock = draft::here(sources.tree, folder, &["Gemfile.lock", "gems.locked"]);
    let mut manager = draft::manager("bundler", lock.clone(), evidence);
    let mut strong: Vec<Statement> = gemfile.ruby.iter().cloned().collect();
    strong.extend(versions::nearest_version_file(
        sources,
        folder,
        ".ruby-version",
        "ruby-version-file",
    ));
    strong.dedup();
    let mut weak = Vec::new();
    if let Some(path) = &lock
        && let Some(text) = sources.text(path)
    {
        manager.version = after_heading(&text, "BUNDLED WITH").map(|(line, version)| {
            found(
                version.to_owned(),
                &Evidence::at(path, line, "bundled-with"),
            )
        });
        weak.extend(
            after_heading(&text, "RUBY VERSION").map(|(line, version)| Statement {
                text: without_patch(version).to_owned(),
                evidence: Evidence::at(path, line, "gemfile-lock-ruby"),
            }),
        );
    }
    stack
        .runtimes
        .push(draft::runtime(sources, folder, Runtime::Ruby, strong, weak));
    if !gemfile.path.is_empty() {
        stack.package_manager = Some(manager);
        stack.commands.install = command("bundle install", evidence);
    }
}

/// The line after a heading of a lock.
fn after_heading<'t>(text: &'t str, heading: &str) -> Option<(u32, &'t str)> {
    let mut lines = (1..).zip(text.lines());
    lines.find(|(_, line)| line.trim_end() == heading)?;
    let (line, content) = lines.next()?;
    let content = content.trim();
    (!content.is_empty()).then_some((line, content))
}

/// `3.2.2` of `ruby 3.2.2p53`.
fn without_patch(text: &str) -> &str {
    let text = text.strip_prefix("ruby ").unwrap_or(text);
    let end = text.find(|one: char| !one.is_ascii_digit() && one != '.');
    text[..end.unwrap_or(text.len())].trim_end_matches('.')
}

fn add_commands(
    stack: &mut Stack,
    sources: &Sources<'_>,
    gemfile: &Gemfile,
    frameworks: &Frameworks,
    rackup: Option<&str>,
) {
    let folder = stack.folder.clone();
    let folder = folder.as_str();
    let evidence = stack.evidence.clone();
    let has = |name: &str| sources.tree.contains(&places::inside(folder, name));
    let commands = &mut stack.commands;
    if sources
        .tree
        .below(&places::inside(folder, "spec"))
        .next()
        .is_some()
    {
        commands.test = command("bundle exec rspec", &evidence);
    }
    let evidence = |name: &str| {
        frameworks
            .evidence(name)
            .cloned()
            .unwrap_or_else(|| evidence.clone())
    };
    if matches!(
        stack.project_type.value,
        ProjectType::Library | ProjectType::Cli
    ) {
        return;
    }
    if frameworks.has("rails") && has("config/application.rb") {
        let evidence = evidence("rails");
        commands.start = command("bundle exec rails server -b 0.0.0.0", &evidence);
        commands.dev = command("bundle exec rails server", &evidence);
        let migrations = sources.tree.below(&places::inside(folder, "db")).next();
        commands.migrate =
            migrations.and_then(|_| command("bundle exec rails db:migrate", &evidence));
        let assets = sources
            .tree
            .below(&places::inside(folder, "app/assets"))
            .next();
        commands.build =
            assets.and_then(|_| command("bundle exec rails assets:precompile", &evidence));
        if commands.test.is_none() {
            commands.test = command("bundle exec rails test", &evidence);
        }
        return;
    }
    for (name, build, output) in [
        ("jekyll", "bundle exec jekyll build", "_site"),
        ("middleman", "bundle exec middleman build", "build"),
        ("bridgetown", "bundle exec bridgetown build", "output"),
        ("nanoc", "bundle exec nanoc compile", "output"),
    ] {
        if frameworks.has(name) && stack.project_type.value == ProjectType::Static {
            let evidence = evidence(name);
            commands.build = command(build, &evidence);
            stack.static_output = Some(found(places::inside(folder, output), &evidence));
            return;
        }
    }
    if let Some(rackup) = rackup {
        let evidence = Evidence::file(rackup, "rackup-file");
        commands.start = command(server(sources, folder, gemfile), &evidence);
        return;
    }
    let scripts = ["main.rb", "app.rb", "server.rb", "bot.rb"];
    let only = || {
        let files = sources.tree.below(folder).map(|file| file.path.as_str());
        let mut here = files
            .filter(|path| places::folder(path) == folder && path.as_bytes().ends_with(b".rb"));
        let only = here.next().filter(|_| here.next().is_none());
        only.map(places::file_name)
    };
    let script = scripts.iter().copied().find(|name| has(name));
    if let Some(name) = script.or_else(only) {
        let evidence = Evidence::file(places::inside(folder, name), "ruby-script");
        commands.start = command(format!("bundle exec ruby {name}"), &evidence);
    }
}

/// What serves a `config.ru`: the server whose settings are there; rackup; the server that is installed,
/// where rackup is not, which Rack brings no longer.
///
/// Sources: the manuals of Puma, Unicorn and Falcon, and "Upgrade Guide" of Rack 3.
fn server(sources: &Sources<'_>, folder: &str, gemfile: &Gemfile) -> String {
    let uses = |name: &str| gemfile.gems.iter().any(|(gem, _)| gem == name);
    for (gem, settings) in [
        ("puma", "config/puma.rb"),
        ("unicorn", "config/unicorn.rb"),
        ("unicorn", "unicorn.rb"),
    ] {
        if uses(gem) && sources.tree.contains(&places::inside(folder, settings)) {
            let option = if gem == "puma" { "-C" } else { "-c" };
            return format!("bundle exec {gem} {option} {settings}");
        }
    }
    let lock = draft::here(sources.tree, folder, &["Gemfile.lock", "gems.locked"]);
    let lock = lock
        .and_then(|path| sources.text(&path))
        .unwrap_or_default();
    let brings_rackup = lock.is_empty()
        || uses("rackup")
        || locked(&lock, "rackup").is_some()
        || locked(&lock, "rack").is_none_or(|version| version.starts_with(['1', '2']));
    if !brings_rackup {
        for (gem, start) in [
            ("puma", "bundle exec puma -b tcp://0.0.0.0:${PORT:-9292}"),
            (
                "falcon",
                "bundle exec falcon serve -b http://0.0.0.0:${PORT:-9292}",
            ),
            ("unicorn", "bundle exec unicorn -o 0.0.0.0 -p ${PORT:-9292}"),
        ] {
            if uses(gem) {
                return start.to_owned();
            }
        }
    }
    "bundle exec rackup -o 0.0.0.0 -p ${PORT:-9292}".to_owned()
}

/// The version of a gem in a lock: `3.1.8` of `    rack (3.1.8)`.
fn locked<'t>(lock: &'t str, gem: &str) -> Option<&'t str> {
    lock.lines().find_map(|line| {
        let rest = line.strip_prefix("    ")?.strip_prefix(gem)?;
        rest.strip_prefix(" (")?.strip_suffix(')')
    })
}

fn add_worker(stack: &mut Stack, gemfile: &Gemfile) {
    let worker = WORKERS.iter().find_map(|(gem, start)| {
        let (_, line) = gemfile.gems.iter().find(|(name, _)| name == gem)?;
        Some((*start, *line))
    });
    if let Some((start, line)) = worker {
        stack.processes.push(Process {
            name: "worker".to_owned(),
            command: start.to_owned(),
            evidence: Evidence::at(&gemfile.path, line, "gemfile-worker"),
        });
    }
}
