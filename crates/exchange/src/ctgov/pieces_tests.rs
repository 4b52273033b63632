//! How a page is cut into records, whatever its layout and wherever it breaks off.

use std::io::BufReader;

use proptest::prelude::*;

use super::*;

/// What was cut: line, place, and the text or the beginning of the reason.
fn cut_with(text: &str, limit: usize) -> Vec<(u64, String, Result<String, String>)> {
    // A buffer of three bytes: nothing may depend on what happens to be buffered.
    let mut pieces = Pieces::with_limit(BufReader::with_capacity(3, text.as_bytes()), limit);
    let mut all = Vec::new();
    while let Some(piece) = pieces.next_piece().expect("memory reads") {
        let text = piece.text.map(|text| String::from_utf8_lossy(text).into_owned()).map_err(|refusal| refusal.reason);
        all.push((piece.line, piece.place, text));
    }
    assert_eq!(pieces.bytes_read(), text.len() as u64, "read to the end");
    all
}

fn cut(text: &str) -> Vec<(u64, String, Result<String, String>)> {
    cut_with(text, MAX_RECORD_BYTES)
}

/// The texts, where nothing was refused.
fn texts(text: &str) -> Vec<(u64, String)> {
    cut(text).into_iter().map(|(line, _, text)| (line, text.expect("no refusal").trim().to_owned())).collect()
}

fn lines(expected: &[(u64, &str)]) -> Vec<(u64, String)> {
    expected.iter().map(|(line, text)| (*line, (*text).to_owned())).collect()
}

/// A refusal at a line, recognised by a word of its reason.
fn is_refused(piece: &(u64, String, Result<String, String>), line: u64, word: &str) -> bool {
    piece.0 == line && piece.2.as_ref().is_err_and(|reason| reason.contains(word))
}

#[test]
fn lines_blank_lines_and_byte_order_mark() {
    assert_eq!(texts("\u{feff}{\"a\":1}\r\n\n   \n{\"b\":2}\n{\"c\":3}"), lines(&[(1, "{\"a\":1}"), (4, "{\"b\":2}"), (5, "{\"c\":3}")]));
    assert_eq!(texts(""), []);
    assert_eq!(texts("\n \n"), []);
}

#[test]
fn a_bad_line_is_a_piece_of_its_own() {
    assert_eq!(
        texts("{\"a\":1}\n{\"b\":{\n}}}\nplain\n{\"c\n{\"d\":4}\n"),
        lines(&[(1, "{\"a\":1}"), (2, "{\"b\":{"), (3, "}}}"), (4, "plain"), (5, "{\"c"), (6, "{\"d\":4}")])
    );
}

#[test]
fn a_page_on_one_line_is_cut_into_its_studies() {
    let page = r#"{"totalCount":2,"studies":[{"a":"]}"},{"b":[{}]}],"nextPageToken":"x"}"#;
    let two = cut(&format!("{page}\n{page}\n{{\"c\":1}}"));
    let expected = [
        (1, "studies[0]", r#"{"a":"]}"}"#),
        (1, "studies[1]", r#"{"b":[{}]}"#),
        (2, "studies[0]", r#"{"a":"]}"}"#),
        (2, "studies[1]", r#"{"b":[{}]}"#),
        (3, "", r#"{"c":1}"#),
    ];
    assert_eq!(two, expected.map(|(line, place, text)| (line, place.to_owned(), Ok(text.to_owned()))));
}

#[test]
fn a_page_over_many_lines_is_cut_into_its_studies() {
    for page in [
        "{\n  \"studies\": [\n    {\n      \"a\": 1\n    },\n    {\n      \"b\": [\n        {}\n      ]\n    }\n  ],\n  \"nextPageToken\": \"x\"\n}\n",
        "{\n\"studies\":\n[\n{\n\"a\": 1\n},\n{\n\"b\": [\n{}\n]\n}\n]\n}",
        "{\"studies\": [{\n  \"a\": 1\n}, {\n  \"b\": [{}]\n}]}",
        "[\n{\"a\": 1},\n{\"b\": [{}]}\n]\n",
    ] {
        let cut: Vec<String> = texts(page).into_iter().map(|(_, text)| text.split_whitespace().collect::<String>()).collect();
        assert_eq!(cut, [r#"{"a":1}"#, r#"{"b":[{}]}"#], "{page}");
    }
}

#[test]
fn only_the_outermost_studies_make_a_page() {
    for line in [r#"{"x":{"studies":[1,2]}}"#, r#"{"x":"studies","y":[1]}"#, r#"{"studies":{"a":[1]}}"#, r#"{"studies2":[1]}"#] {
        assert_eq!(texts(line), lines(&[(1, line)]));
    }
}

#[test]
fn a_record_over_many_lines_is_one_piece() {
    let record = "{\n  \"a\": {\n    \"b\": [1]\n  }\n}";
    assert_eq!(texts(&format!("{record}\n{record}\n{{\"c\":1}}\n")), lines(&[(1, record), (6, record), (11, "{\"c\":1}")]));
}

#[test]
fn a_truncated_file_loses_only_its_last_record() {
    for (text, good, line, word) in [
        ("{\"a\":1}\n{\"b\":[1", 1, 2, "file ends inside this record"),
        ("{\n \"a\":1\n}\n{\n \"b\":[", 1, 4, "file ends inside this record"),
        ("{\"studies\":[{\"a\":1},{\"b\":\"", 1, 1, "file ends inside this record"),
        ("{\"studies\":[{\"a\":1},\n{\"b\":2},", 2, 2, "inside the list"),
        ("{\"studies\":[{\"a\":1}],\"nextPageToken\":\"", 1, 1, "before the page is closed"),
        ("{\n", 0, 1, "file ends inside this record"),
        ("{\"studies\":[", 0, 1, "inside the list"),
    ] {
        let cut = cut(text);
        assert_eq!(cut.len(), good + 1, "{text}");
        assert!(cut[..good].iter().all(|piece| piece.2.is_ok()), "{text}");
        assert!(is_refused(&cut[good], line, word), "{text}: {:?}", cut[good]);
    }
}

#[test]
fn a_page_cut_off_at_its_line_costs_no_other_line() {
    for broken in [
        r#"{"studies":[{"a":1},{"b":{"c":1"#,
        r#"{"studies":[{"a":1},{"b":"c"#,
        r#"{"studies":[{"a":1},{"b":{"c":1},{"d":1}]}"#,
        r#"{"studies":[{"a":1},{"b":[1}},{"d":1}]}"#,
        r#"{"studies":[{"a":1}],"nextPageToken":"#,
        r#"{"studies":[{"a":1}],"nextPageToken":"x"]"#,
    ] {
        let cut = cut(&format!("{broken}\n{{\"z\":1}}\n{{\"studies\":[{{\"y\":1}}]}}\n"));
        assert_eq!(cut.len(), 4, "{broken}: {cut:?}");
        assert_eq!(cut[0].2.as_deref(), Ok(r#"{"a":1}"#));
        assert!(cut[1].2.is_err() && cut[1].0 == 1, "{cut:?}");
        assert_eq!((cut[2].0, cut[2].2.as_deref()), (2, Ok(r#"{"z":1}"#)));
        assert_eq!((cut[3].0, cut[3].2.as_deref()), (3, Ok(r#"{"y":1}"#)));
    }
}

#[test]
fn a_lone_bracket_costs_no_other_line() {
    let cut = cut("{\n{\"a\":1}\n{\"b\":2}\n");
    assert!(is_refused(&cut[0], 1, "next record begins"), "{cut:?}");
    assert_eq!(cut[1..].iter().map(|piece| piece.0).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn a_record_over_many_lines_that_does_not_close_costs_no_other() {
    for broken in ["{\n  \"a\": {\n    \"b\": 1\n}\n", "{\n  \"a\": \"b\n}\n", "{\n  \"a\": [1\n}\n"] {
        let cut = cut(&format!("{broken}{{\"z\":1}}\n{{\"y\":1}}\n"));
        assert_eq!(cut.len(), 3, "{broken}: {cut:?}");
        assert!(cut[0].2.is_err());
        assert_eq!(cut[1].2.as_deref(), Ok("{\"z\":1}"));
    }
}

#[test]
fn elements_that_are_no_records_are_pieces_all_the_same() {
    let cut = cut("{\"studies\":[1, null,\"a,]\", {}]}");
    let found: Vec<_> = cut.iter().map(|piece| piece.2.as_deref().expect("cut").trim()).collect();
    assert_eq!(found, ["1", "null", "\"a,]\"", "{}"]);
}

#[test]
fn what_is_too_long_is_refused_and_passed_over() {
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(40));
    let page = format!("{{\"studies\":[{{\"a\":1}},{long},{{\"b\":1}}]}}");
    let many_lines = format!("{{\n\"a\":\"{}\"\n}}", "x".repeat(40));
    let cut = cut_with(&format!("{{\"a\":1}}\n{long}\n{{\"b\":1}}\n{page}\n{many_lines}\n{{\"c\":1}}"), 30);
    let outcome: Vec<_> = cut.iter().map(|piece| (piece.0, piece.2.is_ok())).collect();
    assert_eq!(outcome, [(1, true), (2, false), (3, true), (4, true), (4, false), (4, true), (5, false), (8, true)]);
    assert!(is_refused(&cut[1], 2, "longer than 30 bytes"));
    // Exactly at the limit is not too long, and nor is a page longer than it.
    assert!(cut_with("{\"a\":1}\n", 7)[0].2.is_ok());
    assert!(cut_with("{\"a\":1}\n", 6)[0].2.is_err());
}

#[test]
fn memory_follows_the_longest_record_not_the_page() {
    let page = format!("{{\"studies\":[{}{{}}]}}", "{\"a\":\"some study\"},\n".repeat(50_000));
    let mut pieces = Pieces::new(page.as_bytes());
    let mut count = 0;
    while pieces.next_piece().expect("memory reads").is_some() {
        count += 1;
    }
    assert_eq!(count, 50_001);
    assert!(pieces.text.capacity() < 1024, "{} bytes", pieces.text.capacity());
}

proptest! {
    #[test]
    fn any_text_is_cut_to_its_end(text in "[\\[\\]{}\",:\\\\ \\na1]{0,80}") {
        cut_with(&text, 20);
    }

    #[test]
    fn any_text_in_a_page_is_cut_to_its_end(text in "[\\[\\]{}\",:\\\\ \\na1]{0,60}") {
        cut_with(&format!("{{\"studies\":[{text}"), 20);
    }

    #[test]
    fn a_bad_line_never_costs_another_line(bad in "[\\[\\]{}\",:\\\\ a1]{1,40}") {
        let good = "{\"good\":1}";
        let cut = cut(&format!("{bad}\n{good}\n{good}\n"));
        for line in [2, 3] {
            let read = cut.iter().any(|piece| piece.0 == line && piece.2.as_deref() == Ok(good));
            prop_assert!(read, "line {line}: {cut:?}");
        }
    }
}
