//! Party: organisations, people, their memberships, and machine clients.
//! Access comes from here and from nowhere else.

mod access_event;
mod access_review;
mod api_client;
mod membership;
mod organization;
mod person;

pub use access_event::{AccessEvent, AccessEventType};
pub use access_review::{
    AccessReview, AccessReviewComplete, AccessReviewDecide, AccessReviewItem, AccessReviewOpen, AccessReviewOutcome, Decided, InForce,
    access_review_complete, access_review_decide, access_review_open,
};
pub use api_client::{
    ApiClient, ApiClientCreate, ApiClientEnd, ApiClientNarrow, api_client_create, api_client_end, api_client_narrow, each_once,
};
pub use membership::{
    Membership, MembershipEnd, MembershipGrant, MembershipReach, MembershipScope, check_grant, membership_end, membership_grant, scope_of,
};
pub use organization::{Organization, OrganizationClass, OrganizationType, side_of};
pub use person::{Person, PersonContact, PersonInvite, normal_email, person_invite, plain_email};
