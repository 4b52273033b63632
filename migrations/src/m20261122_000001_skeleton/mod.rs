//! The skeleton: party, portfolio and engagement, the links through which parties see rows,
//! principals, the journal with its order, and what requests are remembered by.

mod tables;

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::ddl::{run, run_on};
use tables::TABLES;

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261122_000001_skeleton"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        run(manager, SYSTEM).await?;
        run(manager, INDEXES).await?;
        run_on(manager, DbBackend::Postgres, APPEND_ONLY_POSTGRES).await?;
        run_on(manager, DbBackend::Sqlite, APPEND_ONLY_SQLITE).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("a journal cannot be taken back: restore a backup instead".to_owned()))
    }
}

const SYSTEM: &[&str] = &[
    // Who can sign in. A person has an issuer and a subject from his first sign-in on, a client from its creation.
    "CREATE TABLE principal (
      id {uuid} PRIMARY KEY NOT NULL,
      kind {text} NOT NULL,
      access_version {int} NOT NULL,
      issuer {text},
      subject {text})",
    // By what an import knows an organisation again.
    "CREATE TABLE organization_key (
      organization_key {text} PRIMARY KEY NOT NULL,
      organization_id {uuid} NOT NULL)",
    // The one history. Never updated, deleted or truncated.
    "CREATE TABLE journal (
      id {uuid} PRIMARY KEY NOT NULL,
      transaction_number {int} NOT NULL,
      recorded_at {time} NOT NULL,
      effective_at {time} NOT NULL,
      actor_kind {text} NOT NULL,
      actor_id {uuid} NOT NULL,
      organization_id {uuid},
      command {text} NOT NULL,
      operation {text} NOT NULL,
      reason {text},
      request_id {text},
      kind {text} NOT NULL,
      entity_id {uuid} NOT NULL,
      version {int} NOT NULL,
      readers {bits} NOT NULL,
      sponsor_id {uuid},
      study_id {uuid},
      vendor_id {uuid},
      engagement_id {uuid},
      prime_vendor_id {uuid},
      prime_engagement_id {uuid},
      country_code {text},
      study_site_id {uuid},
      owner_id {uuid},
      person_id {uuid},
      facts_before {json},
      state {json} NOT NULL,
      signature {json})",
    "CREATE TABLE journal_order (
      position {int} PRIMARY KEY NOT NULL,
      entry_id {uuid} NOT NULL,
      ordered_at {time} NOT NULL)",
    // Below which transaction number everything is in order already; one row.
    "CREATE TABLE journal_sequencer (
      id {int} PRIMARY KEY NOT NULL,
      ordered_below {int} NOT NULL)",
    "INSERT INTO journal_sequencer (id, ordered_below) VALUES (1, 0)",
    "CREATE TABLE idempotency (
      principal_id {uuid} NOT NULL,
      idempotency_key {text} NOT NULL,
      fingerprint {text} NOT NULL,
      outcome {json} NOT NULL,
      created_at {time} NOT NULL,
      PRIMARY KEY (principal_id, idempotency_key))",
    "CREATE TABLE setting (
      name {text} PRIMARY KEY NOT NULL,
      value {text} NOT NULL)",
];

/// Each index with the question that it serves.
const INDEXES: &[&str] = &[
    // Who is this token?
    "CREATE INDEX principal_subject ON principal (issuer, subject)",
    // Which invitation is this verified e-mail address? And: is the address invited here already?
    "CREATE UNIQUE INDEX person_contact_email ON person_contact (organization_id, email)",
    "CREATE INDEX person_contact_by_email ON person_contact (email)",
    // What may this person do?
    "CREATE INDEX membership_person ON membership (person_id)",
    "CREATE INDEX membership_organization ON membership (organization_id, id)",
    "CREATE INDEX membership_sponsor ON membership (sponsor_id, study_id)",
    "CREATE INDEX person_organization ON person (organization_id, id)",
    // One client of this name in force; an ended one can be entered anew.
    "CREATE UNIQUE INDEX client_subject ON client (organization_id, issuer, client_id) WHERE ended_at IS NULL",
    "CREATE INDEX client_organization ON client (organization_id, id)",
    // The access log of an organisation; when somebody was last here. A review's memberships; one review at a time.
    "CREATE INDEX access_event_organization ON access_event (organization_id, id)",
    "CREATE INDEX access_event_person ON access_event (person_id, organization_id, last_at)",
    "CREATE INDEX access_event_client ON access_event (api_client_id, organization_id, last_at)",
    "CREATE INDEX access_review_organization ON access_review (organization_id, id)",
    "CREATE UNIQUE INDEX access_review_open ON access_review (organization_id) WHERE completed_at IS NULL",
    "CREATE INDEX access_review_item_review ON access_review_item (access_review_id, id)",
    "CREATE INDEX access_review_item_organization ON access_review_item (organization_id, id)",
    // Unique keys include their owner, so that a collision tells nobody of another's rows.
    "CREATE UNIQUE INDEX study_protocol_number ON study (sponsor_id, protocol_number)",
    "CREATE UNIQUE INDEX study_nct ON study (sponsor_id, nct_id)",
    "CREATE UNIQUE INDEX study_registry_nct ON study_registry (sponsor_id, nct_id)",
    // A sponsor's studies, newest first.
    "CREATE INDEX study_sponsor ON study (sponsor_id, id)",
    // The countries of a study; each once.
    "CREATE UNIQUE INDEX study_country_code ON study_country (study_id, country_code)",
    "CREATE INDEX study_country_sponsor ON study_country (sponsor_id, id)",
    "CREATE INDEX study_country_lead ON study_country (lead_engagement_id)",
    "CREATE INDEX site_sponsor ON site (sponsor_id, id)",
    // The sites of a study, of a country, of a facility; a sponsor's sites by state.
    "CREATE INDEX study_site_study ON study_site (study_id, id)",
    "CREATE INDEX study_site_country ON study_site (study_country_id, id)",
    "CREATE INDEX study_site_site ON study_site (site_id, id)",
    "CREATE INDEX study_site_sponsor ON study_site (sponsor_id, state, id)",
    "CREATE INDEX study_site_responsible ON study_site (responsible_engagement_id)",
    "CREATE UNIQUE INDEX study_site_number ON study_site (study_id, number)",
    "CREATE UNIQUE INDEX study_site_registry_key ON study_site_registry (study_id, registry_key)",
    // The engagements of a sponsor, a vendor, a prime vendor, a study.
    "CREATE INDEX engagement_sponsor ON engagement (sponsor_id, id)",
    "CREATE INDEX engagement_vendor ON engagement (vendor_id, id)",
    "CREATE INDEX engagement_prime_vendor ON engagement (prime_vendor_id, id)",
    "CREATE INDEX engagement_study ON engagement (study_id, id)",
    "CREATE INDEX engagement_prime ON engagement (subcontract_of_id)",
    "CREATE INDEX service_scope_engagement ON service_scope (engagement_id, id)",
    "CREATE INDEX service_scope_sponsor ON service_scope (sponsor_id, id)",
    "CREATE INDEX service_scope_vendor ON service_scope (vendor_id, id)",
    // Which links to facilities follow from this study site?
    "CREATE INDEX visible_site_study_site ON visible_site (study_site_id)",
    // The history of one record; what is not in order yet; where an entry stands.
    "CREATE INDEX journal_entity ON journal (entity_id, version)",
    // The history of an organisation's permissions; only of these kinds, so that nothing else pays for it.
    "CREATE INDEX journal_permission ON journal (owner_id, id) WHERE kind IN ('membership', 'client', 'person')",
    "CREATE INDEX journal_transaction ON journal (transaction_number)",
    "CREATE UNIQUE INDEX journal_order_entry ON journal_order (entry_id)",
    "CREATE INDEX idempotency_age ON idempotency (created_at)",
];

const APPEND_ONLY_POSTGRES: &[&str] = &[
    "CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$",
    "CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
     FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()",
    "CREATE TRIGGER journal_order_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_order
     FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()",
    "CREATE FUNCTION access_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN RAISE EXCEPTION 'the access log is append-only'; END $$",
    "CREATE TRIGGER access_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_event
     FOR EACH STATEMENT EXECUTE FUNCTION access_log_is_append_only()",
];

const APPEND_ONLY_SQLITE: &[&str] = &[
    "CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    "CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    "CREATE TRIGGER journal_order_no_update BEFORE UPDATE ON journal_order BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    "CREATE TRIGGER journal_order_no_delete BEFORE DELETE ON journal_order BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    // REPLACE takes rows away without asking the triggers of DELETE: it is refused where it would meet one.
    "CREATE TRIGGER journal_no_replace BEFORE INSERT ON journal
     WHEN EXISTS (SELECT 1 FROM journal WHERE id = NEW.id OR rowid = NEW.rowid)
     BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    "CREATE TRIGGER journal_order_no_replace BEFORE INSERT ON journal_order
     WHEN EXISTS (SELECT 1 FROM journal_order WHERE position = NEW.position OR entry_id = NEW.entry_id)
     BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    "CREATE TRIGGER access_event_no_update BEFORE UPDATE ON access_event
     BEGIN SELECT RAISE(ABORT, 'the access log is append-only'); END",
    "CREATE TRIGGER access_event_no_delete BEFORE DELETE ON access_event
     BEGIN SELECT RAISE(ABORT, 'the access log is append-only'); END",
    "CREATE TRIGGER access_event_no_replace BEFORE INSERT ON access_event
     WHEN EXISTS (SELECT 1 FROM access_event WHERE id = NEW.id OR rowid = NEW.rowid)
     BEGIN SELECT RAISE(ABORT, 'the access log is append-only'); END",
];
