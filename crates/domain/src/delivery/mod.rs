//! Delivery: what one side owes the other, handed in, returned, accepted; and the documents that are handed in.

mod deliverable;
mod document;
mod handing_in;
mod kinds;
mod review;
mod steps;

pub(crate) use deliverable::other;
pub use deliverable::{
    Deliverable, DeliverableCreate, DeliverablePlace, DeliverableState, DeliverableUpdate, deliverable_create, deliverable_update,
};
pub use document::{
    Blinding, DOCUMENT_LIFECYCLE, Document, DocumentCreate, DocumentKeep, DocumentPlace, DocumentState, DocumentUpdate, document_create,
    document_keep, document_update,
};
pub use handing_in::{DeliverableSubmission, DeliverableSubmit, HandedIn, deliverable_submit};
pub use kinds::{Area, DeliverableType, area, functional_roles};
pub use review::{
    DeliverableAccept, DeliverableAcceptWithComments, DeliverableReturn, DeliverableReview, DeliverableSign, ReviewVerdict,
    deliverable_review, deliverable_sign,
};
pub use steps::{DELIVERABLE_LIFECYCLE, DELIVERABLE_SIGNERS};
