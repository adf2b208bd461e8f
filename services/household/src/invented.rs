//! The invented population as the household register would export it.

use identifiers::{HouseholdNo, Invalid, PersonId};
use invented::{Person, Rows, World};

use crate::tables::{household, id_card, person};

pub(crate) fn rows(world: &World) -> Result<Vec<Rows>, Invalid> {
    let persons = world.people.iter().map(|one| person(world, one));
    let households = (0..world.households.len()).map(|index| household(world, index));
    Ok(vec![
        Rows::of(persons.collect::<Result<Vec<_>, _>>()?),
        Rows::of(households.collect::<Result<Vec<_>, _>>()?),
        Rows::of(world.people.iter().map(|person| card(world, person))),
    ])
}

fn household_no(index: usize) -> Result<HouseholdNo, Invalid> {
    format!("F{index:07}").parse()
}

fn person(world: &World, person: &Person) -> Result<person::Model, Invalid> {
    let id = |index: usize| PersonId::from(world.people[index].id);
    Ok(person::Model {
        national_id: person.id,
        name: person.name.clone(),
        name_latin: person.latin.clone(),
        birth_date: person.born,
        sex: if person.male { "M" } else { "F" }.to_owned(),
        birth_place: Some(world.households[person.household].area.county.to_owned()),
        birth_order: Some(person.place.saturating_sub(1).max(1).to_string()),
        military_status: person.male.then(|| "後備".to_owned()),
        indigenous_status: None,
        household_no: household_no(person.household)?,
        relation_to_head: Some(
            ["戶長", "妻", "長子", "次子", "三子"][person.place.min(4)].to_owned(),
        ),
        father_id: person.parents.map(|(father, _)| id(father)),
        mother_id: person.parents.map(|(_, mother)| id(mother)),
        spouse_id: person.spouse.map(id),
        adoptive_father_id: None,
        adoptive_mother_id: None,
        register_status: if person.removed { "除戶" } else { "現戶" }.to_owned(),
        status_date: Some(person.status_since),
        protected: person.protected,
        register_note: None,
    })
}

fn household(world: &World, index: usize) -> Result<household::Model, Invalid> {
    let home = &world.households[index];
    Ok(household::Model {
        household_no: household_no(index)?,
        household_type: "共同生活戶".to_owned(),
        head_id: Some(world.people[home.head].id.into()),
        area_code: home.area.code.parse()?,
        village: Some(home.village.to_owned()),
        neighbor: Some(format!("{:03}", home.neighbour).parse()?),
        street_doorplate: home.doorplate.clone(),
        established_on: Some(home.established),
    })
}

fn card(world: &World, person: &Person) -> id_card::Model {
    id_card::Model {
        national_id: person.id,
        issued_on: person.card_issued,
        issue_place: Some(world.households[person.household].area.county.to_owned()),
        issue_type: Some("換領".to_owned()),
    }
}
