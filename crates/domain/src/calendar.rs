//! Days as people name them, in UTC.

use std::ops::Range;

use crate::time::Timestamp;

const MICROS_PER_DAY: i64 = 86_400_000_000;
const DAYS_PER_ERA: i64 = 146_097;

/// A day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i64);

/// Year, month from 1 and day from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// The year.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
}

/// A year, a month of it, or a day of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// A whole year.
    Year(i64),
    /// A whole month.
    Month(i64, i64),
    /// One day.
    Day(i64, i64, i64),
}

impl Day {
    /// The day of a point in time.
    pub fn of(at: Timestamp) -> Self {
        Self(at.as_micros().div_euclid(MICROS_PER_DAY))
    }

    /// When it begins.
    pub fn start(self) -> Timestamp {
        Timestamp::from_micros(self.0.saturating_mul(MICROS_PER_DAY))
    }

    /// What people call it. Years are taken from March to February, so that the leap day is the last of its year, and in
    /// eras of 400 years, which are all alike.
    pub fn date(self) -> Date {
        let since_year_zero = self.0 + 719_468;
        let (era, day) = (since_year_zero.div_euclid(DAYS_PER_ERA), since_year_zero.rem_euclid(DAYS_PER_ERA));
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day_of_year = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        Date { year: era * 400 + year + carry, month, day }
    }

    /// The first day of a month, which may also be one past the twelfth.
    fn first_of(year: i64, month: i64) -> Self {
        let (year, month) = (year + (month - 1).div_euclid(12), (month - 1).rem_euclid(12) + 1);
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let day = 365 * of_era + of_era / 4 - of_era / 100 + (153 * month + 2) / 5;
        Self(era * DAYS_PER_ERA + day - 719_468)
    }
}

impl Period {
    /// Nothing if there is no such year (1 to 9999), month or day.
    pub fn of(year: i64, month: Option<i64>, day: Option<i64>) -> Option<Self> {
        let exists = (1..=9999).contains(&year) && month.is_none_or(|month| (1..=12).contains(&month));
        match (month, day) {
            _ if !exists => None,
            (None, None) => Some(Self::Year(year)),
            (Some(month), None) => Some(Self::Month(year, month)),
            (Some(month), Some(day)) => {
                let date = Day(Day::first_of(year, month).0 + day - 1).date();
                (date == Date { year, month, day }).then_some(Self::Day(year, month, day))
            }
            (None, Some(_)) => None,
        }
    }

    /// Its days, up to but not including the last.
    pub fn days(self) -> Range<Day> {
        match self {
            Self::Year(year) => Day::first_of(year, 1)..Day::first_of(year + 1, 1),
            Self::Month(year, month) => Day::first_of(year, month)..Day::first_of(year, month + 1),
            Self::Day(year, month, day) => {
                let first = Day(Day::first_of(year, month).0 + day - 1);
                first..Day(first.0 + 1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_has_the_name_that_it_is_found_by() {
        let mut expected = Date { year: 1599, month: 12, day: 31 };
        for day in Day::first_of(1600, 1).0..Day::first_of(2401, 1).0 {
            let date = Day(day).date();
            let next = expected.day + 1 == date.day && expected.month == date.month;
            assert!(next || date.day == 1, "{expected:?} {date:?}");
            assert_eq!(Period::of(date.year, Some(date.month), Some(date.day)).unwrap().days().start, Day(day));
            expected = date;
        }
        assert_eq!(Day(0).date(), Date { year: 1970, month: 1, day: 1 });
        assert_eq!(Day(-1).date(), Date { year: 1969, month: 12, day: 31 });
    }

    #[test]
    fn a_period_is_as_long_as_it_is() {
        let length = |year, month, day| {
            let days = Period::of(year, month, day).map(Period::days);
            days.map(|days| days.end.0 - days.start.0)
        };
        assert_eq!((length(2024, None, None), length(2026, None, None)), (Some(366), Some(365)));
        assert_eq!((length(2024, Some(2), None), length(2026, Some(12), None)), (Some(29), Some(31)));
        assert_eq!((length(2024, Some(2), Some(29)), length(2026, Some(2), Some(29))), (Some(1), None));
        assert_eq!(
            (length(0, None, None), length(2026, Some(13), None), length(2026, None, Some(1))),
            (None, None, None)
        );
    }
}
