//! The table of an entity and the small builder that it is written with.
//! Types, nullability and descriptions come from the record; only what is shown, and the edges, are written.

use tandem_domain::record::{Column, Kind, Scalar, camel_case, description};

/// How one kind stands on the graph.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) kind: Kind,
    pub(crate) fields: Vec<Field>,
    /// How it is found at the root; a part of something is not.
    pub(crate) root: Option<Root>,
}

/// How a kind is found at the root.
#[derive(Debug)]
pub(crate) struct Root {
    /// The field that finds one, such as `study`.
    pub(crate) finder: &'static str,
    /// The field that lists them, such as `studies`.
    pub(crate) list: &'static str,
    /// Columns by which one can also be found.
    pub(crate) keys: &'static [&'static str],
}

/// One field of an entity.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) what: What,
}

/// What a field gives.
#[derive(Debug, Clone, Copy)]
pub(crate) enum What {
    /// The value of a column.
    Column { position: usize, column: &'static Column },
    /// What the store keeps beside the columns.
    Stored(Stored),
    /// An amount in two columns: minor units, currency.
    Money { units: &'static str, currency: &'static str },
    /// The record that a column names.
    One { column: &'static str, kind: Kind },
    /// How many days lie between what two columns say, counted to today as long as the second says nothing.
    Days(Days),
    /// The records that a column lists, as far as the viewer sees them.
    Listed { column: &'static str, kind: Kind },
    /// The records that name this one in a column.
    Many { kind: Kind, column: &'static str },
    /// A part that is kept by itself.
    Part { kind: Kind },
    /// The steps out of the record's state.
    Transitions,
    /// What was journalled about the record.
    History,
    /// What systems of the reader's organisation call the record.
    References,
    /// When the person or client that a column names last acted for the viewer's organisation, from the access log.
    LastUse { column: &'static str },
}

/// A count of days between two columns, each a day or a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Days {
    /// From when; nothing there: there is nothing to count.
    pub(crate) from: &'static str,
    /// A column of days to add to that.
    pub(crate) plus: Option<&'static str>,
    /// Until when; nothing there: until today.
    pub(crate) to: &'static str,
    /// Whether it is never less than nothing, such as lateness.
    pub(crate) late: bool,
}

/// What the store keeps beside a record's own columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stored {
    Version,
    CreatedAt,
    UpdatedAt,
    CreatedBy,
}

impl Table {
    /// A table with the fields that everything has: id, version, times, author, history; the lifecycle's steps where there is one.
    pub(crate) fn of(kind: Kind) -> Self {
        let mut table = Self { kind, fields: Vec::new(), root: None };
        if kind.def().part_of.is_none() {
            table = table.show("id");
        }
        let stored = [
            ("version", "Grows by one with each change; what `expectedVersion` is compared with.", Stored::Version),
            ("createdAt", "When it was created (UTC).", Stored::CreatedAt),
            ("updatedAt", "When it was last changed (UTC).", Stored::UpdatedAt),
            ("createdBy", "Who created it; nothing where you may not see who that is, or it was Tandem itself.", Stored::CreatedBy),
        ];
        for (name, doc, what) in stored {
            table.push(name, doc, What::Stored(what));
        }
        if kind.def().lifecycle.is_some() {
            let doc =
                "The steps out of the present state, whether you may take them now, and what hinders. It never disagrees with trying.";
            table.push("allowedTransitions", doc, What::Transitions);
        }
        if kind.def().part_of.is_none() {
            table.push("externalRefs", "What systems of your organisation call it.", What::References);
        }
        table.push("history", "What was done to it, oldest first, as far as you may see it.", What::History);
        table
    }

    /// A table of what begins hidden from some who see it later: when it came to be, and by whom, is not told.
    pub(crate) fn begun_hidden(kind: Kind) -> Self {
        let mut table = Self::of(kind);
        table.fields.retain(|field| !matches!(field.what, What::Stored(Stored::CreatedAt | Stored::CreatedBy)));
        table
    }

    /// How many days too late something is, from a column that says when it is due.
    pub(crate) fn days_late(self, name: &str, from: &'static str, plus: Option<&'static str>, to: &'static str, doc: &str) -> Self {
        self.days(name, Days { from, plus, to, late: true }, doc)
    }

    /// How many days lie between what two columns say; below nothing where the second is earlier.
    pub(crate) fn days_between(self, name: &str, from: &'static str, to: &'static str, doc: &str) -> Self {
        self.days(name, Days { from, plus: None, to, late: false }, doc)
    }

    fn days(mut self, name: &str, days: Days, doc: &str) -> Self {
        self.push(name, doc, What::Days(days));
        self
    }

    /// A table of a log: its rows have an id, and what they tell; they do not change and have no history of their own.
    pub(crate) fn log(kind: Kind) -> Self {
        Self { kind, fields: Vec::new(), root: None }.show("id")
    }

    /// When the person or client that a column names last used Tandem.
    pub(crate) fn last_use(mut self, column: &'static str) -> Self {
        let doc = "When the holder last acted for your organisation, to the hour; for who reads its access log, nothing for others and where \
                   it never was.";
        self.push("lastUsedAt", doc, What::LastUse { column });
        self
    }

    /// Finds it at the root.
    pub(crate) fn root(mut self, finder: &'static str, list: &'static str, keys: &'static [&'static str]) -> Self {
        self.root = Some(Root { finder, list, keys });
        self
    }

    /// Shows these columns, named with spaces between, under their own names.
    pub(crate) fn show(mut self, columns: &str) -> Self {
        let def = self.kind.def();
        for column in columns.split_whitespace() {
            if let Some(position) = def.position(column)
                && let Some(column) = def.columns.get(position)
            {
                self.push(&camel_case(column.name), &description(column.doc), What::Column { position, column });
            }
        }
        self
    }

    /// An edge to the record that a column names. Its name is the column's without `_id`, and its kind the column's.
    pub(crate) fn one(mut self, column: &'static str) -> Self {
        if let Some(found) = self.column(column)
            && let Scalar::Id(kind) = found.scalar
        {
            let name = camel_case(column.strip_suffix("_id").unwrap_or(column));
            self.push(&name, &description(found.doc), What::One { column, kind });
        }
        self
    }

    /// Edges to the records that a column lists.
    pub(crate) fn listed(mut self, name: &str, column: &'static str) -> Self {
        if let Some(found) = self.column(column)
            && let Scalar::IdList(kind) = found.scalar
        {
            self.push(name, &description(found.doc), What::Listed { column, kind });
        }
        self
    }

    /// Edges to the records of `kind` that name this one in `column`: a connection.
    pub(crate) fn many(mut self, name: &str, kind: Kind, column: &'static str, doc: &str) -> Self {
        self.push(name, doc, What::Many { kind, column });
        self
    }

    /// A part that is kept by itself: null where there is none, or your role withholds it (then `extensions.redactions` says so).
    pub(crate) fn part(mut self, name: &str, kind: Kind) -> Self {
        self.push(name, &description(kind.def().doc), What::Part { kind });
        self
    }

    /// An amount of money.
    pub(crate) fn money(mut self, name: &str, units: &'static str, currency: &'static str, doc: &str) -> Self {
        self.push(name, doc, What::Money { units, currency });
        self
    }

    /// The field of this name.
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    fn column(&self, name: &str) -> Option<&'static Column> {
        let def = self.kind.def();
        def.position(name).and_then(|position| def.columns.get(position))
    }

    fn push(&mut self, name: &str, doc: &str, what: What) {
        self.fields.push(Field { name: name.to_owned(), doc: doc.to_owned(), what });
    }
}

impl Field {
    /// Whether the field may be null. Edges may always be: what they lead to may be hidden.
    pub(crate) fn nullable(&self) -> bool {
        match self.what {
            What::Column { column, .. } => column.nullable,
            What::Stored(stored) => stored == Stored::CreatedBy,
            What::Money { .. } | What::One { .. } | What::Part { .. } | What::LastUse { .. } | What::Days(_) => true,
            What::Listed { .. } | What::Many { .. } | What::Transitions | What::References | What::History => false,
        }
    }
}
