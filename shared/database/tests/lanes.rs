//! A read is answered on a connection of the thread's own, whatever happened to that connection before.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use database::Lanes;
use futures_util::future::join_all;
use sea_orm::sqlx::Postgres;
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::{ConnectionTrait, DbErr, Statement};
use test_support::postgres::{self, Server};

async fn lanes(url: &str, connections: u32) -> Lanes<Postgres> {
    let server: PgConnectOptions = url.parse().unwrap();
    let server = server.application_name("lanes");
    Lanes::open(server, connections, 1, Duration::from_mins(1))
        .await
        .unwrap()
}

async fn text(lanes: &Lanes<Postgres>, sql: &str) -> Result<String, DbErr> {
    let statement = Statement::from_string(lanes.get_database_backend(), sql);
    let row = lanes.query_one_raw(statement).await?;
    row.unwrap().try_get_by_index(0)
}

#[tokio::test]
async fn reads_go_on_after_the_server_was_started_again() {
    let mut server = Server::start();
    let lanes = lanes(server.url(), 2).await;
    assert_eq!(text(&lanes, "SELECT 'before'").await.unwrap(), "before");
    server.stop();
    assert!(text(&lanes, "SELECT 'gone'").await.is_err());
    server.start_again();
    assert_eq!(text(&lanes, "SELECT 'after'").await.unwrap(), "after");
    server.stop();
    server.start_again();
    assert_eq!(text(&lanes, "SELECT 'unseen'").await.unwrap(), "unseen");
}

#[tokio::test]
async fn nobody_reads_the_answer_to_a_question_that_was_given_up() {
    let database = postgres::database().await;
    let lanes = lanes(&database.url, 1).await;
    for _ in 0..3 {
        // Longer than a busy machine stands still: the answer must not be there when it is given up.
        let slow = text(&lanes, "SELECT 'old' FROM pg_sleep(10)");
        let given_up = tokio::time::timeout(Duration::from_millis(50), slow).await;
        assert!(given_up.is_err());
        assert_eq!(text(&lanes, "SELECT 'new'").await.unwrap(), "new");
    }
}

#[tokio::test]
async fn there_are_no_more_connections_than_were_asked_for() {
    let database = postgres::database().await;
    let lanes = lanes(&database.url, 2).await;
    // Those at work only: the server may still be putting away one that was closed.
    let sql = "SELECT count(*)::text FROM pg_stat_activity, pg_sleep(0.05)
        WHERE application_name = 'lanes' AND datname = current_database() AND state = 'active'";
    let counts = join_all((0..8).map(|_| text(&lanes, sql))).await;
    for count in counts {
        assert!(["1", "2"].contains(&count.unwrap().as_str()));
    }
}

#[tokio::test]
async fn a_statement_that_is_refused_is_told_and_the_next_one_answered() {
    let database = postgres::database().await;
    let lanes = lanes(&database.url, 1).await;
    assert!(text(&lanes, "SELECT 1/0").await.is_err());
    assert_eq!(text(&lanes, "SELECT 'next'").await.unwrap(), "next");
    let written = lanes.execute_unprepared("CREATE TABLE thing ()").await;
    assert!(written.is_err(), "only reads come this way");
}
