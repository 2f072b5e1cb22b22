//! What a file of JavaScript or TypeScript says, read token by token: the settings of a build tool, the
//! port that a server listens on, what is imported.

use dhtl_detection::formats::LineIndex;
use dhtl_detection::javascript_tokens::{Kind, Token, tokens};
use dhtl_project_model::{Evidence, Found};

use crate::places;
use crate::sources::Sources;

/// The tokens of one file.
pub(crate) struct Code {
    path: String,
    text: String,
}

/// Larger files are not written by hand.
const LARGEST: usize = 512 * 1024;

impl Code {
    /// The file of this path, where it is there.
    pub(crate) fn read(sources: &Sources<'_>, path: &str) -> Option<Self> {
        let text = sources.text(path).filter(|text| text.len() <= LARGEST)?;
        Some(Self {
            path: path.to_owned(),
            text,
        })
    }

    /// The first of these files in `folder` that is there; `*` stands for the extensions that build
    /// tools look for.
    pub(crate) fn config(sources: &Sources<'_>, folder: &str, stem: &str) -> Option<Self> {
        const EXTENSIONS: [&str; 6] = ["js", "mjs", "ts", "cjs", "mts", "cts"];
        EXTENSIONS.iter().find_map(|extension| {
            let path = places::inside(folder, &format!("{stem}.{extension}"));
            Self::read(sources, &path)
        })
    }

    /// The path of the file.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Whether this word or text stands anywhere in the code.
    pub(crate) fn mentions(&self, word: &str) -> bool {
        self.text.contains(word)
            && tokens(&self.text).iter().any(|token| match token.kind {
                Kind::Word(found) | Kind::Text(found) => found == word,
                _ => false,
            })
    }

    /// The first line with these letters.
    pub(crate) fn line_with(&self, letters: &str, rule: &'static str) -> Option<Evidence> {
        let start = self.text.find(letters)?;
        let line = LineIndex::new(&self.text).line(start);
        Some(Evidence::at(&self.path, line, rule))
    }

    /// Whether it hands something that answers requests to whoever loads it, and listens nowhere itself:
    /// an `export default app` or a `handler` for a platform that calls it.
    pub(crate) fn is_handed_over(&self) -> bool {
        const HANDED: [&str; 5] = [
            "export default",
            "module.exports",
            "exports.handler",
            "export const handler",
            "function handler",
        ];
        const SERVED: [&str; 9] = [
            "listen",
            "serve(",
            "createServer",
            "startStandaloneServer",
            "Bun.",
            ".start(",
            ".run(",
            ".login(",
            ".launch(",
        ];
        let has = |letters: &&str| self.text.contains(letters);
        HANDED.iter().any(has) && !SERVED.iter().any(has)
    }

    /// The text or the word behind `key:` within the braces behind `outer:`.
    pub(crate) fn setting_in(
        &self,
        outer: &str,
        key: &str,
        rule: &'static str,
    ) -> Option<Found<String>> {
        if !self.text.contains(key) {
            return None;
        }
        let tokens = tokens(&self.text);
        let is_word = |token: &Token<'_>, name: &str| matches!(token.kind, Kind::Word(word) | Kind::Text(word) if word == name);
        let start = tokens.windows(3).position(|window| {
            is_word(&window[0], outer)
                && window[1].kind == Kind::Sign(b':')
                && window[2].kind == Kind::Sign(b'{')
        })?;
        let mut depth = 0_usize;
        let rest = &tokens[start + 2..];
        for (index, token) in rest.iter().enumerate() {
            match token.kind {
                Kind::Sign(b'{' | b'[' | b'(') => depth += 1,
                Kind::Sign(b'}' | b']' | b')') => depth = depth.checked_sub(1)?,
                _ => {}
            }
            if depth == 0 {
                return None;
            }
            let behind = rest.get(index + 1).map(|sign| sign.kind);
            if depth == 1 && is_word(token, key) && behind == Some(Kind::Sign(b':')) {
                let (Kind::Word(value) | Kind::Text(value)) = rest.get(index + 2)?.kind else {
                    return None;
                };
                return Some(self.found(value, token, rule));
            }
        }
        None
    }

    /// The text or the word behind `key:`, such as `server` of `output: 'server'`.
    pub(crate) fn setting(&self, key: &str, rule: &'static str) -> Option<Found<String>> {
        if !self.text.contains(key) {
            return None;
        }
        let tokens = tokens(&self.text);
        tokens.windows(3).find_map(|window| {
            let [name, sign, value] = window else {
                return None;
            };
            let is_key = matches!(name.kind, Kind::Word(word) | Kind::Text(word) if word == key);
            let (Kind::Word(value) | Kind::Text(value)) = value.kind else {
                return None;
            };
            (is_key && sign.kind == Kind::Sign(b':')).then(|| self.found(value, name, rule))
        })
    }

    /// The port that is listened on: `.listen(3000`, `PORT || 3000`, `port: 3000`, `PORT = 3000`.
    pub(crate) fn port(&self) -> Option<Found<u16>> {
        if !self.text.contains("listen") && !self.text.to_ascii_lowercase().contains("port") {
            return None;
        }
        let tokens = tokens(&self.text);
        let lines = LineIndex::new(&self.text);
        let mut best: Option<(u8, &Token<'_>, u16)> = None;
        for (index, token) in tokens.iter().enumerate() {
            let Kind::Word(word) = token.kind else {
                continue;
            };
            let rank = match word {
                "listen" => 0,
                "PORT" | "port" | "Port" | "serverPort" | "SERVER_PORT" => 1,
                _ => continue,
            };
            if let Some(port) = self.number_behind(&tokens[index + 1..], rank)
                && best.is_none_or(|(known, ..)| rank < known)
            {
                best = Some((rank, token, port));
            }
        }
        let (_, token, port) = best?;
        Some(Found {
            value: port,
            evidence: Evidence::at(&self.path, lines.line(token.start), "code-port"),
        })
    }

    /// The number behind `(`, `=`, `:`, `||` or `??`, as long as nothing else comes between.
    fn number_behind(&self, tokens: &[Token<'_>], rank: u8) -> Option<u16> {
        let mut has_sign = false;
        for (index, token) in tokens.iter().take(14).enumerate() {
            match token.kind {
                Kind::Sign(b'(') if index == 0 && rank == 0 => has_sign = true,
                Kind::Sign(b'{' | b'.') if rank == 0 && has_sign => {}
                Kind::Sign(b'=' | b':' | b'|' | b'?') => has_sign = true,
                Kind::Text(text) if has_sign && port(text).is_some() => return port(text),
                // `process.env.PORT || …`, `Number(…)`, `parseInt(process.env.PORT ?? '3000', 10)`.
                Kind::Sign(b'.' | b'!' | b'(' | b')' | b']' | b'[' | b'+')
                | Kind::Word(_)
                | Kind::Text(_) => {}
                Kind::Other if has_sign => return port(digits(&self.text[token.start..])),
                _ => return None,
            }
        }
        None
    }

    fn found(&self, value: &str, token: &Token<'_>, rule: &'static str) -> Found<String> {
        let line = LineIndex::new(&self.text).line(token.start);
        Found {
            value: value.to_owned(),
            evidence: Evidence::at(&self.path, line, rule),
        }
    }
}

fn digits(text: &str) -> &str {
    let end = text
        .find(|character: char| !character.is_ascii_digit() && character != '_')
        .unwrap_or(text.len());
    &text[..end]
}

/// A number that can be a port.
pub(crate) fn port(text: &str) -> Option<u16> {
    let port: u16 = text.replace('_', "").parse().ok()?;
    (port >= 80).then_some(port)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(text: &str) -> Code {
        Code {
            path: "index.js".to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn ports_are_found_however_they_are_said() {
        for (text, expected) in [
            ("app.listen(3000)", Some(3000)),
            ("app.listen(process.env.PORT || 8080, () => {})", Some(8080)),
            (
                "const port = process.env.PORT ?? 4000;\napp.listen(port)",
                Some(4000),
            ),
            (
                "const PORT = parseInt(process.env.PORT || '5000', 10)",
                Some(5000),
            ),
            (
                "await app.listen({ port: Number(process.env.PORT) || 3001, host: '::' })",
                Some(3001),
            ),
            ("const PORT = 3_002", Some(3002)),
            ("export default { port: 3003 }", Some(3003)),
            ("// app.listen(3000)", None),
            (
                "const port = 3306 // database\nserver.listen(8000)",
                Some(8000),
            ),
            ("app.listen(process.env.PORT)", None),
            ("importance = 9000", None),
            ("let port = 99999", None),
        ] {
            assert_eq!(code(text).port().map(|port| port.value), expected, "{text}");
        }
    }

    #[test]
    fn settings_are_found_outside_of_comments() {
        let config =
            code("export default {\n  // output: 'static',\n  output: \"server\",\n  ssr: false }");
        let output = config.setting("output", "test").unwrap();
        assert_eq!(
            (output.value.as_str(), output.evidence.line),
            ("server", Some(3))
        );
        assert_eq!(config.setting("ssr", "test").unwrap().value, "false");
        assert_eq!(config.setting("outDir", "test"), None);
        assert!(config.mentions("server") && !config.mentions("static"));
        let nested = code("x({ outDir: 'a', build: { rollup: { outDir: 'b' }, outDir: 'c' } })");
        assert_eq!(
            nested.setting_in("build", "outDir", "test").unwrap().value,
            "c"
        );
        assert_eq!(nested.setting_in("ssr", "outDir", "test"), None);
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_no_reason_to_panic(text: String, tail in "[a-z.:(){}'\"0-9|= PORT]{0,40}") {
            let code = code(&format!("{text} listen(port {tail}"));
            let _ = code.port();
            let _ = code.setting("port", "test");
            let _ = code.mentions("port");
        }
    }
}
