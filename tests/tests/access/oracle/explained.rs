//! An explanation is the decision, said aloud: on random worlds both agree about every record for everybody, and about parts also
//! where the facts are made from those of the whole.

use tandem_domain::access::{Action, Decision, Lack, decide, explain};
use tandem_tests::worlds::Built;

use super::facts::Facts;
use super::{Tally, number_from, on_worlds, viewer_of};

fn check(built: &Built) -> Result<Tally, String> {
    let facts = Facts::of_world(&built.world);
    let mut tally = Tally { worlds: 1, ..Tally::default() };
    for who in &built.sign_ins {
        let viewer = viewer_of(&built.world, who);
        tally.viewers += 1;
        for kind in tandem_domain::record::Kind::ALL {
            for of in facts.of_kind(*kind) {
                let reads = decide(&viewer, Action::Read, of) == Decision::Allow;
                let grounds = explain(&viewer, of);
                let never =
                    grounds.iter().any(|ground| ground.way.is_none() && !matches!(ground.outcome, Err(Lack::Never | Lack::ClientScope(_))));
                if grounds.len() != viewer.grants.len() || grounds.iter().any(|ground| ground.outcome.is_ok()) != reads || never {
                    return Err(format!("{of:?} is read: {reads}, and explained as {grounds:?} to {viewer:?}"));
                }
                tally.seen += usize::from(reads);
                tally.comparisons += 1;
            }
        }
    }
    for kind in tandem_domain::record::Kind::ALL {
        for part in facts.of_kind(*kind) {
            let Some(whole) = facts.of_kind(kind.whole()).find(|whole| whole.id == part.id) else { continue };
            if whole.of_part(*kind) != *part {
                return Err(format!("the facts of the part {part:?} are not made as {:?}", whole.of_part(*kind)));
            }
            tally.records += 1;
        }
    }
    Ok(tally)
}

#[test]
fn an_explanation_agrees_with_the_decision() {
    let tally = on_worlds("explained", number_from("TANDEM_ORACLE_WORLDS", 40), check);
    assert!(tally.seen > tally.viewers * 5 && tally.comparisons > tally.seen * 2 && tally.records > tally.worlds, "too poor: {tally:?}");
}
