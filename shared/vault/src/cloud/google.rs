//! Google Cloud Storage by its JSON interface.
//!
//! `object_store` brings the credentials but speaks the older XML interface, which no emulator answers well enough to test
//! against.
//!
//! Source: <https://cloud.google.com/storage/docs/json_api/v1/objects>.

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::{StreamExt, TryStreamExt};
use object_store::client::{HttpClient, HttpRequest, HttpRequestBody, HttpResponse};
use object_store::gcp::GcpCredentialProvider;
use object_store::path::Path;
use reqwest::Method;
use reqwest::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderMap, HeaderValue, RANGE,
};
use serde::Deserialize;
use url::Url;

use super::answer::{Doing, Fault, exists_already};
use super::wire::{Created, Reading, Wire};
use super::{Kind, Listed};

/// What changes when an object does.
const GENERATION: &str = "x-goog-generation";

/// The longest page of a list that is believed.
const PAGE: usize = 16 * 1024 * 1024;

/// A bucket.
#[derive(Debug)]
pub(super) struct Google {
    pub(super) client: HttpClient,
    /// None for an emulator that wants none.
    pub(super) credentials: Option<GcpCredentialProvider>,
    /// `https://storage.googleapis.com`
    pub(super) endpoint: Url,
    pub(super) bucket: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    items: Vec<Item>,
    #[serde(default)]
    prefixes: Vec<String>,
    next_page_token: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Item {
    name: String,
    size: String,
    updated: DateTime<Utc>,
}

impl Google {
    /// `/storage/v1/b/bucket/o[/object]`, every part escaped.
    fn url(&self, before: &[&str], object: Option<&Path>) -> Result<Url, Fault> {
        let mut url = self.endpoint.clone();
        url.path_segments_mut()
            .map_err(|()| Fault::lasting(Kind::Settings, "the endpoint cannot be used"))?
            .pop_if_empty()
            .extend(before)
            .extend(["storage", "v1", "b", &self.bucket, "o"])
            .extend(object.map(AsRef::<str>::as_ref));
        Ok(url)
    }

    async fn send(
        &self,
        method: Method,
        url: &Url,
        headers: HeaderMap,
        body: Bytes,
        doing: Doing,
    ) -> Result<Result<HttpResponse, Created>, Fault> {
        let mut request = HttpRequest::new(HttpRequestBody::from(body));
        *request.method_mut() = method;
        *request.uri_mut() = url
            .as_str()
            .parse()
            .map_err(|_| Fault::lasting(Kind::Other, "the object's address cannot be used"))?;
        *request.headers_mut() = headers;
        if let Some(credentials) = &self.credentials {
            let credential = credentials.get_credential().await;
            let credential = credential.map_err(|error| {
                let fault = Fault::of(&error, doing);
                let detail = format!("no token from the credentials: {}", fault.detail);
                Fault { detail, ..fault }
            })?;
            let value = HeaderValue::from_str(&format!("Bearer {}", credential.bearer));
            let mut value =
                value.map_err(|_| Fault::lasting(Kind::Settings, "the token cannot be used"))?;
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        match self.client.execute(request).await {
            Ok(response) => Ok(Ok(response)),
            Err(error) if doing == Doing::Creating && exists_already(&error) => {
                Ok(Err(Created::ExistsAlready))
            }
            Err(error) => Err(Fault::of(&error, doing)),
        }
    }

    async fn ask(
        &self,
        method: Method,
        url: &Url,
        headers: HeaderMap,
        doing: Doing,
    ) -> Result<HttpResponse, Fault> {
        match self.send(method, url, headers, Bytes::new(), doing).await? {
            Ok(response) => Ok(response),
            Err(_) => Err(Fault::lasting(Kind::Other, "an unexpected answer")),
        }
    }

    async fn page(&self, query: &[(&str, &str)]) -> Result<Page, Fault> {
        let mut url = self.url(&[], None)?;
        url.query_pairs_mut()
            .extend_pairs(query)
            .append_pair("fields", "items(name,size,updated),prefixes,nextPageToken");
        let response = self
            .ask(Method::GET, &url, HeaderMap::new(), Doing::Listing)
            .await?;
        let mut chunks = response.into_body().bytes_stream();
        let mut body = Vec::new();
        while let Some(chunk) = chunks.next().await {
            body.extend_from_slice(&chunk.map_err(|error| Fault::of(&error, Doing::Listing))?);
            if body.len() > PAGE {
                return Err(Fault::lasting(Kind::TooLong, "the page of a list"));
            }
        }
        serde_json::from_slice(&body)
            .map_err(|error| Fault::passing(Kind::Other, format!("not a list: {error}")))
    }

    /// All pages of a list.
    async fn pages(
        &self,
        query: &[(&str, &str)],
        mut take: impl FnMut(Page) -> Result<(), Fault> + Send,
    ) -> Result<(), Fault> {
        let mut token: Option<String> = None;
        loop {
            let mut query = query.to_vec();
            query.extend(token.as_deref().map(|token| ("pageToken", token)));
            let mut page = self.page(&query).await?;
            let next = page.next_page_token.take();
            take(page)?;
            match next {
                // A token that stays the same would never end.
                Some(next) if token.as_ref() != Some(&next) => token = Some(next),
                Some(_) => return Err(Fault::lasting(Kind::Other, "the list never ends")),
                None => return Ok(()),
            }
        }
    }
}

#[async_trait]
impl Wire for Google {
    async fn create(&self, path: &Path, bytes: Bytes) -> Result<Created, Fault> {
        let mut url = self.url(&["upload"], None)?;
        url.query_pairs_mut()
            .append_pair("uploadType", "media")
            .append_pair("name", path.as_ref())
            .append_pair("ifGenerationMatch", "0");
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/octet-stream"),
        );
        let sent = self
            .send(Method::POST, &url, headers, bytes, Doing::Creating)
            .await?;
        Ok(match sent {
            Ok(_) => Created::New,
            Err(created) => created,
        })
    }

    async fn length(&self, path: &Path) -> Result<u64, Fault> {
        let mut found = Vec::new();
        self.list(path, None, &mut found).await?;
        let object = found.iter().find(|object| object.name == path.as_ref());
        object
            .map(|object| object.bytes)
            .ok_or_else(|| Fault::lasting(Kind::Missing, "not in the list"))
    }

    async fn read(&self, path: &Path, from: u64, tag: Option<&str>) -> Result<Reading, Fault> {
        let mut url = self.url(&[], Some(path))?;
        url.query_pairs_mut().append_pair("alt", "media");
        if let Some(generation) = tag {
            url.query_pairs_mut().append_pair("generation", generation);
        }
        let mut headers = HeaderMap::new();
        if from > 0 {
            let range = HeaderValue::from_str(&format!("bytes={from}-"));
            headers.extend(range.map(|range| (RANGE, range)));
        }
        let response = self.ask(Method::GET, &url, headers, Doing::Reading).await?;
        let length = length(&response, from)
            .ok_or_else(|| Fault::passing(Kind::Other, "the answer does not say its length"))?;
        let tag = response.headers().get(GENERATION);
        Ok(Reading {
            length,
            tag: tag.and_then(|tag| tag.to_str().ok()).map(str::to_owned),
            chunks: response
                .into_body()
                .bytes_stream()
                .map_err(|error| Fault::of(&error, Doing::Reading))
                .boxed(),
        })
    }

    async fn list(
        &self,
        folder: &Path,
        after: Option<&Path>,
        found: &mut Vec<Listed>,
    ) -> Result<(), Fault> {
        let mut query = vec![("prefix", folder.as_ref())];
        query.extend(after.map(|after| ("startOffset", after.as_ref())));
        let after = after.map_or("", AsRef::as_ref);
        self.pages(&query, |page| {
            for item in page.items {
                let bytes = item.size.parse();
                let bytes =
                    bytes.map_err(|_| Fault::lasting(Kind::Other, "a size is no number"))?;
                if item.name.as_str() > after {
                    found.push(Listed {
                        name: item.name,
                        bytes,
                        modified: item.updated,
                    });
                }
            }
            Ok(())
        })
        .await
    }

    async fn folders(&self, folder: &Path) -> Result<Vec<String>, Fault> {
        let prefix = match folder.as_ref() {
            "" => String::new(),
            folder => format!("{folder}/"),
        };
        let mut folders = Vec::new();
        self.pages(&[("prefix", &prefix), ("delimiter", "/")], |page| {
            folders.extend(page.prefixes);
            Ok(())
        })
        .await?;
        Ok(folders)
    }

    async fn delete(&self, path: &Path) -> Result<(), Fault> {
        let url = self.url(&[], Some(path))?;
        self.ask(Method::DELETE, &url, HeaderMap::new(), Doing::Deleting)
            .await?;
        Ok(())
    }
}

/// The length of the whole object, if the answer begins at this byte of it.
fn length(response: &HttpResponse, from: u64) -> Option<u64> {
    let header = |name| response.headers().get(name)?.to_str().ok();
    if from == 0 {
        return header(CONTENT_LENGTH)?.parse().ok();
    }
    let (range, length) = header(CONTENT_RANGE)?
        .strip_prefix("bytes ")?
        .split_once('/')?;
    let begins = range.split_once('-')?.0.parse() == Ok(from);
    begins.then(|| length.parse().ok()).flatten()
}
