//! Generators of sites that are no packages of Node.js.
//!
//! Sources: the documentation of Hugo, Jekyll, Zola, `MkDocs`, Sphinx, mdBook, Pelican and Quarto: where
//! the configuration is, what builds, and which folder it leaves.

use dhtl_detection::formats::toml::TomlFile;
use dhtl_detection::formats::yaml;
use dhtl_project_model::stack::{Commands, ProjectType, Runtime, RuntimeVersion, Stack, StackKind};
use dhtl_project_model::{Evidence, Found};

use crate::places;
use crate::sources::Sources;
use crate::versions::{nearest_version_files, of_tool_files, resolve};

/// A generator that was found.
struct Site {
    name: &'static str,
    /// What shows it.
    evidence: Evidence,
    install: Option<String>,
    build: &'static str,
    output: Found<String>,
    runtime: Option<RuntimeVersion>,
    /// Whether it mostly describes something else, which is the project then.
    is_about_something: bool,
}

type Rule = fn(&Sources<'_>) -> Option<Site>;

const RULES: [Rule; 8] = [hugo, zola, jekyll, quarto, pelican, mkdocs, mdbook, sphinx];

/// The site of a generator at the root.
pub(super) fn find(sources: &Sources<'_>, others: &[Stack]) -> Option<Stack> {
    let site = RULES.iter().find_map(|rule| rule(sources))?;
    let is_something_else = |other: &Stack| {
        other.project_type.value.is_application() && other.commands.start.is_some()
            || other.static_output.is_some()
    };
    if others.iter().any(is_something_else) || (site.is_about_something && is_package(sources)) {
        return None;
    }
    let found = |value: String| Found {
        value,
        evidence: site.evidence.clone(),
    };
    let project_type = Found {
        value: ProjectType::Static,
        evidence: site.evidence.clone(),
    };
    let mut stack = Stack::new(".", StackKind::Static, site.evidence.clone(), project_type);
    stack.frameworks = vec![found(site.name.to_owned())];
    stack.commands = Commands {
        install: site.install.clone().map(found),
        build: Some(found(site.build.to_owned())),
        ..Commands::default()
    };
    stack.runtimes = site.runtime.into_iter().collect();
    stack.static_output = Some(site.output);
    Some(stack)
}

/// Whether the root is something that is published or built, and that documentation is about.
fn is_package(sources: &Sources<'_>) -> bool {
    const MANIFESTS: [&str; 9] = [
        "setup.py",
        "setup.cfg",
        "Cargo.toml",
        "go.mod",
        "package.json",
        "pom.xml",
        "build.gradle",
        "composer.json",
        "CMakeLists.txt",
    ];
    MANIFESTS.iter().any(|name| sources.tree.contains(name))
        || sources
            .text("pyproject.toml")
            .is_some_and(|text| text.contains("[build-system]") || text.contains("[tool.poetry]"))
}

fn hugo(sources: &Sources<'_>) -> Option<Site> {
    let own = ["hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json"]
        .into_iter()
        .find(|name| sources.tree.contains(name));
    let shared = [
        "config.toml",
        "config.yaml",
        "config.yml",
        "config/_default/hugo.toml",
        "config/_default/config.toml",
    ]
    .into_iter()
    .filter(|name| sources.tree.contains(name))
    .find(|name| {
        let has_content = ["content", "layouts", "archetypes", "themes"]
            .iter()
            .any(|folder| sources.tree.below(folder).next().is_some());
        has_content
            && sources.text(name).is_some_and(|text| {
                text.to_ascii_lowercase().contains("baseurl") || name.contains('/')
            })
    });
    let path = own.or(shared)?;
    let output = toml_text(sources, path, "publishDir", "hugo-publish-dir");
    Some(Site {
        name: "hugo",
        evidence: Evidence::file(path, "hugo-config"),
        install: None,
        build: "hugo --minify",
        output: output.unwrap_or_else(|| folder("public", path, "hugo-config")),
        runtime: None,
        is_about_something: false,
    })
}

fn zola(sources: &Sources<'_>) -> Option<Site> {
    let path = ["zola.toml", "config.toml"]
        .into_iter()
        .find(|name| sources.tree.contains(name))?;
    let base = toml_text(sources, path, "base_url", "zola-config")?;
    let has_content = sources.tree.below("content").next().is_some();
    let output = toml_text(sources, path, "output_dir", "zola-output-dir");
    has_content.then(|| Site {
        name: "zola",
        evidence: base.evidence,
        install: None,
        build: "zola build",
        output: output.unwrap_or_else(|| folder("public", path, "zola-config")),
        runtime: None,
        is_about_something: false,
    })
}

fn jekyll(sources: &Sources<'_>) -> Option<Site> {
    let path = ["_config.yml", "_config.yaml"]
        .into_iter()
        .find(|name| sources.tree.contains(name))?;
    let has_gem = sources.text("Gemfile").is_some_and(|text| {
        text.lines()
            .map(|line| line.split('#').next().unwrap_or_default())
            .any(|line| line.contains("jekyll") || line.contains("github-pages"))
    });
    let has_layout = ["_layouts", "_posts", "_includes"]
        .iter()
        .any(|name| sources.tree.below(name).next().is_some());
    // Hexo has a file of the same name, and is a package of Node.js.
    if !has_gem && (!has_layout || sources.tree.contains("package.json")) {
        return None;
    }
    let root = yaml_root(sources, path);
    let output = root.and_then(|root| {
        let node = root.get("destination")?;
        Some(Found {
            value: places::join(".", node.text()?)?,
            evidence: Evidence::at(path, node.line, "jekyll-destination"),
        })
    });
    let files = [(".ruby-version", "ruby-version")];
    Some(Site {
        name: "jekyll",
        evidence: Evidence::file(path, "jekyll-config"),
        install: Some(
            if has_gem {
                "bundle install"
            } else {
                "gem install jekyll"
            }
            .to_owned(),
        ),
        build: if has_gem {
            "bundle exec jekyll build"
        } else {
            "jekyll build"
        },
        output: output.unwrap_or_else(|| folder("_site", path, "jekyll-config")),
        runtime: Some(runtime(sources, Runtime::Ruby, &files)),
        is_about_something: false,
    })
}

fn mkdocs(sources: &Sources<'_>) -> Option<Site> {
    let path = ["mkdocs.yml", "mkdocs.yaml", "zensical.toml"]
        .into_iter()
        .find(|name| sources.tree.contains(name))?;
    let root = yaml_root(sources, path).filter(|_| path != "zensical.toml");
    let text = |keys: &[&str]| {
        let node = keys
            .iter()
            .try_fold(root.as_ref()?, |node, key| node.get(key))?;
        Some((node.text()?.to_owned(), node.line))
    };
    let output = text(&["site_dir"]).and_then(|(value, line)| {
        Some(Found {
            value: places::join(".", &value)?,
            evidence: Evidence::at(path, line, "mkdocs-site-dir"),
        })
    });
    let is_material = text(&["theme", "name"]).or_else(|| text(&["theme"]));
    let is_material = is_material.is_some_and(|(theme, _)| theme == "material");
    let install = requirements(sources).unwrap_or_else(|| {
        let package = if is_material {
            "mkdocs-material"
        } else {
            "mkdocs"
        };
        format!("pip install {package}")
    });
    let is_zensical = path.starts_with("zensical");
    Some(Site {
        name: if is_zensical { "zensical" } else { "mkdocs" },
        evidence: Evidence::file(path, "mkdocs-config"),
        install: Some(if is_zensical && !install.contains("-r ") {
            "pip install zensical".to_owned()
        } else {
            install
        }),
        build: if is_zensical {
            "zensical build"
        } else {
            "mkdocs build"
        },
        output: output.unwrap_or_else(|| folder("site", path, "mkdocs-config")),
        runtime: Some(python(sources)),
        is_about_something: true,
    })
}

fn sphinx(sources: &Sources<'_>) -> Option<Site> {
    let path = [
        "conf.py",
        "source/conf.py",
        "docs/conf.py",
        "docs/source/conf.py",
        "doc/conf.py",
    ]
    .into_iter()
    .find(|name| sources.tree.contains(name))?;
    let is_sphinx = sources.text(path).is_some_and(|text| {
        text.contains("extensions") && (text.contains("html_theme") || text.contains("master_doc"))
    });
    if !is_sphinx {
        return None;
    }
    let build = match path {
        "conf.py" => "sphinx-build -b html . _build/html",
        "source/conf.py" => "sphinx-build -b html source _build/html",
        "docs/conf.py" => "sphinx-build -b html docs _build/html",
        "docs/source/conf.py" => "sphinx-build -b html docs/source _build/html",
        _ => "sphinx-build -b html doc _build/html",
    };
    Some(Site {
        name: "sphinx",
        evidence: Evidence::file(path, "sphinx-conf"),
        install: Some(requirements(sources).unwrap_or_else(|| "pip install sphinx".to_owned())),
        build,
        output: folder("_build/html", path, "sphinx-conf"),
        runtime: Some(python(sources)),
        is_about_something: true,
    })
}

fn mdbook(sources: &Sources<'_>) -> Option<Site> {
    let path = "book.toml";
    let text = sources.text(path)?;
    if !text.contains("[book]") && !sources.tree.contains("src/SUMMARY.md") {
        return None;
    }
    let file = TomlFile::parse(path, text)
        .map_err(|problem| sources.report(problem))
        .ok();
    let output = file.and_then(|file| {
        let node = file.get(&["build", "build-dir"])?;
        Some(Found {
            value: places::join(".", node.as_str()?)?,
            evidence: node.evidence("mdbook-build-dir"),
        })
    });
    Some(Site {
        name: "mdbook",
        evidence: Evidence::file(path, "mdbook-config"),
        install: None,
        build: "mdbook build",
        output: output.unwrap_or_else(|| folder("book", path, "mdbook-config")),
        runtime: None,
        is_about_something: true,
    })
}

fn pelican(sources: &Sources<'_>) -> Option<Site> {
    let path = "pelicanconf.py";
    let is_there = sources.tree.contains(path);
    is_there.then(|| Site {
        name: "pelican",
        evidence: Evidence::file(path, "pelican-config"),
        install: Some(
            requirements(sources).unwrap_or_else(|| "pip install \"pelican[markdown]\"".to_owned()),
        ),
        build: if sources.tree.contains("publishconf.py") {
            "pelican content -s publishconf.py"
        } else {
            "pelican content"
        },
        output: folder("output", path, "pelican-config"),
        runtime: Some(python(sources)),
        is_about_something: false,
    })
}

fn quarto(sources: &Sources<'_>) -> Option<Site> {
    let path = "_quarto.yml";
    let root = yaml_root(sources, path)?;
    let project = root.get("project")?;
    let kind = project.get("type").and_then(yaml::Node::text)?;
    let usual = match kind {
        "website" => "_site",
        "book" => "_book",
        _ => return None,
    };
    let output = project.get("output-dir").and_then(|node| {
        Some(Found {
            value: places::join(".", node.text()?)?,
            evidence: Evidence::at(path, node.line, "quarto-output-dir"),
        })
    });
    Some(Site {
        name: "quarto",
        evidence: Evidence::at(path, project.line, "quarto-project"),
        install: None,
        build: "quarto render",
        output: output.unwrap_or_else(|| folder(usual, path, "quarto-project")),
        runtime: None,
        is_about_something: false,
    })
}

fn folder(value: &str, path: &str, rule: &'static str) -> Found<String> {
    Found {
        value: value.to_owned(),
        evidence: Evidence::file(path, rule),
    }
}

fn requirements(sources: &Sources<'_>) -> Option<String> {
    [
        "requirements.txt",
        "requirements-docs.txt",
        "docs/requirements.txt",
        "doc/requirements.txt",
    ]
    .iter()
    .find(|name| sources.tree.contains(name))
    .map(|name| format!("pip install -r {name}"))
}

fn python(sources: &Sources<'_>) -> RuntimeVersion {
    let files = [
        (".python-version", "python-version"),
        ("runtime.txt", "runtime-txt"),
    ];
    runtime(sources, Runtime::Python, &files)
}

fn runtime(
    sources: &Sources<'_>,
    runtime: Runtime,
    files: &[(&str, &'static str)],
) -> RuntimeVersion {
    let mut statements: Vec<_> = nearest_version_files(sources, ".", files)
        .into_iter()
        .collect();
    statements.extend(of_tool_files(sources, ".", runtime));
    resolve(sources, runtime, statements)
}

fn toml_text(
    sources: &Sources<'_>,
    path: &str,
    key: &str,
    rule: &'static str,
) -> Option<Found<String>> {
    let is_toml = path.rsplit('.').next() == Some("toml");
    if !is_toml {
        return None;
    }
    let file = match TomlFile::parse(path, sources.text(path)?) {
        Ok(file) => file,
        Err(problem) => {
            sources.report(problem);
            return None;
        }
    };
    let node = file.get(&[key])?;
    Some(Found {
        value: node.as_str()?.to_owned(),
        evidence: node.evidence(rule),
    })
}

fn yaml_root(sources: &Sources<'_>, path: &str) -> Option<yaml::Node> {
    let text = sources.text(path)?;
    match yaml::parse(path, &text) {
        Ok(root) => root,
        Err(problem) => {
            // Tags of Python, such as `!!python/name`, are no errors of the site.
            let has_tags = text.contains("!!python") || text.contains("!ENV");
            if !has_tags {
                sources.report(problem);
            }
            None
        }
    }
}
