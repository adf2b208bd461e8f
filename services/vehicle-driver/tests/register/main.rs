//! The vehicle and driver registers behind the gate, on both databases.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use access::caller::Caller;
use capability_test::{Site, citizen, officer, rows, strong_citizen};
use reqwest::StatusCode;
use serde_json::json;
use vehicle_driver::CAPABILITY;

const CHEN: &str = "A123456789";
const LIN: &str = "A223456781";
const NOBODY: &str = "B100000011";

const VEHICLES: &[&[&str]] = &[
    &[
        "12-A345",
        CHEN,
        "輕型機車",
        "光陽",
        "JET",
        "V2",
        "E2",
        "50",
        "1980-01",
        "紅",
        "2026-11-20",
        "使用中",
    ],
    &[
        "ABC-1235",
        CHEN,
        "自用小客車",
        "國瑞",
        "ALTIS",
        "RKT1",
        "E1",
        "1798",
        "2019-07",
        "白",
        "2026-11-21",
        "使用中",
    ],
    &[
        "AB-C1235",
        LIN,
        "自用小貨車",
        "中華",
        "VERYCA",
        "RKT3",
        "E3",
        "1198",
        "2001-02",
        "藍",
        "",
        "報廢",
    ],
    &[
        "XYZ-5678",
        "04595252",
        "自用小客車",
        "國瑞",
        "ALTIS",
        "RKT4",
        "E4",
        "1798",
        "2020-01",
        "黑",
        "2027-01-01",
        "失竊註銷",
    ],
];
const LICENCES: &[&[&str]] = &[
    &[CHEN, "普通小型車", "2000-01-01", "2026-11-21", "2", "有效"],
    &[
        CHEN,
        "普通重型機車",
        "2000-01-01",
        "2040-01-01",
        "1",
        "吊扣",
    ],
    &[LIN, "普通小型車", "2000-01-01", "2026-11-20", "0", "有效"],
];
const TICKETS: &[&[&str]] = &[
    &[
        "A00000001",
        "ABC-1235",
        CHEN,
        "2026-01-01T23:30:00+08:00",
        "第40條",
        "1800",
        "未繳",
    ],
    &[
        "A00000002",
        "ABC-1235",
        "",
        "2026-02-01T08:00:00+08:00",
        "第56條",
        "600",
        "未繳",
    ],
    &[
        "A00000003",
        "ABC-1235",
        LIN,
        "2026-03-01T08:00:00+08:00",
        "第53條第1項",
        "2700",
        "未繳",
    ],
    &[
        "A00000004",
        "12-A345",
        CHEN,
        "2026-04-01T08:00:00+08:00",
        "第40條",
        "1800",
        "已繳",
    ],
];

async fn loaded(database: &str) -> Site {
    let mut vehicles = VEHICLES.to_vec();
    vehicles.sort_unstable();
    let register = [
        rows("vehicle", &vehicles),
        rows("driver_licence", LICENCES),
        rows("violation", TICKETS),
    ];
    Site::loaded(CAPABILITY, database, &register).await
}

fn police() -> Caller {
    officer("vehicle-driver")
}

macro_rules! on_both {
    ($name:ident, $site:ident => $body:block) => {
        capability_test::on_both!($name, $site of loaded => $body);
    };
}

on_both!(a_plate_is_found_in_any_writing, site => {
    for (written, plate) in [
        ("XYZ-5678", "XYZ-5678"),
        ("xyz5678", "XYZ-5678"),
        ("XYZ%205678", "XYZ-5678"),
        ("%EF%BC%B8%EF%BC%B9%EF%BC%BA%EF%BC%8D%EF%BC%95%EF%BC%96%EF%BC%97%EF%BC%98", "XYZ-5678"),
        ("xyz%E2%80%935678", "XYZ-5678"),
        ("12-a345", "12-A345"),
        ("12A345", "12-A345"),
        ("abc-1235", "ABC-1235"),
        ("AB-C1235", "AB-C1235"),
    ] {
        let found = site.data(&police(), &format!("/v1/vehicles/{written}")).await;
        assert_eq!(found["data"]["plate"], plate, "{written}");
    }
    for (written, status) in [
        // Two vehicles of this register are meant: the dash tells them apart.
        ("abc1235", StatusCode::BAD_REQUEST),
        ("ZZZ-0000", StatusCode::NOT_FOUND),
        ("A", StatusCode::BAD_REQUEST),
        ("ABC_1235", StatusCode::BAD_REQUEST),
        ("ABCDE-123456", StatusCode::BAD_REQUEST),
    ] {
        let answer = site.get(&police(), &format!("/v1/vehicles/{written}")).await;
        assert_eq!(answer.status(), status, "{written}");
    }
    let kind = site.data(&police(), "/v1/vehicles/12-A345").await;
    assert_eq!(kind["data"]["kind"], "輕型機車", "the kind is the record's, not the plate's");
    site.stop().await;
});

on_both!(one_answer_at_the_road_side_says_all_and_stays_under_a_kilobyte, site => {
    let answer = site.get(&police(), &format!("/v1/roadside-checks/ABC-1235?driver={CHEN}")).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["lifeboat-subjects"], CHEN);
    let text = answer.text().await.unwrap();
    assert!(text.len() < 1_024, "{} bytes", text.len());
    let body: serde_json::Value = serde_json::from_str(&text).unwrap();
    let (vehicle, driver) = (&body["data"]["vehicle"], &body["data"]["driver"]);
    assert_eq!((&vehicle["inspection_valid"], &vehicle["status"]), (&json!(true), &json!("使用中")), "the last day counts");
    assert_eq!(vehicle["open_violations"], json!({"count": 3, "fines": 5100}));
    assert_eq!(driver["points"], 3);
    assert_eq!(driver["licensed_today"], true);
    let valid: Vec<_> = driver["licences"].as_array().unwrap().iter()
        .map(|licence| (licence["class"].as_str().unwrap(), licence["valid_today"].as_bool().unwrap()))
        .collect();
    assert_eq!(valid, [("普通小型車", true), ("普通重型機車", false)], "a suspended class does not count");
    assert_eq!(driver["open_violations"], json!({"count": 2, "fines": 2400}), "the one without a driver is the owner's");
    site.stop().await;
});

on_both!(what_is_not_known_or_no_longer_valid_is_said, site => {
    let expired = site.data(&police(), &format!("/v1/roadside-checks/12-A345?driver={LIN}")).await;
    assert_eq!(expired["data"]["vehicle"]["inspection_valid"], false, "until yesterday");
    assert_eq!(expired["data"]["driver"]["licensed_today"], false);
    let none = site.data(&police(), &format!("/v1/roadside-checks/AB-C1235?driver={NOBODY}")).await;
    assert_eq!(none["data"]["vehicle"]["inspection_valid"], json!(null));
    assert_eq!(none["data"]["driver"]["licences"], json!([]));
    let alone = site.data(&police(), "/v1/roadside-checks/xyz5678").await;
    assert_eq!(alone["data"]["vehicle"]["owner_id"], "04595252");
    assert!(alone["data"].get("driver").is_none());
    site.clock().advance(chrono::Duration::days(1));
    let tomorrow = site.data(&police(), &format!("/v1/roadside-checks/ABC-1235?driver={CHEN}")).await;
    assert_eq!(tomorrow["data"]["vehicle"]["inspection_valid"], false);
    assert_eq!(tomorrow["data"]["driver"]["licensed_today"], false);
    site.stop().await;
});

on_both!(citizens_see_what_is_their_own, site => {
    let own = &site.data(&citizen(CHEN), "/v1/me").await["data"];
    let plates: Vec<_> = own["vehicles"].as_array().unwrap().iter().map(|vehicle| vehicle["plate"].clone()).collect();
    assert_eq!(plates, [json!("12-A345"), json!("ABC-1235")]);
    assert_eq!(own["vehicles"][0]["owner_id"], "A12345****");
    assert_eq!(own["licences"].as_array().unwrap().len(), 2);
    assert_eq!(own["open_violations"], json!({"count": 2, "fines": 2400}));
    let whole = &site.data(&strong_citizen(CHEN), "/v1/me/vehicles?limit=1").await;
    assert_eq!(whole["data"][0]["owner_id"], CHEN);
    assert!(whole["next"].is_string());
    let tickets = &site.data(&citizen(CHEN), "/v1/me/violations").await["data"];
    let numbers: Vec<_> = tickets.as_array().unwrap().iter().map(|ticket| ticket["ticket_no"].clone()).collect();
    assert_eq!(numbers, [json!("A00000001"), json!("A00000002"), json!("A00000004")]);
    assert_eq!(tickets[0]["occurred_at"], "2026-01-01T15:30:00Z");
    assert_eq!(site.data(&citizen(LIN), "/v1/me/licences").await["data"][0]["valid_today"], false);
    assert_eq!(site.get(&citizen(NOBODY), "/v1/me").await.status(), StatusCode::NOT_FOUND);
    site.stop().await;
});

on_both!(officers_ask_by_driver, site => {
    let driver = &site.data(&police(), &format!("/v1/drivers/{CHEN}")).await["data"];
    assert_eq!((&driver["person_id"], &driver["points"]), (&json!(CHEN), &json!(3)));
    let tickets = site.data(&police(), &format!("/v1/drivers/{LIN}/violations")).await;
    assert_eq!(tickets["data"][0]["ticket_no"], "A00000003");
    assert_eq!(site.get(&police(), &format!("/v1/drivers/{NOBODY}")).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(site.get(&police(), "/v1/drivers/A123456780").await.status(), StatusCode::BAD_REQUEST);
    site.stop().await;
});

on_both!(only_ones_own_vehicle_in_use_is_reported_gone, site => {
    let form = |plate: &str, event: &str, day: &str, report: serde_json::Value| json!({
        "plate": plate, "event": event, "happened_on": day, "police_report_no": report, "contact_phone": "0912345678",
    });
    for (person, form, status, says) in [
        (CHEN, form("ABC-1235", "disaster", "2026-11-21", json!(null)), 202, "報廢"),
        (CHEN, form("abc-1235", "scrapped", "2026-11-21", json!(null)), 202, "報廢"),
        (CHEN, form("12-A345", "plate-lost", "2026-11-20", json!(null)), 202, "號牌註銷"),
        (CHEN, form("12-A345", "stolen", "2026-11-20", json!("P-1")), 202, "失竊註銷"),
        (CHEN, form("12-A345", "stolen", "2026-11-20", json!(null)), 422, "police_report_no"),
        (CHEN, form("12-A345", "disaster", "2026-11-22", json!(null)), 422, "happened_on"),
        (CHEN, form("XYZ-5678", "disaster", "2026-11-20", json!(null)), 422, "plate"),
        (CHEN, form("ZZZ-0000", "disaster", "2026-11-20", json!(null)), 422, "plate"),
        (LIN, form("AB-C1235", "disaster", "2026-11-20", json!(null)), 422, "no longer in use"),
        (CHEN, form("12-A345", "sold", "2026-11-20", json!(null)), 422, "event"),
    ] {
        let (got, answer) = site.file(&citizen(person), "vehicle-loss-or-scrap", &form).await;
        assert_eq!(got.as_u16(), status, "{form}: {answer}");
        assert!(answer.to_string().contains(says), "{form}: {answer}");
    }
    site.stop().await;
});

on_both!(a_licence_is_issued_again_only_while_it_holds, site => {
    let form = |class: &str| json!({
        "class": class, "reason": "lost", "delivery_address": "新北市貢寮區福隆街1號", "contact_phone": "0912345678",
    });
    for (person, class, status, says) in [
        (CHEN, "普通小型車", 202, "2026-11-21"),
        (CHEN, "普通重型機車", 422, "suspended"),
        (LIN, "普通小型車", 422, "expired"),
        (LIN, "普通重型機車", 422, "you have none"),
        (NOBODY, "普通小型車", 422, "you have none"),
    ] {
        let (got, answer) = site.file(&citizen(person), "licence-reissue", &form(class)).await;
        assert_eq!(got.as_u16(), status, "{person} {class}: {answer}");
        assert!(answer.to_string().contains(says), "{person} {class}: {answer}");
    }
    site.stop().await;
});
