//! The national taxes behind the gate, on both databases.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use access::caller::Caller;
use capability_test::{Site, citizen, officer, rows, strong_citizen};
use national_tax::CAPABILITY;
use reqwest::StatusCode;
use serde_json::{Value, json};

const CHEN: &str = "A123456789";
const LIN: &str = "A223456781";
const NOBODY: &str = "B100000011";
const COMPANY: &str = "04595252";

const ASSESSMENTS: &[&[&str]] = &[
    &[
        COMPANY,
        "營利事業所得稅",
        "2025",
        "202500000099",
        "900000",
        "0",
        "0",
        "2026-05-31",
        "未繳",
    ],
    &[
        CHEN,
        "綜合所得稅",
        "2023",
        "202300000001",
        "0",
        "0",
        "1250",
        "2024-06-30",
        "免繳",
    ],
    &[
        CHEN,
        "綜合所得稅",
        "2024",
        "202400000001",
        "12000",
        "12000",
        "0",
        "2025-06-30",
        "已繳清",
    ],
    &[
        CHEN,
        "綜合所得稅",
        "2025",
        "202500000001",
        "100000",
        "40000",
        "0",
        "2026-06-30",
        "未繳",
    ],
    &[
        CHEN,
        "綜合所得稅",
        "2026",
        "202600000001",
        "100",
        "0",
        "0",
        "2026-12-31",
        "未繳",
    ],
    &[
        LIN,
        "綜合所得稅",
        "2025",
        "202500000002",
        "5000",
        "0",
        "300",
        "2026-06-30",
        "未繳",
    ],
];
const BUSINESSES: &[&[&str]] = &[&[
    COMPANY,
    "大安科技股份有限公司",
    CHEN,
    "臺北市松山區中正路1號",
    "營業中",
    "1999-09-09",
]];
const PAYMENTS: &[&[&str]] = &[
    &[
        "P000000001",
        "202400000001",
        "2025-05-20",
        "12000",
        "信用卡",
    ],
    &["P000000002", "202500000001", "2026-05-20", "40000", "超商"],
    &["P000000003", "202500000002", "2026-05-21", "1", "超商"],
];

async fn loaded(database: &str) -> Site {
    let register = [
        rows("assessment", ASSESSMENTS),
        rows("business_registration", BUSINESSES),
        rows("payment", PAYMENTS),
    ];
    Site::loaded(CAPABILITY, database, &register).await
}

fn tax_officer() -> Caller {
    officer("national-tax")
}

macro_rules! on_both {
    ($name:ident, $site:ident => $body:block) => {
        capability_test::on_both!($name, $site of loaded => $body);
    };
}

fn notices(answer: &Value) -> Vec<&str> {
    let rows = answer["data"].as_array().unwrap();
    rows.iter()
        .map(|row| row["notice_no"].as_str().unwrap())
        .collect()
}

on_both!(a_citizen_sees_the_own_taxes_summed_and_masked, site => {
    let data = &site.data(&citizen(CHEN), "/v1/me").await["data"];
    assert_eq!((&data["assessments"], &data["outstanding"], &data["refundable"]), (&json!(4), &json!(60_100), &json!(1_250)));
    assert_eq!(data["latest"][0]["notice_no"], "202600000001", "the latest first");
    assert_eq!(data["latest"][0]["taxpayer_id"], "A12345****");
    assert_eq!(site.data(&strong_citizen(CHEN), "/v1/me").await["data"]["latest"][0]["taxpayer_id"], CHEN);
    let none = &site.data(&citizen(NOBODY), "/v1/me").await["data"];
    assert_eq!(none, &json!({"assessments": 0, "outstanding": 0, "refundable": 0, "latest": []}));
    site.stop().await;
});

on_both!(own_assessments_are_listed_by_year_and_page_by_page, site => {
    let all = site.data(&citizen(CHEN), "/v1/me/assessments").await;
    assert_eq!(notices(&all), ["202300000001", "202400000001", "202500000001", "202600000001"]);
    assert_eq!(all["data"][2]["outstanding"], 60_000);
    let year = site.data(&citizen(CHEN), "/v1/me/assessments?year=2024").await;
    assert_eq!(notices(&year), ["202400000001"]);
    let first = site.data(&citizen(CHEN), "/v1/me/assessments?limit=3").await;
    let next = first["next"].as_str().unwrap();
    let last = site.data(&citizen(CHEN), &format!("/v1/me/assessments?limit=3&cursor={next}")).await;
    assert_eq!((notices(&first).len(), notices(&last), &last["next"]), (3, vec!["202600000001"], &Value::Null));
    for bad in ["year=24", "year=x", "limit=0", "limit=101", "cursor=x", "month=1"] {
        let answer = site.get(&citizen(CHEN), &format!("/v1/me/assessments?{bad}")).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{bad}");
    }
    site.stop().await;
});

on_both!(refunds_and_payments_are_the_own_ones, site => {
    assert_eq!(notices(&site.data(&citizen(CHEN), "/v1/me/refunds").await), ["202300000001"]);
    assert_eq!(notices(&site.data(&citizen(LIN), "/v1/me/refunds").await), ["202500000002"]);
    let payments = site.data(&citizen(CHEN), "/v1/me/payments").await;
    let numbers: Vec<_> = payments["data"].as_array().unwrap().iter().map(|row| row["payment_no"].clone()).collect();
    assert_eq!(numbers, [json!("P000000001"), json!("P000000002")]);
    assert_eq!(site.data(&citizen(NOBODY), "/v1/me/payments").await["data"], json!([]));
    site.stop().await;
});

on_both!(a_business_is_public_but_not_who_is_responsible, site => {
    let anybody = Caller::anonymous(None);
    let answer = site.get(&anybody, &format!("/v1/businesses/{COMPANY}")).await;
    let text = answer.text().await.unwrap();
    assert!(text.contains("營業中") && text.contains("大安科技股份有限公司"), "{text}");
    assert!(!text.contains(CHEN) && !text.contains("responsible"), "{text}");
    assert_eq!(site.get(&anybody, "/v1/businesses/10458570").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(site.get(&anybody, "/v1/businesses/04595251").await.status(), StatusCode::BAD_REQUEST);
    site.stop().await;
});

on_both!(officers_ask_about_people_and_organisations, site => {
    let path = |who: &str| format!("/v1/taxpayers/{who}/assessments?year=2025");
    let answer = site.get(&tax_officer(), &path(LIN)).await;
    assert_eq!(answer.headers()["lifeboat-subjects"], LIN);
    let person: Value = answer.json().await.unwrap();
    assert_eq!((notices(&person), &person["data"][0]["taxpayer_id"]), (vec!["202500000002"], &json!(LIN)));
    assert_eq!(notices(&site.data(&tax_officer(), &path(COMPANY)).await), ["202500000099"]);
    assert_eq!(site.get(&tax_officer(), &path("A123456780")).await.status(), StatusCode::BAD_REQUEST);
    site.stop().await;
});

on_both!(a_tax_is_put_off_or_divided_within_the_law, site => {
    let form = |notice: &str, arrangement: &str, count: u32| json!({
        "notice_no": notice, "arrangement": arrangement, "count": count, "reason": "颱風受災", "contact_phone": "0912345678",
    });
    let file = async |form: Value| site.file(&citizen(CHEN), "deferral-or-instalment", &form).await;
    let (status, body) = file(form("202500000001", "instalments", 36)).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{body}");
    let finding = &body["data"]["finding"];
    assert_eq!((&finding["owed"], &finding["law"]), (&json!(60_000), &json!("稅捐稽徵法第26條")));
    let payments = finding["payments"].as_array().unwrap();
    assert_eq!((payments.len(), &payments[0]), (36, &json!({"due_on": "2026-12-21", "amount": 1_667})));
    assert_eq!(payments[35]["amount"], 1_666);
    // Not yet due: months are counted from the day it is due.
    let (_, body) = file(form("202600000001", "deferral", 12)).await;
    assert_eq!(body["data"]["finding"]["payments"], json!([{"due_on": "2027-12-31", "amount": 100}]));
    for (notice, arrangement, count, field) in [
        ("202500000001", "instalments", 37, "count"),
        ("202500000001", "instalments", 1, "count"),
        ("202500000001", "deferral", 13, "count"),
        ("202500000001", "deferral", 0, "count"),
        ("202400000001", "deferral", 12, "notice_no"),
        // Somebody else's, and nobody's: the same words.
        ("202500000002", "deferral", 12, "notice_no"),
        ("209900000009", "deferral", 12, "notice_no"),
    ] {
        let (status, body) = file(form(notice, arrangement, count)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{notice} {arrangement} {count}: {body}");
        assert_eq!(body["errors"][0]["field"], field, "{body}");
    }
    let [others, nobodys] = [file(form("202500000002", "deferral", 12)).await, file(form("209900000009", "deferral", 12)).await];
    assert_eq!(others.1["errors"], nobodys.1["errors"]);
    site.stop().await;
});

on_both!(losses_are_declared_within_thirty_days, site => {
    let form = |day: &str| json!({
        "disaster_on": day, "place": "新北市貢寮區福隆街1號", "losses": [{"what": "家具", "amount": 80_000}, {"what": "電器", "amount": 20_000}],
        "compensated": 30_000, "contact_phone": "0912345678",
    });
    let file = async |form: Value| site.file(&citizen(CHEN), "disaster-loss-declaration", &form).await;
    // It is noon of 21 November 2026 in Taipei.
    let (status, body) = file(form("2026-10-22")).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{body}");
    let finding = &body["data"]["finding"];
    assert_eq!((&finding["lost"], &finding["deductible"]), (&json!(100_000), &json!(70_000)));
    for (day, field) in [("2026-10-21", "disaster_on"), ("2026-11-22", "disaster_on")] {
        let (status, body) = file(form(day)).await;
        assert_eq!((status, &body["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)), "{day}: {body}");
    }
    let mut empty = form("2026-11-20");
    empty["losses"] = json!([{"what": "家具", "amount": 0}]);
    let (status, body) = file(empty).await;
    assert_eq!((status, &body["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("losses[0].amount")), "{body}");
    // Twelve hours less a minute later the day ends in Taipei.
    site.clock().advance(chrono::Duration::minutes(12 * 60 - 1));
    assert_eq!(file(form("2026-10-22")).await.0, StatusCode::ACCEPTED, "a minute before midnight");
    site.clock().advance(chrono::Duration::minutes(1));
    assert_eq!(file(form("2026-10-22")).await.0, StatusCode::UNPROCESSABLE_ENTITY, "at midnight");
    site.stop().await;
});
