//! The schema as introspection shows it, and selections that ask for every field of a type.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value as Json;

/// The introspection that the sweep is made from.
pub const INTROSPECTION: &str = "{ __schema { types { kind name fields { name args { name type { ...T } } type { ...T } } \
    inputFields { name type { ...T } } enumValues { name } possibleTypes { name } } } } \
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// A type's name and what is around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapped {
    /// The name of the type inside.
    pub name: String,
    /// Whether it must be given.
    pub required: bool,
    /// Whether it is a list.
    pub list: bool,
}

/// A field or an argument.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Wrapped,
    /// Its arguments.
    pub args: Vec<Field>,
}

/// A type.
#[derive(Clone, Debug)]
pub struct Type {
    /// `OBJECT`, `INTERFACE`, `INPUT_OBJECT`, `ENUM` or `SCALAR`.
    pub kind: String,
    /// Fields of an object, or of an input.
    pub fields: Vec<Field>,
    /// Values of an enum.
    pub values: Vec<String>,
    /// What an interface may be.
    pub possible: Vec<String>,
}

/// The schema.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// Types by name.
    pub types: BTreeMap<String, Type>,
}

impl Shape {
    /// Reads an answer to [`INTROSPECTION`].
    #[must_use]
    pub fn read(answer: &Json) -> Self {
        let none = Vec::new();
        let list = |value: &Json| value.as_array().unwrap_or(&none).clone();
        let mut types = BTreeMap::new();
        for ty in list(&answer["data"]["__schema"]["types"]) {
            let name = word(&ty["name"]);
            if name.starts_with("__") {
                continue;
            }
            let mut fields: Vec<Field> = list(&ty["fields"]).iter().map(field).collect();
            fields.extend(list(&ty["inputFields"]).iter().map(field));
            let words = |value: &Json| list(value).iter().map(|value| word(&value["name"])).collect();
            types.insert(
                name,
                Type { kind: word(&ty["kind"]), fields, values: words(&ty["enumValues"]), possible: words(&ty["possibleTypes"]) },
            );
        }
        Self { types }
    }

    /// The fields of a type.
    #[must_use]
    pub fn fields(&self, ty: &str) -> &[Field] {
        self.types.get(ty).map_or(&[], |ty| &ty.fields)
    }

    /// Whether a type has fields to select.
    #[must_use]
    pub fn is_composite(&self, ty: &str) -> bool {
        self.types.get(ty).is_some_and(|ty| ty.kind == "OBJECT" || ty.kind == "INTERFACE")
    }

    /// Every field of a type once, each of those below it just far enough to be asked for.
    #[must_use]
    pub fn flat(&self, ty: &str) -> String {
        let mut parts = vec!["__typename".to_owned()];
        for field in self.fields(ty) {
            if self.is_composite(&field.ty.name) {
                parts.push(format!("{}{} {{ {} }}", field.name, page(field, 3), self.least(&field.ty.name, 0)));
            } else {
                parts.push(field.name.clone());
            }
        }
        for possible in self.types.get(ty).map(|ty| ty.possible.clone()).unwrap_or_default() {
            parts.push(format!("... on {possible} {{ {} }}", self.flat(&possible)));
        }
        parts.join(" ")
    }

    /// As little of a type as can be asked for; all of it where it has no id.
    fn least(&self, ty: &str, depth: usize) -> String {
        let fields = self.fields(ty);
        if fields.iter().any(|field| field.name == "id") {
            return "__typename id".to_owned();
        }
        let mut parts = vec!["__typename".to_owned()];
        for field in fields {
            if !self.is_composite(&field.ty.name) {
                parts.push(field.name.clone());
            } else if depth < 3 && field.args.is_empty() {
                parts.push(format!("{} {{ {} }}", field.name, self.least(&field.ty.name, depth + 1)));
            }
        }
        parts.join(" ")
    }

    /// The shortest way from the root to each type: fields with their types, without arguments that are required.
    #[must_use]
    pub fn ways(&self, root: &str) -> BTreeMap<String, Vec<Field>> {
        let mut ways: BTreeMap<String, Vec<Field>> = BTreeMap::from([(root.to_owned(), Vec::new())]);
        let mut queue = VecDeque::from([root.to_owned()]);
        while let Some(ty) = queue.pop_front() {
            let so_far = ways.get(&ty).cloned().unwrap_or_default();
            for field in self.fields(&ty) {
                // Finders need an id: a list leads there too. The viewer is a way of its own.
                let finder = ty == root && !field.ty.name.ends_with("Connection") && field.name != "viewer";
                if finder || !self.is_composite(&field.ty.name) || ways.contains_key(&field.ty.name) {
                    continue;
                }
                let mut way = so_far.clone();
                way.push(field.clone());
                ways.insert(field.ty.name.clone(), way);
                queue.push_back(field.ty.name.clone());
            }
        }
        ways
    }

    /// Documents that together ask for every pair of a field that gives a type and a field of that type.
    /// With each, the pairs that it asks for.
    #[must_use]
    pub fn pairs(&self, root: &str) -> Vec<(String, BTreeSet<String>)> {
        let mut documents = Vec::new();
        for (ty, way) in self.ways(root) {
            if self.types.get(&ty).is_some_and(|ty| ty.kind == "INTERFACE") {
                continue;
            }
            for field in self.fields(&ty).iter().filter(|field| self.is_composite(&field.ty.name)) {
                // What has to be given an id is walked by itself.
                if ty == root && field.args.iter().any(|argument| argument.ty.required || argument.name == "id") {
                    continue;
                }
                let below = &field.ty.name;
                let mut document = format!("{}{} {{ {} }}", field.name, page(field, 6), self.flat(below));
                for (depth, step) in way.iter().enumerate().rev() {
                    // What gives all at once is dear: fewer are asked for it.
                    let size = if field.ty.list && page(field, 1).is_empty() { 5 } else { 40 };
                    document = format!("{}{} {{ {document} }}", step.name, page(step, if depth == 0 { size } else { 8 }));
                }
                let mut asked: BTreeSet<String> =
                    self.fields(below).iter().map(|inner| format!("{ty}.{} {below}.{}", field.name, inner.name)).collect();
                for possible in self.types.get(below).map(|ty| ty.possible.clone()).unwrap_or_default() {
                    asked.extend(self.fields(&possible).iter().map(|inner| format!("{ty}.{} {possible}.{}", field.name, inner.name)));
                }
                documents.push((format!("{{ {document} }}"), asked));
            }
        }
        documents
    }
}

/// The size of a page, where the field has pages; whose turn it is, where that has to be said.
fn page(field: &Field, size: usize) -> String {
    let paged = field.args.iter().any(|argument| argument.name == "first");
    let sided = field.args.iter().any(|argument| argument.name == "side");
    match (sided, paged) {
        (true, true) => format!("(side: MINE, first: {size})"),
        (true, false) => "(side: MINE)".to_owned(),
        (false, true) => format!("(first: {size})"),
        (false, false) => String::new(),
    }
}

fn word(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn field(value: &Json) -> Field {
    let args = value["args"].as_array().map(|args| args.iter().map(field).collect()).unwrap_or_default();
    Field { name: word(&value["name"]), ty: wrapped(&value["type"]), args }
}

fn wrapped(value: &Json) -> Wrapped {
    let mut found = Wrapped { name: String::new(), required: value["kind"] == "NON_NULL", list: false };
    let mut at = value;
    loop {
        found.list |= at["kind"] == "LIST";
        if at["ofType"].is_null() {
            found.name = word(&at["name"]);
            return found;
        }
        at = &at["ofType"];
    }
}
