//! The shelters of the invented population as their operator would export them.

use identifiers::{Invalid, RecordNo};
use invented::{Rows, World};

use crate::tables::{shelter, stay};

/// Shelters that there are.
const SHELTERS: [&str; 3] = ["S001", "S002", "S003"];

/// A few people are in shelters, and so are the exemplary.
pub(crate) fn rows(world: &World) -> Result<Vec<Rows>, Invalid> {
    let mut chance = world.chance("shelters");
    let mut shelters = Vec::new();
    for shelter_no in SHELTERS {
        shelters.push(shelter::Model {
            shelter_no: shelter_no.parse()?,
            name: format!("第{shelter_no}收容所"),
            places: chance.one_of([80, 200, 500]),
        });
    }
    let mut stays = Vec::new();
    for person in &world.people {
        if person.exemplary || chance.percent(5) {
            stays.push(stay::Model {
                person_id: person.id.into(),
                from: chance.day(2025, 2026),
                shelter_no: chance.one_of(SHELTERS).parse::<RecordNo>()?,
                to: None,
            });
        }
    }
    Ok(vec![Rows::of(shelters), Rows::of(stays)])
}
