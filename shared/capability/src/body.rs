//! JSON bodies, parsed and checked before a handler sees them.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, web};
use runtime::problem::{Kind, Problem};
use serde::de::DeserializeOwned;
use validator::Validate;

use crate::parameters::{field_of, with_fields};

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
    serde_json::from_slice::<serde::de::IgnoredAny>(bytes).map_err(|error| {
        let place = format!("not JSON: line {}, column {}", error.line(), error.column());
        Problem::new(Kind::Malformed).detail(place, "內容不是有效的 JSON。")
    })?;
    let value: T =
        serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(bytes))
            .map_err(|error| {
                Problem::new(Kind::Unprocessable).field(
                    field_of(&error),
                    shape(error.inner()),
                    "欄位缺漏、重複、未知或格式不符",
                )
            })?;
    value
        .validate()
        .map_err(|errors| with_fields(Problem::new(Kind::Unprocessable), &errors))?;
    Ok(Body(value))
}

/// What is wrong without the place, which means nothing to someone who reads field names.
fn shape(error: &serde_json::Error) -> String {
    let said = error.to_string();
    said.split(" at line ")
        .next()
        .unwrap_or_default()
        .to_owned()
}
