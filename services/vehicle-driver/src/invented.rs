//! Vehicles, licences and tickets of the invented population as the motor vehicle offices would export them.

use chrono::{NaiveTime, TimeDelta};
use identifiers::{Invalid, PartyId, Plate};
use invented::{Chance, Person, Rows, World};

use crate::tables::{driver_licence, vehicle, violation};

/// Letters and digits of plates since 2012: no I, no O, no 4.
const LETTERS: [char; 24] = [
    'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'U',
    'V', 'W', 'X', 'Y', 'Z',
];
const DIGITS: [char; 9] = ['0', '1', '2', '3', '5', '6', '7', '8', '9'];

/// A vehicle and a licence for most adults, a ticket for some; the exemplary have all of them.
pub(crate) fn rows(world: &World) -> Result<Vec<Rows>, Invalid> {
    let mut chance = world.chance("vehicle-driver");
    let (mut vehicles, mut licences, mut tickets) = (Vec::new(), Vec::new(), Vec::new());
    for (serial, person) in world.adults().enumerate() {
        if person.exemplary || chance.percent(80) {
            licences.push(licence(person, &mut chance));
        }
        if person.exemplary || chance.percent(70) {
            let plate = plate(serial)?;
            vehicles.push(vehicle(plate, person, &mut chance));
            if person.exemplary || chance.percent(10) {
                tickets.push(ticket(serial, plate, person, &mut chance));
            }
        }
    }
    Ok(vec![
        Rows::of(vehicles),
        Rows::of(licences),
        Rows::of(tickets),
    ])
}

/// A plate of its own for each of the first ninety million.
fn plate(serial: usize) -> Result<Plate, Invalid> {
    let (mut rest, mut plate) = (serial, String::new());
    for _ in 0..4 {
        plate.insert(0, DIGITS[rest % DIGITS.len()]);
        rest /= DIGITS.len();
    }
    plate.insert(0, '-');
    for _ in 0..3 {
        plate.insert(0, LETTERS[rest % LETTERS.len()]);
        rest /= LETTERS.len();
    }
    plate.parse()
}

fn vehicle(plate: Plate, owner: &Person, chance: &mut Chance) -> vehicle::Model {
    let kinds = ["自用小客車", "普通重型機車", "輕型機車", "自用小貨車"];
    vehicle::Model {
        plate,
        owner_id: PartyId::Person(owner.id.into()),
        kind: chance.one_of(kinds).to_owned(),
        make: Some(
            chance
                .one_of(["國瑞", "三陽", "光陽", "山葉", "中華"])
                .to_owned(),
        ),
        model: Some(
            chance
                .one_of(["ALTIS", "GP125", "JET", "VERYCA"])
                .to_owned(),
        ),
        vin: Some(format!("RKT{}", chance.digits(14))),
        engine_no: Some(format!("E{}", chance.digits(7))),
        engine_cc: Some(chance.one_of([125, 150, 1798, 1998])),
        built: Some(format!(
            "{}-{:02}",
            chance.number(1998..2026),
            chance.number(1..13)
        )),
        colour: Some(chance.one_of(["白", "黑", "銀", "紅", "藍"]).to_owned()),
        inspected_until: Some(chance.day_to_come(2)),
        status: if owner.exemplary || chance.percent(95) {
            "使用中"
        } else {
            "報廢"
        }
        .to_owned(),
    }
}

fn licence(person: &Person, chance: &mut Chance) -> driver_licence::Model {
    let classes = ["普通小型車", "普通重型機車", "職業大客車", "大型重型機車"];
    driver_licence::Model {
        person_id: person.id.into(),
        class: chance.one_of(classes).to_owned(),
        issued_on: chance.day(1990, 2026),
        valid_until: Some(chance.day_to_come(20)),
        points: chance.one_of([0, 0, 0, 0, 1, 2, 6]),
        status: if person.exemplary || chance.percent(95) {
            "有效"
        } else {
            "吊扣"
        }
        .to_owned(),
    }
}

fn ticket(serial: usize, plate: Plate, person: &Person, chance: &mut Chance) -> violation::Model {
    let minute = TimeDelta::minutes(chance.number(0..24 * 60));
    violation::Model {
        ticket_no: format!("A{serial:08}"),
        plate: Some(plate),
        driver_id: Some(person.id.into()),
        occurred_at: chance.day(2024, 2026).and_time(NaiveTime::MIN).and_utc() + minute,
        article: chance
            .one_of(["第40條", "第53條第1項", "第56條"])
            .to_owned(),
        fine: chance.one_of([600, 1_800, 2_700]),
        status: chance.one_of(["已繳", "未繳"]).to_owned(),
    }
}
