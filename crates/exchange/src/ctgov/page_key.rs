//! Tells an API page from a record while it goes by, from its outermost keys.
//! A page's list must be known before it is read, since it may be longer than memory should hold.

use super::nesting::Nesting;

/// Watches a document's outermost keys for `studies` with a list behind it.
#[derive(Default)]
pub(super) struct PageKey {
    matched: usize,
    stage: Stage,
}

/// How much of `"studies": [` has gone by.
#[derive(Default, Clone, Copy, PartialEq)]
enum Stage {
    #[default]
    Elsewhere,
    InKey,
    Key,
    Colon,
}

impl PageKey {
    const KEY: &'static [u8] = b"studies";

    /// Takes the next byte, after the nesting has; tells whether it opened the list.
    pub(super) fn take(&mut self, byte: u8, nesting: &Nesting) -> bool {
        self.stage = match (self.stage, byte) {
            (Stage::InKey, b'"') if self.matched == Self::KEY.len() => Stage::Key,
            (Stage::InKey, byte) if Self::KEY.get(self.matched) == Some(&byte) => {
                self.matched += 1;
                Stage::InKey
            }
            (Stage::Elsewhere | Stage::Key | Stage::Colon, b'"') if nesting.depth() == 1 && nesting.in_string() => {
                self.matched = 0;
                Stage::InKey
            }
            (stage @ (Stage::Key | Stage::Colon), b' ' | b'\t' | b'\r' | b'\n') => stage,
            (Stage::Key, b':') => Stage::Colon,
            (Stage::Colon, b'[') => return true,
            _ => Stage::Elsewhere,
        };
        false
    }
}
