//! From the tree to types, through serde.
//!
//! The tree is decoded directly instead of through a second YAML parser for three reasons: text
//! fields get the raw text (`3.10` is never a number), every error has the exact place and key, and
//! serde tells here which keys a section knows, so that the types are the only list of them.

use std::cell::RefCell;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;

use super::ConfigError;
use super::node::{Content, Entry, Node, Position, Scalar};
use super::spelling::suggestion;

/// The lists that hold names of environment variables, in both formats.
const NAMES_ONLY: [&str; 3] = [
    "env_template.required",
    "env_template.optional",
    "required_secrets",
];

/// A key that a section does not know.
#[derive(Debug, Clone)]
pub(super) struct UnknownKey {
    pub(super) key: String,
    pub(super) position: Position,
}

/// Decodes `root`, and lists the unknown keys in the order of the file.
pub(super) fn decode<T: DeserializeOwned>(
    root: &Node,
    path: &str,
) -> Result<(T, Vec<UnknownKey>), ConfigError> {
    let unknown_keys = RefCell::new(Vec::new());
    let decoder = Decoder {
        node: root,
        key: String::new(),
        unknown_keys: &unknown_keys,
    };
    let value = T::deserialize(decoder).map_err(|failure| failure.into_error(path, root))?;
    Ok((value, unknown_keys.into_inner()))
}

/// Why decoding stopped, before the file's name is known.
#[derive(Debug, thiserror::Error)]
#[error("{kind:?}")]
struct Failure {
    /// The key and its place; none until the innermost value adds it.
    place: Option<(String, Position)>,
    kind: FailureKind,
}

#[derive(Debug)]
enum FailureKind {
    WrongType {
        expected: String,
        found: &'static str,
    },
    Misspelled {
        suggestion: &'static str,
    },
    Message(String),
}

impl de::Error for Failure {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self {
            place: None,
            kind: FailureKind::Message(message.to_string()),
        }
    }
}

impl Failure {
    fn into_error(self, path: &str, root: &Node) -> ConfigError {
        let (key, Position { line, column }) =
            self.place.unwrap_or_else(|| (String::new(), root.position));
        let path = path.to_owned();
        match self.kind {
            FailureKind::WrongType { .. }
                if NAMES_ONLY.iter().any(|list| key.starts_with(list)) =>
            {
                ConfigError::names_only(path, Position { line, column }, key)
            }
            FailureKind::WrongType { expected, found } => ConfigError::WrongType {
                path,
                line,
                column,
                key,
                expected,
                found,
            },
            FailureKind::Misspelled { suggestion } => {
                let suggestion = suggestion.to_owned();
                ConfigError::MisspelledKey {
                    path,
                    line,
                    column,
                    key,
                    suggestion,
                }
            }
            FailureKind::Message(message) => ConfigError::Invalid {
                path,
                line,
                column,
                key,
                message: format!("is not valid: {message}"),
                hint: "`dhtl config schema` prints what every key takes".to_owned(),
            },
        }
    }
}

/// Decodes one value.
#[derive(Clone)]
struct Decoder<'tree> {
    node: &'tree Node,
    /// The path of keys that leads here.
    key: String,
    unknown_keys: &'tree RefCell<Vec<UnknownKey>>,
}

impl<'tree> Decoder<'tree> {
    fn wrong_type(&self, expected: impl Into<String>) -> Failure {
        let kind = FailureKind::WrongType {
            expected: expected.into(),
            found: self.node.describe(),
        };
        Failure {
            place: Some((self.key.clone(), self.node.position)),
            kind,
        }
    }

    /// Adds this value's place to a failure that does not know its own.
    fn located<T>(&self, result: Result<T, Failure>) -> Result<T, Failure> {
        result.map_err(|mut failure| {
            failure
                .place
                .get_or_insert_with(|| (self.key.clone(), self.node.position));
            failure
        })
    }

    fn scalar(&self, expected: &str) -> Result<&'tree Scalar, Failure> {
        match &self.node.content {
            Content::Scalar(scalar) if !scalar.is_null() => Ok(scalar),
            _ => Err(self.wrong_type(expected)),
        }
    }

    fn child(&self, entry: &'tree Entry) -> Self {
        Self {
            node: &entry.value,
            key: self.key_of(entry),
            unknown_keys: self.unknown_keys,
        }
    }

    fn key_of(&self, entry: &Entry) -> String {
        match self.key.as_str() {
            "" => entry.key.text.clone(),
            key => format!("{key}.{}", entry.key.text),
        }
    }

    /// The entries, none where nothing stands after the key.
    fn mapping(&self) -> Result<&'tree [Entry], Failure> {
        match &self.node.content {
            Content::Mapping { entries, .. } => Ok(entries),
            Content::Scalar(scalar) if scalar.is_null() => Ok(&[]),
            _ => Err(self.wrong_type("a section of keys")),
        }
    }

    fn integer(&self, minimum: u64, maximum: u64) -> Result<u64, Failure> {
        let expected = format!("a whole number from {minimum} to {maximum}");
        let text = &self.scalar(&expected)?.text;
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(number) if digits && (minimum..=maximum).contains(&number) => Ok(number),
            _ => Err(self.wrong_type(expected)),
        }
    }

    /// Reports a key that is in none of `fields`, or refuses it where it is nearly one of them.
    fn unknown(&self, entry: &Entry, fields: &'static [&'static str]) -> Result<(), Failure> {
        let (key, position) = (self.key_of(entry), entry.key.position);
        if let Some(suggestion) = suggestion(&entry.key.text, fields) {
            let kind = FailureKind::Misspelled { suggestion };
            return Err(Failure {
                place: Some((key, position)),
                kind,
            });
        }
        if !entry.key.text.starts_with("x-") {
            self.unknown_keys
                .borrow_mut()
                .push(UnknownKey { key, position });
        }
        Ok(())
    }
}

impl<'de> Deserializer<'de> for Decoder<'de> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.deserialize_str(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        let text = &self.scalar("text")?.text;
        visitor.visit_borrowed_str(text)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        let expected = "`true` or `false`";
        match self.scalar(expected)?.as_bool() {
            Some(value) => visitor.visit_bool(value),
            None => Err(self.wrong_type(expected)),
        }
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        // The only small number of the format is a percentage.
        visitor.visit_u64(self.integer(0, 100)?)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        // The only larger numbers of the format are ports.
        visitor.visit_u64(self.integer(1, u64::from(u16::MAX))?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        if self.node.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match &self.node.content {
            Content::Sequence { items, .. } => visitor.visit_seq(Items {
                rest: items.iter(),
                index: 0,
                parent: self.clone(),
            }),
            Content::Scalar(scalar) if scalar.is_null() => visitor.visit_seq(Items {
                rest: [].iter(),
                index: 0,
                parent: self.clone(),
            }),
            _ => Err(self.wrong_type("a list")),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        let entries = self.mapping()?.iter();
        visitor.visit_map(Fields {
            entries,
            known: None,
            current: None,
            parent: self,
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        let entries = self.mapping()?.iter();
        let access = Fields {
            entries,
            known: Some(fields),
            current: None,
            parent: self.clone(),
        };
        visitor.visit_map(access)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        let name: StrDeserializer<'de, Failure> =
            self.scalar("text")?.text.as_str().into_deserializer();
        visitor.visit_enum(name)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct
        newtype_struct tuple tuple_struct identifier
    }
}

/// Hands out the items of a list.
struct Items<'tree> {
    rest: std::slice::Iter<'tree, Node>,
    index: usize,
    parent: Decoder<'tree>,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Failure;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Failure> {
        let Some(node) = self.rest.next() else {
            return Ok(None);
        };
        let key = format!("{}[{}]", self.parent.key, self.index);
        self.index += 1;
        let decoder = Decoder {
            node,
            key,
            unknown_keys: self.parent.unknown_keys,
        };
        decoder.located(seed.deserialize(decoder.clone())).map(Some)
    }
}

/// Hands out the keys of a section, and their values.
struct Fields<'tree> {
    entries: std::slice::Iter<'tree, Entry>,
    /// The keys the section knows; none where every key is welcome.
    known: Option<&'static [&'static str]>,
    current: Option<&'tree Entry>,
    parent: Decoder<'tree>,
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Failure> {
        for entry in self.entries.by_ref() {
            match self.known {
                Some(known) if !known.contains(&entry.key.text.as_str()) => {
                    self.parent.unknown(entry, known)?;
                }
                _ => {
                    self.current = Some(entry);
                    let key: StrDeserializer<'de, Failure> =
                        entry.key.text.as_str().into_deserializer();
                    return seed.deserialize(key).map(Some);
                }
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Failure> {
        let entry = self
            .current
            .take()
            .ok_or_else(|| de::Error::custom("a value has no key"))?;
        let decoder = self.parent.child(entry);
        decoder.located(seed.deserialize(decoder.clone()))
    }
}
