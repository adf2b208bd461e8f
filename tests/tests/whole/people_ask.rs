//! Citizens and officers sign in, look up, and are seen to have looked.

use serde_json::Value;

use super::world::{World, ask, eventually, json, on_both, problem};

on_both!(a_citizen_reads_the_own_record, world => {
    let mut citizen = world.citizen(0).await;
    let facts = &world.people[0];
    let answer = citizen.get("/household/v1/me").await.unwrap();
    assert!(answer.headers().contains_key("etag"));
    assert!(!answer.headers().contains_key("lifeboat-subjects"), "it stays inside");
    let record = json(answer, 200).await;
    assert_eq!(record["data"]["birth_date"], facts.birth_date.as_str());
    let snapshot = &record["snapshot"];
    for member in ["id", "system", "agency", "taken_at", "rows_quarantined"] {
        assert!(!snapshot[member].is_null(), "{member}: {snapshot}");
    }
    for path in ["/household/v1/me/household", "/household/v1/me/kin"] {
        json(citizen.get(path).await.unwrap(), 200).await;
    }
});

on_both!(an_officer_looks_up_for_a_purpose_and_in_a_case, world => {
    let mut officer = world.officer().await;
    let facts = &world.people[1];
    let path = format!("/household/v1/persons/{}", facts.national_id);
    let record = json(ask(&mut officer, &path, "identity-verification").await, 200).await;
    assert_eq!(record["data"]["name"], facts.name.as_str(), "byte for byte, whatever its plane");
    problem(officer.get(&path).await.unwrap(), 403).await;
    problem(ask(&mut officer, &path, "curiosity").await, 400).await;
    problem(ask(&mut officer, &path, "mobilisation").await, 403).await;
});

on_both!(the_person_reads_who_looked, world => {
    let mut officer = world.officer().await;
    let path = format!("/household/v1/persons/{}", world.people[2].national_id);
    json(ask(&mut officer, &path, "family-tracing").await, 200).await;
    let mut citizen = world.citizen(2).await;
    let log = json(citizen.get("/identity/v1/me/access-log").await.unwrap(), 200).await;
    let entries = log["data"].as_array().unwrap();
    let looked = entries.iter().find(|entry| entry["purpose"] == "family-tracing");
    let looked = looked.unwrap_or_else(|| panic!("not on record: {log}"));
    assert!(looked.to_string().contains("CASE-2026/1"), "{looked}");
    let mut stranger = world.citizen(3).await;
    let log = json(stranger.get("/identity/v1/me/access-log").await.unwrap(), 200).await;
    assert!(!log.to_string().contains("family-tracing"), "{log}");
});

/// An answer without what differs from request to request.
fn timeless(mut body: Value) -> Value {
    body["instance"] = Value::Null;
    body
}

on_both!(a_protected_person_answers_like_nobody, world => {
    let mut officer = world.officer().await;
    let marked = &world.protected;
    let path = |id: &str, rest: &str| format!("/household/v1/persons/{id}{rest}");
    // Well-formed, and nobody's: the demo numbers its people from zero.
    let nobody = (9_000_000..).find_map(|serial| identifiers::NationalId::with_check_digit(&format!("A1{serial}")).ok());
    let nobody = nobody.unwrap().to_string();
    for rest in ["", "/kin"] {
        let of_marked = ask(&mut officer, &path(&marked.national_id, rest), "identity-verification").await;
        let of_nobody = ask(&mut officer, &path(&nobody, rest), "identity-verification").await;
        let names = |answer: &reqwest::Response| -> Vec<String> {
            let mut names: Vec<_> = answer.headers().keys().map(ToString::to_string).collect();
            names.sort();
            names
        };
        assert_eq!(names(&of_marked), names(&of_nobody));
        let (of_marked, of_nobody) = (problem(of_marked, 404).await, problem(of_nobody, 404).await);
        assert_eq!(timeless(of_marked), timeless(of_nobody));
    }
    let by_name = format!("/household/v1/persons?name={}&birth_date={}", marked.name, marked.birth_date);
    let found = json(ask(&mut officer, &by_name, "identity-verification").await, 200).await;
    assert!(!found.to_string().contains(&marked.national_id), "{found}");
    let mut cleared = world.program("cleared-officer").await;
    let record = json(ask(&mut cleared, &path(&marked.national_id, ""), "identity-verification").await, 200).await;
    assert_eq!(record["data"]["name"], marked.name.as_str());
});

on_both!(readiness_tells_each_service_and_the_age_of_its_data, world => {
    let door = format!("{}/readyz", world.site.gateway);
    eventually("all services are ready", async || {
        let health = json(reqwest::get(&door).await.unwrap(), 200).await;
        let services = health["capabilities"].as_array().unwrap();
        services.len() == 2 && services.iter().all(|service| service["state"] == "ready")
    }).await;
    let health = json(reqwest::get(&door).await.unwrap(), 200).await;
    let household = health["capabilities"].as_array().unwrap().iter().find(|one| one["service"] == "household");
    assert!(household.unwrap()["age_seconds"].is_i64(), "{health}");
});
