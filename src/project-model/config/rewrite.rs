//! A changed configuration, written into the text that is there.
//!
//! The two configurations are compared key by key, along the tree of the text. What is equal keeps
//! its bytes, comments and all; so does what neither of them knows. What differs is replaced in the
//! smallest piece that can be: a value, an item of a list, a key.

use std::ops::Range;

use super::edit::{
    Edit, apply, leading_comment, line_start, next_line, skip_blank, skip_blank_above,
    trailing_comments,
};
use super::node::{Content, Entry, Layout, Node, Style};
use super::render::section;
use super::tree::{Lists, Tree};

/// `text`, whose tree is `root` and which says `old`, made to say `new`.
pub(super) fn rewrite(text: &str, root: &Node, old: &Tree, new: &Tree) -> String {
    if old == new {
        return text.to_owned();
    }
    if matches!(
        &root.content,
        Content::Mapping {
            layout: Layout::Flow,
            ..
        }
    ) {
        return merged(root, old, new)
            .entries()
            .iter()
            .map(|(name, value)| value.entry(name, 0, Lists::of(name)))
            .collect();
    }
    let mut rewriter = Rewriter {
        text,
        edits: Vec::new(),
    };
    rewriter.root(root, old, new);
    let mut rewritten = apply(text, rewriter.edits);
    let last = root.entries().last().map(|entry| entry.key.text.as_str());
    if last.is_some_and(|last| new.get(last).is_none() && old.get(last).is_some()) {
        // What separated the sections that went is not needed at the end of the file.
        rewritten.truncate(skip_blank_above(&rewritten, rewritten.len()));
    }
    rewritten
}

/// `new`, with the keys that `node` has and neither `old` nor `new` knows.
pub(super) fn merged(node: &Node, old: &Tree, new: &Tree) -> Tree {
    let Tree::Mapping(new_entries) = new else {
        return new.clone();
    };
    let known = new_entries.iter().map(|(name, value)| {
        let value = match (node.entry(name), old.get(name)) {
            (Some(entry), Some(old)) => merged(&entry.value, old, value),
            _ => value.clone(),
        };
        (name.clone(), value)
    });
    let unknown = node
        .entries()
        .iter()
        .filter(|entry| old.get(&entry.key.text).is_none() && new.get(&entry.key.text).is_none())
        .map(|entry| (entry.key.text.clone(), Tree::from(&entry.value)));
    Tree::Mapping(known.chain(unknown).collect())
}

/// Removes the entry at `index` of `entries`, with the comment above it.
pub(super) fn removal(text: &str, entries: &[Entry], index: usize) -> Edit {
    let entry = &entries[index];
    let indent = column(entry);
    let mut start = leading_comment(text, line_start(text, entry.key.span.start), indent);
    let mut end = trailing_comments(text, content_end(text, &entry.value), indent + 1);
    // Within a section, the blank line below the last key separates the section from the next.
    if indent == 0 || index + 1 < entries.len() {
        end = skip_blank(text, end);
    }
    if end == text.len() {
        start = skip_blank_above(text, start);
    }
    Edit {
        range: start..end,
        text: String::new(),
    }
}

/// How many blanks stand before a key.
pub(super) fn column(entry: &Entry) -> usize {
    entry.key.position.column as usize - 1
}

/// Where the line after the last one of `node` begins.
pub(super) fn content_end(text: &str, node: &Node) -> usize {
    let end = node.span.end;
    // The text after `|` contains the end of its last line.
    if !node.span.is_empty() && text[..end].ends_with('\n') {
        end
    } else {
        next_line(text, end)
    }
}

struct Rewriter<'text> {
    text: &'text str,
    edits: Vec<Edit>,
}

impl Rewriter<'_> {
    fn root(&mut self, root: &Node, old: &Tree, new: &Tree) {
        let entries = root.entries();
        let indent = entries.first().map_or(0, column);
        for (index, entry) in entries.iter().enumerate() {
            self.entry(entries, index, (old, new), Lists::of(&entry.key.text));
        }
        let mut added = String::new();
        for (name, value) in new.entries() {
            match (root.entry(name), name.as_str(), root.entry("version")) {
                (Some(_), _, _) => {}
                (None, "dht_version", Some(version)) => {
                    let line = value.entry(name, indent, Lists::Block);
                    self.insert(content_end(self.text, &version.value), &line);
                }
                (None, _, _) => {
                    added.push('\n');
                    added.push_str(&section(name, value, indent));
                }
            }
        }
        self.append(entries, (old, new), &added);
    }

    /// Changes what differs below one section, and adds what is new.
    fn mapping(&mut self, entries: &[Entry], trees: (&Tree, &Tree), lists: Lists) {
        let indent = entries.first().map_or(0, column);
        for index in 0..entries.len() {
            self.entry(entries, index, trees, lists);
        }
        let added: String = trees
            .1
            .entries()
            .iter()
            .filter(|(name, _)| entries.iter().all(|entry| entry.key.text != *name))
            .map(|(name, value)| value.entry(name, indent, lists))
            .collect();
        self.append(entries, trees, &added);
    }

    fn entry(&mut self, entries: &[Entry], index: usize, (old, new): (&Tree, &Tree), lists: Lists) {
        let entry = &entries[index];
        match (old.get(&entry.key.text), new.get(&entry.key.text)) {
            // An unknown key, or a known one that says nothing.
            (None, None) => {}
            (Some(old), Some(new)) if old == new => {}
            (Some(_), None) => self.edits.push(removal(self.text, entries, index)),
            (Some(old), Some(new)) => self.value(entry, (old, new), lists),
            (None, Some(new)) => self.value(entry, (&Tree::Mapping(Vec::new()), new), lists),
        }
    }

    /// Puts `added` after the last entry.
    fn append(&mut self, entries: &[Entry], (old, new): (&Tree, &Tree), added: &str) {
        let Some(last) = entries.last().filter(|_| !added.is_empty()) else {
            return;
        };
        let removed = old.get(&last.key.text).is_some() && new.get(&last.key.text).is_none();
        let place = if removed {
            removal(self.text, entries, entries.len() - 1).range.end
        } else {
            // A comment of the section stays with it.
            trailing_comments(
                self.text,
                content_end(self.text, &last.value),
                column(last).max(1),
            )
        };
        self.insert(place, added);
    }

    /// Puts whole lines at `place`, which is the start of a line or the end of the text.
    fn insert(&mut self, place: usize, lines: &str) {
        let unfinished = place == self.text.len() && !self.text.ends_with('\n');
        let text = if unfinished {
            format!("\n{lines}")
        } else {
            lines.to_owned()
        };
        self.edits.push(Edit {
            range: place..place,
            text,
        });
    }

    /// Replaces the value of an entry in the smallest piece that can be.
    fn value(&mut self, entry: &Entry, (old, new): (&Tree, &Tree), lists: Lists) {
        let node = &entry.value;
        let text = match (&node.content, new) {
            (
                Content::Mapping {
                    entries,
                    layout: Layout::Block,
                },
                Tree::Mapping(_),
            ) if is_left_with_keys(entries, old, new) => {
                return self.mapping(entries, (old, new), lists);
            }
            (
                Content::Sequence {
                    items,
                    layout: Layout::Block,
                },
                Tree::Sequence(new_items),
            ) if !new_items.is_empty() => {
                if let Some(edit) = self.sequence(items, (old, new), lists) {
                    return self.edits.push(edit);
                }
                return self.whole(entry, (old, new), lists);
            }
            (Content::Scalar(_), _) if node.span.is_empty() => return self.fill(entry, new, lists),
            (Content::Scalar(scalar), _) if scalar.style != Style::Block => new.scalar(),
            (
                Content::Sequence {
                    layout: Layout::Flow,
                    ..
                }
                | Content::Mapping {
                    layout: Layout::Flow,
                    ..
                },
                _,
            ) => Some(merged(node, old, new).flow()),
            _ => None,
        };
        match text {
            Some(text) => self.edits.push(Edit {
                range: node.span.clone(),
                text,
            }),
            None => self.whole(entry, (old, new), lists),
        }
    }

    /// Replaces an entry as a whole, its key and its last comment included.
    fn whole(&mut self, entry: &Entry, (old, new): (&Tree, &Tree), lists: Lists) {
        let end = content_end(self.text, &entry.value);
        let start = entry.key.span.start;
        let end = start + self.text[start..end].trim_end_matches(['\r', '\n']).len();
        let lines = merged(&entry.value, old, new).entry(&entry.key.text, column(entry), lists);
        self.edits.push(Edit {
            range: start..end,
            text: lines.trim().to_owned(),
        });
    }

    /// Gives a value to a key that has none.
    fn fill(&mut self, entry: &Entry, new: &Tree, lists: Lists) {
        let lines = new.entry(&entry.key.text, column(entry), lists);
        if let Some((_, below)) = lines
            .split_once('\n')
            .filter(|(_, below)| !below.is_empty())
        {
            return self.insert(next_line(self.text, entry.key.after_colon), below);
        }
        let value = new.scalar().unwrap_or_else(|| new.flow());
        let place = entry.key.after_colon;
        self.edits.push(Edit {
            range: place..place,
            text: format!(" {value}"),
        });
    }

    /// Replaces the items of a list that has one to a line; those that stay keep their lines.
    ///
    /// None where an item does not stand on the line of its `-`.
    fn sequence(&self, items: &[Node], (old, new): (&Tree, &Tree), lists: Lists) -> Option<Edit> {
        let indent = dash_column(self.text, items.first()?)?;
        let starts = self.item_starts(items, indent)?;
        let mut rest: Vec<(usize, &Tree)> = old.items().iter().enumerate().collect();
        let mut lines = String::new();
        for new_item in new.items() {
            let same = rest.iter().position(|(_, old)| *old == new_item);
            let found = same.or_else(|| rest.iter().position(|(_, old)| is_renewal(old, new_item)));
            let Some(found) = found else {
                lines.push_str(&new_item.item(indent, lists));
                continue;
            };
            let (index, old_item) = rest.remove(found);
            let (node, place) = (&items[index], starts[index]..starts[index + 1]);
            if same.is_some() {
                lines.push_str(&self.text[place]);
            } else if let Some(item) = self.item(node, place, (old_item, new_item), lists) {
                lines.push_str(&item);
            } else {
                lines.push_str(&merged(node, old_item, new_item).item(indent, lists));
            }
            if !lines.ends_with('\n') {
                lines.push('\n');
            }
        }
        Some(Edit {
            range: starts[0]..starts[items.len()],
            text: lines,
        })
    }

    /// Where the lines of every item begin, its comment included, and where those of the last end.
    fn item_starts(&self, items: &[Node], indent: usize) -> Option<Vec<usize>> {
        let mut starts = Vec::with_capacity(items.len() + 1);
        for item in items {
            dash_column(self.text, item).filter(|column| *column == indent)?;
            starts.push(leading_comment(
                self.text,
                line_start(self.text, item.span.start),
                indent,
            ));
        }
        // What is deeper than the `-` below the last item belongs to it.
        let end = content_end(self.text, items.last()?);
        starts.push(trailing_comments(self.text, end, indent + 1));
        Some(starts)
    }
}

impl Rewriter<'_> {
    /// The lines at `place`, which hold an item of a list, with its keys changed where they stand.
    ///
    /// None where the item has no keys, or loses the one on the line of the `-`.
    fn item(
        &self,
        item: &Node,
        place: Range<usize>,
        trees: (&Tree, &Tree),
        lists: Lists,
    ) -> Option<String> {
        let Content::Mapping {
            entries,
            layout: Layout::Block,
        } = &item.content
        else {
            return None;
        };
        let first = &entries.first()?.key.text;
        if trees.0.get(first).is_some() && trees.1.get(first).is_none() {
            return None;
        }
        let mut rewriter = Rewriter {
            text: self.text,
            edits: Vec::new(),
        };
        rewriter.mapping(entries, trees, lists);
        for edit in &mut rewriter.edits {
            edit.range = edit.range.start - place.start..edit.range.end - place.start;
        }
        Some(apply(&self.text[place], rewriter.edits))
    }
}

/// Whether a mapping has keys left after the change; without any it would become nothing.
fn is_left_with_keys(entries: &[Entry], old: &Tree, new: &Tree) -> bool {
    let stays =
        |entry: &Entry| old.get(&entry.key.text).is_none() || new.get(&entry.key.text).is_some();
    !new.entries().is_empty() || entries.iter().any(stays)
}

/// Whether two items of a list are about the same thing.
fn is_renewal(old: &Tree, new: &Tree) -> bool {
    ["name", "requirement"]
        .iter()
        .any(|key| old.get(key).is_some() && old.get(key) == new.get(key))
}

/// How many blanks stand before the `-` of an item; none where something else does.
fn dash_column(text: &str, item: &Node) -> Option<usize> {
    let before = &text[line_start(text, item.span.start)..item.span.start];
    let column = before.trim_end_matches(' ').strip_suffix('-')?;
    column
        .bytes()
        .all(|byte| byte == b' ')
        .then_some(column.len())
}
