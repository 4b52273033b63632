//! Days between what two columns say: one count for both read paths.

use chrono::{Days as Add, NaiveDate};
use tandem_domain::record::Cell;

use crate::declare::Days;

/// How many days; nothing where there is nothing to count from.
pub(crate) fn count(counted: Days, from: &Cell, plus: Option<&Cell>, to: &Cell, today: NaiveDate) -> Option<i64> {
    let mut from = day(from)?;
    if let Some(Cell::Int(more)) = plus {
        from = from.checked_add_days(Add::new(u64::try_from(*more).ok()?))?;
    }
    let days = day(to).unwrap_or(today).signed_duration_since(from).num_days();
    Some(if counted.late { days.max(0) } else { days })
}

fn day(cell: &Cell) -> Option<NaiveDate> {
    match cell {
        Cell::Date(day) => Some(*day),
        Cell::Time(moment) => Some(moment.date_naive()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lateness_is_never_less_than_nothing_and_counts_until_today() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let date = |text: &str| Cell::Date(day(text));
        let today = day("2026-11-23");
        let late = Days { from: "due_date", plus: None, to: "settled_at", late: true };
        let apart = Days { late: false, ..late };
        assert_eq!(count(late, &date("2026-11-20"), None, &Cell::Null, today), Some(3));
        assert_eq!(count(late, &date("2026-11-25"), None, &Cell::Null, today), Some(0));
        assert_eq!(count(apart, &date("2026-11-25"), None, &Cell::Null, today), Some(-2));
        assert_eq!(count(late, &date("2026-11-20"), Some(&Cell::Int(2)), &Cell::Null, today), Some(1));
        assert_eq!(count(late, &Cell::Null, None, &Cell::Null, today), None);
        let settled = Cell::Time("2026-11-21T23:59:59Z".parse().unwrap());
        assert_eq!(count(late, &date("2026-11-20"), None, &settled, today), Some(1));
    }
}
