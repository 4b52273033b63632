//! Prints a document, also with white space, comments and commas that are unusual and allowed.
//! Literals have several spellings too: block strings and escapes.

use serde_json::Value as Json;

use super::rng::Rng;
use super::tree::{Condition, Operation, Query, Selection, Value};

/// How a document is printed.
#[derive(Clone, Debug, Default)]
pub enum Style {
    /// With a space only where there must be one.
    #[default]
    Tight,
    /// A space between any two tokens.
    Loose,
    /// With comments, commas, tabs and line ends of every kind, drawn from this source.
    Odd(Rng),
}

/// The document's text.
#[must_use]
pub fn document(operation: &Operation) -> String {
    let mut tokens = Tokens { list: Vec::new(), rng: None };
    if let Style::Odd(rng) = &operation.style {
        tokens.rng = Some(rng.clone());
    }
    // Which of two operations comes first is as good as random by their names.
    let beside_first = operation.beside.as_ref().is_some_and(|beside| beside.name > operation.query.name);
    if let (true, Some(beside)) = (beside_first, &operation.beside) {
        tokens.query(beside);
    }
    tokens.query(&operation.query);
    if let (false, Some(beside)) = (beside_first, &operation.beside) {
        tokens.query(beside);
    }
    for fragment in &operation.fragments {
        tokens.words(&["fragment", &fragment.name, "on", &fragment.on]);
        tokens.set(&fragment.below);
    }
    tokens.join(&operation.style)
}

struct Tokens {
    list: Vec<String>,
    rng: Option<Rng>,
}

impl Tokens {
    fn word(&mut self, word: &str) {
        self.list.push(word.to_owned());
    }

    fn words(&mut self, words: &[&str]) {
        words.iter().for_each(|word| self.word(word));
    }

    fn odd(&mut self, percent: usize) -> bool {
        self.rng.as_mut().is_some_and(|rng| rng.chance(percent))
    }

    fn query(&mut self, query: &Query) {
        if query.name.is_some() || !query.variables.is_empty() || self.odd(30) {
            self.word("query");
        }
        if let Some(name) = &query.name {
            self.word(name);
        }
        if !query.variables.is_empty() {
            self.word("(");
            for variable in &query.variables {
                self.words(&["$", &variable.name, ":", &variable.ty]);
                if let Some(default) = &variable.default {
                    self.word("=");
                    self.value(default);
                }
            }
            self.word(")");
        }
        self.set(&query.below);
    }

    fn set(&mut self, set: &[Selection]) {
        self.word("{");
        for selection in set {
            match selection {
                Selection::Field(field) => {
                    if let Some(alias) = &field.alias {
                        self.words(&[alias, ":"]);
                    }
                    self.word(&field.name);
                    if !field.arguments.is_empty() {
                        self.word("(");
                        for (name, value) in &field.arguments {
                            self.words(&[name, ":"]);
                            self.value(value);
                        }
                        self.word(")");
                    }
                    self.conditions(&field.conditions);
                    if !field.below.is_empty() {
                        self.set(&field.below);
                    }
                }
                Selection::Inline { on, conditions, below } => {
                    self.word("...");
                    if let Some(on) = on {
                        self.words(&["on", on]);
                    }
                    self.conditions(conditions);
                    self.set(below);
                }
                Selection::Spread { name, conditions } => {
                    self.words(&["...", name]);
                    self.conditions(conditions);
                }
            }
        }
        self.word("}");
    }

    fn conditions(&mut self, conditions: &[Condition]) {
        for condition in conditions {
            self.words(&["@", condition.name, "(", "if", ":"]);
            self.value(&condition.when);
            self.word(")");
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Plain(Json::String(text)) => {
                let text = self.text(text);
                self.list.push(text);
            }
            Value::Plain(plain) => self.word(&plain.to_string()),
            Value::Term(term) => self.word(term),
            Value::List(items) => {
                self.word("[");
                items.iter().for_each(|item| self.value(item));
                self.word("]");
            }
            Value::Object(fields) => {
                self.word("{");
                for (name, value) in fields {
                    self.words(&[name, ":"]);
                    self.value(value);
                }
                self.word("}");
            }
            Value::Variable(name) => self.words(&["$", name]),
        }
    }

    fn text(&mut self, text: &str) -> String {
        if !text.is_empty() && !text.contains(['"', '\\', '\n', '\r']) && text.trim() == text && self.odd(20) {
            return format!("\"\"\"{text}\"\"\"");
        }
        let quoted = Json::from(text).to_string();
        match text.chars().next() {
            Some(first) if first.is_ascii_alphanumeric() && self.odd(20) => {
                quoted.replacen(first, &format!("\\u{:04X}", u32::from(first)), 1)
            }
            _ => quoted,
        }
    }

    fn join(mut self, style: &Style) -> String {
        const BETWEEN: &[&str] = &[" ", "\n", "\t", ", ", "\r\n", "  ", " # a comment { ... \n", ",,\n", "\r"];
        const PLAIN: &[&str] = &[" ", "\n", "\t", ", ", "\r\n", "  "];
        let mut text = String::new();
        let tokens = std::mem::take(&mut self.list);
        if self.odd(20) {
            text.push('\u{FEFF}');
        }
        for (at, token) in tokens.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|before| tokens.get(before));
            let (grown, grows) = (before.and_then(|word| word.chars().last()), token.chars().next());
            // The library's grammar knows no comment between `on` and its type.
            let after_on = before.is_some_and(|word| word == "on");
            let between = if after_on { PLAIN } else { BETWEEN };
            // A name after its sign stays with it; two words, or two texts, stay apart.
            let stays = before.is_some_and(|word| word == "$" || word == "@");
            let apart = grown.is_some_and(is_of_word) && grows.is_some_and(|first| is_of_word(first) || first == '.');
            let texts = grown == Some('"') && grows == Some('"');
            match style {
                Style::Tight if apart || texts => text.push(' '),
                Style::Tight => {}
                _ if stays || before.is_none() => {}
                Style::Loose => text.push(' '),
                Style::Odd(_) if apart || texts || self.odd(60) => {
                    text.push_str(self.rng.as_mut().and_then(|rng| rng.pick(between)).copied().unwrap_or(" "));
                }
                Style::Odd(_) => {}
            }
            text.push_str(token);
        }
        text
    }
}

fn is_of_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == '-'
}
