//! One project file of .NET.

use dhtl_project_model::{Evidence, Found};

use super::super::xml::{self, Element};
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
    /// `Exe`, `WinExe` or `Library`, and the line.
    pub(super) output: Option<(String, u32)>,
    /// The name of what is built, where it is not that of the file.
    pub(super) assembly: Option<String>,
    /// The packages it uses, and the lines.
    pub(super) packages: Vec<(String, u32)>,
    /// Whether it holds tests.
    pub(super) is_test: bool,
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

    fn from_root(root: Element<'_, '_>, path: &str) -> Self {
        let listed = root.all("Sdk").find_map(|sdk| sdk.attribute("Name"));
        let sdk = root.attribute("Sdk").or(listed).unwrap_or_default();
        let packages: Vec<(String, u32)> = root
            .anywhere("PackageReference")
            .filter_map(|one| Some((one.attribute("Include")?.to_owned(), one.line())))
            .collect();
        let is_true = |name: &str| {
            let mut values = property(root, name);
            values.any(|value| {
                value
                    .text()
                    .is_some_and(|text| text.eq_ignore_ascii_case("true"))
            })
        };
        let tests = [
            "Microsoft.NET.Test.Sdk",
            "xunit",
            "xunit.v3",
            "NUnit",
            "MSTest.TestFramework",
            "TUnit",
        ];
        Self {
            path: path.to_owned(),
            sdk: Sdk::named(sdk),
            target: target(root, path, "dotnet-target-framework"),
            output: property(root, "OutputType")
                .find_map(|one| Some((one.text()?.to_owned(), one.line()))),
            assembly: property(root, "AssemblyName")
                .find_map(Element::text)
                .filter(|name| !name.contains("$("))
                .map(str::to_owned),
            is_test: is_true("IsTestProject")
                || sdk.starts_with("MSTest.Sdk")
                || packages
                    .iter()
                    .any(|(name, _)| tests.contains(&name.as_str())),
            packages,
        }
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
