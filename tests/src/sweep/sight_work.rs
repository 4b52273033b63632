//! Who may see what of the work between the sides in the sweep's world: written by hand from the domain's rules, as `sight`.
//! Comments end with whom they are for: `-both`, `-sponsor`, `-vendor`.

/// What a persona has to see of the work, and what it may see, where the rules say neither yes nor no.
pub(super) type Work = (&'static [&'static str], &'static [&'static str]);

/// C.3 of sponsor A, with what SM, VM and QA prepare (C.2, draftFinding): all but the vendors' own.
const PREPARES: &[&str] = &[
    "protocol_version:A*",
    "amendment:A*",
    "program*:A*",
    "milestone:A*",
    "enrollment_snapshot:A*",
    "document:A1-doc*",
    "document:A1V-doc*",
    "document:A1V-sdraft",
    "document:A1W-doc*",
    "document:A1S-doc",
    "document:A2*",
    "deliverable*:A*",
    "finding:A1-f*",
    "finding:A1V-f*",
    "finding:A1W-f*",
    "finding:A1S-f",
    "finding:A2*",
    "finding_internal:A*",
    "finding_response:A*",
    "capa*:A*",
    "due_date_extension:A*",
    "effectiveness_check:A*",
    "issue:A*",
    "comment:A*-both",
    "comment:A*-sponsor",
];

/// Regulatory, safety and data: the same without what is prepared.
macro_rules! functions {
    ($($more:literal),* $(,)?) => {
        &["protocol_version:A*", "amendment:A*", "program*:A*", "milestone:A*", "enrollment_snapshot:A*", "document:A1-doc*", "document:A1V-doc*", "document:A1V-sdraft", "document:A1W-doc*",
          "document:A1S-doc", "document:A2*", "deliverable*:A*",
          "finding:A1-f", "finding:A1V-f", "finding:A1V-f-de1", "finding:A1W-f", "finding:A1S-f", "finding:A2*",
          "finding_internal:A1-f", "finding_internal:A1V-f", "finding_internal:A1V-f-de1", "finding_internal:A1W-f",
          "finding_internal:A1S-f", "finding_internal:A2*",
          "finding_response:A*", "capa*:A*", "due_date_extension:A*", "effectiveness_check:A*", "issue:A*",
          "comment:A*-both", "comment:A1-m-sponsor", "comment:A1V-m*-sponsor", "comment:A1W-m-sponsor", "comment:A*-plan-sponsor",
          "comment:A1V-visit-sponsor", "comment:A1-f-sponsor", "comment:A1V-f-*sponsor", "comment:A1W-f-*sponsor",
          "comment:A1V-i-sponsor", "comment:A1W-i-sponsor", $($more),*]
    };
}

/// Finance: deliverables, milestones, issues, and what is said of them.
const FINANCE: &[&str] = &[
    "protocol_version:A*",
    "amendment:A*",
    "program:A*",
    "milestone:A*",
    "enrollment_snapshot:A*",
    "deliverable*:A*",
    "issue:A*",
    "comment:A1-m-sponsor",
    "comment:A1V-m*-sponsor",
    "comment:A1V-m*-both",
    "comment:A1W-m-sponsor",
    "comment:A1W-m-both",
    "comment:A*-plan-sponsor",
    "comment:A*-plan-both",
    "comment:A1V-visit-sponsor",
    "comment:A1V-visit-both",
    "comment:A1V-i-sponsor",
    "comment:A1V-i-both",
    "comment:A1W-i-sponsor",
    "comment:A1W-i-both",
];

const OF_STUDY_A1: &[&str] = &[
    "protocol_version:A1*",
    "amendment:A1*",
    "program:AP1",
    "milestone:A1*",
    "enrollment_snapshot:A1*",
    "document:A1-doc*",
    "document:A1V-doc*",
    "document:A1V-sdraft",
    "document:A1W-doc*",
    "document:A1S-doc",
    "deliverable*:A1*",
    "finding:A1-f*",
    "finding:A1V-f*",
    "finding:A1W-f*",
    "finding:A1S-f",
    "finding_internal:A1*",
    "finding_response:A1*",
    "capa*:A1*",
    "due_date_extension:A1*",
    "effectiveness_check:A1*",
    "issue:A1*",
    "comment:A1*-both",
    "comment:A1*-sponsor",
];

/// The vendor manager of one engagement, and what comes with the subcontract under it.
const OF_ENGAGEMENT_A1V: &[&str] = &[
    "protocol_version:A1*",
    "amendment:A1*",
    "program:AP1",
    "milestone:A1V*",
    "enrollment_snapshot:A1V*",
    "milestone:A1S-m",
    "document:A1V-doc*",
    "document:A1V-sdraft",
    "deliverable*:A1V*",
    "deliverable:A1S-plan",
    "deliverable_submission:A1S-plan",
    "finding:A1V-f*",
    "finding_response:A1V*",
    "capa*:A1V*",
    "due_date_extension:A1V*",
    "effectiveness_check:A1V*",
    "issue:A1V*",
    "comment:A1V*-both",
    "comment:A1V*-sponsor",
];

/// Who has one country, or one site in it: what lies there.
const AT_DE1: &[&str] = &[
    "protocol_version:A1*",
    "amendment:A1*",
    "program:AP1",
    "milestone:A1V-m-de1",
    "enrollment_snapshot:A1V-e-de1",
    "document:A1V-doc-de1",
    "deliverable*:A1V-visit",
    "finding:A1V-f-de1",
    "finding:A1V-fdraft",
    "finding_internal:A1V-f-de1",
    "finding_internal:A1V-fdraft",
    "finding_response:A1V-f-de1",
    "capa*:A1V-f-de1*",
    "due_date_extension:A1V-f-de1*",
    "effectiveness_check:A1V-f-de1",
    "issue:A1V-i-de1",
    "comment:A1V-m-de1-both",
    "comment:A1V-m-de1-sponsor",
    "comment:A1V-visit-both",
    "comment:A1V-visit-sponsor",
    "comment:A1V-f-de1-both",
    "comment:A1V-f-de1-sponsor",
    "comment:A1V-fdraft-sponsor",
];

/// What every role of vendor V has but the CRA: without findings and CAPAs.
macro_rules! vendor_v {
    ($($more:literal),* $(,)?) => {
        &["protocol_version:A1-p*", "amendment:A1-p*", "protocol_version:B1-p", "amendment:B1-p",
          "program:AP1", "program:BP1", "milestone:A1V*", "enrollment_snapshot:A1V*", "milestone:A1S-m", "milestone:A2V-m", "milestone:B1V-m",
          "document:A1V-doc*", "document:A1V-vdraft", "document:A1V-blind", "document:A2V-doc", "document:B1V-doc",
          "deliverable*:A1V*", "deliverable:A1S-plan", "deliverable_submission:A1S-plan", "deliverable*:A2V-plan",
          "deliverable*:B1V-plan", "issue:A1V*", "issue:A2V-i", "issue:B1V-i",
          "comment:A1V-m*-both", "comment:A1V-m*-vendor", "comment:A1V-plan-both", "comment:A1V-plan-vendor",
          "comment:A1V-visit-both", "comment:A1V-visit-vendor", "comment:A2V-plan-both", "comment:A2V-plan-vendor",
          "comment:B1V-plan-both", "comment:B1V-plan-vendor", "comment:A1V-i-both", "comment:A1V-i-vendor", $($more),*]
    };
}

/// The same with the findings that were issued to V.
macro_rules! vendor_v_findings {
    ($($more:literal),* $(,)?) => {
        vendor_v!["finding:A1V-f", "finding:A1V-f-de1", "finding:A2V-f", "finding:B1V-f", "finding_response:A1V-f*",
            "finding_response:B1V-f", "comment:A1V-f-both", "comment:A1V-f-vendor", "comment:A1V-f-de1-both",
            "comment:A1V-f-de1-vendor", $($more),*]
    };
}

/// And with the CAPAs.
macro_rules! vendor_v_capas {
    ($($more:literal),* $(,)?) => {
        vendor_v_findings!["capa*:A1V*", "capa*:B1V*", "due_date_extension:A1V*", "due_date_extension:B1V*", "effectiveness_check:A1V*",
            "effectiveness_check:B1V*", "comment:A1V-f-capa-both", "comment:A1V-f-capa-vendor", $($more),*]
    };
}

/// Those who work with data: findings about data.
const VENDOR_DATA: &[&str] =
    vendor_v!["finding:A1V-f-de1", "finding_response:A1V-f-de1", "comment:A1V-f-de1-both", "comment:A1V-f-de1-vendor"];

/// The project manager of V with one study or one engagement: A1V, and the subcontract's that come with it.
const PROJECT_A1V: &[&str] = &[
    "protocol_version:A1-p*",
    "amendment:A1-p*",
    "program:AP1",
    "milestone:A1V*",
    "enrollment_snapshot:A1V*",
    "milestone:A1S-m",
    "document:A1V-doc*",
    "document:A1V-vdraft",
    "document:A1V-blind",
    "deliverable*:A1V*",
    "deliverable:A1S-plan",
    "deliverable_submission:A1S-plan",
    "finding:A1V-f",
    "finding:A1V-f-de1",
    "finding_response:A1V*",
    "capa*:A1V*",
    "due_date_extension:A1V*",
    "effectiveness_check:A1V*",
    "issue:A1V*",
    "comment:A1V-m*-both",
    "comment:A1V-m*-vendor",
    "comment:A1V-plan-both",
    "comment:A1V-plan-vendor",
    "comment:A1V-visit-both",
    "comment:A1V-visit-vendor",
    "comment:A1V-f-*both",
    "comment:A1V-f-*vendor",
    "comment:A1V-i-both",
    "comment:A1V-i-vendor",
];

/// What a CRA of V has at a site of A1.
macro_rules! at_site {
    ($($more:literal),* $(,)?) => {
        &["protocol_version:A1-p*", "amendment:A1-p*", "program:AP1", "milestone:A1V-m-de1", "enrollment_snapshot:A1V-e-de1", "document:A1V-doc-de1", "deliverable*:A1V-visit", "finding:A1V-f-de1",
          "finding_response:A1V-f-de1", "comment:A1V-m-de1-both", "comment:A1V-m-de1-vendor", "comment:A1V-visit-both",
          "comment:A1V-visit-vendor", "comment:A1V-f-de1-both", "comment:A1V-f-de1-vendor", $($more),*]
    };
}

/// What machines of V have of engagement A1V: no documents, CAPAs or issues, and of what is said what both sides read on deliverables.
macro_rules! client_a1v {
    ($($more:literal),* $(,)?) => {
        &["protocol_version:A1-p*", "amendment:A1-p*", "program:AP1", "milestone:A1V*", "enrollment_snapshot:A1V*", "deliverable*:A1V*", "finding:A1V-f", "finding:A1V-f-de1", "finding_response:A1V*",
          "comment:A1V-plan-both", "comment:A1V-visit-both", $($more),*]
    };
}

/// What this persona may see of the work.
pub(super) fn of(persona: &str) -> Work {
    let only = |must| (must, &[][..]);
    match persona {
        "A.sm" | "A.vm" | "A.qa" => only(PREPARES),
        "A.fin" => only(FINANCE),
        "A.reg" | "A.saf" => only(functions![]),
        // His own draft; what the sponsor thinks of it he may or may not have.
        "A.data" => (functions!["finding:A1V-fdata"], &["finding_internal:A1V-fdata"]),
        // Executives have counts of the work only, and no part in what is said of it.
        "A.exec" => only(&["protocol_version:A*", "amendment:A*", "program*:A*", "milestone:A*", "enrollment_snapshot:A*"]),
        "A.sm-study" => only(OF_STUDY_A1),
        // What the sponsor thinks of a finding lies in a study, and names no engagement.
        "A.vm-eng" => (OF_ENGAGEMENT_A1V, &["finding_internal:A1V-f*"]),
        "A.qa-country" | "A.sm-site" => only(AT_DE1),
        "B.sm" => only(&[
            "protocol_version:B*",
            "amendment:B*",
            "program*:BP1",
            "milestone:B1V-m",
            "document:B1V-doc",
            "deliverable*:B1V-plan",
            "finding*:B1V-f",
            "capa*:B1V*",
            "due_date_extension:B1V*",
            "effectiveness_check:B1V*",
            "issue:B1V-i",
            "comment:B1V*-both",
            "comment:B1V*-sponsor",
        ]),
        "V.pm" => only(vendor_v_capas![]),
        "V.qa" => only(vendor_v_capas!["finding:A1V-v*", "comment:A1V-vdraft-vendor"]),
        // "R own actions": nobody else's, and no CAPA.
        "V.reg" => only(vendor_v_findings!["capa_action:A1V-f-de1-own", "due_date_extension:A1V-f-de1-own"]),
        "V.saf" => only(vendor_v_findings![]),
        "V.dm" | "V.stat" => only(VENDOR_DATA),
        "V.fin" => only(vendor_v![]),
        "V.cra" => only(at_site![
            "protocol_version:B1-p",
            "amendment:B1-p",
            "program:BP1",
            "issue:A1V*",
            "issue:A2V-i",
            "issue:B1V-i",
            "comment:A1V-i-both",
            "comment:A1V-i-vendor",
            "capa_action:A1V-f-own",
            "due_date_extension:A1V-f-own",
        ]),
        "V.pm-study" | "V.pm-eng" => only(PROJECT_A1V),
        "V.pm-closed" => only(&[
            "milestone:A2V-m",
            "document:A2V-doc",
            "deliverable*:A2V-plan",
            "finding:A2V-f",
            "issue:A2V-i",
            "comment:A2V-plan-both",
            "comment:A2V-plan-vendor",
        ]),
        "V.cra-country" => only(at_site!["issue:A1V-i-de1"]),
        "V.cra-site" => only(&["protocol_version:A1-p*", "amendment:A1-p*", "program:AP1"]),
        "W.pm" => only(&[
            "protocol_version:A1-p*",
            "amendment:A1-p*",
            "protocol_version:A2-p",
            "amendment:A2-p",
            "program:AP1",
            "milestone:A1W*",
            "enrollment_snapshot:A1W*",
            "milestone:A2W-m",
            "document:A1W-doc*",
            "document:A1W-vdraft",
            "document:A2W-doc",
            "deliverable*:A1W*",
            "deliverable*:A2W*",
            "finding:A1W-f",
            "finding:A2W-f",
            "finding_response:A1W-f",
            "capa*:A1W*",
            "due_date_extension:A1W*",
            "effectiveness_check:A1W*",
            "issue:A1W-i",
            "issue:A2W-i",
            "comment:A1W*-both",
            "comment:A1W*-vendor",
        ]),
        "W.cra" => only(&[
            "protocol_version:A1-p*",
            "amendment:A1-p*",
            "protocol_version:A2-p",
            "amendment:A2-p",
            "program:AP1",
            "milestone:A1W-m-us1",
            "enrollment_snapshot:A1W-e-us1",
            "document:A1W-doc-us1",
            "deliverable*:A1W-visit",
            "issue:A1W-i",
            "issue:A2W-i",
            "capa_action:A1W-f-own",
            "due_date_extension:A1W-f-own",
            "comment:A1W-i-both",
            "comment:A1W-i-vendor",
        ]),
        "S.pm" => only(&[
            "protocol_version:A1-p*",
            "amendment:A1-p*",
            "protocol_version:A2-p",
            "amendment:A2-p",
            "program:AP1",
            "milestone:A1S-m",
            "document:A1S-doc",
            "deliverable*:A1S-plan",
            "finding:A1S-f",
            "finding_response:A1S-f",
            "capa*:A1S*",
            "due_date_extension:A1S*",
            "effectiveness_check:A1S*",
            "issue:A1S-i",
            "comment:A1S-plan-both",
            "comment:A1S-plan-vendor",
        ]),
        // A machine has what both sides have: the sponsor's own affairs are not for one.
        "A-whole" => only(&[
            "protocol_version:A1-p*",
            "protocol_version:A2-p",
            "protocol_version:A3-p",
            "amendment:A1-p*",
            "amendment:A2-p",
            "program:A*",
            "milestone:A*",
            "enrollment_snapshot:A*",
            "deliverable*:A*",
            "finding:A1V-f",
            "finding:A1V-f-de1",
            "finding:A1W-f",
            "finding:A1S-f",
            "finding:A2*",
            "finding_response:A1V*",
            "finding_response:A1W*",
            "finding_response:A1S*",
            "comment:A*-plan-both",
            "comment:A1V-visit-both",
        ]),
        "A-study" => only(&[
            "protocol_version:A1-p*",
            "protocol_version:A2-p",
            "protocol_version:A3-p",
            "amendment:A1-p*",
            "amendment:A2-p",
            "program:A*",
            "milestone:A*",
        ]),
        "V-whole" => only(client_a1v![
            "protocol_version:B1-p",
            "amendment:B1-p",
            "program:BP1",
            "milestone:A1S-m",
            "milestone:A2V-m",
            "milestone:B1V-m",
            "deliverable:A1S-plan",
            "deliverable_submission:A1S-plan",
            "deliverable*:A2V-plan",
            "deliverable*:B1V-plan",
            "finding:A2V-f",
            "finding:B1V-f",
            "finding_response:B1V-f",
            "comment:A2V-plan-both",
            "comment:B1V-plan-both",
        ]),
        "V-eng" => only(client_a1v![]),
        "W-eng" => only(&[
            "protocol_version:A1-p*",
            "amendment:A1-p*",
            "program:AP1",
            "milestone:A1W*",
            "enrollment_snapshot:A1W*",
            "deliverable*:A1W*",
            "finding:A1W-f",
            "finding_response:A1W-f",
            "comment:A1W-plan-both",
        ]),
        // Administrators have no study content; whoever is not named here has none either.
        _ => only(&[]),
    }
}
