//! What a span tells of a request, in the words of OpenTelemetry's semantic conventions for HTTP.

use actix_web::http::{Method, StatusCode};
use trace::Span;

/// Names the span of a request by its method and its route, and says how it was answered. Neither path nor query is told:
/// they hold people's numbers. `route` is none where no operation was found.
pub fn tell(span: &mut Span, method: &Method, route: Option<&str>, status: StatusCode) {
    if !span.is_recorded() {
        return;
    }
    let method = method_name(method);
    span.rename(|| operation(method, route));
    span.set("http.request.method", || method);
    if let Some(route) = route {
        span.set("http.route", || route.to_owned());
    }
    span.set("http.response.status_code", || status.as_u16());
    if status.is_server_error() {
        span.fail(status.as_u16().to_string());
    }
}

/// An operation's name: its method and its route.
pub(super) fn operation(method: &'static str, route: Option<&str>) -> String {
    match route {
        Some(route) => [method, " ", route].concat(),
        None => method.to_owned(),
    }
}

/// A method as it may be told: a client can call one what it likes.
#[must_use]
pub fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        _ => "_OTHER",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_that_a_client_made_up_is_not_told() {
        assert_eq!(method_name(&Method::GET), "GET");
        let own = Method::from_bytes(b"A123456789").unwrap();
        assert_eq!(method_name(&own), "_OTHER");
    }
}
