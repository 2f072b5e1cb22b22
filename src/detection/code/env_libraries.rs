//! Libraries that read environment variables, and how their calls are to be understood.

use ruff_python_ast::ExprCall;

/// Who defines the meaning of a second positional argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Library {
    /// django-environ.
    DjangoEnviron,
    /// environs.
    Environs,
    /// python-decouple.
    Decouple,
    /// Starlette's `config`.
    Starlette,
}

/// The readers of django-environ and environs, besides the call itself.
pub(super) const METHODS: &[&str] = &[
    "bool",
    "bytes",
    "cache",
    "cache_url",
    "channels",
    "channels_url",
    "date",
    "datetime",
    "db",
    "db_url",
    "decimal",
    "dict",
    "dj_cache_url",
    "dj_db_url",
    "dj_email_url",
    "email",
    "email_url",
    "enum",
    "float",
    "get_value",
    "int",
    "json",
    "list",
    "log_level",
    "path",
    "search_url",
    "str",
    "timedelta",
    "time",
    "tuple",
    "unicode",
    "url",
    "uuid",
];

/// Where the default of a method stands among its arguments; the call itself has no name.
pub(super) fn default_position(library: Library, method: &str) -> usize {
    match (library, method) {
        // A cast comes before it.
        (Library::DjangoEnviron, "" | "get_value" | "list" | "tuple" | "dict") => 2,
        _ => 1,
    }
}

/// The variable that a method of django-environ reads when it is told none.
pub(super) fn unnamed(library: Library, method: &str, call: &ExprCall) -> Option<&'static str> {
    if library != Library::DjangoEnviron || !call.arguments.args.is_empty() {
        return None;
    }
    match method {
        "db" | "db_url" => Some("DATABASE_URL"),
        "cache" | "cache_url" => Some("CACHE_URL"),
        "email" | "email_url" => Some("EMAIL_URL"),
        "search_url" => Some("SEARCH_URL"),
        "channels" | "channels_url" => Some("CHANNELS_URL"),
        _ => None,
    }
}
