//! What a freshly loaded register must answer before it is switched to.

use capability::reads_related;
use snapshot::Probe;

use crate::tables::{household, person};

pub(crate) fn probes() -> Vec<Probe> {
    vec![reads_related::<person::Entity, household::Entity>(
        "a person is found with their household",
    )]
}
