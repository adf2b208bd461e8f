//! What officers state with every call: why, and for which case (`contract.md`).

use access::purpose::{CaseNumber, Purpose};
use actix_web::http::header::HeaderMap;
use runtime::problem::{Kind, Problem};

/// Purpose and case as stated.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Stated {
    pub(super) purpose: Option<Purpose>,
    pub(super) case_number: Option<CaseNumber>,
}

/// Reads both headers; a malformed one is refused by name, never ignored.
pub(super) fn read(headers: &HeaderMap) -> Result<Stated, Problem> {
    Ok(Stated {
        purpose: one(
            headers,
            "lookup-purpose",
            "Lookup-Purpose",
            "one of the purposes of the contract",
            "須為規定之查詢目的",
        )?,
        case_number: one(
            headers,
            "case-number",
            "Case-Number",
            "1 to 64 letters, digits, '-' or '/'",
            "須為 1 至 64 個英數字、「-」或「/」",
        )?,
    })
}

fn one<T: std::str::FromStr>(
    headers: &HeaderMap,
    name: &str,
    shown: &str,
    en: &'static str,
    zh: &'static str,
) -> Result<Option<T>, Problem> {
    let mut values = headers.get_all(name);
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let parsed = value.to_str().ok().and_then(|text| text.parse().ok());
    match (parsed, values.next()) {
        (Some(parsed), None) => Ok(Some(parsed)),
        _ => Err(Problem::new(Kind::Malformed).field(shown, en, zh)),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn stated(headers: &[(&'static str, &'static str)]) -> Result<Stated, Problem> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        read(&map)
    }

    #[test]
    fn both_are_read_and_may_be_absent() {
        assert_eq!(stated(&[]).unwrap(), Stated::default());
        let both = stated(&[
            ("lookup-purpose", "family-tracing"),
            ("case-number", "113-7/4"),
        ])
        .unwrap();
        assert_eq!(both.purpose, Some(Purpose::FamilyTracing));
        assert_eq!(both.case_number.unwrap().as_str(), "113-7/4");
    }

    #[test]
    fn a_malformed_header_is_named() {
        for (headers, name) in [
            (vec![("lookup-purpose", "curiosity")], "Lookup-Purpose"),
            (vec![("lookup-purpose", "")], "Lookup-Purpose"),
            (
                vec![("lookup-purpose", "audit"), ("lookup-purpose", "audit")],
                "Lookup-Purpose",
            ),
            (vec![("case-number", "a b")], "Case-Number"),
            (
                vec![("case-number", "1"), ("case-number", "2")],
                "Case-Number",
            ),
        ] {
            let problem = stated(&headers).unwrap_err();
            let body = problem.body(runtime::problem::Language::English, uuid::Uuid::nil());
            assert_eq!((body.status, body.errors[0].field.as_str()), (400, name));
        }
    }
}
