//! An invented population, the same for the same seed. Nobody in it exists; the numbers are well-formed.

use chrono::{Datelike, Days, NaiveDate};
use fastrand::Rng;
use identifiers::NationalId;

/// A person of the invented population.
pub(crate) struct Person {
    pub(crate) id: NationalId,
    pub(crate) name: String,
    pub(crate) latin: &'static str,
    pub(crate) born: NaiveDate,
    pub(crate) male: bool,
    /// Index of the household.
    pub(crate) household: usize,
    /// Place in the household: 0 head, 1 spouse, 2 and up children.
    pub(crate) place: usize,
    pub(crate) spouse: Option<usize>,
    pub(crate) parents: Option<(usize, usize)>,
    pub(crate) protected: bool,
    pub(crate) removed: bool,
    pub(crate) card_issued: NaiveDate,
    pub(crate) status_since: NaiveDate,
}

/// A household and where it lives.
pub(crate) struct Household {
    pub(crate) area: &'static Area,
    pub(crate) doorplate: String,
    pub(crate) village: &'static str,
    pub(crate) neighbour: u32,
    pub(crate) head: usize,
    pub(crate) established: NaiveDate,
}

/// A township.
pub(crate) struct Area {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) county: &'static str,
}

/// People and their households.
pub(crate) struct World {
    pub(crate) people: Vec<Person>,
    pub(crate) households: Vec<Household>,
}

const AREAS: [Area; 7] = [
    Area {
        code: "63000010",
        name: "臺北市松山區",
        county: "臺北市",
    },
    Area {
        code: "65000260",
        name: "新北市貢寮區",
        county: "新北市",
    },
    Area {
        code: "66000010",
        name: "臺中市中區",
        county: "臺中市",
    },
    Area {
        code: "67000010",
        name: "臺南市新營區",
        county: "臺南市",
    },
    Area {
        code: "64000010",
        name: "高雄市鹽埕區",
        county: "高雄市",
    },
    Area {
        code: "10015010",
        name: "花蓮縣花蓮市",
        county: "花蓮縣",
    },
    Area {
        code: "10017010",
        name: "基隆市中正區",
        county: "基隆市",
    },
];
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
const LETTERS: &[u8; 26] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// The last day on which anything happened in this world.
const TODAY: NaiveDate = match NaiveDate::from_ymd_opt(2026, 11, 20) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

impl World {
    /// Invents `people` persons.
    pub(crate) fn invent(people: usize, seed: u64) -> Self {
        let mut world = Self {
            people: Vec::with_capacity(people),
            households: Vec::new(),
        };
        let mut rng = Rng::with_seed(seed);
        while world.people.len() < people {
            let size = [1, 2, 2, 3, 3, 4, 5][rng.usize(..7)].min(people - world.people.len());
            world.move_in(size, &mut rng);
        }
        world
    }

    fn move_in(&mut self, size: usize, rng: &mut Rng) {
        let area = &AREAS[rng.usize(..AREAS.len())];
        let household = self.households.len();
        let first = self.people.len();
        let floor = ["", "三樓", "之2", "十二樓之1"][rng.usize(..4)];
        self.households.push(Household {
            area,
            doorplate: format!(
                "{}{}{}號{floor}",
                area.name,
                ROADS[rng.usize(..ROADS.len())],
                rng.u32(1..400)
            ),
            village: VILLAGES[rng.usize(..VILLAGES.len())],
            neighbour: rng.u32(1..40),
            head: first,
            established: day_between(1950, 2026, rng),
        });
        let surname = SURNAMES[rng.usize(..SURNAMES.len())];
        for place in 0..size {
            let male = if place < 2 { place == 0 } else { rng.bool() };
            let own = if place == 1 {
                SURNAMES[rng.usize(..SURNAMES.len())]
            } else {
                surname
            };
            let latin = if rng.u32(..100) == 0 {
                "Siku Demoname"
            } else {
                ""
            };
            let Some(id) = number(self.people.len(), male, rng) else {
                return;
            };
            self.people.push(Person {
                id,
                name: if latin.is_empty() {
                    given_name(own, rng)
                } else {
                    latin.to_owned()
                },
                latin,
                born: if place < 2 {
                    day_between(1930, 1990, rng)
                } else {
                    day_between(1991, 2026, rng)
                },
                male,
                household,
                place,
                spouse: (size > 1 && place < 2).then(|| first + 1 - place),
                parents: (place >= 2).then_some((first, first + 1)),
                protected: rng.u32(..200) == 0,
                removed: rng.u32(..100) == 0,
                card_issued: day_between(2006, 2026, rng),
                status_since: day_between(1995, 2026, rng),
            });
        }
    }
}

fn number(serial: usize, male: bool, rng: &mut Rng) -> Option<NationalId> {
    let letter = char::from(LETTERS[rng.usize(..LETTERS.len())]);
    let sex = if male { 1 } else { 2 };
    NationalId::with_check_digit(&format!("{letter}{sex}{serial:07}")).ok()
}

fn given_name(surname: &str, rng: &mut Rng) -> String {
    let mut name = surname.to_owned();
    for _ in 0..rng.usize(1..=2) {
        name.push_str(GIVEN[rng.usize(..GIVEN.len())]);
    }
    name
}

/// A day from 1 January of `first` to the day before 1 January of `end`, and never after this world's last day.
fn day_between(first: i32, end: i32, rng: &mut Rng) -> NaiveDate {
    let start = NaiveDate::from_ymd_opt(first, 1, 1).unwrap_or_default();
    let years = u64::try_from(end - first).unwrap_or(1);
    let day = start + Days::new(rng.u64(..years * 365));
    if day > TODAY {
        TODAY.with_day(1).unwrap_or(TODAY)
    } else {
        day
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_invents_the_same_people_and_another_seed_others() {
        let ids = |seed| {
            World::invent(300, seed)
                .people
                .iter()
                .map(|person| person.id)
                .collect::<Vec<_>>()
        };
        assert_eq!(ids(7), ids(7));
        assert_ne!(ids(7), ids(8));
        assert_eq!(ids(7).len(), 300);
    }
}
