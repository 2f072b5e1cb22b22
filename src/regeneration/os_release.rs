//! What the operating system calls itself.

use std::fs;

/// The system and its version, such as `debian-12`; none where there is no `os-release` file.
///
/// Source: os-release(5).
pub(crate) fn system() -> Option<String> {
    let text = ["/etc/os-release", "/usr/lib/os-release"]
        .iter()
        .find_map(|path| fs::read_to_string(path).ok());
    parse(&text?)
}

fn parse(text: &str) -> Option<String> {
    let value = |wanted: &str| {
        let assignments = text.lines().filter_map(|line| line.split_once('='));
        let mut values = assignments.filter(|(key, _)| key.trim() == wanted);
        values
            .next()
            .map(|(_, value)| value.trim().trim_matches(['"', '\'']).to_owned())
    };
    let id = value("ID").filter(|id| !id.is_empty())?;
    Some(match value("VERSION_ID") {
        Some(version) if !version.is_empty() => format!("{id}-{version}"),
        _ => id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rolling_system_has_no_version() {
        assert_eq!(
            parse("NAME=\"Arch Linux\"\nID=arch\n").as_deref(),
            Some("arch")
        );
        assert_eq!(
            parse("ID=ubuntu\nVERSION_ID=\"22.04\"\n").as_deref(),
            Some("ubuntu-22.04")
        );
        assert_eq!(parse("nothing here"), None);
    }
}
