//! The port that code listens on, as far as it is written in it.

use dhtl_project_model::{Evidence, Found};

use super::tokens::{self, Notation, Token};

/// The ports of what a program connects to, and never listens on itself.
const OTHERS: [u16; 23] = [
    22, 25, 53, 389, 465, 587, 1025, 1433, 2181, 2379, 3306, 4222, 4317, 4318, 5432, 5672, 6379,
    7687, 9042, 9092, 9200, 11211, 27017,
];

/// How many tokens apart belong together.
const NEAR: usize = 24;

/// The port in `text`: the default of an environment variable or option called port, or else what
/// is handed to something that listens.
pub(super) fn port(path: &str, text: &str, notation: Notation) -> Option<Found<u16>> {
    let tokens = tokens::tokens(text, notation);
    of_setting(path, &tokens)
        .or_else(|| of_field(path, &tokens))
        .or_else(|| of_listener(path, &tokens))
}

/// `getEnv("PORT", "8080")`, `if port == "" { port = "8080" }`, `IntP("port", "p", 8080, …)`.
fn of_setting(path: &str, tokens: &[Token<'_>]) -> Option<Found<u16>> {
    const NAMES: [&str; 6] = [
        "port",
        "http_port",
        "server_port",
        "app_port",
        "http.port",
        "server.port",
    ];
    for (index, token) in tokens.iter().enumerate() {
        let Some(text) = token.text() else {
            continue;
        };
        if let Some(port) = of_tag(text) {
            return Some(Found {
                value: port,
                evidence: Evidence::at(path, token.line, "port-setting"),
            });
        }
        if !NAMES.contains(&text.to_ascii_lowercase().as_str()) {
            continue;
        }
        let after = tokens[index + 1..].iter().take(2 * NEAR).enumerate();
        let mut ports = after.filter_map(|(distance, token)| {
            let place = index + 1 + distance;
            let is_default = place > 1
                && tokens[place - 1].is_sign('(')
                && tokens[place - 2].is_word("unwrap_or");
            let number = match token.text() {
                Some(text) if distance < NEAR => text.strip_prefix(':').unwrap_or(text),
                // A number that stands further away is about something else.
                None if distance < 6 || is_default => token.word()?,
                _ => return None,
            };
            Some((token.line, usable(number)?))
        });
        if let Some((line, port)) = ports.next() {
            let evidence = Evidence::at(path, line, "port-setting");
            return Some(Found {
                value: port,
                evidence,
            });
        }
    }
    None
}

/// The port in the tag of a field: `env:"PORT" envDefault:"8080"`.
fn of_tag(text: &str) -> Option<u16> {
    let (_, name) = text.split_once("env:\"")?;
    let (name, _) = name.split_once(['"', ','])?;
    let is_port = name.eq_ignore_ascii_case("port") || name.to_ascii_lowercase().ends_with("_port");
    let is_other = [
        "db", "redis", "smtp", "mail", "postgres", "mysql", "metrics", "grpc",
    ]
    .iter()
    .any(|other| name.to_ascii_lowercase().contains(other));
    if !is_port || is_other {
        return None;
    }
    let (_, default) = text.split_once("efault:\"")?;
    usable(default.split('"').next()?.trim_start_matches(':'))
}

/// `#[arg(long, default_value_t = 8080)] port: u16`, `#[default(8080)] pub port: u16` of Rust.
fn of_field(path: &str, tokens: &[Token<'_>]) -> Option<Found<u16>> {
    for (index, token) in tokens.iter().enumerate() {
        let is_field = token.is_word("port")
            && tokens.get(index + 1).is_some_and(|next| next.is_sign(':'))
            && tokens
                .get(index + 2)
                .is_some_and(|next| next.is_word("u16"));
        if !is_field {
            continue;
        }
        let attributes = &tokens[index.saturating_sub(NEAR)..index];
        if let Some((line, port)) = of_attributes(attributes) {
            return Some(Found {
                value: port,
                evidence: Evidence::at(path, line, "port-setting"),
            });
        }
    }
    None
}

/// The default that the attributes of a field name; what stands before another field is about that.
fn of_attributes(tokens: &[Token<'_>]) -> Option<(u32, u16)> {
    let mut depth = 0_i32;
    let mut is_default = false;
    let mut found = None;
    for token in tokens {
        if token.is_sign('(') || token.is_sign('[') {
            depth += 1;
        } else if token.is_sign(')') || token.is_sign(']') {
            depth -= 1;
        } else if token.is_sign(',') || token.is_sign(';') || token.is_sign('{') {
            is_default = false;
            if depth <= 0 {
                found = None;
            }
        } else if let Some("default_value_t" | "default_value" | "default") = token.word() {
            is_default = true;
        } else if let Some(port) = token.word_or_text().and_then(usable)
            && is_default
        {
            found = Some((token.line, port));
        }
    }
    found
}

/// `ListenAndServe(":8080", …)`, `Run(":8080")`, `Addr: ":8080"`, `const port = ":8080"`,
/// `bind(("0.0.0.0", 8080))`, `SocketAddr::from(([0, 0, 0, 0], 3000))`.
fn of_listener(path: &str, tokens: &[Token<'_>]) -> Option<Found<u16>> {
    for (index, token) in tokens.iter().enumerate() {
        let port = token.text().and_then(address);
        let Some(port) = port.or_else(|| after_host(tokens, index)) else {
            continue;
        };
        let before = &tokens[index.saturating_sub(20)..index];
        let on_line = before.iter().filter(|before| before.line == token.line);
        let listens = on_line
            .filter_map(|before| before.word_or_text())
            .any(|word| {
                let lower = word.to_ascii_lowercase();
                matches!(
                    word,
                    "Run"
                        | "Start"
                        | "Serve"
                        | "RunTLS"
                        | "StartTLS"
                        | "Bind"
                        | "bind"
                        | "run"
                        | "listen"
                        | "listen-addr"
                        | "listen_addr"
                ) || word.starts_with("Listen")
                    || lower.ends_with("addr")
                    || lower.ends_with("address")
                    || lower.ends_with("port")
            });
        if listens {
            let evidence = Evidence::at(path, token.line, "listening-address");
            return Some(Found {
                value: port,
                evidence,
            });
        }
    }
    None
}

/// The number at `index`, where a host stands before it: `("0.0.0.0", 8080)`, `([0, 0, 0, 0], 3000)`.
fn after_host(tokens: &[Token<'_>], index: usize) -> Option<u16> {
    let port = usable(tokens[index].word()?)?;
    let before = tokens.get(index.checked_sub(2)?..index)?;
    let is_host =
        before[0].is_sign(']') || matches!(before[0].text(), Some("0.0.0.0" | "127.0.0.1"));
    (is_host && before[1].is_sign(',')).then_some(port)
}

/// The port of `:8080`, `0.0.0.0:8080` or `localhost:8080`.
fn address(text: &str) -> Option<u16> {
    let (host, port) = text.rsplit_once(':')?;
    let is_own = matches!(host, "" | "0.0.0.0" | "localhost" | "127.0.0.1" | "[::]");
    if is_own { usable(port) } else { None }
}

/// The port that `number` is, where a program listens on it itself.
pub(super) fn usable(number: &str) -> Option<u16> {
    let port: u16 = number.parse().ok()?;
    (port >= 80 && !OTHERS.contains(&port)).then_some(port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_found_where_people_write_them() {
        for (text, expected) in [
            ("http.ListenAndServe(\":8090\", nil)", Some(8090)),
            ("r.Run(\"0.0.0.0:9000\")", Some(9000)),
            ("lis, err := net.Listen(\"tcp\", \":50051\")", Some(50051)),
            ("srv := &http.Server{\n\tAddr: \":8081\",\n}", Some(8081)),
            ("const addr = \":8082\"", Some(8082)),
            (
                "p := os.Getenv(\"PORT\")\nif p == \"\" {\n\tp = \"3000\"\n}",
                Some(3000),
            ),
            ("port := getEnv(\"PORT\", \"8083\")", Some(8083)),
            (
                "f.IntVarP(&p, \"port\", \"p\", 8084, \"the port\")",
                Some(8084),
            ),
            ("viper.SetDefault(\"server.port\", 8085)", Some(8085)),
            ("redis.Options{Addr: \"localhost:6379\"}", None),
            ("addr := \"localhost:7687\"", None),
            ("http.Get(\"http://example.test:8080\")", None),
            ("// http.ListenAndServe(\":8090\", nil)", None),
            ("log(\":8080\")", None),
            ("x.Listen(\":99999\")", None),
            ("x.bind((\"0.0.0.0\", 8086))", Some(8086)),
            (
                "let addr = SocketAddr::from(([0, 0, 0, 0], 8087));",
                Some(8087),
            ),
            ("let v = ([1, 2], 8087);", None),
            (
                "type c struct {\n\tP int `env:\"HTTP_PORT\" envDefault:\"8088\"`\n}",
                Some(8088),
            ),
            (
                "type c struct {\n\tP int `env:\"DB_PORT\" envDefault:\"8088\"`\n}",
                None,
            ),
            (
                "a := flag.String(\"addr\", \":8089\", \"where\")",
                Some(8089),
            ),
            (
                "env::var(\"PORT\").ok().and_then(|p| p.parse().ok()).unwrap_or(8090)",
                Some(8090),
            ),
            (
                "#[arg(long, default_value_t = 8091)]\n port: u16,",
                Some(8091),
            ),
            ("#[default(8092)]\n pub port: u16,", Some(8092)),
            ("#[arg(default_value_t = 100)] size: u8, port: u16", None),
        ] {
            let found = port("main.go", text, tokens::GO).map(|found| found.value);
            assert_eq!(found, expected, "{text}");
        }
    }
}
