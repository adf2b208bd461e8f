//! A database is opened once it is up to date, whoever else opens it at the same time.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use database::{OpenError, Place, ddl};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement};
use sea_orm_migration::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager};
use test_support::authority::{Authority, Term};
use test_support::postgres::{self, Server, psql};

struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(Things)]
    }
}

struct Things;

impl MigrationName for Things {
    fn name(&self) -> &'static str {
        "m0001_things"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Things {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let sql = "CREATE TABLE thing (name {text} PRIMARY KEY, mark {uuid}, body {bytes})";
        let statement = ddl(connection.get_database_backend(), sql);
        connection.execute_unprepared(&statement).await.map(|_| ())
    }
}

async fn open(url: &str) -> Result<DatabaseConnection, OpenError> {
    database::open::<Migrator>(url, "things", 2).await
}

async fn text(connection: &DatabaseConnection, sql: &str) -> String {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

#[tokio::test]
async fn both_kinds_are_made_and_opened_again_with_what_they_hold() {
    let database = postgres::database().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("deep/down/things.sqlite");
    for url in [database.url.clone(), format!("sqlite://{}", file.display())] {
        let first = open(&url).await.unwrap();
        // Bytes decide: capital letters come before small ones.
        first
            .execute_unprepared("INSERT INTO thing (name) VALUES ('b'), ('B'), ('a')")
            .await
            .unwrap();
        first.close().await.unwrap();
        let again = open(&url).await.unwrap();
        assert_eq!(
            text(&again, "SELECT name FROM thing ORDER BY name").await,
            "B"
        );
    }
}

#[tokio::test]
async fn on_postgres_everything_is_in_the_schema_and_commits_are_durable() {
    let database = postgres::database().await;
    let connection = open(&database.url).await.unwrap();
    let count = "SELECT count(*)::text FROM pg_tables WHERE schemaname = 'things'";
    assert_eq!(
        text(&connection, count).await,
        "2",
        "the table and its migrations"
    );
    assert_eq!(text(&connection, "SHOW synchronous_commit").await, "on");
}

#[tokio::test]
async fn copies_that_start_together_migrate_once() {
    let database = postgres::database().await;
    let url = &database.url;
    let (a, b, c, d) = tokio::join!(open(url), open(url), open(url), open(url));
    for opened in [a, b, c, d] {
        opened.unwrap();
    }
}

#[tokio::test]
async fn other_urls_are_refused_without_being_repeated() {
    for url in ["", "sqlite://", "mysql://u:secret@h/d", "postgres:secret"] {
        assert!(Place::of(url).is_err(), "{url}");
        let error = open(url).await.unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }
    let gone = open("postgres://user:secret@127.0.0.1:1/none")
        .await
        .unwrap_err();
    assert!(!format!("{gone:?}").contains("secret"));
}

#[tokio::test]
async fn a_server_is_reached_over_tls_and_only_where_its_certificate_holds() {
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    let server = tokio::task::spawn_blocking(Server::start).await.unwrap();
    let own = ours.issue(&["127.0.0.1"], Term::Current);
    let (certificate, key) = own.write(&server.cluster(), "server");
    for file in [&certificate, &key] {
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
        server.owns(file);
    }
    for (name, file) in [("ssl_cert_file", &certificate), ("ssl_key_file", &key)] {
        let change = format!("ALTER SYSTEM SET {name} = '{}'", file.display());
        psql(server.url(), &change).unwrap();
    }
    psql(server.url(), "ALTER SYSTEM SET ssl = on").unwrap();
    psql(server.url(), "SELECT pg_reload_conf()").unwrap();

    let folder = tempfile::tempdir().unwrap();
    let secure = |host: &str, authority: &Authority| {
        let file = folder.path().join("ca.crt");
        std::fs::write(&file, authority.certificate()).unwrap();
        let url = server.url().replace("127.0.0.1", host);
        format!("{url}?sslmode=verify-full&sslrootcert={}", file.display())
    };
    let url = secure("127.0.0.1", &ours);
    // The server reads its settings anew when it gets to it.
    let mut connection = open(&url).await;
    for _ in 0..100 {
        if connection.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        connection = open(&url).await;
    }
    let is_secure = "SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    assert_eq!(text(&connection.unwrap(), is_secure).await, "true");

    for (host, authority) in [("127.0.0.1", &theirs), ("localhost", &ours)] {
        let refused = secure(host, authority);
        assert!(matches!(open(&refused).await, Err(OpenError::Database(_))));
    }
}
