//! The demo world put together, and put into a vault.

use std::sync::Arc;

use tandem_domain::clock::FixedClock;
use tandem_domain::party::{ApiClient, Person, PersonContact};
use tandem_domain::record::{Entity, Record};
use tandem_persistence::{Connect, StoreError, Vault};

use super::ids::{List, sequence};
use super::organizations::Organizations;
use super::people::People;
use super::places::Places;
use super::{engagements, memberships, review, studies, work};

pub use super::calendar::epoch;

/// Everything that the demo holds, parents before what names them.
pub struct World {
    /// The records.
    pub records: Vec<Entity>,
}

/// Makes the world; the same one each time.
#[must_use]
pub fn world() -> World {
    let organizations = Organizations::make();
    let people = People::make(&organizations);
    let studies = studies::make(&organizations);
    let engagements = engagements::make(&organizations, &people, &studies);
    let places = Places::make(&organizations, &studies, &engagements);
    let memberships = memberships::make(&organizations, &people, &studies, &places);
    let review = review::make(&organizations, &people, &memberships);
    let clients: Vec<ApiClient> = memberships::clients(&organizations, &engagements);
    let stage = work::Stage { people: &people, studies: &studies, engagements: &engagements, places: &places };
    let between = work::make(&stage);
    let programs = work::programs(&organizations);

    let mut records: Vec<Entity> = organizations.0.into_iter().map(Record::into_entity).collect();
    for (person, contact) in people.into_inner() {
        records.extend([Person::into_entity(person), PersonContact::into_entity(contact)]);
    }
    records.extend(programs);
    for made in studies {
        let parts = [made.internal.into_entity(), made.benchmark.into_entity(), made.registry.into_entity()];
        records.push(made.study.into_entity());
        records.extend(parts);
    }
    let mut scopes = Vec::new();
    for made in engagements {
        records.extend([made.engagement.into_entity(), made.internal.into_entity()]);
        scopes.extend(made.scopes.into_iter().map(Record::into_entity));
    }
    records.extend(places.into_entities());
    records.extend(scopes);
    records.extend(between);
    records.extend(memberships.into_iter().map(Record::into_entity));
    records.extend(clients.into_iter().map(Record::into_entity));
    if let Some((review, items)) = review {
        records.push(review.into_entity());
        records.extend(items.into_iter().map(Record::into_entity));
    }
    World { records }
}

/// Whether the world is in the vault already.
///
/// # Errors
/// [`StoreError`] when the database cannot answer.
pub async fn is_seeded(vault: &Vault) -> Result<bool, StoreError> {
    let Some(first) = Organizations::make().0.into_iter().next() else { return Ok(false) };
    match vault.find_organization(&first.id.to_string()).await {
        Ok(_) => Ok(true),
        Err(StoreError::Unusable(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Refuses a database that does not have the world and holds organisations of somebody else; it need not be migrated.
///
/// # Errors
/// [`StoreError::Unusable`] for such a database; others when it cannot answer.
pub async fn refuse_strangers(vault: &Vault) -> Result<(), StoreError> {
    let known: Vec<_> = Organizations::make().0.into_iter().map(|organization| organization.id).collect();
    if vault.has_other_organizations(&known).await? && !is_seeded(vault).await? {
        return Err(StoreError::Unusable(
            "this database holds organisations that are not the demo's, and nothing was written to it: name another one in \
             TANDEM_DATABASE_URL, or unset it and the demo makes a file of its own"
                .to_owned(),
        ));
    }
    Ok(())
}

/// Puts the world into a migrated database that does not have it yet; answers whether it did.
/// It is dated by its own clock and named by its own ids, so that it is the same on every machine.
///
/// # Errors
/// As [`refuse_strangers`]; [`StoreError`] when the database cannot answer.
pub async fn seed(connect: &Connect) -> Result<bool, StoreError> {
    let vault = Vault::open(connect, Arc::new(FixedClock::at(epoch())), Arc::new(sequence(List::Journal))).await?;
    refuse_strangers(&vault).await?;
    let missing = !is_seeded(&vault).await?;
    if missing {
        vault.seed("demo", world().records).await?;
    }
    vault.close().await;
    Ok(missing)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use tandem_domain::party::OrganizationType;
    use tandem_domain::record::Kind;
    use tandem_persistence::NewOrganization;

    #[tokio::test]
    async fn it_is_not_put_among_strangers() {
        let folder = tempfile::tempdir().expect("a folder");
        let connect = Connect::to(&format!("sqlite://{}", folder.path().join("theirs.sqlite").display()));
        let clock = Arc::new(FixedClock::at(epoch()));
        let vault = Vault::open(&connect, clock, Arc::new(sequence(List::Journal))).await.expect("opens");
        refuse_strangers(&vault).await.expect("an empty database is nobody's");
        vault.migrate().await.expect("migrates");
        let theirs = NewOrganization { name: "Theirs".to_owned(), organization_type: OrganizationType::Sponsor, country_code: None };
        let theirs = vault.admin_organization(theirs).await.expect("is made");
        let refused = seed(&connect).await.expect_err("it is somebody's");
        assert!(refused.to_string().contains("nothing was written"), "{refused}");
        assert!(!vault.has_other_organizations(&[theirs]).await.expect("answers"), "nothing was written");
    }

    #[tokio::test]
    async fn the_demo_is_found_again_whatever_was_added_to_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let connect = Connect::to(&format!("sqlite://{}", folder.path().join("demo.sqlite").display()));
        let vault = Vault::open(&connect, Arc::new(FixedClock::at(epoch())), Arc::new(sequence(List::Journal))).await.expect("opens");
        vault.migrate().await.expect("migrates");
        assert!(seed(&connect).await.expect("seeds"));
        let guest = NewOrganization { name: "A guest".to_owned(), organization_type: OrganizationType::Sponsor, country_code: None };
        let ids = Arc::new(tandem_domain::clock::SystemIds);
        let own = Vault::open(&connect, Arc::new(FixedClock::at(epoch())), ids).await.expect("opens");
        own.admin_organization(guest).await.expect("is made");
        assert!(!seed(&connect).await.expect("is found again"));
    }

    #[test]
    fn it_is_the_same_each_time() {
        assert_eq!(world().records, world().records);
    }

    #[test]
    fn every_row_of_every_list_is_there() {
        let records = world().records;
        let count = |kind| records.iter().filter(|record| record.kind() == kind).count();
        assert_eq!((count(Kind::Organization), count(Kind::Person), count(Kind::Study)), (7, 24, 12));
        assert_eq!((count(Kind::Engagement), count(Kind::Membership), count(Kind::ApiClient)), (18, 26, 2));
        assert_eq!((count(Kind::AccessReview), count(Kind::AccessReviewItem)), (1, 5));
        assert!(count(Kind::StudySite) > 60 && count(Kind::StudySite) == count(Kind::StudySiteRegistry));
    }

    #[test]
    fn no_two_records_of_a_kind_share_an_id() {
        let records = world().records;
        let ids: HashSet<_> = records.iter().map(|record| (record.kind(), record.uuid())).collect();
        assert_eq!(ids.len(), records.len());
    }
}
