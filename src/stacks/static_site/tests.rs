//! What static sites come to: tables of files and what is said of them.

use proptest::prelude::*;

use crate::test_projects::given;

/// What is said of the static site among these files, if there is one.
fn shown(files: &[(&str, &str)]) -> String {
    let stacks = given(files).stacks;
    let sites = stacks
        .iter()
        .filter(|stack| serde_json::to_value(stack.kind).unwrap() == "static");
    let shown = sites.map(|site| {
        let value = |found: &Option<dhtl_project_model::Found<String>>| {
            found
                .as_ref()
                .map_or_else(|| "-".to_owned(), |found| found.value.clone())
        };
        let names = site.frameworks.iter().map(|one| one.value.as_str());
        let versions = site.runtimes.iter().map(|one| one.version.value.as_str());
        format!(
            "[{}] {} | {} | {} | files {}{} | {}",
            names.collect::<Vec<_>>().join(" "),
            versions.collect::<Vec<_>>().join(" "),
            value(&site.commands.install),
            value(&site.commands.build),
            value(&site.static_output),
            if site.index_fallback {
                " with fallback"
            } else {
                ""
            },
            site.evidence,
        )
    });
    shown.collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn check(files: &[(&str, &str)], expected: &str) {
    assert_eq!(shown(files), expected);
}

#[test]
fn a_staticfile_names_the_folder_and_the_fallback() {
    check(
        &[
            ("Staticfile", "root: site\npushstate: enabled\n"),
            ("site/index.html", ""),
        ],
        "[]  | - | - | files site with fallback | Staticfile (staticfile)",
    );
    check(
        &[("Staticfile", ""), ("public/index.html", "")],
        "[]  | - | - | files public | Staticfile (staticfile)",
    );
    check(
        &[("Staticfile", "root: ../outside\n"), ("index.html", "")],
        "[]  | - | - | files . | Staticfile (staticfile)",
    );
}

#[test]
fn pages_are_a_site_where_nothing_else_is_there() {
    check(
        &[("index.html", ""), ("style.css", "")],
        "[]  | - | - | files . | index.html (static-index)",
    );
    check(
        &[
            ("public/index.html", ""),
            ("_redirects", ""),
            ("public/_redirects", "/* /index.html 200\n"),
        ],
        "[]  | - | - | files public with fallback | public/index.html (static-index)",
    );
    check(
        &[
            ("index.html", ""),
            (
                "package.json",
                r#"{"private": true, "devDependencies": {"prettier": "3"}}"#,
            ),
        ],
        "[]  | - | - | files . | index.html (static-index)",
    );
    check(
        &[("docs/index.html", "")],
        "[]  | - | - | files docs | docs/index.html (static-index)",
    );
}

#[test]
fn hosting_services_say_what_is_handed_out() {
    let published = "[build]\npublish = \"pages\"\n[[redirects]]\nfrom = \"/*\"\nto = \"/index.html\"\nstatus = 200\n";
    check(
        &[("netlify.toml", published), ("pages/index.html", "")],
        "[]  | - | - | files pages with fallback | netlify.toml:2 (netlify-publish)",
    );
    check(
        &[
            (
                "firebase.json",
                r#"{"hosting": [{"public": "web2", "rewrites": [{"source": "**", "destination": "/index.html"}]}]}"#,
            ),
            ("web2/index.html", ""),
        ],
        "[]  | - | - | files web2 with fallback | firebase.json:1 (firebase-public)",
    );
    check(
        &[
            (
                "static.json",
                r#"{"root": "out", "routes": {"/**": "index.html"}}"#,
            ),
            ("out/index.html", ""),
        ],
        "[]  | - | - | files out with fallback | static.json:1 (static-json-root)",
    );
    check(
        &[
            ("vercel.json", r#"{"outputDirectory": "../x"}"#),
            ("index.html", ""),
        ],
        "[]  | - | - | files . | index.html (static-index)",
    );
}

#[test]
fn pages_of_a_library_or_an_application_are_no_site() {
    let library = r#"{"name": "x", "main": "index.js", "files": ["index.js"]}"#;
    check(
        &[
            ("docs/index.html", ""),
            ("package.json", library),
            ("index.js", ""),
        ],
        "",
    );
    check(
        &[
            ("index.html", ""),
            ("package.json", library),
            ("index.js", ""),
        ],
        "",
    );
    let server = r#"{"scripts": {"start": "node server.js"}}"#;
    check(
        &[
            ("public/index.html", ""),
            ("package.json", server),
            ("server.js", ""),
        ],
        "",
    );
    check(&[("docs/index.html", ""), ("package.json", "{}")], "");
}

#[test]
fn generators_build_into_their_folders() {
    for (files, expected) in [
        (
            vec![(
                "hugo.toml",
                "baseURL = 'https://x.example'\npublishDir = 'out'\n",
            )],
            "[hugo]  | - | hugo --minify | files out | hugo.toml (hugo-config)",
        ),
        (
            vec![
                ("config.toml", "baseURL = 'https://x.example'\n"),
                ("content/a.md", ""),
            ],
            "[hugo]  | - | hugo --minify | files public | config.toml (hugo-config)",
        ),
        (
            vec![
                ("config.toml", "base_url = 'https://x.example'\n"),
                ("content/a.md", ""),
                ("templates/a.html", ""),
            ],
            "[zola]  | - | zola build | files public | config.toml:1 (zola-config)",
        ),
        (
            vec![
                ("_config.yml", "title: x\ndestination: ./out\n"),
                ("Gemfile", "gem 'jekyll'\n"),
                (".ruby-version", "3.2.1\n"),
            ],
            "[jekyll] 3.2.1 | bundle install | bundle exec jekyll build | files out | _config.yml (jekyll-config)",
        ),
        (
            vec![("mkdocs.yml", "site_name: x\ntheme:\n  name: material\n")],
            "[mkdocs] 3.13 | pip install mkdocs-material | mkdocs build | files site | mkdocs.yml (mkdocs-config)",
        ),
        (
            vec![(
                "book.toml",
                "[book]\ntitle = 'x'\n[build]\nbuild-dir = 'out'\n",
            )],
            "[mdbook]  | - | mdbook build | files out | book.toml (mdbook-config)",
        ),
        (
            vec![
                ("conf.py", "extensions = []\nhtml_theme = 'x'\n"),
                ("requirements.txt", "sphinx\n"),
            ],
            "[sphinx] 3.13 | pip install -r requirements.txt | sphinx-build -b html . _build/html | files _build/html | conf.py (sphinx-conf)",
        ),
        (
            vec![("pelicanconf.py", ""), ("publishconf.py", "")],
            "[pelican] 3.13 | pip install \"pelican[markdown]\" | pelican content -s publishconf.py | files output | pelicanconf.py (pelican-config)",
        ),
        (
            vec![("_quarto.yml", "project:\n  type: website\n")],
            "[quarto]  | - | quarto render | files _site | _quarto.yml:2 (quarto-project)",
        ),
    ] {
        check(&files, expected);
    }
}

#[test]
fn the_documentation_of_something_is_not_what_is_deployed() {
    check(&[("mkdocs.yml", "site_name: x\n"), ("setup.py", "")], "");
    check(
        &[
            ("mkdocs.yml", "site_name: x\n"),
            ("pyproject.toml", "[build-system]\n"),
        ],
        "",
    );
    check(
        &[
            ("docs/conf.py", "extensions = []\nhtml_theme = 'x'\n"),
            ("Cargo.toml", ""),
        ],
        "",
    );
    check(
        &[
            ("config.toml", "[server]\nport = 1\n"),
            ("content/a.md", ""),
        ],
        "",
    );
    check(&[("_config.yml", "x: 1\n")], "");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_stands_in_these_files_is_no_reason_to_panic(
        which in prop::sample::select(vec![
            "Staticfile", "hugo.toml", "config.toml", "_config.yml", "mkdocs.yml", "book.toml",
            "conf.py", "_quarto.yml", "_redirects", "netlify.toml", "vercel.json", "firebase.json", "static.json",
        ]),
        text in "(\\PC|[ \\n:{}\\[\\]\"'.=-]){0,80}",
    ) {
        let _ = shown(&[(which, &text), ("index.html", ""), ("content/a.md", "")]);
    }
}
