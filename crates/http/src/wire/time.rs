//! Timestamps: RFC 3339 in UTC, always with six digits after the second.

use actix_web::cookie::time::OffsetDateTime;
use actix_web::cookie::time::format_description::well_known::Rfc3339;
use chatapp_domain::calendar::{Date, Day};
use chatapp_domain::time::Timestamp;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

const LENGTH: usize = "2026-11-24T10:15:30.123456Z".len();
const MICROS_PER_DAY: i64 = 86_400_000_000;

/// RFC 3339, UTC, microseconds.
#[derive(Clone, Copy, Debug, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-11-24T10:15:30.123456Z")]
pub(crate) struct Stamp(pub(crate) Timestamp);

impl Stamp {
    /// Reads RFC 3339, in any zone; what is finer than a microsecond is cut off.
    pub(crate) fn parse(text: &str) -> Option<Timestamp> {
        let at = OffsetDateTime::parse(text.trim(), &Rfc3339).ok()?;
        i64::try_from(at.unix_timestamp_nanos().div_euclid(1000)).ok().map(Timestamp::from_micros)
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = write(self.0);
        serializer.serialize_str(std::str::from_utf8(&written).unwrap_or_default())
    }
}

/// Digits only, so it is text. Years outside of 0 to 9999 are clamped: there is no way to write them.
fn write(at: Timestamp) -> [u8; LENGTH] {
    let at = at.as_micros().clamp(-62_167_219_200_000_000, 253_402_300_799_999_999);
    let (days, within) = (at.div_euclid(MICROS_PER_DAY), at.rem_euclid(MICROS_PER_DAY));
    let Date { year, month, day } = Day(days).date();
    let mut text = *b"0000-00-00T00:00:00.000000Z";
    put(&mut text[0..4], year);
    put(&mut text[5..7], month);
    put(&mut text[8..10], day);
    put(&mut text[11..13], within / 3_600_000_000);
    put(&mut text[14..16], within / 60_000_000 % 60);
    put(&mut text[17..19], within / 1_000_000 % 60);
    put(&mut text[20..26], within % 1_000_000);
    text
}

fn put(place: &mut [u8], mut number: i64) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(micros: i64) -> String {
        String::from_utf8(write(Timestamp::from_micros(micros)).to_vec()).unwrap()
    }

    #[test]
    fn there_are_always_six_digits() {
        assert_eq!(written(0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(written(1_795_515_330_123_456), "2026-11-24T10:15:30.123456Z");
        assert_eq!(written(1_000_000), "1970-01-01T00:00:01.000000Z");
        assert_eq!(written(-1), "1969-12-31T23:59:59.999999Z");
    }

    #[test]
    fn leap_days_are_where_they_belong() {
        assert_eq!(written(951_782_400_000_000), "2000-02-29T00:00:00.000000Z");
        assert_eq!(written(4_107_542_400_000_000), "2100-03-01T00:00:00.000000Z");
        assert_eq!(written(1_709_251_199_000_000), "2024-02-29T23:59:59.000000Z");
    }

    #[test]
    fn what_is_written_is_read_again() {
        for micros in [0, 1_795_515_330_123_456, -1, 253_402_300_799_999_999] {
            assert_eq!(Stamp::parse(&written(micros)), Some(Timestamp::from_micros(micros)));
        }
        assert_eq!(Stamp::parse("1970-01-01T01:00:00.0000019+01:00"), Some(Timestamp::from_micros(1)));
        for bad in ["", "x", "1970-01-01", "1970-01-01T00:00:00", "1970-02-30T00:00:00Z", "10000-01-01T00:00:00Z"] {
            assert_eq!(Stamp::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_cannot_be_written_is_clamped() {
        assert_eq!(written(i64::MAX), "9999-12-31T23:59:59.999999Z");
        assert_eq!(written(i64::MIN), "0000-01-01T00:00:00.000000Z");
    }
}
