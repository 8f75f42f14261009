//! The lines of a CSV file of people, each checked by the rules that everyone else is held to.

use std::io::Read;

use chatapp_domain::password::Password;
use chatapp_domain::user::{Email, Username};
use csv::{ByteRecord, ByteRecordsIntoIter, ReaderBuilder, Terminator};

/// Somebody to import.
pub(crate) struct Candidate {
    pub(crate) line: u64,
    pub(crate) username: Username,
    pub(crate) email: Email,
    pub(crate) password: Password,
}

/// A line that names nobody, and why. The line itself is not repeated: it holds a password.
pub(crate) struct Refusal {
    pub(crate) line: u64,
    pub(crate) why: String,
}

/// Reads line by line.
pub(crate) struct Rows {
    records: ByteRecordsIntoIter<Box<dyn Read>>,
    first: bool,
}

impl Rows {
    pub(crate) fn of(input: Box<dyn Read>) -> Self {
        // Left to itself, the reader miscounts the lines of files that end them as Windows does.
        let terminator = Terminator::Any(b'\n');
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).terminator(terminator).from_reader(input);
        Self { records: reader.into_byte_records(), first: true }
    }
}

impl Iterator for Rows {
    type Item = Result<Candidate, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = match self.records.next()? {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                return Some(Err(Refusal { line, why: "cannot be read".to_owned() }));
            }
        };
        if std::mem::take(&mut self.first) && is_heading(&record) {
            return self.next();
        }
        let line = record.position().map_or(0, csv::Position::line);
        Some(candidate(line, &record).map_err(|why| Refusal { line, why }))
    }
}

fn is_heading(record: &ByteRecord) -> bool {
    let names = ["username", "email", "password"];
    record.len() == names.len()
        && record.iter().zip(names).all(|(field, name)| field.trim_ascii().eq_ignore_ascii_case(name.as_bytes()))
}

fn candidate(line: u64, record: &ByteRecord) -> Result<Candidate, String> {
    let [username, email, password] = fields(record)?;
    let password = password.strip_suffix('\r').unwrap_or(password);
    let username = Username::parse(username).map_err(|error| format!("username: {error}"))?;
    let email = Email::parse(email).map_err(|error| format!("email: {error}"))?;
    let password = Password::parse(password, username.as_str()).map_err(|error| format!("password: {error}"))?;
    Ok(Candidate { line, username, email, password })
}

fn fields(record: &ByteRecord) -> Result<[&str; 3], String> {
    let text: Result<Vec<&str>, _> = record.iter().map(str::from_utf8).collect();
    let text = text.map_err(|_| "is not valid UTF-8".to_owned())?;
    text.try_into().map_err(|_| format!("has {} fields, not username,email,password", record.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &'static str) -> Vec<String> {
        let rows = Rows::of(Box::new(text.as_bytes()));
        rows.map(|row| match row {
            Ok(row) => format!("{} {} {} {}", row.line, row.username, row.email.as_str(), row.password.expose()),
            Err(refusal) => format!("{} {}", refusal.line, refusal.why),
        })
        .collect()
    }

    #[test]
    fn a_heading_is_optional_and_passwords_are_kept_as_they_are() {
        let expected = ["2 ada ada@example.org  pass, word "];
        assert_eq!(read("Username,Email,Password\nada , ada@example.org,\" pass, word \"\n"), expected);
        assert_eq!(
            read("\u{feff}username,email,password\r\n李雷,,十二三四五六七八九\r\n"),
            ["2 李雷  十二三四五六七八九"]
        );
        assert_eq!(read("username,email,passwords\n"), ["1 email: Enter a valid email address."]);
    }

    #[test]
    fn a_bad_line_is_named_and_does_not_stop_the_others() {
        let rows = read("a b,,password-1\nada,,short\nbob\neve,,password-1\n");
        assert_eq!(rows.len(), 4, "{rows:?}");
        assert!(rows[0].starts_with("1 username: ") && rows[1].starts_with("2 password: "), "{rows:?}");
        assert_eq!(rows[2], "3 has 1 fields, not username,email,password");
        assert_eq!(rows[3], "4 eve  password-1");
    }
}
