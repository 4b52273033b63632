//! Engagement: which vendor does what on which study. The spine of visibility: a vendor sees its engagement, and through it the rest.

mod service_scope;
mod spine;

pub use service_scope::{
    ServiceCategory, ServiceScope, ServiceScopeCreate, ServiceScopeEnd, ServiceScopeUpdate, service_scope_create, service_scope_end,
    service_scope_update,
};
pub use spine::{
    ENGAGEMENT_LIFECYCLE, Engagement, EngagementConfirmation, EngagementCreate, EngagementInternal, EngagementInternalUpdate,
    EngagementModel, EngagementState, EngagementUpdate, Parties, RiskTier, VendorVisibleStatus, engagement_create,
    engagement_internal_update, engagement_update,
};
