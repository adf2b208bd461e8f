//! The invented population as the household register would export it.

use super::package::TableRows;
use super::world::{Person, World};

pub(crate) fn tables(world: &World) -> Vec<TableRows> {
    vec![person(world), household(world), id_card(world)]
}

fn household_no(index: usize) -> String {
    format!("F{index:07}")
}

fn id_of(world: &World, index: Option<usize>) -> String {
    index.map_or_else(String::new, |index| world.people[index].id.to_string())
}

fn person(world: &World) -> TableRows {
    let row = |person: &Person| {
        let home = &world.households[person.household];
        vec![
            person.id.to_string(),
            person.name.clone(),
            person.latin.to_owned(),
            person.born.to_string(),
            if person.male { "M" } else { "F" }.to_owned(),
            home.area.county.to_owned(),
            person.place.saturating_sub(1).max(1).to_string(),
            if person.male { "後備" } else { "" }.to_owned(),
            String::new(),
            household_no(person.household),
            ["戶長", "妻", "長子", "次子", "三子"][person.place.min(4)].to_owned(),
            id_of(world, person.parents.map(|(father, _)| father)),
            id_of(world, person.parents.map(|(_, mother)| mother)),
            id_of(world, person.spouse),
            String::new(),
            String::new(),
            if person.removed { "除戶" } else { "現戶" }.to_owned(),
            person.status_since.to_string(),
            person.protected.to_string(),
            String::new(),
        ]
    };
    TableRows::new("person", world.people.iter().map(row).collect())
}

fn household(world: &World) -> TableRows {
    let rows = world.households.iter().enumerate().map(|(index, home)| {
        vec![
            household_no(index),
            "共同生活戶".to_owned(),
            world.people[home.head].id.to_string(),
            home.area.code.to_owned(),
            home.village.to_owned(),
            format!("{:03}", home.neighbour),
            home.doorplate.clone(),
            home.established.to_string(),
        ]
    });
    TableRows::new("household", rows.collect())
}

fn id_card(world: &World) -> TableRows {
    let rows = world.people.iter().map(|person| {
        let home = &world.households[person.household];
        vec![
            person.id.to_string(),
            person.card_issued.to_string(),
            home.area.county.to_owned(),
            "換領".to_owned(),
        ]
    });
    TableRows::new("id_card", rows.collect())
}
