//! Party: organisations, people, their memberships, and machine clients.
//! Access comes from here and from nowhere else.

mod api_client;
mod membership;
mod organization;
mod person;

pub use api_client::{ApiClient, ApiClientCreate, ApiClientEnd, api_client_create, api_client_end, each_once};
pub use membership::{
    Membership, MembershipEnd, MembershipGrant, MembershipReach, MembershipScope, check_grant, membership_end, membership_grant, scope_of,
};
pub use organization::{Organization, OrganizationClass, OrganizationType, side_of};
pub use person::{Person, PersonContact, PersonInvite, normal_email, person_invite};
