//! The mutation type: every command of the catalogue, carried out by the vault, answered as the caller may see it.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::parser::types::Field as AskedField;
use async_graphql::registry::{ObjectBuilder, Registry};
use async_graphql::resolver_utils::{resolve_container, resolve_container_serial};
use async_graphql::{ContainerType, Context, ContextSelectionSet, ObjectType, OutputType, Positioned, ServerResult, SimpleObject, Value};
use serde_json::{Map, Value as Json};
use tandem_domain::command::{Code, CommandDef, Manner, Refusal, Signature, SignatureMeaning, UserError, find};
use tandem_domain::record::check_text;
use tandem_domain::vocabulary::Vocabulary;
use tandem_persistence::{Circumstances, Row, WriteError};

use super::error::Failure;
use super::record::{Record, fail, list, object};
use super::session::Session;
use super::{arguments, ingest};
use crate::schema;

/// The mutation type.
pub(crate) struct MutationRoot;

/// Something that the domain refused.
#[derive(SimpleObject, Clone)]
#[graphql(name = "UserError")]
pub(crate) struct UserErrorObject {
    /// The stable code.
    code: UserErrorCode,
    /// What is wrong and what to do.
    message: String,
    /// Names from the mutation's argument down to the field at fault; nothing where it is no field's.
    field: Option<Vec<String>>,
}

/// A code as the graph's enum.
#[derive(Clone)]
struct UserErrorCode(String);

impl OutputType for UserErrorCode {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Code")
    }

    fn create_type_info(_: &mut Registry) -> String {
        "Code!".to_owned()
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<AskedField>) -> ServerResult<Value> {
        Ok(Value::Enum(async_graphql::Name::new(&self.0)))
    }
}

impl From<UserError> for UserErrorObject {
    fn from(error: UserError) -> Self {
        let field = (!error.field.is_empty()).then_some(error.field);
        Self { code: UserErrorCode(error.code.to_string()), message: error.message, field }
    }
}

/// What a mutation gives.
struct Payload {
    command: &'static CommandDef,
    row: Option<Arc<Row>>,
    errors: Vec<UserErrorObject>,
}

async fn carry_out(session: &Session, def: &'static CommandDef, given: &Map<String, Json>) -> Result<Payload, Failure> {
    let refused = |refusal: Refusal| {
        session.refuse(&refusal);
        Payload { command: def, row: None, errors: refusal.0.into_iter().map(Into::into).collect() }
    };
    let input = given.get("input").and_then(Json::as_object).ok_or_else(|| Failure::bad_input("Give `input`."))?;
    let command = match def.read(input) {
        Ok(command) => command,
        Err(faults) => return Ok(refused(faults.into())),
    };
    let manner = match manner(input) {
        Ok(manner) => manner,
        Err(error) => return Ok(refused(error.into())),
    };
    let circumstances = Circumstances {
        manner,
        request_id: session.circumstance.request_id.clone(),
        idempotency_key: session.circumstance.idempotency_key.clone(),
    };
    let outcome = match session.vault.execute(&session.viewer, &def.name, &command, &circumstances).await {
        Ok(outcome) => outcome,
        Err(WriteError::Refused(refusal)) => return Ok(refused(refusal)),
        Err(error) => return Err(error.into()),
    };
    session.refresh().await;
    // A repeat is rendered anew, through what the caller may see now.
    let row = match outcome.row {
        None if outcome.repeated => session.loaders().row(outcome.kind, outcome.id).await?,
        row => row,
    };
    Ok(Payload { command: def, row, errors: Vec::new() })
}

pub(super) fn manner(input: &Map<String, Json>) -> Result<Manner, UserError> {
    let reason = input.get("reason").and_then(Json::as_str).map(check_text).transpose();
    let reason = reason.map_err(|words| UserError::at(Code::BadUserInput, "reason", words))?;
    let meaning = input.get("signature").and_then(|signature| signature.get("meaning")).and_then(Json::as_str);
    Ok(Manner {
        expected_version: input.get("expectedVersion").and_then(Json::as_i64),
        reason: reason.map(str::trim).filter(|reason| !reason.is_empty()).map(str::to_owned),
        dry_run: input.get("dryRun").and_then(Json::as_bool).unwrap_or(false),
        signature: meaning.and_then(SignatureMeaning::from_term).map(|meaning| Signature { meaning }),
    })
}

impl OutputType for Payload {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Payload")
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        Cow::Owned(schema::payload_name(self.command))
    }

    fn create_type_info(_: &mut Registry) -> String {
        "Payload!".to_owned()
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<AskedField>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl ContainerType for Payload {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let name = ctx.item.node.name.node.as_str();
        if name == "userErrors" {
            return list(ctx, self.errors.clone()).await.map(Some);
        }
        if name != schema::payload_field(self.command.kind) {
            return Ok(None);
        }
        let Some(row) = &self.row else { return Ok(Some(Value::Null)) };
        let record = Record::of(Arc::clone(row)).map_err(|failure| fail(ctx, &failure))?;
        match object(ctx, record).await {
            Ok(value) => Ok(Some(value)),
            Err(error) => {
                ctx.add_error(error);
                Ok(Some(Value::Null))
            }
        }
    }
}

impl OutputType for MutationRoot {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Mutation")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(async_graphql::registry::MetaTypeId::Object, |registry| {
            ingest::register(registry);
            let fields = schema::mutation_fields().into_iter().chain(ingest::fields()).map(|field| (field.name.clone(), field)).collect();
            let doc = "Where changes begin. Each is one transaction, journalled, and refused whole or done whole.";
            ObjectBuilder::new("Mutation", fields).description(Some(doc.to_owned())).build()
        })
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<AskedField>) -> ServerResult<Value> {
        resolve_container_serial(ctx, self).await
    }
}

impl ContainerType for MutationRoot {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let name = ctx.item.node.name.node.as_str();
        let session = Session::of(ctx).map_err(|failure| fail(ctx, &failure))?;
        let given = arguments::of(ctx).map_err(|failure| fail(ctx, &failure))?;
        if let Some(bulk) = ingest::find(name) {
            return ingest::answer(ctx, session, bulk, &given).await.map(Some);
        }
        let Some(command) = find(name) else { return Ok(None) };
        let payload = carry_out(session, command, &given).await.map_err(|failure| fail(ctx, &failure))?;
        object(ctx, payload).await.map(Some)
    }
}

impl ObjectType for MutationRoot {}
