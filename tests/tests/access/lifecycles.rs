//! The lifecycles of the work between the sides are those of the requirements: state by state and case by case, what is there, where it
//! leads, who takes it, and what it needs.

use std::collections::BTreeSet;

use tandem_domain::id::OrganizationId;
use tandem_domain::lifecycle::Transition;
use tandem_domain::party::OrganizationType;
use tandem_domain::record::{Entity, Record, Scalar};
use tandem_tests::lifecycles::{Of, Row, in_state};
use tandem_tests::records;

/// A record of this case, with nothing else special about it.
fn sample(of: Of) -> Entity {
    let sponsor = records::organization(1, OrganizationType::Sponsor);
    let vendor: OrganizationId = records::id(2);
    let study = records::study(10, sponsor.id);
    let engagement = records::engagement(20, &study, vendor, None);
    let finding = records::finding(40, &study, Some(&engagement), records::id(5));
    let capa = records::capa(50, &finding, records::id(6));
    let record = match of {
        Of::Deliverable(_, kind) => records::deliverable(30, &engagement, kind).into_entity(),
        Of::Finding(..) => finding.into_entity(),
        Of::Capa(_) => capa.into_entity(),
        Of::Extension(_) => {
            let action = records::capa_action(51, &capa, records::id(6));
            records::due_date_extension(52, &action, records::id(6)).into_entity()
        }
        Of::Issue(_) => records::issue(60, &engagement, records::id(5)).into_entity(),
        Of::Document(_) => records::document(70, &study, Some(&engagement)).into_entity(),
    };
    of.dress(record)
}

fn states(record: &Entity) -> Vec<&'static str> {
    let def = record.kind().def();
    let column = def.lifecycle.unwrap().column;
    match def.columns.iter().find(|known| known.name == column).unwrap().scalar {
        Scalar::Enum(terms) => terms.terms.iter().map(|(term, _)| *term).collect(),
        other => panic!("a state is a term, not {other:?}"),
    }
}

type Said = (&'static str, &'static str, BTreeSet<String>, bool, bool);

fn by_hand(row: Row) -> Said {
    (row.action, row.to, row.who.iter().map(ToString::to_string).collect(), row.reason, row.signature)
}

fn by_table(step: &Transition, record: &Entity) -> Said {
    (step.action, step.to, step.who_of(record).iter().map(ToString::to_string).collect(), step.reason, step.signature)
}

#[test]
fn every_step_of_every_case_is_that_of_the_requirements() {
    let mut compared = 0;
    for of in Of::all() {
        let record = sample(of);
        let lifecycle = record.kind().def().lifecycle.unwrap();
        for state in states(&record) {
            let record = in_state(&record, state);
            let sorted = |mut all: Vec<Said>| {
                all.sort();
                all
            };
            let expected = sorted(of.rows_from(state).into_iter().map(by_hand).collect());
            let found = sorted(lifecycle.steps_of(&record).into_iter().map(|step| by_table(step, &record)).collect());
            assert_eq!(found, expected, "{of:?} in {state}");
            let own: Vec<_> = of.rows().into_iter().filter(|row| row.who.is_empty()).collect();
            for row in &own {
                let found = lifecycle.systems_step(&record, row.action).map(|step| step.to);
                assert_eq!(found, row.from.contains(&state).then_some(row.to), "{of:?} in {state}: {}", row.action);
            }
            compared += expected.len();
        }
        // Nothing is there under another name.
        let known: BTreeSet<&str> = of.rows().iter().map(|row| row.action).collect();
        let all: BTreeSet<&str> =
            Of::all().into_iter().filter(|other| other.kind() == of.kind()).flat_map(|other| other.rows()).map(|row| row.action).collect();
        assert!(known.is_subset(&all));
        assert!(lifecycle.transitions.iter().all(|step| all.contains(step.action)), "{of:?}");
    }
    assert!(compared > 900, "{compared} steps were compared");
}
