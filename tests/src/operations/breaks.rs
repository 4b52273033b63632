//! Breaks a valid operation in one of the ways in which callers do: what is refused has to be refused alike.
//! Not all of it is refused; an operation that was broken is only not counted as valid.

use serde_json::{Value as Json, json};

use super::rng::Rng;
use super::stock::Stock;
use super::tree::{Asked, Operation, Selection, Value};

const WAYS: &[&str] = &[
    "a cursor that is none",
    "a cursor of another list",
    "a page of none",
    "a page of too many",
    "first and last",
    "a variable of another type",
    "a variable left out",
    "a finder without a key",
    "an unknown field",
    "an unknown argument",
    "an unknown operation name",
    "an unknown fragment",
    "an object without a selection",
];

/// Breaks it, and says how.
pub fn break_one(operation: &mut Operation, persona: usize, stock: &Stock, rng: &mut Rng) {
    let way = rng.pick(WAYS).copied().unwrap_or_default();
    let done = match way {
        "a cursor that is none" => {
            let cursor = rng.pick(&["", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "Ω", "[]"]).copied().unwrap_or_default();
            on_page(operation, rng, |field| replace(field, &["after"], "after", json!(cursor)))
        }
        "a cursor of another list" => {
            let foreign = stock.foreign_cursor(persona, "", rng);
            foreign.is_some_and(|cursor| on_page(operation, rng, |field| replace(field, &["before"], "before", json!(cursor))))
        }
        "a page of none" => {
            let size = *rng.pick(&[0_i64, -1]).unwrap_or(&0);
            on_page(operation, rng, |field| replace(field, &["first", "last"], "first", json!(size)))
        }
        "a page of too many" => {
            let size = *rng.pick(&[101_i64, 2_000_000_000]).unwrap_or(&101);
            on_page(operation, rng, |field| replace(field, &["first", "last"], "last", json!(size)))
        }
        "first and last" => on_page(operation, rng, |field| {
            replace(field, &["first", "last"], "first", json!(2));
            field.arguments.push(("last".to_owned(), Value::Plain(json!(2))));
        }),
        "a variable of another type" => {
            let at = rng.below(operation.query.variables.len());
            let wrong = rng.pick(&[json!({ "a": 1 }), json!([["x"]]), json!(1.5), json!("none of these")]).cloned();
            operation.query.variables.get_mut(at).is_some_and(|variable| {
                variable.given = wrong;
                true
            })
        }
        "a variable left out" => {
            operation.query.variables.iter_mut().find(|variable| variable.ty.ends_with('!') && variable.default.is_none()).is_some_and(
                |variable| {
                    variable.given = None;
                    true
                },
            )
        }
        "a finder without a key" => {
            on_field(operation, rng, |field| field.owner == "Query" && !field.paged, |field| field.arguments.clear())
        }
        "an unknown field" => false,
        "an unknown argument" => {
            on_field(operation, rng, |_| true, |field| field.arguments.push(("unknown".to_owned(), Value::Plain(json!(1)))))
        }
        "an unknown operation name" => {
            operation.operation_name = Some("Nobody".to_owned());
            true
        }
        "an unknown fragment" => {
            operation.query.below.push(Selection::Spread { name: "NotThere".to_owned(), conditions: Vec::new() });
            true
        }
        _ => on_field(operation, rng, |field| !field.below.is_empty(), |field| field.below.clear()),
    };
    operation.broken = Some(way);
    if !done {
        operation.broken = Some("an unknown field");
        let unknown = Asked { owner: "Query".to_owned(), name: "nothingOfTheKind".to_owned(), ..Asked::default() };
        operation.query.below.push(Selection::Field(unknown));
    }
    operation.tidy();
}

fn replace(field: &mut Asked, instead_of: &[&str], name: &str, value: Json) {
    field.arguments.retain(|(known, _)| !instead_of.contains(&known.as_str()));
    field.arguments.push((name.to_owned(), Value::Plain(value)));
}

fn on_page(operation: &mut Operation, rng: &mut Rng, change: impl FnMut(&mut Asked)) -> bool {
    on_field(operation, rng, |field| field.paged && field.name != "history", change)
}

fn on_field(operation: &mut Operation, rng: &mut Rng, fits: impl Fn(&Asked) -> bool, mut change: impl FnMut(&mut Asked)) -> bool {
    let mut count = 0;
    operation.each_field(&mut |field| count += usize::from(fits(field)));
    let (chosen, mut at) = (rng.below(count), 0);
    operation.each_field(&mut |field| {
        if fits(field) {
            if at == chosen {
                change(field);
            }
            at += 1;
        }
    });
    count > 0
}
