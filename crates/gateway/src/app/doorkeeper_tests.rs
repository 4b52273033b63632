//! Whom the doorkeeper admits, and that he forgets the moment something granted has changed, on whichever instance.

use chrono::TimeDelta;
use tandem_domain::access::Role;
use tandem_domain::clock::{Clock as _, FixedClock, SystemIds};
use tandem_domain::command::{Command, Manner};
use tandem_domain::party::{Membership, MembershipEnd, MembershipGrant, MembershipScope};
use tandem_domain::record::{Patch, Record, Term};
use tandem_persistence::{Circumstances, Connect};

use super::*;
use crate::demo;
use crate::identity::{Bearer, DevelopmentSecret, KeySource, Mint, Now, Rules};

struct World {
    /// Keeps the database's file until the end of the test.
    _folder: tempfile::TempDir,
    connect: Connect,
    clock: Arc<FixedClock>,
    keeper: DirectoryDoorkeeper,
    mint: Mint,
}

impl World {
    async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let connect = Connect::to(&format!("sqlite://{}", folder.path().join("d.sqlite").display()));
        let clock = Arc::new(FixedClock::at(demo::epoch() + TimeDelta::days(300)));
        let vault = Vault::open(&connect, clock.clone(), Arc::new(SystemIds)).await.expect("opens");
        vault.migrate().await.expect("migrates");
        demo::seed(&connect).await.expect("seeds");
        let secret = DevelopmentSecret::new("a-development-secret-of-more-than-32-bytes").expect("strong");
        let rules = Rules {
            issuer: demo::ISSUER.to_owned(),
            audience: demo::AUDIENCE.to_owned(),
            leeway: TimeDelta::seconds(30),
            cache_entries: 100,
        };
        let mint = Mint::new(&secret, demo::ISSUER, demo::AUDIENCE);
        let same = clock.clone();
        let now: Now = Arc::new(move || same.now());
        let verifier = Verifier::new(rules, KeySource::Secret(secret), now).expect("a verifier");
        Self { _folder: folder, connect, clock, keeper: DirectoryDoorkeeper::new(verifier, vault, 100), mint }
    }

    /// Another instance on the same database.
    async fn other_instance(&self) -> Vault {
        Vault::open(&self.connect, self.clock.clone(), Arc::new(SystemIds)).await.expect("opens")
    }

    fn token(&self, email: &str) -> String {
        self.mint.token(Bearer::Person { email }, self.clock.now(), Mint::DEMO, Uuid::nil()).expect("signs")
    }

    async fn admit(&self, token: &str, organization: Option<&str>) -> Result<Viewer, Refusal> {
        let session = self.keeper.admit(token, organization).await?;
        let viewer = session.state.downcast::<Viewer>().expect("a viewer");
        assert_eq!(session.principal_key, viewer.principal.to_string());
        Ok((*viewer).clone())
    }

    async fn refusal(&self, token: &str, organization: Option<&str>) -> (u16, &'static str, String) {
        let refusal = self.admit(token, organization).await.expect_err("a refusal");
        (refusal.status.as_u16(), refusal.code, refusal.message)
    }
}

const RAVI: &str = "ravi@veltrona.example.org";
const KOFI: &str = "kofi@veltrona.example.org";
const WANDA: &str = "wanda@veltrona.example.org";
const DAGNY: &str = "dagny@osprelle.example.org";

fn because(reason: &str, expected_version: Option<i64>) -> Circumstances {
    let manner = Manner { expected_version, reason: Some(reason.to_owned()), ..Manner::default() };
    Circumstances { manner, ..Circumstances::default() }
}

#[tokio::test]
async fn a_membership_ended_on_another_instance_is_refused_at_the_next_request() {
    let world = World::open().await;
    let (ravi, kofi) = (world.token(RAVI), world.token(KOFI));
    let viewer = world.admit(&ravi, None).await.expect("admitted");
    assert!(viewer.grants.iter().any(|grant| grant.role == Role::VProjectManager));
    world.admit(&ravi, None).await.expect("admitted again");
    assert!(world.keeper.viewers.contains_key(&(key_of(&world, &ravi).await, None)), "remembered");

    let admin = world.admit(&kofi, None).await.expect("admitted");
    let membership = demo::world()
        .records
        .into_iter()
        .filter_map(Membership::from_entity)
        .find(|membership| membership.person_id.uuid() == viewer.principal)
        .expect("ravi's");
    let end = Command::MembershipEnd(MembershipEnd { id: membership.id, valid_to: Patch::Keep });
    let other = world.other_instance().await;
    other.execute(&admin, "membershipEnd", &end, &because("left", Some(1))).await.expect("ended");

    assert_eq!(world.refusal(&ravi, None).await.1, "FORBIDDEN");
    assert!(!world.keeper.viewers.contains_key(&(key_of(&world, &ravi).await, None)), "forgotten");
}

async fn key_of(world: &World, token: &str) -> TokenHash {
    world.keeper.verifier.verify(token).await.expect("good").token_hash
}

#[tokio::test]
async fn a_membership_that_runs_out_is_refused_from_that_moment_on() {
    let world = World::open().await;
    let (wanda, kofi) = (world.token(WANDA), world.token(KOFI));
    assert_eq!(world.refusal(&wanda, None).await.0, 403);

    let admin = world.admit(&kofi, None).await.expect("admitted");
    let wanda_id = demo::world()
        .records
        .into_iter()
        .filter_map(tandem_domain::party::PersonContact::from_entity)
        .find(|contact| contact.email == WANDA)
        .expect("wanda")
        .id;
    let grant = Command::MembershipGrant(MembershipGrant {
        person_id: wanda_id,
        role: Term(Role::VDataManager),
        scope: Term(MembershipScope::AllOrg),
        study_id: None,
        engagement_id: None,
        country_code: None,
        study_site_id: None,
        valid_from: None,
        valid_to: Some(world.clock.now() + TimeDelta::hours(1)),
    });
    let done = world.keeper.vault.execute(&admin, "membershipGrant", &grant, &because("helps out", None)).await;
    done.expect("granted");

    let first = world.admit(&wanda, None).await.expect("admitted");
    world.clock.advance(TimeDelta::minutes(59));
    let second = world.admit(&wanda, None).await.expect("still admitted");
    assert_eq!(second.now - first.now, TimeDelta::minutes(59), "a remembered viewer acts now");
    world.clock.advance(TimeDelta::minutes(1));
    assert_eq!(world.refusal(&wanda, None).await.1, "FORBIDDEN");
}

#[tokio::test]
async fn who_belongs_to_two_organisations_picks_one_and_no_other() {
    let world = World::open().await;
    let token = world.token(DAGNY);
    let (status, code, _) = world.refusal(&token, None).await;
    assert_eq!((status, code), (403, "ORGANIZATION_REQUIRED"));

    let picks: Vec<String> = demo::personas().into_iter().filter_map(|persona| Some(persona.pick?.to_string())).collect();
    for pick in &picks {
        let viewer = world.admit(&token, Some(pick)).await.expect("a member");
        assert_eq!(viewer.organization.to_string(), *pick);
    }
    let strange = demo::world().records[0].uuid();
    let strange = tandem_domain::id::encode(Kind::Organization, strange);
    let said = world.refusal(&token, Some(&strange)).await;
    assert_eq!((said.0, said.1), (403, "FORBIDDEN"));
    let study = tandem_domain::id::encode(Kind::Study, Uuid::nil());
    for nowhere in ["organization_00000000000000000000000077", "Quillfen Therapeutics (invented)", &study, "x"] {
        assert_eq!(world.refusal(&token, Some(nowhere)).await, said, "{nowhere}");
    }
}

#[tokio::test]
async fn first_requests_that_come_together_are_all_admitted() {
    let world = World::open().await;
    let token = world.token(RAVI);
    let answers = futures::future::join_all((0..12).map(|_| world.admit(&token, None))).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}

#[tokio::test]
async fn strangers_and_bad_tokens_are_told_apart() {
    let world = World::open().await;
    let (status, code, message) = world.refusal(&world.token("nobody@example.org"), None).await;
    assert_eq!((status, code), (403, "FORBIDDEN"));
    assert!(message.contains("directory does not know"), "{message}");

    let refusal = world.admit("no.such.token", None).await.expect_err("no token");
    assert_eq!((refusal.status.as_u16(), refusal.code), (401, "UNAUTHENTICATED"));
    assert_eq!(refusal.www_authenticate.as_deref(), Some(CHALLENGE_INVALID));

    let token = world.token(RAVI);
    world.admit(&token, None).await.expect("admitted");
    world.clock.advance(TimeDelta::hours(13));
    assert_eq!(world.refusal(&token, None).await.0, 401, "a remembered viewer does not outlive the token");
}

#[tokio::test]
async fn a_machine_client_has_what_directory_and_token_both_name() {
    let world = World::open().await;
    let scopes = ["study:read".to_owned(), "admin".to_owned()];
    let bearer = Bearer::Client { id: "veltrona-ctms", scopes: Some(&scopes) };
    let token = world.mint.token(bearer, world.clock.now(), Mint::DEMO, Uuid::nil()).expect("signs");
    let viewer = world.admit(&token, None).await.expect("admitted");
    assert_eq!(viewer.client_scopes.len(), 1);
    assert_eq!(viewer.grants.len(), 1);
}

#[tokio::test]
async fn without_the_database_nobody_can_tell() {
    let world = World::open().await;
    let token = world.token(RAVI);
    world.admit(&token, None).await.expect("admitted");
    world.keeper.vault.clone().close().await;
    for organization in [None, Some("organization_00000000000000000000000077")] {
        let (status, code, _) = world.refusal(&token, organization).await;
        assert_eq!((status, code), (503, "UNAVAILABLE"));
    }
}
