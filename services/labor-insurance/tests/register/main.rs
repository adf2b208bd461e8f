//! The labour insurance behind the gate, on both databases.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use access::caller::{Caller, CallerKind};
use capability_test::{Site, citizen, officer, program, rows, strong_citizen};
use labor_insurance::CAPABILITY;
use reqwest::StatusCode;
use serde_json::{Value, json};

const CHEN: &str = "A123456789";
const LIN: &str = "A223456781";
const NOBODY: &str = "B100000011";
const UNIT: &str = "10000000";
const OTHER: &str = "10000013";

const COVERAGES: &[&[&str]] = &[
    &[
        CHEN,
        UNIT,
        "1995-01-01",
        "2004-12-31",
        "30300",
        "大安",
        "加保",
    ],
    // Adjoining, then overlapping, then lasting.
    &[
        CHEN,
        UNIT,
        "2005-01-01",
        "2015-12-31",
        "36300",
        "大安",
        "加保",
    ],
    &[
        CHEN,
        OTHER,
        "2015-06-01",
        "2016-12-31",
        "42000",
        "福隆",
        "加保",
    ],
    &[CHEN, OTHER, "2020-11-22", "", "42000", "福隆", "加保"],
    &[
        LIN,
        OTHER,
        "2020-01-01",
        "2026-11-20",
        "27470",
        "福隆",
        "加保",
    ],
    &[LIN, OTHER, "2026-11-21", "", "27470", "福隆", "加保"],
];
const UNITS: &[&[&str]] = &[
    &[
        UNIT,
        "A",
        "大安科技股份有限公司",
        "04595252",
        "01",
        "02-12345678",
        "正常",
    ],
    &[OTHER, "0", "福隆水產行", "10458570", "02", "", "正常"],
];
const CLAIMS: &[&[&str]] = &[
    &[
        "L000000001",
        CHEN,
        "傷病給付",
        "2020-05-05",
        "已核付",
        "12000",
        "2020-06-06",
    ],
    &[
        "L000000002",
        LIN,
        "生育給付",
        "2021-05-05",
        "審核中",
        "60000",
        "",
    ],
];

async fn loaded(database: &str) -> Site {
    let register = [
        rows("coverage", COVERAGES),
        rows("insured_unit", UNITS),
        rows("benefit_claim", CLAIMS),
    ];
    Site::loaded(CAPABILITY, database, &register).await
}

fn insurance_officer() -> Caller {
    officer("labor-insurance")
}

/// The program of the employer of one unit.
fn employer(unit: &str) -> Caller {
    Caller {
        clearances: [format!("insured-unit:{unit}")].into(),
        ..program(CallerKind::AgencySystem, "labor-insurance")
    }
}

macro_rules! on_both {
    ($name:ident, $site:ident => $body:block) => {
        capability_test::on_both!($name, $site of loaded => $body);
    };
}

fn people(answer: &Value) -> Vec<&str> {
    let rows = answer["data"].as_array().unwrap();
    rows.iter()
        .map(|row| row["person_id"].as_str().unwrap())
        .collect()
}

on_both!(a_citizen_sees_the_own_insurance_at_a_glance, site => {
    let data = &site.data(&citizen(CHEN), "/v1/me").await["data"];
    assert_eq!((&data["insured"], &data["insured_years"], &data["claims"]), (&json!(true), &json!(28), &json!(1)));
    assert_eq!(data["coverages"].as_array().unwrap().len(), 1);
    assert_eq!(data["coverages"][0]["person_id"], "A12345****");
    let none = &site.data(&citizen(NOBODY), "/v1/me").await["data"];
    assert_eq!((&none["insured"], &none["insured_years"], &none["coverages"]), (&json!(false), &json!(0), &json!([])));
    site.stop().await;
});

on_both!(insured_years_count_every_day_once, site => {
    let time = &site.data(&citizen(CHEN), "/v1/me/insured-years").await["data"];
    assert_eq!(time["spans"], json!([
        {"from": "1995-01-01", "to": "2016-12-31", "days": 8_036},
        {"from": "2020-11-22", "to": "2026-11-21", "days": 2_191},
    ]));
    assert_eq!((&time["days"], &time["years"], &time["remaining_days"], &time["months"]), (&json!(10_227), &json!(28), &json!(7), &json!(1)));
    assert_eq!(time["counted_until"], "2026-11-21");
    let lin = &site.data(&citizen(LIN), "/v1/me/insured-years").await["data"];
    assert_eq!(lin["spans"], json!([{"from": "2020-01-01", "to": "2026-11-21", "days": 2_517}]), "adjoining");
    site.stop().await;
});

on_both!(coverages_and_claims_are_the_own_ones, site => {
    let first = site.data(&strong_citizen(CHEN), "/v1/me/coverages?limit=3").await;
    let next = first["next"].as_str().unwrap();
    let last = site.data(&strong_citizen(CHEN), &format!("/v1/me/coverages?limit=3&cursor={next}")).await;
    assert_eq!((people(&first), people(&last)), (vec![CHEN; 3], vec![CHEN]));
    assert_eq!((&last["data"][0]["enrolled_on"], &last["data"][0]["withdrawn_on"]), (&json!("2020-11-22"), &Value::Null));
    let claims = site.data(&citizen(CHEN), "/v1/me/claims").await;
    assert_eq!((claims["data"].as_array().unwrap().len(), &claims["data"][0]["claim_no"]), (1, &json!("L000000001")));
    site.stop().await;
});

on_both!(the_old_age_annuity_is_estimated_from_the_record_or_from_what_is_given, site => {
    let given = &site.data(&citizen(CHEN), "/v1/me/estimates/old-age?average_salary=40000&years=30").await["data"];
    assert_eq!((&given["amount"], &given["per"]), (&json!(18_600), &json!("month")));
    assert_eq!(given["steps"].as_array().unwrap().len(), 3);
    // The record: 60 months of 45,800 at most; in 2015 two units together reach the highest grade for seven months.
    let own = &site.data(&citizen(CHEN), "/v1/me/estimates/old-age").await["data"];
    // (7 × 45,800 + 53 × 42,000) ÷ 60 × 28 1/12 years × 1.55 % = 18,475.1 …
    assert_eq!(own["amount"], 18_475);
    assert_eq!(own["conditions"][0]["met"], true);
    assert_eq!(site.get(&citizen(NOBODY), "/v1/me/estimates/old-age").await.status(), StatusCode::NOT_FOUND);
    for bad in ["years=81", "months=12", "average_salary=-1", "years=x"] {
        assert_eq!(site.get(&citizen(CHEN), &format!("/v1/me/estimates/old-age?{bad}")).await.status(), StatusCode::BAD_REQUEST, "{bad}");
    }
    site.stop().await;
});

on_both!(unemployment_and_sickness_are_estimated_step_by_step, site => {
    let work = &site.data(&citizen(CHEN), "/v1/me/estimates/unemployment?dependants=1&birth_date=1981-11-21&left_on=2026-11-21").await["data"];
    assert_eq!((&work["amount"], &work["most_months"], &work["conditions"][0]["met"]), (&json!(29_400), &json!(9), &json!(true)));
    let younger = &site.data(&citizen(CHEN), "/v1/me/estimates/unemployment?birth_date=1981-11-22&left_on=2026-11-21").await["data"];
    assert_eq!((&younger["amount"], &younger["most_months"]), (&json!(25_200), &json!(6)));
    let ill = &site.data(&citizen(CHEN), "/v1/me/estimates/sickness?from=2026-11-01&to=2026-11-20&treatment=outpatient").await["data"];
    assert_eq!((&ill["amount"], &ill["paid_to"]), (&json!(14_000), &json!("2026-11-20")));
    let bad = site.get(&citizen(CHEN), "/v1/me/estimates/sickness?from=2026-11-02&to=2026-11-01&treatment=inpatient").await;
    assert_eq!(bad.status(), StatusCode::BAD_REQUEST);
    site.stop().await;
});

on_both!(an_employer_sees_the_own_roster_only, site => {
    let roster = format!("/v1/insured-units/{OTHER}/roster");
    let answer = site.get(&employer(OTHER), &roster).await;
    assert_eq!(answer.headers()["lifeboat-subjects"], format!("{CHEN},{LIN}"));
    let today: Value = answer.json().await.unwrap();
    assert_eq!(people(&today), [CHEN, LIN]);
    let yesterday = site.data(&employer(OTHER), &format!("{roster}?on=2026-11-20")).await;
    assert_eq!(yesterday["data"][1]["enrolled_on"], "2020-01-01", "the last day of a coverage still counts");
    assert_eq!(people(&site.data(&insurance_officer(), &roster).await), [CHEN, LIN]);
    // Another's unit looks like one that does not exist.
    let [others, nobodys] = [site.get(&employer(UNIT), &roster).await, site.get(&employer(UNIT), "/v1/insured-units/99999999/roster").await];
    assert_eq!((others.status(), nobodys.status()), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    assert_eq!(site.get(&employer(OTHER), "/v1/insured-units/1/roster").await.status(), StatusCode::BAD_REQUEST);
    site.stop().await;
});

on_both!(officers_ask_by_person, site => {
    let coverages = site.data(&insurance_officer(), &format!("/v1/persons/{LIN}/coverages")).await;
    assert_eq!(people(&coverages), [LIN, LIN]);
    let claims = site.data(&insurance_officer(), &format!("/v1/persons/{LIN}/claims")).await;
    assert_eq!(claims["data"][0]["kind"], "生育給付");
    assert_eq!(site.get(&insurance_officer(), "/v1/persons/A123456780/claims").await.status(), StatusCode::BAD_REQUEST);
    site.stop().await;
});

on_both!(benefits_are_claimed_with_an_estimate, site => {
    let form = |claim: Value| json!({"claim": claim, "description": "颱風", "contact_phone": "0912345678"});
    let file = async |claim: Value| site.file(&citizen(CHEN), "emergency-benefit-claim", &form(claim)).await;
    for kind in ["sickness", "injury"] {
        let (status, body) = file(json!({"kind": kind, "from": "2026-11-01", "to": "2026-11-20", "treatment": "outpatient"})).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{body}");
        assert_eq!(body["data"]["finding"]["estimate"]["amount"], 14_000);
    }
    let (status, body) = file(json!({"kind": "unemployment", "left_on": "2026-11-20", "dependants": 2, "disability": true})).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{body}");
    let estimate = &body["data"]["finding"]["estimate"];
    assert_eq!((&estimate["amount"], &estimate["most_months"]), (&json!(33_600), &json!(9)));
    let (status, body) = file(json!({"kind": "survivors", "deceased_id": LIN, "died_on": "2026-11-20", "relation": "spouse"})).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{body}");
    assert_eq!(body["data"]["finding"]["estimate"], Value::Null, "another person's record is not told");
    assert!(!body["data"]["finding"].to_string().contains("27470"));
    for (claim, field) in [
        (json!({"kind": "sickness", "from": "2026-11-22", "to": "2026-11-23", "treatment": "inpatient"}), "claim.from"),
        (json!({"kind": "sickness", "from": "2026-11-20", "to": "2026-11-19", "treatment": "inpatient"}), "claim.to"),
        (json!({"kind": "injury", "from": "2021-11-20", "to": "2021-11-21", "treatment": "inpatient"}), "claim.from"),
        (json!({"kind": "unemployment", "left_on": "2024-11-20", "dependants": 0}), "claim.left_on"),
        (json!({"kind": "survivors", "deceased_id": CHEN, "died_on": "2026-11-20", "relation": "spouse"}), "claim.deceased_id"),
        (json!({"kind": "maternity"}), "claim"),
    ] {
        let (status, body) = file(claim.clone()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{claim}: {body}");
        assert!(body["errors"][0]["field"].as_str().unwrap().starts_with(field), "{claim}: {body}");
    }
    // The last day of five years, and of two.
    assert_eq!(file(json!({"kind": "injury", "from": "2021-11-21", "to": "2021-11-21", "treatment": "inpatient"})).await.0, StatusCode::ACCEPTED);
    assert_eq!(file(json!({"kind": "unemployment", "left_on": "2024-11-21", "dependants": 0})).await.0, StatusCode::ACCEPTED);
    let nobody = site.file(&citizen(NOBODY), "emergency-benefit-claim", &form(json!({"kind": "unemployment", "left_on": "2026-11-20", "dependants": 0}))).await;
    assert_eq!(nobody.0, StatusCode::UNPROCESSABLE_ENTITY, "who was never insured");
    site.stop().await;
});
