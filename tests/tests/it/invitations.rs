//! Invitations: a person's first binding cannot be stolen, and nobody else's invitation changes what his requests mean.
//! Everything goes through HTTP, on both databases; whoever is refused has changed nothing.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use tandem_domain::access::Role;
use tandem_domain::clock::{IdSource as _, SystemIds};
use tandem_domain::id::{MembershipId, OrganizationId, PersonId, TypedId, decode};
use tandem_domain::party::{Membership, MembershipScope, Person, PersonContact};
use tandem_domain::record::Record;
use tandem_gateway::demo;
use tandem_tests::fingerprint::{fingerprint, journal_length};
use tandem_tests::house::{Answer, BOTH, Ground, House, person};
use tandem_tests::tokens::forged;

const WHO: &str = "{ viewer { person { id displayName } organization { id name } } }";

/// An administrator of the demo world and his organisation.
struct Office<'a> {
    house: &'a House,
    token: String,
    organization: String,
}

impl<'a> Office<'a> {
    async fn of(house: &'a House, admin: &str) -> Self {
        let token = person(admin);
        let organization = house.ask(&token, WHO).await.at("/data/viewer/organization/id").as_str().unwrap().to_owned();
        Self { house, token, organization }
    }

    async fn invite(&self, email: &str) -> String {
        let invite = "mutation($email: String!) { personInvite(input: { email: $email, displayName: \"Invited\", reason: \"hired\" }) { person \
                      { id } userErrors { code message } } }";
        let invited = self.house.ask_with(&self.token, invite, json!({ "email": email }), &[]).await;
        invited.at("/data/personInvite/person/id").as_str().unwrap_or_else(|| panic!("{}", invited.text)).to_owned()
    }

    /// Grants; the membership's id.
    async fn grant(&self, person: &str, role: &str, from: Option<i64>) -> String {
        let from = from.map(|from| chrono::DateTime::from_timestamp(from, 0).unwrap().to_rfc3339());
        let grant = "mutation($id: ID!, $role: Role!, $from: DateTime) { membershipGrant(input: { personId: $id, role: $role, scope: ALL_ORG, \
                     validFrom: $from, reason: \"hired\" }) { membership { id } userErrors { code message } } }";
        let granted = self.house.ask_with(&self.token, grant, json!({ "id": person, "role": role, "from": from }), &[]).await;
        granted.at("/data/membershipGrant/membership/id").as_str().unwrap_or_else(|| panic!("{}", granted.text)).to_owned()
    }

    async fn end(&self, membership: &str) {
        let end = "mutation($id: ID!) { membershipEnd(input: { id: $id, expectedVersion: 1, reason: \"left\" }) { membership { id } userErrors { \
                   code message } } }";
        let ended = self.house.ask_with(&self.token, end, json!({ "id": membership }), &[]).await;
        assert_eq!(ended.at("/data/membershipEnd/userErrors"), &json!([]), "{}", ended.text);
    }

    /// How often the person has been bound, as his history says.
    async fn bound(&self, person: &str) -> usize {
        let query = "query($id: ID!) { person(id: $id) { history { nodes { operation } } } }";
        let history = self.house.ask_with(&self.token, query, json!({ "id": person }), &[]).await;
        let entries = history.at("/data/person/history/nodes").as_array().unwrap_or_else(|| panic!("{}", history.text)).clone();
        entries.iter().filter(|entry| entry["operation"] == "BOUND").count()
    }
}

async fn as_whom(house: &House, token: &str, organization: Option<&str>) -> Answer {
    let header: Vec<(&str, &str)> = organization.map(|id| ("Tandem-Organization", id)).into_iter().collect();
    house.ask_with(token, WHO, json!({}), &header).await
}

/// The organisation that he acts for.
async fn acts_for(house: &House, token: &str, organization: Option<&str>) -> Json {
    let answer = as_whom(house, token, organization).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.at("/data/viewer/organization/id").clone()
}

/// He is refused with this code, and nothing at all is written.
async fn refused(ground: &Ground, house: &House, token: &str, organization: Option<&str>, code: &str) {
    let before = (fingerprint(ground).await, journal_length(ground).await);
    let answer = as_whom(house, token, organization).await;
    assert_eq!((answer.status, answer.at("/errors/0/extensions/code")), (403, &json!(code)), "{organization:?}: {}", answer.text);
    assert_eq!((fingerprint(ground).await, journal_length(ground).await), before, "{organization:?} has changed something");
}

#[tokio::test]
async fn a_strangers_invitation_changes_nothing_until_it_is_named() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let (house, other) = (ground.serve().await, ground.serve().await);
        let (quillfen, veltrona) = (Office::of(&house, "noor@quillfen").await, Office::of(&house, "kofi@veltrona").await);
        let marisol = person("marisol@quillfen");
        for house in [&house, &other] {
            assert_eq!(acts_for(house, &marisol, None).await, quillfen.organization.as_str());
        }
        // The competitor invites her and gives her something.
        let invited = veltrona.invite("marisol@quillfen.example.org").await;
        veltrona.grant(&invited, "V_QA", None).await;
        let before = (fingerprint(&ground).await, journal_length(&ground).await);
        for token in [&marisol, &person("marisol@quillfen")] {
            for house in [&house, &other] {
                assert_eq!(acts_for(house, token, None).await, quillfen.organization.as_str(), "as if nothing had happened");
            }
        }
        assert_eq!((fingerprint(&ground).await, journal_length(&ground).await), before, "{kind:?}: nothing has happened");
        assert_eq!(veltrona.bound(&invited).await, 0);
        // An organisation that has not invited her is refused as ever, and so is somebody else for this one.
        let osprelle = Office::of(&house, "aiko@osprelle").await;
        refused(&ground, &house, &marisol, Some(&osprelle.organization), "FORBIDDEN").await;
        let petra = person("petra@quillfen");
        assert_eq!(acts_for(&house, &petra, None).await, quillfen.organization.as_str());
        refused(&ground, &house, &petra, Some(&veltrona.organization), "FORBIDDEN").await;
        assert_eq!(veltrona.bound(&invited).await, 0);
        // She accepts by naming it. From then on she belongs to two, and says which, on every instance.
        let accepted = as_whom(&house, &marisol, Some(&veltrona.organization)).await;
        assert_eq!(accepted.at("/data/viewer/person/id"), &json!(invited), "{}", accepted.text);
        assert_eq!(veltrona.bound(&invited).await, 1);
        for house in [&house, &other] {
            refused(&ground, house, &marisol, None, "ORGANIZATION_REQUIRED").await;
            for office in [&quillfen, &veltrona] {
                assert_eq!(acts_for(house, &marisol, Some(&office.organization)).await, office.organization.as_str());
            }
        }
        house.stop().await;
        other.stop().await;
    }
}

#[tokio::test]
async fn of_several_invitations_the_named_one_is_accepted_and_no_other() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let (veltrona, osprelle) = (Office::of(&house, "kofi@veltrona").await, Office::of(&house, "aiko@osprelle").await);
        let mut invited = Vec::new();
        for office in [&veltrona, &osprelle] {
            let person = office.invite("newcomer@elsewhere.example.org").await;
            office.grant(&person, "V_QA", None).await;
            invited.push(person);
        }
        let newcomer = forged("newcomer@elsewhere", &json!({ "sub": "newcomer" }));
        refused(&ground, &house, &newcomer, None, "ORGANIZATION_REQUIRED").await;
        assert_eq!(acts_for(&house, &newcomer, Some(&osprelle.organization)).await, osprelle.organization.as_str());
        assert_eq!((veltrona.bound(&invited[0]).await, osprelle.bound(&invited[1]).await), (0, 1), "{kind:?}");
        // The other one waits, and nothing is asked of him.
        assert_eq!(acts_for(&house, &newcomer, None).await, osprelle.organization.as_str());
        assert_eq!(veltrona.bound(&invited[0]).await, 0);
        // Whoever shows the same address later, as somebody else, gets nothing of what is bound.
        let late = forged("newcomer@elsewhere", &json!({ "sub": "late" }));
        refused(&ground, &house, &late, Some(&osprelle.organization), "FORBIDDEN").await;
        // Whose organisation has let him go is told that another waits, and goes there by its name.
        let memberships = "query($id: ID!) { person(id: $id) { memberships { nodes { id } } } }";
        let found = house.ask_with(&osprelle.token, memberships, json!({ "id": invited[1] }), &[]).await;
        osprelle.end(found.at("/data/person/memberships/nodes/0/id").as_str().unwrap()).await;
        refused(&ground, &house, &newcomer, None, "ORGANIZATION_REQUIRED").await;
        assert_eq!(acts_for(&house, &newcomer, Some(&veltrona.organization)).await, veltrona.organization.as_str());
        assert_eq!(acts_for(&house, &newcomer, None).await, veltrona.organization.as_str());
        house.stop().await;
    }
}

#[tokio::test]
async fn what_grants_nothing_now_binds_nobody() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let veltrona = Office::of(&house, "kofi@veltrona").await;
        let invited = veltrona.invite("newcomer@veltrona.example.org").await;
        let newcomer = forged("newcomer@veltrona", &json!({ "sub": "newcomer" }));
        for organization in [None, Some(veltrona.organization.as_str())] {
            refused(&ground, &house, &newcomer, organization, "FORBIDDEN").await;
        }
        let ended = veltrona.grant(&invited, "V_QA", None).await;
        veltrona.end(&ended).await;
        veltrona.grant(&invited, "V_QA", Some(tandem_tests::tokens::now() + 3_600)).await;
        for organization in [None, Some(veltrona.organization.as_str())] {
            refused(&ground, &house, &newcomer, organization, "FORBIDDEN").await;
        }
        assert_eq!(veltrona.bound(&invited).await, 0);
        veltrona.grant(&invited, "V_QA", None).await;
        assert_eq!(acts_for(&house, &newcomer, None).await, veltrona.organization.as_str());
        assert_eq!(veltrona.bound(&invited).await, 1);
        house.stop().await;
    }
}

#[tokio::test]
async fn who_is_switched_off_is_not_bound() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let veltrona = Office::of(&house, "kofi@veltrona").await;
        let (_, organization) = decode(&veltrona.organization).unwrap();
        let organization_id = OrganizationId::from_uuid(organization);
        let id = PersonId::from_uuid(SystemIds.next());
        let off = Person { id, organization_id, display_name: "Switched Off".to_owned(), job_title: None, active: false };
        let contact = PersonContact { id, organization_id, email: "off@veltrona.example.org".to_owned() };
        let membership = Membership {
            id: MembershipId::from_uuid(SystemIds.next()),
            person_id: id,
            organization_id,
            role: Role::VQa,
            scope: MembershipScope::AllOrg,
            study_id: None,
            engagement_id: None,
            country_code: None,
            study_site_id: None,
            sponsor_id: None,
            valid_from: demo::epoch(),
            valid_to: None,
            granted_by_id: None,
            reason: "for a test".to_owned(),
        };
        let vault = ground.vault().await;
        vault.seed("test", vec![off.into_entity(), contact.into_entity(), membership.into_entity()]).await.unwrap();
        vault.close().await;
        let token = forged("off@veltrona", &json!({ "sub": "off" }));
        for organization in [None, Some(veltrona.organization.as_str())] {
            refused(&ground, &house, &token, organization, "FORBIDDEN").await;
        }
        house.stop().await;
    }
}

#[tokio::test]
async fn no_other_spelling_of_an_address_is_the_address() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let veltrona = Office::of(&house, "kofi@veltrona").await;
        let invited = veltrona.invite(" Kira.Sundew@Veltrona.example.org ").await;
        veltrona.grant(&invited, "V_QA", None).await;
        let before = (fingerprint(&ground).await, journal_length(&ground).await);
        for email in [
            "\u{212a}ira.sundew@veltrona.example.org",
            "k\u{131}ra.sundew@veltrona.example.org",
            "k\u{130}ra.sundew@veltrona.example.org",
            "kir\u{430}.sundew@veltrona.example.org",
            "\u{ff4b}ira.sundew@veltrona.example.org",
            "kira.\u{17f}undew@veltrona.example.org",
            "kira.sundew+x@veltrona.example.org",
            "kirasundew@veltrona.example.org",
            " kira.sundew@veltrona.example.org",
            "kira.sundew@veltrona.example.org ",
            "\u{a0}kira.sundew@veltrona.example.org",
            "kira.sundew@veltrona.example.org\u{3000}",
            "kira.\u{200b}sundew@veltrona.example.org",
            "kira.sundew@veltrona.example.org.",
            "kira.sundew@veltrona.example\u{ff0e}org",
            "\"kira.sundew\"@veltrona.example.org",
            "Kira <kira.sundew@veltrona.example.org>",
            "kira.sundew@veltrona.example.org,x@evil.example.org",
            "x@evil.example.org\u{0}kira.sundew@veltrona.example.org",
            "%",
            "kira.sundew@veltrona.example%",
            "' OR '1'='1",
        ] {
            let token = forged("kira.sundew@veltrona", &json!({ "sub": "thief", "email": email }));
            for organization in [None, Some(veltrona.organization.as_str())] {
                let answer = as_whom(&house, &token, organization).await;
                assert!([401, 403].contains(&answer.status), "{email:?}: {}", answer.text);
            }
        }
        for changes in [json!({ "email_verified": "true" }), json!({ "email_verified": 1 }), json!({ "iss": "https://evil.example.org" })] {
            let answer = as_whom(&house, &forged("kira.sundew@veltrona", &changes), None).await;
            assert!([401, 403].contains(&answer.status), "{changes}: {}", answer.text);
        }
        assert_eq!((fingerprint(&ground).await, journal_length(&ground).await), before, "{kind:?}: nobody is bound");
        let shouted = forged("kira.sundew@veltrona", &json!({ "sub": "kira", "email": "KIRA.SUNDEW@VELTRONA.EXAMPLE.ORG" }));
        assert_eq!(as_whom(&house, &shouted, None).await.at("/data/viewer/person/id"), &json!(invited), "the case of letters is none");
        house.stop().await;
    }
}

#[tokio::test]
async fn of_two_subjects_with_one_address_one_is_bound_and_the_other_refused() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = Arc::new(ground.serve().await);
        let before = journal_length(&ground).await;
        // Each asks several times at once, and all of them together.
        let asks: Vec<_> = (0..16)
            .map(|number| {
                let house = Arc::clone(&house);
                let subject = number % 2;
                let token = forged("emre@pelluvia", &json!({ "sub": format!("subject-{subject}") }));
                tokio::spawn(async move { (subject, house.ask(&token, WHO).await) })
            })
            .collect();
        let mut outcomes = [Vec::new(), Vec::new()];
        for ask in asks {
            let (subject, answer) = ask.await.unwrap();
            outcomes[subject].push((answer.status, answer.at("/errors/0/extensions/code").clone()));
        }
        let all = |outcome: &Vec<(u16, Json)>, status: u16| outcome.iter().all(|(found, _)| *found == status);
        let (winner, loser) = if all(&outcomes[0], 200) { (0, 1) } else { (1, 0) };
        assert!(all(&outcomes[winner], 200) && all(&outcomes[loser], 403), "{kind:?}: {outcomes:?}");
        assert!(outcomes[loser].iter().all(|(_, code)| code == "FORBIDDEN"), "{outcomes:?}");
        assert_eq!(journal_length(&ground).await, before + 1, "{kind:?}: bound once");
        Arc::into_inner(house).unwrap().stop().await;
    }
}
