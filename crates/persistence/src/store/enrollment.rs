//! How far enrolment had come in a study by a day: the last that each site reported, added up; of what the viewer sees.

use std::ops::Add;

use chrono::NaiveDate;
use sea_orm::QueryResult;
use tandem_domain::record::Kind;
use uuid::Uuid;

use super::Store;
use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::scope::{Source, push_scope};
use crate::sql::Sql;

/// How many participants had come how far, at how many sites.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EnrollmentCounts {
    /// The sites that reported.
    pub sites: i64,
    /// Screened.
    pub screened: i64,
    /// Failed screening.
    pub screen_failures: i64,
    /// Randomised or enrolled.
    pub randomised: i64,
    /// Treated.
    pub treated: i64,
    /// Left before the end.
    pub discontinued: i64,
    /// Came to the end.
    pub completed: i64,
}

impl Add for EnrollmentCounts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            sites: self.sites.saturating_add(other.sites),
            screened: self.screened.saturating_add(other.screened),
            screen_failures: self.screen_failures.saturating_add(other.screen_failures),
            randomised: self.randomised.saturating_add(other.randomised),
            treated: self.treated.saturating_add(other.treated),
            discontinued: self.discontinued.saturating_add(other.discontinued),
            completed: self.completed.saturating_add(other.completed),
        }
    }
}

/// What is added up.
const COUNTERS: [&str; 6] = ["screened", "screen_failures", "randomised", "treated", "discontinued", "completed"];

impl Store {
    /// The totals of the countries of a study by the end of a day, by their codes: of each site the last that was reported until then.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn enrollment(&self, study: Uuid, day: NaiveDate) -> Result<Vec<(String, EnrollmentCounts)>, StoreError> {
        let dialect = self.database.dialect;
        let sum = |counter: &str| match dialect {
            // A sum of whole numbers is a decimal there.
            Dialect::Postgres => format!(", SUM(s.{counter})::bigint"),
            Dialect::Sqlite => format!(", SUM(s.{counter})"),
        };
        let mut sql = Sql::new(dialect, "SELECT s.country_code, COUNT(*)");
        for counter in COUNTERS {
            sql.push(&sum(counter));
        }
        sql.push(
            " FROM (SELECT a.*, ROW_NUMBER() OVER (PARTITION BY a.study_site_id ORDER BY a.as_of DESC, a.created_at DESC, a.id DESC) ",
        );
        sql.push("AS place FROM enrollment_snapshot a WHERE a.study_id = ").bind_uuid(study);
        sql.push(" AND a.as_of <= ").bind_date(day).push(" AND ");
        push_scope(&mut sql, self.viewer(), Kind::EnrollmentSnapshot, "a", Source::Table);
        sql.push(") s WHERE s.place = 1 GROUP BY s.country_code ORDER BY s.country_code");
        self.query(sql).await?.iter().map(read).collect()
    }
}

fn read(row: &QueryResult) -> Result<(String, EnrollmentCounts), StoreError> {
    let counts = EnrollmentCounts {
        sites: row.try_get_by_index(1)?,
        screened: row.try_get_by_index(2)?,
        screen_failures: row.try_get_by_index(3)?,
        randomised: row.try_get_by_index(4)?,
        treated: row.try_get_by_index(5)?,
        discontinued: row.try_get_by_index(6)?,
        completed: row.try_get_by_index(7)?,
    };
    Ok((row.try_get_by_index(0)?, counts))
}
