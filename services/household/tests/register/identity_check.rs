//! Match or no match, never the record.

use crate::site::{FATHER, MARKED, NOBODY, check, officer, on_both};
use access::caller::{Assurance, Caller, CallerKind};
use reqwest::StatusCode;
use serde_json::{Value, json};

fn facts(id: &str) -> String {
    json!({"national_id": id, "birth_date": "2003-06-07", "household_no": "F0000001", "id_card_issued_on": "2017-06-07"})
        .to_string()
}

fn agency_system() -> Caller {
    Caller {
        kind: CallerKind::AgencySystem,
        subject: "bank-1".to_owned(),
        assurance: Assurance::Strong,
        functions: ["household".to_owned()].into(),
        ..Caller::anonymous(None)
    }
}

on_both!(facts_are_compared_one_by_one, site => {
    let body = json!({
        "national_id": FATHER, "name": "陳大文", "birth_date": "1970-01-30", "household_no": "F0000001",
        "id_card_issued_on": "2006-01-02"
    });
    let answer = check(&site, None, &body.to_string()).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(
        body["data"],
        json!({
            "matches": {"name": true, "birth_date": false, "household_no": true, "id_card_issued_on": true},
            "all_match": false
        })
    );
    site.stop().await;
});

on_both!(a_marked_person_can_sign_in_and_is_nobody_to_agencies, site => {
    let own: Value = check(&site, None, &facts(MARKED)).await.json().await.unwrap();
    assert_eq!(own["data"]["all_match"], true);
    let marked: Value = check(&site, Some(&agency_system()), &facts(MARKED)).await.json().await.unwrap();
    let nobody: Value = check(&site, Some(&agency_system()), &facts(NOBODY)).await.json().await.unwrap();
    assert_eq!(marked, nobody);
    assert_eq!(marked["data"]["all_match"], false);
    site.stop().await;
});

on_both!(malformed_checks_name_the_field_and_say_nothing_of_anybody, site => {
    for (body, status, field) in [
        ("{", 400, None),
        (r#"{"birth_date":"1970-01-31"}"#, 422, Some("national_id")),
        (r#"{"national_id":"A123456788","birth_date":"1970-01-31"}"#, 422, Some("national_id")),
        (r#"{"national_id":"A123456789","birth_date":"yesterday"}"#, 422, Some("birth_date")),
        (r#"{"national_id":"A123456789","shoe_size":42}"#, 422, Some("shoe_size")),
        (r#"{"national_id":"A123456789","birth_date":"1970-01-31","birth_date":"1970-01-31"}"#, 422, Some("birth_date")),
        (r#"{"national_id":"A123456789"}"#, 422, Some("body")),
        ("null", 422, Some("body")),
        (r#"{"national_id":"A123456789","name":"陳\u0000"}"#, 422, Some("name")),
        (r#"{"national_id":"A123456789","birth_date":"-5000-01-01"}"#, 422, Some("birth_date")),
    ] {
        let answer = check(&site, None, body).await;
        assert_eq!(answer.status().as_u16(), status, "{body}");
        let problem: Value = answer.json().await.unwrap();
        if let Some(field) = field {
            assert_eq!(problem["errors"][0]["field"], field, "{body}: {problem}");
        }
    }
    site.stop().await;
});

on_both!(another_content_type_is_refused, site => {
    let path = "/v1/identity-checks";
    let body = facts(FATHER);
    let token = site.mint("identity", &Caller::service("identity"), "POST", path, body.as_bytes());
    let headers = [("content-type", "text/plain")];
    let answer = site.send(reqwest::Method::POST, path, Some(token), body.into(), &headers).await;
    assert_eq!(answer.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    site.stop().await;
});

on_both!(a_service_that_calls_past_the_gateway_may_do_only_what_the_policies_say, site => {
    let path = format!("/v1/persons/{FATHER}");
    let token = site.mint("identity", &Caller::service("identity"), "GET", &path, b"");
    let answer = site.send(reqwest::Method::GET, &path, Some(token), Vec::new(), &[]).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let pretending = site.mint("identity", &officer(), "GET", &path, b"");
    let answer = site.send(reqwest::Method::GET, &path, Some(pretending), Vec::new(), &[]).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "identity may speak for nobody but itself");
    site.stop().await;
});
