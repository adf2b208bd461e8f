//! What several copies share through Redis, and what happens without it.

use access::proof::ProofKey;
use test_support::redis::Server;

use crate::world::{WANG, World, facts, facts_form};

#[tokio::test]
async fn a_proof_is_used_once_across_copies_and_never_when_nobody_can_tell() {
    let mut redis = tokio::task::spawn_blocking(Server::start).await.unwrap();
    let url = redis.url().to_owned();
    let world = World::sqlite_with(|settings| {
        settings["counters"] = serde_json::json!({"in": "redis", "url": url});
        settings["rates"] = serde_json::json!({"address": {"per_second": 1, "burst": 12}});
    })
    .await;
    let other = world.copy().await;
    let facts = facts(WANG);
    let form = facts_form(&facts);
    let proof = world.proof_by(&world.key).await;
    assert_eq!(
        world.post("/v1/token", &form, Some(&proof)).await.status,
        200
    );
    let again = world
        .post_at(&other.url(), "/v1/token", &form, Some(&proof))
        .await;
    assert_eq!(again.error(), (400, "invalid_dpop_proof".to_owned()));
    let assertion = world.assertion();
    assert_eq!(world.program(&assertion).await.status, 200);
    // The limit holds across copies: twelve at once, whichever copy is asked.
    let mut limited = 0;
    for turn in 0..12 {
        let base = if turn % 2 == 0 {
            world.url()
        } else {
            other.url()
        };
        let answer = world.post_at(&base, "/v1/token", &[], None).await;
        limited += usize::from(answer.status == 429);
    }
    assert!(limited >= 4, "{limited}");
    tokio::task::spawn_blocking(move || redis.stop())
        .await
        .unwrap();
    let key = ProofKey::generate().unwrap();
    let proof = world.proof_by(&key).await;
    let answer = world.post("/v1/token", &form, Some(&proof)).await;
    assert_eq!(answer.error(), (503, "temporarily_unavailable".to_owned()));
    assert!(answer.headers.contains_key("retry-after"));
    other.stop().await.unwrap();
}
