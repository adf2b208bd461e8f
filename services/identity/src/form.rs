//! The parameters of a token request: form-encoded, none of them twice (RFC 6749 §3.2).

use std::collections::HashMap;

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};

use crate::oauth::Refusal;

/// What was sent. Unknown parameters are ignored, as the standard asks.
#[derive(Debug)]
pub(crate) struct Form(HashMap<String, SecretString>);

impl Form {
    /// Reads the body of `request`.
    pub(crate) fn read(request: &HttpRequest, body: &[u8]) -> Result<Self, Refusal> {
        let is_form = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|kind| {
                kind.trim()
                    .eq_ignore_ascii_case("application/x-www-form-urlencoded")
            });
        if !is_form {
            return Err(Refusal::InvalidRequest(
                "send the parameters as application/x-www-form-urlencoded".to_owned(),
            ));
        }
        let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(body)
            .map_err(|_| Refusal::InvalidRequest("the form cannot be read".to_owned()))?;
        let mut values = HashMap::with_capacity(pairs.len());
        for (name, value) in pairs {
            // "Parameters sent without a value MUST be treated as if they were omitted."
            if value.is_empty() {
                continue;
            }
            if values.insert(name, SecretString::from(value)).is_some() {
                return Err(Refusal::InvalidRequest(
                    "a parameter is given twice".to_owned(),
                ));
            }
        }
        Ok(Self(values))
    }

    /// A parameter that may be missing.
    pub(crate) fn optional(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(ExposeSecret::expose_secret)
    }

    /// A parameter that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.optional(name)
            .ok_or_else(|| Refusal::InvalidRequest(format!("{name}: missing")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn read(kind: &str, body: &str) -> Result<Form, Refusal> {
        let request = TestRequest::post()
            .insert_header((CONTENT_TYPE, kind))
            .to_http_request();
        Form::read(&request, body.as_bytes())
    }

    #[test]
    fn values_are_decoded_and_empty_ones_count_as_missing() {
        let form = read(
            "application/x-www-form-urlencoded; charset=UTF-8",
            "a=%E6%88%B6&b=&c=x+y",
        )
        .unwrap();
        assert_eq!(form.optional("a"), Some("戶"));
        assert_eq!(form.optional("b"), None);
        assert_eq!(form.required("c").unwrap(), "x y");
        assert!(form.required("b").is_err());
        assert!(!format!("{form:?}").contains("x y"));
    }

    #[test]
    fn a_parameter_given_twice_and_other_types_are_refused() {
        let kind = "application/x-www-form-urlencoded";
        assert!(read(kind, "a=1&a=1").is_err());
        assert!(read("application/json", "{}").is_err());
        assert!(read("", "a=1").is_err());
    }
}
