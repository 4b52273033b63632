//! Guards' own handle: it reads rows that the viewer may not see, and answers only which of the ids asked about pass.

use chrono::NaiveDate;
use tandem_domain::lifecycle::Guard;
use uuid::Uuid;

use crate::dialect::Dialect;
use crate::sql::Sql;

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
            sql.push("SELECT DISTINCT g.engagement_id FROM service_scope g WHERE g.in_scope AND (g.valid_to IS NULL OR g.valid_to >= ");
            sql.bind_date(today).push(") AND ").any_uuid("g.engagement_id", ids);
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
