//! One looker's walk: every pair, every record by its id, every list in every order; each set held against the oracle's.
//! Whoever is not admitted is told what a stranger is told.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::{Value as Json, json};
use tandem_domain::clock::{IdSource, SeededIds};
use tandem_domain::id::encode;
use tandem_domain::record::{Kind, camel_case};
use tandem_gateway::demo::epoch;
use tandem_tests::matrix::is_read;
use tandem_tests::oracle::Owned;
use tandem_tests::sweep::asker::{Asker, Raw};
use tandem_tests::sweep::canary::NEVER_SHOWN;
use tandem_tests::sweep::dressed::Looker;
use uuid::Uuid;

use super::Hall;

/// A walk, and what it met.
pub(super) struct Walk<'a> {
    pub(super) hall: &'a Hall,
    pub(super) looker: &'a Looker,
    pub(super) place: usize,
    asker: Asker,
    never: SeededIds,
    pub(super) admitted: bool,
    /// What the oracle shows him, by kind.
    pub(super) sees: BTreeMap<Kind, BTreeSet<Uuid>>,
    /// The same by name.
    pub(super) may: HashSet<String>,
    pub(super) findings: BTreeMap<String, String>,
    pub(super) seen: BTreeSet<&'a str>,
    pub(super) pairs: BTreeSet<String>,
    pub(super) tried: BTreeSet<String>,
    /// The records that he has asked for in full, by name: wholes, and with each its parts.
    pub(super) asked: HashSet<(Kind, Uuid)>,
    pub(super) requests: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn new(hall: &'a Hall, looker: &'a Looker, place: usize) -> Self {
        let oracle = hall.oracle(looker);
        let admitted = oracle.may_act();
        let sees: BTreeMap<Kind, BTreeSet<Uuid>> = Kind::ALL.iter().map(|kind| (*kind, oracle.sees(*kind))).collect();
        let mut may = HashSet::new();
        for kind in Kind::ALL {
            may.extend(hall.records(*kind).iter().filter(|(id, ..)| sees[kind].contains(id)).map(|(_, name, _)| name.clone()));
        }
        Self {
            may,
            hall,
            looker,
            place,
            asker: looker.asker(&hall.host),
            never: SeededIds::new(99_991 << 20, epoch()),
            admitted,
            sees,
            findings: BTreeMap::new(),
            seen: BTreeSet::new(),
            pairs: BTreeSet::new(),
            tried: BTreeSet::new(),
            asked: HashSet::new(),
            requests: 0,
        }
    }

    pub(super) fn find(&mut self, what: &str, how: &str) {
        let what = format!("{what} [{}]", self.looker.name);
        self.findings.entry(what).or_insert_with(|| how.chars().take(700).collect());
    }

    pub(super) async fn go(&mut self) {
        if !self.admitted {
            self.refused().await;
            return;
        }
        self.walk_pairs().await;
        self.walk_records().await;
        self.walk_finders().await;
        self.walk_lists().await;
        self.walk_filters().await;
        self.walk_arguments().await;
        self.walk_turns().await;
        self.walk_feed().await;
        self.walk_mutations().await;
    }

    /// Asks, and looks for canaries in every byte.
    pub(super) async fn ask(&mut self, query: &str, variables: Json) -> Raw {
        let answer = self.asker.ask(query, variables).await;
        self.requests += 1;
        let hall = self.hall;
        for (canary, home) in hall.canaries.found_in(&answer.everything()) {
            if self.may.contains(&home.record) && !NEVER_SHOWN.contains(&home.column) {
                self.seen.insert(canary);
            } else {
                self.find(&format!("LEAK {canary} {}.{}", home.record, home.column), query);
            }
        }
        answer
    }

    /// The same, for a document that has to go through.
    pub(super) async fn ask_well(&mut self, query: &str, variables: Json) -> Json {
        let answer = self.ask(query, variables).await;
        let body = answer.json();
        if answer.status != 200 || !body["errors"].is_null() {
            let words: String = answer.text.chars().take(400).collect();
            self.find(&format!("BROKEN {} {words}", answer.status), query);
        }
        body
    }

    pub(super) fn never(&self, kind: Kind) -> String {
        encode(kind, self.never.next())
    }

    /// The ids of a kind that he sees, as the graph shows them.
    pub(super) fn ids(&self, kind: Kind) -> BTreeSet<String> {
        self.sees[&kind].iter().map(|id| encode(kind, *id)).collect()
    }

    /// Records of a kind that he does not see, one of each sort: in a study that he sees, in another one, his own party's or not.
    pub(super) fn hidden(&self, kind: Kind) -> Vec<&'a Owned> {
        let own = Some(self.looker.organization);
        let mut sorts = BTreeMap::new();
        for owned in self.hall.owned(kind).iter().filter(|owned| !self.sees[&kind].contains(&owned.row.1)) {
            let parties = [owned.sponsor, owned.vendor, owned.prime_vendor, owned.organization];
            let mine = parties.iter().any(|party| party.is_some() && *party == own.map(tandem_domain::id::TypedId::uuid));
            let shared = owned.study.is_some_and(|study| self.sees[&Kind::Study].contains(&study));
            sorts.entry((mine, shared)).or_insert(owned);
        }
        sorts.into_values().collect()
    }

    /// Whoever may not act for the organisation gets what a stranger gets, whatever he asks.
    async fn refused(&mut self) {
        let stranger = self.looker.stranger(&self.hall.host);
        for query in ["{ viewer { side } }", "{ studies { totalCount nodes { id } } people { nodes { displayName } } }"] {
            let answer = self.ask(query, json!({})).await;
            let other = stranger.ask(query, json!({})).await;
            if answer.everything() != other.everything() || answer.status != 403 {
                self.find(&format!("REFUSED otherwise {query}"), &format!("{}\n{}", answer.everything(), other.everything()));
            }
        }
    }

    /// Every pair of a field that gives a type and a field of that type, some documents in one.
    async fn walk_pairs(&mut self) {
        let hall = self.hall;
        for some in hall.shape.pairs("Query").chunks(8) {
            let fields = some.iter().enumerate().map(|(at, (document, _))| {
                let inner = document.strip_prefix("{ ").and_then(|document| document.strip_suffix(" }")).unwrap();
                // Deep pages are short ones here: each record is asked for in full by its id as well.
                let short =
                    inner.replace("(first: 40)", "(first: 5)").replace("(first: 8)", "(first: 3)").replace("(first: 6)", "(first: 3)");
                format!("d{at}: {short}")
            });
            let document = format!("{{ {} }}", fields.collect::<Vec<_>>().join(" "));
            self.ask_well(&document, json!({})).await;
            self.pairs.extend(some.iter().flat_map(|(_, pairs)| pairs.iter().cloned()));
        }
    }

    /// All ids there are, by `nodes`: what is not null is what the oracle shows. Of that every field, and all of its history.
    async fn walk_records(&mut self) {
        let hall = self.hall;
        for kind in Kind::ALL.iter().copied().filter(|kind| kind.def().part_of.is_none() && is_read(*kind)) {
            let expected = self.ids(kind);
            let all: Vec<String> = hall.records(kind).iter().map(|(id, ..)| encode(kind, *id)).collect();
            let mut found = BTreeSet::new();
            for some in all.chunks(100) {
                let body = self.ask_well("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": some })).await;
                for (asked, node) in some.iter().zip(body["data"]["nodes"].as_array().into_iter().flatten()) {
                    if let Some(id) = node["id"].as_str() {
                        if id != asked {
                            self.find(&format!("OTHER {asked} is answered as {id}"), "nodes");
                        }
                        found.insert(id.to_owned());
                    }
                }
            }
            self.compare("nodes", kind, &expected, &found);
            // In a big world each looker reads another share of what he sees; whoever reads last reads what is left.
            let share = self.sees[&kind].len().div_ceil(hall.share).max(1);
            let some = self.sees[&kind].iter().enumerate().filter(|(at, _)| (at + self.place).is_multiple_of(share));
            let some: Vec<Uuid> = some.map(|(_, id)| *id).collect();
            self.read_in_full(kind, &some).await;
        }
    }

    /// Every field of these records, and all of their history.
    pub(super) async fn read_in_full(&mut self, kind: Kind, some: &[Uuid]) {
        let hall = self.hall;
        // Nested lists are asked for by the pairs and with their arguments.
        let whole = hall.shape.fields(kind.name()).iter().filter(|field| field.args.is_empty());
        let flat = whole.map(|field| match hall.shape.is_composite(&field.ty.name) {
            true if hall.shape.fields(&field.ty.name).iter().any(|field| field.name == "id") => format!("{} {{ id }}", field.name),
            true => format!("{} {{ {} }}", field.name, hall.shape.flat(&field.ty.name)),
            false => field.name.clone(),
        });
        let mut flat: Vec<String> = flat.collect();
        if hall.shape.fields(kind.name()).iter().any(|field| field.name == "history") {
            flat.push(format!("history(first: 30) {{ totalCount nodes {{ {} }} }}", hall.shape.flat("HistoryEntry")));
        }
        let document = format!("query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {} {{ {} }} }} }}", kind.name(), flat.join(" "));
        for some in some.chunks(40) {
            let ids: Vec<String> = some.iter().map(|id| encode(kind, *id)).collect();
            self.ask_well(&document, json!({ "ids": ids })).await;
            self.asked.extend(some.iter().map(|id| (kind, *id)));
        }
    }

    /// The names of what he has read in full, wholes and parts.
    pub(super) fn read(&self) -> impl Iterator<Item = String> {
        let asked = |name: &&String| self.hall.whole_of(name).is_some_and(|whole| self.asked.contains(&whole));
        self.may.iter().filter(asked).cloned()
    }

    /// Says where a set is not the oracle's.
    pub(super) fn compare(&mut self, what: &str, kind: Kind, expected: &BTreeSet<String>, found: &BTreeSet<String>) {
        for id in found.difference(expected) {
            self.find(&format!("ROW {what} shows {kind:?} {id}"), "the oracle hides it");
        }
        if let Some(id) = expected.difference(found).next() {
            let words = format!("{} of {} are missing", expected.difference(found).count(), expected.len());
            self.find(&format!("MISSING {what} does not show {kind:?} {id}"), &words);
        }
    }

    /// Finders, `node` and `nodes` for one hidden record of each sort: the same bytes as for an id that was never issued.
    async fn walk_finders(&mut self) {
        let hall = self.hall;
        for kind in Kind::ALL.iter().copied().filter(|kind| kind.def().part_of.is_none() && is_read(*kind)) {
            let finder = hall.finder(kind);
            let document = format!(
                "query($id: ID!) {{ {finder}(id: $id) {{ {} }} node(id: $id) {{ __typename id }} nodes(ids: [$id]) {{ id }} }}",
                hall.shape.flat(kind.name())
            );
            self.tried.extend([format!("Query.{finder}(id)"), "Query.node(id)".to_owned(), "Query.nodes(ids)".to_owned()]);
            let never = self.never(kind);
            let blank = self.ask(&document, json!({ "id": never })).await.everything().replace(&never, "ID");
            for owned in self.hidden(kind) {
                let id = encode(kind, owned.row.1);
                let answer = self.ask(&document, json!({ "id": id })).await.everything().replace(&id, "ID");
                if answer != blank {
                    self.find(&format!("TELLS {finder} {id}"), &format!("{answer}\n{blank}"));
                }
            }
            if let Some(id) = self.ids(kind).pop_first() {
                let body = self.ask_well(&document, json!({ "id": id })).await;
                if [&body["data"][&finder]["id"], &body["data"]["node"]["id"], &body["data"]["nodes"][0]["id"]] != [&json!(id); 3] {
                    self.find(&format!("MISSING {finder} {id}"), &body.to_string());
                }
            }
        }
        for key in ["protocol_number", "nct_id"] {
            let place = Kind::Study.def().position(key).unwrap();
            let document = format!("query($key: String) {{ study({}: $key) {{ id }} }}", camel_case(key));
            self.tried.insert(format!("Query.study({})", camel_case(key)));
            let blank = self.ask(&document, json!({ "key": "nothing" })).await.everything();
            let hidden = self.hidden(Kind::Study).into_iter().map(|owned| (owned.row.1, false));
            let shown = self.sees[&Kind::Study].iter().take(1).map(|id| (*id, true));
            for (id, seen) in hidden.chain(shown).collect::<Vec<_>>() {
                let (_, _, cells) = hall.records(Kind::Study).iter().find(|(one, ..)| *one == id).unwrap();
                let tandem_domain::record::Cell::Text(value) = &cells[place] else { continue };
                let answer = self.ask(&document, json!({ "key": value })).await;
                if seen != (answer.json()["data"]["study"]["id"] == json!(encode(Kind::Study, id)))
                    || (!seen && answer.everything() != blank)
                {
                    self.find(&format!("TELLS study by {key} {value}"), &answer.text);
                }
            }
        }
    }

    /// Every list to its end and back again, and the beginning of every order.
    async fn walk_lists(&mut self) {
        let hall = self.hall;
        for (kind, list) in hall.lists() {
            let expected = self.ids(kind);
            let forward = self.page(&list, "first", "after", "hasNextPage", "endCursor").await;
            let mut backward = self.page(&list, "last", "before", "hasPreviousPage", "startCursor").await;
            backward.sort_by_key(|page| std::cmp::Reverse(page.0));
            let flat = |pages: Vec<(usize, Vec<String>)>| pages.into_iter().flat_map(|(_, ids)| ids).collect::<Vec<_>>();
            let (forward, backward) = (flat(forward), flat(backward));
            if forward != backward {
                self.find(&format!("LIST {list} backwards"), &format!("{} and {}", forward.len(), backward.len()));
            }
            let set: BTreeSet<String> = forward.iter().cloned().collect();
            if set.len() != forward.len() {
                self.find(&format!("LIST {list} shows rows twice"), "");
            }
            self.compare(&list, kind, &expected, &set);
            let orders = hall.shape.types.get(&format!("{}OrderField", kind.name())).map(|ty| ty.values.clone()).unwrap_or_default();
            let orders: Vec<String> =
                orders.iter().flat_map(|order| ["ASC", "DESC"].map(|way| format!("{{ field: {order}, direction: {way} }}"))).collect();
            for some in orders.chunks(20) {
                let fields = some.iter().enumerate().map(|(at, order)| {
                    format!("o{at}: {list}(orderBy: [{order}], first: 60) {{ totalCount edges {{ cursor }} nodes {{ id }} }}")
                });
                let body = self.ask_well(&format!("{{ {} }}", fields.collect::<Vec<_>>().join(" ")), json!({})).await;
                for (at, order) in some.iter().enumerate() {
                    let page = &body["data"][format!("o{at}")];
                    let ids: BTreeSet<String> = super::nested::ids_of(page).into_iter().collect();
                    if page["totalCount"] != json!(expected.len()) || !ids.is_subset(&expected) || ids.len() != expected.len().min(60) {
                        self.find(&format!("LIST {list} by {order}"), &page.to_string());
                    }
                }
            }
            self.tried.insert(format!("Query.{list}(orderBy)"));
        }
    }

    /// A list in pages of 100, each with its number.
    async fn page(&mut self, list: &str, size: &str, from: &str, more: &str, cursor: &str) -> Vec<(usize, Vec<String>)> {
        let document = format!(
            "query($at: String) {{ {list}({size}: 100, {from}: $at) {{ totalCount edges {{ cursor }} nodes {{ id }} pageInfo {{ {more} {cursor} }} }} }}"
        );
        let (mut pages, mut at) = (Vec::new(), Json::Null);
        for number in 0..200 {
            let body = self.ask_well(&document, json!({ "at": at })).await;
            let page = &body["data"][list];
            pages.push((number, super::nested::ids_of(page)));
            at = page["pageInfo"][cursor].clone();
            if page["pageInfo"][more] != true {
                let paged: usize = pages.iter().map(|(_, ids)| ids.len()).sum();
                if page["totalCount"] != json!(paged) {
                    self.find(&format!("LIST {list} counts {}", page["totalCount"]), &format!("paged {paged}"));
                }
                break;
            }
        }
        self.tried.extend([format!("Query.{list}({size})"), format!("Query.{list}({from})")]);
        pages
    }

    /// All that he may see of what he asked for in full has come out, so that the walk cannot pass by asking nothing.
    pub(super) fn owed(&mut self) {
        let hall = self.hall;
        let mut unseen = Vec::new();
        for (canary, home) in hall.canaries.iter().filter(|(canary, home)| hall.is_owed(canary, home.column)) {
            let asked = hall.whole_of(&home.record).is_some_and(|whole| self.asked.contains(&whole));
            if asked && self.may.contains(&home.record) && !hall.replaced.contains(canary) && !self.seen.contains(canary.as_str()) {
                unseen.push(format!("{canary} of {}.{}", home.record, home.column));
            }
        }
        if let Some(first) = unseen.first() {
            self.find(&format!("UNSEEN {first}"), &format!("and {} more", unseen.len() - 1));
        }
    }
}
