//! The query type: the viewer, anything by its id, and a finder and a list for every declared kind.

use std::borrow::Cow;

use async_graphql::parser::types::Field as AskedField;
use async_graphql::registry::{MetaField, MetaInputValue, ObjectBuilder, Registry};
use async_graphql::resolver_utils::resolve_container;
use async_graphql::{ContainerType, Context, ContextSelectionSet, ObjectType, OutputType, Positioned, ServerResult, Value};
use serde_json::{Map, Value as Json};
use tandem_domain::id::decode;
use tandem_domain::record::{Cell, camel_case};
use tandem_persistence::{Compare, Filter, Test};

use super::error::Failure;
use super::page::{Page, PageInfo, Source};
use super::record::{Record, fail, object, one};
use super::session::Session;
use super::viewer::ViewerObject;
use super::{arguments, changes, enrollment, explain, impact, reference, tally};
use crate::declare::{Root, Table, table, tables};
use crate::schema;

/// The query type.
pub(crate) struct QueryRoot;

impl QueryRoot {
    async fn answer(&self, ctx: &Context<'_>, name: &str) -> ServerResult<Option<Value>> {
        let session = Session::of(ctx).map_err(|failure| fail(ctx, &failure))?;
        let given = arguments::of(ctx).map_err(|failure| fail(ctx, &failure))?;
        match name {
            "viewer" => return object(ctx, ViewerObject::of(session)).await.map(Some),
            "node" => return node(ctx, session, given.get("id")).await.map(Some),
            "nodes" => return nodes(ctx, session, given.get("ids")).await.map(Some),
            "permissionHistory" => return super::permissions::answer(ctx, session, &given).await.map(Some),
            explain::NAME => return explain::answer(ctx, session, &given).await.map(Some),
            changes::NAME => return changes::answer(ctx, session, &given).await.map(Some),
            tally::NAME => return tally::answer(ctx, session, &given).await.map(Some),
            enrollment::NAME => return enrollment::answer(ctx, session, &given).await.map(Some),
            reference::NAME => return reference::find(ctx, session, &given).await.map(Some),
            impact::NAME => return impact::answer(ctx, session, &given).await.map(Some),
            _ => {}
        }
        for declared in tables() {
            if let Some(root) = &declared.root {
                if root.list == name {
                    let asked = arguments::list(session, declared, name, None, &given).map_err(|failure| fail(ctx, &failure))?;
                    return object(ctx, Page::new(declared, Source::Root(asked.request), asked.list)).await.map(Some);
                }
                if root.finder == name {
                    return find(ctx, session, declared, root, &given).await.map(Some);
                }
            }
        }
        Ok(None)
    }
}

/// Anything by its id. What is hidden, what never was and what is no id at all give the same: null.
async fn node(ctx: &Context<'_>, session: &Session, id: Option<&Json>) -> ServerResult<Value> {
    match id.and_then(Json::as_str).and_then(decode) {
        Some((kind, uuid)) if table(kind).is_some_and(|table| table.root.is_some()) => one(ctx, session, kind, uuid).await,
        _ => Ok(Value::Null),
    }
}

async fn nodes(ctx: &Context<'_>, session: &Session, ids: Option<&Json>) -> ServerResult<Value> {
    // A single value stands for a list of one. An id may be sent as a number, and then is the id of nothing.
    let texts: Vec<Option<&str>> = match ids {
        Some(Json::Array(ids)) => ids.iter().map(Json::as_str).collect(),
        Some(id) => vec![id.as_str()],
        None => Vec::new(),
    };
    if texts.len() > 100 {
        return Err(fail(ctx, &Failure::bad_input("Ask for at most 100 ids at once.")));
    }
    let loaders = session.loaders();
    let load = |text: Option<&str>| {
        let known = text.and_then(decode).filter(|(kind, _)| table(*kind).is_some_and(|table| table.root.is_some()));
        let loaders = std::sync::Arc::clone(&loaders);
        async move {
            match known {
                None => Ok(None),
                Some((kind, uuid)) => loaders.row(kind, uuid).await,
            }
        }
    };
    let loaded = async_graphql::futures_util::future::join_all(texts.into_iter().map(load)).await;
    let within = ctx.with_selection_set(&ctx.item.node.selection_set);
    let mut values = Vec::with_capacity(loaded.len());
    for (index, row) in loaded.into_iter().enumerate() {
        values.push(match row.map_err(|error| fail(ctx, &error.into()))? {
            None => Value::Null,
            Some(row) => {
                let record = Record::of(row).map_err(|failure| fail(ctx, &failure))?;
                resolve_container(&within.with_index(index), &record).await?
            }
        });
    }
    Ok(Value::List(values))
}

/// One record by exactly one of the finder's arguments.
async fn find(
    ctx: &Context<'_>,
    session: &Session,
    declared: &'static Table,
    root: &Root,
    given: &Map<String, Json>,
) -> ServerResult<Value> {
    let given: Vec<(&String, &Json)> = given.iter().filter(|(_, value)| !value.is_null()).collect();
    let [(name, value)] = given.as_slice() else {
        return Err(fail(ctx, &Failure::bad_input(format!("Give exactly one argument of `{}`.", root.finder))));
    };
    let text = value.as_str().unwrap_or_default();
    if name.as_str() == "id" {
        return match decode(text) {
            Some((kind, uuid)) if kind == declared.kind => one(ctx, session, kind, uuid).await,
            _ => Ok(Value::Null),
        };
    }
    let Some(column) = root.keys.iter().find(|key| camel_case(key) == **name) else { return Ok(Value::Null) };
    if text.contains('\0') {
        return Ok(Value::Null);
    }
    let mut request = arguments::plain(declared.kind);
    request.filter = Filter::Test(Test { column, compare: Compare::Eq(Cell::Text(text.to_owned())) });
    let slice = session.store().page(&request).await.map_err(|error| fail(ctx, &error.into()))?;
    match (slice.rows.into_iter().next(), slice.more) {
        (None, _) => Ok(Value::Null),
        (Some(row), false) => object(ctx, Record { table: declared, row }).await,
        (Some(_), true) => {
            let words = format!("Several that you see have this `{name}`. Find the one by its id, in `{}`.", root.list);
            Err(fail(ctx, &Failure::bad_input(words)))
        }
    }
}

impl OutputType for QueryRoot {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Query")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(async_graphql::registry::MetaTypeId::Object, |registry| {
            schema::register(registry);
            PageInfo::create_type_info(registry);
            ViewerObject::create_type_info(registry);
            super::steps::AllowedTransition::create_type_info(registry);
            super::history::HistoryConnection::create_type_info(registry);
            super::permissions::PermissionHistoryConnection::create_type_info(registry);
            explain::AccessExplanation::create_type_info(registry);
            impact::VisibilityImpact::create_type_info(registry);
            changes::ChangeFeed::create_type_info(registry);
            tally::ExportManifestEntry::create_type_info(registry);
            enrollment::EnrollmentTotals::create_type_info(registry);
            reference::ExternalReferenceObject::create_type_info(registry);
            reference::register(registry);
            super::mutation::UserErrorObject::create_type_info(registry);
            let mut fields = vec![
                described("viewer", "Viewer!", "You, acting for one organisation."),
                with("node", "Node", "Anything by its id. Null where there is nothing, or you may not see it.", "id", "ID!", "Its id."),
                with(
                    "nodes",
                    "[Node]!",
                    "Several things by their ids, in the same order, null where you see nothing.",
                    "ids",
                    "[ID!]!",
                    "Their ids, at most 100.",
                ),
            ];
            fields.push(schema::permission_history_field());
            fields.push(explain::field());
            fields.push(impact::field());
            fields.push(changes::field());
            fields.push(tally::field());
            fields.push(enrollment::field());
            fields.push(reference::field());
            fields.extend(schema::query_fields());
            let fields = fields.into_iter().map(|field| (field.name.clone(), field)).collect();
            ObjectBuilder::new("Query", fields).description(Some("Where reading begins.".to_owned())).build()
        })
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<AskedField>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

fn described(name: &str, ty: &str, doc: &str) -> MetaField {
    MetaField { description: Some(doc.to_owned()), ..MetaField::new(name, ty) }
}

fn with(name: &str, ty: &str, doc: &str, argument: &str, argument_type: &str, argument_doc: &str) -> MetaField {
    let mut field = described(name, ty, doc);
    let given = MetaInputValue { description: Some(argument_doc.to_owned()), ..MetaInputValue::new(argument, argument_type) };
    field.args.insert(argument.to_owned(), given);
    field
}

impl ContainerType for QueryRoot {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let name = ctx.item.node.name.node.as_str();
        match self.answer(ctx, name).await {
            // Finders and `node` are nullable: what fails in one leaves the others.
            Err(error)
                if !matches!(name, "viewer" | "nodes" | "permissionHistory" | changes::NAME | tally::NAME | reference::NAME)
                    && tables().iter().all(|table| table.root.as_ref().is_none_or(|root| root.list != name)) =>
            {
                ctx.add_error(error);
                Ok(Some(Value::Null))
            }
            other => other,
        }
    }
}

impl ObjectType for QueryRoot {}
