//! A small land register: what 陳大文 and 林𠊎美 own, alone, together and with a company.

use access::caller::{Caller, CallerKind};
pub(crate) use capability_test::Site;
use capability_test::{program, rows};
use invented::Rows;
use land_registry::CAPABILITY;

pub(crate) const CHEN: &str = "A123456789";
pub(crate) const LIN: &str = "A223456781";
/// Owns nothing.
pub(crate) const OTHER: &str = "B100000011";
pub(crate) const COMPANY: &str = "04595252";

const PARCELS: &[&[&str]] = &[
    &["AD", "0012", "00010000", "125.50", "住宅區", "建", "650000"],
    &["AD", "0012", "00020001", "80.00", "住宅區", "建", "650000"],
    &["UA", "0012", "00010000", "1000.00", "農業區", "田", "900"],
];
const BUILDINGS: &[&[&str]] = &[&[
    "AD",
    "0012",
    "01234000",
    "臺北市松山區中正路1號",
    "5",
    "98.20",
    "1999-09-09",
    "鋼筋混凝土造",
]];
/// The first parcel is whole: a half of 陳大文, a half of the company. The second one's shares do not add up. The third is
/// held jointly.
const ENTRIES: &[&[&str]] = &[
    &[
        "AD",
        "0012",
        "building",
        "01234000",
        "0001",
        CHEN,
        "陳大文",
        "2000-01-05",
        "",
        "第一次登記",
        "A",
        "1",
        "1",
        "B1",
        "",
    ],
    &[
        "AD",
        "0012",
        "parcel",
        "00010000",
        "0001",
        CHEN,
        "陳大文",
        "2001-02-03",
        "2001-01-01",
        "買賣",
        "",
        "1",
        "2",
        "T1",
        "",
    ],
    &[
        "AD",
        "0012",
        "parcel",
        "00010000",
        "0002",
        COMPANY,
        "大安科技股份有限公司",
        "2001-02-03",
        "2001-01-01",
        "買賣",
        "",
        "1",
        "2",
        "T2",
        "假扣押",
    ],
    &[
        "AD",
        "0012",
        "parcel",
        "00020001",
        "0001",
        CHEN,
        "陳大文",
        "2001-02-03",
        "",
        "買賣",
        "",
        "1",
        "3",
        "T3",
        "",
    ],
    &[
        "AD",
        "0012",
        "parcel",
        "00020001",
        "0002",
        LIN,
        "林𠊎美",
        "2001-02-03",
        "",
        "繼承",
        "",
        "1",
        "3",
        "T4",
        "",
    ],
    &[
        "UA",
        "0012",
        "parcel",
        "00010000",
        "0001",
        CHEN,
        "陳大文",
        "2010-02-03",
        "",
        "繼承",
        "B",
        "1",
        "1",
        "T5",
        "",
    ],
    &[
        "UA",
        "0012",
        "parcel",
        "00010000",
        "0002",
        LIN,
        "林𠊎美",
        "2010-02-03",
        "",
        "繼承",
        "B",
        "1",
        "1",
        "T6",
        "",
    ],
];
const BURDENS: &[&[&str]] = &[
    &[
        "AD",
        "0012",
        "parcel",
        "00010000",
        "0001",
        "最高限額抵押權",
        "臺灣長青商業銀行股份有限公司",
        "5000000",
        "陳大文",
        "陳大文",
        "2005-01-01",
        "2050-12-31",
    ],
    &[
        "AD",
        "0012",
        "parcel",
        "00010000",
        "0002",
        "普通抵押權",
        "王小明",
        "300000",
        "陳大文",
        "陳大文",
        "2006-01-01",
        "",
    ],
];

/// The small register.
fn register() -> [Rows; 4] {
    [
        rows("parcel", PARCELS),
        rows("building", BUILDINGS),
        rows("ownership", ENTRIES),
        rows("encumbrance", BURDENS),
    ]
}

/// Starts on a store with the small register loaded.
pub(crate) async fn loaded(database: &str) -> Site {
    Site::loaded(CAPABILITY, database, &register()).await
}

/// A program of this kind that asks with purpose and case.
pub(crate) fn in_office(kind: CallerKind) -> Caller {
    Caller {
        purpose: Some(access::purpose::Purpose::PropertyProof),
        case_number: "CASE-1".parse().ok(),
        ..program(kind, "land-registry")
    }
}

/// Runs a promise on both databases.
macro_rules! on_both {
    ($name:ident, $site:ident => $body:block) => {
        capability_test::on_both!($name, $site of crate::site::loaded => $body);
    };
}
pub(crate) use on_both;
