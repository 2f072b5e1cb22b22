//! The port that a server of .NET names itself.
//!
//! Sources: "Configure endpoints for the ASP.NET Core Kestrel web server" (`Urls`,
//! `Kestrel:Endpoints:<name>:Url`), "`WebApplication` and `WebApplicationBuilder`" (`app.Run(url)`).

use dhtl_project_model::{Evidence, Found};

use super::super::draft;
use super::super::tokens::{self, Token};
use crate::json::{self, Dialect, Node};
use crate::sources::Sources;

/// The port in the settings of a project, or else in the file that starts it.
pub(super) fn of(sources: &Sources<'_>, folder: &str) -> Option<Found<u16>> {
    of_settings(sources, folder).or_else(|| of_program(sources, folder))
}

fn of_settings(sources: &Sources<'_>, folder: &str) -> Option<Found<u16>> {
    let names = ["appsettings.Production.json", "appsettings.json"];
    names.iter().find_map(|name| {
        let path = draft::here(sources.tree, folder, &[name])?;
        let root = json::read(sources, &path, Dialect::WithComments)?;
        let endpoints = root.descend(&["Kestrel", "Endpoints"]);
        let of_kestrel = endpoints.map_or(&[][..], Node::entries).iter();
        let of_kestrel = of_kestrel.filter_map(|(_, endpoint)| endpoint.get("Url"));
        let mut urls = root
            .get("Urls")
            .or_else(|| root.get("urls"))
            .into_iter()
            .chain(of_kestrel);
        urls.find_map(|node| {
            Some(Found {
                value: port(node.text()?)?,
                evidence: Evidence::at(&path, node.line, "dotnet-urls"),
            })
        })
    })
}

/// `app.Run("http://0.0.0.0:3000")`, `UseUrls("http://*:5000")`, `app.Urls.Add("http://+:5000")`.
fn of_program(sources: &Sources<'_>, folder: &str) -> Option<Found<u16>> {
    let path = draft::here(sources.tree, folder, &["Program.cs", "Program.fs"])?;
    let text = sources.text(&path)?;
    let tokens = tokens::tokens(&text, tokens::GO);
    tokens.iter().enumerate().find_map(|(index, token)| {
        let port = port(token.text()?)?;
        let before = &tokens[index.saturating_sub(4)..index];
        let mut words = before.iter().filter_map(|token: &Token<'_>| token.word());
        words
            .any(|word| matches!(word, "Run" | "RunAsync" | "UseUrls" | "Urls"))
            .then(|| Found {
                value: port,
                evidence: Evidence::at(&path, token.line, "dotnet-urls"),
            })
    })
}

/// The port of the first of these addresses that is not encrypted: certificates are those of whoever
/// stands before it.
fn port(urls: &str) -> Option<u16> {
    let mut urls = urls.split(';').map(str::trim);
    let plain = urls.find_map(|url| url.strip_prefix("http://"))?;
    let host = plain.split('/').next()?;
    let (_, port) = host.rsplit_once(':')?;
    port.parse().ok().filter(|port| *port > 0)
}

#[cfg(test)]
mod tests {
    use super::port;

    #[test]
    fn addresses_name_a_port() {
        for (urls, expected) in [
            ("http://*:5005", Some(5005)),
            ("https://localhost:5001; http://+:5000/", Some(5000)),
            ("http://[::]:81", Some(81)),
            ("http://localhost", None),
            ("https://localhost:5001", None),
            ("http://x:0", None),
            ("", None),
        ] {
            assert_eq!(port(urls), expected, "{urls}");
        }
    }
}
