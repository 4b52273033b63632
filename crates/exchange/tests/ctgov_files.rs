//! Whole files through the reader: the invented example always, the real snapshot where its folder is named.
//! The folder is `TANDEM_TEST_DATA`; the project carries no registry data of its own.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use tandem_domain::registry::{Phase, RegistryRecord, StudyType};
use tandem_exchange::ctgov::Reader;

/// All records of a file; else the first refusal with its line.
fn records(file: &Path) -> Result<Vec<RegistryRecord>, String> {
    let name = file.display();
    Reader::open(file)
        .map_err(|error| format!("{name}: {error}"))?
        .map(|entry| {
            let entry = entry.map_err(|error| format!("{name}: {error}"))?;
            entry.record.map_err(|refusal| format!("{name}:{}: {refusal}", entry.line))
        })
        .collect()
}

#[test]
fn the_example_is_read_whole_and_holds_what_importers_trip_over() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/registry.ndjson");
    let records = records(&file).expect("read whole");
    assert_eq!(records.len(), 22);
    let numbers: HashSet<_> = records.iter().map(|record| record.nct_id.as_str()).collect();
    assert_eq!(numbers.len(), records.len(), "numbers are unique");
    assert!(numbers.iter().all(|number| number.starts_with("NCT99")), "numbers look invented");

    let sponsors: HashSet<_> = records.iter().map(|record| record.lead_sponsor.name.as_str()).collect();
    let keys: HashSet<_> = records.iter().map(|record| record.lead_sponsor.key()).collect();
    assert!(keys.len() < sponsors.len(), "a sponsor has several spellings");
    let any = |what: &str, holds: &dyn Fn(&RegistryRecord) -> bool| assert!(records.iter().any(holds), "{what}");
    any("month precision", &|r| r.start_date.is_some_and(|date| date.to_string().len() == 7));
    any("year precision", &|r| r.start_date.is_some_and(|date| date.to_string().len() == 4));
    any("a date without kind", &|r| r.start_date.is_some_and(|date| date.kind().is_none()));
    any("no places", &|r| r.locations.is_empty());
    any("phase NA", &|r| r.phases == [Phase::Na]);
    any("no phases", &|r| r.phases.is_empty());
    any("two phases", &|r| r.phases.len() == 2);
    any("observational", &|r| r.study_type == StudyType::Observational);
    any("a missing facility", &|r| r.locations.iter().any(|location| location.facility.is_none()));
    any("places listed twice", &|r| r.distinct_sites().collapsed > 0);
    any("no masking", &|r| r.masking.is_none());
    any("a reason for stopping", &|r| r.why_stopped.is_some());
}

#[test]
#[ignore = "needs TANDEM_TEST_DATA"]
fn the_real_snapshot_is_read_whole() {
    let folder = PathBuf::from(std::env::var_os("TANDEM_TEST_DATA").expect("TANDEM_TEST_DATA names a folder with registry data"));
    let records = records(&folder.join("ctgov_studies_v2.ndjson")).expect("read whole");
    assert_eq!(records.len(), 1_178);

    let locations: usize = records.iter().map(|record| record.locations.len()).sum();
    let collapsed: usize = records.iter().map(|record| record.distinct_sites().collapsed).sum();
    let repeated = records.iter().filter(|record| record.distinct_sites().collapsed > 0).count();
    let mut countries = HashSet::new();
    let mut study_countries = 0;
    for record in &records {
        let of_study: HashSet<_> = record.locations.iter().map(|location| location.country).collect();
        study_countries += of_study.len();
        countries.extend(of_study);
    }
    let named = || records.iter().flat_map(|record| record.collaborators.iter().chain([&record.lead_sponsor]));
    let names: HashSet<_> = named().map(|organization| organization.name.as_str()).collect();
    let mut spellings: HashMap<String, HashSet<&str>> = HashMap::new();
    for organization in named() {
        spellings.entry(organization.key()).or_default().insert(&organization.name);
    }
    let sponsors: HashSet<_> = records.iter().map(|record| record.lead_sponsor.key()).collect();
    let merged: Vec<_> = spellings.values().filter(|names| names.len() > 1).collect();

    println!("{} records, refused 0", records.len());
    println!("{locations} locations, {} sites, {collapsed} repetitions in {repeated} studies", locations - collapsed);
    println!(
        "{} countries, {study_countries} study countries, {} studies without a place",
        countries.len(),
        records.iter().filter(|record| record.locations.is_empty()).count()
    );
    println!("{} names, {} organisations, {} lead sponsors; merged: {merged:?}", names.len(), spellings.len(), sponsors.len());
    assert_eq!(locations, 9_822);
    assert_eq!(countries.len(), 77);
}
