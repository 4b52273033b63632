//! The whole check in its order: length, tokens, parse, operation, variables, shape, arrays, cost.
//! Each step is cheap only because the one before it has bounded its input.

use async_graphql::{
    Pos, Positioned, Variables,
    parser::{
        parse_query,
        types::{DocumentOperations, ExecutableDocument, OperationDefinition},
    },
};

use super::{
    CostModel, LimitCode, LimitError, Limits, OperationType, arrays,
    cost::{Price, price},
    lexer, roots,
    shape::{Measure, Shape, count},
    variables,
};

/// Fields of the answer to introspection that cost one point together: each is far less work than an object out of the database.
const INTROSPECTION_POINT: u64 = 1_000;

/// What is known of a document that may be validated and run.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The kind of the operation that will run.
    pub kind: OperationType,
    /// Root fields of that operation, fragments expanded, without `__typename` and introspection.
    pub root_fields: u64,
    /// Cost in points, at least 1: what `extensions.cost.requestedQueryCost` shows and the rate is charged.
    pub cost: u64,
    /// Objects that the operation may return at most, going by its page sizes.
    pub nodes: u64,
    /// The variables as sent, with the operation's defaults where nothing was sent: what was priced is what runs.
    pub variables: Variables,
    /// Whether the operation asks for `__schema` or `__type`.
    pub introspects: bool,
}

/// Reads a document's text, as far as it is not too long. What this gives depends on the text alone and may be kept.
///
/// # Errors
/// [`LimitError`] with the code and a bounded message, the first rule that the text breaks.
pub fn parse(source: &str, limits: &Limits) -> Result<ExecutableDocument, LimitError> {
    // No character is longer than four bytes, so most of what is too long need not be counted.
    let bytes = count(source.len());
    if bytes > limits.characters.saturating_mul(4) || (bytes > limits.characters && count(source.chars().count()) > limits.characters) {
        return Err(LimitError::too_much("characters", limits.characters));
    }
    lexer::scan(source, limits)?;
    let document = parse_query(source).map_err(|error| unreadable(error.positions().next()))?;
    // The grammar's own exception, which the parser overlooks: `... on` begins a condition.
    match document.fragments.get("on") {
        Some(fragment) => Err(unreadable(Some(fragment.pos))),
        None => Ok(document),
    }
}

fn unreadable(position: Option<Pos>) -> LimitError {
    let place = position.map_or_else(String::new, |at| format!(" at line {}, column {}", at.line, at.column));
    LimitError::new(LimitCode::GraphqlParseFailed, format!("Syntax error{place}: this is not a GraphQL document.")).at(position)
}

/// Checks a parsed document with its variables before the GraphQL library validates or runs it.
///
/// # Errors
/// [`LimitError`] with the code and a bounded message, the first rule that the document breaks.
pub fn check(
    document: &ExecutableDocument,
    operation_name: Option<&str>,
    mut values: Variables,
    limits: &Limits,
    model: &CostModel,
) -> Result<Checked, LimitError> {
    let operation = select(&document.operations, operation_name)?;
    let kind = operation.node.ty;
    variables::fill(&operation.node, &mut values);
    let shape = shapes(document, operation, &values, limits, model)?;
    roots::check(document, &operation.node)?;
    variables::types(document, model)?;
    variables::check(&operation.node, &values)?;
    variables::conditions(document, &operation.node, &values)?;
    arrays::check(document, &values, limits)?;
    let Price { points, nodes } = price(document, &operation.node, &values, limits, model);
    let points = points.saturating_add(shape.introspection_weight.div_ceil(INTROSPECTION_POINT));
    afford("costs", points, "points", limits.cost)?;
    afford("may return", nodes, "objects", limits.nodes)?;
    let introspects = shape.introspection_depth > 0;
    Ok(Checked { kind, root_fields: shape.top_ordinary, cost: points.max(1), nodes, introspects, variables: values })
}

/// The operation to run. An empty name is no name: some clients send it.
fn select<'a>(operations: &'a DocumentOperations, name: Option<&str>) -> Result<&'a Positioned<OperationDefinition>, LimitError> {
    let name = name.filter(|name| !name.is_empty());
    let found = match (operations, name) {
        (DocumentOperations::Single(only), None) => Some(only),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(many), Some(name)) => many.get(name),
        (DocumentOperations::Multiple(many), None) => {
            if many.len() > 1 {
                return Err(LimitError::new(
                    LimitCode::BadRequest,
                    "The document has several operations: say which one in `operationName`.",
                ));
            }
            many.values().next()
        }
    };
    found.ok_or_else(|| LimitError::new(LimitCode::BadRequest, "The document has no operation of the name in `operationName`."))
}

/// Measures every operation and fragment, used or not: validation will walk them all.
fn shapes(
    document: &ExecutableDocument,
    selected: &Positioned<OperationDefinition>,
    values: &Variables,
    limits: &Limits,
    model: &CostModel,
) -> Result<Shape, LimitError> {
    let mut measure = Measure::new(document, values, limits, model.types());
    let mut chosen = Shape::default();
    let mut selections: u64 = 0;
    for (_, operation) in document.operations.iter() {
        let mut shape = measure.set(&operation.node.selection_set.node)?;
        let on_variables = operation
            .node
            .variable_definitions
            .iter()
            .map(|definition| count(definition.node.directives.len()))
            .fold(0, u64::saturating_add);
        shape.directives = shape.directives.saturating_add(count(operation.node.directives.len())).saturating_add(on_variables);
        within(&shape, limits)?;
        if shape.top > limits.root_fields {
            return Err(LimitError::too_much("root fields", limits.root_fields));
        }
        selections = selections.saturating_add(shape.selections);
        if std::ptr::eq(operation, selected) {
            chosen = shape;
        }
    }
    if selections > limits.selections {
        return Err(LimitError::too_much("selections", limits.selections));
    }
    for name in document.fragments.keys() {
        within(&measure.fragment(name.as_str())?, limits)?;
    }
    Ok(chosen)
}

fn within(shape: &Shape, limits: &Limits) -> Result<(), LimitError> {
    let bounds = [
        ("levels of fields", shape.depth, limits.depth),
        ("levels of introspection", shape.introspection_depth, limits.introspection_depth),
        ("fields of introspection", shape.introspection_weight, limits.introspection_weight),
        ("aliases", shape.aliases, limits.aliases),
        ("directives", shape.directives, limits.directives),
        ("selections", shape.selections, limits.selections),
        ("values in arguments", shape.input_values, limits.input_values),
    ];
    for (what, found, most) in bounds {
        if found > most {
            return Err(LimitError::too_much(what, most));
        }
    }
    Ok(())
}

fn afford(does: &str, found: u64, unit: &str, most: u64) -> Result<(), LimitError> {
    if found > most {
        return Err(LimitError::new(
            LimitCode::CostLimitExceeded,
            format!("The operation {does} {found} {unit}, more than {most}: ask for smaller pages."),
        ));
    }
    Ok(())
}
