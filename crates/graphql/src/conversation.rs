//! Conversation on the graph: comments.

use tandem_domain::record::Kind;

use crate::declare::Table;

pub(crate) fn tables() -> Vec<Table> {
    vec![
        Table::of(Kind::Comment)
            .root("comment", "comments", &[])
            .show("visibility author_side body edited_at country_code")
            .one("study_id")
            .one("engagement_id")
            .one("deliverable_id")
            .one("finding_id")
            .one("capa_id")
            .one("issue_id")
            .one("milestone_id")
            .one("author_id")
            .listed("mentions", "mention_ids"),
    ]
}
