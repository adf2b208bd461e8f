use chrono::NaiveDate;
use identifiers::{Invalid, NationalId, PersonName, Ubn};

use crate::chance::Chance;
use crate::company::Company;
use crate::household::{AREAS, Household};
use crate::person::Person;

/// The last day on which anything happened in this world.
pub const TODAY: NaiveDate = match NaiveDate::from_ymd_opt(2026, 11, 20) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// How many people are exemplary.
const EXEMPLARY: usize = 20;

/// People, their households and companies.
#[derive(Debug)]
pub struct World {
    /// Everybody.
    pub people: Vec<Person>,
    /// Where they live.
    pub households: Vec<Household>,
    /// What they do business as.
    pub companies: Vec<Company>,
    seed: u64,
}

const ROADS: [&str; 8] = [
    "中正路",
    "中山路",
    "民生路",
    "復興路",
    "和平路",
    "信義路",
    "福隆街",
    "成功路",
];
const VILLAGES: [&str; 4] = ["仁愛里", "信義里", "和平里", "忠孝里"];
const SURNAMES: [&str; 16] = [
    "陳", "林", "黃", "張", "李", "王", "吳", "劉", "蔡", "楊", "許", "鄭", "歐陽", "司馬", "高",
    "潘",
];
/// The last two lie outside the basic plane: such names are real, and nothing may lose them.
const GIVEN: [&str; 22] = [
    "家", "豪", "志", "明", "俊", "傑", "雅", "婷", "怡", "君", "淑", "芬", "美", "玲", "宗", "翰",
    "國", "華", "秀", "英", "𠊎", "𤧟",
];
const LETTERS: [char; 26] = [
    'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S',
    'T', 'U', 'V', 'W', 'X', 'Y', 'Z',
];

impl World {
    /// Invents `people` persons and what they live in and work for.
    ///
    /// # Errors
    /// [`Invalid`] above ten million people, for whom the numbers do not suffice.
    pub fn invent(people: usize, seed: u64) -> Result<Self, Invalid> {
        let mut world = Self {
            people: Vec::with_capacity(people),
            households: Vec::new(),
            companies: Vec::new(),
            seed,
        };
        let mut chance = Chance::seeded(seed);
        while world.people.len() < people {
            let size = chance.one_of([1, 2, 2, 3, 3, 4, 5]);
            world.move_in(size.min(people - world.people.len()), &mut chance)?;
        }
        for serial in 0..(people / 40).max(3) {
            world.found(serial, &mut chance)?;
        }
        world.choose_exemplary();
        Ok(world)
    }

    /// The chance of one system.
    #[must_use]
    pub fn chance(&self, system: &str) -> Chance {
        Chance::of_system(self.seed, system)
    }

    /// Heads of households and their spouses: who drives, works, owns and owes.
    pub fn adults(&self) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(|person| person.place < 2)
    }

    fn move_in(&mut self, size: usize, chance: &mut Chance) -> Result<(), Invalid> {
        let area = chance.any(AREAS);
        let household = self.households.len();
        let first = self.people.len();
        let floor = chance.one_of(["", "三樓", "之2", "十二樓之1"]);
        self.households.push(Household {
            area,
            doorplate: format!(
                "{}{}{}號{floor}",
                area.name,
                chance.one_of(ROADS),
                chance.number(1..400)
            ),
            village: chance.one_of(VILLAGES),
            neighbour: chance.number(1..40),
            head: first,
            established: chance.day(1950, 2026),
        });
        let surname = chance.one_of(SURNAMES);
        for place in 0..size {
            let male = if place < 2 {
                place == 0
            } else {
                chance.percent(50)
            };
            let own = if place == 1 {
                chance.one_of(SURNAMES)
            } else {
                surname
            };
            let name = full_name(own, chance);
            let latin = chance
                .percent(1)
                .then(|| "Siku Demoname".parse::<PersonName>())
                .transpose()?;
            self.people.push(Person {
                id: number(self.people.len(), male, place < 2, chance)?,
                name: latin.clone().map_or_else(|| name.parse(), Ok)?,
                latin,
                born: if place < 2 {
                    chance.day(1930, 1990)
                } else {
                    chance.day(1991, 2026)
                },
                male,
                household,
                place,
                spouse: (size > 1 && place < 2).then(|| first + 1 - place),
                parents: (place >= 2).then_some((first, first + 1)),
                protected: chance.number(0..200) == 0,
                removed: chance.percent(1),
                card_issued: chance.day(2006, 2026),
                status_since: chance.day(1995, 2026),
                exemplary: false,
            });
        }
        Ok(())
    }

    fn found(&mut self, serial: usize, chance: &mut Chance) -> Result<(), Invalid> {
        let trade = chance.one_of(["科技", "貿易", "營造", "食品", "運輸", "水產"]);
        let brand = chance.one_of(["大安", "福隆", "玉山", "海風", "晨光", "長青", "永續"]);
        let form = chance.one_of(["股份有限公司", "有限公司", "行"]);
        self.companies.push(Company {
            ubn: Ubn::with_check_digit(&format!("{:07}", 1_000_000 + serial * 7))?,
            name: format!("{brand}{trade}{form}"),
            responsible: chance.any(&self.households).head,
            area: chance.any(AREAS),
            set_up: chance.day(1960, 2026),
            capital: chance.number(1..5_000) * 100_000,
        });
        Ok(())
    }

    fn choose_exemplary(&mut self) {
        let mut first: Vec<usize> = (0..self.people.len())
            .filter(|&at| {
                let person = &self.people[at];
                person.place < 2 && !person.protected && !person.removed
            })
            .collect();
        first.sort_by_key(|&at| self.people[at].id);
        for at in first.into_iter().take(EXEMPLARY) {
            self.people[at].exemplary = true;
        }
    }
}

/// Numbers of children never begin with the first letter, so that the first people by number are adults.
fn number(
    serial: usize,
    male: bool,
    adult: bool,
    chance: &mut Chance,
) -> Result<NationalId, Invalid> {
    let letters = if adult { &LETTERS[..] } else { &LETTERS[1..] };
    let letter = chance.any(letters);
    let sex = if male { 1 } else { 2 };
    NationalId::with_check_digit(&format!("{letter}{sex}{serial:07}"))
}

fn full_name(surname: &str, chance: &mut Chance) -> String {
    let mut name = surname.to_owned();
    for _ in 0..chance.number(1..3) {
        name.push_str(chance.one_of(GIVEN));
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_invents_the_same_people_and_another_seed_others() {
        let ids = |seed| -> Vec<NationalId> {
            let world = World::invent(300, seed).unwrap();
            world.people.iter().map(|person| person.id).collect()
        };
        assert_eq!(ids(7), ids(7));
        assert_ne!(ids(7), ids(8));
        assert_eq!(ids(7).len(), 300);
    }

    #[test]
    fn the_first_people_by_number_are_exemplary_adults() {
        let world = World::invent(2_000, 7).unwrap();
        let mut people: Vec<&Person> = world
            .people
            .iter()
            .filter(|person| !person.protected && !person.removed)
            .collect();
        people.sort_by_key(|person| person.id);
        assert!(
            people[..EXEMPLARY]
                .iter()
                .all(|person| person.exemplary && person.place < 2)
        );
        assert!(people[EXEMPLARY..].iter().all(|person| !person.exemplary));
    }

    #[test]
    fn what_one_system_invents_is_its_own_and_repeats() {
        let world = World::invent(10, 7).unwrap();
        let dealt = |system| {
            let mut chance = world.chance(system);
            (0..8)
                .map(|_| chance.number(0..1_000_000))
                .collect::<Vec<_>>()
        };
        assert_eq!(dealt("land-registry"), dealt("land-registry"));
        assert_ne!(dealt("land-registry"), dealt("local-tax"));
    }
}
