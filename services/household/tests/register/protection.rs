//! The protection mark holds everywhere: whoever is marked looks exactly like nobody.

use crate::site::{CHILD, FATHER, HERMIT, MARKED, NOBODY, Site, cleared_officer, officer, on_both};
use reqwest::StatusCode;
use serde_json::Value;

/// The answer as the outside sees it, without what differs for every request.
async fn seen(site: &Site, path: &str) -> (StatusCode, Vec<(String, String)>, Value) {
    let answer = site.get(&officer(), path).await;
    let mut headers: Vec<(String, String)> = answer
        .headers()
        .iter()
        .filter(|(name, _)| !["date", "x-request-id", "lifeboat-subjects"].contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    let status = answer.status();
    let mut body: Value = answer.json().await.unwrap();
    if let Some(members) = body.as_object_mut() {
        members.remove("instance");
    }
    (status, headers, body)
}

on_both!(a_marked_person_answers_exactly_like_nobody, site => {
    for (marked, nobody) in [
        (format!("/v1/persons/{MARKED}"), format!("/v1/persons/{NOBODY}")),
        (format!("/v1/persons/{MARKED}/kin"), format!("/v1/persons/{NOBODY}/kin")),
        ("/v1/households/F0000002".to_owned(), "/v1/households/F9999999".to_owned()),
        (
            "/v1/persons?name=%E9%99%B3%E5%B0%8F%E6%98%8E&birth_date=2003-06-07".to_owned(),
            "/v1/persons?name=%E7%84%A1%E6%AD%A4%E4%BA%BA&birth_date=2003-06-07".to_owned(),
        ),
        (
            // 中正路2號 is the hermit's; 中正路9號 is nobody's.
            "/v1/households?address=%E8%87%BA%E5%8C%97%E5%B8%82%E6%9D%BE%E5%B1%B1%E5%8D%80%E4%B8%AD%E6%AD%A3%E8%B7%AF2".to_owned(),
            "/v1/households?address=%E8%87%BA%E5%8C%97%E5%B8%82%E6%9D%BE%E5%B1%B1%E5%8D%80%E4%B8%AD%E6%AD%A3%E8%B7%AF9".to_owned(),
        ),
    ] {
        assert_eq!(seen(&site, &marked).await, seen(&site, &nobody).await, "{marked}");
    }
    site.stop().await;
});

on_both!(no_record_mentions_a_marked_person, site => {
    for path in [
        format!("/v1/persons/{CHILD}"),
        format!("/v1/persons/{CHILD}/kin"),
        format!("/v1/persons/{FATHER}/kin"),
        "/v1/households/F0000001".to_owned(),
        "/v1/households?address=%E8%87%BA%E5%8C%97%E5%B8%82".to_owned(),
    ] {
        let text = site.get(&officer(), &path).await.text().await.unwrap();
        assert!(!text.contains(MARKED) && !text.contains(HERMIT) && !text.contains("陳小明"), "{path}: {text}");
    }
    site.stop().await;
});

on_both!(an_officer_with_the_clearance_sees_marked_persons, site => {
    let record = site.data(&cleared_officer(), &format!("/v1/persons/{MARKED}")).await;
    assert_eq!(record["data"]["protected"], true);
    let sibling = site.data(&cleared_officer(), &format!("/v1/persons/{CHILD}")).await;
    assert_eq!(sibling["data"]["spouse_id"], MARKED);
    let kin = site.data(&cleared_officer(), &format!("/v1/persons/{FATHER}/kin")).await;
    assert_eq!(kin["data"].as_array().unwrap().len(), 3);
    let alone = site.data(&cleared_officer(), "/v1/households/F0000002").await;
    assert_eq!(alone["data"]["head_id"], HERMIT);
    site.stop().await;
});
