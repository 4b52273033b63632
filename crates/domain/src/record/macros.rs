//! The two declarations of an entity's floor in the domain: `record!` for what is kept, `input!` for what is handed in.
//! A field is spelled once; its docstring is the graph's description.

/// Declares a record: a plain struct with public fields that describes itself as data.
/// The field `id` comes first and its type fixes the record's kind for an entity; a restricted part names its kind itself.
#[macro_export]
macro_rules! record {
    ($(#[doc = $doc:literal])* pub struct $name:ident: $kind:ident { $($(#[doc = $fdoc:literal])* $field:ident: $type:ty,)* }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $($(#[doc = $fdoc])* pub $field: $type,)* }

        impl $crate::record::Record for $name {
            const KIND: $crate::record::Kind = $crate::record::Kind::$kind;
            const DOC: &'static [&'static str] = &[$($doc),*];
            const COLUMNS: &'static [$crate::record::Column] = &[$($crate::record::Column {
                name: stringify!($field),
                doc: &[$($fdoc),*],
                scalar: <$type as $crate::record::Value>::SCALAR,
                nullable: <$type as $crate::record::Value>::NULLABLE,
            },)*];

            fn uuid(&self) -> uuid::Uuid {
                $crate::id::TypedId::uuid(self.id)
            }

            fn cells(&self) -> Vec<$crate::record::Cell> {
                vec![$($crate::record::Value::to_cell(&self.$field),)*]
            }

            fn from_cells(cells: Vec<$crate::record::Cell>) -> Result<Self, $crate::record::CellError> {
                let mut cells = cells.into_iter();
                Ok(Self { $($field: $crate::record::Value::from_cell(cells.next().ok_or($crate::record::CellError)?)?,)* })
            }

            fn readers(&self) -> $crate::access::Readers {
                Self::audience(self)
            }

            fn into_entity(self) -> $crate::record::Entity {
                $crate::record::Entity::$kind(self)
            }

            fn from_entity(entity: $crate::record::Entity) -> Option<Self> {
                match entity { $crate::record::Entity::$kind(record) => Some(record), _ => None }
            }
        }
    };
}

/// Declares an input: a plain struct that describes itself as data and reads itself from JSON.
#[macro_export]
macro_rules! input {
    ($($(#[doc = $doc:literal])* pub struct $name:ident { $($(#[doc = $fdoc:literal])* $field:ident: $type:ty,)* })*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $($(#[doc = $fdoc])* pub $field: $type,)* }

        impl $crate::record::Input for $name {
            const DOC: &'static [&'static str] = &[$($doc),*];
            const FIELDS: &'static [$crate::record::InputField] = &[$($crate::record::InputField {
                name: stringify!($field),
                doc: &[$($fdoc),*],
                shape: <$type as $crate::record::InputValue>::SHAPE,
            },)*];

            fn read(object: &serde_json::Map<String, serde_json::Value>) -> Result<Self, Vec<$crate::record::FieldError>> {
                let mut faults = Vec::new();
                $(let $field = $crate::record::read_field::<$type>(object, stringify!($field), &mut faults);)*
                match ($($field,)*) {
                    ($(Some($field),)*) if faults.is_empty() => Ok(Self { $($field,)* }),
                    _ => Err(faults),
                }
            }
        }
    )*};
}
