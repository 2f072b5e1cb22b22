//! `dhtl new`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use dhtl_project_model::ExitCode;
use dhtl_regeneration::{Capture, EnvTemplate, Refresh, SetupOptions, env_template, setup};
use dhtl_scaffolding::{
    Author, Catalogue, CiProvider, CloneRequest, Commit, Created, License, NewProject,
    NewRepository, NewRequest, ProjectName, PythonMinor, Template, create,
};
use dhtl_tools::uv;

use super::new_folder::with_surroundings;
use super::regeneration::{Place, RegenerationArgs, answer};
use crate::context::Context;
use crate::failure::Failure;
use crate::reports::{NewReport, RepositoryReport};
use crate::templates::catalogue;

/// Make a new project, with its environment and a first commit
#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// The name of the project, and of its folder
    name: String,
    /// What to make: `app`, `library`, `cli`, `api`, `data-science`, or a template of your own
    #[arg(long = "type", value_name = "TYPE", conflicts_with = "template")]
    kind: Option<String>,
    /// Make it from this template: a folder, or the URL of a git repository
    #[arg(long, value_name = "DIR|URL")]
    template: Option<String>,
    /// The folder to make, by default one called as the project
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// The Python it is written for, such as `3.13`; by default the oldest that is looked after
    #[arg(long, value_name = "VERSION")]
    python: Option<PythonMinor>,
    /// What it is, in one line
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    description: String,
    /// Who writes it, as `Name <address>`; by default as git knows you
    #[arg(long)]
    author: Option<Author>,
    /// Its licence
    #[arg(long, value_enum, ignore_case = true, default_value_t = LicenseName::Mit)]
    license: LicenseName,
    /// Which services check it; by default GitHub
    #[arg(long, value_enum, value_delimiter = ',', value_name = "SERVICE,...")]
    ci: Vec<CiName>,
    /// Make no repository and no commit
    #[arg(long)]
    no_git: bool,
    /// Write the files only: lock and install nothing
    #[arg(long)]
    no_setup: bool,
}

/// A licence, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LicenseName {
    /// MIT: do what you want, keep the notice
    #[value(name = "MIT")]
    Mit,
    /// Apache 2.0: the same, with a grant of patents
    #[value(name = "Apache-2.0")]
    Apache2,
    /// BSD with three clauses
    #[value(name = "BSD-3-Clause")]
    Bsd3Clause,
    /// GPL 3.0 or any later version
    #[value(name = "GPL-3.0-or-later")]
    Gpl3OrLater,
    /// GPL 3.0 and no other version
    #[value(name = "GPL-3.0-only")]
    Gpl3Only,
    /// Mozilla Public License 2.0
    #[value(name = "MPL-2.0")]
    Mpl2,
    /// Public domain
    #[value(name = "Unlicense")]
    Unlicense,
    /// No licence: all rights reserved, and no index takes it
    #[value(name = "none")]
    None,
}

impl From<LicenseName> for License {
    fn from(name: LicenseName) -> Self {
        match name {
            LicenseName::Mit => Self::Mit,
            LicenseName::Apache2 => Self::Apache2,
            LicenseName::Bsd3Clause => Self::Bsd3Clause,
            LicenseName::Gpl3OrLater => Self::Gpl3OrLater,
            LicenseName::Gpl3Only => Self::Gpl3Only,
            LicenseName::Mpl2 => Self::Mpl2,
            LicenseName::Unlicense => Self::Unlicense,
            LicenseName::None => Self::None,
        }
    }
}

/// A service that runs checks, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CiName {
    /// GitHub Actions
    Github,
    /// GitLab CI
    Gitlab,
    /// None
    None,
}

impl CiName {
    /// The services that were named; none where one of the words is `none`.
    pub(crate) fn providers(names: &[Self]) -> Vec<CiProvider> {
        if names.contains(&Self::None) {
            return Vec::new();
        }
        let mut providers: Vec<_> = names
            .iter()
            .map(|name| match name {
                Self::Gitlab => CiProvider::GitLab,
                Self::Github | Self::None => CiProvider::GitHub,
            })
            .collect();
        providers.sort();
        providers.dedup();
        providers
    }
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &NewArgs) -> Result<ExitCode, Failure> {
    let current_folder = context.current_folder()?;
    let name = ProjectName::parse(&args.name)?;
    let catalogue = catalogue(&context.home()?);
    let template = template(context, args, &catalogue, &current_folder)?;
    let project = NewProject {
        name,
        description: description(&args.description)?,
        author: args
            .author
            .clone()
            .or_else(|| dhtl_scaffolding::author(&current_folder, &context.runner())),
        license: args.license.into(),
        python: args.python,
        ci: if args.ci.is_empty() {
            vec![CiProvider::GitHub]
        } else {
            CiName::providers(&args.ci)
        },
        year: jiff::Zoned::now().year(),
    };
    let created = create(&NewRequest {
        project: &project,
        template: &template,
        catalogue: &catalogue,
        destination: args.into.as_deref(),
        parent: &current_folder,
    })?;
    let finished = match finish(context, args, &created) {
        // Whatever failed then, failed because of that; and nobody wants what is there.
        _ if context.cancel.is_cancelled() => Err(interrupted()),
        finished => finished,
    };
    if finished.is_err() {
        created.remove();
    }
    let (repository, environment) = finished?;
    let exit_code = environment
        .as_ref()
        .map_or(ExitCode::Success, |capture| capture.report.exit_code());
    let report = NewReport {
        name: project.name.to_string(),
        template: template.name().to_owned(),
        folder: created.folder,
        files: created.files,
        repository,
        environment,
        hidden_uv: hidden_uv(context)?,
    };
    answer(context, &report, exit_code)
}

/// What the new project is made from.
fn template(
    context: &Context,
    args: &NewArgs,
    catalogue: &Catalogue,
    current_folder: &Path,
) -> Result<Template, Failure> {
    if let Some(place) = &args.template {
        return foreign_template(context, place, catalogue, current_folder);
    }
    if let Some(kind) = &args.kind {
        return Ok(catalogue.find(kind)?);
    }
    let names: Vec<_> = catalogue.list().into_iter().map(|one| one.name).collect();
    let names = names.join(", ");
    let kind = context.terminal.ask(&format!("type ({names})?"));
    match kind.filter(|kind| !kind.is_empty()) {
        Some(kind) => Ok(catalogue.find(&kind)?),
        None => Err(Failure::usage("what kind of project is it to be?")
            .hinted(format!("say it with `--type`: {names}"))),
    }
}

/// A template that is somewhere else: a folder, or else a repository.
fn foreign_template(
    context: &Context,
    place: &str,
    catalogue: &Catalogue,
    current_folder: &Path,
) -> Result<Template, Failure> {
    let folder = current_folder.join(place);
    if folder.is_dir() {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        return Ok(catalogue.complete(Template::read(&name, &folder)?)?);
    }
    let temporary = tempfile::tempdir().map_err(|error| {
        Failure::external(format!("no folder can be made for the template: {error}"))
    })?;
    context.terminal.status("Cloning the template.");
    let cloned = with_surroundings(context, |surroundings| {
        dhtl_scaffolding::clone(&CloneRequest {
            url: place,
            destination: Some(Path::new("template")),
            parent: temporary.path(),
            branch: None,
            depth: None,
            surroundings,
        })
    })?;
    let template = Template::read("template", &cloned.folder)?;
    Ok(catalogue.complete(template)?)
}

/// The description as one line.
fn description(text: &str) -> Result<String, Failure> {
    // Indexes accept no more in a summary.
    const LONGEST: usize = 512;
    let text = text.trim();
    if text.chars().count() > LONGEST || text.contains(char::is_control) {
        return Err(Failure::usage(
            "the description is not one line of at most 512 characters",
        ));
    }
    Ok(text.to_owned())
}

/// Repository, environment and first commit of a project whose files are there.
fn finish(
    context: &Context,
    args: &NewArgs,
    created: &Created,
) -> Result<(RepositoryReport, Option<Capture>), Failure> {
    let folder = &created.folder;
    let runner = context.runner();
    let repository = if args.no_git {
        None
    } else {
        Some(NewRepository::prepare(folder, &runner)?)
    };
    list_env_vars(context, folder)?;
    let environment = if args.no_setup {
        None
    } else {
        Some(environment(context, folder)?)
    };
    if context.cancel.is_cancelled() {
        return Err(interrupted());
    }
    let commit = match repository {
        Some(NewRepository::Initialised) => Some(Commit::make(folder, &runner)?),
        _ => None,
    };
    Ok((RepositoryReport { repository, commit }, environment))
}

/// Locks the project, makes its environment and records it.
fn environment(context: &Context, folder: &Path) -> Result<Capture, Failure> {
    let place = Place {
        start: folder,
        root: Some(folder),
    };
    let options = SetupOptions {
        refresh: Refresh::Keep,
    };
    RegenerationArgs::plain()
        .with_request(context, place, |request| Ok(setup(request, options)?))
        .map_err(|failure| {
            failure.hinted_besides("nothing was left behind; `--no-setup` writes the files alone")
        })
}

/// The folder of the uv that dhtl works with, where nobody else would find it: hooks and instructions
/// of new projects name it without its folder.
fn hidden_uv(context: &Context) -> Result<Option<String>, Failure> {
    let uv = uv::find(&context.environment, &context.home()?, &context.runner())?;
    let managed = uv.filter(|uv| uv.origin.is_managed());
    let folder = managed.as_ref().and_then(|uv| uv.program.parent());
    Ok(folder.map(|folder| folder.display().to_string()))
}

/// Writes `.env.example` where the code reads variables that somebody has to set.
fn list_env_vars(context: &Context, folder: &Path) -> Result<(), Failure> {
    let template: EnvTemplate = env_template(dhtl_regeneration::Place {
        start: folder,
        root: Some(folder),
        environment: &context.environment,
    })?;
    if !template.missing.is_empty() {
        template.write()?;
    }
    Ok(())
}

fn interrupted() -> Failure {
    Failure::interrupted("making the project was interrupted")
        .hinted("nothing was left behind; run the same command again")
}
