//! What somebody owns.

use access::caller::CallerKind;
use capability_test::{citizen, officer};
use reqwest::StatusCode;
use serde_json::json;

use crate::site::{CHEN, COMPANY, LIN, OTHER, in_office, on_both};

on_both!(an_owner_sees_titles_of_all_land_offices, site => {
    let data = &site.data(&citizen(CHEN), "/v1/me").await["data"];
    assert_eq!((&data["parcels"], &data["buildings"], &data["more"]), (&json!(3), &json!(1), &json!(false)));
    let titles: Vec<_> = data["titles"].as_array().unwrap().iter()
        .map(|title| (title["object"].as_str().unwrap(), title["number"].as_str().unwrap(), title["share"].as_str().unwrap()))
        .collect();
    assert_eq!(titles, [
        ("AD-0012-01234000", "1234", "全部"),
        ("AD-0012-00010000", "1", "2分之1"),
        ("AD-0012-00020001", "2-1", "3分之1"),
        ("UA-0012-00010000", "1", "公同共有全部"),
    ]);
    assert_eq!(site.get(&citizen(OTHER), "/v1/me").await.status(), StatusCode::NOT_FOUND);
    site.stop().await;
});

on_both!(titles_are_read_page_by_page_and_none_twice, site => {
    let mut seen = Vec::new();
    let mut path = "/v1/me/titles?limit=1".to_owned();
    let mut pages = 0;
    loop {
        pages += 1;
        assert!(pages <= 10, "the pages do not end");
        let page = site.data(&citizen(CHEN), &path).await;
        let rows = page["data"].as_array().unwrap().clone();
        assert!(rows.len() <= 1);
        seen.extend(rows.into_iter().map(|row| (row["object"].clone(), row["entry_seq"].clone())));
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/me/titles?limit=1&cursor={next}"),
            None => break,
        }
    }
    let all = site.data(&citizen(CHEN), "/v1/me/titles").await;
    let all: Vec<_> = all["data"].as_array().unwrap().iter().map(|row| (row["object"].clone(), row["entry_seq"].clone())).collect();
    assert_eq!(seen, all);
    assert_eq!(seen.len(), 4);
    site.stop().await;
});

on_both!(a_made_up_cursor_or_limit_is_refused_by_name, site => {
    for (query, field) in [
        ("cursor=x", "cursor"),
        // An array of too few, of too many, and one that is none.
        ("cursor=WyJBRCJd", "cursor"),
        ("cursor=WyJBIiwiQiIsIkMiLCJEIiwiRSIsIkYiXQ", "cursor"),
        ("cursor=MQ", "cursor"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("more=1", "more"),
    ] {
        let answer = site.get(&citizen(CHEN), &format!("/v1/me/titles?{query}")).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{query}");
        let body: serde_json::Value = answer.json().await.unwrap();
        assert!(body.to_string().contains(&format!("\"{field}\"")), "{query}: {body}");
    }
    site.stop().await;
});

on_both!(an_officer_finds_the_titles_of_persons_and_organisations, site => {
    for (owner, titles) in [(CHEN, 4), (LIN, 2), (COMPANY, 1), (OTHER, 0)] {
        let found = site.data(&in_office(CallerKind::Officer), &format!("/v1/owners/{owner}/titles")).await;
        assert_eq!(found["data"].as_array().unwrap().len(), titles, "{owner}");
    }
    let bad = site.get(&officer("land-registry"), "/v1/owners/A123456780/titles").await;
    assert_eq!(bad.status(), StatusCode::BAD_REQUEST);
    site.stop().await;
});

on_both!(an_answer_names_whom_it_is_about, site => {
    let subjects = async |path: &str| {
        let answer = site.get(&in_office(CallerKind::Officer), path).await;
        answer.headers().get("lifeboat-subjects").map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(subjects(&format!("/v1/owners/{LIN}/titles")).await.as_deref(), Some(LIN));
    assert_eq!(subjects("/v1/parcels/AD-0012-2-1").await, Some(format!("{CHEN},{LIN}")));
    assert_eq!(subjects("/v1/parcels/AD-0012-2-1?class=2").await, None, "the second class shows nobody");
    site.stop().await;
});

on_both!(a_certificate_is_reported_lost_by_the_owner_it_was_given_to, site => {
    let form = |object: &str, certificate: &str, day: &str| json!({
        "object": object, "title_certificate_no": certificate, "lost_on": day, "circumstances": "地震", "contact_phone": "0912345678",
    });
    for (person, form, status, says) in [
        (CHEN, form("parcel:AD-0012-00010000", "T1", "2026-11-21"), 202, "2分之1"),
        (CHEN, form("parcel:AD-0012-2-1", "T3", "2026-11-21"), 202, "3分之1"),
        (CHEN, form("building:AD-0012-01234000", "B1", "2000-01-05"), 202, "土地登記規則第155條"),
        (CHEN, form("building:AD-0012-01234000", "B1", "2000-01-04"), 422, "lost_on"),
        (CHEN, form("building:AD-0012-01234000", "B1", "2026-11-22"), 422, "lost_on"),
        // Somebody else's share of the same parcel, another parcel's certificate, and none at all.
        (CHEN, form("parcel:AD-0012-00020001", "T4", "2026-11-21"), 422, "you have none"),
        (CHEN, form("parcel:AD-0012-00010000", "T3", "2026-11-21"), 422, "you have none"),
        (OTHER, form("parcel:AD-0012-00010000", "T1", "2026-11-21"), 422, "you have none"),
        (CHEN, form("AD-0012-00010000", "T1", "2026-11-21"), 422, "object"),
    ] {
        let (got, answer) = site.file(&citizen(person), "title-certificate-loss", &form).await;
        assert_eq!(got.as_u16(), status, "{form}: {answer}");
        assert!(answer.to_string().contains(says), "{form}: {answer}");
    }
    site.stop().await;
});
