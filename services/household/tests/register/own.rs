//! A citizen about themselves.

use crate::site::{CHILD, FATHER, MARKED, MOTHER, NOBODY, citizen, on_both, strong_citizen};
use reqwest::StatusCode;
use serde_json::json;

on_both!(a_basic_citizen_sees_the_own_record_masked, site => {
    let answer = site.data(&citizen(MOTHER), "/v1/me").await;
    let data = &answer["data"];
    assert_eq!(data["national_id"], "A22345****");
    assert_eq!(data["name"], "林○美");
    assert_eq!(data["spouse_id"], "A12345****");
    assert_eq!(data["birth_date"], "1972-02-29");
    assert_eq!(data["household_no"], "F0000001");
    assert_eq!(data["id_card"]["issued_on"], "2006-01-03");
    assert_eq!(answer["snapshot"]["system"], "household");
    assert_eq!(answer["snapshot"]["agency"], "agency-household");
    assert_eq!(answer["snapshot"]["taken_at"], "2026-11-20T18:00:00Z");
    assert_eq!(answer["snapshot"]["rows_quarantined"], 0);
    assert!(answer["snapshot"]["unsigned"].is_string(), "nobody signed: {answer}");
    site.stop().await;
});

on_both!(a_strong_citizen_sees_the_own_record_whole, site => {
    let data = &site.data(&strong_citizen(MOTHER), "/v1/me").await["data"];
    assert_eq!(data["national_id"], MOTHER);
    assert_eq!(data["name"], "林𠊎美", "a character outside the basic plane stays byte for byte");
    assert_eq!(data["name_latin"], "Lin Mei");
    assert_eq!(data["spouse_id"], FATHER);
    site.stop().await;
});

on_both!(the_own_household_lists_members_but_no_marked_one, site => {
    let data = &site.data(&citizen(FATHER), "/v1/me/household").await["data"];
    assert_eq!(data["household_no"], "F0000001");
    assert_eq!(data["street_doorplate"], "臺北市松山區中正路1號");
    let names: Vec<_> = data["members"].as_array().unwrap().iter().map(|member| member["name"].clone()).collect();
    assert_eq!(names, [json!("陳○文"), json!("林○美"), json!("陳○華")]);
    site.stop().await;
});

on_both!(own_kin_are_named_by_relation_but_no_marked_one, site => {
    let kin = |answer: serde_json::Value| -> Vec<(String, String)> {
        let rows = answer["data"].as_array().unwrap().clone();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        rows.iter().map(|row| (text(&row["relation"]), text(&row["national_id"]))).collect()
    };
    let of_father = kin(site.data(&strong_citizen(FATHER), "/v1/me/kin").await);
    assert_eq!(of_father, [("spouse".to_owned(), MOTHER.to_owned()), ("child".to_owned(), CHILD.to_owned())]);
    let of_child = kin(site.data(&strong_citizen(CHILD), "/v1/me/kin").await);
    assert_eq!(of_child, [("father".to_owned(), FATHER.to_owned()), ("mother".to_owned(), MOTHER.to_owned())]);
    site.stop().await;
});

on_both!(a_marked_person_sees_themselves, site => {
    let own = site.data(&strong_citizen(MARKED), "/v1/me").await;
    assert_eq!(own["data"]["national_id"], MARKED);
    assert_eq!(own["data"]["protected"], true);
    let household = site.data(&strong_citizen(MARKED), "/v1/me/household").await;
    assert_eq!(household["data"]["members"].as_array().unwrap().len(), 4);
    site.stop().await;
});

on_both!(somebody_who_is_not_in_the_register_has_no_record, site => {
    for subject in [NOBODY, "A800000014"] {
        for path in ["/v1/me", "/v1/me/household", "/v1/me/kin"] {
            assert_eq!(site.get(&citizen(subject), path).await.status(), StatusCode::NOT_FOUND, "{subject} {path}");
        }
    }
    site.stop().await;
});

on_both!(an_answer_that_has_not_changed_is_not_sent_again, site => {
    let caller = citizen(FATHER);
    let first = site.get(&caller, "/v1/me").await;
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(first.headers()["cache-control"], "private, no-store");
    assert_eq!(first.headers()["snapshot-taken-at"], "2026-11-20T18:00:00Z");
    let token = site.mint("gateway", &caller, "GET", "/v1/me", b"");
    let again = site.send(reqwest::Method::GET, "/v1/me", Some(token), Vec::new(), &[("if-none-match", &tag)]).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(again.bytes().await.unwrap().len(), 0);
    site.stop().await;
});
