//! By when a finding has to be answered: business days for grave ones, calendar days for others. Weekends count as no business days;
//! holidays differ by country and are not known here.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc, Weekday};

use super::FindingSeverity;

/// The day so many business days later.
#[must_use]
pub fn add_business_days(from: NaiveDate, days: u32) -> NaiveDate {
    let mut day = from;
    let mut left = days;
    while left > 0 {
        day = day.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
        if !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
            left -= 1;
        }
        if day == NaiveDate::MAX {
            break;
        }
    }
    day
}

/// The end of the day by which a finding that is issued now has to be answered (domain rules, B.11: CRITICAL 5 business days, MAJOR 15,
/// others 30 days).
#[must_use]
pub fn response_due(severity: FindingSeverity, issued: DateTime<Utc>) -> DateTime<Utc> {
    let from = issued.date_naive();
    let day = match severity {
        FindingSeverity::Critical => add_business_days(from, 5),
        FindingSeverity::Major => add_business_days(from, 15),
        FindingSeverity::Minor | FindingSeverity::Recommendation => from.checked_add_days(Days::new(30)).unwrap_or(from),
    };
    let end = NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default();
    day.and_time(end).and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekends_are_no_business_days() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        // A Friday.
        assert_eq!(add_business_days(day("2026-11-20"), 1), day("2026-11-23"));
        assert_eq!(add_business_days(day("2026-11-20"), 5), day("2026-11-27"));
        // A Saturday.
        assert_eq!(add_business_days(day("2026-11-21"), 1), day("2026-11-23"));
        assert_eq!(add_business_days(day("2026-11-16"), 15), day("2026-12-07"));
        assert_eq!(add_business_days(day("2026-11-16"), 0), day("2026-11-16"));
    }

    #[test]
    fn grave_findings_are_due_sooner() {
        let issued: DateTime<Utc> = "2026-02-26T23:30:00Z".parse().unwrap();
        let due = |severity| response_due(severity, issued).to_rfc3339();
        assert_eq!(due(FindingSeverity::Critical), "2026-03-05T23:59:59+00:00");
        assert_eq!(due(FindingSeverity::Major), "2026-03-19T23:59:59+00:00");
        assert_eq!(due(FindingSeverity::Minor), "2026-03-28T23:59:59+00:00");
    }
}
