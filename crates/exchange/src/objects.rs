//! How the shapes of files are read: from JSON objects, and from nothing else.
//! Each format declares its own shapes and names them here.

/// Lets the named shapes be read from JSON objects only. Derived reading alone would also take a list, field by field in the order of
/// their declaration here, and so give meaning to data that has none.
macro_rules! objects_only {
    ($($name:ident),+ $(,)?) => {$(
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Object(std::marker::PhantomData<$name>);

                impl<'de> serde::de::Visitor<'de> for Object {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<$name, A::Error> {
                        $name::deserialize(serde::de::value::MapAccessDeserializer::new(map))
                    }
                }

                deserializer.deserialize_map(Object(std::marker::PhantomData))
            }
        }
    )+};
}

pub(crate) use objects_only;
