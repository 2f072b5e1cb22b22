//! C and C++: `CMake`, Meson, autotools and make.
//!
//! Sources: the manuals of `CMake`, Meson, GNU Autoconf, GNU Make, Conan and vcpkg.

mod builds;
#[cfg(test)]
mod tests;

use dhtl_project_model::stack::{ProjectType, Stack, StackKind, Workspace};
use dhtl_project_model::{Evidence, Found};

use self::builds::{Build, of_autotools, of_cmake, of_make, of_meson};
use super::draft::{self, command, found};
use super::inventory::{Inventory, depth};
use crate::places;
use crate::sources::Sources;

/// Who builds, by the file that says how; the one that is better to use of several first.
const BUILDERS: [(&str, Builder); 8] = [
    ("CMakeLists.txt", Builder::Cmake),
    ("meson.build", Builder::Meson),
    ("configure.ac", Builder::Autotools),
    ("configure.in", Builder::Autotools),
    ("configure", Builder::Configure),
    ("GNUmakefile", Builder::Make),
    ("Makefile", Builder::Make),
    ("makefile", Builder::Make),
];

/// Manifests of others, which build C as a part of themselves.
const OTHERS: [&str; 9] = [
    "pyproject.toml",
    "setup.py",
    "package.json",
    "Cargo.toml",
    "go.mod",
    "mix.exs",
    "composer.json",
    "Gemfile",
    "Package.swift",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Builder {
    Cmake,
    Meson,
    Autotools,
    Configure,
    Make,
}

/// The stacks of C and C++: the outermost ones, because what lies below is a part of them.
pub(super) fn find(
    sources: &Sources<'_>,
    inventory: &Inventory<'_>,
) -> (Vec<Stack>, Vec<Workspace>) {
    if inventory.c.is_empty() && inventory.native.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let mut places: Vec<(&str, &str, Builder)> = Vec::new();
    for path in &inventory.native {
        let name = places::file_name(path);
        let builder = BUILDERS.iter().find(|(file, _)| *file == name);
        if let Some((_, builder)) = builder
            && !places::is_documentation(path)
        {
            places.push((places::folder(path), path, *builder));
        }
    }
    places.sort_by_key(|(folder, _, builder)| (depth(folder), *folder, *builder as u8));
    let mut stacks: Vec<Stack> = Vec::new();
    for (folder, path, builder) in places {
        let is_inner = stacks.iter().any(|stack| {
            stack.folder == folder || places::relative(folder, &stack.folder).is_some()
        });
        let is_of_others = OTHERS
            .iter()
            .any(|name| draft::nearest(sources.tree, folder, &[name]).is_some());
        if !is_inner && !is_of_others {
            stacks.extend(stack(sources, inventory, folder, path, builder));
        }
    }
    (stacks, Vec::new())
}

fn stack(
    sources: &Sources<'_>,
    inventory: &Inventory<'_>,
    folder: &str,
    path: &str,
    builder: Builder,
) -> Option<Stack> {
    let is_below = |path: &&&str| folder == "." || places::relative(path, folder).is_some();
    let has_code = inventory.c.iter().any(|path| is_below(&path));
    // A makefile of anything, and a `configure` of anything, is no sign of C.
    if !has_code && !matches!(builder, Builder::Cmake | Builder::Meson) {
        return None;
    }
    // A part of a program has a makefile as well.
    if folder != "." && !matches!(builder, Builder::Cmake | Builder::Meson) {
        let is_part = inventory.c.iter().any(|path| !is_below(&path));
        if is_part {
            return None;
        }
    }
    let text = draft::code(sources, path)?;
    let mut build = match builder {
        Builder::Make => of_make(path, &text),
        Builder::Cmake => of_cmake(path, &text),
        Builder::Meson => of_meson(path, &text),
        _ => Build::default(),
    };
    if builder == Builder::Autotools {
        build = of_autotools(sources, folder, path, &text);
    }
    if matches!(builder, Builder::Cmake | Builder::Meson) && build.programs.is_empty() {
        add_inner(sources, inventory, folder, builder, &mut build);
    }
    if matches!(builder, Builder::Cmake | Builder::Meson) && build.name.is_none() && !has_code {
        return None;
    }
    let evidence = Evidence::file(path, "native-build");
    let purpose = purpose(path, builder, &build);
    let is_run = purpose.value != ProjectType::Library;
    let mut stack = Stack::new(folder, StackKind::Cpp, evidence.clone(), purpose);
    stack.name.clone_from(&build.name);
    stack.frameworks = build.frameworks.names();
    if is_run {
        stack.port = build.frameworks.port();
    }
    add_manager(&mut stack, sources, folder);
    add_commands(&mut stack, builder, &build, &evidence);
    Some(stack)
}

/// What it is: what makes a library is one, whatever else it makes for its tests.
fn purpose(path: &str, builder: Builder, build: &Build) -> Found<ProjectType> {
    let named = build.name.as_ref().and_then(|name| {
        let mut programs = build.programs.iter();
        programs.find(|program| program.value.eq_ignore_ascii_case(&name.value))
    });
    if let Some(decided) = build.frameworks.purpose()
        && !build.programs.is_empty()
    {
        return decided;
    }
    match (named, build.libraries.first(), build.programs.first()) {
        (None, Some(library), _) => found(ProjectType::Library, &library.evidence),
        (Some(program), _, _) | (None, None, Some(program)) => {
            found(ProjectType::App, &program.evidence)
        }
        // A makefile or a script does not say; something is built to be run, as a rule.
        (None, None, None) if matches!(builder, Builder::Cmake | Builder::Meson) => found(
            ProjectType::Library,
            &Evidence::file(path, "native-no-program"),
        ),
        (None, None, None) => found(ProjectType::App, &Evidence::file(path, "native-build")),
    }
}

/// Adds the programs that the build files of the folders within make.
fn add_inner(
    sources: &Sources<'_>,
    inventory: &Inventory<'_>,
    folder: &str,
    builder: Builder,
    build: &mut Build,
) {
    const MOST: usize = 20;
    let (name, read): (&str, fn(&str, &str) -> Build) = match builder {
        Builder::Cmake => ("CMakeLists.txt", of_cmake),
        _ => ("meson.build", of_meson),
    };
    let mut inner: Vec<&&str> = inventory
        .native
        .iter()
        .filter(|path| places::file_name(path) == name && places::folder(path) != folder)
        .filter(|path| folder == "." || places::relative(path, folder).is_some())
        .collect();
    inner.sort_by_key(|path| (depth(places::folder(path)), **path));
    for path in inner.into_iter().take(MOST) {
        let Some(text) = sources.text(path) else {
            continue;
        };
        let found = read(path, &text);
        // Relative to the build folder, a program is where its build file is.
        let place = places::relative(places::folder(path), folder)
            .unwrap_or_default()
            .to_owned();
        let programs = found.programs.into_iter().map(|mut program| {
            program.value = format!("{place}/{}", program.value);
            program
        });
        build.programs.extend(programs);
        build.libraries.extend(found.libraries);
    }
}

fn add_manager(stack: &mut Stack, sources: &Sources<'_>, folder: &str) {
    let conan = draft::here(sources.tree, folder, &["conanfile.txt", "conanfile.py"]);
    if let Some(path) = conan {
        let evidence = Evidence::file(&path, "conanfile");
        let lock = draft::here(sources.tree, folder, &["conan.lock"]);
        stack.package_manager = Some(draft::manager("conan", lock, &evidence));
        stack.commands.install = command(
            "conan install . --output-folder=build --build=missing",
            &evidence,
        );
        return;
    }
    if let Some(path) = draft::here(sources.tree, folder, &["vcpkg.json"]) {
        let evidence = Evidence::file(&path, "vcpkg-json");
        stack.package_manager = Some(draft::manager("vcpkg", None, &evidence));
        stack.commands.install = command("vcpkg install", &evidence);
    }
}

fn add_commands(stack: &mut Stack, builder: Builder, build: &Build, evidence: &Evidence) {
    let toolchain = match stack
        .package_manager
        .as_ref()
        .map(|manager| manager.name.as_str())
    {
        Some("conan") => " -DCMAKE_TOOLCHAIN_FILE=build/conan_toolchain.cmake",
        Some("vcpkg") => " -DCMAKE_TOOLCHAIN_FILE=$VCPKG_ROOT/scripts/buildsystems/vcpkg.cmake",
        _ => "",
    };
    let (build_text, place, check) = match builder {
        Builder::Cmake => (
            format!(
                "cmake -S . -B build -DCMAKE_BUILD_TYPE=Release{toolchain} && cmake --build build"
            ),
            "build/",
            Some("ctest --test-dir build"),
        ),
        Builder::Meson => (
            "meson setup build --buildtype=release && meson compile -C build".to_owned(),
            "build/",
            Some("meson test -C build"),
        ),
        Builder::Autotools => (
            "autoreconf -fi && ./configure && make".to_owned(),
            "",
            Some("make check"),
        ),
        Builder::Configure => ("./configure && make".to_owned(), "", None),
        Builder::Make => ("make".to_owned(), "", None),
    };
    stack.commands.build = command(build_text, evidence);
    stack.commands.test = check.and_then(|check| command(check, evidence));
    if stack.project_type.value == ProjectType::Library {
        return;
    }
    let name = build.name.as_ref().map_or("", |name| name.value.as_str());
    let chosen = build
        .programs
        .iter()
        .find(|program| places::file_name(&program.value).eq_ignore_ascii_case(name));
    if let Some(program) = chosen.or(build.programs.first()) {
        stack.application = Some(program.clone());
        stack.commands.start = command(format!("./{place}{}", program.value), &program.evidence);
    }
}
