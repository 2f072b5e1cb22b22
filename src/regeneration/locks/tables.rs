//! The tables of a lock in TOML: names, versions, lines, and who needs whom.
//!
//! Only lines are looked at, as the tools write them: a large lock takes a TOML parser longer than
//! everything else a run without work does.

use dhtl_project_model::DistributionName;

/// One distribution of a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    /// Its name.
    pub(super) name: DistributionName,
    /// Its version.
    pub(super) version: Option<String>,
    /// The line of its name, from 1.
    pub(super) line: usize,
    /// Whether it is the project itself or a member of its workspace.
    pub(super) is_own: bool,
    /// The markers of which one must hold for it to be meant, where the lock was resolved in parts.
    pub(super) resolution_markers: Vec<String>,
    /// What it needs.
    pub(super) edges: Vec<Edge>,
}

/// A need of a distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edge {
    /// What is needed.
    pub(super) name: DistributionName,
    /// The version, where the lock has several.
    pub(super) version: Option<String>,
    /// The condition.
    pub(super) marker: String,
    /// The extras that are needed of it.
    pub(super) extras: Vec<String>,
    /// The extra or the group that needs it; none where it is always needed.
    pub(super) scope: Option<String>,
}

/// The part of a table that a line belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    /// The table itself.
    Own,
    /// `[package.dependencies]` of Poetry.
    Dependencies,
    /// `[package.optional-dependencies]` and `[package.dev-dependencies]` of uv.
    Scoped,
    /// Anything else.
    Other,
}

/// The tables called `[[header]]`.
pub(super) fn tables(text: &str, header: &str) -> Vec<Table> {
    let mut tables = Vec::new();
    let mut current: Option<Draft> = None;
    let mut section = Section::Other;
    let mut lines = (1..).zip(text.lines());
    while let Some((number, line)) = lines.next() {
        let line = line.trim();
        if line.starts_with('[') {
            section = section_of(line, header);
            if section == Section::Own {
                tables.extend(current.take().and_then(Draft::finish));
                current = Some(Draft::default());
            }
            continue;
        }
        let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) else {
            continue;
        };
        let mut value = value.trim().to_owned();
        let mut open = depth(&value);
        while open > 0
            && let Some((_, next)) = lines.next()
        {
            open += depth(next);
            value.push(' ');
            value.push_str(next.trim());
        }
        if let Some(draft) = &mut current {
            draft.read(section, key.trim().trim_matches('"'), (&value, number));
        }
    }
    tables.extend(current.and_then(Draft::finish));
    tables
}

fn section_of(line: &str, header: &str) -> Section {
    let name = line.trim_start_matches('[');
    let name = name.split(']').next().unwrap_or_default().trim();
    match name.strip_prefix(header) {
        Some("") if line.starts_with("[[") => Section::Own,
        Some(".dependencies") => Section::Dependencies,
        Some(".optional-dependencies" | ".dev-dependencies") => Section::Scoped,
        _ => Section::Other,
    }
}

/// A table whose name is not known yet.
#[derive(Default)]
struct Draft {
    name: Option<(DistributionName, usize)>,
    version: Option<String>,
    is_own: bool,
    resolution_markers: Vec<String>,
    edges: Vec<Edge>,
}

impl Draft {
    fn read(&mut self, section: Section, key: &str, (value, line): (&str, usize)) {
        match (section, key) {
            (Section::Own, "name") => {
                let name = texts(value).into_iter().next();
                self.name = name.map(|name| (DistributionName::new(&name), line));
            }
            (Section::Own, "version") => self.version = texts(value).into_iter().next(),
            (Section::Own, "source") => {
                self.is_own = ["editable", "virtual"]
                    .iter()
                    .any(|kind| field(value, kind).is_some());
            }
            (Section::Own, "resolution-markers") => self.resolution_markers = texts(value),
            (Section::Own, "dependencies") => self.edges.extend(edges(value, None)),
            (Section::Scoped, scope) => self.edges.extend(edges(value, Some(scope))),
            (Section::Dependencies, name) => self.edges.extend(poetry_edges(name, value)),
            (Section::Own | Section::Other, _) => {}
        }
    }

    fn finish(self) -> Option<Table> {
        let (name, line) = self.name?;
        Some(Table {
            name,
            version: self.version,
            line,
            is_own: self.is_own,
            resolution_markers: self.resolution_markers,
            edges: self.edges,
        })
    }
}

/// The elements of a list: inline tables, as uv and PEP 751 write them, or requirements.
fn edges(list: &str, scope: Option<&str>) -> Vec<Edge> {
    let inline = inline_tables(list);
    if inline.is_empty() {
        let requirements = texts(list);
        return requirements
            .iter()
            .map(|text| of_requirement(text))
            .collect();
    }
    let edge = |table: &&str| {
        let first = |key: &str| field(table, key).and_then(|texts| texts.into_iter().next());
        Some(Edge {
            name: DistributionName::new(&first("name")?),
            version: first("version"),
            marker: first("marker").unwrap_or_default(),
            extras: field(table, "extra").unwrap_or_default(),
            scope: scope.map(str::to_owned),
        })
    };
    inline.iter().filter_map(edge).collect()
}

fn of_requirement(text: &str) -> Edge {
    let end = text
        .find(|character: char| !(character.is_ascii_alphanumeric() || "-_.".contains(character)));
    let separator = if text.contains('@') { " ;" } else { ";" };
    Edge {
        name: DistributionName::new(&text[..end.unwrap_or(text.len())]),
        marker: text
            .split_once(separator)
            .map_or("", |(_, marker)| marker)
            .to_owned(),
        version: None,
        extras: Vec::new(),
        scope: None,
    }
}

/// `">=2"`, `{version = ">=2", markers = "…"}`, or a list of these.
fn poetry_edges(name: &str, value: &str) -> Vec<Edge> {
    let edge = |marker: String| Edge {
        name: DistributionName::new(name),
        version: None,
        marker,
        extras: Vec::new(),
        scope: None,
    };
    let inline = inline_tables(value);
    if inline.is_empty() {
        return vec![edge(String::new())];
    }
    let markers = inline
        .iter()
        .map(|table| field(table, "markers").and_then(|texts| texts.into_iter().next()));
    markers
        .map(|marker| edge(marker.unwrap_or_default()))
        .collect()
}

/// The outermost `{…}` of a value.
fn inline_tables(value: &str) -> Vec<&str> {
    let mut tables = Vec::new();
    let (mut open, mut start) = (0_usize, 0);
    for (index, character) in outside_of_texts(value) {
        match character {
            '{' => {
                if open == 0 {
                    start = index;
                }
                open += 1;
            }
            '}' if open > 0 => {
                open -= 1;
                if open == 0 {
                    tables.push(&value[start..=index]);
                }
            }
            _ => {}
        }
    }
    tables
}

/// The texts that belong to `key` of an inline table: one, or those of a list.
fn field(table: &str, key: &str) -> Option<Vec<String>> {
    let mut outside = outside_of_texts(table).collect::<Vec<_>>();
    outside.push((table.len(), ' '));
    let mut found = table.match_indices(key).filter(|(index, _)| {
        let before = table[..*index].chars().next_back();
        let is_word = before.is_some_and(|one| " {,".contains(one));
        let is_outside = outside.binary_search_by_key(index, |(at, _)| *at).is_ok();
        let after = table[index + key.len()..].trim_start();
        is_word && is_outside && after.starts_with('=')
    });
    let (index, _) = found.next()?;
    let value = table[index + key.len()..].trim_start();
    let value = value.strip_prefix('=')?.trim_start();
    if let Some(list) = value.strip_prefix('[') {
        let end = outside_of_texts(list).find(|(_, character)| *character == ']');
        return Some(texts(&list[..end.map_or(list.len(), |(at, _)| at)]));
    }
    let end = outside_of_texts(value).find(|(_, character)| ",}".contains(*character));
    Some(texts(&value[..end.map_or(value.len(), |(at, _)| at)]))
}

/// How many brackets and braces a line leaves open.
fn depth(line: &str) -> isize {
    if !line.contains(['[', ']', '{', '}']) {
        return 0;
    }
    let signs = outside_of_texts(line).map(|(_, character)| match character {
        '[' | '{' => 1,
        ']' | '}' => -1,
        _ => 0,
    });
    signs.sum()
}

/// The quoted texts of a value, unescaped.
fn texts(value: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut current: Option<(char, String)> = None;
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match &mut current {
            None if matches!(character, '"' | '\'') => {
                current = Some((character, String::new()));
            }
            None => {}
            Some(('"', text)) if character == '\\' => text.extend(characters.next()),
            Some((quote, text)) if character == *quote => {
                texts.push(std::mem::take(text));
                current = None;
            }
            Some((_, text)) => text.push(character),
        }
    }
    texts
}

/// The characters of a value that stand in no quoted text, before a comment.
fn outside_of_texts(value: &str) -> impl Iterator<Item = (usize, char)> {
    let mut quote: Option<char> = None;
    let mut is_escaped = false;
    let mut is_comment = false;
    value.char_indices().filter(move |(_, character)| {
        let was_inside = quote.is_some();
        is_comment |= !was_inside && *character == '#';
        step(&mut quote, &mut is_escaped, *character);
        !is_comment && !was_inside && quote.is_none()
    })
}

fn step(quote: &mut Option<char>, is_escaped: &mut bool, character: char) {
    match quote {
        Some('"') if *is_escaped => *is_escaped = false,
        Some('"') if character == '\\' => *is_escaped = true,
        Some(open) if character == *open => *quote = None,
        None if matches!(character, '"' | '\'') => *quote = Some(character),
        Some(_) | None => {}
    }
}
