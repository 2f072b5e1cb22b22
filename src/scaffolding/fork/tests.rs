//! What is made of the remotes of a clone, whatever gh has left there. What gh does is tested with the
//! real one, end to end.

use dhtl_project_model::CancelToken;
use dhtl_tools::{Environment, Runner, ScriptedRunner, no_output};

use super::remotes::Remotes;
use super::*;

const GIT: &str = "GCM_INTERACTIVE=never GIT_TERMINAL_PROMPT=0 SSH_ASKPASS_REQUIRE=force git -c core.fsmonitor=false";
const LOGIN: &str = "-c credential.https://github.com.helper= -c 'credential.https://github.com.helper=!gh auth git-credential'";

fn settle(runner: &dyn Runner) -> Result<Forked, ForkError> {
    let environment = Environment::from_vars([("PATH", "")]);
    let request = ForkRequest {
        url: "acme/api",
        organization: None,
        fork_name: None,
        branch: None,
        depth: None,
        destination: None,
        parent: Path::new("/srv"),
        surroundings: Surroundings {
            environment: &environment,
            runner,
            interactive: false,
            cancel: &CancelToken::default(),
            output: &no_output,
            notice: &no_output,
        },
    };
    let original: RepositoryUrl = "acme/api".parse().unwrap();
    let original = original.github("github.com").unwrap();
    let clone = Path::new("/srv/api");
    let remotes = Remotes::settle(&request, clone, &original, "github.com")?;
    Ok(remotes.forked(clone.to_path_buf(), &original, CloneState::New))
}

fn with_origin(url: &str) -> ScriptedRunner {
    ScriptedRunner::default().expect(
        format!("{GIT} config --get remote.origin.url"),
        format!("{url}\n"),
    )
}

fn upstream(runner: ScriptedRunner, url: &str) -> ScriptedRunner {
    let command = format!("{GIT} config --get remote.upstream.url");
    if url.is_empty() {
        return runner.expect_failure(command, 1, "");
    }
    runner.expect(command, format!("{url}\n"))
}

fn fetched(runner: ScriptedRunner) -> ScriptedRunner {
    runner.expect(
        format!(
            "{GIT} -c protocol.ext.allow=never {LOGIN} fetch --progress --no-recurse-submodules -- upstream"
        ),
        "",
    )
}

#[test]
fn a_missing_upstream_is_added_the_way_the_fork_is_reached() {
    let runner = upstream(with_origin("git@github.com:ada/api.git"), "").expect(
        format!("{GIT} remote add -- upstream git@github.com:acme/api.git"),
        "",
    );
    let runner = fetched(runner)
        .expect(format!("{GIT} {LOGIN} remote set-head upstream --auto"), "")
        .expect(
            format!("{GIT} symbolic-ref --quiet --short refs/remotes/upstream/HEAD"),
            "upstream/dev\n",
        )
        .expect(
            format!("{GIT} rev-parse --abbrev-ref HEAD \'@{{upstream}}\'"),
            "dev\norigin/dev\n",
        )
        .expect(
            format!("{GIT} rev-list --count HEAD..refs/remotes/upstream/HEAD --"),
            "3\n",
        );
    let forked = settle(&runner).unwrap();
    assert_eq!(forked.fork, "ada/api");
    assert_eq!(forked.upstream, "acme/api");
    assert_eq!(forked.branch.as_deref(), Some("dev"));
    assert_eq!(forked.upstream_branch.as_deref(), Some("upstream/dev"));
    assert_eq!(forked.behind, Some(3));
}

#[test]
fn a_repository_without_commits_has_no_branches() {
    let url = "https://github.com/Acme/API";
    let runner = fetched(upstream(with_origin("https://github.com/ada/api.git"), url))
        .expect_failure(
            format!("{GIT} {LOGIN} remote set-head upstream --auto"),
            1,
            "error: Cannot determine remote HEAD",
        )
        .expect_failure(
            format!("{GIT} rev-parse --abbrev-ref HEAD \'@{{upstream}}\'"),
            128,
            "fatal: ambiguous argument",
        )
        .expect_failure(
            format!("{GIT} rev-list --count HEAD..refs/remotes/upstream/HEAD --"),
            128,
            "fatal: bad revision",
        );
    let forked = settle(&runner).unwrap();
    assert_eq!((forked.branch, forked.upstream_branch), (None, None));
    assert_eq!(forked.behind, None);
}

#[test]
fn another_upstream_is_not_believed() {
    let other = "https://github.com/evil/api.git";
    let runner = upstream(with_origin("https://github.com/ada/api.git"), other);
    let error = settle(&runner).unwrap_err();
    assert!(matches!(error, ForkError::NotTheFork { .. }), "{error}");
    assert!(error.to_string().contains("evil/api"), "{error}");
}

#[test]
fn the_original_itself_is_no_fork() {
    let runner = with_origin("https://github.com/acme/api.git");
    let error = settle(&runner).unwrap_err();
    assert!(matches!(error, ForkError::OwnRepository { .. }), "{error}");
    let runner = with_origin("https://git.example/ada/api.git");
    let error = settle(&runner).unwrap_err();
    assert!(matches!(error, ForkError::NotTheFork { .. }), "{error}");
}
