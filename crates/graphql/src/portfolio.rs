//! Portfolio on the graph: studies, their protocols, countries, sites, how far enrolment has come.

use tandem_domain::record::Kind;

use crate::declare::Table;

pub(crate) fn tables() -> Vec<Table> {
    vec![
        Table::of(Kind::Study)
            .root("study", "studies", &["protocol_number", "nct_id"])
            .show("protocol_number nct_id eu_ct_number eudra_ct_number ind_number acronym brief_title official_title")
            .show("study_type subtype phases therapeutic_area conditions product_type masking has_dmc")
            .show("planned_enrollment actual_enrollment lifecycle_state why_stopped")
            .show("start_date primary_completion_date completion_date vendor_roster_shared")
            .one("sponsor_id")
            .one("program_id")
            .part("internal", Kind::StudyInternal)
            .part("benchmark", Kind::StudyBenchmark)
            .part("confirmation", Kind::StudyConfirmation)
            .part("registry", Kind::StudyRegistry)
            .many("protocolVersions", Kind::ProtocolVersion, "study_id", "The versions of the study's protocol.")
            .many("amendments", Kind::Amendment, "study_id", "The amendments of the study's protocol.")
            .many("countries", Kind::StudyCountry, "study_id", "The countries of the study.")
            .many("sites", Kind::StudySite, "study_id", "The sites of the study.")
            .many("engagements", Kind::Engagement, "study_id", "Who is engaged on the study; a vendor sees its own engagements.")
            .many("milestones", Kind::Milestone, "study_id", "The milestones of the study, its countries, sites and engagements.")
            .many(
                "enrollmentSnapshots",
                Kind::EnrollmentSnapshot,
                "study_id",
                "How far enrolment at the study's sites had come, day by day.",
            )
            .many("documents", Kind::Document, "study_id", "The documents of the study.")
            .many("deliverables", Kind::Deliverable, "study_id", "What is owed under the study's engagements.")
            .many("findings", Kind::Finding, "study_id", "What oversight found on the study.")
            .many("issues", Kind::Issue, "study_id", "The issues of the study's engagements."),
        Table::of(Kind::Program)
            .root("program", "programs", &[])
            .show("name product_code product_type therapeutic_area indication")
            .one("sponsor_id")
            .part("internal", Kind::ProgramInternal)
            .many("studies", Kind::Study, "program_id", "The studies of the programme."),
        Table::of(Kind::ProgramInternal).show("development_strategy_summary"),
        Table::begun_hidden(Kind::ProtocolVersion)
            .root("protocolVersion", "protocolVersions", &[])
            .show("version_label status approved_on")
            .one("study_id")
            .one("amendment_id"),
        Table::begun_hidden(Kind::Amendment)
            .root("amendment", "amendments", &[])
            .show("number class state primary_reason secondary_reasons impacts summary scope region_codes country_codes")
            .show("planned_effective_date")
            .one("study_id")
            .many("protocolVersions", Kind::ProtocolVersion, "amendment_id", "The versions of the protocol that it led to."),
        Table::of(Kind::Milestone)
            .root("milestone", "milestones", &[])
            .show("level milestone_type country_code baseline_date planned_date actual_date system_populated payment_trigger")
            .show("expected_documents")
            .days_between(
                "varianceDays",
                "baseline_date",
                "actual_date",
                "How many days later than first planned it was reached, or would be today; below 0: earlier.",
            )
            .one("study_id")
            .one("study_country_id")
            .one("study_site_id")
            .one("engagement_id")
            .one("vendor_id")
            .one("owner_id")
            .listed("predecessors", "predecessor_ids")
            .many("comments", Kind::Comment, "milestone_id", "What was said of it."),
        Table::of(Kind::EnrollmentSnapshot)
            .root("enrollmentSnapshot", "enrollmentSnapshots", &[])
            .show("as_of screened screen_failures randomised treated discontinued completed source country_code")
            .one("study_id")
            .one("study_country_id")
            .one("study_site_id")
            .one("engagement_id")
            .one("vendor_id"),
        Table::of(Kind::StudyInternal).show("risk_score strategic_priority"),
        Table::of(Kind::StudyBenchmark).money("budget", "budget_minor_units", "budget_currency", "The budget benchmark."),
        Table::of(Kind::StudyConfirmation).show("action confirmed_version").one("confirmed_by_id"),
        Table::of(Kind::StudyRegistry)
            .show("nct_id status why_stopped brief_title official_title phases enrollment enrollment_kind")
            .show("start_date primary_completion_date completion_date lead_sponsor last_update_posted"),
        Table::of(Kind::StudyCountry)
            .root("studyCountry", "studyCountries", &[])
            .show("country_code state planned_sites ethics_model")
            .one("study_id")
            .one("lead_engagement_id")
            .many("sites", Kind::StudySite, "study_country_id", "The sites of the study in this country."),
        Table::of(Kind::Site).root("site", "sites", &[]).show("name city state_region postal_code country_code").many(
            "studySites",
            Kind::StudySite,
            "site_id",
            "The studies that run here, as sites of those studies.",
        ),
        Table::of(Kind::StudySite)
            .root("studySite", "studySites", &[])
            .show("number state country_code selected_on initiated_on activated_on closed_on")
            .show("target_enrollment screened enrolled discontinued completed")
            .one("study_id")
            .one("site_id")
            .one("study_country_id")
            .one("responsible_engagement_id")
            .part("internal", Kind::StudySiteInternal)
            .part("contact", Kind::StudySiteContact)
            .part("registry", Kind::StudySiteRegistry)
            .many("enrollmentSnapshots", Kind::EnrollmentSnapshot, "study_site_id", "How far enrolment there had come, day by day."),
        Table::of(Kind::StudySiteInternal).show("risk_score"),
        Table::of(Kind::StudySiteContact).show("principal_investigator_name"),
        Table::of(Kind::StudySiteRegistry).show("status vanished_on"),
    ]
}
