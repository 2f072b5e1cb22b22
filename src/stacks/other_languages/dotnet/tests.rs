//! What is found of projects of .NET.

use super::super::shown::shown;

const WEB: &str = "<Project Sdk=\"Microsoft.NET.Sdk.Web\">\n<PropertyGroup>\n\
    <TargetFramework>net8.0</TargetFramework>\n</PropertyGroup>\n</Project>\n";

#[test]
fn a_service_and_what_it_uses() {
    let files = [
        (
            "Shop.sln",
            "\u{feff}Microsoft Visual Studio Solution File\r\n\
             Project(\"{X}\") = \"Api\", \"src\\Api\\Api.csproj\", \"{Y}\"\r\n\
             Project(\"{X}\") = \"Core\", \"src\\Core\\Core.csproj\", \"{Z}\"\r\n",
        ),
        ("src/Api/Api.csproj", WEB),
        (
            "src/Core/Core.csproj",
            "<Project Sdk=\"Microsoft.NET.Sdk\"></Project>",
        ),
        ("src/Core.Tests/Core.Tests.csproj", WEB),
        (
            "Directory.Build.props",
            "<Project><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup></Project>",
        ),
        (
            "global.json",
            "{ // the SDK\n \"sdk\": { \"version\": \"9.0.100\" } }",
        ),
    ];
    insta::assert_snapshot!(shown(&files), @r#"
    src/Api Dotnet Api Api ["asp.net-core"]
      Dotnet 8.0 src/Api/Api.csproj:3 (dotnet-target-framework)
      with nuget  src/Api/Api.csproj (dotnet-project)
      install: dotnet restore
      build: dotnet publish --no-restore -c Release -o out
      start: dotnet out/Api.dll
      dev: dotnet run
      application Api src/Api/Api.csproj (dotnet-project)
      port 8080 src/Api/Api.csproj:3 (dotnet-target-framework)
    src/Core Dotnet Library Core []
      Dotnet 9.0 Directory.Build.props:1 (dotnet-shared-properties)
      with nuget  src/Core/Core.csproj (dotnet-project)
      install: dotnet restore
      build: dotnet build --no-restore -c Release
    workspace .: src/Api src/Core Shop.sln:2 (dotnet-solution)
    "#);
}

#[test]
fn kinds_are_told_apart() {
    let project = |sdk: &str, inner: &str| {
        let text =
            format!("<Project Sdk=\"{sdk}\"><PropertyGroup>{inner}</PropertyGroup></Project>");
        let shown = shown(&[("x/x.csproj", &text), ("x/Pages/Index.cshtml", "")]);
        shown.lines().next().unwrap_or_default().to_owned()
    };
    let exe = "<OutputType>Exe</OutputType>";
    for (sdk, inner, expected) in [
        (
            "Microsoft.NET.Sdk.Web",
            "",
            "x Dotnet Web x [\"asp.net-core\"]",
        ),
        ("Microsoft.NET.Sdk.Worker", "", "x Dotnet Worker x []"),
        (
            "Microsoft.NET.Sdk.BlazorWebAssembly",
            "",
            "x Dotnet Static x []",
        ),
        ("Microsoft.NET.Sdk.Razor", "", "x Dotnet Library x []"),
        ("Microsoft.NET.Sdk", "", "x Dotnet Library x []"),
        ("Microsoft.NET.Sdk", exe, "x Dotnet App x []"),
        (
            "Microsoft.NET.Sdk",
            "<IsTestProject>True</IsTestProject>",
            "",
        ),
    ] {
        assert_eq!(project(sdk, inner), expected);
    }
}

#[test]
fn the_newest_target_counts() {
    let text = WEB.replace(
        "<TargetFramework>net8.0</TargetFramework>",
        "<TargetFrameworks>netstandard2.0;net6.0;netcoreapp3.1</TargetFrameworks>\
         <AssemblyName>shop</AssemblyName>",
    );
    insta::assert_snapshot!(shown(&[("Shop.csproj", &text)]), @r#"
    . Dotnet Api Shop ["asp.net-core"]
      Dotnet 6.0 Shop.csproj:3 (dotnet-target-framework)
      with nuget  Shop.csproj (dotnet-project)
      install: dotnet restore
      build: dotnet publish --no-restore -c Release -o out
      start: dotnet out/shop.dll
      dev: dotnet run
      application shop Shop.csproj (dotnet-project)
      port 5000 Shop.csproj:3 (dotnet-target-framework)
    "#);
}
