//! What the client has sent and been told: the log by which the database is judged after each kill.
//! A write counts as acknowledged only when its whole answer has been read and refuses nothing.

use serde_json::{Value as Json, json};

/// What every text begins with that these writers write.
pub(crate) const MARK: &str = "kill-";

/// The kinds of writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    NewSite,
    NewStudy,
    NewDeliverable,
    /// A draft, which counts in its own sponsor's eyes alone.
    NewFinding,
    ChangeSite,
    ChangeStudy,
    ChangeDeliverable,
    ChangeFinding,
    /// Of a row that several writers change.
    ChangeStudySite,
}

impl Verb {
    pub(crate) const ALL: [Self; 9] = [
        Self::NewSite,
        Self::NewStudy,
        Self::NewDeliverable,
        Self::NewFinding,
        Self::ChangeSite,
        Self::ChangeStudy,
        Self::ChangeDeliverable,
        Self::ChangeFinding,
        Self::ChangeStudySite,
    ];

    pub(crate) fn creates(self) -> bool {
        matches!(self, Self::NewSite | Self::NewStudy | Self::NewDeliverable | Self::NewFinding)
    }

    /// How a record is changed that this writes; nothing for one that all writers change.
    pub(crate) fn then(self) -> Option<Self> {
        match self {
            Self::NewSite | Self::ChangeSite => Some(Self::ChangeSite),
            Self::NewStudy | Self::ChangeStudy => Some(Self::ChangeStudy),
            Self::NewDeliverable | Self::ChangeDeliverable => Some(Self::ChangeDeliverable),
            Self::NewFinding | Self::ChangeFinding => Some(Self::ChangeFinding),
            Self::ChangeStudySite => None,
        }
    }

    pub(crate) fn mutation(self) -> &'static str {
        match self {
            Self::NewSite => "siteCreate",
            Self::NewStudy => "studyCreate",
            Self::NewDeliverable => "deliverableCreate",
            Self::NewFinding => "findingCreate",
            Self::ChangeSite => "siteUpdate",
            Self::ChangeStudy => "studyUpdate",
            Self::ChangeDeliverable => "deliverableUpdate",
            Self::ChangeFinding => "findingUpdate",
            Self::ChangeStudySite => "studySiteUpdate",
        }
    }

    fn subject(self) -> &'static str {
        match self {
            Self::NewSite | Self::ChangeSite => "site",
            Self::NewStudy | Self::ChangeStudy => "study",
            Self::NewDeliverable | Self::ChangeDeliverable => "deliverable",
            Self::NewFinding | Self::ChangeFinding => "finding",
            Self::ChangeStudySite => "studySite",
        }
    }
}

/// What is known of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    /// No whole answer came: it has happened once, or not at all.
    Unknown,
    /// It was refused with this code: it has not happened.
    Refused(String),
    /// The answer to the attempt of this number says that it has happened.
    Acknowledged { id: String, version: i64, attempt: u32 },
}

/// One write, with all attempts at it.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    /// The text that it writes; nothing else ever writes the same.
    pub(crate) marker: String,
    pub(crate) verb: Verb,
    /// The engagement that what it creates belongs to, and that one's study.
    pub(crate) place: (String, String),
    /// The record that it changes; nothing for one that creates.
    pub(crate) subject: Option<String>,
    /// The version that it changes; 0 for one that creates.
    pub(crate) expected: i64,
    /// Whether it has an idempotency key, so that it may be repeated.
    pub(crate) keyed: bool,
    pub(crate) attempts: u32,
    pub(crate) fate: Fate,
}

impl Sent {
    /// The key under which it has one effect.
    pub(crate) fn key(&self) -> Option<String> {
        self.keyed.then(|| format!("key-{}", self.marker))
    }

    /// The request id of one attempt, which the journal keeps: it tells which attempt had the effect.
    pub(crate) fn request_id(&self, attempt: u32) -> String {
        format!("{}.{attempt}", self.marker)
    }

    /// Which attempt a request id names.
    pub(crate) fn attempt_of(&self, request_id: &str) -> Option<u32> {
        request_id.strip_prefix(&self.marker)?.strip_prefix('.')?.parse().ok()
    }

    pub(crate) fn body(&self) -> Json {
        let (mutation, subject, marker) = (self.verb.mutation(), self.verb.subject(), &self.marker);
        let (engagement, study) = &self.place;
        let input = match self.verb {
            Verb::NewSite => json!({ "name": marker, "countryCode": "DE" }),
            Verb::NewStudy => json!({ "protocolNumber": format!("P-{marker}"), "briefTitle": marker, "studyType": "INTERVENTIONAL" }),
            Verb::NewDeliverable => json!({
                "engagementId": engagement, "deliverableType": "MONITORING_PLAN", "title": marker, "dueDate": "2031-01-01"
            }),
            Verb::NewFinding => json!({
                "studyId": study, "engagementId": engagement, "source": "OVERSIGHT_REVIEW", "title": marker, "description": "Seen.",
                "category": "MONITORING", "severity": "MINOR"
            }),
            Verb::ChangeSite => json!({ "id": self.subject, "expectedVersion": self.expected, "name": marker }),
            Verb::ChangeStudy => json!({ "id": self.subject, "expectedVersion": self.expected, "briefTitle": marker }),
            Verb::ChangeDeliverable | Verb::ChangeFinding => {
                json!({ "id": self.subject, "expectedVersion": self.expected, "title": marker })
            }
            Verb::ChangeStudySite => json!({ "id": self.subject, "expectedVersion": self.expected, "number": marker }),
        };
        let name = format!("{}{}", mutation[..1].to_uppercase(), &mutation[1..]);
        let query = format!(
            "mutation($input: {name}Input!) {{ {mutation}(input: $input) {{ {subject} {{ id version }} userErrors {{ code message }} }} }}"
        );
        json!({ "query": query, "variables": { "input": input } })
    }

    /// What a whole answer of status 200 says; nothing where it does not say what became of the write.
    pub(crate) fn told(&self, answer: &Json) -> Option<Fate> {
        if answer.get("errors").is_some() {
            return None;
        }
        let payload = answer.pointer(&format!("/data/{}", self.verb.mutation()))?;
        let refused = payload.get("userErrors")?.as_array()?;
        if let Some(error) = refused.first() {
            return Some(Fate::Refused(error["code"].as_str()?.to_owned()));
        }
        let subject = payload.get(self.verb.subject())?;
        let id = subject.get("id")?.as_str()?.to_owned();
        Some(Fate::Acknowledged { id, version: subject.get("version")?.as_i64()?, attempt: self.attempts })
    }
}
