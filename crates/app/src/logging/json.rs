//! A record as one JSON object: what every line has, and beside it the record's own fields.

use log::Record;
use log::kv::{self, Key, Value, VisitSource};
use serde_json::{Map, Value as Json};

/// What a record's own fields cannot replace.
const RESERVED: [&str; 4] = ["time", "level", "target", "message"];

/// The line, without its end. JSON escapes whatever could end it.
pub(super) fn line(time: &str, record: &Record<'_>) -> String {
    let mut fields = Fields(Map::new());
    fields.0.insert("time".to_owned(), time.into());
    fields.0.insert("level".to_owned(), record.level().as_str().to_lowercase().into());
    fields.0.insert("target".to_owned(), record.target().into());
    fields.0.insert("message".to_owned(), record.args().to_string().into());
    // Nothing here refuses a field.
    let _ = record.key_values().visit(&mut fields);
    Json::Object(fields.0).to_string()
}

struct Fields(Map<String, Json>);

impl<'kvs> VisitSource<'kvs> for Fields {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), kv::Error> {
        if !RESERVED.contains(&key.as_str()) {
            self.0.insert(key.as_str().to_owned(), json(&value));
        }
        Ok(())
    }
}

/// Numbers as numbers, nothing as null, and everything else as text.
fn json(value: &Value<'_>) -> Json {
    if let Some(number) = value.to_i64() {
        return number.into();
    }
    if let Some(number) = value.to_f64() {
        return number.into();
    }
    value.to_string().into()
}

#[cfg(test)]
mod tests {
    use log::{Level, RecordBuilder};

    use super::*;

    fn line_of(fields: &[(&str, Value<'_>)]) -> Json {
        let mut record = RecordBuilder::new();
        record.level(Level::Warn).target("chatapp::access").key_values(&fields);
        let line = line("2026-11-25T10:15:30.123456Z", &record.args(format_args!("a\n\u{1b}[2J\"b")).build());
        assert_eq!(line.lines().count(), 1, "{line}");
        serde_json::from_str(&line).unwrap()
    }

    #[test]
    fn a_record_is_one_line_whatever_it_contains() {
        let line = line_of(&[]);
        let expected = serde_json::json!({
            "time": "2026-11-25T10:15:30.123456Z",
            "level": "warn",
            "target": "chatapp::access",
            "message": "a\n\u{1b}[2J\"b",
        });
        assert_eq!(line, expected);
    }

    #[test]
    fn fields_stand_beside_the_message_and_never_in_its_place() {
        let line = line_of(&[("status", 200.into()), ("path", "/a\nb".into()), ("level", "forged".into())]);
        assert_eq!((&line["status"], &line["path"], &line["level"]), (&200.into(), &"/a\nb".into(), &"warn".into()));
    }
}
