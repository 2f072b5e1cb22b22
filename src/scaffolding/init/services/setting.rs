//! What the environment variables say by which a project finds its services.
//!
//! A variable is known by its name: a word for the service and one for what is said of it, such as
//! `SHOP_DATABASE_URL` or `REDIS_HOST`.

use dhtl_project_model::stack::ServiceKind::{
    self, Elasticsearch, MariaDb, Memcached, MongoDb, MySql, PostgreSql, RabbitMq, Redis,
};

use super::Reach;
use super::server::{DATABASE, Server};
use crate::init::survey::Survey;

/// What a variable says of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Url,
    Host,
    Port,
    User,
    Password,
    Database,
    Address,
}

/// The last words of names.
const PARTS: [(&str, Part); 18] = [
    ("URL", Part::Url),
    ("URI", Part::Url),
    ("DSN", Part::Url),
    ("HOST", Part::Host),
    ("HOSTNAME", Part::Host),
    ("SERVER", Part::Host),
    ("PORT", Part::Port),
    ("USER", Part::User),
    ("USERNAME", Part::User),
    ("PASSWORD", Part::Password),
    ("PASS", Part::Password),
    ("DB", Part::Database),
    ("DBNAME", Part::Database),
    ("NAME", Part::Database),
    ("DATABASE", Part::Database),
    ("SERVERS", Part::Address),
    ("ADDRESS", Part::Address),
    ("HOSTS", Part::Address),
];

/// The words before them. Where a word is for several services, the first that runs is meant.
const SUBJECTS: [(&str, &[ServiceKind]); 16] = [
    ("POSTGRES", &[PostgreSql]),
    ("POSTGRESQL", &[PostgreSql]),
    ("PG", &[PostgreSql]),
    ("MYSQL", &[MySql, MariaDb]),
    ("MARIADB", &[MariaDb, MySql]),
    ("MONGO", &[MongoDb]),
    ("MONGODB", &[MongoDb]),
    ("REDIS", &[Redis]),
    ("RABBITMQ", &[RabbitMq]),
    ("AMQP", &[RabbitMq]),
    ("CLOUDAMQP", &[RabbitMq]),
    ("MEMCACHED", &[Memcached]),
    ("MEMCACHE", &[Memcached]),
    ("ELASTICSEARCH", &[Elasticsearch]),
    ("ELASTIC", &[Elasticsearch]),
    ("ES", &[Elasticsearch]),
];

/// Words that speak of what a service is for.
const PURPOSES: [(&str, &[ServiceKind]); 4] = [
    ("DATABASE", &[PostgreSql, MySql, MariaDb, MongoDb]),
    ("DB", &[PostgreSql, MySql, MariaDb, MongoDb]),
    ("CACHE", &[Redis]),
    ("BROKER", &[RabbitMq, Redis]),
];

/// Names that are one word. Source: the documentation of libpq and of Celery.
const WHOLE: [(&str, &[ServiceKind], Part); 6] = [
    ("PGHOST", &[PostgreSql], Part::Host),
    ("PGPORT", &[PostgreSql], Part::Port),
    ("PGUSER", &[PostgreSql], Part::User),
    ("PGPASSWORD", &[PostgreSql], Part::Password),
    ("PGDATABASE", &[PostgreSql], Part::Database),
    ("CELERY_RESULT_BACKEND", &[Redis], Part::Url),
];

/// The value of the variable `name`, where it says something of one of the `servers`.
pub(super) fn value(
    name: &str,
    servers: &[&Server],
    reach: Reach,
    survey: &Survey<'_>,
) -> Option<String> {
    let (kinds, part) = meaning(name)?;
    let server = kinds
        .iter()
        .find_map(|kind| servers.iter().find(|server| server.kind == *kind))?;
    let host = match reach {
        // Not `localhost`: that may be the sixth version of the protocol, or a socket.
        Reach::Ports => "127.0.0.1",
        Reach::Hosts => server.name,
    };
    Some(match part {
        Part::Url if server.kind == Memcached => return None,
        Part::Url => url(name, server, host, survey),
        Part::Address if server.kind == Elasticsearch => url(name, server, host, survey),
        Part::Address => format!("{host}:{}", server.port),
        Part::Host => host.to_owned(),
        Part::Port => server.port.to_string(),
        Part::User => server.login?.0.to_owned(),
        Part::Password => server.login?.1.to_owned(),
        Part::Database => match server.kind {
            PostgreSql | MySql | MariaDb | MongoDb => DATABASE.to_owned(),
            Redis if name.to_ascii_uppercase().ends_with("_DB") => "0".to_owned(),
            _ => return None,
        },
    })
}

/// Which services a name may speak of, and what it says of them.
fn meaning(name: &str) -> Option<(&'static [ServiceKind], Part)> {
    // It becomes a key in YAML, and a variable of a shell.
    let is_name = |one: char| one.is_ascii_alphanumeric() || one == '_';
    if !name.chars().all(is_name) {
        return None;
    }
    let name = name.to_ascii_uppercase();
    if let Some((_, kinds, part)) = WHOLE.iter().find(|(whole, ..)| *whole == name) {
        return Some((kinds, *part));
    }
    let (subject, last) = name.rsplit_once('_')?;
    let (_, part) = PARTS.iter().find(|(word, _)| *word == last)?;
    let mut words = subject.rsplit('_');
    let word = words.next()?;
    let known = |word: &str| {
        let mut subjects = SUBJECTS.iter();
        subjects
            .find(|(one, _)| *one == word)
            .map(|(_, kinds)| *kinds)
    };
    if let Some(kinds) = known(word) {
        return Some((kinds, *part));
    }
    let (_, kinds) = PURPOSES.iter().find(|(one, _)| *one == word)?;
    // `MONGO_DATABASE_URL` says it more exactly.
    let kinds = words.next().and_then(known).unwrap_or(kinds);
    Some((kinds, *part))
}

fn url(name: &str, server: &Server, host: &str, survey: &Survey<'_>) -> String {
    let scheme = scheme(name, server, survey);
    let login = server
        .login
        .map(|(user, password)| format!("{user}:{password}@"))
        .unwrap_or_default();
    format!("{scheme}://{login}{host}:{}{}", server.port, server.path)
}

/// Templates of `.env` files.
const EXAMPLES: [&str; 6] = [
    ".env.example",
    ".env.sample",
    ".env.template",
    ".env.dist",
    "env.example",
    "example.env",
];

/// The scheme that the project shows for the variable, with the driver, or else the one that follows
/// from the drivers it declares.
fn scheme(name: &str, server: &Server, survey: &Survey<'_>) -> String {
    let shown = EXAMPLES.iter().find_map(|path| {
        let text = survey.text(path);
        text.lines()
            .find_map(|line| shown_scheme(line, name, server))
    });
    shown.unwrap_or_else(|| format!("{}{}", server.schemes[0], driver(server, survey)))
}

fn shown_scheme(line: &str, name: &str, server: &Server) -> Option<String> {
    let (key, value) = line.split_once('=')?;
    let key = key
        .trim()
        .trim_start_matches("export ")
        .trim_start_matches(['#', ' ']);
    let (scheme, _) = value.trim().trim_matches(['"', '\'']).split_once("://")?;
    let (base, driver) = scheme.split_once('+').unwrap_or((scheme, ""));
    let is_plain = driver
        .chars()
        .all(|one| one.is_ascii_alphanumeric() || one == '_');
    // That of MongoDB stands for a lookup of hosts, which one alone does not have.
    let is_driver = is_plain && driver != "srv";
    (key == name && server.schemes.contains(&base) && is_driver).then(|| scheme.to_owned())
}

/// Drivers by the distributions that they are in, for those whom `SQLAlchemy` would not choose.
///
/// Source: the documentation of `SQLAlchemy`, "Dialects".
const DRIVERS: [(ServiceKind, &str, &str); 8] = [
    (PostgreSql, "psycopg", "+psycopg"),
    (PostgreSql, "asyncpg", "+asyncpg"),
    (PostgreSql, "pg8000", "+pg8000"),
    (MySql, "pymysql", "+pymysql"),
    (MySql, "aiomysql", "+aiomysql"),
    (MySql, "asyncmy", "+asyncmy"),
    (MySql, "mysql-connector-python", "+mysqlconnector"),
    (MySql, "mariadb", "+mariadbconnector"),
];

/// Those whom it would choose.
const USUAL_DRIVERS: [&str; 3] = ["psycopg2", "psycopg2-binary", "mysqlclient"];

/// Packages that hand URLs to `SQLAlchemy`.
const SQLALCHEMY: [&str; 5] = [
    "sqlalchemy",
    "sqlmodel",
    "flask-sqlalchemy",
    "alembic",
    "databases",
];

fn driver(server: &Server, survey: &Survey<'_>) -> &'static str {
    let has = |names: &[&str]| names.iter().any(|name| survey.declared(name).is_some());
    if !has(&SQLALCHEMY) || has(&USUAL_DRIVERS) {
        return "";
    }
    let kind = match server.kind {
        MariaDb => MySql,
        kind => kind,
    };
    let mut drivers = DRIVERS.iter().filter(|(of, ..)| *of == kind);
    drivers
        .find(|(_, name, _)| has(&[name]))
        .map_or("", |(.., driver)| driver)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_says_what_it_is_for() {
        let check = |name, expected: Option<(ServiceKind, Part)>| {
            let found = meaning(name).map(|(kinds, part)| (kinds[0], part));
            assert_eq!(found, expected, "{name}");
        };
        check("DATABASE_URL", Some((PostgreSql, Part::Url)));
        check("SQLALCHEMY_DATABASE_URI", Some((PostgreSql, Part::Url)));
        check("shop_redis_url", Some((Redis, Part::Url)));
        check("MONGO_DATABASE_URL", Some((MongoDb, Part::Url)));
        check("POSTGRES_DB", Some((PostgreSql, Part::Database)));
        check("PGPASSWORD", Some((PostgreSql, Part::Password)));
        check("CELERY_BROKER_URL", Some((RabbitMq, Part::Url)));
        check("CELERY_RESULT_BACKEND", Some((Redis, Part::Url)));
        check("ELASTICSEARCH_HOSTS", Some((Elasticsearch, Part::Address)));
        check("POSTGRES_TABLE_NAME", None);
        check("REDIS_PREFIX", None);
        check("SITE_URL", None);
        check("URL", None);
        check("", None);
        check("DATABASE_URL: x\nDATABASE_URL", None);
    }

    proptest! {
        #[test]
        fn nothing_gets_into_a_job_but_the_name_of_a_driver(value in "\\PC{0,20}", line in "\\PC{0,30}") {
            meaning(&line);
            let server = Server::of(PostgreSql, None).unwrap();
            for line in [format!("A=postgresql+{value}://x"), format!("A=postgresql{value}"), line] {
                if let Some(scheme) = shown_scheme(&line, "A", server) {
                    let is_plain = |one: char| one.is_ascii_alphanumeric() || "+_".contains(one);
                    prop_assert!(scheme.chars().all(is_plain), "{scheme:?}");
                }
            }
        }
    }
}
