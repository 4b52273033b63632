//! Controlled vocabularies: closed lists of terms, each with a sentence that says what it means.
//! A term is one spelling everywhere: in Rust, in the database, on the graph.

/// A closed list of terms.
pub trait Vocabulary: Copy + Eq + Send + Sync + std::fmt::Debug + 'static {
    /// The list as data.
    const TERMS: &'static Terms;
    /// The term as it is written in the database and on the graph, such as `NOT_YET_RECRUITING`.
    fn term(self) -> &'static str;
    /// Reads a term; `None` for one that is not in the list.
    fn from_term(term: &str) -> Option<Self>;
}

/// A vocabulary as plain data: what the schema is made from.
#[derive(Debug, PartialEq, Eq)]
pub struct Terms {
    /// The vocabulary's name on the graph.
    pub name: &'static str,
    /// What the vocabulary is about.
    pub doc: &'static [&'static str],
    /// Each term with what it means.
    pub terms: &'static [(&'static str, &'static [&'static str])],
}

/// A term that a vocabulary does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{term}\" is no term of {vocabulary}, which has {known}")]
pub struct UnknownTerm {
    /// The vocabulary that was asked.
    pub vocabulary: &'static str,
    /// The term as it was written.
    pub term: String,
    /// The vocabulary's terms, parted by commas.
    pub known: String,
}

/// Reads a term, or says which there are.
///
/// # Errors
/// [`UnknownTerm`].
pub fn read<V: Vocabulary>(term: &str) -> Result<V, UnknownTerm> {
    V::from_term(term).ok_or_else(|| UnknownTerm {
        vocabulary: V::TERMS.name,
        term: term.to_owned(),
        known: V::TERMS.terms.iter().map(|(term, _)| *term).collect::<Vec<_>>().join(", "),
    })
}

/// Declares a vocabulary: an enum whose docstrings are the graph's descriptions.
#[macro_export]
macro_rules! vocabulary {
    ($($(#[doc = $doc:literal])* pub enum $name:ident { $($(#[doc = $tdoc:literal])* $variant:ident = $term:literal,)* })*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[doc = $tdoc])* $variant,)* }

        impl $crate::vocabulary::Vocabulary for $name {
            const TERMS: &'static $crate::vocabulary::Terms = &$crate::vocabulary::Terms {
                name: stringify!($name),
                doc: &[$($doc),*],
                terms: &[$(($term, &[$($tdoc),*])),*],
            };
            fn term(self) -> &'static str {
                match self { $(Self::$variant => $term,)* }
            }
            fn from_term(term: &str) -> Option<Self> {
                match term { $($term => Some(Self::$variant),)* _ => None }
            }
        }

        impl $name {
            /// Every term, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
        }

        impl std::str::FromStr for $name {
            type Err = $crate::vocabulary::UnknownTerm;
            fn from_str(term: &str) -> Result<Self, Self::Err> {
                $crate::vocabulary::read(term)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::vocabulary::Vocabulary::term(*self))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::vocabulary::Vocabulary::term(*self))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                <Self as $crate::vocabulary::Vocabulary>::from_term(&text)
                    .ok_or_else(|| serde::de::Error::custom(concat!("not a term of ", stringify!($name))))
            }
        }

        impl $crate::record::Value for $name {
            const SCALAR: $crate::record::Scalar = $crate::record::Scalar::Enum(<$name as $crate::vocabulary::Vocabulary>::TERMS);
            fn to_cell(&self) -> $crate::record::Cell {
                $crate::record::Cell::Text($crate::vocabulary::Vocabulary::term(*self).to_owned())
            }
            fn from_cell(cell: $crate::record::Cell) -> Result<Self, $crate::record::CellError> {
                let text = <String as $crate::record::Value>::from_cell(cell)?;
                <Self as $crate::vocabulary::Vocabulary>::from_term(&text).ok_or($crate::record::CellError)
            }
        }

        impl $crate::record::Item for $name {
            const LIST: $crate::record::Scalar = $crate::record::Scalar::EnumList(<$name as $crate::vocabulary::Vocabulary>::TERMS);
            fn to_text(&self) -> String {
                $crate::vocabulary::Vocabulary::term(*self).to_owned()
            }
            fn from_text(text: String) -> Option<Self> {
                <Self as $crate::vocabulary::Vocabulary>::from_term(&text)
            }
        }
    )*};
}

#[cfg(test)]
mod tests {
    use crate::portfolio::{Phase, RegistryStatus};

    #[test]
    fn each_term_reads_back_and_serialises_as_itself() {
        for status in RegistryStatus::ALL {
            let term = status.to_string();
            assert_eq!(term.parse().as_ref(), Ok(status));
            assert_eq!(serde_json::to_string(status).unwrap(), format!("\"{term}\""));
        }
        assert_eq!(RegistryStatus::ALL.len(), 14);
    }

    #[test]
    fn an_unknown_term_is_named_with_the_known_ones() {
        let error = "PHASE9".parse::<Phase>().unwrap_err();
        assert_eq!(error.to_string(), "\"PHASE9\" is no term of Phase, which has EARLY_PHASE1, PHASE1, PHASE2, PHASE3, PHASE4, NA");
    }
}
