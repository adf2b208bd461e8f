//! A loaded register behind a running capability, and callers with tokens minted like the gateway's.

use access::caller::Caller;
pub(crate) use capability_test::{Site, citizen, strong_citizen};
use capability_test::{load, rows};
use household::CAPABILITY;
use invented::Rows;
use reqwest::{Method, Response};

/// 陳大文, head of F0000001, married to 林小美; two children, of whom 陳小明 is marked.
pub(crate) const FATHER: &str = "A123456789";
pub(crate) const MOTHER: &str = "A223456781";
pub(crate) const CHILD: &str = "B100000011";
/// Marked as protected, in the same household.
pub(crate) const MARKED: &str = "B100000020";
/// Lives alone and marked, so that the whole household is hidden.
pub(crate) const HERMIT: &str = "C100000021";
/// Well-formed, and nobody's.
pub(crate) const NOBODY: &str = "F131104093";

const PERSONS: &[&[&str]] = &[
    &[
        FATHER,
        "陳大文",
        "",
        "1970-01-31",
        "M",
        "臺北市",
        "1",
        "後備",
        "",
        "F0000001",
        "戶長",
        "",
        "",
        MOTHER,
        "",
        "",
        "現戶",
        "2001-05-05",
        "false",
        "",
    ],
    &[
        MOTHER,
        "林𠊎美",
        "Lin Mei",
        "1972-02-29",
        "F",
        "新北市",
        "2",
        "",
        "",
        "F0000001",
        "妻",
        "",
        "",
        FATHER,
        "",
        "",
        "現戶",
        "2001-05-05",
        "false",
        "與配偶結婚登記",
    ],
    &[
        CHILD,
        "陳小華",
        "",
        "2001-06-07",
        "M",
        "臺北市",
        "1",
        "",
        "",
        "F0000001",
        "長子",
        FATHER,
        MOTHER,
        MARKED,
        "",
        "",
        "現戶",
        "2001-06-20",
        "false",
        "",
    ],
    &[
        MARKED,
        "陳小明",
        "",
        "2003-06-07",
        "M",
        "臺北市",
        "2",
        "",
        "",
        "F0000001",
        "次子",
        FATHER,
        MOTHER,
        CHILD,
        "",
        "",
        "現戶",
        "2003-06-20",
        "true",
        "",
    ],
    &[
        HERMIT,
        "王藏",
        "",
        "1980-01-01",
        "M",
        "臺北市",
        "1",
        "",
        "",
        "F0000002",
        "戶長",
        "",
        "",
        "",
        "",
        "",
        "現戶",
        "2010-01-01",
        "true",
        "",
    ],
];
const HOUSEHOLDS: &[&[&str]] = &[
    &[
        "F0000001",
        "共同生活戶",
        FATHER,
        "63000010",
        "仁愛里",
        "001",
        "臺北市松山區中正路1號",
        "1999-09-09",
    ],
    &[
        "F0000002",
        "單獨生活戶",
        HERMIT,
        "63000010",
        "仁愛里",
        "002",
        "臺北市松山區中正路2號",
        "2010-01-01",
    ],
];
const CARDS: &[&[&str]] = &[
    &[FATHER, "2006-01-02", "臺北市", "換領"],
    &[MOTHER, "2006-01-03", "新北市", "換領"],
    &[CHILD, "2015-06-07", "臺北市", "初領"],
    &[MARKED, "2017-06-07", "臺北市", "初領"],
    &[HERMIT, "2010-06-07", "臺北市", "初領"],
];

/// The small register.
fn register() -> [Rows; 3] {
    [
        rows("person", PERSONS),
        rows("household", HOUSEHOLDS),
        rows("id_card", CARDS),
    ]
}

/// Loads the small register into `database`.
pub(crate) async fn fill(database: &str) {
    load(&CAPABILITY, database, &register()).await;
}

/// Starts on a store with the small register loaded.
pub(crate) async fn loaded(database: &str) -> Site {
    Site::loaded(CAPABILITY, database, &register()).await
}

/// Posts an identity check, as the identity service does when `caller` is `None`.
pub(crate) async fn check(site: &Site, caller: Option<&Caller>, body: &str) -> Response {
    let path = "/v1/identity-checks";
    let own = Caller::service("identity");
    let (service, caller) = caller.map_or(("identity", &own), |caller| ("gateway", caller));
    let token = site.mint(service, caller, "POST", path, body.as_bytes());
    let json = [("content-type", "application/json")];
    site.send(Method::POST, path, Some(token), body.into(), &json)
        .await
}

/// An officer of the household registration.
pub(crate) fn officer() -> Caller {
    capability_test::officer("household")
}

/// An officer who may see marked persons.
pub(crate) fn cleared_officer() -> Caller {
    Caller {
        clearances: ["protected-persons".to_owned()].into(),
        ..officer()
    }
}

/// Runs a promise on both databases.
macro_rules! on_both {
    ($name:ident, $site:ident => $body:block) => {
        capability_test::on_both!($name, $site of crate::site::loaded => $body);
    };
}
pub(crate) use on_both;
