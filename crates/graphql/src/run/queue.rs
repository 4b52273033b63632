//! The work queue: what the viewer's side owes, or what the other side holds up, over everything that two sides take turns with.

use std::borrow::Cow;

use async_graphql::parser::types::Field as AskedField;
use async_graphql::registry::Registry;
use async_graphql::{ComplexObject, Context, ContextSelectionSet, Enum, OutputType, Positioned, ServerResult, SimpleObject, Value};
use chrono::NaiveDate;
use tandem_domain::access::Side;
use tandem_domain::lifecycle::{Turn, turn};
use tandem_domain::record::{Cell, Kind};
use tandem_domain::vocabulary::Vocabulary as _;
use tandem_persistence::{Compare, Filter, Order, PageRequest, Test};
use uuid::Uuid;

use super::arguments;
use super::error::Failure;
use super::record::{fail, one, settled};
use super::session::Session;
use super::viewer::{NODE, Seen};

/// Whose work.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "WorkQueueSide")]
pub(crate) enum WhoseTurn {
    /// What your side has to do.
    Mine,
    /// What your side waits for the other to do.
    Theirs,
}

/// What waits for somebody, soonest first.
#[derive(SimpleObject)]
pub(crate) struct WorkQueue {
    /// What waits, by the day until when it is to be done; what has none comes last.
    items: Vec<WorkItem>,
    /// How much waits in all, as far as you see it; of each kind the hundred that are owed soonest are looked at.
    total_count: i64,
}

/// Something that waits for a side.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct WorkItem {
    /// What is to be done.
    reason: &'static str,
    /// Until when; nothing where no day is set.
    due_date: Option<Day>,
    /// How many days past that it is today; nothing where no day is set, never below 0.
    days_late: Option<i64>,
    /// The side whose turn it is: SPONSOR or VENDOR.
    ball_in_court: &'static str,
    #[graphql(skip)]
    node: (Kind, Uuid),
}

#[ComplexObject]
impl WorkItem {
    /// What waits: a Deliverable, Finding, Capa or Issue.
    async fn node(&self, ctx: &Context<'_>) -> ServerResult<Seen<NODE>> {
        match Session::of(ctx) {
            Ok(session) => Ok(Seen(settled(ctx, one(ctx, session, self.node.0, self.node.1).await))),
            Err(failure) => Err(fail(ctx, &failure)),
        }
    }
}

/// A day as the graph's `Date`.
pub(crate) struct Day(NaiveDate);

impl Day {
    pub(super) fn of(day: NaiveDate) -> Self {
        Self(day)
    }
}

impl OutputType for Day {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Date")
    }

    fn create_type_info(_: &mut Registry) -> String {
        "Date!".to_owned()
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<AskedField>) -> ServerResult<Value> {
        Ok(Value::String(self.0.to_string()))
    }
}

/// What sides take turns with, each with the column by which it is due.
const KINDS: [(Kind, &str); 4] =
    [(Kind::Deliverable, "due_date"), (Kind::Finding, "response_due_at"), (Kind::Capa, "due_date"), (Kind::Issue, "due_date")];

/// So much of each kind is looked at.
const LOOKED_AT: usize = 100;

pub(super) async fn queue(session: &Session, whose: WhoseTurn, first: Option<i32>) -> Result<WorkQueue, Failure> {
    let first = match first {
        None => arguments::PAGE_DEFAULT,
        Some(first) => arguments::size("first", first.into())?,
    };
    let own = session.viewer.side;
    let side = match (whose, own) {
        (_, Side::Neither) => return Ok(WorkQueue { items: Vec::new(), total_count: 0 }),
        (WhoseTurn::Mine, own) => own,
        (WhoseTurn::Theirs, Side::Sponsor) => Side::Vendor,
        (WhoseTurn::Theirs, _) => Side::Sponsor,
    };
    let mut waiting: Vec<(Turn, (Kind, Uuid))> = Vec::new();
    let mut total_count = 0;
    for (kind, due) in KINDS {
        let request = PageRequest {
            filter: Filter::Test(Test { column: "ball_in_court", compare: Compare::Eq(Cell::Text(side.term().to_owned())) }),
            order: vec![Order { column: due, descending: false }],
            limit: LOOKED_AT,
            ..arguments::plain(kind)
        };
        total_count += session.store().count(&request).await?;
        for row in session.store().page(&request).await?.rows {
            let entity = row.entity().map_err(tandem_persistence::StoreError::from)?.record;
            waiting.extend(turn(&entity).map(|turn| (turn, (kind, row.id()))));
        }
    }
    waiting.sort_by_key(|(turn, (_, id))| (turn.due.is_none(), turn.due, *id));
    let today = session.viewer.now.date_naive();
    let items = waiting.into_iter().take(first).map(|(turn, node)| WorkItem {
        reason: turn.reason,
        due_date: turn.due.map(Day),
        days_late: turn.due.map(|due| today.signed_duration_since(due).num_days().max(0)),
        ball_in_court: turn.side.term(),
        node,
    });
    Ok(WorkQueue { items: items.collect(), total_count })
}
