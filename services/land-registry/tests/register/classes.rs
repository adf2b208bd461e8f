//! Transcripts in three classes (土地登記規則 §24-1).

use access::caller::{Caller, CallerKind};
use capability_test::{citizen, strong_citizen};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::site::{CHEN, COMPANY, LIN, OTHER, in_office, on_both};

const SHARED: &str = "/v1/parcels/AD-0012-00010000";

on_both!(each_caller_gets_the_fullest_class_that_is_theirs, site => {
    let nobody = Caller::anonymous(None);
    for (caller, class, owner_id, owner_name, debtor) in [
        (&nobody, 2, json!("A123*****9"), "陳**", Value::Null),
        (&citizen(OTHER), 2, json!("A123*****9"), "陳**", Value::Null),
        (&citizen(LIN), 2, json!("A123*****9"), "陳**", Value::Null),
        (&citizen(CHEN), 1, json!("A12345****"), "陳○文", json!("陳大文")),
        (&strong_citizen(CHEN), 1, json!(CHEN), "陳大文", json!("陳大文")),
        (&in_office(CallerKind::Officer), 1, json!(CHEN), "陳大文", json!("陳大文")),
        (&in_office(CallerKind::AgencySystem), 3, Value::Null, "陳大文", json!("陳大文")),
    ] {
        let data = &site.data(caller, SHARED).await["data"];
        assert_eq!(data["class"], class, "{caller:?}");
        let (person, company) = (&data["ownership"][0], &data["ownership"][1]);
        assert_eq!(person["owner_id"], owner_id, "{caller:?}");
        assert_eq!(person["owner_name"], owner_name, "{caller:?}");
        // Organisations have no privacy in the land register, and restrictions are everybody's business.
        assert_eq!(company["owner_name"], "大安科技股份有限公司");
        assert_eq!(company["owner_id"], if class == 3 { Value::Null } else { json!(COMPANY) });
        assert_eq!(company["restriction"], "假扣押");
        assert_eq!(data["encumbrances"][0]["holder"], "臺灣長青商業銀行股份有限公司");
        assert_eq!(data["encumbrances"][1]["holder"], if class == 2 { "王**" } else { "王小明" });
        assert_eq!(data["encumbrances"][0]["debtor"], debtor, "{caller:?}");
        assert_eq!(data["encumbrances"][0]["obligor"], debtor, "{caller:?}");
        assert_eq!(data["encumbrances"][0]["secured_amount"], 5_000_000);
        let text = data.to_string();
        let whole = owner_id == json!(CHEN);
        assert_eq!(text.contains(CHEN), whole, "{caller:?} sees the whole number: {text}");
    }
    site.stop().await;
});

on_both!(a_class_that_is_not_ones_own_is_refused_and_a_lesser_one_given, site => {
    for (caller, class, status) in [
        (&Caller::anonymous(None), 1, StatusCode::FORBIDDEN),
        (&Caller::anonymous(None), 3, StatusCode::FORBIDDEN),
        (&Caller::anonymous(None), 2, StatusCode::OK),
        (&strong_citizen(OTHER), 1, StatusCode::FORBIDDEN),
        (&strong_citizen(CHEN), 2, StatusCode::OK),
        (&strong_citizen(CHEN), 3, StatusCode::FORBIDDEN),
        (&in_office(CallerKind::Officer), 3, StatusCode::OK),
        (&in_office(CallerKind::AgencySystem), 1, StatusCode::FORBIDDEN),
        (&in_office(CallerKind::Officer), 4, StatusCode::BAD_REQUEST),
        (&in_office(CallerKind::Officer), 0, StatusCode::BAD_REQUEST),
    ] {
        let answer = site.get(caller, &format!("{SHARED}?class={class}")).await;
        assert_eq!(answer.status(), status, "{caller:?} {class}");
    }
    site.stop().await;
});

on_both!(shares_that_do_not_add_up_are_reported_with_the_answer, site => {
    for (parcel, sum, complete, joint) in [
        ("AD-0012-00010000", "1/1", true, false),
        ("AD-0012-00020001", "2/3", false, false),
        ("UA-0012-00010000", "1/1", true, true),
    ] {
        let data = &site.data(&Caller::anonymous(None), &format!("/v1/parcels/{parcel}")).await["data"];
        assert_eq!(data["shares"], json!({"sum": sum, "complete": complete, "joint": joint}), "{parcel}");
    }
    site.stop().await;
});

on_both!(numbers_are_read_as_people_write_them, site => {
    for (path, object, shown) in [
        ("/v1/parcels/AD-0012-2-1", "AD-0012-00020001", "2-1"),
        ("/v1/parcels/AD-0012-00020001", "AD-0012-00020001", "2-1"),
        ("/v1/parcels/AD001200020001", "AD-0012-00020001", "2-1"),
        ("/v1/parcels/AD-0012-1", "AD-0012-00010000", "1"),
        ("/v1/buildings/AD-0012-1234", "AD-0012-01234000", "1234"),
    ] {
        let data = &site.data(&Caller::anonymous(None), path).await["data"];
        assert_eq!((&data["object"], &data["number"]), (&json!(object), &json!(shown)), "{path}");
    }
    let building = &site.data(&Caller::anonymous(None), "/v1/buildings/AD-0012-1234").await["data"];
    assert_eq!(building["description"], json!({
        "doorplate": "臺北市松山區中正路1號", "floors": 5, "area_m2": "98.20", "completed_on": "1999-09-09", "structure": "鋼筋混凝土造"
    }));
    for (path, status) in [
        ("/v1/parcels/AD-0012-9999", StatusCode::NOT_FOUND),
        ("/v1/buildings/UA-0012-00010000", StatusCode::NOT_FOUND),
        ("/v1/parcels/AD-0012-x", StatusCode::BAD_REQUEST),
        ("/v1/parcels/AD-0012-1?klass=2", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(site.get(&Caller::anonymous(None), path).await.status(), status, "{path}");
    }
    site.stop().await;
});
