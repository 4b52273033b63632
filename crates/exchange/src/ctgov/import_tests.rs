//! What an import reports and hands on, tried with files made here and sinks that refuse or fail.
//! The files are small; the real registry is read in the crate's own integration test.

use std::collections::HashMap;
use std::io::Write;

use super::*;

/// Keeps records by number; refuses and fails where told.
#[derive(Default)]
struct Kept {
    records: HashMap<String, RegistryRecord>,
    refuses: Option<&'static str>,
    fails: Option<&'static str>,
}

impl RegistrySink for Kept {
    async fn put(&mut self, record: &RegistryRecord) -> Result<Outcome, SinkError> {
        let number = record.nct_id.as_str();
        if self.refuses == Some(number) {
            return Err(SinkError::Refused("the study is archived".to_owned()));
        }
        if self.fails == Some(number) {
            return Err(SinkError::Failed("the disk is full".to_owned()));
        }
        Ok(match self.records.insert(number.to_owned(), record.clone()) {
            None => Outcome::Created,
            Some(before) if before == *record => Outcome::Unchanged,
            Some(_) => Outcome::Updated,
        })
    }
}

/// Writes down what it hears.
#[derive(Default)]
struct Heard {
    refused: Vec<String>,
    last: Option<(u64, u64, u64)>,
}

impl ImportWatcher for Heard {
    fn progress(&mut self, progress: Progress<'_>) {
        self.last = Some((progress.records, progress.bytes, progress.total_bytes));
    }

    fn refused(&mut self, record: RefusedRecord<'_>) {
        self.refused.push(record.to_string());
    }
}

fn record(number: u32, sponsor: &str, status: &str) -> String {
    format!(
        r#"{{"protocolSection":{{"identificationModule":{{"nctId":"NCT{number:08}","briefTitle":"T"}},"statusModule":{{"overallStatus":"{status}"}},"sponsorCollaboratorsModule":{{"leadSponsor":{{"name":"{sponsor}"}}}},"designModule":{{"studyType":"OBSERVATIONAL"}},"contactsLocationsModule":{{"locations":[{{"city":"Paris","country":"France"}},{{"city":"PARIS","country":"France"}}]}}}}}}"#
    )
}

fn file(lines: &[String]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    for line in lines {
        writeln!(file, "{line}").expect("writes");
    }
    file
}

fn paths(files: &[&tempfile::NamedTempFile]) -> Vec<PathBuf> {
    files.iter().map(|file| file.path().to_owned()).collect()
}

#[tokio::test]
async fn counts_what_became_of_each_record() {
    let first = file(&[record(99_000_001, "A", "RECRUITING"), "oops".to_owned(), record(99_000_002, "B", "RECRUITING")]);
    let second = file(&[record(99_000_001, "A", "COMPLETED"), record(99_000_002, "B", "RECRUITING")]);
    let files = paths(&[&first, &second]);
    let (mut sink, mut heard) = (Kept::default(), Heard::default());
    let summary = import(&files, &ImportOptions::default(), &mut heard, &mut sink).await.expect("imports");
    assert_eq!(summary.to_string(), "created 2, updated 1, unchanged 1, refused 1");
    assert_eq!(summary.duplicate_sites_collapsed, 4);
    assert_eq!(heard.refused, [format!("{}:2: invalid JSON: expected value (character 1 of the record)", files[0].display())]);
    let bytes = files.iter().map(|file| file.metadata().expect("there").len()).sum::<u64>();
    let (records, read, total) = heard.last.expect("heard");
    assert_eq!((records, total), (5, bytes));
    assert!(read <= bytes && read + 1 >= bytes, "the last line break may be left");
}

#[tokio::test]
async fn narrows_to_one_sponsor_in_any_spelling() {
    let file = file(&[
        record(99_000_001, "Quillhaven Therapeutics, Inc.", "RECRUITING"),
        record(99_000_002, "Brindlemoor", "RECRUITING"),
        record(99_000_003, "QUILLHAVEN  THERAPEUTICS", "RECRUITING"),
    ]);
    let options = ImportOptions { sponsor: Some("Quillhaven Therapeutics Ltd".to_owned()) };
    let mut sink = Kept::default();
    let summary = import(&paths(&[&file]), &options, &mut (), &mut sink).await.expect("imports");
    assert_eq!((summary.created, summary.other_sponsors, summary.records()), (2, 1, 3));
    assert!(!sink.records.contains_key("NCT99000002"));
}

#[tokio::test]
async fn a_refusing_sink_is_counted_and_a_failing_one_ends_it() {
    let lines = [1, 2, 3].map(|number| record(99_000_000 + number, "A", "RECRUITING"));
    let file = file(&lines);
    let files = paths(&[&file]);
    let mut heard = Heard::default();
    let mut sink = Kept { refuses: Some("NCT99000002"), ..Kept::default() };
    let summary = import(&files, &ImportOptions::default(), &mut heard, &mut sink).await.expect("imports");
    assert_eq!((summary.created, summary.refused), (2, 1));
    assert!(heard.refused[0].ends_with(":2: NCT99000002: the study is archived"), "{:?}", heard.refused);

    let mut sink = Kept { fails: Some("NCT99000002"), ..Kept::default() };
    let error = import(&files, &ImportOptions::default(), &mut (), &mut sink).await.expect_err("fails");
    assert_eq!(error.done.created, 1);
    assert!(error.to_string().contains(":2: NCT99000002: cannot be stored: the disk is full (before that: created 1,"), "{error}");
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_is_told_before_anything_is_stored() {
    let good = file(&[record(99_000_001, "A", "RECRUITING")]);
    let folder = tempfile::tempdir().expect("a folder");
    for bad in [folder.path().join("missing.ndjson"), folder.path().to_owned()] {
        let mut sink = Kept::default();
        let files = [good.path().to_owned(), bad];
        let error = import(&files, &ImportOptions::default(), &mut (), &mut sink).await.expect_err("fails");
        assert!(matches!(error.cause, ImportCause::Open { .. }), "{error}");
        assert!(sink.records.is_empty());
    }
}
