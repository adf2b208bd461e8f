//! What a freshly loaded register must answer before it is switched to.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sea_orm::{DatabaseConnection, EntityTrait};
use snapshot::Probe;

use crate::tables::{household, person};

pub(crate) fn probes() -> Vec<Probe> {
    vec![Probe {
        name: "a person is found with card and household",
        run: person_with_household,
    }]
}

fn person_with_household(db: &DatabaseConnection) -> BoxFuture<'_, Result<(), String>> {
    async move {
        let found = person::Entity::find()
            .find_also_related(household::Entity)
            .one(db)
            .await
            .map_err(|error| error.to_string())?;
        match found {
            Some((_, Some(_))) => Ok(()),
            Some((_, None)) => Err("the first person's household is missing".to_owned()),
            None => Err("there is no person at all".to_owned()),
        }
    }
    .boxed()
}
