//! Sorted text, searched as it is embedded: nothing is parsed or allocated at start-up.

/// Lines of a key, a tab and a value, sorted by the bytes of the key, after a header of lines that
/// begin with `#`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table(&'static str);

impl Table {
    pub(super) const fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// The values of `key`, in the order of the file.
    pub(super) fn values(self, key: &str) -> impl Iterator<Item = &'static str> {
        let rest = &self.0[self.first_line_at(key)..];
        let key = key.to_owned();
        rest.lines().map_while(move |line| {
            let (found, value) = split(line);
            (found == key).then_some(value)
        })
    }

    /// The first value of `key`.
    pub(super) fn get(self, key: &str) -> Option<&'static str> {
        let line = self.0[self.first_line_at(key)..].lines().next()?;
        let (found, value) = split(line);
        (found == key).then_some(value)
    }

    /// All pairs, in the order of the file.
    pub(super) fn pairs(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.0[self.header_end()..].lines().map(split)
    }

    /// The offset of the first line whose key is not less than `key`.
    fn first_line_at(self, key: &str) -> usize {
        let (mut low, mut high) = (self.header_end(), self.0.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            // A line that starts at `low` ends beyond it, so every turn narrows the range.
            let start = self.0.as_bytes()[low..middle]
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(low, |newline| low + newline + 1);
            let end = self.0.as_bytes()[start..high]
                .iter()
                .position(|byte| *byte == b'\n')
                .map_or(high, |newline| start + newline + 1);
            if split(&self.0[start..end]).0 < key {
                low = end;
            } else {
                high = start;
            }
        }
        low
    }

    fn header_end(self) -> usize {
        self.0
            .split_inclusive('\n')
            .take_while(|line| line.starts_with('#'))
            .map(str::len)
            .sum()
    }
}

fn split(line: &'static str) -> (&'static str, &'static str) {
    let line = line.trim_end_matches(['\n', '\r']);
    line.split_once('\t').unwrap_or((line, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: Table = Table::new("# head\n# more\nB\tb\na\t1\na\t2\na.b\t3\nzz\t\n");

    #[test]
    fn every_key_is_found_and_no_other() {
        let found: Vec<_> = ["B", "a", "a.b", "zz"].map(|key| TABLE.get(key)).into();
        assert_eq!(found, [Some("b"), Some("1"), Some("3"), Some("")]);
        for key in ["", "A", "a.", "aa", "b", "zzz", "#", "# head"] {
            assert_eq!(TABLE.get(key), None, "{key}");
        }
    }

    #[test]
    fn a_key_has_several_values() {
        assert_eq!(TABLE.values("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(TABLE.values("b").count(), 0);
    }

    #[test]
    fn an_empty_table_has_nothing() {
        assert_eq!(Table::new("# only a header\n").get("a"), None);
        assert_eq!(Table::new("").get("a"), None);
    }
}
