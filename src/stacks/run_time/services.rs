//! Which services an image, a package, a URL or a setting speaks of.

use dhtl_project_model::stack::ServiceKind::{
    self, Cassandra, ClickHouse, Elasticsearch, InfluxDb, Kafka, Ldap, MariaDb, Meilisearch,
    Memcached, MongoDb, Mqtt, MySql, Nats, Neo4j, OpenSearch, Oracle, PostgreSql, Qdrant, RabbitMq,
    Redis, S3, Smtp, SqlServer,
};

use crate::places;

/// Images by the last part of their name.
const IMAGES: [(&str, ServiceKind); 67] = [
    ("postgres", PostgreSql),
    ("postgresql", PostgreSql),
    ("postgis", PostgreSql),
    ("pgvector", PostgreSql),
    ("pgvecto-rs", PostgreSql),
    ("timescaledb", PostgreSql),
    ("timescaledb-ha", PostgreSql),
    ("supabase-postgres", PostgreSql),
    ("alloydbomni", PostgreSql),
    ("cockroach", PostgreSql),
    ("yugabyte", PostgreSql),
    ("mysql", MySql),
    ("mysql-server", MySql),
    ("percona", MySql),
    ("percona-server", MySql),
    ("mariadb", MariaDb),
    ("server", SqlServer),
    ("azure-sql-edge", SqlServer),
    ("oracle-xe", Oracle),
    ("oracle-free", Oracle),
    ("mongo", MongoDb),
    ("mongodb", MongoDb),
    ("mongodb-community-server", MongoDb),
    ("redis", Redis),
    ("redis-stack", Redis),
    ("redis-stack-server", Redis),
    ("valkey", Redis),
    ("keydb", Redis),
    ("dragonfly", Redis),
    ("memcached", Memcached),
    ("rabbitmq", RabbitMq),
    ("lavinmq", RabbitMq),
    ("kafka", Kafka),
    ("kafka-native", Kafka),
    ("cp-kafka", Kafka),
    ("cp-server", Kafka),
    ("redpanda", Kafka),
    ("nats", Nats),
    ("nats-streaming", Nats),
    ("elasticsearch", Elasticsearch),
    ("elasticsearch-oss", Elasticsearch),
    ("opensearch", OpenSearch),
    ("cassandra", Cassandra),
    ("scylla", Cassandra),
    ("clickhouse-server", ClickHouse),
    ("clickhouse", ClickHouse),
    ("neo4j", Neo4j),
    ("influxdb", InfluxDb),
    ("minio", S3),
    ("localstack", S3),
    ("localstack-pro", S3),
    ("rustfs", S3),
    ("seaweedfs", S3),
    ("garage", S3),
    ("adobe-s3mock", S3),
    ("s3mock", S3),
    ("qdrant", Qdrant),
    ("eclipse-mosquitto", Mqtt),
    ("mosquitto", Mqtt),
    ("emqx", Mqtt),
    ("mailhog", Smtp),
    ("mailpit", Smtp),
    ("maildev", Smtp),
    ("openldap", Ldap),
    ("meilisearch", Meilisearch),
    ("mailcatcher", Smtp),
    ("inbucket", Smtp),
];

/// Images of programs that speak the protocol of a service, and have versions of their own.
const ALIKE: [&str; 18] = [
    "adobe-s3mock",
    "alloydbomni",
    "azure-sql-edge",
    "cockroach",
    "cp-kafka",
    "cp-server",
    "dragonfly",
    "garage",
    "keydb",
    "lavinmq",
    "localstack",
    "localstack-pro",
    "redpanda",
    "rustfs",
    "s3mock",
    "scylla",
    "seaweedfs",
    "yugabyte",
];

/// A service with the version of it, where that is known.
pub(super) type Image = (ServiceKind, Option<String>);

/// What an image runs, and its version: `16.2` of `postgres:16.2-alpine`.
pub(super) fn of_image(image: &str) -> Option<Image> {
    let (path, tag) = parts(image);
    let name = path.rsplit('/').next()?;
    if name == "server" && !path.contains("mssql") {
        return None;
    }
    let (_, kind) = IMAGES.iter().find(|(known, _)| *known == name)?;
    let version = tag.filter(|_| ALIKE.binary_search(&name).is_err());
    Some((*kind, version.and_then(version_of)))
}

/// What an image is called: `shop` of `someone/shop:2`.
pub(super) fn image_name(image: &str) -> &str {
    places::file_name(parts(image).0)
}

fn parts(image: &str) -> (&str, Option<&str>) {
    let image = image.split('@').next().unwrap_or(image);
    match image.split_once(":${") {
        Some((path, tag)) => (path, Some(tag)),
        None => path_and_tag(image),
    }
}

fn path_and_tag(image: &str) -> (&str, Option<&str>) {
    match image.rsplit_once(':') {
        // The colon of a port is followed by a path.
        Some((path, tag)) if !tag.contains('/') => (path, Some(tag)),
        _ => (image, None),
    }
}

/// The number that stands behind `pg` in a tag, which is that of `PostgreSQL` where the number before it
/// is that of an extension, or the one that it begins with.
fn version_of(tag: &str) -> Option<String> {
    // `${VERSION:-16}` names its default, `$VERSION` none.
    let tag = tag.rsplit(":-").next()?.trim_end_matches('}');
    let tag = tag.trim_start_matches('v');
    let of_extension = tag
        .match_indices("pg")
        .map(|(index, _)| index + 2)
        .find(|start| tag[*start..].starts_with(|one: char| one.is_ascii_digit()));
    let start = of_extension.or_else(|| {
        tag.starts_with(|one: char| one.is_ascii_digit())
            .then_some(0)
    })?;
    let rest = tag.get(start..)?;
    let end = rest.find(|one: char| !one.is_ascii_digit() && one != '.');
    let version = rest[..end.unwrap_or(rest.len())].trim_end_matches('.');
    // `20240101` is a day.
    let is_number = version.split('.').all(|part| part.len() <= 4);
    (!version.is_empty() && is_number).then(|| version.to_owned())
}

/// The schemes of URLs, without what stands behind a `+` in them.
const SCHEMES: [(&str, ServiceKind); 19] = [
    ("postgres", PostgreSql),
    ("psql", PostgreSql),
    ("postgis", PostgreSql),
    ("mysql", MySql),
    ("mariadb", MariaDb),
    ("mssql", SqlServer),
    ("sqlserver", SqlServer),
    ("oracle", Oracle),
    ("mongodb", MongoDb),
    ("redis", Redis),
    ("rediss", Redis),
    ("valkey", Redis),
    ("memcached", Memcached),
    ("amqp", RabbitMq),
    ("amqps", RabbitMq),
    ("nats", Nats),
    ("kafka", Kafka),
    ("mqtt", Mqtt),
    ("clickhouse", ClickHouse),
];

/// The beginnings of the names that Django has for what speaks to a service.
const ENGINES: [(&str, ServiceKind); 15] = [
    ("django.db.backends.postgresql", PostgreSql),
    ("django.contrib.gis.db.backends.postgis", PostgreSql),
    ("django.db.backends.mysql", MySql),
    ("mysql.connector.django", MySql),
    ("django.db.backends.oracle", Oracle),
    ("mssql", SqlServer),
    ("djongo", MongoDb),
    ("django_mongodb_backend", MongoDb),
    ("django_redis.cache.RedisCache", Redis),
    ("django.core.cache.backends.redis.RedisCache", Redis),
    ("django.core.cache.backends.memcached", Memcached),
    ("channels_redis.core.RedisChannelLayer", Redis),
    ("storages.backends.s3", S3),
    ("django_elasticsearch_dsl", Elasticsearch),
    ("django.core.mail.backends.smtp.EmailBackend", Smtp),
];

/// What a URL or a setting such as Django's `ENGINE` speaks of.
pub(crate) fn of_text(text: &str) -> Option<ServiceKind> {
    if let Some((scheme, _)) = text.split_once("://") {
        let scheme = scheme.rsplit(['"', '\'', '=', ' ']).next()?;
        let scheme = scheme.strip_prefix("jdbc:").unwrap_or(scheme);
        let scheme = scheme.split('+').next()?;
        let found = SCHEMES.iter().find(|(known, _)| {
            scheme == *known || (*known == "postgres" && scheme == "postgresql")
        });
        return found.map(|(_, kind)| *kind);
    }
    ENGINES
        .iter()
        .find(|(engine, _)| text == *engine || (text.starts_with(engine) && text.contains('.')))
        .map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn those_alike_are_in_order_and_known() {
        assert!(ALIKE.is_sorted());
        let is_known = |name| IMAGES.iter().any(|(known, _)| *known == name);
        assert!(ALIKE.into_iter().all(is_known));
    }

    #[test]
    fn an_image_is_a_service_with_a_version() {
        let check = |image, expected: Option<(ServiceKind, Option<&str>)>| {
            let expected = expected.map(|(kind, version)| (kind, version.map(str::to_owned)));
            assert_eq!(of_image(image), expected, "{image}");
        };
        check("postgres:16.2-alpine", Some((PostgreSql, Some("16.2"))));
        check("pgvector/pgvector:pg17", Some((PostgreSql, Some("17"))));
        check(
            "timescale/timescaledb:latest-pg15",
            Some((PostgreSql, Some("15"))),
        );
        check(
            "timescale/timescaledb:2.17.2-pg16",
            Some((PostgreSql, Some("16"))),
        );
        check(
            "pgvector/pgvector:0.8.0-pg17",
            Some((PostgreSql, Some("17"))),
        );
        check("redpandadata/redpanda:v24.2.1", Some((Kafka, None)));
        check("mcr.example/azure-sql-edge:1.0.4", Some((SqlServer, None)));
        check("valkey/valkey:8-alpine", Some((Redis, Some("8"))));
        check("postgres:20240101", Some((PostgreSql, None)));
        check("bitnami/redis@sha256:abc", Some((Redis, None)));
        check("registry.example:5000/library/mysql", Some((MySql, None)));
        check(
            "mcr.example/mssql/server:2022-latest",
            Some((SqlServer, Some("2022"))),
        );
        check("redis:${REDIS_VERSION:-7}", Some((Redis, Some("7"))));
        check("example/server:1", None);
        check("nginx:1.27", None);
        check("", None);
    }

    #[test]
    fn urls_and_engines_speak_of_services() {
        for (text, expected) in [
            ("postgresql+asyncpg://u:p@db/x", Some(PostgreSql)),
            ("jdbc:mysql://localhost/x", Some(MySql)),
            ("rediss://x", Some(Redis)),
            ("mongodb+srv://x", Some(MongoDb)),
            ("django.db.backends.postgresql_psycopg2", Some(PostgreSql)),
            (
                "django.core.cache.backends.memcached.PyMemcacheCache",
                Some(Memcached),
            ),
            ("https://example.example", None),
            ("sqlite:///a.db", None),
            ("redis", None),
        ] {
            assert_eq!(of_text(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn odd_text_never_panics(text: String) {
            of_image(&text);
            of_text(&text);
            version_of(&text);
        }
    }
}
