//! Pages and documents for people and their tools: `/docs` and `/openapi/<service>.json`. Written once at start, without
//! scripts and without anything from elsewhere.

use std::collections::HashMap;

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH,
    LOCATION,
};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::catalogue::Catalogue;

mod html;
mod index;
mod problems;
mod service;

/// Everything of the page comes from the page's own origin; nothing runs.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const STYLE: &str = include_str!("style.css");

/// All pages by path.
#[derive(Debug)]
pub(crate) struct Pages(HashMap<String, Page>);

#[derive(Debug)]
struct Page {
    kind: &'static str,
    body: Bytes,
    tag: HeaderValue,
}

impl Page {
    fn new(kind: &'static str, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let hash = digest(&SHA256, &body);
        let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(hash));
        Self {
            kind,
            tag: HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\"")),
            body,
        }
    }
}

impl Pages {
    pub(crate) fn write(catalogue: &Catalogue) -> Self {
        let html = |text: String| Page::new("text/html; charset=utf-8", text);
        let mut pages = HashMap::from([
            ("/docs".to_owned(), html(index::page(catalogue))),
            ("/docs/problems".to_owned(), html(problems::page())),
            (
                "/docs/style.css".to_owned(),
                Page::new("text/css; charset=utf-8", STYLE),
            ),
        ]);
        for service in catalogue.services() {
            pages.insert(
                format!("/docs/{}", service.name),
                html(service::page(service)),
            );
            let document = Page::new("application/json", service.text.clone());
            pages.insert(format!("/openapi/{}.json", service.name), document);
        }
        Self(pages)
    }

    /// The page at `path`, if there is one; whoever writes a slash after its name is led to it.
    pub(crate) fn answer(&self, request: &HttpRequest) -> Option<HttpResponse> {
        let path = request.path();
        let Some(page) = self.0.get(path) else {
            let (own, _) = self.0.get_key_value(path.strip_suffix('/')?)?;
            let mut answer = HttpResponse::PermanentRedirect();
            return Some(answer.insert_header((LOCATION, own.as_str())).finish());
        };
        let known = request
            .headers()
            .get(IF_NONE_MATCH)
            .is_some_and(|known| known == page.tag);
        let mut answer = if known {
            HttpResponse::NotModified()
        } else {
            HttpResponse::Ok()
        };
        answer
            .insert_header((CACHE_CONTROL, "public, max-age=60"))
            .insert_header((CONTENT_SECURITY_POLICY, POLICY))
            .insert_header((ETAG, page.tag.clone()));
        if known {
            return Some(answer.finish());
        }
        Some(
            answer
                .insert_header((CONTENT_TYPE, page.kind))
                .body(page.body.clone()),
        )
    }
}
