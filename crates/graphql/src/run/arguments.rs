//! The one reader of list arguments: filter, order, page. Whatever asks for a list asks through it.

use async_graphql::{Context, Value};
use serde_json::{Map, Value as Json};
use tandem_domain::id::decode;
use tandem_domain::record::{Cell, InputValue, Kind, Scalar, camel_case};
use tandem_domain::value::{CountryCode, PartialDate};
use tandem_persistence::{Compare, Filter, Order, PageRequest, Test};

use super::cursor;
use super::error::Failure;
use super::session::Session;
use crate::declare::{Stored, Table, What, table};
use crate::limits::Limits;
use crate::schema::orderable;

/// The arguments of a field, with variables filled in; a field that was not given is not there.
pub(crate) fn of(ctx: &Context<'_>) -> Result<Map<String, Json>, Failure> {
    let arguments = ctx.field().arguments().map_err(|error| Failure::bad_input(error.message))?;
    arguments
        .into_iter()
        .map(|(name, value): (_, Value)| {
            Ok((name.to_string(), value.into_json().map_err(|_| Failure::bad_input("An argument cannot be read."))?))
        })
        .collect()
}

/// How many rows a page has where nothing else is said, and at most.
pub(crate) const PAGE_DEFAULT: usize = 20;
const PAGE_MAX: i64 = 100;

/// A page size out of an argument.
pub(crate) fn page_size(arguments: &Map<String, Json>, name: &str) -> Result<Option<usize>, Failure> {
    match arguments.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(given) => size(name, given.as_i64().unwrap_or_default()).map(Some),
    }
}

/// A number of rows that was asked for.
pub(crate) fn size(name: &str, given: i64) -> Result<usize, Failure> {
    let fits = (1..=PAGE_MAX).contains(&given).then(|| usize::try_from(given).ok()).flatten();
    fits.ok_or_else(|| Failure::bad_input(format!("`{name}` is from 1 to {PAGE_MAX}.")))
}

/// A list of nothing in particular; for requests that name their rows otherwise.
pub(crate) fn plain(kind: Kind) -> PageRequest {
    PageRequest {
        kind,
        parent: None,
        filter: Filter::everything(),
        order: Vec::new(),
        limit: 1,
        after: None,
        before: None,
        backward: false,
    }
}

/// A list as it was asked for, and the text that its cursors are sealed to.
pub(crate) struct Asked {
    pub(crate) request: PageRequest,
    pub(crate) list: String,
}

/// Reads the arguments of a list of `table`, under parents that `parent` names.
pub(crate) fn list(
    session: &Session,
    table: &Table,
    name: &str,
    parent: Option<&'static str>,
    arguments: &Map<String, Json>,
) -> Result<Asked, Failure> {
    let filter = match arguments.get("filter") {
        None | Some(Json::Null) => Filter::everything(),
        Some(filter) => Reading::within(&session.limits).filter(table, filter)?,
    };
    let order = read_order(table, arguments.get("orderBy"))?;
    let (first, last) = (page_size(arguments, "first")?, page_size(arguments, "last")?);
    if first.is_some() && last.is_some() {
        return Err(Failure::bad_input("Give `first` or `last`, not both."));
    }
    let list = format!("{name} {:?} {filter:?} {order:?}", table.kind);
    let edge = |argument: &str| match arguments.get(argument).and_then(Json::as_str) {
        None => Ok(None),
        Some(cursor) => cursor::open(session, &list, cursor, argument).map(Some),
    };
    let request = PageRequest {
        kind: table.kind,
        parent,
        after: edge("after")?,
        before: edge("before")?,
        limit: first.or(last).unwrap_or(PAGE_DEFAULT),
        backward: last.is_some(),
        filter,
        order,
    };
    Ok(Asked { request, list })
}

fn read_order(table: &Table, order: Option<&Json>) -> Result<Vec<Order>, Failure> {
    let items = match order {
        None | Some(Json::Null) => return Ok(Vec::new()),
        Some(Json::Array(items)) => items.as_slice(),
        Some(item) => std::slice::from_ref(item),
    };
    if items.len() > 5 {
        return Err(Failure::bad_input("Order by at most five fields."));
    }
    let columns = orderable(table);
    let read = |item: &Json| {
        let name = item.get("field").and_then(Json::as_str).unwrap_or_default();
        let (_, column) = columns.iter().find(|(term, _)| term == name)?;
        Some(Order { column, descending: item.get("direction").and_then(Json::as_str) == Some("DESC") })
    };
    items.iter().map(|item| read(item).ok_or_else(|| Failure::bad_input("`orderBy` names no field of this list."))).collect()
}

/// How many comparisons a filter makes at most: each of an edge or a part looks into another table, with the viewer's scope.
pub(super) const FILTER_COMPARISONS: usize = 50;

/// How many filters may stand within one another.
pub(super) const FILTER_DEPTH: usize = 10;

/// The reading of one filter, within what one may come to.
struct Reading {
    /// Items of a list.
    array: u64,
    /// Comparisons that it may still make; a part and an empty filter count as one.
    comparisons: usize,
    /// Filters that may still be entered.
    depth: usize,
}

impl Reading {
    fn within(limits: &Limits) -> Self {
        Self { array: limits.array, comparisons: FILTER_COMPARISONS, depth: FILTER_DEPTH }
    }

    fn compare(&mut self) -> Result<(), Failure> {
        let left = self.comparisons.checked_sub(1);
        self.comparisons = left
            .ok_or_else(|| Failure::bad_input(format!("A filter makes at most {FILTER_COMPARISONS} comparisons: ask for less at once.")))?;
        Ok(())
    }

    fn filter(&mut self, table: &Table, filter: &Json) -> Result<Filter, Failure> {
        let object = filter.as_object().ok_or_else(|| Failure::bad_input("A filter is an object."))?;
        let below = self.depth.checked_sub(1);
        self.depth = below
            .ok_or_else(|| Failure::bad_input(format!("At most {FILTER_DEPTH} filters stand within one another: make it flatter.")))?;
        let mut all = Vec::new();
        for (name, value) in object.iter().filter(|(_, value)| !value.is_null()) {
            all.push(match name.as_str() {
                "and" => Filter::And(self.filters(table, value)?),
                "or" => Filter::Or(self.filters(table, value)?),
                "not" => Filter::Not(Box::new(self.filter(table, value)?)),
                name => self.field(table, name, value)?,
            });
        }
        if all.is_empty() {
            self.compare()?;
        }
        self.depth = self.depth.saturating_add(1);
        Ok(Filter::And(all))
    }

    fn filters(&mut self, table: &Table, value: &Json) -> Result<Vec<Filter>, Failure> {
        let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        if items.is_empty() {
            self.compare()?;
        }
        items.iter().map(|item| self.filter(table, item)).collect()
    }

    fn field(&mut self, of: &Table, name: &str, value: &Json) -> Result<Filter, Failure> {
        for field in &of.fields {
            match field.what {
                What::Column { column, .. } if field.name == name => return self.tests(of.kind, column.name, column.scalar, value),
                What::Stored(Stored::CreatedAt) if name == "createdAt" => {
                    return self.tests(of.kind, "created_at", Scalar::DateTime, value);
                }
                What::Stored(Stored::UpdatedAt) if name == "updatedAt" => {
                    return self.tests(of.kind, "updated_at", Scalar::DateTime, value);
                }
                What::One { column, kind } if camel_case(column) == name => return self.tests(of.kind, column, Scalar::Id(kind), value),
                What::Part { kind } if field.name == name => {
                    let part = table(kind).ok_or_else(Failure::internal)?;
                    self.compare()?;
                    return Ok(Filter::Part(kind, Box::new(self.filter(part, value)?)));
                }
                _ => {}
            }
        }
        Err(Failure::bad_input("A filter names a field that this list does not have."))
    }

    fn tests(&mut self, of: Kind, column: &'static str, scalar: Scalar, value: &Json) -> Result<Filter, Failure> {
        let object = value.as_object().ok_or_else(|| Failure::bad_input("A comparator is an object."))?;
        let mut all = Vec::new();
        if object.is_empty() {
            self.compare()?;
        }
        for (comparator, value) in object {
            self.compare()?;
            let compare = match comparator.as_str() {
                "eq" => match read_cell(of, scalar, value)? {
                    Cell::Null => Compare::Eq(Cell::Null),
                    cell => one_of(scalar, vec![cell]),
                },
                "in" | "not" => {
                    let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                    if u64::try_from(items.len()).unwrap_or(u64::MAX) > self.array {
                        return Err(Failure::bad_input(format!("A list in a filter has at most {} items.", self.array)));
                    }
                    let cells = items.iter().map(|item| read_cell(of, scalar, item)).collect::<Result<Vec<_>, _>>()?;
                    match one_of(scalar, cells) {
                        Compare::In(cells) if comparator == "not" => Compare::NotIn(cells),
                        Compare::Eq(cell) if comparator == "not" => Compare::NotIn(vec![cell]),
                        compare => compare,
                    }
                }
                // A comparison with nothing asks for nothing.
                _ if value.is_null() => continue,
                "gte" => Compare::Gte(read_cell(of, scalar, value)?),
                "lte" => Compare::Lte(upper_bound(scalar, read_cell(of, scalar, value)?)),
                "contains" => Compare::Contains(read_text(value)?),
                "has" => Compare::Has(read_text(value)?),
                _ => return Err(Failure::bad_input("A comparator does not have such a comparison.")),
            };
            all.push(Filter::Test(Test { column, compare }));
        }
        Ok(Filter::And(all))
    }
}

/// Equal to one of these. A partial date is kept with its kind after it, which a comparison does not ask for.
fn one_of(scalar: Scalar, cells: Vec<Cell>) -> Compare {
    match (scalar, cells.as_slice()) {
        (Scalar::PartialDate, _) => Compare::In(cells.iter().flat_map(dates).collect()),
        (_, [cell]) => Compare::Eq(cell.clone()),
        _ => Compare::In(cells),
    }
}

fn dates(cell: &Cell) -> Vec<Cell> {
    match cell {
        Cell::Text(date) => ["", " ACTUAL", " ESTIMATED"].iter().map(|kind| Cell::Text(format!("{date}{kind}"))).collect(),
        other => vec![other.clone()],
    }
}

/// A partial date is kept with its kind after it: everything that begins with the bound lies within it.
fn upper_bound(scalar: Scalar, cell: Cell) -> Cell {
    match (scalar, cell) {
        (Scalar::PartialDate, Cell::Text(text)) => Cell::Text(format!("{text}~")),
        (_, cell) => cell,
    }
}

fn read_text(value: &Json) -> Result<String, Failure> {
    match value.as_str() {
        Some(text) if !text.contains('\0') && text.len() <= 1_000 => Ok(text.to_owned()),
        _ => Err(Failure::bad_input("Compare with a text of at most 1,000 bytes, without NUL.")),
    }
}

fn read_cell(of: Kind, scalar: Scalar, value: &Json) -> Result<Cell, Failure> {
    if value.is_null() {
        return Ok(Cell::Null);
    }
    let cell = match scalar {
        Scalar::Boolean => value.as_bool().map(Cell::Bool),
        Scalar::Int | Scalar::BigInt => value.as_i64().map(Cell::Int),
        Scalar::Float => value.as_f64().map(Cell::Float),
        Scalar::Id(kind) => return read_id(kind, value),
        Scalar::AnyId => return read_id(of, value),
        Scalar::DateTime => chrono::DateTime::<chrono::Utc>::read(Some(value)).ok().map(Cell::Time),
        Scalar::Date => chrono::NaiveDate::read(Some(value)).ok().map(Cell::Date),
        Scalar::PartialDate => value.as_str().and_then(|text| text.parse::<PartialDate>().ok()).map(|date| Cell::Text(date.to_string())),
        Scalar::CountryCode | Scalar::CountryList => CountryCode::read(Some(value)).ok().map(|code| Cell::Text(code.to_string())),
        Scalar::String | Scalar::Enum(_) | Scalar::StringList | Scalar::EnumList(_) | Scalar::IdList(_) => {
            return read_text(value).map(Cell::Text);
        }
    };
    cell.ok_or_else(|| Failure::bad_input("A value in a filter does not fit its field."))
}

/// An id in a filter; one that cannot be matches nothing, like one that was never issued.
fn read_id(kind: Kind, value: &Json) -> Result<Cell, Failure> {
    let text = read_text(value)?;
    match decode(&text) {
        Some((found, uuid)) if found == kind => Ok(Cell::Uuid(uuid)),
        _ => Ok(Cell::Uuid(uuid::Uuid::max())),
    }
}
