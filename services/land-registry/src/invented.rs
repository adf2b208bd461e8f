//! The land of the invented population as the land offices would export it.

use identifiers::{BuildingNo, Invalid, ObjectKind, ObjectNo, ParcelNo, Section, ShareType};
use invented::{Chance, Person, Rows, World};
use snapshot::Exact;

use crate::tables::{building, encumbrance, ownership, parcel};

#[derive(Default)]
struct Land {
    parcels: Vec<parcel::Model>,
    buildings: Vec<building::Model>,
    entries: Vec<ownership::Model>,
    burdens: Vec<encumbrance::Model>,
}

/// A parcel for every other adult, many with a building; the exemplary have both, and a mortgage.
pub(crate) fn rows(world: &World) -> Result<Vec<Rows>, Invalid> {
    let mut chance = world.chance("land-registry");
    let adults: Vec<&Person> = world.adults().collect();
    let mut land = Land::default();
    for (serial, owner) in adults.iter().enumerate() {
        if owner.exemplary || chance.percent(50) {
            land.add(world, serial, owner, &adults, &mut chance)?;
        }
    }
    Ok(vec![
        Rows::of(land.parcels),
        Rows::of(land.buildings),
        Rows::of(land.entries),
        Rows::of(land.burdens),
    ])
}

impl Land {
    fn add(
        &mut self,
        world: &World,
        serial: usize,
        owner: &Person,
        adults: &[&Person],
        chance: &mut Chance,
    ) -> Result<(), Invalid> {
        let home = &world.households[owner.household];
        let (office, section) = (
            home.area.land_office.parse()?,
            format!("{:04}", chance.number(1..60)).parse::<Section>()?,
        );
        // Unique in all sections: four digits of parent number, and of child number as many as it takes.
        let number: ParcelNo = format!("{:04}{:04}", serial % 9_999 + 1, serial / 9_999).parse()?;
        self.parcels.push(parcel::Model {
            land_office: office,
            section,
            parcel_no: number,
            area_m2: Exact::new(chance.number(500..90_000), 2),
            zoning: Some(
                chance
                    .one_of(["住宅區", "商業區", "農業區", "一般農業區"])
                    .to_owned(),
            ),
            land_use: Some(chance.one_of(["建", "田", "林", "雜"]).to_owned()),
            announced_current_value: Some(chance.number(800..900_000)),
        });
        let parts = chance.one_of([1, 1, 1, 2, 4]);
        for part in 0..parts {
            let of = if part == 0 { owner } else { chance.any(adults) };
            self.entries.push(ownership::Model {
                land_office: office,
                section,
                object_kind: ObjectKind::Parcel,
                object_no: number.into(),
                entry_seq: format!("{:04}", part + 1),
                owner_id: identifiers::PartyId::Person(of.id.into()),
                owner_name: of.name.clone(),
                registered_on: chance.day(1971, 2026),
                cause_date: Some(chance.day(1960, 1971)),
                reg_reason: Some(chance.one_of(["買賣", "繼承", "贈與"]).to_owned()),
                share_type: (parts == 1).then_some(ShareType::Whole),
                share_numerator: 1,
                share_denominator: parts,
                title_certificate_no: Some(format!("{serial:06}{part}")),
                restriction: chance.percent(1).then(|| "假扣押".to_owned()),
            });
        }
        if owner.exemplary || chance.percent(20) {
            self.burdens.push(encumbrance::Model {
                land_office: office,
                section,
                object_kind: ObjectKind::Parcel,
                object_no: number.into(),
                entry_seq: "0001".to_owned(),
                kind: "最高限額抵押權".to_owned(),
                holder: "臺灣長青商業銀行股份有限公司".to_owned(),
                secured_amount: Some(chance.number(10..900) * 100_000),
                debtor: Some(owner.name.to_string()),
                obligor: Some(owner.name.to_string()),
                from: Some(chance.day(2000, 2026)),
                to: Some(chance.day_to_come(25)),
            });
        }
        if owner.exemplary || chance.percent(60) {
            let number: BuildingNo =
                format!("{:05}{:03}", serial % 99_999 + 1, serial / 99_999).parse()?;
            self.buildings.push(building::Model {
                land_office: office,
                section,
                building_no: number,
                doorplate: Some(home.doorplate.clone()),
                floors: i32::try_from(chance.number(1..30)).ok(),
                area_m2: Exact::new(chance.number(2_000..30_000), 2),
                completed_on: Some(chance.day(1965, 2026)),
                structure: Some(
                    chance
                        .one_of(["鋼筋混凝土造", "加強磚造", "鋼骨造"])
                        .to_owned(),
                ),
            });
            self.entries.push(ownership::Model {
                land_office: office,
                section,
                object_kind: ObjectKind::Building,
                object_no: ObjectNo::from(number),
                entry_seq: "0001".to_owned(),
                owner_id: identifiers::PartyId::Person(owner.id.into()),
                owner_name: owner.name.clone(),
                registered_on: chance.day(1971, 2026),
                cause_date: None,
                reg_reason: Some("第一次登記".to_owned()),
                share_type: Some(ShareType::Whole),
                share_numerator: 1,
                share_denominator: 1,
                title_certificate_no: Some(format!("B{serial:06}")),
                restriction: None,
            });
        }
        Ok(())
    }
}
