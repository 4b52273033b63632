//! What the store answers, asked in every way it can be asked, compared with the oracle.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use tandem_domain::access::{Facts as OneFacts, Link, Viewer};
use tandem_domain::id::TypedId;
use tandem_domain::record::{Cell, Kind, Scalar};
use tandem_persistence::{Admission, Compare, Filter, Order, PageRequest, Row, SignIn, Store, Test, Vault};
use tandem_tests::oracle::{Asker, Principal, World};
use tandem_tests::records::{ISSUER, now};
use tandem_tests::worlds::{Built, SignsIn};
use uuid::Uuid;

use super::database::{Engine, Fresh, head_start};
use super::facts::Facts;
use super::{Tally, decided, differ, elsewhere, fewer_and_more, viewer_of, with};

/// Writes the world and lets everybody ask for everything.
pub(super) async fn check(engine: &Engine, built: &Built) -> Result<Tally, String> {
    let Fresh { vault, clock, .. } = &engine.fresh().await;
    let (first, later): (Vec<_>, Vec<_>) = built.records.iter().cloned().partition(|record| !is_later(built, record.kind()));
    for records in [first, later] {
        vault.seed("oracle", records).await.map_err(|error| format!("the world cannot be written: {error}"))?;
        clock.advance(head_start() / 2);
    }
    let before = as_it_stood(built);
    let mut bound = BTreeSet::new();
    let facts = Facts::of_world(&built.world);
    let mut tally = Tally { worlds: 1, records: built.records.len(), ..Tally::default() };
    let viewers: Vec<Viewer> = built.sign_ins.iter().map(|who| viewer_of(&built.world, who)).collect();
    for (place, who) in built.sign_ins.iter().enumerate() {
        let asker = Asker::new(&built.world, who.principal.clone(), who.organization, now());
        let admitted = match vault.admit(&sign_in(built, who), Some(who.organization)).await {
            Ok(Admission::Admitted(viewer)) => Some(viewer),
            Ok(_) => None,
            Err(error) => return Err(format!("{who:?} is not admitted: {error}")),
        };
        if admitted.is_some() != asker.may_act() {
            return Err(format!("{who:?} is admitted as {admitted:?}, which is wrong"));
        }
        tally.viewers += 1;
        // Nobody is bound by a sign-in that lets him do nothing.
        if let (Principal::Person(person), Some(_)) = (&who.principal, &admitted) {
            bound.insert(person.uuid());
        }
        // Whoever is not admitted has no viewer; if he had one all the same, it would see nothing.
        let viewer = admitted.unwrap_or_else(|| viewer_of(&built.world, who));
        same_grants(&viewer, &viewer_of(&built.world, who))?;
        let store = vault.store(Arc::new(viewer));
        let earlier = asker.before(&before);
        let sight = Sight {
            built,
            facts: &facts,
            store: &store,
            asker: &asker,
            earlier: &earlier,
            bound: &bound,
            thorough: place % 4 == built.records.len() % 4,
        };
        for kind in Kind::ALL {
            let expected = asker.sees(*kind);
            tally.seen += expected.len();
            tally.comparisons += sight.check(*kind, &expected).await?;
        }
        store.refresh().await;
        if sight.thorough {
            tally.comparisons += check_grants(vault, built, &facts, store.viewer(), &viewers).await?;
        }
    }
    for kind in Kind::ALL {
        let differing = vault.check_facts(*kind).await.map_err(|error| error.to_string())?;
        if differing != 0 {
            return Err(format!("{differing} of {kind:?} have other facts stored than recomputed"));
        }
    }
    vault.clone().close().await;
    Ok(tally)
}

/// Default deny and monotone in the store, as in the policy: with no grants, with ones over something that is of no world, with one
/// less, and with another's besides, just that is found which the policy decides; the policy's own answers are held to one another.
async fn check_grants(vault: &Vault, built: &Built, facts: &Facts, viewer: &Viewer, others: &[Viewer]) -> Result<usize, String> {
    let mut varied = vec![with(viewer, &[]), elsewhere(viewer)];
    let pairs = fewer_and_more(viewer, others);
    varied.extend(pairs.first().map(|(fewer, _)| fewer.clone()));
    varied.extend(pairs.last().map(|(_, more)| more.clone()));
    let mut compared = 0;
    for viewer in varied {
        let store = vault.store(Arc::new(viewer.clone()));
        for kind in Kind::ALL {
            let expected = decided(&viewer, facts, *kind);
            let all: Vec<Uuid> = facts.of_kind(*kind).map(|facts| facts.id).collect();
            if all.is_empty() {
                continue;
            }
            let found = store.by_ids(*kind, &all).await.map_err(|error| error.to_string())?;
            differ(built, "by_ids with other grants", &viewer, *kind, &expected, &found.keys().copied().collect())?;
            let count = store.count(&request(*kind, "id", false)).await.map_err(|error| error.to_string())?;
            if usize::try_from(count).ok() != Some(expected.len()) {
                return Err(format!("{count} of {kind:?} are counted with other grants for {viewer:?}, {} are there", expected.len()));
            }
            compared += 2 * all.len();
        }
        store.refresh().await;
    }
    Ok(compared)
}

/// The token of somebody: a person is known by a verified address until he is bound, and by the subject from then on.
fn sign_in(built: &Built, who: &SignsIn) -> SignIn {
    match &who.principal {
        Principal::Person(person) => {
            let contact = built.world.contacts.iter().find(|one| one.id == *person);
            let subject = format!("subject-{}", person.uuid());
            SignIn { issuer: ISSUER.to_owned(), subject, verified_email: contact.map(|one| one.email.clone()), ..SignIn::default() }
        }
        Principal::Client(client, token) => SignIn {
            issuer: ISSUER.to_owned(),
            subject: built.world.clients.iter().find(|one| one.id == *client).map(|one| one.client_id.clone()).unwrap_or_default(),
            client: true,
            scopes: Some(token.iter().map(|scope| scope.claim().to_owned()).collect()),
            ..SignIn::default()
        },
    }
}

fn same_grants(admitted: &Viewer, made: &Viewer) -> Result<(), String> {
    let all_there = |some: &Viewer, others: &Viewer| some.grants.iter().all(|grant| others.grants.contains(grant));
    let same = all_there(admitted, made) && all_there(made, admitted) && admitted.client_scopes == made.client_scopes;
    if same && admitted.kind == made.kind && admitted.side == made.side {
        Ok(())
    } else {
        Err(format!("admitted as {admitted:?}, but should be {made:?}"))
    }
}

/// Whether records of this kind are written half an hour after the first: memberships and clients, and scopes where they come last.
fn is_later(built: &Built, kind: Kind) -> bool {
    matches!(kind, Kind::Membership | Kind::ApiClient) || (kind == Kind::ServiceScope && !built.scopes_first)
}

/// The world as it stood before those.
fn as_it_stood(built: &Built) -> World {
    let mut world = World { memberships: Vec::new(), clients: Vec::new(), ..built.world.clone() };
    if !built.scopes_first {
        world.scopes.clear();
    }
    world
}

/// One viewer's store, and what it is compared with.
struct Sight<'a> {
    built: &'a Built,
    facts: &'a Facts,
    store: &'a Store,
    asker: &'a Asker<'a>,
    /// The same asker in front of the world as it stood when most of it was written.
    earlier: &'a Asker<'a>,
    /// Whoever has signed in so far: that, too, stands in his history, and it happened today.
    bound: &'a BTreeSet<Uuid>,
    /// Whether history and links are asked for too, which costs a statement a record.
    thorough: bool,
}

impl Sight<'_> {
    /// Asks for a kind in every way; answers how many answers were compared.
    async fn check(&self, kind: Kind, expected: &BTreeSet<Uuid>) -> Result<usize, String> {
        let same = |what: &str, found: &BTreeSet<Uuid>| differ(self.built, what, self.store.viewer(), kind, expected, found);
        same("the policy", &decided(self.store.viewer(), self.facts, kind))?;

        let all: Vec<Uuid> = self.facts.of_kind(kind).map(|facts| facts.id).collect();
        let by_ids = self.store.by_ids(kind, &all).await.map_err(|error| error.to_string())?;
        same("by_ids", &by_ids.keys().copied().collect())?;

        let by_id = request(kind, "id", false);
        let count = self.store.count(&by_id).await.map_err(|error| error.to_string())?;
        if usize::try_from(count).ok() != Some(expected.len()) {
            return Err(format!("{count} of {kind:?} are counted for {:?}, {} are there", self.store.viewer(), expected.len()));
        }
        let in_order: Vec<Uuid> = expected.iter().copied().collect();
        let mut asked = 3;
        // Where nothing is to be seen, one page says so as well as four; where nothing is, the count does.
        let directions: &[(bool, usize)] = match (all.is_empty(), expected.is_empty()) {
            (true, _) => &[],
            (false, true) => &[(false, 3)],
            (false, false) => &[(false, 3), (true, 5)],
        };
        for (backward, size) in directions {
            let paged = self.page_through(&by_id, *backward, *size).await?;
            same("paging", &paged.iter().copied().collect())?;
            if paged != in_order {
                return Err(format!("pages of {kind:?} by id (backward: {backward}) come as {paged:?}, not {in_order:?}"));
            }
            asked += 1;
        }
        if !expected.is_empty() {
            let column = another_column(kind);
            let by_column = request(kind, column, expected.len().is_multiple_of(2));
            let (there, back) = (self.page_through(&by_column, false, 4).await?, self.page_through(&by_column, true, 3).await?);
            same("paging by another column", &there.iter().copied().collect())?;
            if there != back || there.len() != expected.len() {
                return Err(format!("pages of {kind:?} by {column} come forward as {there:?}, backward as {back:?}"));
            }
            self.check_filter(kind, column, &by_ids).await?;
            asked += 4;
        }
        if self.thorough {
            self.check_history(kind, &all).await?;
            self.check_links(kind, by_ids.into_values().collect()).await?;
            asked += 2;
        }
        Ok(all.len() * asked + 1)
    }

    /// A list by a filter has those of the rows, got one by one, that satisfy it, and its count is theirs. What is compared with is a
    /// value that some record of the world has, seen or not: a hidden one adds nothing.
    async fn check_filter(&self, kind: Kind, column: &'static str, got: &HashMap<Uuid, Arc<Row>>) -> Result<(), String> {
        // An edge is compared with what its reader sees of it; lists of ids have comparisons of their own.
        let def = kind.def();
        let plain = def.columns.iter().find(|one| one.name == column).is_some_and(|one| !matches!(one.scalar, Scalar::Id(_)));
        let values = self.built.records.iter().filter(|record| record.kind() == kind);
        let mut values = values.filter_map(|record| record.cells().into_iter().nth(def.position(column)?));
        let Some(value) = values.find(|value| *value != Cell::Null).filter(|_| plain) else { return Ok(()) };
        let test = Filter::Test(Test { column, compare: Compare::Eq(value.clone()) });
        for (filter, satisfied) in [(test.clone(), true), (Filter::Not(Box::new(test)), false)] {
            let right: BTreeSet<Uuid> = got.values().filter(|row| (*row.cell(column) == value) == satisfied).map(|row| row.id()).collect();
            let filtered = PageRequest { filter, ..request(kind, "id", false) };
            let found = self.page_through(&filtered, false, 3).await?;
            differ(self.built, "a filter", self.store.viewer(), kind, &right, &found.iter().copied().collect())?;
            let count = self.store.count(&filtered).await.map_err(|error| error.to_string())?;
            if found.len() != right.len() || usize::try_from(count).ok() != Some(right.len()) {
                return Err(format!("by {column} of {kind:?} {found:?} are listed and {count} counted, {right:?} satisfy it"));
            }
        }
        Ok(())
    }

    /// All rows, page by page; backward pages are put back in order.
    async fn page_through(&self, request: &PageRequest, backward: bool, size: usize) -> Result<Vec<Uuid>, String> {
        let mut request = PageRequest { limit: size, backward, ..request.clone() };
        let mut pages: Vec<Vec<Uuid>> = Vec::new();
        loop {
            let slice = self.store.page(&request).await.map_err(|error| format!("a page of {:?}: {error}", request.kind))?;
            if slice.rows.len() > size || (slice.more && slice.rows.len() < size) {
                return Err(format!("a page of {size} {:?} has {} rows, more: {}", request.kind, slice.rows.len(), slice.more));
            }
            pages.push(slice.rows.iter().map(|row| row.id()).collect());
            let edge = if backward { slice.rows.first() } else { slice.rows.last() };
            let Some(edge) = edge.filter(|_| slice.more) else { break };
            let at = Some(request.keys().iter().map(|key| edge.cell(key.column).clone()).collect::<Vec<Cell>>());
            if backward { request.before = at } else { request.after = at }
        }
        if backward {
            pages.reverse();
        }
        Ok(pages.concat())
    }

    /// History shows, to who is told histories of such records, what happened since it has been the asker's to see: of one that was written before he came to it,
    /// nothing.
    async fn check_history(&self, kind: Kind, all: &[Uuid]) -> Result<(), String> {
        let mut expected = self.asker.reads_histories(kind);
        if !is_later(self.built, kind) {
            let told = self.earlier.reads_histories(kind);
            expected.retain(|id| told.contains(id) || (kind == Kind::Person && self.bound.contains(id)));
        }
        // All that anybody here has done himself is his first sign-in.
        let myself = self.asker.principal();
        if kind == Kind::Person && self.bound.contains(&myself) && self.asker.reads_own_doings() {
            expected.insert(myself);
        }
        let pages = self.store.history(kind, all, None, 10).await.map_err(|error| error.to_string())?;
        let counts = self.store.history_counts(kind, all).await.map_err(|error| error.to_string())?;
        for id in all {
            let entries = pages.get(id).map(|(entries, _)| entries.as_slice()).unwrap_or_default();
            let count = counts.get(id).copied().unwrap_or(0);
            if expected.contains(id) == entries.is_empty() || usize::try_from(count).ok() != Some(entries.len()) {
                let (shown, seen) = (entries.len(), expected.contains(id));
                return Err(format!(
                    "{kind:?} {id}: history shows {shown} entries and counts {count} for {:?}, who is told of the record: {seen}",
                    self.store.viewer()
                ));
            }
        }
        Ok(())
    }

    /// The stored facts and links of what is shown are those recomputed.
    async fn check_links(&self, kind: Kind, rows: Vec<Arc<Row>>) -> Result<(), String> {
        let stored = self.store.facts(&rows).await.map_err(|error| error.to_string())?;
        let recomputed: HashMap<Uuid, &OneFacts> = self.facts.of_kind(kind).map(|facts| (facts.id, facts)).collect();
        for (id, stored) in stored {
            let Some(recomputed) = recomputed.get(&id) else { return Err(format!("{kind:?} {id} is of no world")) };
            let columns = OneFacts { links: recomputed.links.clone(), ..stored.clone() };
            if sorted(&stored.links) != sorted(&recomputed.links) || columns != **recomputed {
                return Err(format!("{kind:?} {id} is stored with {stored:?}, recomputed {recomputed:?}"));
            }
        }
        Ok(())
    }
}

fn sorted(links: &[Link]) -> Vec<String> {
    let mut texts: Vec<String> = links.iter().map(|link| format!("{link:?}")).collect();
    texts.sort();
    texts
}

fn request(kind: Kind, column: &'static str, descending: bool) -> PageRequest {
    PageRequest {
        kind,
        parent: None,
        filter: Filter::everything(),
        order: vec![Order { column, descending }],
        limit: 0,
        after: None,
        before: None,
        backward: false,
    }
}

/// A column with ties and gaps to order by: the first that may hold nothing, else the one after the id.
fn another_column(kind: Kind) -> &'static str {
    let columns = kind.def().columns;
    let gappy = columns.iter().find(|column| column.nullable && !column.scalar.is_list());
    gappy.or(columns.get(1)).map_or("id", |column| column.name)
}
