//! The servers that continuous integration can start, and how.

use dhtl_project_model::stack::ServiceKind;

use super::image::Image;

/// A server that runs from an image.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Server {
    /// What it is.
    pub(super) kind: ServiceKind,
    /// What it is called in a job, and its host where services have hosts.
    pub(super) name: &'static str,
    /// Its image.
    image: &'static str,
    /// The version that is taken where the project names none: one that is still looked after.
    version: &'static str,
    /// Names of images whose tags begin with the same versions.
    others: &'static [&'static str],
    /// Images that are started alike and do more, so that no other will do.
    variants: &'static [&'static str],
    /// Where it listens.
    pub(super) port: u16,
    /// What its image is told.
    pub(super) environment: &'static [(&'static str, &'static str)],
    /// The command that succeeds in its container as soon as it answers.
    health: &'static str,
    /// The schemes of its URLs, the usual one first.
    pub(super) schemes: &'static [&'static str],
    /// Who is let in, with the password; none where everybody is.
    pub(super) login: Option<(&'static str, &'static str)>,
    /// What comes after the host in a URL.
    pub(super) path: &'static str,
}

/// The name of the database, where a server has several.
pub(super) const DATABASE: &str = "test";

/// All of them. Source of images, variables and ports: the descriptions of the official images.
static SERVERS: [Server; 8] = [
    Server {
        kind: ServiceKind::PostgreSql,
        name: "postgres",
        image: "postgres",
        version: "18",
        others: &["postgresql"],
        variants: &[
            "postgis/postgis",
            "pgvector/pgvector",
            "timescale/timescaledb",
            "timescale/timescaledb-ha",
        ],
        port: 5432,
        environment: &[
            ("POSTGRES_USER", "postgres"),
            ("POSTGRES_PASSWORD", "postgres"),
            ("POSTGRES_DB", DATABASE),
        ],
        health: "pg_isready --username postgres",
        schemes: &["postgresql", "postgres", "postgis", "psql"],
        login: Some(("postgres", "postgres")),
        path: "/test",
    },
    Server {
        kind: ServiceKind::MySql,
        name: "mysql",
        image: "mysql",
        version: "8.4",
        others: &["mysql-server"],
        variants: &[],
        port: 3306,
        environment: &[
            ("MYSQL_ROOT_PASSWORD", "root"),
            ("MYSQL_DATABASE", DATABASE),
        ],
        // By its address: while the image prepares the database, only the socket answers.
        health: "mysqladmin ping --host 127.0.0.1 --password=root",
        schemes: &["mysql"],
        login: Some(("root", "root")),
        path: "/test",
    },
    Server {
        kind: ServiceKind::MariaDb,
        name: "mariadb",
        image: "mariadb",
        version: "11.8",
        others: &[],
        variants: &[],
        port: 3306,
        environment: &[
            ("MARIADB_ROOT_PASSWORD", "root"),
            ("MARIADB_DATABASE", DATABASE),
        ],
        health: "mariadb-admin ping --host 127.0.0.1 --password=root",
        schemes: &["mysql", "mariadb"],
        login: Some(("root", "root")),
        path: "/test",
    },
    Server {
        kind: ServiceKind::MongoDb,
        name: "mongodb",
        image: "mongo",
        version: "8",
        others: &["mongodb", "mongodb-community-server"],
        variants: &[],
        port: 27017,
        environment: &[],
        // What connects to nothing evaluates nothing.
        health: "mongosh --quiet --eval 1",
        schemes: &["mongodb"],
        login: None,
        path: "/test",
    },
    Server {
        kind: ServiceKind::Redis,
        name: "redis",
        image: "redis",
        version: "8",
        others: &[],
        variants: &[
            "valkey/valkey",
            "redis/redis-stack",
            "redis/redis-stack-server",
        ],
        port: 6379,
        environment: &[],
        health: "redis-cli ping",
        schemes: &["redis", "valkey"],
        login: None,
        path: "/0",
    },
    Server {
        kind: ServiceKind::RabbitMq,
        name: "rabbitmq",
        image: "rabbitmq",
        version: "4",
        others: &[],
        variants: &[],
        port: 5672,
        environment: &[],
        health: "rabbitmq-diagnostics --quiet check_port_connectivity",
        schemes: &["amqp", "pyamqp"],
        login: Some(("guest", "guest")),
        path: "/",
    },
    Server {
        kind: ServiceKind::Memcached,
        name: "memcached",
        image: "memcached",
        version: "1.6",
        others: &[],
        variants: &[],
        port: 11211,
        environment: &[],
        // The image has no client.
        health: "bash -c '</dev/tcp/127.0.0.1/11211'",
        schemes: &["memcached"],
        login: None,
        path: "",
    },
    Server {
        kind: ServiceKind::Elasticsearch,
        name: "elasticsearch",
        image: "elasticsearch",
        version: "9.1.3",
        others: &[],
        variants: &[],
        port: 9200,
        environment: &[
            ("discovery.type", "single-node"),
            ("xpack.security.enabled", "false"),
            ("ES_JAVA_OPTS", "-Xms512m -Xmx512m"),
        ],
        health: "curl --silent --fail http://127.0.0.1:9200/_cluster/health",
        schemes: &["http"],
        login: None,
        path: "",
    },
];

/// Elasticsearch has tags for whole versions only: the last of each line that is known here.
const ELASTICSEARCH: [&str; 3] = ["9.1.3", "8.19.3", "7.17.28"];

impl Server {
    /// The one for services of this kind: that of the image which the project runs, where there is
    /// one. Clients of one may speak to another.
    pub(super) fn of(kind: ServiceKind, composed: Option<&Image>) -> Option<&'static Self> {
        let usual = SERVERS.iter().find(|server| server.kind == kind)?;
        let same = composed.and_then(|image| {
            SERVERS
                .iter()
                .find(|server| server.port == usual.port && server.is_called(image.name()))
        });
        Some(same.unwrap_or(usual))
    }

    fn is_called(&self, name: &str) -> bool {
        self.image == name || self.others.contains(&name)
    }

    /// The image that runs: the version that the project runs elsewhere, or else the default.
    pub(super) fn image(&self, composed: Option<&Image>, version: Option<&str>) -> String {
        let variant = composed.filter(|one| self.variants.contains(&one.repository.as_str()));
        if let Some(image) = variant {
            return match &image.tag {
                Some(tag) => format!("{}:{tag}", image.repository),
                None => image.repository.clone(),
            };
        }
        // The versions of other programs for the same protocol are no versions of this one.
        let is_same = composed.is_none_or(|image| self.is_called(image.name()));
        let version = version.filter(|version| is_same && is_version(version));
        let version = match (self.kind, version) {
            (ServiceKind::Elasticsearch, Some(version)) => whole(version),
            (_, version) => version.unwrap_or(self.version),
        };
        format!("{}:{version}", self.image)
    }

    /// The command that tells in the container of `image` whether it answers.
    pub(super) fn health(&self, image: &str) -> &'static str {
        // The shell of MongoDB had another name before version 5, and MariaDB's tool that of MySQL.
        let tag = image.rsplit_once(':').map_or("", |(_, tag)| tag);
        let mut numbers = tag.split('.').map(|part| part.parse::<u32>().ok());
        let major = numbers.next().flatten().unwrap_or(u32::MAX);
        let minor = numbers.next().flatten().unwrap_or(u32::MAX);
        match self.kind {
            ServiceKind::MongoDb if major < 5 => "mongo --quiet --eval 1",
            ServiceKind::MariaDb if (major, minor) < (10, 4) => {
                "mysqladmin ping --host 127.0.0.1 --password=root"
            }
            ServiceKind::Redis if image.starts_with("valkey/") => "valkey-cli ping",
            _ => self.health,
        }
    }
}

fn whole(version: &str) -> &str {
    if version.split('.').count() >= 3 {
        return version;
    }
    let major = version.split('.').next();
    let mut known = ELASTICSEARCH.into_iter();
    known
        .find(|one| one.split('.').next() == major)
        .unwrap_or(ELASTICSEARCH[0])
}

/// Whether a tag can begin with it: numbers with dots between them.
fn is_version(text: &str) -> bool {
    let is_number = |part: &str| {
        (1..=6).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    text.split('.').count() <= 4 && text.split('.').all(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: ServiceKind, line: &str, version: Option<&str>, expected: &str) {
        let composed = Image::of_line(line);
        let server = Server::of(kind, composed.as_ref()).unwrap();
        let image = server.image(composed.as_ref(), version);
        assert_eq!(image, expected, "{line} {version:?}");
    }

    #[test]
    fn the_version_of_the_project_is_taken_and_none_is_made_up() {
        use ServiceKind::{Elasticsearch, MySql, PostgreSql, Redis};
        check(PostgreSql, "", None, "postgres:18");
        check(PostgreSql, "", Some("16.2"), "postgres:16.2");
        check(PostgreSql, "", Some("16;x"), "postgres:18");
        check(
            PostgreSql,
            "image: bitnami/postgresql:15.1.0",
            Some("15.1.0"),
            "postgres:15.1.0",
        );
        check(
            PostgreSql,
            "image: docker.example/postgis/postgis:16-3.4",
            Some("16"),
            "postgis/postgis:16-3.4",
        );
        check(
            PostgreSql,
            "image: supabase/postgres-meta:9.1",
            Some("9.1"),
            "postgres:18",
        );
        check(
            MySql,
            "image: mariadb:10.11",
            Some("10.11"),
            "mariadb:10.11",
        );
        check(MySql, "image: percona:8.0", Some("8.0"), "mysql:8.4");
        check(Redis, "image: eqalpha/keydb:6.3", Some("6.3"), "redis:8");
        check(
            Redis,
            "image: valkey/valkey:8.1",
            Some("8.1"),
            "valkey/valkey:8.1",
        );
        check(Elasticsearch, "", Some("8"), "elasticsearch:8.19.3");
        check(Elasticsearch, "", Some("8.11.1"), "elasticsearch:8.11.1");
        check(Elasticsearch, "", Some("12"), "elasticsearch:9.1.3");
    }

    #[test]
    fn old_images_are_asked_with_what_they_have() {
        for (kind, image, program) in [
            (ServiceKind::MongoDb, "mongo:4.4", "mongo"),
            (ServiceKind::MongoDb, "mongo:8", "mongosh"),
            (ServiceKind::MariaDb, "mariadb:10.3", "mysqladmin"),
            (ServiceKind::MariaDb, "mariadb:11", "mariadb-admin"),
            (ServiceKind::Redis, "valkey/valkey:8", "valkey-cli"),
            (ServiceKind::Redis, "redis:7", "redis-cli"),
        ] {
            let health = Server::of(kind, None).unwrap().health(image);
            assert_eq!(health.split(' ').next(), Some(program), "{image}");
        }
    }
}
