//! Where to go after logging in: somewhere here, whatever a link says.

/// A path of ours, ready for a `Location`, or `/`.
pub(super) fn safe(wanted: Option<&str>) -> String {
    let wanted = wanted.filter(|path| is_ours(path)).unwrap_or("/");
    let mut location = String::with_capacity(wanted.len());
    for byte in wanted.bytes() {
        match byte {
            0x21..=0x7e => location.push(char::from(byte)),
            other => location.push_str(&format!("%{other:02X}")),
        }
    }
    location
}

/// Browsers read `//host` and `/\host` as another site's address, and drop tabs and line ends from any.
fn is_ours(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && !path.contains('\\') && !path.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_ours_are_kept() {
        for path in ["/", "/c/ada", "/c/a@b.c?x=1#y", "/a//b"] {
            assert_eq!(safe(Some(path)), path);
        }
        assert_eq!(safe(Some("/c/é b")), "/c/%C3%A9%20b");
    }

    #[test]
    fn other_sites_addresses_are_not() {
        for bad in
            ["", "//evil.example", "/\\evil.example", "https://evil.example", "javascript:x", "/\t/evil", "c/ada"]
        {
            assert_eq!(safe(Some(bad)), "/", "{bad}");
        }
        assert_eq!(safe(None), "/");
    }
}
