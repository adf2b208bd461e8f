//! Path keys and query parameters, parsed and checked before a handler sees them.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use runtime::problem::{Kind, Problem};
use serde::de::DeserializeOwned;
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

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
        let pairs = serde_urlencoded::Deserializer::new(url_pairs(request.query_string()));
        ready(match serde_path_to_error::deserialize::<_, T>(pairs) {
            Ok(value) => match value.validate() {
                Ok(()) => Ok(Self(value)),
                Err(errors) => Err(with_fields(Problem::new(Kind::Malformed), &errors)),
            },
            Err(error) => Err(Problem::new(Kind::Malformed).field(
                field_of(&error),
                error.inner().to_string(),
                "參數缺漏、重複、未知或格式不符",
            )),
        })
    }
}

fn url_pairs(query: &str) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(query.as_bytes())
}

/// The field an error is about; where the error is about the whole (missing, unknown), its name is in the message.
pub(crate) fn field_of<E: std::fmt::Display>(error: &serde_path_to_error::Error<E>) -> String {
    let path = error.path().to_string();
    if path != "." {
        return path;
    }
    let said = error.inner().to_string();
    said.split('`').nth(1).unwrap_or("query").to_owned()
}

/// Adds what a validator found to `problem`, a field each; those inside others by their path, such as `losses[0].amount`.
pub(crate) fn with_fields(problem: Problem, errors: &ValidationErrors) -> Problem {
    fields_under("", problem, errors)
}

fn fields_under(parent: &str, problem: Problem, errors: &ValidationErrors) -> Problem {
    errors
        .errors()
        .iter()
        .fold(problem, |problem, (name, found)| {
            let path = format!("{parent}{name}");
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
                    fields_under(&format!("{path}."), problem, inner)
                }
                ValidationErrorsKind::List(items) => {
                    items.iter().fold(problem, |problem, (at, inner)| {
                        fields_under(&format!("{path}[{at}]."), problem, inner)
                    })
                }
            }
        })
}
