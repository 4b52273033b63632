//! Party on the graph: organisations, people, memberships, machine clients, the access log, reviews of access.

use tandem_domain::record::Kind;

use crate::declare::Table;

pub(crate) fn tables() -> Vec<Table> {
    vec![
        Table::of(Kind::Organization)
            .root("organization", "organizations", &[])
            .show("name organization_type class country_code is_tenant"),
        Table::of(Kind::Person)
            .root("person", "people", &[])
            .show("display_name job_title active")
            .one("organization_id")
            .part("contact", Kind::PersonContact)
            .many("memberships", Kind::Membership, "person_id", "What was granted to the person, as far as you may see it."),
        Table::of(Kind::PersonContact).show("email"),
        Table::of(Kind::Membership)
            .root("membership", "memberships", &[])
            .show("role scope country_code valid_from valid_to reason")
            .one("person_id")
            .one("organization_id")
            .one("study_id")
            .one("engagement_id")
            .one("study_site_id")
            .one("granted_by_id")
            .last_use("person_id"),
        Table::of(Kind::ApiClient)
            .root("apiClient", "apiClients", &[])
            .show("name issuer client_id scopes expires_at ended_at")
            .one("organization_id")
            .listed("engagements", "engagement_ids")
            .last_use("id"),
        Table::log(Kind::AccessEvent)
            .root("accessEvent", "accessLog", &[])
            .show("event code attempt occurrences first_at last_at")
            .one("organization_id")
            .one("person_id")
            .one("api_client_id"),
        Table::of(Kind::AccessReview)
            .root("accessReview", "accessReviews", &[])
            .show("period_from period_to reviewed confirmed revoked completed_at")
            .one("organization_id")
            .one("reviewer_id")
            .many(
                "items",
                Kind::AccessReviewItem,
                "access_review_id",
                "The memberships that were in force when it was opened, one item each.",
            ),
        Table::of(Kind::AccessReviewItem)
            .root("accessReviewItem", "accessReviewItems", &[])
            .show("role scope in_force_since last_used_at outcome decided_at")
            .one("organization_id")
            .one("access_review_id")
            .one("membership_id")
            .one("person_id")
            .one("granted_by_id")
            .one("decided_by_id"),
    ]
}
