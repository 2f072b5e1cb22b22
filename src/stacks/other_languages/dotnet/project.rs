//! One project file of .NET.

use dhtl_project_model::{Evidence, Found};

use super::super::xml::{self, Element};
use crate::places;
use crate::sources::Sources;

/// What a project file says.
#[derive(Debug, Clone)]
pub(super) struct Project {
    /// Its path.
    pub(super) path: String,
    /// Who builds it.
    pub(super) sdk: Sdk,
    /// What it is built for.
    pub(super) target: Option<Found<String>>,
    /// Whether it is built for more than one framework, so that a command has to name it.
    pub(super) has_targets: bool,
    /// `Exe`, `WinExe` or `Library`, and the line.
    pub(super) output: Option<(String, u32)>,
    /// The name of what is built, where it is not that of the file.
    pub(super) assembly: Option<String>,
    /// The packages it uses, and the lines.
    pub(super) packages: Vec<(String, u32)>,
    /// The project files it refers to, from the root.
    pub(super) references: Vec<String>,
    /// What is published: a program of its own, instead of a library that `dotnet` runs.
    pub(super) is_native: bool,
    /// What it is there for.
    pub(super) role: Role,
}

/// What a project is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It is a part of what is made.
    Part,
    /// It tests, measures or builds the others.
    Development,
    /// It starts the others on the machine of a developer (Aspire).
    AppHost,
    /// It is installed on a device (MAUI, Android, iOS).
    Device,
    /// It is run by Azure Functions.
    Function,
    /// It is of the .NET Framework, which the SDK does not build.
    Framework,
}

/// Who builds a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sdk {
    /// `Microsoft.NET.Sdk.Web`.
    Web,
    /// `Microsoft.NET.Sdk.BlazorWebAssembly`.
    BlazorWebAssembly,
    /// `Microsoft.NET.Sdk.Worker`.
    Worker,
    /// `Microsoft.NET.Sdk.Razor`.
    Razor,
    /// `Microsoft.NET.Sdk`, and those of others.
    Other,
}

impl Project {
    /// The project in the file at `path`.
    pub(super) fn read(sources: &Sources<'_>, path: &str) -> Option<Self> {
        xml::with_root(sources, path, |root| Some(Self::from_root(root, path)))
    }

    /// The name of its file, without the ending.
    pub(super) fn name(&self) -> &str {
        let file = places::file_name(&self.path);
        file.rsplit_once('.').map_or(file, |(name, _)| name)
    }

    fn from_root(root: Element<'_, '_>, path: &str) -> Self {
        let listed = root.all("Sdk").find_map(|sdk| sdk.attribute("Name"));
        let sdk = root.attribute("Sdk").or(listed).unwrap_or_default();
        let packages: Vec<(String, u32)> = root
            .anywhere("PackageReference")
            .filter_map(|one| Some((one.attribute("Include")?.to_owned(), one.line())))
            .collect();
        let folder = places::folder(path);
        let references = root
            .anywhere("ProjectReference")
            .filter_map(|one| places::join(folder, one.attribute("Include")?));
        let natives = ["PublishAot", "PublishSingleFile", "SelfContained"];
        let targets = property(root, "TargetFrameworks").find_map(Element::text);
        Self {
            path: path.to_owned(),
            sdk: Sdk::named(sdk),
            target: target(root, path, "dotnet-target-framework"),
            has_targets: targets.is_some_and(|targets| targets.contains(';')),
            output: property(root, "OutputType")
                .find_map(|one| Some((one.text()?.to_owned(), one.line()))),
            assembly: property(root, "AssemblyName")
                .find_map(Element::text)
                .filter(|name| !name.contains("$("))
                .map(str::to_owned),
            references: references.collect(),
            is_native: natives.iter().any(|name| is_true(root, name)),
            role: role(root, sdk, &packages),
            packages,
        }
    }
}

/// Whether a property is on, whatever is built.
fn is_true(root: Element<'_, '_>, name: &str) -> bool {
    property(root, name)
        .filter(|one| one.attribute("Condition").is_none())
        .filter_map(Element::text)
        .any(|text| text.eq_ignore_ascii_case("true"))
}

/// Packages of projects that test, measure or build others.
const DEVELOPMENT: [&str; 11] = [
    "Microsoft.NET.Test.Sdk",
    "xunit",
    "xunit.v3",
    "NUnit",
    "MSTest.TestFramework",
    "TUnit",
    "BenchmarkDotNet",
    "Bullseye",
    "Cake.Frosting",
    "Fake.Core.Target",
    "Nuke.Common",
];

/// What a project with these packages is there for.
fn role(root: Element<'_, '_>, sdk: &str, packages: &[(String, u32)]) -> Role {
    let uses = |names: &[&str]| {
        packages
            .iter()
            .any(|(name, _)| names.contains(&name.as_str()))
    };
    let mut sdks = root.all("Sdk").filter_map(|sdk| sdk.attribute("Name"));
    let is_host = sdk.starts_with("Aspire.AppHost.Sdk")
        || sdks.any(|sdk| sdk.starts_with("Aspire.AppHost.Sdk"))
        || is_true(root, "IsAspireHost")
        || uses(&["Aspire.Hosting.AppHost"]);
    let is_of_device = is_true(root, "UseMaui")
        || property(root, "TargetFramework")
            .filter_map(Element::text)
            .any(|target| target.ends_with("-android") || target.ends_with("-ios"));
    let is_of_framework = sdk.is_empty()
        && root.all("Import").next().is_some()
        && property(root, "TargetFrameworkVersion").next().is_some();
    if is_true(root, "IsTestProject") || sdk.starts_with("MSTest.Sdk") || uses(&DEVELOPMENT) {
        Role::Development
    } else if is_host {
        Role::AppHost
    } else if is_of_device {
        Role::Device
    } else if property(root, "AzureFunctionsVersion").next().is_some() {
        Role::Function
    } else if is_of_framework {
        Role::Framework
    } else {
        Role::Part
    }
}

impl Sdk {
    fn named(name: &str) -> Self {
        match name.split('/').next().unwrap_or_default() {
            "Microsoft.NET.Sdk.Web" => Self::Web,
            "Microsoft.NET.Sdk.BlazorWebAssembly" => Self::BlazorWebAssembly,
            "Microsoft.NET.Sdk.Worker" => Self::Worker,
            "Microsoft.NET.Sdk.Razor" => Self::Razor,
            _ => Self::Other,
        }
    }
}

fn property<'d, 'i>(root: Element<'d, 'i>, name: &str) -> impl Iterator<Item = Element<'d, 'i>> {
    root.all("PropertyGroup")
        .flat_map(move |group| group.all(name))
}

/// What the project is built for; of several, the newest.
pub(super) fn target(
    root: Element<'_, '_>,
    path: &str,
    rule: &'static str,
) -> Option<Found<String>> {
    let names = ["TargetFramework", "TargetFrameworks"];
    let mut properties = names.iter().flat_map(|name| property(root, name));
    properties.find_map(|one| {
        let targets = one.text()?.split(';').map(str::trim);
        let newest = targets
            .filter(|target| release(target).is_some())
            .max_by_key(|target| major(target))?;
        Some(Found {
            value: newest.to_owned(),
            evidence: Evidence::at(path, one.line(), rule),
        })
    })
}

fn major(target: &str) -> Option<(u32, u32)> {
    let release = release(target)?;
    let (major, minor) = release.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// `8.0` of `net8.0`, `net8.0-windows` or `netcoreapp3.1`; none of `netstandard2.0` and `net48`,
/// which name no runtime that is installed.
pub(super) fn release(target: &str) -> Option<String> {
    let number = target
        .strip_prefix("netcoreapp")
        .or_else(|| target.strip_prefix("net"))?;
    let number = number.split('-').next().unwrap_or_default();
    let (major, minor) = number.split_once('.')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(major) && is_number(minor)).then(|| format!("{major}.{minor}"))
}
