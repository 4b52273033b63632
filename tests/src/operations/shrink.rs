//! Makes an operation smaller while what is wrong with it stays: a page of text becomes the few fields that matter.
//! Selections are taken out one after the other; fragments and variables that nothing uses any more go with them.

use super::print::Style;
use super::tree::Operation;

/// Everything that can be made smaller by one step, the largest steps first.
#[must_use]
pub fn smaller(operation: &Operation) -> Vec<Operation> {
    let mut candidates = Vec::new();
    if operation.beside.is_some() {
        candidates.push(Operation { beside: None, ..operation.clone() });
    }
    if !matches!(operation.style, Style::Loose) {
        candidates.push(Operation { style: Style::Loose, ..operation.clone() });
    }
    let mut sets = 0;
    operation.clone().each_set(&mut |_| sets += 1);
    for set in 0..sets {
        let mut length = 0;
        nth(&mut operation.clone(), set, &mut |found| length = found.len());
        for at in 0..length {
            // An empty selection set is none.
            if length > 1 {
                let mut one = operation.clone();
                nth(&mut one, set, &mut |found| {
                    found.remove(at);
                });
                candidates.push(one);
            }
        }
    }
    let mut fields = 0;
    operation.clone().each_field(&mut |_| fields += 1);
    for field in 0..fields {
        let (mut one, mut at, mut changed) = (operation.clone(), 0, false);
        one.each_field(&mut |asked| {
            if at == field && !asked.conditions.is_empty() {
                asked.conditions.clear();
                changed = true;
            }
            at += 1;
        });
        if changed {
            candidates.push(one);
        }
    }
    for candidate in &mut candidates {
        candidate.tidy();
    }
    candidates
}

fn nth(operation: &mut Operation, set: usize, change: &mut dyn FnMut(&mut Vec<super::tree::Selection>)) {
    let mut at = 0;
    operation.each_set(&mut |found| {
        if at == set {
            change(found);
        }
        at += 1;
    });
}
