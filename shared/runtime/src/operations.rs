//! Operations are declared once, to be served and to be described.
//!
//! A description takes megabytes while it is put together. Workers only serve, so that none of them holds on to that memory afterwards.

use std::fmt;

use actix_web::dev::HttpServiceFactory;
use actix_web::web::ServiceConfig;
use utoipa::openapi::path::Paths;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{OpenApi, RefOr};
use utoipa_actix_web::OpenApiFactory;

/// Where operations are registered: with a server, or in an OpenAPI document.
pub struct Operations<'a>(Purpose<'a>);

enum Purpose<'a> {
    Serve(&'a mut ServiceConfig),
    Describe(&'a mut Described),
}

#[derive(Default)]
struct Described {
    paths: Paths,
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl Operations<'_> {
    /// Registers a handler that has an `actix_web` route and a `utoipa::path`.
    pub fn service<F>(&mut self, handler: F) -> &mut Self
    where
        F: HttpServiceFactory + OpenApiFactory + 'static,
    {
        match &mut self.0 {
            Purpose::Serve(config) => {
                config.service(handler);
            }
            Purpose::Describe(described) => {
                described.paths.merge(handler.paths());
                handler.schemas(&mut described.schemas);
            }
        }
        self
    }
}

impl fmt::Debug for Operations<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let purpose = match &self.0 {
            Purpose::Serve(_) => "serve",
            Purpose::Describe(_) => "describe",
        };
        f.debug_tuple("Operations").field(&purpose).finish()
    }
}

/// Registers the declared operations with a server.
pub fn serve(config: &mut ServiceConfig, declare: impl FnOnce(&mut Operations<'_>)) {
    declare(&mut Operations(Purpose::Serve(config)));
}

/// Adds the declared operations to a document, with the schemas of what they take and answer.
pub fn describe(document: &mut OpenApi, declare: impl FnOnce(&mut Operations<'_>)) {
    let mut described = Described::default();
    declare(&mut Operations(Purpose::Describe(&mut described)));
    document.paths.merge(described.paths);
    let components = document.components.get_or_insert_default();
    components.schemas.extend(described.schemas);
}

#[cfg(test)]
mod tests {
    use actix_web::http::StatusCode;
    use actix_web::{App, get, test};
    use utoipa::OpenApi as _;
    use utoipa::ToSchema;

    use super::{Operations, describe, serve};

    #[derive(ToSchema, serde::Serialize)]
    struct Greeting {
        words: String,
    }

    /// Greets.
    #[utoipa::path(responses((status = 200, body = Greeting)))]
    #[get("/v1/greeting")]
    async fn greet() -> actix_web::web::Json<Greeting> {
        actix_web::web::Json(Greeting {
            words: "好".to_owned(),
        })
    }

    fn operations(operations: &mut Operations<'_>) {
        operations.service(greet);
    }

    #[derive(utoipa::OpenApi)]
    struct Empty;

    #[actix_web::test]
    async fn what_is_declared_once_is_served_and_described() {
        let app = test::init_service(App::new().configure(|c| serve(c, operations))).await;
        let request = test::TestRequest::get().uri("/v1/greeting").to_request();
        assert_eq!(
            test::call_service(&app, request).await.status(),
            StatusCode::OK
        );

        let mut document = Empty::openapi();
        describe(&mut document, operations);
        assert!(document.paths.paths.contains_key("/v1/greeting"));
        let components = document.components.unwrap();
        assert_eq!(components.schemas.keys().collect::<Vec<_>>(), ["Greeting"]);
    }
}
