//! Mutations: an input and a payload for each command of the catalogue, lifecycle steps among them.

use async_graphql::registry::{MetaField, Registry};
use tandem_domain::command::{CommandDef, Flavour, catalogue};
use tandem_domain::record::{Kind, Scalar, camel_case, description};

use super::scalars::input_type;
use super::{add_input, add_object, argument, field, with_arguments};
use crate::run::ingest::Ingest;

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The name of a command's input type.
pub(crate) fn input_name(command: &CommandDef) -> String {
    format!("{}Input", capital(&command.name))
}

/// The name of a command's payload type.
pub(crate) fn payload_name(command: &CommandDef) -> String {
    format!("{}Payload", capital(&command.name))
}

/// The payload's field for the record, such as `studySite`.
pub(crate) fn payload_field(kind: Kind) -> String {
    let mut letters = kind.name().chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

pub(crate) fn register(registry: &mut Registry) {
    add_input(
        registry,
        "SignatureInput",
        "An electronic signature (21 CFR 11). Your token has to show that you proved who you are within the last five minutes.",
        vec![argument("meaning", "SignatureMeaning!", "What the signature means.")],
    );
    for command in catalogue() {
        let mut fields: Vec<_> = command
            .fields
            .iter()
            .map(|given| {
                let bang = if given.shape.required { "!" } else { "" };
                argument(&camel_case(given.name), format!("{}{bang}", input_type(given.shape.scalar)), &description(given.doc))
            })
            .collect();
        if command.flavour != Flavour::Create {
            fields.push(argument("expectedVersion", "Int!", "The version that you read; CONFLICT where it is not the present one."));
        }
        fields.push(argument("reason", "String", "Why; for the journal. Some changes need it."));
        if command.flavour == Flavour::Signed {
            fields.push(argument("signature", "SignatureInput", "Your signature, where the step needs one."));
        }
        fields.push(argument("dryRun", "Boolean", "Answer what would happen and change nothing."));
        add_input(registry, &input_name(command), &format!("What `{}` takes.", command.name), fields);
        let payload = vec![
            field(
                &payload_field(command.kind),
                command.kind.name(),
                "The record afterwards (or as it would be); null where it was refused or you may not see it.",
            ),
            field("userErrors", "[UserError!]!", "What was refused and why; empty where it went through."),
        ];
        add_object(registry, &payload_name(command), &format!("What `{}` gives.", command.name), payload);
    }
}

/// A bulk mutation, which takes its rows in one input.
pub(super) fn ingest_field(ingest: &Ingest) -> MetaField {
    let input = argument("input", format!("{}!", ingest_input(ingest)), "What to take in.");
    with_arguments(field(ingest.name, "IngestPayload!", ingest.doc), vec![input])
}

pub(super) fn register_ingest(registry: &mut Registry, ingest: &Ingest) {
    let row = ingest.fields.iter().map(|given| {
        let ty = match given.shape.scalar {
            Scalar::Id(_) => "ID",
            Scalar::Int => "Int",
            Scalar::Boolean => "Boolean",
            // A row that holds no day, or no term, is refused by itself.
            _ => "String",
        };
        let bang = if given.shape.required { "!" } else { "" };
        argument(&camel_case(given.name), format!("{ty}{bang}"), &description(given.doc))
    });
    add_input(registry, ingest.row, &description(ingest.row_doc), row.collect());
    let mut fields = vec![
        argument("rows", format!("[{}!]!", ingest.row), "The rows, at most 1,000."),
        argument("reason", "String", "Why; for the journal. Rows that correct what is known need it."),
        argument("dryRun", "Boolean", "Answer what would happen and change nothing."),
    ];
    if ingest.by_name {
        fields.insert(0, argument("system", "String!", "The system of your organisation whose names the rows give."));
    }
    add_input(registry, &ingest_input(ingest), &format!("What `{}` takes.", ingest.name), fields);
}

fn ingest_input(ingest: &Ingest) -> String {
    format!("{}Input", capital(ingest.name))
}

pub(super) fn fields() -> Vec<MetaField> {
    let with_input = |command: &CommandDef| {
        let input = argument("input", format!("{}!", input_name(command)), "What to do.");
        with_arguments(field(&command.name, format!("{}!", payload_name(command)), &command.description()), vec![input])
    };
    catalogue().iter().map(with_input).collect()
}
