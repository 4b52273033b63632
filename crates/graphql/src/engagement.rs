//! Engagement on the graph: who does what on which study.

use tandem_domain::record::Kind;

use crate::declare::Table;

pub(crate) fn tables() -> Vec<Table> {
    vec![
        Table::of(Kind::Engagement)
            .root("engagement", "engagements", &[])
            .show("model state start_date end_date blinded_team vendor_visible_status")
            .one("study_id")
            .one("sponsor_id")
            .one("vendor_id")
            .one("lead_sponsor_id")
            .one("lead_vendor_id")
            .one("subcontract_of_id")
            .part("internal", Kind::EngagementInternal)
            .part("confirmation", Kind::EngagementConfirmation)
            .many("deliverables", Kind::Deliverable, "engagement_id", "What is owed under the engagement, by either side.")
            .many("documents", Kind::Document, "engagement_id", "The documents of the engagement.")
            .many("findings", Kind::Finding, "engagement_id", "What oversight found about the engagement.")
            .many("capas", Kind::Capa, "engagement_id", "The CAPAs for its findings.")
            .many("issues", Kind::Issue, "engagement_id", "The issues between its sides.")
            .many("milestones", Kind::Milestone, "engagement_id", "The milestones that it has to reach.")
            .many("scopes", Kind::ServiceScope, "engagement_id", "The services that the engagement covers.")
            .many("subcontracts", Kind::Engagement, "subcontract_of_id", "The engagements that are subcontracted from this one."),
        Table::of(Kind::EngagementInternal).show("risk_tier health_score"),
        Table::of(Kind::EngagementConfirmation).show("action confirmed_version").one("confirmed_by_id"),
        Table::of(Kind::ServiceScope)
            .root("serviceScope", "serviceScopes", &[])
            .show("service_category countries valid_from valid_to in_scope exclusions_note")
            .one("engagement_id")
            .one("study_id")
            .one("vendor_id")
            .listed("studySites", "study_site_ids"),
    ]
}
