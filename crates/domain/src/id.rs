//! Ids as people and machines see them: a readable prefix and a time-ordered part (TypeID).
//! Inside, an id is a UUID whose Rust type says of what.

use uuid::Uuid;

use crate::record::Kind;

/// The alphabet of Crockford's base 32, lower case, as the TypeID specification has it.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Writes an id of `kind` as it is shown, such as `study_01k9…`.
#[must_use]
pub fn encode(kind: Kind, id: Uuid) -> String {
    let mut text = String::with_capacity(kind.prefix().len() + 27);
    text.push_str(kind.prefix());
    text.push('_');
    let value = id.as_u128();
    for position in (0..26u32).rev() {
        let digit = (value >> (5 * position)) & 31;
        text.push(char::from(ALPHABET[digit as usize]));
    }
    text
}

/// Reads an id of any kind. `None` for whatever is not an id that [`encode`] could have written.
#[must_use]
pub fn decode(text: &str) -> Option<(Kind, Uuid)> {
    let (prefix, suffix) = text.rsplit_once('_')?;
    let kind = Kind::from_prefix(prefix)?;
    if suffix.len() != 26 {
        return None;
    }
    let mut value: u128 = 0;
    for (index, byte) in suffix.bytes().enumerate() {
        let digit = ALPHABET.iter().position(|letter| *letter == byte)? as u128;
        // 26 digits carry 130 bits: the first digit may only use three of its five.
        if index == 0 && digit > 7 {
            return None;
        }
        value = (value << 5) | digit;
    }
    Some((kind, Uuid::from_u128(value)))
}

/// An id whose Rust type says of which kind of record it is.
pub trait TypedId: Copy + Eq + std::fmt::Debug + Send + Sync + 'static {
    /// The kind of record that such an id names.
    const KIND: Kind;
    /// The id of the record with this UUID.
    fn from_uuid(uuid: Uuid) -> Self;
    /// The UUID inside.
    fn uuid(self) -> Uuid;
}

/// Declares the id types of records: a newtype over a UUID, shown and serialised as a TypeID.
macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident = $kind:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl TypedId for $name {
            const KIND: Kind = Kind::$kind;
            fn from_uuid(uuid: Uuid) -> Self { Self(uuid) }
            fn uuid(self) -> Uuid { self.0 }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&encode(Kind::$kind, self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&encode(Kind::$kind, self.0))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                match decode(&text) {
                    Some((Kind::$kind, uuid)) => Ok(Self(uuid)),
                    _ => Err(serde::de::Error::custom(concat!("not an id of kind ", stringify!($kind)))),
                }
            }
        }
    )*};
}

typed_ids! {
    /// The id of an organisation.
    OrganizationId = Organization;
    /// The id of a person.
    PersonId = Person;
    /// The id of a membership.
    MembershipId = Membership;
    /// The id of a machine client.
    ApiClientId = ApiClient;
    /// The id of an event of the access log.
    AccessEventId = AccessEvent;
    /// The id of a review of access.
    AccessReviewId = AccessReview;
    /// The id of one membership in a review of access.
    AccessReviewItemId = AccessReviewItem;
    /// The id of a study.
    StudyId = Study;
    /// The id of a country of a study.
    StudyCountryId = StudyCountry;
    /// The id of a site (facility).
    SiteId = Site;
    /// The id of a site of a study.
    StudySiteId = StudySite;
    /// The id of an engagement.
    EngagementId = Engagement;
    /// The id of a service scope.
    ServiceScopeId = ServiceScope;
    /// The id of a programme.
    ProgramId = Program;
    /// The id of a version of a protocol.
    ProtocolVersionId = ProtocolVersion;
    /// The id of an amendment.
    AmendmentId = Amendment;
    /// The id of an external reference.
    ExternalReferenceId = ExternalReference;
    /// The id of a milestone.
    MilestoneId = Milestone;
    /// The id of a snapshot of enrolment.
    EnrollmentSnapshotId = EnrollmentSnapshot;
    /// The id of a document.
    DocumentId = Document;
    /// The id of a deliverable.
    DeliverableId = Deliverable;
    /// The id of a submission of a deliverable.
    DeliverableSubmissionId = DeliverableSubmission;
    /// The id of a review of a deliverable.
    DeliverableReviewId = DeliverableReview;
    /// The id of a finding.
    FindingId = Finding;
    /// The id of a response to a finding.
    FindingResponseId = FindingResponse;
    /// The id of a CAPA.
    CapaId = Capa;
    /// The id of an action of a CAPA.
    CapaActionId = CapaAction;
    /// The id of an extension of a due date.
    DueDateExtensionId = DueDateExtension;
    /// The id of an effectiveness check.
    EffectivenessCheckId = EffectivenessCheck;
    /// The id of an issue.
    IssueId = Issue;
    /// The id of a comment.
    CommentId = Comment;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_it_was_written() {
        for value in [0, 1, 31, 32, u128::MAX, 0x0199_f00d_dead_7eef_8123_4567_89ab_cdef] {
            let id = Uuid::from_u128(value);
            let text = encode(Kind::StudyCountry, id);
            assert!(text.starts_with("study_country_"));
            assert_eq!(decode(&text), Some((Kind::StudyCountry, id)));
        }
    }

    #[test]
    fn what_was_never_written_does_not_read() {
        let good = encode(Kind::Study, Uuid::from_u128(77));
        let overflow = format!("study_8{}", "0".repeat(25));
        for bad in ["", "study", "study_", "study_01", "nothing_00000000000000000000000000", &good.to_uppercase(), &good[1..], &overflow] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }

    #[test]
    fn text_order_is_time_order() {
        let (a, b) = (Uuid::from_u128(1 << 90), Uuid::from_u128((1 << 90) + 1));
        assert!(encode(Kind::Site, a) < encode(Kind::Site, b));
    }
}
