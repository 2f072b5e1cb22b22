//! `Procfile`: the processes of an application, one a line.
//!
//! Source: "The Procfile" in the documentation of Heroku; foreman, honcho and others read the same.

use dhtl_project_model::Evidence;

use super::files::Files;
use super::hint::{Hint, Saying};
use crate::places;
use crate::sources::Sources;

/// What every `Procfile` of the project says.
pub(super) fn hints(sources: &Sources<'_>, files: &Files<'_>) -> Vec<Hint> {
    let paths = files.named("Procfile").iter();
    paths
        .filter_map(|path| Some((path, sources.text(path)?)))
        .flat_map(|(path, text)| read(path, &text))
        .collect()
}

/// What a `Procfile` with this text says.
fn read(path: &str, text: &str) -> Vec<Hint> {
    (1..)
        .zip(text.lines())
        .filter_map(|(line, content)| {
            let (name, command) = process(content)?;
            let evidence = Evidence::at(path, line, "procfile");
            let saying = match name {
                "web" => Saying::Start(command.to_owned()),
                "release" => Saying::Release(command.to_owned()),
                _ => Saying::Process(name.to_owned(), command.to_owned()),
            };
            Some(Hint::new(places::folder(path), saying, evidence))
        })
        .collect()
}

/// `web: bundle exec puma`, with the name first.
fn process(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let (name, command) = line.split_once(':')?;
    let (name, command) = (name.trim(), command.trim());
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    (is_name && !command.is_empty()).then_some((name, command))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_process_has_its_line() {
        let text = "# who runs\r\nweb: gunicorn a:b\r\n\nworker:  celery -A a worker\nrelease: python manage.py migrate\nnothing\n";
        let shown: Vec<_> = read("api/Procfile", text)
            .into_iter()
            .map(|hint| (hint.folder, hint.saying, hint.evidence.line))
            .collect();
        assert_eq!(
            shown,
            [
                (
                    "api".to_owned(),
                    Saying::Start("gunicorn a:b".to_owned()),
                    Some(2)
                ),
                (
                    "api".to_owned(),
                    Saying::Process("worker".to_owned(), "celery -A a worker".to_owned()),
                    Some(4)
                ),
                (
                    "api".to_owned(),
                    Saying::Release("python manage.py migrate".to_owned()),
                    Some(5)
                ),
            ]
        );
    }

    proptest! {
        #[test]
        fn odd_text_never_panics(text: String) {
            for hint in read("Procfile", &text) {
                prop_assert!(hint.evidence.line.is_some());
            }
        }
    }
}
