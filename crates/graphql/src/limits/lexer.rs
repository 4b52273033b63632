//! Counts the tokens of a document and how deep its brackets nest, in one pass.
//! The parser behind it recurses on nested values, so what is too deep must never reach it; and it forgets what was named twice.

use std::collections::HashSet;

use async_graphql::Pos;

use super::{LimitCode, LimitError, Limits};

/// Refuses a text with too many tokens, too deep brackets, an unfinished string, or an object of values that names a field twice: the
/// parser keeps one of the two, and whoever reads the document elsewhere may go by the other.
///
/// An unfinished string is refused here and not left to the parser: the parser would try to read `"""` again as
/// an empty string, and so see brackets that this pass took for text.
///
/// # Errors
/// `DOCUMENT_LIMIT_EXCEEDED`, `GRAPHQL_PARSE_FAILED` or `GRAPHQL_VALIDATION_FAILED`.
pub(super) fn scan(source: &str, limits: &Limits) -> Result<(), LimitError> {
    let mut lexer = Lexer { rest: source, line: 1, column: 1 };
    let mut tokens: u64 = 0;
    let mut open: u64 = 0;
    let mut objects = Objects::default();
    while let Some(token) = lexer.next()? {
        if objects.twice(&token) {
            let message = "An object of the input names a field twice.";
            return Err(LimitError::new(LimitCode::GraphqlValidationFailed, message).at(Some(lexer.position())));
        }
        tokens = tokens.saturating_add(1);
        if tokens > limits.tokens {
            return Err(LimitError::too_much("tokens", limits.tokens));
        }
        match token {
            Token::Open(_) => {
                open = open.saturating_add(1);
                if open > limits.nesting {
                    return Err(LimitError::too_much("nested brackets", limits.nesting));
                }
            }
            Token::Close => open = open.saturating_sub(1),
            Token::Word(_) | Token::Sign(_) | Token::Other => {}
        }
    }
    Ok(())
}

/// What the counts need to know of a token.
#[derive(Clone, Copy)]
enum Token<'a> {
    Open(char),
    Close,
    Word(&'a str),
    /// A punctuator, or what is no GraphQL at all.
    Sign(char),
    Other,
}

/// The brackets that are open, with the names seen so far in those that are objects of values.
#[derive(Default)]
struct Objects<'a> {
    open: Vec<(char, Option<HashSet<&'a str>>)>,
    before: Option<Token<'a>>,
}

impl<'a> Objects<'a> {
    /// Takes the next token in; whether it makes a name the second of its kind in one object.
    fn twice(&mut self, token: &Token<'a>) -> bool {
        let before = self.before.replace(*token);
        match (*token, before) {
            (Token::Open(bracket), before) => {
                // A brace is an object after a colon, as a default, and within a list; otherwise it opens a selection.
                let value = matches!(before, Some(Token::Sign(':' | '='))) || self.open.last().is_some_and(|(outer, _)| *outer == '[');
                self.open.push((bracket, (bracket == '{' && value).then(HashSet::new)));
                false
            }
            (Token::Close, _) => {
                self.open.pop();
                false
            }
            (Token::Sign(':'), Some(Token::Word(name))) => {
                self.open.last_mut().and_then(|(_, names)| names.as_mut()).is_some_and(|names| !names.insert(name))
            }
            _ => false,
        }
    }
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    column: usize,
}

impl<'a> Lexer<'a> {
    fn next(&mut self) -> Result<Option<Token<'a>>, LimitError> {
        loop {
            let Some(first) = self.rest.chars().next() else {
                return Ok(None);
            };
            return Ok(Some(match first {
                ' ' | '\t' | '\n' | '\r' | ',' | '\u{feff}' => {
                    self.take(1);
                    continue;
                }
                '#' => {
                    self.take_while(|c| c != '\n' && c != '\r');
                    continue;
                }
                '{' | '(' | '[' => {
                    self.take(1);
                    Token::Open(first)
                }
                '}' | ')' | ']' => {
                    self.take(1);
                    Token::Close
                }
                '"' if self.rest.starts_with("\"\"\"") => self.block_string()?,
                '"' => self.string()?,
                '.' if self.rest.starts_with("...") => {
                    self.take(3);
                    Token::Other
                }
                c if is_word(c) => Token::Word(self.take_while(is_word)),
                '-' | '+' => {
                    self.take(1);
                    self.take_while(is_word);
                    Token::Other
                }
                // Punctuators of one character, and whatever is no GraphQL: the parser names the place of the latter.
                _ => {
                    self.take(1);
                    Token::Sign(first)
                }
            }));
        }
    }

    fn string(&mut self) -> Result<Token<'a>, LimitError> {
        let start = self.position();
        self.take(1);
        while let Some(c) = self.rest.chars().next() {
            match c {
                '"' => {
                    self.take(1);
                    return Ok(Token::Other);
                }
                '\n' | '\r' => break,
                '\\' => self.take(2),
                _ => self.take(1),
            }
        }
        Err(unfinished(start))
    }

    fn block_string(&mut self) -> Result<Token<'a>, LimitError> {
        let start = self.position();
        self.take(3);
        while !self.rest.is_empty() {
            if self.rest.starts_with("\"\"\"") {
                self.take(3);
                return Ok(Token::Other);
            }
            let escaped = self.rest.starts_with("\\\"\"\"");
            self.take(if escaped { 4 } else { 1 });
        }
        Err(unfinished(start))
    }

    /// Moves on by `count` characters, keeping line and column.
    fn take(&mut self, count: usize) {
        for _ in 0..count {
            let mut chars = self.rest.chars();
            match chars.next() {
                Some('\n') => {
                    self.line = self.line.saturating_add(1);
                    self.column = 1;
                }
                Some(_) => self.column = self.column.saturating_add(1),
                None => return,
            }
            self.rest = chars.as_str();
        }
    }

    /// Moves on as long as it is wanted; what was passed.
    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let whole = self.rest;
        while self.rest.chars().next().is_some_and(&wanted) {
            self.take(1);
        }
        whole.get(..whole.len().saturating_sub(self.rest.len())).unwrap_or_default()
    }

    fn position(&self) -> Pos {
        Pos { line: self.line, column: self.column }
    }
}

/// A character of a name or of a number: both count as one token, however long.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn unfinished(start: Pos) -> LimitError {
    LimitError::new(
        LimitCode::GraphqlParseFailed,
        format!("Syntax error at line {}, column {}: a string is not closed.", start.line, start.column),
    )
    .at(Some(start))
}
