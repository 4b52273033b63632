//! What the calendar alone turns: links that begin or end to count on a day, of which no entry of the journal tells.

use chrono::NaiveDate;
use tandem_domain::record::Kind;
use uuid::Uuid;

use super::timeline::seen;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::store::Store;

/// How many records are looked at together.
const CHUNK: usize = 500;

impl Store {
    /// Whether what the viewer sees of these kinds is another today than on that day because a link began or ended to count.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn days_turned(&self, kinds: &[Kind], since: NaiveDate) -> Result<bool, StoreError> {
        let today = self.viewer.now.date_naive();
        if today <= since {
            return Ok(today < since);
        }
        for kind in kinds.iter().copied().filter(|kind| kind.def().linked) {
            let records = self.turned(kind, since, today).await?;
            for ids in records.chunks(CHUNK) {
                let links = self.feed_links(kind, ids).await?;
                for facts in self.last_facts(kind, ids).await? {
                    let Some(links) = links.get(&facts.id) else { continue };
                    if seen(&self.viewer, &facts, links, since, since) != seen(&self.viewer, &facts, links, today, today) {
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
    }

    /// The records to which a link that may be the viewer's began or ended to count.
    async fn turned(&self, kind: Kind, since: NaiveDate, today: NaiveDate) -> Result<Vec<Uuid>, StoreError> {
        let mut sql = Sql::new(self.database.dialect, "SELECT DISTINCT v.target_id FROM ");
        sql.push(&kind.link_table()).push(" v WHERE ");
        self.push_mine(&mut sql, "v");
        sql.push(" AND ((v.valid_from > ").bind_date(since).push(" AND v.valid_from <= ").bind_date(today);
        sql.push(") OR (v.valid_to >= ").bind_date(since).push(" AND v.valid_to < ").bind_date(today).push("))");
        let rows = self.query(sql).await?;
        rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
    }
}
