//! The invented population as the local taxes would export it.

use chrono::NaiveDate;
use identifiers::{Invalid, PartyId};
use invented::{Chance, Person, Rows, World};
use snapshot::Exact;

use crate::tables::{bill, house};
use crate::tax::TaxType;

/// The year of all bills.
const YEAR: i32 = 2026;
/// The taxes and the month in which each is due.
const TAXES: [(TaxType, u32); 3] = [
    (TaxType::House, 6),
    (TaxType::LandValue, 11),
    (TaxType::VehicleLicence, 4),
];

pub(crate) fn rows(world: &World) -> Result<Vec<Rows>, Invalid> {
    let mut chance = world.chance("local-tax");
    let mut bills = Vec::new();
    let mut houses = Vec::new();
    for (serial, person) in world.adults().enumerate() {
        for (place, (tax, month)) in TAXES.into_iter().enumerate() {
            if person.exemplary || chance.percent(50) {
                let number = serial * TAXES.len() + place;
                bills.push(bill(
                    world,
                    person,
                    (serial, number),
                    (tax, month),
                    &mut chance,
                )?);
            }
        }
        if person.exemplary || chance.percent(50) {
            houses.push(house(world, person, serial, &mut chance)?);
        }
    }
    Ok(vec![Rows::of(bills), Rows::of(houses)])
}

fn object_no(serial: usize) -> String {
    format!("H{serial:011}")
}

fn bill(
    world: &World,
    person: &Person,
    (serial, number): (usize, usize),
    (tax, month): (TaxType, u32),
    chance: &mut Chance,
) -> Result<bill::Model, Invalid> {
    Ok(bill::Model {
        bill_no: format!("B{number:09}").parse()?,
        taxpayer_id: PartyId::Person(person.id.into()),
        tax_type: tax.term().to_owned(),
        object_no: object_no(serial),
        year: YEAR,
        amount: chance.number(300..40_000),
        due_on: NaiveDate::from_ymd_opt(YEAR, month, 30),
        paid_on: chance.percent(80).then(|| chance.day(YEAR, YEAR + 1)),
        city: Some(world.households[person.household].area.county.to_owned()),
    })
}

fn house(
    world: &World,
    person: &Person,
    serial: usize,
    chance: &mut Chance,
) -> Result<house::Model, Invalid> {
    Ok(house::Model {
        house_tax_no: object_no(serial).parse()?,
        owner_id: PartyId::Person(person.id.into()),
        doorplate: world.households[person.household].doorplate.clone(),
        structure: Some("鋼筋混凝土造".to_owned()),
        area_m2: Exact::new(chance.number(3_000..20_000), 2),
        taxable_value: chance.number(100_000..3_000_000),
    })
}
