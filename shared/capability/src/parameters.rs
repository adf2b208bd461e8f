//! Path keys and query parameters, parsed and checked before a handler sees them.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use runtime::problem::{Kind, Problem};
use serde::de::DeserializeOwned;
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

use crate::legible::{Fault, decoded};
use crate::shape::{field_of, plainly};

/// What a query as a whole is called where it is at fault.
const QUERY: &str = "query";

/// The key in the path, such as a national ID.
#[derive(Clone, Debug)]
pub struct Key<T>(pub T);

impl<T: std::str::FromStr> FromRequest for Key<T>
where
    T::Err: std::fmt::Display,
{
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let first = request.match_info().iter().next();
        ready(match first {
            Some((name, value)) => value.parse().map(Key).map_err(|error: T::Err| {
                Problem::new(Kind::Malformed).field(name, error.to_string(), "格式不符")
            }),
            None => Err(Problem::new(Kind::Internal)),
        })
    }
}

/// The query's parameters; unknown, repeated and malformed ones are refused by name.
#[derive(Clone, Debug)]
pub struct Parameters<T>(pub T);

impl<T: DeserializeOwned + Validate> FromRequest for Parameters<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parsed(request.query_string()).map(Self))
    }
}

fn parsed<T: DeserializeOwned + Validate>(query: &str) -> Result<T, Problem> {
    legible(query)?;
    let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    let value: T = serde_path_to_error::deserialize(pairs).map_err(|error| {
        Problem::new(Kind::Malformed).field(
            field_of(&error, QUERY),
            plainly(&error.inner().to_string()),
            "參數缺漏、重複、未知或格式不符",
        )
    })?;
    value
        .validate()
        .map_err(|errors| with_fields(Problem::new(Kind::Malformed), &errors, QUERY))?;
    Ok(value)
}

/// Refuses what no parameter can say, by its name.
fn legible(query: &str) -> Result<(), Problem> {
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = meant(name).map_err(|fault| illegible(QUERY, fault))?;
        meant(value).map_err(|fault| illegible(&name, fault))?;
    }
    Ok(())
}

fn meant(part: &str) -> Result<String, Fault> {
    let text = decoded(part).ok_or(Fault::Encoding)?;
    match Fault::of(&text, char::is_control) {
        None => Ok(text),
        Some(fault) => Err(fault),
    }
}

fn illegible(name: &str, fault: Fault) -> Problem {
    let (en, zh) = fault.words();
    Problem::new(Kind::Malformed).field(name, en, zh)
}

/// What a validator calls a fault of more than one field.
const SEVERAL: &str = "__all__";

/// Adds what a validator found to `problem`, a field each; those inside others by their path, such as `losses[0].amount`.
/// What is wrong with several together is said of what they are in; all that was sent is called `whole`.
pub(crate) fn with_fields(problem: Problem, errors: &ValidationErrors, whole: &str) -> Problem {
    fields_under("", problem, errors, whole)
}

fn fields_under(parent: &str, problem: Problem, errors: &ValidationErrors, whole: &str) -> Problem {
    errors
        .errors()
        .iter()
        .fold(problem, |problem, (name, found)| {
            let path = if name == SEVERAL {
                let inside = parent.strip_suffix('.').unwrap_or(whole);
                inside.to_owned()
            } else {
                format!("{parent}{name}")
            };
            match found {
                ValidationErrorsKind::Field(faults) => {
                    let said = faults.iter().map(|fault| match &fault.message {
                        Some(message) => message.to_string(),
                        None => format!("does not pass `{}`", fault.code),
                    });
                    let said = said.collect::<Vec<_>>().join("; ");
                    problem.field(path, said, "內容不符規定")
                }
                ValidationErrorsKind::Struct(inner) => {
                    fields_under(&format!("{path}."), problem, inner, whole)
                }
                ValidationErrorsKind::List(items) => {
                    items.iter().fold(problem, |problem, (at, inner)| {
                        fields_under(&format!("{path}[{at}]."), problem, inner, whole)
                    })
                }
            }
        })
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
    struct Question {
        name: String,
        day: Option<NaiveDate>,
        limit: Option<u8>,
    }

    fn refused(query: &str) -> (String, String) {
        let problem = parsed::<Question>(query).unwrap_err();
        assert_eq!(problem.kind(), Kind::Malformed, "{query}");
        let body = problem.body(Language::English, Uuid::nil());
        let first = body.errors.into_iter().next().unwrap();
        (first.field, first.detail)
    }

    #[test]
    fn what_no_parameter_can_say_is_refused_by_name() {
        let asked = parsed::<Question>("name=Lin+%E7%BE%8E&day=0001-01-01&limit=7").unwrap();
        assert_eq!((&*asked.name, asked.limit), ("Lin 美", Some(7)));
        for (query, field) in [
            ("name=%ff", "name"),
            ("name=a%00", "name"),
            ("name=a%0A", "name"),
            ("name=%", "name"),
            ("name=a&day=-5000-01-01", "day"),
            ("name=a&day=0000-01-01", "day"),
            ("name=a&day=%2B10000-01-01", "day"),
            ("name=a&%ff=1", "query"),
            ("name=a&limit=256", "limit"),
            ("name=a&colour=red", "colour"),
            ("name=a&name=b", "name"),
            ("", "name"),
        ] {
            assert_eq!(refused(query).0, field, "{query}");
        }
    }

    #[test]
    fn refusals_know_no_types_of_ours() {
        for (query, said) in [
            ("name=a&limit=many", "expected a whole number in range"),
            ("name=a&limit=256", "expected a whole number in range"),
            ("name=a&day=today", "expected a date such as 2026-11-20"),
            ("name=a&day=%zz", "must be UTF-8, percent-encoded"),
            ("name=%00", "must have no control characters"),
            ("name=a&day=-1-01-01", "the year must be from 1 to 9999"),
        ] {
            assert_eq!(refused(query).1, said, "{query}");
        }
    }
}
