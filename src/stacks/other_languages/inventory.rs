//! Which files of a project can matter to which language, found in one pass over their paths.

use dhtl_detection::tree::Tree;

use crate::places;

/// The manifests and the code of a project by language, without what is somebody else's.
#[derive(Debug, Default)]
pub(super) struct Inventory<'t> {
    /// `go.mod`.
    pub(super) go_mod: Vec<&'t str>,
    /// `go.work`.
    pub(super) go_work: Vec<&'t str>,
    /// `*.go`, without tests.
    pub(super) go: Vec<&'t str>,
    /// `*.go` of examples and the like, one of which may be what is released.
    pub(super) foreign_go: Vec<&'t str>,
    /// `Cargo.toml`.
    pub(super) cargo: Vec<&'t str>,
    /// `Cargo.toml` of examples and the like, which a workspace may name all the same.
    pub(super) foreign_cargo: Vec<&'t str>,
    /// `pom.xml`.
    pub(super) maven: Vec<&'t str>,
    /// `build.gradle`, `settings.gradle` and their Kotlin forms.
    pub(super) gradle: Vec<&'t str>,
    /// Other scripts of Gradle, of which some are plugins that the project makes for itself.
    pub(super) gradle_scripts: Vec<&'t str>,
    /// `build.sbt`.
    pub(super) sbt: Vec<&'t str>,
    /// `project.clj`, `deps.edn`.
    pub(super) clojure: Vec<&'t str>,
    /// `Gemfile`, `gems.rb`, `config.ru`, `*.gemspec`.
    pub(super) ruby: Vec<&'t str>,
    /// `composer.json`.
    pub(super) composer: Vec<&'t str>,
    /// `index.php` and `wp-config*.php`, of those without a `composer.json`.
    pub(super) php: Vec<&'t str>,
    /// `*.csproj`, `*.fsproj`, `*.vbproj`.
    pub(super) dotnet: Vec<&'t str>,
    /// `*.sln`, `*.slnx`.
    pub(super) solutions: Vec<&'t str>,
    /// `mix.exs`.
    pub(super) mix: Vec<&'t str>,
    /// `Package.swift`.
    pub(super) swift: Vec<&'t str>,
    /// `CMakeLists.txt`, `meson.build`, `Makefile`, `configure.ac`, `conanfile.*`, `vcpkg.json`.
    pub(super) native: Vec<&'t str>,
    /// Manifests of Gleam, Zig, Haskell, Crystal and Dart.
    pub(super) further: Vec<&'t str>,
    /// Programs of COBOL.
    pub(super) cobol: Vec<&'t str>,
    /// Code of C and C++, up to the first hundred.
    pub(super) c: Vec<&'t str>,
    /// Scripts of a shell.
    pub(super) shell: Vec<&'t str>,
}

impl<'t> Inventory<'t> {
    /// The inventory of a tree.
    pub(super) fn of(tree: &'t Tree) -> Self {
        let mut inventory = Self::default();
        for file in &tree.files {
            let path = file.path.as_str();
            let name = places::file_name(path);
            let Some(list) = inventory.list(name) else {
                continue;
            };
            if !places::is_foreign(path) {
                list.push(path);
            } else if name == "Cargo.toml" {
                inventory.foreign_cargo.push(path);
            } else if ending(name) == "go" && !path.starts_with("vendor/") {
                inventory.foreign_go.push(path);
            }
        }
        inventory
    }

    /// The list that a file of this name belongs to.
    fn list(&mut self, name: &str) -> Option<&mut Vec<&'t str>> {
        Some(match name {
            "go.mod" => &mut self.go_mod,
            "go.work" => &mut self.go_work,
            "Cargo.toml" => &mut self.cargo,
            "pom.xml" => &mut self.maven,
            "build.gradle" | "build.gradle.kts" | "settings.gradle" | "settings.gradle.kts" => {
                &mut self.gradle
            }
            "build.sbt" => &mut self.sbt,
            "project.clj" | "deps.edn" => &mut self.clojure,
            "Gemfile" | "gems.rb" | "config.ru" => &mut self.ruby,
            "composer.json" => &mut self.composer,
            "index.php" | "wp-config.php" | "wp-config-sample.php" => &mut self.php,
            "mix.exs" => &mut self.mix,
            "Package.swift" => &mut self.swift,
            "CMakeLists.txt" | "meson.build" | "Makefile" | "makefile" | "GNUmakefile"
            | "configure.ac" | "configure.in" | "configure" | "conanfile.txt" | "conanfile.py"
            | "vcpkg.json" => &mut self.native,
            "gleam.toml" | "build.zig" | "package.yaml" | "stack.yaml" | "cabal.project"
            | "shard.yml" | "pubspec.yaml" => &mut self.further,
            _ => return self.list_by_ending(name),
        })
    }

    fn list_by_ending(&mut self, name: &str) -> Option<&mut Vec<&'t str>> {
        let (_, ending) = name.rsplit_once('.')?;
        Some(match ending {
            "go" if !name.ends_with("_test.go") => &mut self.go,
            "cabal" => &mut self.further,
            "cbl" | "cob" | "cobol" if self.cobol.len() < 100 => &mut self.cobol,
            "gemspec" => &mut self.ruby,
            "gradle" => &mut self.gradle_scripts,
            "kts" if name.ends_with(".gradle.kts") => &mut self.gradle_scripts,
            "csproj" | "fsproj" | "vbproj" => &mut self.dotnet,
            "sln" | "slnx" => &mut self.solutions,
            "c" | "cc" | "cpp" | "cxx" if self.c.len() < 100 => &mut self.c,
            "sh" | "bash" if self.shell.len() < 100 => &mut self.shell,
            _ => return None,
        })
    }
}

/// The folders of these files, the shallowest first, each once.
pub(super) fn folders<'t>(paths: &[&'t str]) -> Vec<&'t str> {
    let mut folders: Vec<&str> = paths.iter().map(|path| places::folder(path)).collect();
    folders.sort_by_key(|folder| (depth(folder), *folder));
    folders.dedup();
    folders
}

/// What stands behind the last point of a path; nothing where there is none.
pub(super) fn ending(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// How many folders a folder is below the root.
pub(super) fn depth(folder: &str) -> usize {
    if folder == "." {
        0
    } else {
        folder.split('/').count()
    }
}
