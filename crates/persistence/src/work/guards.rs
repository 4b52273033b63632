//! Guards' own handle: it reads rows that the viewer may not see, and answers only which of the ids asked about pass.

use chrono::NaiveDate;
use tandem_domain::lifecycle::Guard;
use tandem_domain::record::Kind;
use uuid::Uuid;

use crate::dialect::Dialect;
use crate::sql::Sql;

/// What has to hold besides the version for a confirmation `c` of a step of this kind to stand: what was confirmed of an engagement
/// is what its scopes covered then, and a scope added, changed or ended since voids it as an edit would.
pub(crate) fn still_confirmed(kind: Kind) -> &'static str {
    if kind == Kind::Engagement {
        "NOT EXISTS (SELECT 1 FROM service_scope s WHERE s.engagement_id = c.id AND s.updated_at > c.updated_at)"
    } else {
        "1 = 1"
    }
}

/// The statement that gives, of `ids`, those for which the guard holds. Nothing for a guard that is deferred: it holds for all.
pub(crate) fn statement(dialect: Dialect, guard: Guard, ids: &[Uuid], today: NaiveDate) -> Option<Sql> {
    let mut sql = Sql::new(dialect, "");
    match guard {
        Guard::StudyHasApprovedCountry => {
            sql.push("SELECT DISTINCT g.study_id FROM study_country g WHERE g.state IN ('APPROVED', 'ACTIVE', 'ENROLLMENT_CLOSED') AND ");
            sql.any_uuid("g.study_id", ids);
        }
        Guard::StudyHasActiveSite => {
            sql.push("SELECT DISTINCT g.study_id FROM study_site g WHERE g.state = 'ACTIVE' AND ").any_uuid("g.study_id", ids);
        }
        Guard::CountryApproved => {
            sql.push("SELECT g.id FROM study_site g JOIN study_country c ON c.id = g.study_country_id ");
            sql.push("WHERE c.state IN ('APPROVED', 'ACTIVE') AND ").any_uuid("g.id", ids);
        }
        Guard::EngagementHasScope => {
            sql.push("SELECT DISTINCT g.engagement_id FROM service_scope g WHERE g.in_scope AND g.valid_from <= ").bind_date(today);
            sql.push(" AND (g.valid_to IS NULL OR g.valid_to >= ").bind_date(today).push(") AND ").any_uuid("g.engagement_id", ids);
        }
        Guard::ObligationsCovered
        | Guard::PlansAccepted
        | Guard::SiteReady
        | Guard::EngagementCovered
        | Guard::EngagementSettled
        | Guard::ObligationsReassigned => return None,
    }
    Some(sql)
}
