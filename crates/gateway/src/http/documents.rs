//! Documents that were read before: the same text is parsed once. Bounded in texts and bytes, because anybody can send documents.

use std::sync::Arc;

use moka::sync::Cache;
use tandem_graphql::Document;
use tandem_graphql::limits::{LimitError, Limits, parse};

/// Bytes of text that are remembered. What a document becomes when it is parsed and planned is some ten times its text.
const BYTES: u64 = 2 * 1024 * 1024;

/// What a document weighs besides its text.
const OVERHEAD: usize = 512;

/// The documents that are remembered, by their whole text.
pub(super) struct Documents {
    known: Cache<String, Arc<Document>>,
}

impl Default for Documents {
    fn default() -> Self {
        let weight = |text: &String, _: &Arc<Document>| u32::try_from(text.len() + OVERHEAD).unwrap_or(u32::MAX);
        Self { known: Cache::builder().max_capacity(BYTES).weigher(weight).build() }
    }
}

impl Documents {
    /// The document of this text. One that breaks a rule is not remembered.
    ///
    /// # Errors
    /// [`LimitError`] where the text is too long or is no document.
    pub(super) fn get(&self, text: &str, limits: &Limits) -> Result<Arc<Document>, LimitError> {
        if let Some(known) = self.known.get(text) {
            return Ok(known);
        }
        let document = Arc::new(Document::new(text.to_owned(), parse(text, limits)?));
        self.known.insert(text.to_owned(), Arc::clone(&document));
        Ok(document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_parsed_once_and_a_bad_one_is_not_kept() {
        let (documents, limits) = (Documents::default(), Limits::default());
        let first = documents.get("{ viewer { side } }", &limits).unwrap();
        assert!(Arc::ptr_eq(&first, &documents.get("{ viewer { side } }", &limits).unwrap()));
        assert!(!Arc::ptr_eq(&first, &documents.get("{ viewer { side }}", &limits).unwrap()));
        assert!(documents.get("{ viewer {", &limits).is_err());
        documents.known.run_pending_tasks();
        assert_eq!(documents.known.entry_count(), 2);
    }

    #[test]
    fn what_is_remembered_is_bounded_in_bytes() {
        let (documents, limits) = (Documents::default(), Limits::default());
        for number in 0..400 {
            documents.get(&format!("{{ viewer {{ side }} }} #{number}{}", "x".repeat(14_000)), &limits).unwrap();
        }
        documents.known.run_pending_tasks();
        assert!(documents.known.weighted_size() <= BYTES);
    }
}
