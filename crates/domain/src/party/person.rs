//! People: who works for an organisation. A person alone may see nothing; memberships give sight.
//! Contact data is a part of its own, so that it can be withheld.

use crate::access::{Action, Readers};
use crate::command::{Change, Code, Op, Refusal, UserError};
use crate::id::{OrganizationId, PersonId, TypedId};
use crate::record::Record;
use crate::{command::Deciding, input, record};

record! {
    /// A person who works for an organisation.
    pub struct Person: Person {
        /// The person's id, never given to another.
        id: PersonId,
        /// The organisation the person works for.
        organization_id: OrganizationId,
        /// The name as it is printed, also beside signatures.
        display_name: String,
        /// What the person does there.
        job_title: Option<String>,
        /// Whether the person can sign in.
        active: bool,
    }
}

record! {
    /// How a person is reached.
    pub struct PersonContact: PersonContact {
        /// The person's id.
        id: PersonId,
        /// The organisation the person works for.
        organization_id: OrganizationId,
        /// The e-mail address that the person was invited by.
        email: String,
    }
}

impl Person {
    pub(crate) fn audience(&self) -> Readers {
        Readers::MEMBERS
    }
}

impl PersonContact {
    pub(crate) fn audience(&self) -> Readers {
        Readers::MEMBERS
    }
}

input! {
    /// Invites a person to your organisation. The person is bound to the first verified sign-in with this e-mail address.
    pub struct PersonInvite {
        /// The e-mail address; the identity provider has to have verified it.
        email: String,
        /// The name as it is to be printed.
        display_name: String,
        /// What the person does.
        job_title: Option<String>,
    }
}

/// Reads an e-mail address that a person typed, as addresses are compared: without spaces around it, and see [`plain_email`].
#[must_use]
pub fn normal_email(email: &str) -> Option<String> {
    plain_email(email.trim())
}

/// An e-mail address as addresses are compared: byte for byte, but for the case of ASCII letters.
///
/// Nothing else is folded. In lower case the Kelvin sign is a `k`: two mailboxes of two people must not become one by a table of
/// letters. Whoever writes an address in two ways is invited by the one that his provider vouches for. What cannot be seen
/// (controls, joiners, spaces of any width) is in no address.
#[must_use]
pub fn plain_email(email: &str) -> Option<String> {
    let email = email.to_ascii_lowercase();
    let (local, host) = email.split_once('@')?;
    let visible = |letter: char| letter.is_ascii_graphic() || letter.is_alphanumeric();
    let sound = !local.is_empty() && host.contains('.') && !host.contains('@') && email.chars().all(visible) && email.len() <= 254;
    sound.then_some(email)
}

/// Decides an invitation. Whether the address is taken is the store's unique index to say.
///
/// # Errors
/// FORBIDDEN for who is no administrator; BAD_USER_INPUT for what is no address.
pub fn person_invite(deciding: &Deciding<'_>, input: PersonInvite) -> Result<Change, Refusal> {
    let organization_id = deciding.viewer.organization;
    let id = PersonId::from_uuid(deciding.ids.next());
    let person = Person { id, organization_id, display_name: input.display_name, job_title: input.job_title, active: true };
    deciding.permit(Action::Create, &person.clone().into_entity())?;
    let email = normal_email(&input.email)
        .ok_or_else(|| UserError::at(Code::BadUserInput, "email", "Give an e-mail address, such as ada@example.org."))?;
    let contact = PersonContact { id, organization_id, email };
    Ok(Change::one(Op::Created, person.into_entity()).with(Op::Created, contact.into_entity()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_compare_without_case() {
        assert_eq!(normal_email(" Ada@Example.ORG "), Some("ada@example.org".to_owned()));
        for bad in ["", "ada", "@x.org", "a@b", "a b@c.org", "a@b@c.org"] {
            assert_eq!(normal_email(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_ascii_letters_are_folded_and_nothing_invisible_is_an_address() {
        // The Kelvin sign, a dotted capital I, a Cyrillic a, a wide letter: each is itself, and no ASCII letter.
        for (strange, plain) in [("\u{212a}ofi@x.org", "kofi@x.org"), ("\u{130}da@x.org", "ida@x.org"), ("\u{430}da@x.org", "ada@x.org")] {
            assert_eq!(plain_email(strange).as_deref(), Some(strange));
            assert_ne!(plain_email(strange), plain_email(plain));
        }
        assert_ne!(plain_email("ada@x\u{ff0e}org.eu"), plain_email("ada@x.org.eu"));
        assert_ne!(plain_email("ada+trial@x.org"), plain_email("ada@x.org"));
        for bad in [
            " ada@x.org",
            "ada@x.org\u{a0}",
            "ada\u{200b}@x.org",
            "ada\u{200d}@x.org",
            "ada\u{0}@x.org",
            "ada@x.org\n",
            "a\u{202e}da@x.org",
        ] {
            assert_eq!(plain_email(bad), None, "{bad:?}");
        }
    }
}
