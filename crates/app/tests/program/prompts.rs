//! The commands that ask, on a terminal.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::support::place::{PASSWORD, Place};

/// A command on a terminal of its own, which `script` (of bsdutils) makes.
struct Terminal {
    child: Child,
    typed: ChildStdin,
    shown: ChildStdout,
    /// What was shown since the last answer.
    text: Vec<u8>,
}

impl Terminal {
    fn of(place: &Place, command: &str, login: &str) -> Self {
        let chatapp = place.chatapp(&[command]);
        let program = chatapp.get_program().to_str().unwrap();
        let mut script = Command::new("script");
        script.args(["--quiet", "--return", "--command", &format!("'{program}' {command}"), "/dev/null"]);
        for (name, value) in chatapp.get_envs() {
            match value {
                Some(value) => script.env(name, value),
                None => script.env_remove(name),
            };
        }
        script.current_dir(chatapp.get_current_dir().unwrap());
        script.env_remove("USER").env_remove("LNAME").env_remove("USERNAME").env("LOGNAME", login);
        let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (typed, shown) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, typed, shown, text: Vec::new() }
    }

    /// Types an answer once the question is there.
    fn answer(&mut self, question: &str, answer: &str) {
        while !self.text.ends_with(question.as_bytes()) {
            assert!(self.read(), "{question:?} was not asked: {:?}", String::from_utf8_lossy(&self.text));
        }
        self.text.clear();
        writeln!(self.typed, "{answer}").unwrap();
    }

    /// What is shown to the end, and how it ends.
    fn end(mut self) -> (i32, String) {
        while self.read() {}
        (self.child.wait().unwrap().code().unwrap(), String::from_utf8_lossy(&self.text).into_owned())
    }

    /// One byte is enough at a time; a terminal shows few.
    fn read(&mut self) -> bool {
        let mut byte = [0];
        let is_more = self.shown.read(&mut byte).unwrap() == 1;
        self.text.extend(is_more.then_some(byte[0]));
        is_more
    }
}

#[test]
fn a_superuser_is_asked_for_what_is_needed_until_it_is_right() {
    let place = Place::new();
    let mut terminal = Terminal::of(&place, "createsuperuser", "Root");
    terminal.answer("Username (leave blank to use 'root'): ", "a b");
    terminal.answer("Username (leave blank to use 'root'): ", "");
    terminal.answer("Email address: ", "root");
    terminal.answer("Email address: ", "root@example.org");
    terminal.answer("Password: ", PASSWORD);
    terminal.answer("Password (again): ", "something else");
    terminal.answer("Password: ", "12345678");
    terminal.answer("Password (again): ", "12345678");
    terminal.answer("Bypass password validation and use it anyway? [y/N]: ", "n");
    terminal.answer("Password: ", PASSWORD);
    terminal.answer("Password (again): ", PASSWORD);
    let (code, text) = terminal.end();
    assert!(code == 0 && text.contains("Superuser created successfully."), "{code}: {text}");
    assert!(!text.contains(PASSWORD), "passwords are not shown: {text}");
}

#[test]
fn a_name_that_is_taken_or_cannot_be_one_is_not_offered() {
    let place = Place::new();
    place.people(&["root"]);
    for login in ["root", "a/b", ""] {
        let mut terminal = Terminal::of(&place, "createsuperuser", login);
        terminal.answer("Username: ", "root");
        terminal.answer("Error: That username is already taken.\r\nUsername: ", "\u{4}");
        assert_ne!(terminal.end().0, 0);
    }
}

#[test]
fn nobody_is_offered_as_an_ordinary_user() {
    let place = Place::new();
    let mut terminal = Terminal::of(&place, "createuser", "ada");
    terminal.answer("Username: ", "ada");
    terminal.answer("Email address: ", "");
    terminal.answer("Password: ", PASSWORD);
    terminal.answer("Password (again): ", PASSWORD);
    assert_eq!(terminal.end().0, 0);
}
