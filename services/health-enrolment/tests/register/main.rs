//! The enrolment register behind the gate, on both databases.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use capability_test::{Site, citizen, clinician, officer, rows, strong_citizen};
use health_enrolment::CAPABILITY;
use reqwest::StatusCode;
use serde_json::json;

/// Covered, owes two months.
const CHEN: &str = "A123456789";
/// Covered until today.
const LIN: &str = "A223456781";
/// Covered no longer.
const GONE: &str = "B100000020";
const NOBODY: &str = "B100000011";

const PERIODS: &[&[&str]] = &[
    &[
        CHEN,
        "1995-03-01",
        "2010-06-30",
        "第2類",
        "000000001",
        "大安行",
        "27470",
        "0",
    ],
    &[
        CHEN,
        "2010-07-01",
        "",
        "第1類第3目",
        "000000002",
        "玉山科技有限公司",
        "53000",
        "2",
    ],
    &[LIN, "2001-01-01", "2026-11-21", "第4類", "", "", "0", "0"],
    &[GONE, "2001-01-01", "2026-11-20", "第4類", "", "", "0", "0"],
];
const CARDS: &[&[&str]] = &[
    &["000012345677", CHEN, "2004-01-01", "註銷"],
    &["000012345678", CHEN, "2020-01-01", "有效"],
    &["000012345679", LIN, "2020-01-01", "有效"],
];
const ARREARS: &[&[&str]] = &[
    &[CHEN, "2026-06", "826", "已繳"],
    &[CHEN, "2026-07", "826", "未繳"],
    &[CHEN, "2026-08", "826", "未繳"],
];

async fn loaded(database: &str) -> Site {
    let register = [
        rows("enrolment", PERIODS),
        rows("nhi_card", CARDS),
        rows("arrears", ARREARS),
    ];
    Site::loaded(CAPABILITY, database, &register).await
}

macro_rules! on_both {
    ($name:ident, $site:ident => $body:block) => {
        capability_test::on_both!($name, $site of loaded => $body);
    };
}

on_both!(covered_today_is_one_call_and_arrears_never_deny_care, site => {
    for caller in [&clinician("health-enrolment"), &officer("health-enrolment")] {
        for (person, covered, arrears) in [(CHEN, true, true), (LIN, true, false), (GONE, false, false)] {
            let data = &site.data(caller, &format!("/v1/coverage-checks/{person}")).await["data"];
            assert_eq!((&data["covered_today"], &data["arrears"]), (&json!(covered), &json!(arrears)), "{person}");
            assert_eq!(data["as_of"], "2026-11-21");
            assert_eq!(data["emergency_care_may_be_refused"], false, "{person}");
            assert!(data["notice"].as_str().unwrap().contains("不得因欠費或未在保而拒絕"));
            assert!(data["notice_en"].as_str().unwrap().contains("treated at once"));
        }
    }
    let unknown = site.get(&clinician("health-enrolment"), &format!("/v1/coverage-checks/{NOBODY}")).await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    site.stop().await;
});

on_both!(the_day_is_taiwans, site => {
    // 2026-11-21T04:00Z is noon in Taiwan; twelve hours on, the day is over there and not in UTC.
    let check = format!("/v1/coverage-checks/{LIN}");
    let caller = officer("health-enrolment");
    site.clock().advance(chrono::Duration::hours(12) - chrono::Duration::seconds(1));
    assert_eq!(site.data(&caller, &check).await["data"]["covered_today"], true);
    site.clock().advance(chrono::Duration::seconds(1));
    let data = &site.data(&caller, &check).await["data"];
    assert_eq!((&data["covered_today"], &data["as_of"]), (&json!(false), &json!("2026-11-22")));
    site.stop().await;
});

on_both!(citizens_see_their_own_cover_card_and_arrears, site => {
    let own = &site.data(&citizen(CHEN), "/v1/me").await["data"];
    assert_eq!(own["covered_today"], true);
    assert_eq!(own["enrolment"]["from"], "2010-07-01");
    assert_eq!(own["enrolment"]["insured_amount"], 53_000);
    assert_eq!(own["card"], json!({"card_no": "********5678", "issued_on": "2020-01-01", "status": "有效"}));
    assert_eq!(own["arrears"], json!({"months": 2, "amount": 1_652}), "what is paid is not owed");
    assert_eq!(own["emergency_care_may_be_refused"], false);
    assert_eq!(site.data(&strong_citizen(CHEN), "/v1/me/card").await["data"]["card_no"], "000012345678");
    let periods = site.data(&citizen(CHEN), "/v1/me/enrolments").await;
    let from: Vec<_> = periods["data"].as_array().unwrap().iter().map(|period| period["from"].clone()).collect();
    assert_eq!(from, [json!("1995-03-01"), json!("2010-07-01")]);
    let first = site.data(&citizen(CHEN), "/v1/me/enrolments?limit=1").await;
    let next = first["next"].as_str().unwrap();
    let second = site.data(&citizen(CHEN), &format!("/v1/me/enrolments?limit=1&cursor={next}")).await;
    assert_eq!((&second["data"][0]["from"], &second["next"]), (&json!("2010-07-01"), &json!(null)), "a key with a day pages too");
    assert_eq!(site.data(&citizen(CHEN), "/v1/me/arrears").await["data"].as_array().unwrap().len(), 3);
    for path in ["/v1/me", "/v1/me/card"] {
        assert_eq!(site.get(&citizen(NOBODY), path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    site.stop().await;
});

on_both!(officers_ask_about_a_person, site => {
    let caller = officer("health-enrolment");
    let cover = site.data(&caller, &format!("/v1/persons/{CHEN}")).await;
    assert_eq!(cover["data"]["card"]["card_no"], "000012345678");
    assert_eq!(site.data(&caller, &format!("/v1/persons/{CHEN}/enrolments")).await["data"].as_array().unwrap().len(), 2);
    assert_eq!(site.data(&caller, &format!("/v1/persons/{CHEN}/arrears")).await["data"][0]["period"], "2026-06");
    let card_missing = site.data(&caller, &format!("/v1/persons/{GONE}")).await;
    assert_eq!((&card_missing["data"]["card"], &card_missing["data"]["enrolment"]), (&json!(null), &json!(null)));
    assert_eq!(site.get(&caller, &format!("/v1/persons/{NOBODY}")).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(site.get(&caller, "/v1/persons/A123456780").await.status(), StatusCode::BAD_REQUEST);
    site.stop().await;
});

on_both!(a_new_card_is_for_ones_own_card_only, site => {
    let form = |ends: &str| json!({
        "card_no_ends": ends, "reason": "lost", "delivery_address": "新北市貢寮區福隆街1號", "contact_phone": "0912345678",
    });
    let (status, filed) = site.file(&citizen(CHEN), "card-reissue", &form("5678")).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{filed}");
    assert_eq!(filed["data"]["finding"]["replaces_card_issued_on"], "2020-01-01", "{filed}");
    // Somebody else's and nobody's are refused in the same words.
    let mut said = Vec::new();
    for ends in ["5679", "0000"] {
        let (status, refused) = site.file(&citizen(CHEN), "card-reissue", &form(ends)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{ends}");
        said.push(refused["errors"].clone());
    }
    assert_eq!(said[0], said[1]);
    assert!(said[0].to_string().contains("card_no_ends"), "{said:?}");
    for ends in ["567", "56789", "567%", ""] {
        assert_eq!(site.file(&citizen(CHEN), "card-reissue", &form(ends)).await.0, StatusCode::UNPROCESSABLE_ENTITY, "{ends}");
    }
    site.stop().await;
});
