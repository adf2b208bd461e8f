//! The invented population as the national taxes would export it.

use chrono::NaiveDate;
use identifiers::{Invalid, PartyId};
use invented::{Chance, Company, Person, Rows, World};

use crate::tables::{assessment, business_registration, payment};

/// The years that were assessed.
const YEARS: std::ops::RangeInclusive<i32> = 2023..=2025;

pub(crate) fn rows(world: &World) -> Result<Vec<Rows>, Invalid> {
    let mut chance = world.chance("national-tax");
    let mut assessments = Vec::new();
    let mut payments = Vec::new();
    for (serial, person) in world.adults().enumerate() {
        for year in YEARS {
            let assessed = assess(person, serial, year, &mut chance)?;
            if assessed.paid > 0 {
                payments.push(pay(&assessed, payments.len(), &mut chance)?);
            }
            assessments.push(assessed);
        }
    }
    let businesses = world
        .companies
        .iter()
        .map(|company| business(world, company));
    Ok(vec![
        Rows::of(assessments),
        Rows::of(businesses),
        Rows::of(payments),
    ])
}

fn assess(
    person: &Person,
    serial: usize,
    year: i32,
    chance: &mut Chance,
) -> Result<assessment::Model, Invalid> {
    // Somebody exemplary owes for the last year, so that there is something to put off.
    let owes = person.exemplary && year == *YEARS.end();
    let assessed = if owes || chance.percent(40) {
        chance.number(1_000..400_000)
    } else {
        0
    };
    let paid = if owes || chance.percent(10) {
        0
    } else {
        assessed
    };
    let status = match (assessed, paid) {
        (0, _) => "免繳",
        (_, 0) => "未繳",
        _ => "已繳清",
    };
    Ok(assessment::Model {
        taxpayer_id: PartyId::Person(person.id.into()),
        tax_type: "綜合所得稅".to_owned(),
        year,
        notice_no: format!("{year}{serial:08}").parse()?,
        assessed,
        paid,
        refundable: if (person.exemplary && year == *YEARS.start()) || chance.percent(20) {
            1_250
        } else {
            0
        },
        due_on: NaiveDate::from_ymd_opt(year + 1, 6, 30),
        status: status.to_owned(),
    })
}

fn pay(
    assessed: &assessment::Model,
    serial: usize,
    chance: &mut Chance,
) -> Result<payment::Model, Invalid> {
    Ok(payment::Model {
        payment_no: format!("P{serial:09}").parse()?,
        notice_no: assessed.notice_no,
        paid_on: chance.day(assessed.year + 1, assessed.year + 2),
        amount: assessed.paid,
        channel: Some(
            chance
                .one_of(["信用卡", "晶片金融卡", "超商", "存款轉帳"])
                .to_owned(),
        ),
    })
}

fn business(world: &World, company: &Company) -> business_registration::Model {
    business_registration::Model {
        ubn: company.ubn,
        name: company.name.clone(),
        responsible_id: Some(PartyId::Person(world.people[company.responsible].id.into())),
        address: Some(format!("{}中正路1號", company.area.name)),
        status: "營業中".to_owned(),
        registered_on: Some(company.set_up),
    }
}
