//! The viewer as he sees himself: who he is, for whom he acts, what was granted, and the limits that hold for him.

use async_graphql::futures_util::future::try_join_all;
use async_graphql::{ComplexObject, Context, ID, ServerResult, SimpleObject, Value};
use tandem_domain::access::{PrincipalKind, Scope};
use tandem_domain::id::TypedId;
use tandem_domain::record::Kind;

use super::arguments::{FILTER_COMPARISONS, FILTER_DEPTH};
use super::error::Failure;
use super::queue::{self, WhoseTurn, WorkQueue};
use super::record::{one, settled};
use super::session::Session;
use crate::limits::Limits;

/// What was granted to you and is in force.
#[derive(SimpleObject)]
pub(crate) struct ViewerGrant {
    /// The role.
    role: String,
    /// How far it reaches: ALL_ORG, STUDY, ENGAGEMENT, COUNTRY or SITE.
    scope: &'static str,
    /// The study, where the scope names one or lies in one.
    study_id: Option<ID>,
    /// The engagement, where the scope is one.
    engagement_id: Option<ID>,
    /// The country, where the scope is one.
    country_code: Option<String>,
    /// The study site, where the scope is one.
    study_site_id: Option<ID>,
}

impl ViewerGrant {
    /// A grant may outlive what it was for: an id is shown only where what it names is still to be seen.
    async fn of(session: &Session, grant: &tandem_domain::access::Grant) -> Result<Self, Failure> {
        let plain = Self {
            role: grant.role.to_string(),
            scope: "ALL_ORG",
            study_id: None,
            engagement_id: None,
            country_code: None,
            study_site_id: None,
        };
        Ok(match &grant.scope {
            Scope::Organization => plain,
            Scope::Study(study) => Self { scope: "STUDY", study_id: seen(session, *study).await?, ..plain },
            Scope::Engagement { engagement, study } | Scope::Listed { engagement, study } => {
                let (engagement_id, study_id) = (seen(session, *engagement).await?, seen(session, *study).await?);
                Self { scope: "ENGAGEMENT", engagement_id, study_id, ..plain }
            }
            Scope::Country { study, country } => {
                let study_id = seen(session, *study).await?;
                Self { scope: "COUNTRY", country_code: study_id.as_ref().map(|_| country.to_string()), study_id, ..plain }
            }
            Scope::StudySite { study_site, study } => {
                let (study_site_id, study_id) = (seen(session, *study_site).await?, seen(session, *study).await?);
                Self { scope: "SITE", study_site_id, study_id, ..plain }
            }
        })
    }
}

async fn seen<I: TypedId>(session: &Session, id: I) -> Result<Option<ID>, Failure> {
    Ok(session.loaders().row(I::KIND, id.uuid()).await?.map(|_| ID(tandem_domain::id::encode(I::KIND, id.uuid()))))
}

/// The limits that a request has to keep.
#[derive(SimpleObject)]
pub(crate) struct RequestLimits {
    /// Characters of a document.
    characters: u64,
    /// Lexical tokens of a document.
    tokens: u64,
    /// Levels of fields.
    depth: u64,
    /// Aliases.
    aliases: u64,
    /// Directives.
    directives: u64,
    /// Fields at the root of one operation.
    root_fields: u64,
    /// Cost points of an operation: each object or connection counts once for each parent, page sizes multiplied down the tree.
    cost: u64,
    /// Rows of a page where neither `first` nor `last` is given.
    page_default: u64,
    /// The most rows of a page.
    page_max: u64,
    /// Items of one array in arguments.
    array: u64,
    /// Objects that an operation may return at most: the page sizes multiplied down the tree.
    nodes: u64,
    /// Selections of an operation (fields, spreads, inline fragments), fragments expanded.
    selections: u64,
    /// Levels of fields in introspection.
    introspection_depth: u64,
    /// Estimated fields of the answer to introspection; a thousand of them cost a point.
    introspection_weight: u64,
    /// Comparisons in one filter.
    filter_comparisons: usize,
    /// Filters within one another in one filter.
    filter_depth: usize,
    /// Bytes of a request's body.
    body_bytes: u64,
    /// Milliseconds that a request may take.
    request_milliseconds: u64,
}

impl RequestLimits {
    fn of(limits: &Limits) -> Self {
        Self {
            characters: limits.characters,
            tokens: limits.tokens,
            depth: limits.depth,
            aliases: limits.aliases,
            directives: limits.directives,
            root_fields: limits.root_fields,
            cost: limits.cost,
            page_default: limits.page_default,
            page_max: limits.page_max,
            array: limits.array,
            nodes: limits.nodes,
            selections: limits.selections,
            introspection_depth: limits.introspection_depth,
            introspection_weight: limits.introspection_weight,
            filter_comparisons: FILTER_COMPARISONS,
            filter_depth: FILTER_DEPTH,
            body_bytes: limits.body_bytes,
            request_milliseconds: limits.request_milliseconds,
        }
    }
}

/// You, acting for one organisation.
#[derive(SimpleObject)]
#[graphql(complex, name = "Viewer")]
pub(crate) struct ViewerObject {
    /// The side of outsourcing on which your organisation stands: SPONSOR, VENDOR or NEITHER.
    side: String,
    /// For a machine client: the scopes that both directory and token name.
    client_scopes: Vec<&'static str>,
    /// The limits that a request has to keep.
    limits: RequestLimits,
}

impl ViewerObject {
    pub(crate) fn of(session: &Session) -> Self {
        Self {
            side: session.viewer.side.to_string(),
            client_scopes: session.viewer.client_scopes.iter().map(|scope| scope.claim()).collect(),
            limits: RequestLimits::of(&session.limits),
        }
    }
}

/// A record of a fixed type, or nothing.
pub(crate) struct Seen<const KIND: u8>(pub(super) Value);

const PERSON: u8 = 0;
const CLIENT: u8 = 1;
const ORGANIZATION: u8 = 2;
pub(super) const MEMBERSHIP: u8 = 3;
pub(super) const NODE: u8 = 4;
pub(super) const ACTOR: u8 = 5;

impl<const KIND: u8> async_graphql::OutputType for Seen<KIND> {
    fn type_name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Borrowed(match KIND {
            PERSON => "Person",
            CLIENT => "ApiClient",
            MEMBERSHIP => "Membership",
            NODE => "Node",
            ACTOR => "Actor",
            _ => "Organization",
        })
    }

    fn qualified_type_name() -> String {
        Self::type_name().into_owned()
    }

    fn create_type_info(_: &mut async_graphql::registry::Registry) -> String {
        Self::type_name().into_owned()
    }

    async fn resolve(
        &self,
        _: &async_graphql::ContextSelectionSet<'_>,
        _: &async_graphql::Positioned<async_graphql::parser::types::Field>,
    ) -> ServerResult<Value> {
        Ok(self.0.clone())
    }
}

#[ComplexObject]
impl ViewerObject {
    /// The person you are; nothing for a machine client.
    async fn person(&self, ctx: &Context<'_>) -> ServerResult<Seen<PERSON>> {
        Ok(Seen(settled(ctx, me(ctx, PrincipalKind::Person, Kind::Person).await)))
    }

    /// The machine client you are; nothing for a person.
    async fn api_client(&self, ctx: &Context<'_>) -> ServerResult<Seen<CLIENT>> {
        Ok(Seen(settled(ctx, me(ctx, PrincipalKind::Client, Kind::ApiClient).await)))
    }

    /// What was granted to you and is in force.
    async fn grants(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ViewerGrant>> {
        let session = Session::of(ctx).map_err(|failure| failure.error())?;
        let grants = try_join_all(session.viewer.grants.iter().map(|grant| ViewerGrant::of(session, grant))).await;
        grants.map_err(|failure| failure.error())
    }

    /// What waits for your side, or what your side waits for: deliverables, findings, CAPAs and issues whose turn it is. Of each kind the
    /// hundred that are owed soonest are looked at.
    async fn work_queue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose turn it is: MINE or THEIRS.")] side: WhoseTurn,
        #[graphql(desc = "How many at most, 1 to 100; 20 where it is left out.")] first: Option<i32>,
    ) -> async_graphql::Result<WorkQueue> {
        let session = Session::of(ctx).map_err(|failure| failure.error())?;
        queue::queue(session, side, first).await.map_err(|failure| failure.error())
    }

    /// The organisation that you act for.
    async fn organization(&self, ctx: &Context<'_>) -> ServerResult<Seen<ORGANIZATION>> {
        match Session::of(ctx) {
            Ok(session) => {
                let organization = one(ctx, session, Kind::Organization, session.viewer.organization.uuid()).await;
                Ok(Seen(settled(ctx, organization)))
            }
            Err(failure) => Err(super::record::fail(ctx, &failure)),
        }
    }
}

async fn me(ctx: &Context<'_>, kind: PrincipalKind, of: Kind) -> ServerResult<Value> {
    match Session::of(ctx) {
        Ok(session) if session.viewer.kind == kind => one(ctx, session, of, session.viewer.principal).await,
        Ok(_) => Ok(Value::Null),
        Err(failure) => Err(super::record::fail(ctx, &failure)),
    }
}
