//! Appends entries: who, for whom, when, by what command, why, and the record as it is afterwards, without contact data.

use chrono::{DateTime, Utc};
use sea_orm::DatabaseTransaction;
use sea_orm::sea_query::Value;
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use tandem_domain::access::{Actor, Facts, Readers};
use tandem_domain::id::{OrganizationId, TypedId};
use tandem_domain::record::{Entity, Kind};
use tandem_domain::vocabulary::Vocabulary;
use uuid::Uuid;

use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::many::insert_many;
use crate::sql::Sql;

/// What an entry says.
pub(crate) struct Entry<'a> {
    pub(crate) id: Uuid,
    pub(crate) now: DateTime<Utc>,
    pub(crate) actor: Actor,
    pub(crate) organization: Option<OrganizationId>,
    pub(crate) command: &'a str,
    pub(crate) operation: &'a str,
    pub(crate) reason: Option<&'a str>,
    pub(crate) request_id: Option<&'a str>,
    pub(crate) record: &'a Entity,
    pub(crate) version: i64,
    pub(crate) facts_before: Option<&'a Facts>,
    pub(crate) signature: Option<Json>,
    /// The facts of everything that was written with it, where that bears on who is told the reason.
    pub(crate) beside: Option<&'a Json>,
}

/// The facts of everything that one command writes, where it gives a reason and writes more than one record: only who may read all of
/// them is told the reason with any of them, for it may speak of any.
pub(crate) fn beside<'a>(reason: Option<&str>, written: impl ExactSizeIterator<Item = &'a Entity>) -> Option<Json> {
    let several = reason.is_some() && written.len() > 1;
    several.then(|| written.map(|record| facts_json(&Facts::of(record))).collect())
}

/// The record as the journal keeps it: column names and values, ids as TypeIDs. In the place of contact data stands a hash, of this
/// record's alone: that it changed can be seen, and what it was said to be can be verified, but not read.
pub(crate) fn state(record: &Entity) -> Json {
    let kind = record.kind();
    let kept = |name: &str, value: Json| {
        if !kind.is_contact(name) || value.is_null() {
            return value;
        }
        let hash = Sha256::new().chain_update(record.uuid()).chain_update(value.to_string()).finalize();
        json!({ "sha256": hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>() })
    };
    let cells = kind.def().columns.iter().zip(record.cells());
    let fields: Map<String, Json> =
        cells.map(|(column, cell)| (column.name.to_owned(), kept(column.name, cell.to_json(column.scalar)))).collect();
    Json::Object(fields)
}

/// Where an entry goes.
const INTO: &str = "journal (id, transaction_number, recorded_at, effective_at, actor_kind, actor_id, organization_id, command, \
     operation, reason, request_id, kind, entity_id, version, readers, sponsor_id, study_id, vendor_id, engagement_id, \
     prime_vendor_id, prime_engagement_id, country_code, study_site_id, owner_id, person_id, facts_before, state, signature, beside)";

/// Appends these entries, in their order.
pub(crate) async fn append(dialect: Dialect, transaction: &DatabaseTransaction, entries: &[Entry<'_>]) -> Result<(), StoreError> {
    insert_many(dialect, transaction, INTO, entries, push_entry).await
}

fn push_entry(sql: &mut Sql, entry: &Entry<'_>) {
    let dialect = sql.dialect;
    let facts = Facts::of(entry.record);
    sql.bind_uuid(entry.id).push(", ");
    sql.push(match dialect {
        Dialect::Postgres => "pg_current_xact_id()::text::bigint, ",
        // The write lock is held, so nobody else takes this number. Each entry has one of its own; only their order matters.
        Dialect::Sqlite => "(SELECT COALESCE(MAX(transaction_number), 0) + 1 FROM journal), ",
    });
    sql.bind_time(entry.now).push(", ").bind_time(entry.now).push(", ");
    sql.bind_text(entry.actor.kind.term()).push(", ").bind_uuid(entry.actor.id).push(", ");
    sql.bind(Value::Uuid(entry.organization.map(TypedId::uuid))).push(", ").bind_text(entry.command).push(", ");
    sql.bind_text(entry.operation).push(", ").bind(Value::String(entry.reason.map(str::to_owned))).push(", ");
    sql.bind(Value::String(entry.request_id.map(str::to_owned))).push(", ").bind_text(facts.kind.prefix()).push(", ");
    sql.bind_uuid(facts.id).push(", ").bind_int(entry.version).push(", ").bind(Value::Int(Some(facts.readers.bits())));
    for id in [facts.sponsor, facts.study, facts.vendor, facts.engagement, facts.prime_vendor, facts.prime_engagement] {
        sql.push(", ").bind(Value::Uuid(id));
    }
    sql.push(", ").bind(Value::String(facts.country.clone()));
    for id in [facts.study_site, facts.organization, facts.person] {
        sql.push(", ").bind(Value::Uuid(id));
    }
    let before = entry.facts_before.map_or_else(|| dialect.no_json(), |facts| dialect.json(&facts_json(facts)));
    let signature = entry.signature.as_ref().map_or_else(|| dialect.no_json(), |signature| dialect.json(signature));
    let state = dialect.json(&state(entry.record));
    let beside = entry.beside.map_or_else(|| dialect.no_json(), |beside| dialect.json(beside));
    sql.push(", ").bind(before).push(", ").bind(state).push(", ").bind(signature).push(", ").bind(beside);
}

fn facts_json(facts: &Facts) -> Json {
    json!({
        "kind": facts.kind.prefix(), "id": facts.id,
        "readers": facts.readers.bits(),
        "sponsor": facts.sponsor, "study": facts.study, "vendor": facts.vendor, "engagement": facts.engagement,
        "primeVendor": facts.prime_vendor, "primeEngagement": facts.prime_engagement, "country": facts.country,
        "studySite": facts.study_site, "organization": facts.organization, "person": facts.person,
    })
}

/// The facts that an entry tells of something written with it; without links, which are not kept in the journal.
pub(crate) fn facts_of(json: &Json) -> Option<Facts> {
    let id = |name: &str| json[name].as_str().and_then(|text| Uuid::parse_str(text).ok());
    Some(Facts {
        kind: Kind::from_prefix(json["kind"].as_str()?)?,
        id: id("id")?,
        readers: Readers::from_bits(i32::try_from(json["readers"].as_i64()?).ok()?),
        sponsor: id("sponsor"),
        study: id("study"),
        vendor: id("vendor"),
        engagement: id("engagement"),
        prime_vendor: id("primeVendor"),
        prime_engagement: id("primeEngagement"),
        country: json["country"].as_str().map(str::to_owned),
        study_site: id("studySite"),
        organization: id("organization"),
        person: id("person"),
        links: Vec::new(),
    })
}
