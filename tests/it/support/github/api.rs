//! The answers of GitHub's API that `gh repo clone` and `gh repo fork` wait for.

use serde_json::{Value, json};

use super::http::{Answer, Request};
use super::{ACCOUNT, State};

fn answer_json(status: u16, body: &Value) -> Answer {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Answer {
        status,
        headers: vec![
            header("Content-Type", "application/json; charset=utf-8"),
            header("X-OAuth-Scopes", "repo, read:org"),
        ],
        body: body.to_string().into_bytes(),
    }
}

/// As GitHub says it.
pub(super) fn rate_limited() -> Answer {
    answer_json(
        403,
        &json!({"message": "API rate limit exceeded for user ID 2."}),
    )
}

pub(super) fn answer(request: &Request, state: &State) -> Answer {
    if request.header("authorization").is_empty() {
        return answer_json(401, &json!({"message": "Requires authentication"}));
    }
    if request.path == "/graphql" {
        return repository_info(request, state);
    }
    let parts: Vec<&str> = request.path.trim_matches('/').split('/').collect();
    match (request.method.as_str(), parts.as_slice()) {
        ("POST", ["repos", owner, name, "forks"]) => {
            fork(&format!("{owner}/{name}"), request, state)
        }
        _ => not_found(),
    }
}

fn not_found() -> Answer {
    answer_json(404, &json!({"message": "Not Found"}))
}

/// The GraphQL query `RepositoryInfo`: every field that it asks for, and no other.
fn repository_info(request: &Request, state: &State) -> Answer {
    let query: Value = serde_json::from_slice(&request.body).unwrap();
    let variable = |name: &str| query["variables"][name].as_str().unwrap_or_default();
    let repository = format!("{}/{}", variable("owner"), variable("name"));
    if !state.is_there(&repository) {
        let message = "Could not resolve to a Repository";
        let error = json!({"type": "NOT_FOUND", "path": ["repository"], "message": message});
        return answer_json(
            200,
            &json!({"data": {"repository": null}, "errors": [error]}),
        );
    }
    let forks = state.forks.lock().unwrap();
    let parent = forks.get(&repository).map(|parent| {
        let (owner, name) = parent.split_once('/').unwrap();
        json!({
            "id": "R_0", "name": name, "owner": {"id": "U_0", "login": owner},
            "viewerPermission": "READ", "defaultBranchRef": {"name": "main"},
        })
    });
    let info = json!({
        "id": "R_1", "name": variable("name"),
        "owner": {"id": "U_1", "login": variable("owner")},
        "hasIssuesEnabled": true, "description": "", "hasWikiEnabled": false,
        "viewerPermission": "ADMIN", "defaultBranchRef": {"name": "main"}, "parent": parent,
        "mergeCommitAllowed": true, "rebaseMergeAllowed": true, "squashMergeAllowed": true,
    });
    answer_json(200, &json!({"data": {"repository": info}}))
}

/// `POST /repos/{owner}/{repo}/forks`.
fn fork(original: &str, request: &Request, state: &State) -> Answer {
    if !state.is_there(original) {
        return not_found();
    }
    let wishes: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let (owner, name) = original.split_once('/').unwrap();
    let owner_of_fork = wishes["organization"].as_str().unwrap_or(ACCOUNT);
    let name_of_fork = wishes["name"].as_str().unwrap_or(name);
    let fork = format!("{owner_of_fork}/{name_of_fork}");
    let is_new = !state.is_there(&fork);
    if is_new {
        let (from, to) = (state.path(original), state.path(&fork));
        let status = crate::support::outside::command("git")
            .args(["clone", "--quiet", "--bare"])
            .args([from, to])
            .status();
        assert!(status.unwrap().success());
        let mut forks = state.forks.lock().unwrap();
        forks.insert(fork, original.to_owned());
    }
    let mut answer = rest(owner_of_fork, name_of_fork);
    answer["parent"] = rest(owner, name);
    answer["source"] = rest(owner, name);
    // gh takes what is older than a minute for a fork that was there.
    answer["created_at"] = if is_new {
        json!("2999-01-01T00:00:00Z")
    } else {
        json!("2024-01-01T00:00:00Z")
    };
    answer_json(202, &answer)
}

fn rest(owner: &str, name: &str) -> Value {
    json!({
        "id": 1, "node_id": "R_1", "name": name, "full_name": format!("{owner}/{name}"),
        "private": false, "owner": {"login": owner, "id": 2, "node_id": "U_1", "type": "User"},
        "html_url": format!("http://github.localhost/{owner}/{name}"),
        "clone_url": format!("http://github.localhost/{owner}/{name}.git"),
        "default_branch": "main", "created_at": "2024-01-01T00:00:00Z",
    })
}
