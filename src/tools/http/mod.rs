//! Fetches files over HTTP: with the user's proxy and certificates, within limits, and going on
//! where an earlier attempt broke off.

mod address;
mod agent;
mod answer;
mod client;
mod download;
mod error;
mod partial;
mod redirect;
#[cfg(test)]
pub(crate) mod test_server;
#[cfg(test)]
mod tests;

pub(crate) use address::file_name;
pub use address::is_web_address;
pub use client::HttpClient;
pub use download::{Download, Downloaded, Transfer};
pub use error::HttpError;
