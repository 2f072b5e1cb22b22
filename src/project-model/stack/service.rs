//! The services that an application needs while it runs.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Evidence;

/// A service that an application needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServiceNeed {
    /// What it is.
    pub kind: ServiceKind,
    /// Its version, where a compose file or a CI file names one.
    pub version: Option<String>,
    /// Whether the application does not start without it, as far as its settings tell.
    pub required: bool,
    /// Everything that shows it.
    pub evidence: Vec<Evidence>,
}

/// A kind of service.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are those of products")]
pub enum ServiceKind {
    PostgreSql,
    MySql,
    MariaDb,
    SqlServer,
    Oracle,
    MongoDb,
    Redis,
    Memcached,
    RabbitMq,
    Kafka,
    Nats,
    Elasticsearch,
    OpenSearch,
    Cassandra,
    ClickHouse,
    Neo4j,
    InfluxDb,
    Mqtt,
    S3,
    Smtp,
    Ldap,
    Qdrant,
    Meilisearch,
}

impl ServiceKind {
    /// All of them.
    pub const ALL: [Self; 23] = [
        Self::PostgreSql,
        Self::MySql,
        Self::MariaDb,
        Self::SqlServer,
        Self::Oracle,
        Self::MongoDb,
        Self::Redis,
        Self::Memcached,
        Self::RabbitMq,
        Self::Kafka,
        Self::Nats,
        Self::Elasticsearch,
        Self::OpenSearch,
        Self::Cassandra,
        Self::ClickHouse,
        Self::Neo4j,
        Self::InfluxDb,
        Self::Mqtt,
        Self::S3,
        Self::Smtp,
        Self::Ldap,
        Self::Qdrant,
        Self::Meilisearch,
    ];

    /// The name in running text and in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PostgreSql => "postgresql",
            Self::MySql => "mysql",
            Self::MariaDb => "mariadb",
            Self::SqlServer => "sqlserver",
            Self::Oracle => "oracle",
            Self::MongoDb => "mongodb",
            Self::Redis => "redis",
            Self::Memcached => "memcached",
            Self::RabbitMq => "rabbitmq",
            Self::Kafka => "kafka",
            Self::Nats => "nats",
            Self::Elasticsearch => "elasticsearch",
            Self::OpenSearch => "opensearch",
            Self::Cassandra => "cassandra",
            Self::ClickHouse => "clickhouse",
            Self::Neo4j => "neo4j",
            Self::InfluxDb => "influxdb",
            Self::Mqtt => "mqtt",
            Self::S3 => "s3",
            Self::Smtp => "smtp",
            Self::Ldap => "ldap",
            Self::Qdrant => "qdrant",
            Self::Meilisearch => "meilisearch",
        }
    }
}

impl fmt::Display for ServiceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_json() {
        for kind in ServiceKind::ALL {
            let json = serde_json::to_value(kind).unwrap();
            assert_eq!(json, kind.name());
        }
    }
}
