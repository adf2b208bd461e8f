//! An officer about others.

use crate::site::{CHILD, FATHER, MOTHER, NOBODY, citizen, officer, on_both};
use reqwest::StatusCode;
use serde_json::Value;

on_both!(a_person_is_found_by_id_and_named_to_the_access_log, site => {
    let path = format!("/v1/persons/{MOTHER}");
    let answer = site.get(&officer(), &path).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["lifeboat-subjects"], MOTHER);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["data"]["name"], "林𠊎美");
    assert_eq!(body["data"]["register_note"], "與配偶結婚登記");
    site.stop().await;
});

on_both!(a_search_for_somebody_unknown_is_named_to_the_access_log_too, site => {
    let answer = site.get(&officer(), &format!("/v1/persons/{NOBODY}")).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert_eq!(answer.headers()["lifeboat-subjects"], NOBODY);
    site.stop().await;
});

on_both!(a_person_is_found_by_name_and_birth_date, site => {
    for name in ["%E6%9E%97%F0%A0%8A%8E%E7%BE%8E", "Lin+Mei"] {
        let found = site.data(&officer(), &format!("/v1/persons?name={name}&birth_date=1972-02-29")).await;
        assert_eq!(found["data"].as_array().unwrap().len(), 1);
        assert_eq!(found["data"][0]["national_id"], MOTHER);
        assert_eq!(found["next"], Value::Null);
    }
    let other_day = site.data(&officer(), "/v1/persons?name=Lin+Mei&birth_date=1972-02-28").await;
    assert_eq!(other_day["data"].as_array().unwrap().len(), 0);
    site.stop().await;
});

on_both!(kin_of_a_person_are_found, site => {
    let kin = site.data(&officer(), &format!("/v1/persons/{MOTHER}/kin")).await;
    let ids: Vec<_> = kin["data"].as_array().unwrap().iter().map(|row| row["national_id"].clone()).collect();
    assert_eq!(ids, [FATHER, CHILD]);
    assert_eq!(site.get(&officer(), &format!("/v1/persons/{NOBODY}/kin")).await.status(), StatusCode::NOT_FOUND);
    site.stop().await;
});

on_both!(a_household_is_found_by_number, site => {
    let household = site.data(&officer(), "/v1/households/F0000001").await;
    assert_eq!(household["data"]["head_id"], FATHER);
    assert_eq!(household["data"]["members"].as_array().unwrap().len(), 3);
    assert_eq!(site.get(&officer(), "/v1/households/F9999999").await.status(), StatusCode::NOT_FOUND);
    site.stop().await;
});

on_both!(everyone_at_an_address_is_found_page_by_page, site => {
    let address = "%E5%8F%B0%E5%8C%97%E5%B8%82%E6%9D%BE%E5%B1%B1%E5%8D%80"; // 台北市松山區, as people write it
    let mut seen = Vec::new();
    let mut next = String::new();
    for page in 0..10 {
        let answer = site.get(&officer(), &format!("/v1/households?address={address}&limit=1{next}")).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let body: Value = answer.json().await.unwrap();
        for household in body["data"].as_array().unwrap() {
            for member in household["members"].as_array().unwrap() {
                seen.push(member["national_id"].as_str().unwrap().to_owned());
            }
        }
        match body["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => break,
        }
        assert!(page < 9, "the pages do not end");
    }
    assert_eq!(seen, [FATHER, MOTHER, CHILD]);
    site.stop().await;
});

on_both!(malformed_questions_name_the_field, site => {
    for (path, field) in [
        ("/v1/persons/A123456788", "national_id"),
        ("/v1/persons/a123456789/kin", "national_id"),
        ("/v1/households/F-1", "household_no"),
        ("/v1/persons?name=X", "birth_date"),
        ("/v1/persons?name=X&birth_date=1970-02-30", "birth_date"),
        ("/v1/persons?name=&birth_date=1970-01-01", "name"),
        ("/v1/persons?name=X&birth_date=1970-01-01&limit=0", "limit"),
        ("/v1/persons?name=X&birth_date=1970-01-01&colour=red", "colour"),
        ("/v1/persons?name=X&birth_date=1970-01-01&cursor=x", "cursor"),
        ("/v1/households?address=ab", "address"),
        ("/v1/households", "address"),
        // What no register has, and PostgreSQL would fail on.
        ("/v1/households?address=abc%00", "address"),
        ("/v1/households?address=abc%ff", "address"),
        ("/v1/persons?name=%ff&birth_date=1970-01-01", "name"),
        ("/v1/persons?name=a&birth_date=-5000-01-01", "birth_date"),
        ("/v1/persons?name=a&birth_date=%2B10000-01-01", "birth_date"),
        // ["a\u0000b","F0000000","A123456789"], and ["a\u0000b"].
        ("/v1/households?address=abc&cursor=WyJhXHUwMDAwYiIsIkYwMDAwMDAwIiwiQTEyMzQ1Njc4OSJd", "cursor"),
        ("/v1/persons?name=X&birth_date=1970-01-01&cursor=WyJhXHUwMDAwYiJd", "cursor"),
    ] {
        let answer = site.get(&officer(), path).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["errors"][0]["field"], field, "{path}: {body}");
    }
    site.stop().await;
});

on_both!(problems_speak_the_language_asked_for, site => {
    let path = "/v1/persons/A123456788";
    let token = site.mint("gateway", &citizen(FATHER), "GET", path, b"");
    let headers = [("accept-language", "zh-TW,zh;q=0.9")];
    let answer = site.send(reqwest::Method::GET, path, Some(token), Vec::new(), &headers).await;
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["title"], "請求格式錯誤");
    site.stop().await;
});
