//! The oracle against both databases: what the store answers each viewer of each world, and what it hides when an audience is taken away.
//! They need the vault; the policy alone is compared beside them without it.

use std::cell::RefCell;

use tandem_tests::worlds::Built;

use super::database::Engine;
use super::{audiences, on_worlds, stored, worlds};

#[test]
fn sqlite_answers_as_the_oracle_does() {
    on_engine("sqlite", Engine::sqlite);
}

#[test]
fn postgres_answers_as_the_oracle_does() {
    on_engine("postgres", Engine::postgres);
}

fn on_engine(name: &str, open: impl AsyncFnOnce() -> Engine) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let engine = runtime.block_on(open());
    let tally = on_worlds(name, worlds(), |built| runtime.block_on(stored::check(&engine, built)));
    assert!(tally.seen > tally.viewers * 5, "the worlds are too poor: {tally:?}");
}

#[test]
fn sqlite_hides_what_is_not_meant_for_an_audience() {
    without_audiences("sqlite, audiences", Engine::sqlite);
}

#[test]
fn postgres_hides_what_is_not_meant_for_an_audience() {
    without_audiences("postgres, audiences", Engine::postgres);
}

fn without_audiences(name: &str, open: impl AsyncFnOnce() -> Engine) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let engine = runtime.block_on(open());
    let vanished = RefCell::new(audiences::Vanished::new());
    let check = |built: &Built| runtime.block_on(audiences::check(&engine, built, &mut vanished.borrow_mut()));
    on_worlds(name, worlds().div_ceil(8), check);
    let vanished = vanished.into_inner();
    for (audience, _) in audiences::ALL {
        assert!(vanished[audience] > 0, "no world has a row that is seen only as the audience {audience}: {vanished:?}");
    }
}
