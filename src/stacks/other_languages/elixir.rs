//! Elixir: `mix.exs`, umbrella projects and Phoenix.
//!
//! Sources: "Mix.Project" in the documentation of Elixir, "Deploying with Releases" in that of
//! Phoenix, and the buildpack of Heroku for `elixir_buildpack.config`.

use dhtl_project_model::stack::{
    ProjectType, Runtime, RuntimeVersion, Stack, StackKind, Workspace, WorkspaceTool,
};
use dhtl_project_model::{Evidence, Found};

use super::draft::{self, command, found};
use super::frameworks::{Framework, Frameworks, framework};
use super::inventory::{Inventory, folders};
use super::tokens::{self, Token};
use crate::places;
use crate::sources::Sources;
use crate::versions::{self, Statement};

const FRAMEWORKS: &[Framework] = &[
    framework(
        "phoenix_live_view",
        "phoenix-live-view",
        ProjectType::Web,
        Some(4000),
    ),
    framework("phoenix_html", "phoenix-html", ProjectType::Web, Some(4000)),
    framework("phoenix", "phoenix", ProjectType::Api, Some(4000)),
    framework("plug_cowboy", "plug", ProjectType::Api, Some(4000)),
    framework("bandit", "bandit", ProjectType::Api, Some(4000)),
    framework("nostrum", "nostrum", ProjectType::Bot, None),
    framework("broadway", "broadway", ProjectType::Worker, None),
    framework("oban", "oban", ProjectType::Worker, None),
    framework("nerves", "nerves", ProjectType::App, None),
];

/// What a `mix.exs` says.
#[derive(Debug, Default)]
struct Mix {
    path: String,
    app: Option<(String, u32)>,
    elixir: Option<Statement>,
    /// Where the projects of an umbrella are.
    apps_path: Option<(String, u32)>,
    dependencies: Vec<(String, u32)>,
    /// The line of the module that starts it.
    start_module: Option<u32>,
    escript: Option<u32>,
    /// The line of the releases, and the name of the only one, where it has one of its own.
    releases: Option<(Option<String>, u32)>,
    has_assets_deploy: bool,
}

/// The stacks and workspaces of Elixir.
pub(super) fn find(
    sources: &Sources<'_>,
    inventory: &Inventory<'_>,
) -> (Vec<Stack>, Vec<Workspace>) {
    let mut stacks = Vec::new();
    let mut workspaces: Vec<Workspace> = Vec::new();
    let all = folders(&inventory.mix);
    for folder in &all {
        let path = places::inside(folder, "mix.exs");
        if places::is_documentation(&path) {
            continue;
        }
        let Some(mix) = Mix::read(sources, &path) else {
            continue;
        };
        let Some((apps, line)) = &mix.apps_path else {
            let is_inner = workspaces
                .iter()
                .any(|one| one.members.iter().any(|member| member == folder));
            stacks.push(stack(sources, folder, &mix, is_inner));
            continue;
        };
        let apps = places::join(folder, apps);
        let members = all
            .iter()
            .filter(|member| Some(places::folder(member)) == apps.as_deref());
        let mut members: Vec<String> = members.map(|member| (*member).to_owned()).collect();
        members.sort();
        workspaces.push(Workspace {
            tool: WorkspaceTool::Mix,
            folder: (*folder).to_owned(),
            members,
            evidence: Evidence::at(&path, *line, "mix-apps-path"),
        });
    }
    (stacks, workspaces)
}

/// The tokens before a key that are looked through for an attribute.
const MOST: usize = 1000;

impl Mix {
    fn read(sources: &Sources<'_>, path: &str) -> Option<Self> {
        let text = draft::code(sources, path)?;
        let tokens = tokens::tokens(&text, tokens::ELIXIR);
        let mut mix = Self {
            path: path.to_owned(),
            ..Self::default()
        };
        for (index, token) in tokens.iter().enumerate() {
            mix.add(*token, &tokens[index + 1..], &tokens[..index]);
        }
        Some(mix)
    }

    fn add(&mut self, token: Token<'_>, rest: &[Token<'_>], before: &[Token<'_>]) {
        let line = token.line;
        // `app: :shop`, `elixir: "~> 1.14"`.
        let is_key = rest.first().is_some_and(|next| next.is_sign(':'));
        let value = rest.get(1).copied();
        match token.kind {
            tokens::Kind::Word("app") if is_key && self.app.is_none() => {
                let name = rest.get(2).and_then(|name| name.word());
                let is_atom = value.is_some_and(|value| value.is_sign(':'));
                self.app = name.filter(|_| is_atom).map(|name| (name.to_owned(), line));
            }
            tokens::Kind::Word("elixir") if is_key && self.elixir.is_none() => {
                // `elixir: @elixir_requirement` is what the attribute says.
                let attribute = value.filter(|value| value.is_sign('@')).and_then(|_| {
                    let name = rest.get(2)?.word()?;
                    before.windows(3).take(MOST).find_map(|three| {
                        let is_it = three[0].is_sign('@') && three[1].is_word(name);
                        three[2].text().filter(|_| is_it)
                    })
                });
                let said = value.and_then(Token::text).or(attribute);
                self.elixir = said.map(|text| Statement {
                    text: text.to_owned(),
                    evidence: Evidence::at(&self.path, line, "mix-elixir"),
                });
            }
            tokens::Kind::Word("apps_path") if is_key => {
                let text = value.and_then(Token::text);
                self.apps_path = text.map(|text| (text.to_owned(), line));
            }
            tokens::Kind::Word("mod")
                if is_key && value.is_some_and(|value| value.is_sign('{')) =>
            {
                self.start_module = Some(line);
            }
            tokens::Kind::Word("escript") if is_key => self.escript = Some(line),
            // `releases: [shop: [...]]`, `releases: releases()`.
            tokens::Kind::Word("releases") if is_key => {
                let name = rest.get(2).and_then(|name| name.word());
                let is_listed = value.is_some_and(|value| value.is_sign('['))
                    && rest.get(3).is_some_and(|next| next.is_sign(':'));
                let name = name.filter(|_| is_listed).map(str::to_owned);
                self.releases = Some((name, line));
            }
            // `defp releases do [shop: [...]]`.
            tokens::Kind::Word("releases")
                if rest.first().is_some_and(|next| next.is_word("do"))
                    && value.is_some_and(|value| value.is_sign('[')) =>
            {
                let name = rest.get(2).and_then(|name| name.word());
                self.releases = Some((name.map(str::to_owned), line));
            }
            tokens::Kind::Text("assets.deploy") => self.has_assets_deploy = true,
            // `{:phoenix, "~> 1.7"}`.
            tokens::Kind::Word(name)
                if matches!(before, [.., brace, colon] if brace.is_sign('{') && colon.is_sign(':'))
                    && rest.first().is_some_and(|next| next.is_sign(',')) =>
            {
                self.dependencies.push((name.to_owned(), line));
            }
            _ => {}
        }
    }
}

fn stack(sources: &Sources<'_>, folder: &str, mix: &Mix, is_inner: bool) -> Stack {
    let evidence = Evidence::file(&mix.path, "mix-exs");
    let mut frameworks = Frameworks::default();
    for (name, line) in &mix.dependencies {
        let evidence = Evidence::at(&mix.path, *line, "mix-dependency");
        frameworks.add_package(FRAMEWORKS, name, evidence);
    }
    let purpose = purpose(mix, &frameworks);
    let value = purpose.value;
    let mut stack = Stack::new(folder, StackKind::Elixir, evidence.clone(), purpose);
    stack.name = mix
        .app
        .as_ref()
        .map(|(name, line)| found(name.clone(), &Evidence::at(&mix.path, *line, "mix-app")));
    stack.frameworks = frameworks.names();
    stack.runtimes = versions(sources, folder, mix);
    let lock = draft::nearest(sources.tree, folder, &["mix.lock"]);
    stack.package_manager = Some(draft::manager("mix", lock, &evidence));
    if matches!(value, ProjectType::Api | ProjectType::Web) {
        stack.port = frameworks.port();
    }
    add_commands(&mut stack, mix, &frameworks, is_inner);
    add_release(&mut stack, sources, mix);
    stack
}

/// A project that says how it is released is started as a release.
///
/// Source: "`mix release`" in the documentation of Mix, "Deploying with Releases" in that of Phoenix.
fn add_release(stack: &mut Stack, sources: &Sources<'_>, mix: &Mix) {
    let app = mix.app.as_ref().map(|(name, _)| name);
    let named = mix.releases.as_ref().and_then(|(name, _)| name.as_ref());
    let Some(name) = named.or(app).filter(|_| stack.commands.start.is_some()) else {
        return;
    };
    let folder = stack.folder.clone();
    let inside = |name: &str| places::inside(&folder, name);
    let has = |name: &str| sources.tree.contains(&inside(name));
    let overlays = [
        "rel/env.sh.eex",
        "rel/overlays/bin/server",
        "rel/vm.args.eex",
    ];
    let said = mix.releases.as_ref();
    let evidence = said
        .map(|(_, line)| Evidence::at(&mix.path, *line, "mix-releases"))
        .or_else(|| {
            let file = overlays.into_iter().find(|name| has(name))?;
            Some(Evidence::file(inside(file), "mix-release-files"))
        });
    let (Some(evidence), ProjectType::Api | ProjectType::Web | ProjectType::App) =
        (evidence, stack.project_type.value)
    else {
        return;
    };
    let programs = format!("_build/prod/rel/{name}/bin");
    let commands = &mut stack.commands;
    if let Some(build) = &mut commands.build {
        build.value.push_str(" && MIX_ENV=prod mix release");
        build.evidence = evidence.clone();
    }
    if has("rel/overlays/bin/migrate") {
        commands.migrate = command(format!("{programs}/migrate"), &evidence);
    }
    let start = if has("rel/overlays/bin/server") {
        format!("{programs}/server")
    } else {
        format!("{programs}/{name} start")
    };
    commands.start = command(start, &evidence);
}

/// What it is: a library, unless something is started.
fn purpose(mix: &Mix, frameworks: &Frameworks) -> Found<ProjectType> {
    let at = |line: u32, rule| Evidence::at(&mix.path, line, rule);
    let decided = frameworks.purpose().filter(|_| mix.start_module.is_some());
    let serves = decided
        .as_ref()
        .is_some_and(|decided| matches!(decided.value, ProjectType::Web | ProjectType::Api));
    // A server that can be started as one file is a server all the same.
    if let Some(line) = mix.escript.filter(|_| !serves) {
        return found(ProjectType::Cli, &at(line, "mix-escript"));
    }
    let Some(line) = mix.start_module else {
        return found(
            ProjectType::Library,
            &Evidence::file(&mix.path, "mix-no-application"),
        );
    };
    decided.unwrap_or_else(|| found(ProjectType::App, &at(line, "mix-application")))
}

/// The versions of Elixir and of Erlang, on which it runs.
fn versions(sources: &Sources<'_>, folder: &str, mix: &Mix) -> Vec<RuntimeVersion> {
    let config = draft::nearest(sources.tree, folder, &["elixir_buildpack.config"]);
    let of_config = |key: &str| {
        let path = config.as_ref()?;
        let text = sources.text(path)?;
        (1..).zip(text.lines()).find_map(|(line, content)| {
            let (name, value) = content.split_once('=')?;
            (name.trim() == key).then(|| Statement {
                text: value.trim().to_owned(),
                evidence: Evidence::at(path, line, "elixir-buildpack"),
            })
        })
    };
    let of_file =
        versions::nearest_version_file(sources, folder, ".elixir-version", "elixir-version-file");
    let strong = of_config("elixir_version")
        .into_iter()
        .chain(of_file)
        .collect();
    let weak = mix.elixir.iter().cloned().collect();
    let elixir = draft::runtime(sources, folder, Runtime::Elixir, strong, weak);
    let mut strong: Vec<Statement> = of_config("erlang_version").into_iter().collect();
    strong.extend(versions::of_tool_files(sources, folder, Runtime::Erlang));
    let newest = newest_erlang(&elixir.version.value).filter(|_| strong.is_empty());
    strong.extend(newest.map(|newest| Statement {
        text: format!("<{}", newest + 1),
        evidence: Evidence {
            rule: ELIXIR_RUNS_ON.into(),
            ..elixir.version.evidence.clone()
        },
    }));
    let mut erlang = versions::resolve(sources, Runtime::Erlang, strong);
    let written = format!("elixir {}", elixir.version.value);
    draft::as_written(&mut erlang, ELIXIR_RUNS_ON, |_| written.clone());
    vec![elixir, erlang]
}

/// The rule by which a version of Elixir says on which Erlang it runs.
const ELIXIR_RUNS_ON: &str = "elixir-runs-on";

/// The newest Erlang that an older release of Elixir runs on; none where that is the default.
///
/// Source: "Compatibility and deprecations" in the documentation of Elixir.
fn newest_erlang(elixir: &str) -> Option<u32> {
    let mut parts = elixir.split(['.', '-']);
    let major = parts.next()?;
    let minor: u32 = parts.next()?.parse().ok()?;
    match (major, minor) {
        ("1", ..=10) => Some(22),
        ("1", 11) => Some(23),
        ("1", 12) => Some(24),
        ("1", 13 | 14) => Some(25),
        ("1", 15 | 16) => Some(26),
        ("1", 17 | 18) => Some(27),
        _ => None,
    }
}

fn add_commands(stack: &mut Stack, mix: &Mix, frameworks: &Frameworks, is_inner: bool) {
    let evidence = stack.evidence.clone();
    let commands = &mut stack.commands;
    commands.test = command("mix test", &evidence);
    match stack.project_type.value {
        ProjectType::Library => {
            commands.install = command("mix deps.get", &evidence);
            commands.build = command("mix compile", &evidence);
            return;
        }
        ProjectType::Cli if mix.escript.is_some() => {
            commands.install = command("mix deps.get", &evidence);
            commands.build = command("MIX_ENV=prod mix escript.build", &evidence);
            let name = mix.app.as_ref().map(|(name, _)| name);
            commands.start = name.and_then(|name| command(format!("./{name}"), &evidence));
            return;
        }
        _ => {}
    }
    commands.install = command("mix deps.get --only prod", &evidence);
    let is_phoenix = frameworks.has("phoenix");
    let assets = if mix.has_assets_deploy {
        " && MIX_ENV=prod mix assets.deploy"
    } else {
        ""
    };
    commands.build = command(format!("MIX_ENV=prod mix compile{assets}"), &evidence);
    let start = if is_phoenix {
        "mix phx.server"
    } else {
        "mix run --no-halt"
    };
    // A part of an umbrella is started together with the others.
    if !is_inner || is_phoenix {
        commands.start = command(format!("MIX_ENV=prod {start}"), &evidence);
        commands.dev = command(start, &evidence);
    }
    let ecto = mix.dependencies.iter().find(|(name, _)| name == "ecto_sql");
    commands.migrate = ecto.and_then(|(_, line)| {
        let evidence = Evidence::at(&mix.path, *line, "mix-dependency");
        command("MIX_ENV=prod mix ecto.migrate", &evidence)
    });
}

#[cfg(test)]
mod tests {
    use super::super::shown::shown;

    const PHOENIX: &str = "defmodule Shop.MixProject do\n  use Mix.Project\n  @requirement \"~> 1.16.0\"\n\
        \x20 def project do\n    [app: :shop, version: \"0.1.0\", elixir: @requirement,\n     escript: x(),\n\
        \x20    aliases: [\"assets.deploy\": [\"esbuild\"], \"assets.deploy\" => 1]]\n  end\n\
        \x20 def application, do: [mod: {Shop.Application, []}]\n  defp deps do\n    [\n\
        \x20     # {:oban, \"1\"},\n      {:phoenix, \"~> 1.7\"},\n      {:ecto_sql, \"~> 3.10\"}\n    ]\n  end\nend\n";

    #[test]
    fn phoenix_with_a_database() {
        let files = [
            ("mix.exs", PHOENIX),
            ("mix.lock", ""),
            (".tool-versions", "erlang 26.2\n"),
        ];
        insta::assert_snapshot!(shown(&files), @r#"
        . Elixir Api shop ["phoenix"]
          Elixir 1.16 mix.exs:5 (mix-elixir)
          Erlang 26.2 .tool-versions:1 (tool-versions)
          with mix  mix.lock (lock-file)
          install: mix deps.get --only prod
          build: MIX_ENV=prod mix compile && MIX_ENV=prod mix assets.deploy
          migrate: MIX_ENV=prod mix ecto.migrate
          start: MIX_ENV=prod mix phx.server
          dev: mix phx.server
          test: mix test
          port 4000 mix.exs:13 (mix-dependency)
        "#);
    }

    #[test]
    fn a_release_is_made_and_started() {
        let plain = PHOENIX.replace("escript: x(),\n", "\n");
        let lines = |files: &[(&str, &str)]| -> Vec<String> {
            let shown = shown(files);
            let lines = shown.lines().map(str::trim).filter(|line| {
                ["build:", "migrate:", "start:"]
                    .iter()
                    .any(|start| line.starts_with(start))
            });
            lines.map(str::to_owned).collect()
        };
        let overlays = [
            ("mix.exs", plain.as_str()),
            ("rel/overlays/bin/server", ""),
            ("rel/overlays/bin/migrate", ""),
        ];
        assert_eq!(
            lines(&overlays),
            [
                "build: MIX_ENV=prod mix compile && MIX_ENV=prod mix assets.deploy && MIX_ENV=prod mix release",
                "migrate: _build/prod/rel/shop/bin/migrate",
                "start: _build/prod/rel/shop/bin/server",
            ]
        );
        // Where it lies in a container says nothing about where it is built.
        let fly = "[deploy]\n  release_command = \"/app/bin/migrate\"\n";
        let told: Vec<_> = overlays.into_iter().chain([("fly.toml", fly)]).collect();
        let survey = crate::test_surveys::surveyed(&told).survey;
        let migrate = survey.stacks[0].commands.migrate.as_ref().unwrap();
        assert_eq!(migrate.value, "_build/prod/rel/shop/bin/migrate");
        let named = plain.replace("aliases:", "releases: [live: [x: 1]], aliases:");
        let with_name = lines(&[("mix.exs", named.as_str())]);
        assert_eq!(
            with_name.last().map(String::as_str),
            Some("start: _build/prod/rel/live/bin/live start")
        );
    }

    #[test]
    fn umbrellas_libraries_and_commands() {
        let files = [
            ("mix.exs", "def project do [apps_path: \"apps\"] end\n"),
            ("apps/web/mix.exs", PHOENIX),
            (
                "apps/core/mix.exs",
                "def project do [app: :core, elixir: \"~> 1.15\"] end\n",
            ),
        ];
        insta::assert_snapshot!(shown(&files), @r#"
        apps/core Elixir Library core []
          Elixir 1.19 apps/core/mix.exs:1 (mix-elixir)
          Erlang 28 . (runtime-default)
          with mix  apps/core/mix.exs (mix-exs)
          install: mix deps.get
          build: mix compile
          test: mix test
        apps/web Elixir Api shop ["phoenix"]
          Elixir 1.16 apps/web/mix.exs:5 (mix-elixir)
          Erlang 26 apps/web/mix.exs:5 (elixir-runs-on)
          with mix  apps/web/mix.exs (mix-exs)
          install: mix deps.get --only prod
          build: MIX_ENV=prod mix compile && MIX_ENV=prod mix assets.deploy
          migrate: MIX_ENV=prod mix ecto.migrate
          start: MIX_ENV=prod mix phx.server
          dev: mix phx.server
          test: mix test
          port 4000 apps/web/mix.exs:13 (mix-dependency)
        workspace .: apps/core apps/web mix.exs:1 (mix-apps-path)
        "#);
        let command = [
            ("mix.exs", "[app: :tool, escript: [main_module: Tool]]\n"),
            (
                "elixir_buildpack.config",
                "elixir_version=1.15.7\nerlang_version=26.1\n",
            ),
        ];
        insta::assert_snapshot!(shown(&command), @"
        . Elixir Cli tool []
          Elixir 1.15.7 elixir_buildpack.config:1 (elixir-buildpack)
          Erlang 26.1 elixir_buildpack.config:2 (elixir-buildpack)
          with mix  mix.exs (mix-exs)
          install: mix deps.get
          build: MIX_ENV=prod mix escript.build
          start: ./tool
          test: mix test
        ");
    }
}
