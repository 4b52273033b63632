//! Writes many rows by few statements.
//! However many there are, a table knows a handful of texts: a prepared statement is worth keeping only if it comes again.

use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::sql::Sql;

/// The most rows of one statement: with the widest table still well below the values that either database takes at once.
const MOST: usize = 512;

/// Inserts the rows; `into` is the table with its columns in brackets, `row` binds the values of one row, commas between them.
pub(crate) async fn insert_many<T>(
    dialect: Dialect,
    transaction: &DatabaseTransaction,
    into: &str,
    rows: &[T],
    row: impl Fn(&mut Sql, &T),
) -> Result<(), StoreError> {
    let mut left = rows;
    while !left.is_empty() {
        let (these, others) = left.split_at(next_piece(left.len()));
        transaction.execute_raw(statement(dialect, into, these, &row).statement()).await?;
        left = others;
    }
    Ok(())
}

/// The next piece's size: a power of two, so that sizes repeat whatever the number of rows.
fn next_piece(left: usize) -> usize {
    match left.checked_ilog2() {
        None => 0,
        Some(log) => (1 << log).min(MOST),
    }
}

fn statement<T>(dialect: Dialect, into: &str, rows: &[T], row: impl Fn(&mut Sql, &T)) -> Sql {
    let mut sql = Sql::new(dialect, "INSERT INTO ");
    sql.push(into).push(" VALUES ");
    for (index, one) in rows.iter().enumerate() {
        sql.push(if index == 0 { "(" } else { ", (" });
        row(&mut sql, one);
        sql.push(")");
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_powers_of_two_and_add_up() {
        for rows in [1, 2, 3, 511, 512, 513, 1_300] {
            let (mut left, mut pieces) = (rows, Vec::new());
            while left > 0 {
                pieces.push(next_piece(left));
                left -= next_piece(left);
            }
            assert_eq!(pieces.iter().sum::<usize>(), rows);
            assert!(pieces.iter().all(|piece| piece.is_power_of_two() && *piece <= MOST), "{rows}: {pieces:?}");
        }
    }

    #[test]
    fn each_row_has_its_own_values() {
        let sql = statement(Dialect::Postgres, "t (a, b)", &[1, 2], |sql, number| {
            sql.bind_int(*number).push(", ").bind_int(number * 10);
        });
        assert_eq!(sql.text(), "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4)");
    }
}
