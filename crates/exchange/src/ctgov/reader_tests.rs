//! Records out of files of every shape that the registry gives, whole and broken.

use std::io::Read;

use super::*;

fn record(number: u32) -> String {
    format!(
        r#"{{"protocolSection":{{"identificationModule":{{"nctId":"NCT{number:08}","briefTitle":"T"}},"statusModule":{{"overallStatus":"COMPLETED"}},"sponsorCollaboratorsModule":{{"leadSponsor":{{"name":"S"}}}},"designModule":{{"studyType":"OBSERVATIONAL"}}}}}}"#
    )
}

fn read(bytes: &[u8]) -> Vec<(u64, Result<String, Refusal>)> {
    Reader::new(bytes)
        .map(|entry| entry.expect("memory reads"))
        .map(|entry| (entry.line, entry.record.map(|record| record.nct_id.to_string())))
        .collect()
}

#[test]
fn all_shapes_give_the_same_records() {
    let (one, two) = (record(99_000_001), record(99_000_002));
    let pretty = |json: &str| {
        let value: serde_json::Value = serde_json::from_str(json).expect("JSON");
        serde_json::to_string_pretty(&value).expect("writes")
    };
    let page = format!(r#"{{"studies":[{one},{two}],"nextPageToken":"t"}}"#);
    for file in [
        format!("{one}\n{two}\n"),
        format!("{}\n{}\n", pretty(&one), pretty(&two)),
        page.clone(),
        pretty(&page),
        format!("{{\"studies\":[{one}]}}\n{{\"studies\":[{two}]}}"),
        format!("[{one},{two}]"),
        pretty(&format!("[{one},{two}]")),
    ] {
        let numbers: Vec<_> = read(file.as_bytes()).into_iter().map(|(_, record)| record).collect();
        assert_eq!(numbers, [Ok("NCT99000001".to_owned()), Ok("NCT99000002".to_owned())], "{file}");
    }
}

#[test]
fn a_bad_record_is_refused_at_its_line_and_reading_goes_on() {
    let (one, two) = (record(99_000_001), record(99_000_002));
    let bad = one.replace("COMPLETED", "ASLEEP");
    let file = format!("{one}\n{bad}\n{}\nnot json\n\n{two}\n{}", &one[..40], &two[..60]);
    let read = read(file.as_bytes());
    let outcome: Vec<_> = read.iter().map(|(line, record)| (*line, record.is_ok())).collect();
    assert_eq!(outcome, [(1, true), (2, false), (3, false), (4, false), (6, true), (7, false)]);
    assert_eq!(read[1].1.as_ref().expect_err("refused").path, "protocolSection.statusModule.overallStatus");
    assert!(read[5].1.as_ref().expect_err("refused").reason.contains("file ends"));
}

#[test]
fn a_refusal_in_a_page_names_its_place_there() {
    let page = format!("{{\"studies\":[{},{}]}}", record(99_000_001), record(99_000_002).replace("COMPLETED", "ASLEEP"));
    let refusal = read(page.as_bytes()).remove(1).1.expect_err("refused");
    assert!(refusal.to_string().starts_with("NCT99000002: studies[1].protocolSection.statusModule.overallStatus: \"ASLEEP\""), "{refusal}");
}

#[test]
fn text_that_is_no_utf8_or_holds_nul_is_refused() {
    let mut file = record(99_000_001).into_bytes();
    file.extend_from_slice(b"\n{\"a\":\"\xff\"}\n{\"a\":\"\0\"}\n");
    file.extend_from_slice(record(99_000_002).as_bytes());
    let read = read(&file);
    assert!(read[1].1.as_ref().expect_err("refused").reason.contains("byte 7"));
    assert!(read[2].1.as_ref().expect_err("refused").reason.contains("NUL"));
    assert!(read[3].1.is_ok());
}

#[test]
fn a_failing_disk_ends_the_reading_with_its_error() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("gone"))
        }
    }
    let text = format!("{}\n", record(99_000_001));
    let mut reader = Reader::new(BufReader::new(text.as_bytes().chain(Failing)));
    assert!(reader.next().expect("an item").expect("a record").record.is_ok());
    assert!(reader.next().expect("an item").is_err());
    assert!(reader.next().is_none());
}
