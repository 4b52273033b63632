//! Tokens for tests: everyone of the demo world at once, and claims of any kind under the tests' own secret.
//! What is forged here is signed well: it tries the rules that come after the signature.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value as Json, json};
use tandem_domain::id::TypedId;
use tandem_domain::id::encode;
use tandem_domain::record::Kind;
use tandem_gateway::demo::{self, PersonaBearer, personas};

use crate::house::{Answer, House, SECRET, client, person};

/// Someone of the demo world who asks: a token, and the organisation where he has to pick one.
#[derive(Debug, Clone)]
pub struct Asker {
    /// A short name for messages of failed tests.
    pub name: String,
    /// His bearer token.
    pub token: String,
    /// What he sends as `Tandem-Organization`.
    pub organization: Option<String>,
    /// Whether he is a machine client.
    pub machine: bool,
}

impl Asker {
    /// Asks a house as this asker.
    pub async fn ask(&self, house: &House, query: &str, variables: Json) -> Answer {
        let headers: Vec<(&str, &str)> = self.organization.iter().map(|id| ("Tandem-Organization", id.as_str())).collect();
        house.ask_with(&self.token, query, variables, &headers).await
    }
}

/// Everybody of the demo world whose membership is in force, each with a fresh token.
#[must_use]
pub fn everybody() -> Vec<Asker> {
    let all = personas().into_iter().filter(|persona| !persona.role.starts_with("left"));
    all.map(|persona| {
        let organization = persona.pick.map(|id| encode(Kind::Organization, id.uuid()));
        match persona.bearer {
            PersonaBearer::Person(email) => {
                let name = email.trim_end_matches(".example.org").to_owned();
                Asker { token: person(&name), name: format!("{name} for {}", persona.organization), organization, machine: false }
            }
            PersonaBearer::Client(id, scopes) => {
                let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
                Asker { token: client(&id, &scopes), name: id, organization, machine: true }
            }
        }
    })
    .collect()
}

/// A token of a person whose claims are changed: `null` takes a claim away.
///
/// # Panics
/// Where the token cannot be signed.
#[must_use]
#[expect(clippy::expect_used, clippy::disallowed_methods, reason = "tokens of tests live in the machine's own time")]
pub fn forged(name: &str, changes: &Json) -> String {
    let now = chrono::Utc::now().timestamp();
    let email = format!("{name}.example.org");
    let mut claims = json!({
        "iss": demo::ISSUER, "aud": demo::AUDIENCE, "sub": email, "client_id": "tests", "iat": now, "exp": now + 3_600,
        "jti": uuid::Uuid::new_v4().to_string(), "auth_time": now, "email": email, "email_verified": true,
    });
    for (claim, value) in changes.as_object().into_iter().flatten() {
        claims[claim] = value.clone();
    }
    if let Some(claims) = claims.as_object_mut() {
        claims.retain(|_, value| !value.is_null());
    }
    let mut header = Header::new(Algorithm::HS256);
    header.typ = Some("at+jwt".to_owned());
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(SECRET.as_bytes())).expect("a token")
}

/// Seconds since 1970, for claims.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "tokens of tests live in the machine's own time")]
pub fn now() -> i64 {
    chrono::Utc::now().timestamp()
}
