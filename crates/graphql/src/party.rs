//! Party on the graph: organisations, people, memberships, machine clients.

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
            .one("granted_by_id"),
        Table::of(Kind::ApiClient)
            .root("apiClient", "apiClients", &[])
            .show("name issuer client_id scopes expires_at ended_at")
            .one("organization_id")
            .listed("engagements", "engagement_ids"),
    ]
}
