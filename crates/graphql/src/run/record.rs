//! A record as the graph shows it: fields, edges and parts are looked up in its table. One type answers for every kind.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::futures_util::future::{BoxFuture, join_all, try_join_all};
use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::Field as AskedField;
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::resolve_container;
use async_graphql::{ContainerType, Context, ContextSelectionSet, OutputType, Positioned, ServerError, ServerResult, Value};
use tandem_domain::access::PrincipalKind;
use tandem_domain::id::decode;
use tandem_domain::record::{Cell, Kind, Scalar};
use tandem_domain::value::PartialDate;
use tandem_persistence::Row;
use uuid::Uuid;

use super::error::Failure;
use super::loaders::PageKey;
use super::page::{Page, Source};
use super::session::Session;
use super::{arguments, days, history, reference, scalar, steps};
use crate::declare::{Field, Stored, Table, What, table};

/// A record that the viewer sees.
#[derive(Clone)]
pub(crate) struct Record {
    pub(crate) table: &'static Table,
    pub(crate) row: Arc<Row>,
}

impl Record {
    /// The record of a row; every kind that anybody reads has a table, which a test holds.
    pub(crate) fn of(row: Arc<Row>) -> Result<Self, Failure> {
        Ok(Self { table: table(row.kind).ok_or_else(Failure::internal)?, row })
    }

    async fn answer(&self, ctx: &Context<'_>, field: &Field) -> ServerResult<Value> {
        let session = Session::of(ctx).map_err(|failure| fail(ctx, &failure))?;
        let kind = self.row.kind;
        match field.what {
            What::Column { position, column } => {
                let cell = self.row.cells.get(position).unwrap_or(&Cell::Null);
                match (column.scalar, cell) {
                    (Scalar::PartialDate, Cell::Text(text)) => match PartialDate::from_stored(text) {
                        Some(date) => object(ctx, Fixed { name: "PartialDate", fields: scalar::partial_date(date) }).await,
                        None => Err(fail(ctx, &Failure::internal())),
                    },
                    _ => Ok(scalar::value(kind, cell, column.scalar)),
                }
            }
            What::Stored(stored) => self.stored(ctx, session, stored).await,
            What::Money { units, currency } => match (self.row.cell(units), self.row.cell(currency)) {
                (Cell::Int(units), Cell::Text(currency)) => {
                    let mut fields = IndexMap::new();
                    fields.insert("minorUnits", Value::Number((*units).into()));
                    fields.insert("currency", Value::String(currency.clone()));
                    object(ctx, Fixed { name: "Money", fields }).await
                }
                _ => Ok(Value::Null),
            },
            What::Days(counted) => {
                let plus = counted.plus.map(|column| self.row.cell(column));
                let (from, to) = (self.row.cell(counted.from), self.row.cell(counted.to));
                let today = session.viewer.now.date_naive();
                Ok(days::count(counted, from, plus, to, today).map_or(Value::Null, |days| Value::Number(days.into())))
            }
            What::One { column, kind } => match self.row.uuid(column) {
                None => Ok(Value::Null),
                Some(id) => one(ctx, session, kind, id).await,
            },
            What::Listed { column, kind } => self.listed(ctx, session, column, kind).await,
            What::Part { kind } => {
                session.redact(ctx, kind);
                one(ctx, session, kind, self.row.id()).await
            }
            What::Many { kind, column } => {
                let given = arguments::of(ctx).map_err(|failure| fail(ctx, &failure))?;
                let of = table(kind).ok_or_else(|| fail(ctx, &Failure::internal()))?;
                let coordinate = format!("{}.{}", self.table.kind.name(), field.name);
                let asked = arguments::list(session, of, &coordinate, Some(column), &given).map_err(|failure| fail(ctx, &failure))?;
                let source = Source::Under(PageKey::new(asked.request, self.row.id()));
                object(ctx, Page::new(of, source, asked.list)).await
            }
            What::Transitions => steps::answer(ctx, session, self).await,
            What::References => reference::answer(ctx, session, self.row.id()).await,
            What::History => history::answer(ctx, session, self).await,
            What::LastUse { column } => self.last_use(ctx, session, column).await,
        }
    }

    async fn stored(&self, ctx: &Context<'_>, session: &Session, stored: Stored) -> ServerResult<Value> {
        let meta = &self.row.meta;
        match stored {
            Stored::Version => Ok(Value::Number(meta.version.into())),
            Stored::CreatedAt => Ok(Value::String(scalar::moment(meta.created_at))),
            Stored::UpdatedAt => Ok(Value::String(scalar::moment(meta.updated_at))),
            Stored::CreatedBy => actor(ctx, session, meta.created_by.kind, meta.created_by.id).await,
        }
    }

    async fn last_use(&self, ctx: &Context<'_>, session: &Session, column: &str) -> ServerResult<Value> {
        let Some(id) = self.row.uuid(column) else { return Ok(Value::Null) };
        match session.loaders().last_uses.try_load((self.row.kind, id)).await {
            Ok(Ok(last)) => Ok(last.map_or(Value::Null, |last| Value::String(scalar::moment(last)))),
            Ok(Err(error)) => Err(fail(ctx, &error.into())),
            Err(_) => Err(fail(ctx, &Failure::internal())),
        }
    }

    async fn listed(&self, ctx: &Context<'_>, session: &Session, column: &str, kind: Kind) -> ServerResult<Value> {
        let Cell::List(texts) = self.row.cell(column) else { return Ok(Value::List(Vec::new())) };
        let loaders = session.loaders();
        let loads = texts.iter().filter_map(|text| decode(text)).map(|(_, id)| loaders.row(kind, id));
        let mut records = Vec::new();
        for loaded in join_all(loads).await {
            if let Some(row) = loaded.map_err(|error| fail(ctx, &error.into()))? {
                records.push(Record::of(row).map_err(|failure| fail(ctx, &failure))?);
            }
        }
        list(ctx, records).await
    }
}

/// An actor, where the viewer sees who it is.
pub(crate) async fn actor(ctx: &Context<'_>, session: &Session, kind: PrincipalKind, id: Uuid) -> ServerResult<Value> {
    match kind {
        PrincipalKind::Person => one(ctx, session, Kind::Person, id).await,
        PrincipalKind::Client => one(ctx, session, Kind::ApiClient, id).await,
        PrincipalKind::System => Ok(Value::Null),
    }
}

/// One record by id, or null where the viewer does not see it.
pub(crate) async fn one(ctx: &Context<'_>, session: &Session, kind: Kind, id: Uuid) -> ServerResult<Value> {
    match session.loaders().row(kind, id).await {
        Err(error) => Err(fail(ctx, &error.into())),
        Ok(None) => Ok(Value::Null),
        Ok(Some(row)) => object(ctx, Record::of(row).map_err(|failure| fail(ctx, &failure))?).await,
    }
}

/// What failed below is told with its own code and path, and nulls only the field here.
pub(crate) fn settled(ctx: &Context<'_>, value: ServerResult<Value>) -> Value {
    value.unwrap_or_else(|error| {
        ctx.add_error(error);
        Value::Null
    })
}

/// A failure at the present field, with its path.
pub(crate) fn fail(ctx: &Context<'_>, failure: &Failure) -> ServerError {
    ctx.set_error_path(failure.at(ctx.item))
}

/// An object's selected fields.
pub(crate) fn object<'a, T: ContainerType + 'a>(ctx: &'a Context<'a>, value: T) -> BoxFuture<'a, ServerResult<Value>> {
    Box::pin(async move { resolve_container(&ctx.with_selection_set(&ctx.item.node.selection_set), &value).await })
}

/// A list of objects. An error in one keeps the path that it was given at its own field.
pub(crate) fn list<'a, T: ContainerType + 'a>(ctx: &'a Context<'a>, values: Vec<T>) -> BoxFuture<'a, ServerResult<Value>> {
    Box::pin(async move {
        let within = ctx.with_selection_set(&ctx.item.node.selection_set);
        let within = &within;
        let items =
            values.iter().enumerate().map(|(index, value)| async move { resolve_container(&within.with_index(index), value).await });
        Ok(Value::List(try_join_all(items).await?))
    })
}

impl OutputType for Record {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Node")
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        Cow::Borrowed(self.table.kind.name())
    }

    fn create_type_info(_: &mut Registry) -> String {
        "Node!".to_owned()
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<AskedField>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl ContainerType for Record {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let Some(field) = self.table.field(ctx.item.node.name.node.as_str()) else { return Ok(None) };
        match self.answer(ctx, field).await {
            Ok(value) => Ok(Some(value)),
            // A failing nullable field nulls only itself.
            Err(error) if field.nullable() => {
                ctx.add_error(error);
                Ok(Some(Value::Null))
            }
            Err(error) => Err(error),
        }
    }
}

/// An object whose fields are all there already.
pub(crate) struct Fixed {
    pub(crate) name: &'static str,
    pub(crate) fields: IndexMap<&'static str, Value>,
}

impl OutputType for Fixed {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Fixed")
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        Cow::Borrowed(self.name)
    }

    fn create_type_info(_: &mut Registry) -> String {
        "Fixed!".to_owned()
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<AskedField>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl ContainerType for Fixed {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        Ok(self.fields.get(ctx.item.node.name.node.as_str()).cloned())
    }
}
