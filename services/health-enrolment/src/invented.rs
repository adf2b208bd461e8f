//! The insurance of the invented population as the insurance administration would export it.

use chrono::{Datelike, NaiveDate};
use identifiers::Invalid;
use invented::{Chance, Person, Rows, World};

use crate::records::OWED;
use crate::tables::{arrears, enrolment, nhi_card};

/// Everybody is insured and has a card; a few owe two months, and so do the exemplary.
pub(crate) fn rows(world: &World) -> Result<Vec<Rows>, Invalid> {
    let mut chance = world.chance("health-enrolment");
    let (mut periods, mut cards, mut months) = (Vec::new(), Vec::new(), Vec::new());
    for (serial, person) in world.people.iter().enumerate() {
        periods.push(period(world, person, &mut chance));
        cards.push(nhi_card::Model {
            card_no: format!("{:012}", serial as u64 * 9_973).parse()?,
            person_id: person.id.into(),
            issued_on: chance.day(2004, 2026),
            status: "有效".to_owned(),
        });
        if person.exemplary || chance.percent(3) {
            months.extend(["2026-07", "2026-08"].map(|month| arrears::Model {
                person_id: person.id.into(),
                period: month.to_owned(),
                amount: 826,
                status: OWED.to_owned(),
            }));
        }
    }
    Ok(vec![Rows::of(periods), Rows::of(cards), Rows::of(months)])
}

fn period(world: &World, person: &Person, chance: &mut Chance) -> enrolment::Model {
    let year = person.born.year().max(1995);
    let first = NaiveDate::from_ymd_opt(year, 3, 1).unwrap_or(person.born);
    let categories = ["第1類第3目", "第2類", "第4類", "第6類第2目"];
    enrolment::Model {
        person_id: person.id.into(),
        from: first.max(person.born),
        to: None,
        category: chance.one_of(categories).to_owned(),
        unit_no: Some(chance.digits(9)),
        unit_name: Some(chance.any(&world.companies).name.clone()),
        insured_amount: chance.one_of([27_470, 36_300, 53_000]),
        dependants: chance.one_of([0, 1, 2, 3]),
    }
}
