//! A stand-in for GitHub on this machine: enough of its API for the real gh, and git over HTTP.
//!
//! gh talks plain HTTP to `api.github.localhost` when its host is `github.localhost`, and a proxy
//! variable carries gh and git to one local port, so that no name has to be looked up.

mod api;
mod http;

use std::collections::BTreeMap;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

use super::{World, skip};
use http::Request;

/// Who is logged in.
const ACCOUNT: &str = "tester";

/// What the stand-in does to those who ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// It answers.
    Well,
    /// It has answered too many requests.
    RateLimited,
    /// It hangs up when the API is asked.
    SilentApi,
    /// It hangs up in the middle of a repository.
    CutRepositories,
}

/// The stand-in, which answers until the test ends.
pub(crate) struct GitHub(Arc<State>);

struct State {
    root: PathBuf,
    port: u16,
    mood: Mutex<Mood>,
    /// Forks with their originals.
    forks: Mutex<BTreeMap<String, String>>,
    requests: Mutex<Vec<String>>,
}

impl GitHub {
    /// A GitHub with nothing on it; nothing where the machine has no gh.
    pub(crate) fn start(world: &World) -> Option<Self> {
        if !world.has_program("gh") {
            skip("gh is not installed");
            return None;
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let state = Arc::new(State {
            root: world.path().join("github"),
            port: listener.local_addr().unwrap().port(),
            mood: Mutex::new(Mood::Well),
            forks: Mutex::default(),
            requests: Mutex::default(),
        });
        std::fs::create_dir(&state.root).unwrap();
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                thread::spawn(move || answer(&stream, &state));
            }
        });
        Some(Self(state))
    }

    /// A world in which `tester` is logged in, and a GitHub with `acme/api`; nothing where the machine
    /// has no gh.
    pub(crate) fn with_login() -> Option<(World, Self)> {
        let world = World::new();
        let github = Self::start(&world)?;
        github.add(&world, "acme/api");
        let world = github.reached_from(world).set("GH_TOKEN", "gho_for_tests");
        Some((world, github))
    }

    /// `world`, in which this is GitHub, and nobody is logged in.
    pub(crate) fn reached_from(&self, world: World) -> World {
        let home = world.home();
        world
            .set("GH_HOST", "github.localhost")
            .set("GH_CONFIG_DIR", home.join("gh"))
            .set("http_proxy", format!("http://127.0.0.1:{}", self.0.port))
            .set("no_proxy", "")
            .unset("all_proxy")
            .unset("ALL_PROXY")
    }

    /// From now on it behaves so.
    pub(crate) fn is(&self, mood: Mood) -> &Self {
        *self.0.mood.lock().unwrap() = mood;
        self
    }

    /// Puts a repository there, as in `acme/api`, with a small project on the branch `main`, and the
    /// branch `other`.
    pub(crate) fn add(&self, world: &World, repository: &str) -> &Self {
        let work = world.path().join("work").join(repository);
        std::fs::create_dir_all(&work).unwrap();
        std::fs::write(work.join("requirements.txt"), "").unwrap();
        std::fs::write(work.join("app.py"), "import json\n").unwrap();
        world.git_in(&work, &["init", "--quiet", "--initial-branch", "main"]);
        world.git_in(&work, &["add", "."]);
        world.git_in(&work, &["commit", "--quiet", "--message", "Begin"]);
        world.git_in(&work, &["branch", "other"]);
        let bare = self.path(repository);
        let arguments = ["clone", "--quiet", "--bare", ".", bare.to_str().unwrap()];
        world.git_in(&work, &arguments);
        self
    }

    /// Adds a commit to the branch `main` of a repository that was [added](Self::add).
    pub(crate) fn commit(&self, world: &World, repository: &str) -> &Self {
        let work = world.path().join("work").join(repository);
        std::fs::write(work.join("new.py"), "import sys\n").unwrap();
        world.git_in(&work, &["add", "."]);
        world.git_in(&work, &["commit", "--quiet", "--message", "More"]);
        let bare = self.path(repository);
        let arguments = ["push", "--quiet", bare.to_str().unwrap(), "main"];
        world.git_in(&work, &arguments);
        self
    }

    /// Brings the branch `main` of a fork up to date, as somebody does on GitHub.
    pub(crate) fn sync(&self, world: &World, original: &str, fork: &str) -> &Self {
        let fork = self.path(fork);
        let arguments = ["push", "--quiet", fork.to_str().unwrap(), "main"];
        world.git_in(&self.path(original), &arguments);
        self
    }

    /// Forks a repository, as somebody did long ago.
    pub(crate) fn fork(&self, world: &World, original: &str, fork: &str) -> &Self {
        let (from, to) = (self.path(original), self.path(fork));
        let paths = [from.to_str().unwrap(), to.to_str().unwrap()];
        world.git_in(
            world.path(),
            &["clone", "--quiet", "--bare", paths[0], paths[1]],
        );
        let mut forks = self.0.forks.lock().unwrap();
        forks.insert(fork.to_owned(), original.to_owned());
        drop(forks);
        self
    }

    /// Whether there is such a repository.
    pub(crate) fn has(&self, repository: &str) -> bool {
        self.path(repository).is_dir()
    }

    /// What was asked, as in `POST api /graphql`.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.0.requests.lock().unwrap().clone()
    }

    fn path(&self, repository: &str) -> PathBuf {
        self.0.path(repository)
    }
}

impl State {
    fn path(&self, repository: &str) -> PathBuf {
        self.root.join(format!("{repository}.git"))
    }

    fn is_there(&self, repository: &str) -> bool {
        Path::is_dir(&self.path(repository))
    }
}

/// Answers one request; a client that goes away early is none of our business.
fn answer(stream: &TcpStream, state: &State) {
    let Some(request) = Request::read(stream) else {
        return;
    };
    let mood = *state.mood.lock().unwrap();
    let is_api = request.host.starts_with("api.");
    let place = if is_api { "api" } else { "git" };
    let line = format!("{} {place} {}", request.method, request.path);
    state.requests.lock().unwrap().push(line);
    let answer = match (is_api, mood) {
        (true, Mood::SilentApi) => return,
        (true, Mood::RateLimited) => api::rate_limited(),
        (true, _) => api::answer(&request, state),
        (false, _) => http::git(&request, &state.root),
    };
    let is_pack = request.path.ends_with("/git-upload-pack");
    let sent = if is_pack && mood == Mood::CutRepositories {
        answer.body.len() / 2
    } else {
        answer.body.len()
    };
    answer.send(stream, sent);
}
