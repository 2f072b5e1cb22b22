//! What is found of projects of Go.

use super::super::shown::shown;

const GIN: &str = "package main\n\nimport \"github.com/gin-gonic/gin\"\n\nfunc main() {\n\tgin.Default().Run()\n}\n";
const PLAIN: &str = "package main\n\nfunc main() {}\n";
const MODULE: &str = "module example.test/shop/v2\n\ngo 1.21\n";

#[test]
fn a_command_among_commands_is_the_application_and_workers_run_beside_it() {
    let files = [
        ("go.mod", MODULE),
        ("go.sum", ""),
        ("cmd/server/main.go", GIN),
        ("cmd/worker/main.go", PLAIN),
        ("cmd/migrate/main.go", PLAIN),
        ("tools/gen/main.go", PLAIN),
    ];
    insta::assert_snapshot!(shown(&files), @r#"
    . Go Api example.test/shop/v2 ["gin"]
      Go 1.21 go.mod:3 (go-mod-go)
      with go modules  go.sum (lock-file)
      install: go mod download
      build: go build -o out ./cmd/server && go build -o out-worker ./cmd/worker
      start: ./out
      dev: go run ./cmd/server
      test: go test ./...
      application ./cmd/server cmd/server/main.go:5 (go-main-package)
      process worker: ./out-worker
      port 8080 cmd/server/main.go:3 (go-import)
    "#);
}

#[test]
fn without_a_module_files_are_built() {
    insta::assert_snapshot!(shown(&[("main.go", PLAIN), ("x.go", "package main\n"), ("x_test.go", PLAIN)]), @"
    . Go App  []
      Go 1.27 . (runtime-default)
      build: go build -o out main.go x.go
      start: ./out
      dev: go run main.go x.go
      application . main.go:3 (go-main-package)
    ");
    assert_eq!(shown(&[("scripts/main.go", PLAIN), ("x.py", "")]), "");
}

#[test]
fn a_module_without_a_command_is_a_library() {
    let files = [
        ("go.mod", MODULE),
        ("shop.go", "package shop\n"),
        ("internal/bench/main.go", PLAIN),
        ("examples/web/main.go", GIN),
        (
            "gen.go",
            "//go:build ignore\n\npackage main\n\nfunc main() {}\n",
        ),
    ];
    insta::assert_snapshot!(shown(&files), @"
    . Go Library example.test/shop/v2 []
      Go 1.21 go.mod:3 (go-mod-go)
      with go modules  go.mod (go-mod)
      install: go mod download
      build: go build ./...
      test: go test ./...
    ");
}

#[test]
fn where_it_is_open_which_command_is_meant_each_is_a_stack() {
    let files = [
        ("go.mod", MODULE),
        ("cmd/admin/main.go", PLAIN),
        ("cmd/billing/main.go", PLAIN),
    ];
    insta::assert_snapshot!(shown(&files), @"
    cmd/admin Go App admin []
      Go 1.21 go.mod:3 (go-mod-go)
      with go modules  go.mod (go-mod)
      install: go mod download
      build: go build -o out
      start: ./out
      dev: go run .
      test: go test ./...
      application . cmd/admin/main.go:3 (go-main-package)
    cmd/billing Go App billing []
      Go 1.21 go.mod:3 (go-mod-go)
      with go modules  go.mod (go-mod)
      install: go mod download
      build: go build -o out
      start: ./out
      dev: go run .
      test: go test ./...
      application . cmd/billing/main.go:3 (go-main-package)
    ");
}

#[test]
fn the_command_called_like_the_module_is_meant() {
    let files = [
        ("go.mod", MODULE),
        (
            "cmd/shop/main.go",
            "package main\n\nimport \"example.test/shop/v2/internal/serve\"\n\nfunc main() { serve.Run() }\n",
        ),
        ("cmd/other/main.go", PLAIN),
        (
            "internal/serve/serve.go",
            "package serve\n\nimport (\n\t\"embed\"\n\t\"net/http\"\n\t\"os\"\n\t\"github.com/spf13/cobra\"\n)\n\n\
             //go:embed dist\nvar files embed.FS\n\nvar c = cobra.Command{\n\tUse: \"serve [flags]\",\n}\n\n\
             func Run() {\n\tport := os.Getenv(\"PORT\")\n\tif port == \"\" {\n\t\tport = \"9000\"\n\t}\n\
             \thttp.ListenAndServe(\":\"+port, nil)\n}\n",
        ),
    ];
    insta::assert_snapshot!(shown(&files), @r#"
    . Go Web example.test/shop/v2 ["net/http", "cobra"]
      Go 1.21 go.mod:3 (go-mod-go)
      with go modules  go.mod (go-mod)
      install: go mod download
      build: go build -o out ./cmd/shop
      start: ./out serve
      dev: go run ./cmd/shop
      test: go test ./...
      application ./cmd/shop cmd/shop/main.go:5 (go-main-package)
      port 9000 internal/serve/serve.go:20 (port-setting)
    "#);
}

#[test]
fn what_is_vendored_is_not_downloaded_and_c_needs_its_compiler() {
    let files = [
        ("go.mod", "module x\n\ngo 1.22.1\n\ntoolchain go1.23.4\n"),
        ("vendor/modules.txt", ""),
        ("vendor/y/main.go", PLAIN),
        (".go-version", "1.23\n"),
        (
            "main.go",
            "package main\n\nimport \"github.com/mattn/go-sqlite3\"\n\nfunc main() {}\n",
        ),
    ];
    insta::assert_snapshot!(shown(&files), @"
    . Go App x []
      Go 1.23.4 go.mod:5 (go-mod-toolchain)
      with go modules  go.mod (go-mod)
      build: CGO_ENABLED=1 go build -o out
      start: ./out
      dev: go run .
      test: go test ./...
      application . main.go:5 (go-main-package)
    ");
}

#[test]
fn a_workspace_holds_modules_together() {
    let files = [
        (
            "go.work",
            "go 1.22\n\nuse (\n\t./api\n\t./lib\n\t./gone\n)\n",
        ),
        ("api/go.mod", "module example.test/api\n\ngo 1.21\n"),
        ("api/main.go", GIN),
        ("lib/go.mod", "module example.test/lib\n\ngo 1.20\n"),
        ("lib/lib.go", "package lib\n"),
        ("docs/go.mod", "module docs\n"),
    ];
    insta::assert_snapshot!(shown(&files), @r#"
    api Go Api example.test/api ["gin"]
      Go 1.22 go.work:1 (go-work-go)
      with go modules  api/go.mod (go-mod)
      install: go mod download
      build: go build -o out
      start: ./out
      dev: go run .
      test: go test ./...
      application . api/main.go:5 (go-main-package)
      port 8080 api/main.go:3 (go-import)
    lib Go Library example.test/lib []
      Go 1.22 go.work:1 (go-work-go)
      with go modules  lib/go.mod (go-mod)
      install: go mod download
      build: go build ./...
      test: go test ./...
    workspace .: api lib go.work:4 (go-work-use)
    problem go.work:6 (go-work-use): `./gone` has no `go.mod`
    "#);
}

#[test]
fn what_is_no_go_mod_is_a_problem() {
    let files = [
        ("go.mod", "\u{0}\u{1}PNG\n<<<<<<<\n"),
        ("main.go", "\u{0}\u{0}"),
    ];
    insta::assert_snapshot!(shown(&files), @"problem go.mod:1 (text-file): a binary file, not read");
}

#[test]
fn a_dockerfile_says_which_command_is_meant_and_what_it_is_told() {
    let files = [
        ("go.mod", MODULE),
        ("cmd/admin/main.go", PLAIN),
        ("cmd/billing/main.go", PLAIN),
        (
            "Dockerfile",
            "FROM golang\nRUN go build -o /bin/bill ./cmd/billing\nFROM scratch\n\
             ENTRYPOINT [\"/bin/bill\"]\nCMD [\"daemon\", \"--config\", \"/etc/x\"]\n",
        ),
    ];
    insta::assert_snapshot!(shown(&files), @"
    . Go App example.test/shop/v2 []
      Go 1.21 go.mod:3 (go-mod-go)
      with go modules  go.mod (go-mod)
      install: go mod download
      build: go build -o out ./cmd/billing
      start: ./out daemon
      dev: go run ./cmd/billing
      test: go test ./...
      application ./cmd/billing cmd/billing/main.go:3 (go-main-package)
    ");
}

#[test]
fn a_release_of_an_example_makes_a_library_an_application() {
    let files = [
        ("go.mod", "module example.test/pocket\n"),
        (
            "pocket.go",
            "package pocket\n\nimport \"github.com/pocketbase/pocketbase\"\n",
        ),
        (
            "examples/base/main.go",
            "package main\n\nimport \"example.test/pocket\"\n\nfunc main() { pocket.Run() }\n",
        ),
        (
            ".goreleaser.yaml",
            "builds:\n  - main: ./examples/base # why\n    binary: pocket\n",
        ),
    ];
    insta::assert_snapshot!(shown(&files), @r#"
    . Go Web example.test/pocket ["pocketbase"]
      Go 1.27 . (runtime-default)
      with go modules  go.mod (go-mod)
      install: go mod download
      build: go build -o out ./examples/base
      start: ./out serve --http=0.0.0.0:8090
      dev: go run ./examples/base
      test: go test ./...
      application ./examples/base examples/base/main.go:5 (go-main-package)
      port 8090 pocket.go:3 (go-import)
    "#);
}

#[test]
fn subcommands_make_programs_listen() {
    let start = |files: &[(&str, &str)]| {
        let text = shown(&[&[("go.mod", MODULE)][..], files].concat());
        let line = text.lines().find(|line| line.contains("start:"));
        line.map(|line| line.trim().to_owned())
    };
    let main = |import: &str, code: &str| {
        format!(
            "package main\n\nimport (\n\t\"net/http\"\n\t\"os\"\n\t\"{import}\"\n)\n\n\
             func main() {{\n{code}\n\thttp.ListenAndServe(\":80\", nil)\n}}\n"
        )
    };
    let urfave = main(
        "github.com/urfave/cli/v2",
        "\t_ = cli.Command{\n\t\tName: \"web\",\n\t}",
    );
    assert_eq!(
        start(&[("main.go", &urfave)]).as_deref(),
        Some("start: ./out web")
    );
    let plain = main("fmt", "\tswitch os.Args[1] {\n\tcase \"serve\":\n\t}");
    assert_eq!(
        start(&[("main.go", &plain)]).as_deref(),
        Some("start: ./out serve")
    );
    let nested = main(
        "github.com/spf13/cobra",
        "\t_ = cobra.Command{\n\tUse: \"gateway\",\n\t}\n\t_ = cobra.Command{\n\tUse: \"start\",\n\t}",
    );
    assert_eq!(
        start(&[("main.go", &nested)]).as_deref(),
        Some("start: ./out")
    );
    let caddy = main("github.com/caddyserver/caddy/v2/cmd", "\tcaddycmd.Main()");
    assert_eq!(
        start(&[("main.go", &caddy)]).as_deref(),
        Some("start: ./out run")
    );
}

#[test]
fn of_several_commands_the_one_that_answers_requests_is_meant() {
    let files = [
        ("go.mod", MODULE),
        ("cmd/admin/main.go", PLAIN),
        ("cmd/billing/main.go", GIN),
        (
            "config/config.yml",
            "db:\n  port: 9000\nhttp:\n  port: 9001\n",
        ),
    ];
    let text = shown(&files);
    assert!(
        text.contains("build: go build -o out ./cmd/billing\n"),
        "{text}"
    );
}

#[test]
fn who_only_asks_a_service_is_none_and_settings_name_the_port() {
    let client = "package main\n\nimport (\n\t\"flag\"\n\t\"google.golang.org/grpc\"\n)\n\nfunc main() { grpc.NewClient(\"x\") }\n";
    assert!(shown(&[("go.mod", MODULE), ("main.go", client)]).contains(". Go Cli "));
    let server = client.replace("NewClient(\"x\")", "NewServer()");
    let files = [
        ("go.mod", MODULE),
        ("main.go", server.as_str()),
        (
            "config/config.yml",
            "db:\n  port: 9000\ngrpc:\n  x: 1\nhttp:\n  port: 9001\n",
        ),
    ];
    let text = shown(&files);
    assert!(
        text.contains("port 9001 config/config.yml:6 (settings-port)"),
        "{text}"
    );
}

#[test]
fn a_procfile_starts_what_is_built() {
    let files = [
        ("go.mod", MODULE),
        ("main.go", GIN),
        ("Procfile", "web: bin/shop -x\n"),
    ];
    let text = shown(&files);
    assert!(text.contains("build: go build -o bin/shop\n"), "{text}");
    assert!(text.contains("start: ./bin/shop\n"), "{text}");
}
