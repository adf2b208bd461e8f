//! What the gateway knows of the services: their OpenAPI documents, read once at start. There is no second list of
//! routes, names or rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::http::Method;
use actix_web::http::header::HeaderValue;
use actix_web::web::Bytes;
use matchit::Router;

use self::document::Document;
pub(crate) use self::operation::Operation;

mod canonical;
pub(crate) mod document;
pub(crate) use self::measures::Measures;

mod measures;
mod operation;
pub(crate) mod schema;

static EMBEDDED: include_dir::Dir<'_> =
    include_dir::include_dir!("$CARGO_MANIFEST_DIR/../../openapi");

/// The service that signs people in.
pub(crate) const IDENTITY: &str = "identity";

/// What stands at the root of the origin (RFC 8615); identity answers it.
pub(crate) const WELL_KNOWN: &str = "/.well-known/";

/// Read by every client before it signs in, so no policy is asked (RFC 8414, RFC 7517).
const PUBLIC_METADATA: [(&str, &str); 2] = [
    ("metadata", "/.well-known/oauth-authorization-server"),
    ("keys", "/.well-known/jwks.json"),
];

/// A document that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// Not JSON, or members are missing.
    #[error("OpenAPI document {name}: {source}")]
    Unreadable {
        /// The file or service.
        name: String,
        /// What the parser said.
        source: serde_json::Error,
    },
    /// Readable, and wrong.
    #[error("OpenAPI document {name}: {reason}")]
    Wrong {
        /// The file or service.
        name: String,
        /// What is wrong.
        reason: String,
    },
}

/// The OpenAPI documents of all services, as text.
#[derive(Clone, Debug)]
pub struct Documents(Vec<String>);

impl Documents {
    /// Those of the repository's `openapi/` folder, as they were when this was built.
    #[must_use]
    pub fn embedded() -> Self {
        let json = EMBEDDED.files().filter(|file| {
            file.path()
                .extension()
                .is_some_and(|extension| extension == "json")
        });
        Self(
            json.filter_map(|file| file.contents_utf8().map(str::to_owned))
                .collect(),
        )
    }

    /// Others, such as those of tests.
    pub fn of(texts: impl IntoIterator<Item = String>) -> Self {
        Self(texts.into_iter().collect())
    }

    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// All services by name.
#[derive(Debug)]
pub(crate) struct Catalogue {
    services: BTreeMap<String, Service>,
}

/// One service.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) name: Arc<str>,
    pub(crate) document: Document,
    pub(crate) text: Bytes,
    router: Router<usize>,
    paths: Vec<Path>,
}

/// One path of a service with its operations.
#[derive(Debug)]
struct Path {
    operations: Vec<Arc<Operation>>,
    allow: HeaderValue,
}

/// What a request asks for.
#[derive(Debug)]
pub(crate) enum Asked {
    /// Nothing that is declared.
    Nothing,
    /// A declared path by an undeclared method; with those that are declared.
    OtherMethods(HeaderValue),
    /// This operation, with the values of its path.
    Operation(Arc<Operation>, PathValues),
}

/// The values of a path's parameters, decoded.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct PathValues(Vec<(String, String)>);

impl PathValues {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

impl Catalogue {
    pub(crate) fn read(documents: &Documents) -> Result<Self, CatalogueError> {
        let mut services = BTreeMap::new();
        for text in documents.texts() {
            let service = Service::read(text)?;
            let name = service.name.to_string();
            if services.insert(name.clone(), service).is_some() {
                return Err(CatalogueError::Wrong {
                    name,
                    reason: "two documents for one service".to_owned(),
                });
            }
        }
        Ok(Self { services })
    }

    pub(crate) fn services(&self) -> impl Iterator<Item = &Service> {
        self.services.values()
    }

    pub(crate) fn service(&self, name: &str) -> Option<&Service> {
        self.services.get(name)
    }

    /// Finds the operation for `path` as it stands in the request line, without its query.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Asked {
        let service = if path.starts_with(WELL_KNOWN) {
            IDENTITY
        } else {
            path.get(1..)
                .and_then(|rest| rest.split('/').next())
                .unwrap_or_default()
        };
        match self.service(service) {
            Some(service) if canonical::is_canonical(path) => service.find(method, path),
            _ => Asked::Nothing,
        }
    }
}

impl Service {
    fn read(text: &str) -> Result<Self, CatalogueError> {
        let document: Document =
            serde_json::from_str(text).map_err(|source| CatalogueError::Unreadable {
                name: text.chars().take(40).collect(),
                source,
            })?;
        let name: Arc<str> = document.lifeboat.service.as_str().into();
        let wrong = |reason: String| CatalogueError::Wrong {
            name: name.to_string(),
            reason,
        };
        if document
            .servers
            .iter()
            .any(|server| server.url.strip_prefix('/') != Some(&name))
        {
            return Err(wrong(format!("its server is not /{name}")));
        }
        let mut router = Router::new();
        let mut paths = Vec::new();
        if &*name == IDENTITY {
            for (id, path) in PUBLIC_METADATA {
                let operations = vec![Operation::public(&name, id, path)];
                router
                    .insert(path, paths.len())
                    .map_err(|error| wrong(error.to_string()))?;
                paths.push(Path {
                    allow: allow(&operations),
                    operations,
                });
            }
        }
        for (own, item) in document
            .paths
            .iter()
            .filter(|(own, _)| !own.starts_with(WELL_KNOWN))
        {
            let template = public_path(&name, own);
            let operations = Operation::all_of(&name, &template, item, &document).map_err(wrong)?;
            router
                .insert(template.clone(), paths.len())
                .map_err(|error| wrong(format!("{template}: {error}")))?;
            paths.push(Path {
                allow: allow(&operations),
                operations,
            });
        }
        Ok(Self {
            text: Bytes::copy_from_slice(text.as_bytes()),
            name,
            document,
            router,
            paths,
        })
    }

    /// The paths as clients see them, each with its members.
    pub(crate) fn public_paths(
        &self,
    ) -> impl Iterator<Item = (String, &BTreeMap<String, serde_json::Value>)> {
        self.document
            .paths
            .iter()
            .map(|(own, item)| (public_path(&self.name, own), item))
    }

    fn find(&self, method: &Method, path: &str) -> Asked {
        let Ok(found) = self.router.at(path) else {
            return Asked::Nothing;
        };
        let Some(at) = self.paths.get(*found.value) else {
            return Asked::Nothing;
        };
        let Some(operation) = at
            .operations
            .iter()
            .find(|operation| operation.answers(method))
        else {
            let mut operations = at.operations.iter();
            return if operations.any(|operation| operation.could_be_at(&found.params)) {
                Asked::OtherMethods(at.allow.clone())
            } else {
                Asked::Nothing
            };
        };
        let decoded = found
            .params
            .iter()
            .map(|(name, value)| Some((name.to_owned(), canonical::decode(value)?)));
        match decoded.collect() {
            Some(values) => Asked::Operation(operation.clone(), PathValues(values)),
            None => Asked::Nothing,
        }
    }
}

/// A service writes its paths as it sees them: without its own name in front.
fn public_path(service: &str, own: &str) -> String {
    if own.starts_with(WELL_KNOWN) {
        own.to_owned()
    } else {
        format!("/{service}{own}")
    }
}

fn allow(operations: &[Arc<Operation>]) -> HeaderValue {
    let mut names: Vec<&str> = operations
        .iter()
        .map(|operation| operation.method.as_str())
        .collect();
    if names.contains(&"GET") {
        names.push("HEAD");
    }
    HeaderValue::from_str(&names.join(", ")).unwrap_or(HeaderValue::from_static("GET"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Catalogue {
        Catalogue::read(&Documents::of([
            include_str!("../../tests/data/echo.json").to_owned()
        ]))
        .unwrap()
    }

    fn found(method: &Method, path: &str) -> Option<(String, PathValues)> {
        match catalogue().find(method, path) {
            Asked::Operation(operation, values) => Some((operation.id.clone(), values)),
            _ => None,
        }
    }

    #[test]
    fn declared_operations_are_found_with_their_path_values() {
        assert_eq!(found(&Method::GET, "/echo/v1/me").unwrap().0, "own_record");
        assert_eq!(found(&Method::HEAD, "/echo/v1/me").unwrap().0, "own_record");
        let (id, values) = found(&Method::GET, "/echo/v1/persons/%E7%8E%8B").unwrap();
        assert_eq!(id, "person");
        assert_eq!(values.get("national_id"), Some("王"));
    }

    #[test]
    fn undeclared_paths_and_other_spellings_of_declared_ones_are_not_found() {
        for path in [
            "/",
            "/echo",
            "/echo/",
            "/echo/v1",
            "/echo/v1/me/",
            "/echo/v1/ME",
            "/echo/v1/%6de",
            "/echo//v1/me",
            "/echo/v1/./me",
            "/echo/v1/x/../me",
            "/echo/v1/persons/",
            "/echo/v1/persons/a%2Fb",
            "/echo/v1/persons/%zz",
            "/echo/v1/persons/a/b",
            "/echo/v1/persons/%00",
            "/echo/v1/persons/%2e%2e",
            "/other/v1/me",
            "/ech/v1/me",
            "/echo/v1/persons/%ff",
            "/echo/v1/persons/a;b/..;/x",
        ] {
            assert!(
                matches!(catalogue().find(&Method::GET, path), Asked::Nothing),
                "{path}"
            );
        }
    }

    #[test]
    fn an_undeclared_method_names_the_declared_ones() {
        let Asked::OtherMethods(allow) = catalogue().find(&Method::DELETE, "/echo/v1/me") else {
            panic!("found")
        };
        assert_eq!(allow, "GET, HEAD");
    }

    #[test]
    fn an_undeclared_method_at_what_cannot_be_a_number_finds_nothing() {
        let asked = |method: &Method, path: &str| catalogue().find(method, path);
        let unknown = "/echo/v1/filings/no-such-kind";
        let number = "/echo/v1/filings/0190a6f2-5b0a-7c00-8000-000000000000";
        for method in [Method::POST, Method::DELETE] {
            assert!(matches!(asked(&method, unknown), Asked::Nothing));
            assert!(
                matches!(asked(&method, number), Asked::OtherMethods(allow) if allow == "GET, HEAD")
            );
        }
        // Who asks for one by a number that is none is told so by the service.
        assert!(matches!(asked(&Method::GET, unknown), Asked::Operation(..)));
    }

    #[test]
    fn a_document_of_another_server_is_refused_at_start() {
        let text =
            include_str!("../../tests/data/echo.json").replace("\"/echo\"", "\"/household\"");
        let said = Catalogue::read(&Documents::of([text]))
            .unwrap_err()
            .to_string();
        assert!(said.contains("its server is not /echo"), "{said}");
    }

    #[test]
    fn the_embedded_documents_can_be_used_and_none_takes_an_unknown_kind() {
        let catalogue = Catalogue::read(&Documents::embedded()).unwrap();
        let asked = |method, path: String| catalogue.find(&method, &path);
        let mut taking = 0;
        for service in catalogue.services() {
            let applications = format!("/{}/v1/applications", service.name);
            let unknown = format!("{applications}/no-such-kind");
            assert!(matches!(asked(Method::POST, unknown), Asked::Nothing));
            let is_taken = |at: &&Path| at.operations.iter().any(|one| one.id == "application");
            if service.paths.iter().any(|at| is_taken(&at)) {
                let number = format!("{applications}/0190a6f2-5b0a-7c00-8000-000000000000");
                assert!(matches!(
                    asked(Method::POST, number),
                    Asked::OtherMethods(_)
                ));
                taking += 1;
            }
        }
        assert_eq!(taking, 7, "the capabilities that take applications");
    }
}
