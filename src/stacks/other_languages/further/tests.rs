//! What is found of projects of these languages.

use super::super::shown::shown;

#[test]
fn gleam_is_shipped() {
    let files = [
        (
            "gleam.toml",
            "name = \"shop\"\ngleam = \">= 1.9.0\"\n[dependencies]\nwisp = \">= 1.0.0\"\n",
        ),
        ("manifest.toml", ""),
        (
            "src/shop.gleam",
            "import wisp\n\npub fn main() {\n  mist.port(8081)\n}\n",
        ),
    ];
    insta::assert_snapshot!(shown(&files), @r#"
    . Gleam Api shop ["wisp"]
      Gleam 1 gleam.toml:2 (gleam-version)
      Erlang 28 . (runtime-default)
      with gleam  manifest.toml (lock-file)
      install: gleam deps download
      build: gleam export erlang-shipment
      start: ./build/erlang-shipment/entrypoint.sh run
      dev: gleam run
      test: gleam test
      application shop src/shop.gleam:3 (gleam-main)
      port 8081 src/shop.gleam:4 (gleam-port)
    "#);
    let library = [
        ("gleam.toml", "name = \"x\"\n"),
        ("src/x.gleam", "pub fn a() {}\n"),
    ];
    assert!(shown(&library).contains("Gleam Library x"));
}

#[test]
fn zig_names_its_programs() {
    let files = [
        (
            "build.zig",
            "pub fn build(b: *std.Build) void {\n  const exe = b.addExecutable(.{\n    .name = \"shop\",\n  });\n}\n",
        ),
        (
            "build.zig.zon",
            ".{ .name = .shop, .minimum_zig_version = \"0.13.0\", .dependencies = .{ .httpz = .{} } }\n",
        ),
    ];
    insta::assert_snapshot!(shown(&files), @r#"
    . Zig Api  ["http.zig"]
      Zig 0.13.0 build.zig.zon:1 (zig-minimum-version)
      with zig  build.zig.zon (build-zig-zon)
      install: zig build --fetch
      build: zig build -Doptimize=ReleaseSafe
      start: ./zig-out/bin/shop
      dev: zig build run
      test: zig build test
      application shop build.zig:2 (zig-add-executable)
    "#);
}

#[test]
fn haskell_with_stack_and_with_cabal() {
    let hpack = [
        ("stack.yaml", "resolver: lts-22.4\n"),
        (
            "package.yaml",
            "name: shop\ndependencies:\n- base >= 4\n- scotty\nexecutables:\n  shop-exe:\n    main: Main.hs\n",
        ),
        ("shop.cabal", "name: shop\n"),
    ];
    insta::assert_snapshot!(shown(&hpack), @r#"
    . Haskell Api shop ["scotty"]
      Haskell 9.6 stack.yaml:1 (stack-snapshot)
      with stack  package.yaml (haskell-package)
      install: stack build --only-dependencies
      build: stack build
      start: stack exec shop-exe
      test: stack test
      application shop-exe package.yaml:7 (hpack-executable)
    "#);
    let cabal = [(
        "shop.cabal",
        "name:   shop\nversion: 1\n-- executable no\nexecutable shop\n  build-depends: base, servant-server\n",
    )];
    insta::assert_snapshot!(shown(&cabal), @r#"
    . Haskell Api shop ["servant"]
      Haskell 9.10 . (runtime-default)
      with cabal  shop.cabal (haskell-package)
      install: cabal update && cabal build --only-dependencies
      build: cabal build
      start: cabal exec shop
      test: cabal test
      application shop shop.cabal:4 (cabal-executable)
    "#);
    assert_eq!(
        shown(&[("package.yaml", "name: x\n"), ("stack.yaml", "")]),
        ""
    );
}

#[test]
fn crystal_builds_its_targets() {
    let files = [
        (
            "shard.yml",
            "name: shop\ntargets:\n  shop:\n    main: src/shop.cr\ndependencies:\n  kemal:\n    git: x\ncrystal: '>= 1.4'\n",
        ),
        ("shard.lock", ""),
    ];
    insta::assert_snapshot!(shown(&files), @r#"
    . Crystal Api shop ["kemal"]
      Crystal 1 shard.yml:8 (shard-crystal)
      with shards  shard.lock (lock-file)
      install: shards install --production
      build: shards build --release --production
      start: ./bin/shop
      test: crystal spec
      application shop shard.yml:4 (shard-target)
      port 3000 shard.yml:7 (shard-dependency)
    "#);
    assert!(shown(&[("shard.yml", "name: x\n"), ("src/x.cr", "")]).contains("Crystal Library x"));
}

#[test]
fn dart_is_compiled_and_flutter_makes_pages() {
    let files = [
        (
            "pubspec.yaml",
            "name: shop\nenvironment:\n  sdk: '>=3.0.0 <4.0.0'\ndependencies:\n  shelf: ^1.0.0\n",
        ),
        ("bin/server.dart", ""),
        ("bin/other.dart", ""),
    ];
    insta::assert_snapshot!(shown(&files), @r#"
    . Dart Api shop ["shelf"]
      Dart 3 pubspec.yaml:3 (pubspec-sdk)
      with pub  pubspec.yaml (pubspec)
      install: dart pub get
      build: dart compile exe bin/server.dart -o bin/server.exe
      start: ./bin/server.exe
      dev: dart run bin/server.dart
      test: dart test
      application bin/server.dart bin/server.dart (dart-program)
      port 8080 pubspec.yaml:5 (pubspec-dependency)
    "#);
    let flutter = [
        (
            "pubspec.yaml",
            "name: shop\ndependencies:\n  flutter:\n    sdk: flutter\n",
        ),
        ("pubspec.lock", ""),
        ("lib/main.dart", ""),
        ("web/index.html", ""),
    ];
    insta::assert_snapshot!(shown(&flutter), @r#"
    . Dart App shop ["flutter"]
      Dart 3 . (runtime-default)
      with pub  pubspec.lock (lock-file)
      install: flutter pub get --enforce-lockfile
      build: flutter build web --release
      dev: flutter run
      test: flutter test
      output build/web web/index.html (flutter-web)
    "#);
}

#[test]
fn cobol_is_compiled() {
    let files = [("src/index.cbl", ""), ("src/other.cbl", "")];
    insta::assert_snapshot!(shown(&files), @"
    . Cobol App  []
      build: mkdir -p bin && cobc -x -o bin/index src/index.cbl
      start: ./bin/index
      application src/index.cbl src/index.cbl (cobol-program)
    ");
    assert_eq!(shown(&[("a.cbl", ""), ("b.cbl", "")]), "");
}

#[test]
fn broken_manifests_are_problems() {
    insta::assert_snapshot!(shown(&[("gleam.toml", "name = \n"), ("shard.yml", "a: [\n")]), @"
    problem gleam.toml:1 (toml-syntax): invalid TOML: string values must be quoted, expected literal string
    problem shard.yml:1 (yaml-syntax): invalid YAML: while parsing a node, did not find expected node content
    ");
}
