//! The demo's programmes: the studies of one product each, with the sponsor's own summary of its strategy.

use tandem_domain::id::ProgramId;
use tandem_domain::portfolio::{ProductType, Program, ProgramInternal};
use tandem_domain::record::{Entity, Record};

use crate::demo::ids::{Ids, List};
use crate::demo::organizations::{Org, Organizations};

/// Product, sponsor, what the sponsor calls it, type, area, indication, the protocols of its studies, strategy.
type Row = (&'static str, Org, &'static str, ProductType, &'static str, &'static str, &'static [&'static str], &'static str);

/// The programmes; later ones are added at the end.
#[rustfmt::skip]
const PROGRAMS: &[Row] = &[
    ("Quillumab (invented)", Org::Quillfen, "QF-1", ProductType::Biologic, "Respiratory", "Asthma", &["QF-101", "QF-110"],
        "File for adults first; adolescents once the extension has two years of safety data."),
    ("Fennostat (invented)", Org::Quillfen, "QF-2", ProductType::Drug, "Nephrology", "Chronic kidney disease", &["QF-204", "QF-205"],
        "Choose the dose before the end of the year, or stop."),
    ("Mosswell Patch (invented)", Org::Quillfen, "QF-3", ProductType::Drug, "Dermatology", "Plaque psoriasis", &["QF-302", "QF-303"],
        "A partner is sought for the markets outside Europe."),
    ("Heronex (invented)", Org::Quillfen, "QF-4", ProductType::Drug, "Neurology", "Migraine", &["QF-401", "QF-402"],
        "No more money after the terminated study."),
    ("Brackenib (invented)", Org::Brackenmoor, "BM-1", ProductType::Drug, "Oncology", "Non-small cell lung cancer", &["BM-11", "BM-12"],
        "First in its class, if the interim analysis holds."),
    ("Moorgene (invented)", Org::Brackenmoor, "BM-2", ProductType::Biologic, "Haematology", "Haemophilia A", &["BM-13", "BM-14"],
        "Natural history as the control arm."),
];

/// The programme of the study with this protocol number.
pub(in crate::demo) fn of_study(protocol: &str) -> Option<ProgramId> {
    let ids = Ids::of(List::Programs);
    let made: Vec<ProgramId> = PROGRAMS.iter().map(|_| ids.next()).collect();
    let place = PROGRAMS.iter().position(|(.., protocols, _)| protocols.contains(&protocol))?;
    made.get(place).copied()
}

/// The programmes with their summaries.
pub(in crate::demo) fn make(organizations: &Organizations) -> Vec<Entity> {
    let ids = Ids::of(List::Programs);
    let made = PROGRAMS.iter().flat_map(|(name, sponsor, code, product_type, area, indication, _, strategy)| {
        let (id, sponsor_id) = (ids.next(), organizations.id(*sponsor));
        let program = Program {
            id,
            sponsor_id,
            name: (*name).to_owned(),
            product_code: Some((*code).to_owned()),
            product_type: *product_type,
            therapeutic_area: (*area).to_owned(),
            indication: Some((*indication).to_owned()),
        };
        let internal = ProgramInternal { id, sponsor_id, development_strategy_summary: Some((*strategy).to_owned()) };
        [program.into_entity(), internal.into_entity()]
    });
    made.collect()
}
