//! `explainAccess` of everybody about much: who does not see both gets what ids that were never issued get, and whoever does is told
//! nothing that he may not see.

use serde_json::json;
use tandem_domain::record::Kind;
use tandem_tests::sweep::world::Planted;

use super::Walker;

/// Of the nodes, about one in so many is asked for with each principal: which, differs from one to the next.
const EVERY: usize = 71;

impl Walker<'_> {
    /// Every principal with some of the nodes.
    pub(super) async fn walk_explanations(&mut self) {
        let ward = self.ward;
        let document = format!(
            "query($who: ID!, $what: ID!) {{ explainAccess(principal: $who, node: $what) {{ {} }} }}",
            ward.shape.flat("AccessExplanation")
        );
        let wholes: Vec<&Planted> = ward.planted.iter().filter(|planted| planted.entity.kind().def().part_of.is_none()).collect();
        let principals = wholes.iter().filter(|planted| matches!(planted.entity.kind(), Kind::Person | Kind::ApiClient));
        for (place, who) in principals.enumerate() {
            for what in wholes.iter().enumerate().filter(|(index, _)| (index + place) % EVERY == 0).map(|(_, what)| what) {
                let ids = [who.shown_id(), what.shown_id()];
                let answer = self.ask(&document, json!({ "who": ids[0], "what": ids[1] })).await;
                let told = !answer.json()["data"]["explainAccess"].is_null();
                let (may, must) = (
                    [who, what].map(|one| self.sight.may.contains(&one.key())),
                    [who, what].map(|one| self.sight.must.contains(&one.key())),
                );
                if told && may != [true; 2] || !told && must == [true; 2] {
                    self.find(format!("EXPLAINS {} {} {}", self.persona.name, who.key(), what.key()), &answer.text);
                }
                if told {
                    self.pairs.insert("Query.explainAccess AccessExplanation.reasons".to_owned());
                    continue;
                }
                let never = [self.never(who.entity.kind()), self.never(what.entity.kind())];
                let blank = self.ask(&document, json!({ "who": never[0], "what": never[1] })).await;
                if answer.everything() != blank.everything() {
                    self.find(format!("TELLS {} {} {}", self.persona.name, who.key(), what.key()), &answer.everything());
                }
            }
        }
    }
}
