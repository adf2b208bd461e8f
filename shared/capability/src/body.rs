//! JSON bodies, parsed and checked before a handler sees them.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, web};
use runtime::problem::{Kind, Problem};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use validator::Validate;

use crate::legible::faults;
use crate::parameters::with_fields;
use crate::shape::{field_of, plainly};

/// What a body as a whole is called where it is at fault.
const BODY: &str = "body";

/// The JSON body; 415 for another type, 400 for broken JSON, 422 for fields that do not pass.
#[derive(Clone, Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let json = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| {
                value
                    .split(';')
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .eq_ignore_ascii_case("application/json")
            });
        let bytes = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            if !json {
                return Err(Problem::new(Kind::UnsupportedMedia).detail(
                    "Send the body as application/json.",
                    "請以 application/json 傳送。",
                ));
            }
            let bytes = bytes.await.map_err(|_| Problem::new(Kind::TooLarge))?;
            parse(&bytes)
        })
    }
}

fn parse<T: DeserializeOwned + Validate>(bytes: &[u8]) -> Result<Body<T>, Problem> {
    // Syntax first: what is not JSON at all is malformed; JSON of the wrong shape names its field.
    serde_json::from_slice::<IgnoredAny>(bytes).map_err(|error| not_json(&error))?;
    let value: T =
        serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(bytes))
            .map_err(|error| {
                Problem::new(Kind::Unprocessable).field(
                    field_of(&error, BODY),
                    plainly(&without_place(error.inner())),
                    "欄位缺漏、重複、未知或格式不符",
                )
            })?;
    let sent: Value = serde_json::from_slice(bytes).map_err(|error| not_json(&error))?;
    let illegible = faults(&sent, barred);
    let checked = value.validate();
    if illegible.is_empty() && checked.is_ok() {
        return Ok(Body(value));
    }
    let mut problem = Problem::new(Kind::Unprocessable);
    for (path, fault) in illegible {
        let (en, zh) = fault.words();
        let field = if path.is_empty() { BODY } else { path.as_str() };
        problem = problem.field(field, en, zh);
    }
    if let Err(errors) = checked {
        problem = with_fields(problem, &errors, BODY);
    }
    Err(problem)
}

/// What no text of a form has. What people write in their own words may have more than one line.
fn barred(character: char) -> bool {
    character.is_control() && !matches!(character, '\n' | '\r' | '\t')
}

fn not_json(error: &serde_json::Error) -> Problem {
    let place = format!("not JSON: line {}, column {}", error.line(), error.column());
    Problem::new(Kind::Malformed).detail(place, "內容不是有效的 JSON。")
}

/// What is wrong without the place, which means nothing to someone who reads field names.
fn without_place(error: &serde_json::Error) -> String {
    let said = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    said.strip_suffix(&place).unwrap_or(&said).to_owned()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use runtime::problem::Language;
    use serde::Deserialize;
    use uuid::Uuid;

    use super::*;

    #[derive(Debug, PartialEq, Eq, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct LossReport {
        lost_on: NaiveDate,
        lost_at: String,
        #[validate(range(min = 1, max = 5, message = "must be from 1 to 5"))]
        copies: u8,
    }

    /// The kind, and each field with what is wrong with it.
    fn refused(body: &str) -> (Kind, Vec<(String, String)>) {
        let problem = parse::<LossReport>(body.as_bytes()).unwrap_err();
        let told = problem.body(Language::English, Uuid::nil()).errors;
        let told = told.into_iter().map(|error| (error.field, error.detail));
        (problem.kind(), told.collect())
    }

    #[test]
    fn a_body_of_the_wrong_shape_is_told_without_our_types() {
        for body in ["null", "7", "[]", "\"text\""] {
            let expected = vec![("body".to_owned(), "expected an object".to_owned())];
            assert_eq!(refused(body), (Kind::Unprocessable, expected), "{body}");
        }
        let at_line = r#"{"lost_on": " at line 1, expected 2"}"#;
        let expected = vec![(
            "lost_on".to_owned(),
            "expected a date such as 2026-11-20".to_owned(),
        )];
        assert_eq!(refused(at_line), (Kind::Unprocessable, expected));
        assert_eq!(refused("{"), (Kind::Malformed, Vec::new()));
    }

    #[test]
    fn what_cannot_be_written_down_is_refused_with_all_fields_at_fault() {
        let Body(report) = parse::<LossReport>(
            r#"{"lost_on": "2026-11-20", "lost_at": "車站\r\n\t門口", "copies": 1}"#.as_bytes(),
        )
        .unwrap();
        assert_eq!(report.lost_at, "車站\r\n\t門口");
        let (kind, told) =
            refused(r#"{"lost_on": "-5000-01-01", "lost_at": "\u0000", "copies": 0}"#);
        assert_eq!(kind, Kind::Unprocessable);
        for expected in [
            ("lost_on", "the year must be from 1 to 9999"),
            ("lost_at", "must have no control characters"),
            ("copies", "must be from 1 to 5"),
        ] {
            let there = told
                .iter()
                .any(|(field, detail)| (field.as_str(), detail.as_str()) == expected);
            assert!(there, "{expected:?}: {told:?}");
        }
        assert_eq!(told.len(), 3, "{told:?}");
    }
}
