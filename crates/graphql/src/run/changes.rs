//! `changes`: the feed for systems that keep a copy of what they see. It begins by going through everything once, follows the journal
//! from then on, and begins anew where what the caller may see has changed as a whole.

use std::borrow::Cow;

use async_graphql::parser::types::Field as AskedField;
use async_graphql::registry::{MetaField, MetaInputValue, Registry};
use async_graphql::{ComplexObject, Context, ContextSelectionSet, Enum, ID, OutputType, Positioned, ServerResult, SimpleObject, Value};
use chrono::NaiveDate;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};
use tandem_domain::access::ways;
use tandem_domain::id::encode;
use tandem_domain::record::{Cell, Kind};
use tandem_persistence::{FeedChange, FeedPage, FeedPlace, PageRequest};
use uuid::Uuid;

use super::error::Failure;
use super::record::{fail, object, one, settled};
use super::session::Session;
use super::viewer::{NODE, Seen};
use super::{arguments, cursor};
use crate::declare::tables;

/// The root field's name.
pub(super) const NAME: &str = "changes";

/// How many events a page has where nobody says.
pub(crate) const DEFAULT: i64 = 100;

/// How many it has at most.
pub(crate) const MOST: i64 = 500;

/// After how many days without having been told everything a follower begins anew.
const OLDEST: i64 = 30;

/// What to do with a record that is kept.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChangeOperation {
    /// Keep it, as `node` has it.
    Upsert,
    /// Forget it: you see it no longer.
    Tombstone,
    /// Forget everything of the kinds that you follow: what you may see has changed as a whole. All of it that is yours follows anew.
    Resync,
}

/// A page of the feed.
#[derive(SimpleObject)]
pub(crate) struct ChangeFeed {
    /// What to do, in this order.
    events: Vec<ChangeEvent>,
    /// Where the page ends: to be kept together with what the events did, and given as `since` the next time.
    cursor: String,
    /// Whether there is more at once. Where there is not, ask again after a while.
    has_more: bool,
}

/// One thing to do.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct ChangeEvent {
    /// What to do.
    operation: ChangeOperation,
    /// The kind of the record; nothing for RESYNC.
    kind: Option<RecordKind>,
    /// The record's id; nothing for RESYNC.
    id: Option<ID>,
    #[graphql(skip)]
    node: Option<(Kind, Uuid)>,
}

#[ComplexObject]
impl ChangeEvent {
    /// For UPSERT: the record as it is now, as far as you see it.
    async fn node(&self, ctx: &Context<'_>) -> ServerResult<Seen<NODE>> {
        let found = match (Session::of(ctx), self.node) {
            (_, None) => Ok(Value::Null),
            (Ok(session), Some((kind, id))) => one(ctx, session, kind, id).await,
            (Err(failure), Some(_)) => Err(fail(ctx, &failure)),
        };
        Ok(Seen(settled(ctx, found)))
    }
}

impl ChangeEvent {
    fn about(operation: ChangeOperation, kind: Kind, id: Uuid) -> Self {
        let node = matches!(operation, ChangeOperation::Upsert).then_some((kind, id));
        Self { operation, kind: Some(RecordKind(kind)), id: Some(ID(encode(kind, id))), node }
    }

    fn resync() -> Self {
        Self { operation: ChangeOperation::Resync, kind: None, id: None, node: None }
    }
}

/// A kind of record, as the graph's `RecordKind`.
pub(crate) struct RecordKind(Kind);

impl RecordKind {
    pub(super) fn of(kind: Kind) -> Self {
        Self(kind)
    }
}

impl OutputType for RecordKind {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("RecordKind")
    }

    fn create_type_info(_: &mut Registry) -> String {
        "RecordKind!".to_owned()
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<AskedField>) -> ServerResult<Value> {
        Ok(Value::Enum(async_graphql::Name::new(term(self.0))))
    }
}

/// A kind's name among `RecordKind`: `STUDY_SITE` for `StudySite`.
pub(crate) fn term(kind: Kind) -> String {
    let mut term = String::new();
    for letter in kind.name().chars() {
        if letter.is_ascii_uppercase() && !term.is_empty() {
            term.push('_');
        }
        term.push(letter.to_ascii_uppercase());
    }
    term
}

/// The kinds that the feed tells of: everything that has a list of its own and a journal. The access log is no part of the journal.
pub(crate) fn kinds() -> impl Iterator<Item = Kind> {
    tables().iter().filter(|table| table.root.is_some() && table.kind != Kind::AccessEvent).map(|table| table.kind)
}

/// The root field.
pub(super) fn field() -> MetaField {
    let argument = |name: &str, ty: &str, doc: &str| MetaInputValue { description: Some(doc.to_owned()), ..MetaInputValue::new(name, ty) };
    let doc = "What changed since a cursor, in your sight now, for systems that keep a copy. Without `since` it begins with RESYNC, goes \
               through all that you see, and then follows what changes, in the order of the journal and seconds behind it. A record \
               that went out of your sight gives a TOMBSTONE. Ask with the last `cursor` after any interruption: nothing is missed, \
               and what comes twice has no other effect. A \
               cursor serves for 30 days; after that it begins anew. A record comes again when a value of its own changes; ask for the kinds of \
               what you select beneath it too.";
    let mut field = MetaField { description: Some(doc.to_owned()), ..MetaField::new(NAME, "ChangeFeed!") };
    let mut first = argument("first", "Int", "How many events at most, 1 to 500.");
    first.default_value = Some(DEFAULT.to_string());
    let given = [
        argument("since", "String", "The cursor of the page before, of the same kinds; left out for the beginning."),
        argument("kinds", "[RecordKind!]", "Which kinds of records; all of them where it is left out."),
        first,
    ];
    field.args = given.into_iter().map(|argument| (argument.name.clone(), argument)).collect();
    field
}

pub(super) async fn answer(ctx: &Context<'_>, session: &Session, given: &Map<String, Json>) -> ServerResult<Value> {
    let feed = feed(session, given).await.map_err(|failure| fail(ctx, &failure))?;
    object(ctx, feed).await
}

/// Where a follower stands.
struct Place {
    /// What he could see then, apart from records and links.
    sight: String,
    /// The last day on which he was told everything.
    day: NaiveDate,
    /// Up to where he has followed the journal.
    journal: FeedPlace,
    /// How far he has gone through everything; nothing where he is through.
    walk: Option<Walk>,
}

/// A place on the way through everything: in which of the kinds, after which record.
struct Walk {
    kind: usize,
    after: Option<Uuid>,
}

impl Place {
    /// Whether it can be gone on from: what decides what he sees is the same, and he has not been away for too long.
    fn serves(&self, sight: &str, today: NaiveDate) -> bool {
        self.sight == sight && today.signed_duration_since(self.day).num_days() <= OLDEST
    }

    fn read(cells: &[Cell]) -> Option<Self> {
        let [Cell::Text(sight), Cell::Date(day), Cell::Int(position), Cell::Uuid(entry), kind, after] = cells else { return None };
        let walk = match (kind, after) {
            (Cell::Null, _) => None,
            (Cell::Int(kind), after) => {
                let after = if let Cell::Uuid(after) = after { Some(*after) } else { None };
                Some(Walk { kind: usize::try_from(*kind).ok()?, after })
            }
            _ => return None,
        };
        let journal = FeedPlace { position: *position, entry: *entry };
        Some(Self { sight: sight.clone(), day: *day, journal, walk })
    }

    fn cells(&self) -> [Cell; 6] {
        let kind = self.walk.as_ref().and_then(|walk| i64::try_from(walk.kind).ok()).map_or(Cell::Null, Cell::Int);
        let after = self.walk.as_ref().and_then(|walk| walk.after).map_or(Cell::Null, Cell::Uuid);
        let FeedPlace { position, entry } = self.journal;
        [Cell::Text(self.sight.clone()), Cell::Date(self.day), Cell::Int(position), Cell::Uuid(entry), kind, after]
    }
}

async fn feed(session: &Session, given: &Map<String, Json>) -> Result<ChangeFeed, Failure> {
    let kinds = asked_kinds(given);
    let first = given.get("first").and_then(Json::as_i64).unwrap_or(DEFAULT);
    let first = (1..=MOST).contains(&first).then(|| usize::try_from(first).ok()).flatten();
    let first = first.ok_or_else(|| Failure::bad_input(format!("`first` is from 1 to {MOST}.")))?;
    let list = match given.get("kinds") {
        None | Some(Json::Null) => format!("{NAME} of all kinds"),
        Some(_) => format!("{NAME} {kinds:?}"),
    };
    let known = match given.get("since").and_then(Json::as_str) {
        None => None,
        Some(since) => Some(Place::read(&cursor::open_unlike(session, &list, since, "since")?).ok_or_else(Failure::internal)?),
    };
    let (sight, day) = (sight(session, &kinds), session.viewer.now.date_naive());
    let mut events = Vec::new();
    let mut more = false;
    let mut place = match known {
        Some(mut place) if place.serves(&sight, day) && !session.store().days_turned(&kinds, place.day).await? => {
            // Also on the way through everything: what he loses sight of meanwhile is told at once, and not when he is through.
            let room = if place.walk.is_some() { first.div_ceil(2) } else { first };
            match follow(session, &kinds, &mut place, &mut events, room).await? {
                Some(goes_on) => more = goes_on,
                None => place = begin(session, sight, &mut events).await?,
            }
            if !more {
                place.day = day;
            }
            place
        }
        _ => begin(session, sight, &mut events).await?,
    };
    more |= walk(session, &kinds, &mut place, &mut events, first).await?;
    Ok(ChangeFeed { events, cursor: cursor::seal_unlike(session, &list, &place.cells()), has_more: more })
}

/// The kinds that the argument `kinds` names; all of them where it names none.
pub(super) fn asked_kinds(given: &Map<String, Json>) -> Vec<Kind> {
    let named: Option<Vec<&str>> = match given.get("kinds") {
        Some(Json::Array(kinds)) => Some(kinds.iter().filter_map(Json::as_str).collect()),
        // A single value stands for a list of one.
        Some(Json::String(kind)) => Some(vec![kind.as_str()]),
        _ => None,
    };
    kinds().filter(|kind| named.as_ref().is_none_or(|named| named.contains(&term(*kind).as_str()))).collect()
}

/// Everything that decides what the viewer sees but records and links, which entries tell of: what was granted to him, and what the
/// policy makes of it. When it changes, nothing that he holds can be relied upon.
fn sight(session: &Session, kinds: &[Kind]) -> String {
    let viewer = &session.viewer;
    let mut grants: Vec<String> = Vec::new();
    for grant in &viewer.grants {
        let of_parts = Kind::ALL.iter().filter(|kind| kinds.contains(&kind.whole()));
        let ways: Vec<_> = of_parts.map(|kind| ways(*kind, grant.role)).collect();
        grants.push(format!("{grant:?} {ways:?}"));
    }
    grants.sort_unstable();
    let mut scopes: Vec<&str> = viewer.client_scopes.iter().map(|scope| scope.claim()).collect();
    scopes.sort_unstable();
    // What all kinds are, a newer release may see otherwise.
    let whole = format!("{:?} {grants:?} {scopes:?} {kinds:?}", viewer.side);
    Sha256::digest(whole.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Begins from nothing: the journal is followed from where it ends now, so that nothing is missed while he goes through everything.
async fn begin(session: &Session, sight: String, events: &mut Vec<ChangeEvent>) -> Result<Place, Failure> {
    events.push(ChangeEvent::resync());
    let journal = session.store().feed_end().await?;
    Ok(Place { sight, day: session.viewer.now.date_naive(), journal, walk: Some(Walk { kind: 0, after: None }) })
}

/// Goes on through everything that the viewer sees, kind by kind in the order of ids, until the page has `first` events; answers
/// whether there is more.
async fn walk(session: &Session, kinds: &[Kind], place: &mut Place, events: &mut Vec<ChangeEvent>, first: usize) -> Result<bool, Failure> {
    while let Some(walk) = &mut place.walk {
        let Some(kind) = kinds.get(walk.kind).copied() else {
            place.walk = None;
            break;
        };
        let limit = first.saturating_sub(events.len());
        if limit == 0 {
            return Ok(true);
        }
        let after = walk.after.map(|after| vec![Cell::Uuid(after)]);
        let page = session.store().page(&PageRequest { limit, after, ..arguments::plain(kind) }).await?;
        events.extend(page.rows.iter().map(|row| ChangeEvent::about(ChangeOperation::Upsert, kind, row.id())));
        *walk = match page.rows.last() {
            Some(last) if page.more => Walk { kind: walk.kind, after: Some(last.id()) },
            _ => Walk { kind: walk.kind.saturating_add(1), after: None },
        };
    }
    Ok(false)
}

/// Follows the journal, `room` events at most; answers whether it goes on, or nothing where it can't be followed from there.
async fn follow(
    session: &Session,
    kinds: &[Kind],
    place: &mut Place,
    events: &mut Vec<ChangeEvent>,
    room: usize,
) -> Result<Option<bool>, Failure> {
    match session.store().feed(kinds, place.journal, place.day, room).await? {
        FeedPage::Anew => Ok(None),
        FeedPage::Changes { changes, place: reached, more } => {
            events.extend(changes.into_iter().map(|change| match change {
                FeedChange::Seen(kind, id) => ChangeEvent::about(ChangeOperation::Upsert, kind, id),
                FeedChange::Lost(kind, id) => ChangeEvent::about(ChangeOperation::Tombstone, kind, id),
            }));
            place.journal = reached;
            Ok(Some(more))
        }
    }
}
