//! The access log as it is written: noted in memory by who acts, kept by the minute, so that reading does not become writing.
//! What is noted and not yet kept is lost where the process is killed: a minute at most.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DatabaseTransaction;
use tandem_domain::access::{Actor, PrincipalKind, Viewer};
use tandem_domain::command::{Code, Refusal};
use tandem_domain::id::{AccessEventId, ApiClientId, OrganizationId, PersonId, TypedId};
use tandem_domain::party::{AccessEvent, AccessEventType, ApiClient, Person};
use tandem_domain::record::{Entity, Kind, Meta, Record};
use uuid::Uuid;

use crate::error::StoreError;
use crate::vault::Vault;

/// Who is noted: a principal, and the organisation that it acted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Noted {
    /// The principal's id.
    pub principal: Uuid,
    /// The organisation; nothing where it was not admitted to any: then it is noted for its own.
    pub organization: Option<OrganizationId>,
}

impl From<&Viewer> for Noted {
    fn from(viewer: &Viewer) -> Self {
        Self { principal: viewer.principal, organization: Some(viewer.organization) }
    }
}

/// What is counted as one event.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    who: Noted,
    event: AccessEventType,
    code: Option<String>,
    attempt: Option<String>,
    /// Which of the windows since 1970.
    window: i64,
}

#[derive(Clone, Copy, Debug)]
struct Tally {
    occurrences: i64,
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
}

/// What was noted and is not kept yet.
#[derive(Debug)]
pub(crate) struct AccessLog {
    waiting: Mutex<Waiting>,
    /// The window's length in seconds.
    every: i64,
}

impl Default for AccessLog {
    fn default() -> Self {
        Self::every(Duration::from_secs(60))
    }
}

#[derive(Debug, Default)]
struct Waiting {
    events: HashMap<Key, Tally>,
    /// When each principal's use was last noted.
    used: HashMap<Noted, DateTime<Utc>>,
    dropped: u64,
}

/// How many events may wait: a flood of different refusals must not fill the memory.
const MOST_WAITING: usize = 10_000;

/// How many principals' last use is remembered; beyond, all are forgotten, and noted once more than needed.
const MOST_REMEMBERED: usize = 100_000;

/// How often the use of one principal is noted at most.
const USE_EVERY: TimeDelta = TimeDelta::hours(1);

impl AccessLog {
    pub(crate) fn every(window: Duration) -> Self {
        Self { waiting: Mutex::default(), every: i64::try_from(window.as_secs()).unwrap_or(i64::MAX).max(1) }
    }

    fn window(&self, now: DateTime<Utc>) -> i64 {
        now.timestamp().div_euclid(self.every)
    }

    fn note(&self, who: Noted, event: AccessEventType, refused: Option<(&str, &str)>, now: DateTime<Utc>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if event == AccessEventType::Used && !waiting.is_news(who, now) {
            return;
        }
        let (code, attempt) = refused.map(|(code, attempt)| (code.to_owned(), attempt.to_owned())).unzip();
        let key = Key { who, event, code, attempt, window: self.window(now) };
        if waiting.events.len() >= MOST_WAITING && !waiting.events.contains_key(&key) {
            waiting.dropped += 1;
            return;
        }
        let tally = waiting.events.entry(key).or_insert(Tally { occurrences: 0, first_at: now, last_at: now });
        tally.occurrences += 1;
        tally.first_at = tally.first_at.min(now);
        tally.last_at = tally.last_at.max(now);
    }

    /// Takes what is to be kept: everything, or only what belongs to windows that are over.
    fn take(&self, all: bool, now: DateTime<Utc>) -> (Vec<(Key, Tally)>, u64) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let window = self.window(now);
        let taken: Vec<(Key, Tally)> = waiting.events.extract_if(|key, _| all || key.window < window).collect();
        (taken, std::mem::take(&mut waiting.dropped))
    }

    /// Puts back what could not be kept.
    fn put_back(&self, events: Vec<(Key, Tally)>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, tally) in events {
            let kept = waiting.events.entry(key).or_insert(Tally { occurrences: 0, ..tally });
            kept.occurrences += tally.occurrences;
            kept.first_at = kept.first_at.min(tally.first_at);
            kept.last_at = kept.last_at.max(tally.last_at);
        }
    }
}

impl Waiting {
    /// Whether the use of this principal has not been noted for an hour.
    fn is_news(&mut self, who: Noted, now: DateTime<Utc>) -> bool {
        if self.used.get(&who).is_some_and(|last| now - *last < USE_EVERY) {
            return false;
        }
        if self.used.len() >= MOST_REMEMBERED {
            self.used.clear();
        }
        self.used.insert(who, now);
        true
    }
}

impl Vault {
    /// Notes that a token was used here for the first time.
    pub fn note_sign_in(&self, who: Noted) {
        self.access_log.note(who, AccessEventType::SignedIn, None, self.clock.now());
    }

    /// Notes that a principal uses Tandem; once an hour at most.
    pub fn note_use(&self, who: Noted) {
        self.access_log.note(who, AccessEventType::Used, None, self.clock.now());
    }

    /// Notes that something was refused: the refusal's code, and what was attempted in a word of the program's own.
    pub fn note_refusal(&self, who: Noted, code: &str, attempt: &str) {
        self.access_log.note(who, AccessEventType::Refused, Some((code, attempt)), self.clock.now());
    }

    /// Notes a command that was refused because of who asked: not allowed, not his to see, or not signed by him. Other faults are no
    /// matter of access.
    pub(crate) fn note_refused_command(&self, viewer: &Viewer, command: &str, refusal: &Refusal) {
        let of_access =
            |code: Code| matches!(code, Code::Forbidden | Code::NotFound | Code::SignatureRequired | Code::ReauthenticationRequired);
        if let Some(error) = refusal.0.iter().find(|error| of_access(error.code)) {
            self.note_refusal(viewer.into(), &error.code.to_string(), command);
        }
    }

    /// Keeps what was noted: of windows that are over, or everything. Answers how many events were kept.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer; what was noted waits for the next time.
    pub async fn keep_access_log(&self, all: bool) -> Result<usize, StoreError> {
        let (taken, dropped) = self.access_log.take(all, self.clock.now());
        if dropped > 0 {
            tracing::warn!(dropped, "more kinds of refusals than the access log can hold: some are not in it");
        }
        if taken.is_empty() {
            return Ok(0);
        }
        let kept = self.insert_events(&taken).await;
        if kept.is_err() {
            self.access_log.put_back(taken);
        }
        kept
    }

    async fn insert_events(&self, taken: &[(Key, Tally)]) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let meta = Meta { version: 1, created_at: now, updated_at: now, created_by: Actor::SYSTEM };
        let transaction = self.database.begin().await?;
        let known = self.whereabouts(&transaction, taken.iter().map(|(key, _)| key.who.principal)).await?;
        let of_known = |(key, tally): &(Key, Tally)| {
            let (kind, home) = known.get(&key.who.principal)?;
            let organization = key.who.organization.unwrap_or(*home);
            Some(event(self.ids.next(), (*kind, organization), key, tally).into_entity())
        };
        let events: Vec<Entity> = taken.iter().filter_map(of_known).collect();
        self.insert(&transaction, Kind::AccessEvent, &events.iter().collect::<Vec<_>>(), &meta).await?;
        transaction.commit().await?;
        Ok(events.len())
    }

    /// What each of these principals is, and the organisation that its entry in the directory is of.
    async fn whereabouts(
        &self,
        transaction: &DatabaseTransaction,
        principals: impl Iterator<Item = Uuid>,
    ) -> Result<HashMap<Uuid, (PrincipalKind, OrganizationId)>, StoreError> {
        let ids: Vec<Uuid> = principals.collect::<BTreeSet<_>>().into_iter().collect();
        let people: Vec<Person> = self.system_read(transaction, "id", &ids).await?;
        let clients: Vec<ApiClient> = self.system_read(transaction, "id", &ids).await?;
        let people = people.into_iter().map(|one| (one.id.uuid(), (PrincipalKind::Person, one.organization_id)));
        let clients = clients.into_iter().map(|one| (one.id.uuid(), (PrincipalKind::Client, one.organization_id)));
        Ok(people.chain(clients).collect())
    }
}

fn event(id: Uuid, (of, organization_id): (PrincipalKind, OrganizationId), key: &Key, tally: &Tally) -> AccessEvent {
    let is = |kind| (of == kind).then_some(key.who.principal);
    AccessEvent {
        id: AccessEventId::from_uuid(id),
        organization_id,
        event: key.event,
        person_id: is(PrincipalKind::Person).map(PersonId::from_uuid),
        api_client_id: is(PrincipalKind::Client).map(ApiClientId::from_uuid),
        code: key.code.clone(),
        attempt: key.attempt.clone(),
        occurrences: tally.occurrences,
        first_at: tally.first_at,
        last_at: tally.last_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_767_873_600 + seconds, 0).unwrap()
    }

    fn who(number: u128) -> Noted {
        Noted { principal: Uuid::from_u128(number), organization: Some(OrganizationId::from_uuid(Uuid::from_u128(1))) }
    }

    fn refuse(log: &AccessLog, number: u128, attempt: &str, second: i64) {
        log.note(who(number), AccessEventType::Refused, Some(("FORBIDDEN", attempt)), at(second));
    }

    #[test]
    fn refusals_of_a_minute_are_one_event() {
        let log = AccessLog::default();
        for second in [0, 10, 59] {
            refuse(&log, 1, "studyCreate", second);
        }
        refuse(&log, 1, "siteCreate", 5);
        refuse(&log, 1, "studyCreate", 61);
        let (mut taken, _) = log.take(false, at(62));
        taken.sort_by_key(|(_, tally)| tally.occurrences);
        let counts: Vec<_> = taken.iter().map(|(key, tally)| (key.attempt.clone().unwrap(), tally.occurrences)).collect();
        assert_eq!(counts, [("siteCreate".to_owned(), 1), ("studyCreate".to_owned(), 3)]);
        assert_eq!((taken[1].1.first_at, taken[1].1.last_at), (at(0), at(59)));
        assert_eq!(log.take(true, at(62)).0.len(), 1, "the window that is not over waits, unless everything is asked for");
    }

    #[test]
    fn use_is_noted_once_an_hour() {
        let log = AccessLog::default();
        for second in [0, 1, 3_599, 3_600, 3_700] {
            log.note(who(1), AccessEventType::Used, None, at(second));
        }
        log.note(who(2), AccessEventType::Used, None, at(3));
        assert_eq!(log.take(true, at(4_000)).0.iter().map(|(_, tally)| tally.occurrences).sum::<i64>(), 3);
    }

    #[test]
    fn a_flood_is_bounded_and_what_could_not_be_kept_waits() {
        let log = AccessLog::default();
        for number in 0..u128::try_from(MOST_WAITING).unwrap() + 7 {
            refuse(&log, number, "studyCreate", 0);
        }
        let (taken, dropped) = log.take(true, at(1));
        assert_eq!((taken.len(), dropped), (MOST_WAITING, 7));
        log.put_back(taken);
        refuse(&log, 0, "studyCreate", 2);
        let (taken, dropped) = log.take(true, at(3));
        assert_eq!((taken.len(), dropped), (MOST_WAITING, 0));
        assert_eq!(taken.iter().map(|(_, tally)| tally.occurrences).max(), Some(2));
    }
}
