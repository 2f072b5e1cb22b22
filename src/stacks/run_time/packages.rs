//! Which services the packages that a stack depends on speak to.
//!
//! A package that does nothing without its service shows it: a driver or a client. A package that can
//! do with several, such as an object-relational mapper, shows none.

use dhtl_project_model::stack::ServiceKind::{
    self, Cassandra, ClickHouse, Elasticsearch, InfluxDb, Kafka, Ldap, MariaDb, Meilisearch,
    Memcached, MongoDb, Mqtt, MySql, Nats, Neo4j, OpenSearch, Oracle, PostgreSql, Qdrant, RabbitMq,
    Redis, S3, SqlServer,
};
use dhtl_project_model::stack::{Stack, StackKind};
use dhtl_project_model::{DistributionName, Evidence};

use crate::node::Packages;
use crate::places;
use crate::sources::Sources;

/// The packages of Python, by their normalised names.
const PYTHON: &[(&str, ServiceKind)] = &[
    ("psycopg", PostgreSql),
    ("psycopg2", PostgreSql),
    ("psycopg2-binary", PostgreSql),
    ("psycopg-binary", PostgreSql),
    ("asyncpg", PostgreSql),
    ("pg8000", PostgreSql),
    ("aiopg", PostgreSql),
    ("pgvector", PostgreSql),
    ("mysqlclient", MySql),
    ("pymysql", MySql),
    ("mysql-connector-python", MySql),
    ("aiomysql", MySql),
    ("asyncmy", MySql),
    ("mariadb", MariaDb),
    ("pymssql", SqlServer),
    ("mssql-django", SqlServer),
    ("cx-oracle", Oracle),
    ("oracledb", Oracle),
    ("pymongo", MongoDb),
    ("motor", MongoDb),
    ("mongoengine", MongoDb),
    ("flask-mongoengine", MongoDb),
    ("beanie", MongoDb),
    ("odmantic", MongoDb),
    ("djongo", MongoDb),
    ("redis", Redis),
    ("aioredis", Redis),
    ("django-redis", Redis),
    ("channels-redis", Redis),
    ("rq", Redis),
    ("django-rq", Redis),
    ("arq", Redis),
    ("valkey", Redis),
    ("flask-redis", Redis),
    ("pymemcache", Memcached),
    ("pylibmc", Memcached),
    ("python-memcached", Memcached),
    ("pika", RabbitMq),
    ("aio-pika", RabbitMq),
    ("kafka-python", Kafka),
    ("kafka-python-ng", Kafka),
    ("confluent-kafka", Kafka),
    ("aiokafka", Kafka),
    ("faust-streaming", Kafka),
    ("nats-py", Nats),
    ("elasticsearch", Elasticsearch),
    ("elasticsearch-dsl", Elasticsearch),
    ("django-elasticsearch-dsl", Elasticsearch),
    ("opensearch-py", OpenSearch),
    ("cassandra-driver", Cassandra),
    ("scylla-driver", Cassandra),
    ("clickhouse-driver", ClickHouse),
    ("clickhouse-connect", ClickHouse),
    ("neo4j", Neo4j),
    ("neomodel", Neo4j),
    ("influxdb", InfluxDb),
    ("influxdb-client", InfluxDb),
    ("paho-mqtt", Mqtt),
    ("aiomqtt", Mqtt),
    ("asyncio-mqtt", Mqtt),
    ("minio", S3),
    ("s3fs", S3),
    ("django-s3-storage", S3),
    ("python-ldap", Ldap),
    ("ldap3", Ldap),
    ("django-auth-ldap", Ldap),
    ("qdrant-client", Qdrant),
    ("meilisearch", Meilisearch),
];

/// Packages with an extra that shows the service.
const PYTHON_EXTRAS: &[(&str, &str, ServiceKind)] = &[
    ("celery", "redis", Redis),
    ("celery", "librabbitmq", RabbitMq),
    ("kombu", "redis", Redis),
    ("dramatiq", "redis", Redis),
    ("dramatiq", "rabbitmq", RabbitMq),
    ("django-storages", "s3", S3),
    ("django-storages", "boto3", S3),
    ("sqlalchemy", "postgresql", PostgreSql),
    ("sqlalchemy", "asyncpg", PostgreSql),
    ("sqlalchemy", "mysql", MySql),
    ("tortoise-orm", "asyncpg", PostgreSql),
    ("databases", "postgresql", PostgreSql),
    ("databases", "asyncpg", PostgreSql),
    ("piccolo", "postgres", PostgreSql),
];

/// The packages of Node.js, which Bun and Deno use as well.
const NODE: &[(&str, ServiceKind)] = &[
    ("pg", PostgreSql),
    ("pg-promise", PostgreSql),
    ("postgres", PostgreSql),
    ("@vercel/postgres", PostgreSql),
    ("@neondatabase/serverless", PostgreSql),
    ("mysql", MySql),
    ("mysql2", MySql),
    ("mariadb", MariaDb),
    ("mssql", SqlServer),
    ("tedious", SqlServer),
    ("oracledb", Oracle),
    ("mongodb", MongoDb),
    ("mongoose", MongoDb),
    ("@nestjs/mongoose", MongoDb),
    ("@typegoose/typegoose", MongoDb),
    ("connect-mongo", MongoDb),
    ("redis", Redis),
    ("ioredis", Redis),
    ("connect-redis", Redis),
    ("bull", Redis),
    ("bullmq", Redis),
    ("bee-queue", Redis),
    ("@nestjs/bull", Redis),
    ("@nestjs/bullmq", Redis),
    ("memcached", Memcached),
    ("memjs", Memcached),
    ("amqplib", RabbitMq),
    ("amqp-connection-manager", RabbitMq),
    ("kafkajs", Kafka),
    ("node-rdkafka", Kafka),
    ("nats", Nats),
    ("@elastic/elasticsearch", Elasticsearch),
    ("@opensearch-project/opensearch", OpenSearch),
    ("cassandra-driver", Cassandra),
    ("@clickhouse/client", ClickHouse),
    ("neo4j-driver", Neo4j),
    ("@influxdata/influxdb-client", InfluxDb),
    ("influx", InfluxDb),
    ("mqtt", Mqtt),
    ("minio", S3),
    ("@aws-sdk/client-s3", S3),
    ("multer-s3", S3),
    ("ldapjs", Ldap),
    ("@qdrant/js-client-rest", Qdrant),
    ("meilisearch", Meilisearch),
];

/// The packages of other languages, by the words that their manifests have for them.
const OTHERS: &[(&str, ServiceKind)] = &[
    // Go.
    ("github.com/lib/pq", PostgreSql),
    ("github.com/jackc/pgx", PostgreSql),
    ("gorm.io/driver/postgres", PostgreSql),
    ("github.com/go-pg/pg", PostgreSql),
    ("github.com/go-sql-driver/mysql", MySql),
    ("gorm.io/driver/mysql", MySql),
    ("gorm.io/driver/sqlserver", SqlServer),
    ("github.com/microsoft/go-mssqldb", SqlServer),
    ("github.com/denisenkom/go-mssqldb", SqlServer),
    ("go.mongodb.org/mongo-driver", MongoDb),
    ("github.com/redis/go-redis", Redis),
    ("github.com/go-redis/redis", Redis),
    ("github.com/gomodule/redigo", Redis),
    ("github.com/hibiken/asynq", Redis),
    ("github.com/bradfitz/gomemcache", Memcached),
    ("github.com/rabbitmq/amqp091-go", RabbitMq),
    ("github.com/streadway/amqp", RabbitMq),
    ("github.com/segmentio/kafka-go", Kafka),
    ("github.com/IBM/sarama", Kafka),
    ("github.com/Shopify/sarama", Kafka),
    ("github.com/confluentinc/confluent-kafka-go", Kafka),
    ("github.com/nats-io/nats.go", Nats),
    ("github.com/elastic/go-elasticsearch", Elasticsearch),
    ("github.com/opensearch-project/opensearch-go", OpenSearch),
    ("github.com/gocql/gocql", Cassandra),
    ("github.com/ClickHouse/clickhouse-go", ClickHouse),
    ("github.com/neo4j/neo4j-go-driver", Neo4j),
    ("github.com/influxdata/influxdb-client-go", InfluxDb),
    ("github.com/eclipse/paho.mqtt.golang", Mqtt),
    ("github.com/minio/minio-go", S3),
    ("github.com/aws/aws-sdk-go-v2/service/s3", S3),
    ("github.com/go-ldap/ldap", Ldap),
    ("github.com/meilisearch/meilisearch-go", Meilisearch),
    // Ruby.
    ("mysql2", MySql),
    ("trilogy", MySql),
    ("pg", PostgreSql),
    ("mongoid", MongoDb),
    ("redis", Redis),
    ("sidekiq", Redis),
    ("resque", Redis),
    ("dalli", Memcached),
    ("bunny", RabbitMq),
    ("ruby-kafka", Kafka),
    ("searchkick", Elasticsearch),
    // Rust.
    ("tokio-postgres", PostgreSql),
    ("deadpool-postgres", PostgreSql),
    ("mysql_async", MySql),
    ("mongodb", MongoDb),
    ("lapin", RabbitMq),
    ("rdkafka", Kafka),
    ("async-nats", Nats),
    ("elasticsearch", Elasticsearch),
    ("rumqttc", Mqtt),
    // Java and Kotlin.
    ("postgresql", PostgreSql),
    ("org.postgresql", PostgreSql),
    ("mysql-connector-j", MySql),
    ("mysql-connector-java", MySql),
    ("mariadb-java-client", MariaDb),
    ("mssql-jdbc", SqlServer),
    ("spring-boot-starter-data-mongodb", MongoDb),
    ("spring-boot-starter-data-redis", Redis),
    ("jedis", Redis),
    ("lettuce-core", Redis),
    ("spring-boot-starter-amqp", RabbitMq),
    ("spring-kafka", Kafka),
    ("kafka-clients", Kafka),
    ("spring-boot-starter-data-elasticsearch", Elasticsearch),
    ("spring-boot-starter-data-neo4j", Neo4j),
    ("spring-boot-starter-data-cassandra", Cassandra),
    ("quarkus-jdbc-postgresql", PostgreSql),
    ("quarkus-jdbc-mysql", MySql),
    // PHP.
    ("ext-pgsql", PostgreSql),
    ("ext-pdo_pgsql", PostgreSql),
    ("ext-mysqli", MySql),
    ("ext-pdo_mysql", MySql),
    ("predis/predis", Redis),
    ("ext-redis", Redis),
    ("mongodb/mongodb", MongoDb),
    ("mongodb/laravel-mongodb", MongoDb),
    ("php-amqplib/php-amqplib", RabbitMq),
    ("elasticsearch/elasticsearch", Elasticsearch),
    // .NET.
    ("Npgsql", PostgreSql),
    ("Npgsql.EntityFrameworkCore.PostgreSQL", PostgreSql),
    ("Pomelo.EntityFrameworkCore.MySql", MySql),
    ("MySql.Data", MySql),
    ("MySqlConnector", MySql),
    ("Microsoft.EntityFrameworkCore.SqlServer", SqlServer),
    ("Microsoft.Data.SqlClient", SqlServer),
    ("MongoDB.Driver", MongoDb),
    ("StackExchange.Redis", Redis),
    ("Microsoft.Extensions.Caching.StackExchangeRedis", Redis),
    ("RabbitMQ.Client", RabbitMq),
    ("Confluent.Kafka", Kafka),
    // Elixir.
    ("postgrex", PostgreSql),
    ("myxql", MySql),
    ("redix", Redis),
    ("broadway_kafka", Kafka),
    ("broadway_rabbitmq", RabbitMq),
    ("mongodb_driver", MongoDb),
];

/// Packages of Rust that speak to what a feature on the same line names.
const WITH_FEATURES: [&str; 4] = ["sqlx", "diesel", "sea-orm", "diesel-async"];

/// The services that the packages of a stack show, each with its evidence.
pub(super) fn of(stack: &Stack, sources: &Sources<'_>) -> Vec<(ServiceKind, Evidence)> {
    match stack.kind {
        StackKind::Python => of_python(stack, sources),
        StackKind::Node | StackKind::Bun | StackKind::Deno => of_node(stack, sources),
        StackKind::Static | StackKind::Shell => Vec::new(),
        _ => of_manifests(stack, sources),
    }
}

/// Whether a stack depends on the one of this name, as far as manifests of Python and Node.js tell.
pub(super) fn depends_on(stack: &Stack, name: &str, sources: &Sources<'_>) -> bool {
    match stack.kind {
        StackKind::Python => {
            let Some(python) = &sources.project.python else {
                return false;
            };
            let name = DistributionName::new(name);
            python
                .declarations
                .iter()
                .filter(|declaration| places::folder(&declaration.path) == stack.folder)
                .flat_map(|declaration| &declaration.requirements)
                .any(|requirement| requirement.name.as_ref() == Some(&name))
        }
        StackKind::Node | StackKind::Bun => Packages::of(sources)
            .get(&stack.folder)
            .is_some_and(|package| package.dependency(name).is_some()),
        _ => false,
    }
}

fn of_python(stack: &Stack, sources: &Sources<'_>) -> Vec<(ServiceKind, Evidence)> {
    let Some(python) = &sources.project.python else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for declaration in &python.declarations {
        let is_of_runtime = declaration.scope == dhtl_project_model::Scope::Runtime;
        if !is_of_runtime || !is_in(&declaration.path, stack, sources) {
            continue;
        }
        for requirement in &declaration.requirements {
            let Some(name) = &requirement.name else {
                continue;
            };
            let name = name.to_string();
            let by_name = PYTHON.iter().find(|(known, _)| *known == name);
            let kind = by_name.map(|(_, kind)| *kind).or_else(|| {
                let extras = requirement.text.split_once('[')?.1.split(']').next()?;
                let extras: Vec<&str> = extras.split(',').map(str::trim).collect();
                PYTHON_EXTRAS
                    .iter()
                    .find(|(known, extra, _)| *known == name && extras.contains(extra))
                    .map(|(.., kind)| *kind)
            });
            let evidence = Evidence {
                rule: "service-package".into(),
                ..requirement.evidence.clone()
            };
            found.extend(kind.map(|kind| (kind, evidence)));
        }
    }
    found
}

/// Whether the file at `path` belongs to the folder of a stack of this language, and to none within.
fn is_in(path: &str, stack: &Stack, sources: &Sources<'_>) -> bool {
    if places::relative(path, &stack.folder).is_none() {
        return false;
    }
    // A folder within that is a project of its own declares for itself.
    let python = sources.project.python.as_ref();
    python.is_none_or(|python| {
        !python.sub_projects.iter().any(|project| {
            places::relative(&project.path, &stack.folder).is_some()
                && places::relative(path, &project.path).is_some()
        })
    }) && places::folder(path)
        .split('/')
        .all(|part| !matches!(part, "docs" | "tests" | "examples"))
}

fn of_node(stack: &Stack, sources: &Sources<'_>) -> Vec<(ServiceKind, Evidence)> {
    let Some(package) = Packages::of(sources).get(&stack.folder) else {
        return Vec::new();
    };
    let sections = ["dependencies", "optionalDependencies"];
    sections
        .iter()
        .filter_map(|section| package.manifest.get(section))
        .flat_map(crate::json::Node::entries)
        .filter_map(|(name, node)| {
            let (_, kind) = NODE.iter().find(|(known, _)| known == name)?;
            Some((
                *kind,
                Evidence::at(&package.path, node.line, "service-package"),
            ))
        })
        .collect()
}

/// The manifest that names the packages of a stack.
fn manifests(stack: &Stack) -> &'static [&'static str] {
    match stack.kind {
        StackKind::Go => &["go.mod"],
        StackKind::Rust => &["Cargo.toml"],
        StackKind::Java => &["pom.xml", "build.gradle", "build.gradle.kts"],
        StackKind::Ruby => &["Gemfile"],
        StackKind::Php => &["composer.json"],
        StackKind::Elixir => &["mix.exs"],
        StackKind::Scala => &["build.sbt"],
        StackKind::Clojure => &["project.clj", "deps.edn"],
        _ => &[],
    }
}

fn of_manifests(stack: &Stack, sources: &Sources<'_>) -> Vec<(ServiceKind, Evidence)> {
    let named = manifests(stack)
        .iter()
        .map(|name| places::inside(&stack.folder, name));
    let mut paths: Vec<String> = named.collect();
    if stack.kind == StackKind::Dotnet {
        let files = sources.tree.below(&stack.folder).map(|file| &file.path);
        paths.extend(
            files
                .filter(|path| path.ends_with(".csproj") || path.ends_with(".fsproj"))
                .take(20)
                .cloned(),
        );
    }
    paths
        .iter()
        .filter_map(|path| Some((path, sources.text(path)?)))
        .flat_map(|(path, text)| of_words(path, &text, stack.kind))
        .collect()
}

/// The services that the words of a manifest name.
fn of_words(path: &str, text: &str, kind: StackKind) -> Vec<(ServiceKind, Evidence)> {
    let mut found = Vec::new();
    for (line, content) in (1..).zip(text.lines()) {
        let trimmed = content.trim();
        // Go names what others need on lines of their own.
        let is_indirect = kind == StackKind::Go && trimmed.ends_with("// indirect");
        if is_indirect || trimmed.starts_with(['#', '*']) || trimmed.starts_with("//") {
            continue;
        }
        let words: Vec<&str> = trimmed
            .split(|one: char| !(one.is_ascii_alphanumeric() || "._-/@".contains(one)))
            .filter(|word| !word.is_empty())
            .collect();
        let by_word = words.iter().find_map(|word| {
            OTHERS
                .iter()
                .find(|(known, _)| is_word(word, known, kind))
                .map(|(_, kind)| *kind)
        });
        let by_feature = || {
            let has_mapper = words.iter().any(|word| WITH_FEATURES.contains(word));
            words.iter().filter(|_| has_mapper).find_map(|word| {
                Some(match *word {
                    "postgres" | "sqlx-postgres" | "runtime-postgres" => PostgreSql,
                    "mysql" | "sqlx-mysql" => MySql,
                    _ => return None,
                })
            })
        };
        if let Some(kind) = by_word.or_else(by_feature) {
            found.push((kind, Evidence::at(path, line, "service-package")));
        }
    }
    found
}

/// Whether a word names a package: of Go with its major version and its folders behind it.
fn is_word(word: &str, known: &str, kind: StackKind) -> bool {
    match kind {
        StackKind::Go => word
            .strip_prefix(known)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
        _ => word == known,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: StackKind, text: &str, expected: &[(ServiceKind, u32)]) {
        let found: Vec<_> = of_words("x", text, kind)
            .into_iter()
            .map(|(kind, evidence)| (kind, evidence.line.unwrap()))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn manifests_of_other_languages_name_drivers() {
        check(
            StackKind::Go,
            "require (\n\tgithub.com/jackc/pgx/v5 v5.5.0\n\tgithub.com/redis/go-redis/v9 v9 // indirect\n)",
            &[(PostgreSql, 2)],
        );
        check(
            StackKind::Ruby,
            "gem 'pg', '~> 1.1'\n# gem 'mysql2'\ngem \"sidekiq\"",
            &[(PostgreSql, 1), (Redis, 3)],
        );
        check(
            StackKind::Rust,
            "sqlx = { version = \"0.8\", features = [\"runtime-tokio\", \"postgres\"] }\nserde = \"1\"",
            &[(PostgreSql, 1)],
        );
        check(
            StackKind::Java,
            "<artifactId>postgresql</artifactId>\nimplementation 'org.springframework.kafka:spring-kafka'",
            &[(PostgreSql, 1), (Kafka, 2)],
        );
        check(
            StackKind::Elixir,
            "{:postgrex, \">= 0.0.0\"},",
            &[(PostgreSql, 1)],
        );
        check(
            StackKind::Dotnet,
            "<PackageReference Include=\"StackExchange.Redis\" Version=\"2\" />",
            &[(Redis, 1)],
        );
    }
}
