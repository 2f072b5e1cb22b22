//! Arbitrary configurations, all of which make sense.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;

use crate::config::{
    Binaries, Binary, Ci, Config, DarwinPackages, DependenciesSection, Docker, EnvTemplate,
    Fingerprint, Git, GitHooks, GoLanguage, Implementation, InferredDistribution, Languages,
    LinuxPackages, NodeLanguage, PlatformDeps, Preferences, ProjectSection, PythonSection,
    RustLanguage, Validation, WindowsPackages,
};
use crate::{Architecture, Digest, OperatingSystem, Platform};

/// Any configuration that `validate` accepts.
pub(super) fn configs() -> impl Strategy<Value = Config> {
    (captured(), needed(), practised()).prop_map(|(captured, needed, practised)| Config {
        platform_deps: needed.platform_deps,
        languages: needed.languages,
        binaries: needed.binaries,
        tools: needed.tools,
        env_template: practised.env_template,
        git: practised.git,
        docker: practised.docker,
        ci: practised.ci,
        preferences: practised.preferences,
        ..captured
    })
}

/// A name that YAML could take for something else, too.
fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9][a-zA-Z0-9._+@-]{0,8}",
        prop::sample::select(vec!["true", "null", "no", "1e3", "0x1F", "3.10", "18", "y"])
            .prop_map(ToOwned::to_owned),
    ]
}

/// The name of a tool. It is in lower case and without separators, so that no two are one.
fn tools() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9]{1,9}",
        prop::sample::select(vec!["true", "null", "no", "1e3", "18", "y"])
            .prop_map(ToOwned::to_owned),
    ]
}

fn versions() -> impl Strategy<Value = String> {
    prop_oneof!["[0-9]{1,2}(\\.[0-9]{1,2}){0,3}", Just("stable".to_owned())]
}

fn packages() -> impl Strategy<Value = Vec<String>> {
    vec("[a-z0-9]([+.:]?[a-z0-9]){0,3}(@[0-9]{1,2})?", 0..3)
}

fn lists() -> impl Strategy<Value = Vec<String>> {
    vec(words(), 0..4)
}

fn paths() -> impl Strategy<Value = Vec<String>> {
    vec("[a-z]{1,4}(/[a-z]{1,3}){0,2}\\.(lock|txt)", 0..3)
}

/// Text without any rule: what `created_by` may hold.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,12}",
        "[ \"'#:\\\\\n\r\t\u{0}\u{85}\u{2028}\u{feff}-]{0,6}"
    ]
}

fn digests() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<u8>().prop_map(|byte| Digest::of([byte]).to_string()),
        Just("sha256:abcd1234...".to_owned())
    ]
}

fn platforms() -> impl Strategy<Value = Platform> {
    let systems = [
        OperatingSystem::Darwin,
        OperatingSystem::Linux,
        OperatingSystem::Windows,
    ];
    let architectures = [Architecture::Arm64, Architecture::X86_64];
    (
        prop::sample::select(systems.to_vec()),
        prop::sample::select(architectures.to_vec()),
    )
        .prop_map(|(operating_system, architecture)| Platform {
            operating_system,
            architecture,
        })
}

fn captured() -> impl Strategy<Value = Config> {
    let fingerprints = (of(texts()), of(texts()), of(platforms()), of(digests())).prop_map(
        |(created_at, created_by, platform, digest)| Fingerprint {
            created_at,
            created_by,
            platform,
            digest,
        },
    );
    let pythons = (of("3\\.[0-9]{1,2}(\\.[0-9])?"), of(implementations())).prop_map(
        |(version, implementation)| PythonSection {
            version,
            implementation,
        },
    );
    let validations =
        (of(digests()), of(digests())).prop_map(|(venv_checksum, config_checksum)| Validation {
            venv_checksum,
            config_checksum,
        });
    let projects = of(words()).prop_map(|kind| ProjectSection { kind });
    (
        of("[0-9](\\.[0-9]){0,2}"),
        of(fingerprints),
        of(projects),
        of(pythons),
        of(dependencies()),
        of(validations),
    )
        .prop_map(
            |(dht_version, fingerprint, project, python, dependencies, validation)| Config {
                dht_version,
                fingerprint,
                project,
                python,
                dependencies,
                validation,
                ..Config::default()
            },
        )
}

fn implementations() -> impl Strategy<Value = Implementation> {
    prop_oneof![
        Just(Implementation::Cpython),
        Just(Implementation::Pypy),
        Just(Implementation::Graalpy)
    ]
}

fn dependencies() -> impl Strategy<Value = DependenciesSection> {
    let inferred = (
        "[a-z]{1,5}(==[0-9]\\.[0-9])?",
        vec(texts(), 0..2),
        vec(texts(), 0..2),
    )
        .prop_map(|(requirement, modules, evidence)| InferredDistribution {
            requirement,
            modules,
            evidence,
        });
    (
        of(words()),
        paths(),
        of(any::<bool>()),
        lists(),
        lists(),
        vec(inferred, 0..3),
    )
        .prop_map(
            |(strategy, lock_files, hash_validation, extras, groups, inferred)| {
                DependenciesSection {
                    strategy,
                    lock_files,
                    hash_validation,
                    extras,
                    groups,
                    inferred,
                }
            },
        )
}

/// What the machine must have.
#[derive(Debug, Clone)]
struct Needed {
    platform_deps: Option<PlatformDeps>,
    languages: Option<Languages>,
    binaries: Option<Binaries>,
    tools: BTreeMap<String, String>,
}

fn needed() -> impl Strategy<Value = Needed> {
    let darwin =
        (packages(), packages()).prop_map(|(brew, system)| DarwinPackages { brew, system });
    let linux = (
        packages(),
        packages(),
        packages(),
        packages(),
        packages(),
        packages(),
    )
        .prop_map(|(apt, yum, dnf, apk, pacman, system)| LinuxPackages {
            apt,
            yum,
            dnf,
            apk,
            pacman,
            system,
        });
    let windows =
        (packages(), packages()).prop_map(|(choco, winget)| WindowsPackages { choco, winget });
    let platform_deps =
        (of(darwin), of(linux), of(windows)).prop_map(|(darwin, linux, windows)| PlatformDeps {
            darwin,
            linux,
            windows,
        });
    let node =
        (of("[0-9]{1,2}\\.x"), of(words())).prop_map(|(version, package_manager)| NodeLanguage {
            version,
            package_manager,
        });
    let rust = of(words()).prop_map(|toolchain| RustLanguage { toolchain });
    let go = of(versions()).prop_map(|version| GoLanguage { version });
    let languages =
        (of(node), of(rust), of(go)).prop_map(|(node, rust, go)| Languages { node, rust, go });
    let binary = (words(), of(versions()), of(Just("uv tool".to_owned()))).prop_map(
        |(name, version, installer)| Binary {
            name,
            version,
            installer,
        },
    );
    let binaries = vec(binary, 0..4).prop_map(|required| Binaries { required });
    (
        of(platform_deps),
        of(languages),
        of(binaries),
        btree_map(tools(), versions(), 0..4),
    )
        .prop_map(|(platform_deps, languages, binaries, tools)| Needed {
            platform_deps,
            languages,
            binaries,
            tools,
        })
}

/// How the project is worked on.
#[derive(Debug, Clone)]
struct Practised {
    env_template: Option<EnvTemplate>,
    git: Option<Git>,
    docker: Option<Docker>,
    ci: Option<Ci>,
    preferences: Option<Preferences>,
}

fn practised() -> impl Strategy<Value = Practised> {
    let names = || vec("[A-Za-z_][A-Za-z0-9_]{0,8}", 0..3);
    let env_template =
        (names(), names()).prop_map(|(required, optional)| EnvTemplate { required, optional });
    let hooks =
        (of(any::<bool>()), of(any::<bool>())).prop_map(|(pre_commit, commit_msg)| GitHooks {
            pre_commit,
            commit_msg,
        });
    let git = (of(hooks), of(any::<bool>()), paths()).prop_map(|(hooks, lfs, submodules)| Git {
        hooks,
        lfs,
        submodules,
    });
    let docker =
        (of(words()), vec(1_u16.., 0..3)).prop_map(|(base_image_variant, exposed_ports)| Docker {
            base_image_variant,
            exposed_ports,
        });
    let ci = (lists(), of(0_u8..=100)).prop_map(|(providers, coverage_threshold)| Ci {
        providers,
        coverage_threshold,
    });
    let preferences = (of(words()), of(words()), of(words()), of(words())).prop_map(
        |(formatter, linter, type_checker, test_runner)| Preferences {
            formatter,
            linter,
            type_checker,
            test_runner,
        },
    );
    (
        of(env_template),
        of(git),
        of(docker),
        of(ci),
        of(preferences),
    )
        .prop_map(|(env_template, git, docker, ci, preferences)| Practised {
            env_template,
            git,
            docker,
            ci,
            preferences,
        })
}
