//! Who looked at whom is written before the answer leaves.

use serde_json::json;

use super::harness::{World, problem};

#[tokio::test(flavor = "multi_thread")]
async fn own_lookups_are_logged_with_the_fields_that_were_shown() {
    let world = World::start().await;
    let citizen = world.citizen();
    let answer = citizen.get("/echo/v1/me").await;
    let id = answer.headers()["x-request-id"]
        .to_str()
        .unwrap()
        .to_owned();
    let log = world.log_of("A123456789").await;
    let entry = &log[0];
    assert_eq!(entry.request_id.to_string(), id);
    assert_eq!(
        (entry.caller_kind.as_str(), entry.caller.as_str()),
        ("citizen", "A123456789")
    );
    assert_eq!(
        (entry.service.as_str(), entry.action.as_str(), entry.status),
        ("echo", "own_record", 200)
    );
    assert_eq!(entry.fields, ["national_id", "name"]);
    assert_eq!(entry.address, "127.0.0.1".parse().ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officers_lookup_is_logged_for_every_person_with_purpose_and_case() {
    let world = World::start().await;
    let officer = world.officer();
    let path = "/echo/v1/persons/B223456788?subjects=B223456788,C123456780";
    let request = officer.request("GET", path).await;
    let request = request
        .header("Lookup-Purpose", "family-tracing")
        .header("Case-Number", "113/42");
    assert_eq!(request.send().await.unwrap().status(), 200);
    for subject in ["B223456788", "C123456780"] {
        let log = world.log_of(subject).await;
        assert_eq!(log.len(), 1, "{subject}");
        assert_eq!(log[0].caller, "officer-7");
        assert_eq!(log[0].agency.as_deref(), Some("household-office"));
        assert_eq!(log[0].purpose.as_deref(), Some("family-tracing"));
        assert_eq!(log[0].case_number.as_deref(), Some("113/42"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_miss_is_logged_without_fields() {
    let world = World::start().await;
    let officer = world.officer();
    let request = officer
        .request("GET", "/echo/v1/persons/B223456788?status=404")
        .await;
    let request = request
        .header("Lookup-Purpose", "family-tracing")
        .header("Case-Number", "1");
    assert_eq!(request.send().await.unwrap().status(), 404);
    let log = world.log_of("B223456788").await;
    assert_eq!((log[0].status, log[0].fields.len()), (404, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_attempt_at_a_named_person_is_logged() {
    let world = World::start().await;
    let officer = world.officer();
    assert_eq!(
        officer.get("/echo/v1/persons/B223456788").await.status(),
        403
    );
    let log = world.log_of("B223456788").await;
    assert_eq!(
        (log[0].status, log[0].action.as_str(), log[0].fields.len()),
        (403, "person", 0)
    );
    assert!(world.echo.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_persons_that_cannot_be_logged_is_not_answered() {
    let world = World::start().await;
    let citizen = world.citizen();
    let many: Vec<String> = (0..101).map(|number| format!("A{number:09}")).collect();
    let answer = citizen
        .get(&format!("/echo/v1/me?subjects={}", many.join(",")))
        .await;
    assert_eq!(answer.status(), 503);
    let body = problem(answer).await;
    assert!(!body.to_string().contains("王小明"));
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_log_cannot_be_written_the_answer_is_dropped() {
    let world = World::with(|settings| settings["audit"]["deadline_ms"] = json!(1_000)).await;
    let citizen = world.citizen();
    assert_eq!(citizen.get("/echo/v1/me").await.status(), 200);
    let store = rusqlite::Connection::open(world.folder.path().join("audit.sqlite")).unwrap();
    // Somebody holds the store and does not let go.
    store.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let answer = citizen.get("/echo/v1/me").await;
    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"));
    assert!(!answer.headers().contains_key("etag"));
    assert!(!problem(answer).await.to_string().contains("王小明"));
    assert_eq!(
        world.get("/echo/v1/public").send().await.unwrap().status(),
        200,
        "what is about nobody goes on"
    );
    store.execute_batch("ROLLBACK").unwrap();
    super::harness::eventually(async || citizen.get("/echo/v1/me").await.status() == 200).await;
}
