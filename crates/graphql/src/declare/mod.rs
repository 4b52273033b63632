//! How an entity stands on the graph, as a table of plain data: fields, edges, parts, order. Declared once;
//! the schema's text, filters, orders, resolvers and histories are all read off the same table.

mod table;
mod tables;

pub(crate) use table::{Days, Field, Root, Stored, Table, What};
pub(crate) use tables::{table, tables};
