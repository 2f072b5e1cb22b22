//! What a journal claims, whatever happens to its file.

use std::path::Path;

use dhtl_project_model::Digest;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::journal::LARGE;
use crate::{Event, Journal, JournalError};

fn inputs(text: &str) -> Digest {
    Digest::of(text)
}

fn any_event() -> impl Strategy<Value = (u8, Event, bool)> {
    let event = prop_oneof![
        Just(Event::Started),
        Just(Event::Done),
        Just(Event::Skipped),
        Just(Event::Failed),
        Just(Event::Interrupted),
    ];
    (0_u8..4, event, any::<bool>())
}

fn record_all(path: &Path, events: &[(u8, Event, bool)]) -> Journal {
    let mut journal = Journal::open(path).unwrap();
    for &(step, event, first) in events {
        let inputs = inputs(if first { "a" } else { "b" });
        journal
            .record(&step.to_string(), event, Some(inputs))
            .unwrap();
    }
    journal
}

/// Everything a journal claims of four steps.
fn claims(journal: &Journal) -> Vec<bool> {
    let steps = ["0", "1", "2", "3"];
    let done = steps
        .iter()
        .flat_map(|step| ["a", "b"].map(|text| journal.is_done(step, &inputs(text))));
    let fresh = steps.iter().flat_map(|step| {
        steps.map(|need| {
            ["a", "b"]
                .iter()
                .any(|text| journal.is_fresh(step, &inputs(text), [need]))
        })
    });
    done.chain(fresh).collect()
}

#[test]
fn nothing_is_created_before_there_is_something_to_say() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state/journal");
    let mut journal = Journal::open(&path).unwrap();
    assert!(!journal.is_done("venv", &inputs("a")));
    assert!(!path.parent().unwrap().exists());
    journal
        .record("venv", Event::Done, Some(inputs("a")))
        .unwrap();
    assert!(Journal::open(&path).unwrap().is_done("venv", &inputs("a")));
}

#[test]
fn a_step_that_started_again_is_not_done() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let mut journal = Journal::open(&path).unwrap();
    journal
        .record("venv", Event::Done, Some(inputs("a")))
        .unwrap();
    journal
        .record("venv", Event::Started, Some(inputs("a")))
        .unwrap();
    // Killed here.
    assert!(!Journal::open(&path).unwrap().is_done("venv", &inputs("a")));
}

#[test]
fn a_need_that_was_skipped_has_changed_nothing_unless_it_was_cut_short_before() {
    let mut journal = Journal::in_memory();
    let mut is_fresh_after = |events: &[(&str, Event)]| {
        for &(step, event) in events {
            journal.record(step, event, Some(inputs("a"))).unwrap();
        }
        journal.is_fresh("sync", &inputs("a"), ["system"])
    };
    let skipped = [("system", Event::Started), ("system", Event::Skipped)];
    assert!(is_fresh_after(&[
        ("sync", Event::Started),
        ("sync", Event::Done)
    ]));
    assert!(is_fresh_after(&skipped));
    assert!(is_fresh_after(&skipped));
    assert!(
        !is_fresh_after(&[("system", Event::Started)]),
        "killed here"
    );
    assert!(!is_fresh_after(&skipped));
}

#[test]
fn a_lost_line_takes_everything_before_it_along() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    record_all(&path, &[(0, Event::Done, true), (1, Event::Done, true)]);
    let mut bytes = std::fs::read(&path).unwrap();
    let second = bytes.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    bytes.splice(second..second, *b"\0\xff garbage\n");
    std::fs::write(&path, bytes).unwrap();
    let journal = Journal::open(&path).unwrap();
    assert!(
        !journal.is_done("0", &inputs("a")),
        "the lost line may have been its failure"
    );
    assert!(journal.is_done("1", &inputs("a")));
}

#[test]
fn a_long_journal_is_shortened_and_claims_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    record_all(&path, &[(0, Event::Done, true), (1, Event::Started, true)]);
    let text = std::fs::read_to_string(&path).unwrap();
    let long = text.repeat(usize::try_from(LARGE).unwrap() / text.len() + 1);
    std::fs::write(&path, &long).unwrap();
    let opened = Journal::open(&path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 2);
    assert_eq!(claims(&Journal::open(&path).unwrap()), claims(&opened));
    assert!(opened.is_done("0", &inputs("a")));
}

#[test]
fn what_is_no_journal_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let error = Journal::open(folder.path()).unwrap_err();
    assert!(matches!(error, JournalError::NotAFile { .. }));
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_project_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let (outside, path) = (folder.path().join("outside"), folder.path().join("journal"));
    std::fs::write(&outside, "precious").unwrap();
    std::os::unix::fs::symlink(&outside, &path).unwrap();
    assert!(matches!(
        Journal::open(&path),
        Err(JournalError::NotAFile { .. })
    ));
}

#[test]
fn a_place_that_cannot_be_written_is_an_error_with_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    let mut journal = Journal::open(&file.join("journal")).unwrap();
    std::fs::write(&file, "").unwrap();
    let error = journal.record("venv", Event::Started, None).unwrap_err();
    assert!(matches!(&error, JournalError::Write { path, .. } if path.starts_with(&file)));
}

proptest! {
    // Every event is synced to a disk, which may be slow.
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn what_was_recorded_is_claimed_after_reopening(events in vec(any_event(), 0..20)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let journal = record_all(&path, &events);
        prop_assert_eq!(claims(&Journal::open(&path).unwrap()), claims(&journal));
    }

    #[test]
    fn shortening_changes_no_claim(events in vec(any_event(), 0..20)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        drop(record_all(&path, &events));
        let mut journal = Journal::open(&path).unwrap();
        let before = claims(&journal);
        journal.compact().unwrap();
        prop_assert_eq!(&claims(&journal), &before);
        prop_assert_eq!(&claims(&Journal::open(&path).unwrap()), &before);
    }

    #[test]
    fn a_cut_at_any_byte_costs_the_cut_line_only(
        events in vec(any_event(), 1..12),
        cut in any::<prop::sample::Index>(),
        garbage in vec(any::<u8>(), 0..40),
        next in any_event(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (path, whole) = (folder.path().join("journal"), folder.path().join("whole"));
        drop(record_all(&path, &events));
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.truncate(cut.index(bytes.len() + 1));
        let lines = bytes.split(|&byte| byte == b'\n').count() - 1;
        bytes.extend(garbage.iter().filter(|&&byte| byte != b'\n'));
        std::fs::write(&path, &bytes).unwrap();

        let expected = record_all(&whole, &events[..lines]);
        prop_assert_eq!(claims(&Journal::open(&path).unwrap()), claims(&expected));
        // And it can be written on.
        drop(record_all(&path, &[next]));
        let expected = record_all(&whole, &[next]);
        prop_assert_eq!(claims(&Journal::open(&path).unwrap()), claims(&expected));
    }

    #[test]
    fn random_bytes_open_and_claim_nothing_they_do_not_say(
        events in vec(any_event(), 0..6),
        garbage in vec(any::<u8>(), 0..200),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let before = claims(&record_all(&path, &events));
        let mut bytes = std::fs::read(&path).unwrap_or_default();
        bytes.extend(&garbage);
        std::fs::write(&path, &bytes).unwrap();
        let after = claims(&Journal::open(&path).unwrap());
        for (before, after) in before.into_iter().zip(after) {
            prop_assert!(before || !after);
        }
    }
}
