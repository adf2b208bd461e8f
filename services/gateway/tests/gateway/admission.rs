//! Who is let in: policies, purpose and case.

use super::harness::{World, problem};

const PERSON: &str = "/echo/v1/persons/B223456788";

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_to_sign_in_and_others_are_forbidden() {
    let world = World::start().await;
    let answer = world.get("/echo/v1/me").send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(
        answer.headers()["www-authenticate"],
        r#"DPoP algs="ES256 EdDSA""#
    );
    assert_eq!(
        problem(answer).await["type"],
        "urn:lifeboat:problem:unauthenticated"
    );

    let answer = world.citizen().get(PERSON).await;
    assert_eq!(answer.status(), 403);
    assert!(!answer.headers().contains_key("www-authenticate"));
    assert_eq!(
        problem(answer).await["type"],
        "urn:lifeboat:problem:forbidden"
    );
    assert_eq!(world.officer().get("/echo/v1/me").await.status(), 403);
    assert!(world.echo.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_public_needs_no_token_but_a_bad_one_is_not_overlooked() {
    let world = World::start().await;
    assert_eq!(
        world.get("/echo/v1/public").send().await.unwrap().status(),
        200
    );
    assert_eq!(
        world.echo.last().caller.kind,
        access::caller::CallerKind::Anonymous
    );
    let bad = world
        .get("/echo/v1/public")
        .header("authorization", "DPoP x")
        .header("dpop", "y");
    assert_eq!(bad.send().await.unwrap().status(), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn officers_need_a_purpose_and_a_case() {
    let world = World::start().await;
    let officer = world.officer();
    assert_eq!(officer.get(PERSON).await.status(), 403);
    let purpose = officer
        .request("GET", PERSON)
        .await
        .header("Lookup-Purpose", "family-tracing");
    assert_eq!(purpose.send().await.unwrap().status(), 403);
    let both = officer
        .request("GET", PERSON)
        .await
        .header("Lookup-Purpose", "family-tracing")
        .header("Case-Number", "113/42-A");
    assert_eq!(both.send().await.unwrap().status(), 200);
    let caller = world.echo.last().caller;
    assert_eq!(
        caller.purpose,
        Some(access::purpose::Purpose::FamilyTracing)
    );
    assert_eq!(caller.case_number.unwrap().as_str(), "113/42-A");
    assert_eq!(caller.address, "127.0.0.1".parse().ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_purpose_or_case_is_named() {
    let world = World::start().await;
    let officer = world.officer();
    for (name, value) in [
        ("Lookup-Purpose", "curiosity"),
        ("Case-Number", "a b"),
        ("Case-Number", ""),
    ] {
        let answer = officer
            .request("GET", PERSON)
            .await
            .header(name, value)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 400, "{name}: {value}");
        assert_eq!(problem(answer).await["errors"][0]["field"], name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_speak_the_callers_language() {
    let world = World::start().await;
    let answer = world
        .get("/echo/v1/me")
        .header("accept-language", "zh-TW,zh;q=0.9")
        .send()
        .await
        .unwrap();
    assert_eq!(problem(answer).await["title"], "請先登入");
    let answer = world.get("/echo/v1/me").send().await.unwrap();
    assert_eq!(problem(answer).await["title"], "Sign in first");
}
