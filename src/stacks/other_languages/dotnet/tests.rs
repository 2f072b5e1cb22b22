//! What is found of projects of .NET.

use dhtl_project_model::stack::Survey;

use super::super::shown::shown;
use crate::test_surveys::surveyed;

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
      build: dotnet publish --no-restore -c Release -o out -f net6.0
      start: dotnet out/shop.dll
      dev: dotnet run -f net6.0
      application shop Shop.csproj (dotnet-project)
      port 5000 Shop.csproj:3 (dotnet-target-framework)
    "#);
}

#[track_caller]
fn check(files: &[(&str, &str)], expected: &[&str]) {
    let shown = shown(files);
    for line in expected {
        assert!(
            shown.lines().any(|shown| shown.trim() == *line),
            "{line}\n{shown}"
        );
    }
}

#[test]
fn pages_in_the_browser_belong_to_the_server_that_refers_to_them() {
    let server = "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><ItemGroup>\
        <ProjectReference Include=\"..\\Shop.Client\\Shop.Client.csproj\" /></ItemGroup></Project>";
    let client = "<Project Sdk=\"Microsoft.NET.Sdk.BlazorWebAssembly\"></Project>";
    let files = [
        ("Shop/Shop.csproj", server),
        ("Shop.Client/Shop.Client.csproj", client),
    ];
    check(
        &files,
        &[
            "Shop Dotnet Api Shop [\"asp.net-core\"]",
            "Shop.Client Dotnet Library Shop.Client []",
        ],
    );
    check(&files[1..], &["Shop.Client Dotnet Static Shop.Client []"]);
}

#[test]
fn what_serves_development_is_not_deployed() {
    let with = |package: &str| {
        format!(
            "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><OutputType>Exe</OutputType></PropertyGroup>\
             <ItemGroup><PackageReference Include=\"{package}\" /></ItemGroup></Project>"
        )
    };
    for package in ["Bullseye", "Nuke.Common", "BenchmarkDotNet"] {
        assert_eq!(shown(&[("build/build.csproj", &with(package))]), "");
    }
    let host = "<Project Sdk=\"Microsoft.NET.Sdk\"><Sdk Name=\"Aspire.AppHost.Sdk\" Version=\"9.5.0\" />\
        <PropertyGroup><OutputType>Exe</OutputType></PropertyGroup></Project>";
    for (text, dev) in [
        (host, Some("dev: dotnet run")),
        (
            "<Project Sdk=\"Aspire.AppHost.Sdk/13.0.0\"></Project>",
            Some("dev: dotnet run"),
        ),
        (
            "<Project Sdk=\"Microsoft.NET.Sdk.Razor\"><PropertyGroup><OutputType>Exe</OutputType>\
             <UseMaui>true</UseMaui></PropertyGroup></Project>",
            None,
        ),
    ] {
        let shown = shown(&[("x/x.csproj", text)]);
        assert!(shown.starts_with("x Dotnet App x"), "{shown}");
        assert!(!shown.contains("start:"), "{shown}");
        assert!(
            shown.contains("build: dotnet build --no-restore -c Release"),
            "{shown}"
        );
        assert!(dev.is_none_or(|dev| shown.contains(dev)), "{shown}");
    }
    let framework = "<Project ToolsVersion=\"15.0\"><Import Project=\"x.props\" /><PropertyGroup>\
        <OutputType>Exe</OutputType><TargetFrameworkVersion>v4.8</TargetFrameworkVersion></PropertyGroup></Project>";
    insta::assert_snapshot!(shown(&[("x.csproj", framework)]), @"
    . Dotnet App x []
      with nuget  x.csproj (dotnet-project)
      install: nuget restore
      build: msbuild -p:Configuration=Release
    ");
}

#[test]
fn commands_name_what_they_could_not_choose() {
    let program = |inner: &str| {
        format!(
            "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><OutputType>Exe</OutputType>{inner}</PropertyGroup></Project>"
        )
    };
    let plain = program("");
    check(
        &[("Shop.sln", ""), ("My Shop.csproj", &plain)],
        &[
            "install: dotnet restore 'My Shop.csproj'",
            "build: dotnet publish 'My Shop.csproj' --no-restore -c Release -o out",
            "start: dotnet 'out/My Shop.dll'",
            "dev: dotnet run --project 'My Shop.csproj'",
        ],
    );
    let several = program("<TargetFrameworks>net8.0;net9.0</TargetFrameworks>");
    check(
        &[("x.csproj", &several)],
        &[
            "build: dotnet publish --no-restore -c Release -o out -f net9.0",
            "dev: dotnet run -f net9.0",
        ],
    );
    let native = program("<PublishAot>true</PublishAot>");
    check(&[("x.csproj", &native)], &["start: ./out/x"]);
    let sometimes = program("<PublishAot Condition=\"'$(X)'==''\">true</PublishAot>");
    check(&[("x.csproj", &sometimes)], &["start: dotnet out/x.dll"]);
    let function = program("<AzureFunctionsVersion>v4</AzureFunctionsVersion>");
    check(
        &[("x.csproj", &function)],
        &["start: cd out && func start", ". Dotnet Worker x []"],
    );
}

#[test]
fn servers_say_where_they_listen() {
    let settings =
        "{ // x\n\"Kestrel\": { \"Endpoints\": {\n \"Http\": { \"Url\": \"http://*:5005\" } } } }";
    check(
        &[("x.csproj", WEB), ("appsettings.json", settings)],
        &["port 5005 appsettings.json:3 (dotnet-urls)"],
    );
    check(
        &[
            ("x.csproj", WEB),
            ("Program.cs", "// x\napp.Run(\"http://0.0.0.0:3000\");\n"),
        ],
        &["port 3000 Program.cs:2 (dotnet-urls)"],
    );
    check(
        &[
            ("x.csproj", WEB),
            ("Program.cs", "client.Get(\"http://x.example:3000\");\n"),
        ],
        &["port 8080 x.csproj:3 (dotnet-target-framework)"],
    );
}

#[test]
fn a_server_is_deployed_with_the_pages_in_its_folder() {
    let manifest =
        "{\"scripts\": {\"build\": \"vite build\"}, \"devDependencies\": {\"vite\": \"^6\"}}";
    let old = WEB.replace("net8.0", "net6.0");
    let files = [
        ("src/Web/Web.csproj", old.as_str()),
        ("src/Web/ClientApp/package.json", manifest),
        ("src/Web/ClientApp/index.html", ""),
    ];
    let survey = surveyed(&files).survey;
    let pages = survey
        .stacks
        .iter()
        .filter(|stack| stack.static_output.is_some());
    assert_eq!(pages.count(), 1);
    assert_eq!(survey.application.unwrap().value, "src/Web");
    // Only later ones know the variable of the port alone.
    let told = |survey: Survey| survey.deploy.unwrap().environment;
    let old = told(surveyed(&files).survey);
    assert_eq!(old["ASPNETCORE_URLS"], "http://0.0.0.0:5000");
    assert!(!old.contains_key("ASPNETCORE_HTTP_PORTS"));
    let new = told(surveyed(&[("x.csproj", WEB)]).survey);
    assert_eq!(new["ASPNETCORE_HTTP_PORTS"], "8080");
    assert!(!new.contains_key("ASPNETCORE_URLS"));
}
