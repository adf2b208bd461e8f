//! The invented population as the labour insurance would export it.

use chrono::{Datelike, NaiveDate};
use identifiers::{InsuredUnitNo, Invalid};
use invented::{Chance, Person, Rows, TODAY, World};

use crate::tables::{benefit_claim, coverage, insured_unit};

/// The age at which people begin to work.
const FIRST_AGE: i32 = 20;
/// Salaries by the grades of the table of insured salaries.
const SALARIES: [i64; 5] = [27_470, 30_300, 36_300, 42_000, 45_800];

pub(crate) fn rows(world: &World) -> Result<Vec<Rows>, Invalid> {
    let mut chance = world.chance("labor-insurance");
    let units = units(world, &mut chance)?;
    let mut coverages = Vec::new();
    let mut claims = Vec::new();
    for person in world.adults() {
        let before = coverages.len();
        work(person, &units, &mut coverages, &mut chance);
        for _ in before..coverages.len() {
            if person.exemplary || chance.percent(5) {
                claims.push(claim(person, claims.len(), &mut chance)?);
            }
        }
    }
    Ok(vec![Rows::of(coverages), Rows::of(units), Rows::of(claims)])
}

fn unit_no(serial: usize) -> Result<InsuredUnitNo, Invalid> {
    format!("{:08}", 10_000_000 + serial * 13).parse()
}

fn units(world: &World, chance: &mut Chance) -> Result<Vec<insured_unit::Model>, Invalid> {
    let unit = |(serial, company): (usize, &invented::Company)| {
        Ok(insured_unit::Model {
            unit_no: unit_no(serial)?,
            check: Some(chance.one_of(["A", "B", "C", "0", "1"]).parse()?),
            name: company.name.clone(),
            ubn: Some(company.ubn),
            unit_type: Some(chance.one_of(["01", "02", "05", "18"]).to_owned()),
            contact: Some(format!("02-{}", chance.digits(8))),
            status: "正常".to_owned(),
        })
    };
    world.companies.iter().enumerate().map(unit).collect()
}

/// One unit after another, the last one lasting where the person still works. Exemplary people always work.
fn work(
    person: &Person,
    units: &[insured_unit::Model],
    coverages: &mut Vec<coverage::Model>,
    chance: &mut Chance,
) {
    let mut year = person.born.year() + FIRST_AGE;
    while year < TODAY.year() && (person.exemplary || chance.percent(80)) {
        let until = year + i32::try_from(chance.number(1..12)).unwrap_or(1);
        let unit = chance.any(units);
        let month = u32::try_from(chance.number(1..13)).unwrap_or(1);
        coverages.extend(NaiveDate::from_ymd_opt(year, month, 1).map(|enrolled_on| {
            coverage::Model {
                person_id: person.id.into(),
                unit_no: unit.unit_no,
                enrolled_on,
                withdrawn_on: NaiveDate::from_ymd_opt(until, 1, 31).filter(|day| *day < TODAY),
                insured_salary: chance.one_of(SALARIES),
                unit_name: Some(unit.name.clone()),
                reason: Some("加保".to_owned()),
            }
        }));
        year = until;
    }
}

fn claim(
    person: &Person,
    serial: usize,
    chance: &mut Chance,
) -> Result<benefit_claim::Model, Invalid> {
    Ok(benefit_claim::Model {
        claim_no: format!("L{serial:09}").parse()?,
        person_id: person.id.into(),
        kind: chance
            .one_of(["傷病給付", "生育給付", "失業給付"])
            .to_owned(),
        filed_on: chance.day(2015, 2026),
        status: chance.one_of(["已核付", "審核中"]).to_owned(),
        amount: Some(chance.number(5_000..200_000)),
        paid_on: None,
    })
}
