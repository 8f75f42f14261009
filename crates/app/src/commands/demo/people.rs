//! Who is in the demo.

/// Somebody to meet.
pub(super) struct Person {
    pub(super) username: &'static str,
    pub(super) display_name: &'static str,
    pub(super) is_superuser: bool,
}

const fn person(username: &'static str, display_name: &'static str) -> Person {
    Person { username, display_name, is_superuser: false }
}

/// Everyone.
pub(super) const PEOPLE: &[Person] = &[
    Person { username: "ada", display_name: "Ada Berg", is_superuser: true },
    person("amira", "أميرة حسن"),
    person("eleni", "Ελένη Παππά"),
    person("jose", "José Núñez"),
    person("liwei", "李伟"),
    person("noa", "נועה לוי"),
    person("priya", "प्रिया शर्मा"),
    person("yuki", "佐藤 由紀"),
];
