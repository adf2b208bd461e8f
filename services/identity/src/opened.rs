//! The service's parts, once its store is open: until then every endpoint answers 503.

use std::future::{Ready, ready};
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use runtime::problem::{Kind, Problem};

use crate::service::Service;

/// Where the parts are put when the store is open.
pub(crate) type Place = OnceLock<Arc<Service>>;

/// The parts, as an endpoint takes them.
#[derive(Debug)]
pub(crate) struct Opened(Arc<Service>);

impl Deref for Opened {
    type Target = Service;

    fn deref(&self) -> &Service {
        &self.0
    }
}

impl FromRequest for Opened {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let place = request.app_data::<web::Data<Place>>();
        ready(match place {
            Some(place) => place
                .get()
                .map(|service| Self(Arc::clone(service)))
                .ok_or_else(|| Problem::new(Kind::Unavailable).retry_after(2)),
            None => Err(Problem::new(Kind::Internal)),
        })
    }
}
