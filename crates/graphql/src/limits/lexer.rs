//! Counts the tokens of a document and how deep its brackets nest, in one pass and without memory.
//! The parser behind it recurses on nested values, so what is too deep must never reach it.

use async_graphql::Pos;

use super::{LimitCode, LimitError, Limits};

/// Refuses a text with too many tokens, too deep brackets or an unfinished string.
///
/// An unfinished string is refused here and not left to the parser: the parser would try to read `"""` again as
/// an empty string, and so see brackets that this pass took for text.
///
/// # Errors
/// `DOCUMENT_LIMIT_EXCEEDED` or `GRAPHQL_PARSE_FAILED`.
pub(super) fn scan(source: &str, limits: &Limits) -> Result<(), LimitError> {
    let mut lexer = Lexer { rest: source, line: 1, column: 1 };
    let mut tokens: u64 = 0;
    let mut open: u64 = 0;
    while let Some(token) = lexer.next()? {
        tokens = tokens.saturating_add(1);
        if tokens > limits.tokens {
            return Err(LimitError::too_much("tokens", limits.tokens));
        }
        match token {
            Token::Open => {
                open = open.saturating_add(1);
                if open > limits.nesting {
                    return Err(LimitError::too_much("nested brackets", limits.nesting));
                }
            }
            Token::Close => open = open.saturating_sub(1),
            Token::Other => {}
        }
    }
    Ok(())
}

/// What the counts need to know of a token.
enum Token {
    Open,
    Close,
    Other,
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    column: usize,
}

impl Lexer<'_> {
    fn next(&mut self) -> Result<Option<Token>, LimitError> {
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
                    Token::Open
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
                c if is_word(c) => {
                    self.take_while(is_word);
                    Token::Other
                }
                '-' | '+' => {
                    self.take(1);
                    self.take_while(is_word);
                    Token::Other
                }
                // Punctuators of one character, and whatever is no GraphQL: the parser names the place of the latter.
                _ => {
                    self.take(1);
                    Token::Other
                }
            }));
        }
    }

    fn string(&mut self) -> Result<Token, LimitError> {
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

    fn block_string(&mut self) -> Result<Token, LimitError> {
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

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) {
        while self.rest.chars().next().is_some_and(&wanted) {
            self.take(1);
        }
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
