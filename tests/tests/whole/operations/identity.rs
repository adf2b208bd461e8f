//! The cases of identity. `{me}` and the like stand for the people of the register.

use super::table::Kind::{
    DependencyDown, Malformed, NoToken, NotAllowed, SomeoneElses, Success, WrongToken,
};
use super::table::{Case, Kind, Operation, Who};

const FORM: &str = "application/x-www-form-urlencoded";

pub(super) fn by_hand() -> Vec<Case> {
    vec![
    Case::of("token", Success, Who::Nobody).post("/identity/v1/token", FORM, "grant_type=urn:lifeboat:grant:registry-facts&national_id={me}&birth_date={birth_date}&household_no={household_no}&id_card_issued_on={issued_on}").with_proof().with(&[r#""token_type":"DPoP""#]),
    Case::of("token", Malformed, Who::Nobody).post("/identity/v1/token", FORM, "grant_type=urn:lifeboat:grant:registry-facts").with_proof().oauth_error().answers(400),
    Case::of("token", Malformed, Who::Nobody).post("/identity/v1/token", FORM, "grant_type=password").with_proof().oauth_error().answers(400),
    Case::of("token", Malformed, Who::Nobody).post("/identity/v1/token", FORM, "grant_type=urn:lifeboat:grant:registry-facts&national_id={me}&birth_date={birth_date}&household_no={household_no}&id_card_issued_on={issued_on}").oauth_error().answers(400),
    Case::of("token", SomeoneElses, Who::Nobody).post("/identity/v1/token", FORM, "grant_type=urn:lifeboat:grant:registry-facts&national_id={other}&birth_date={birth_date}&household_no={household_no}&id_card_issued_on={issued_on}").with_proof().oauth_error().answers(400),
    Case::of("token", DependencyDown, Who::Nobody).post("/identity/v1/token", FORM, "grant_type=urn:lifeboat:grant:registry-facts&national_id={me}&birth_date={birth_date}&household_no={household_no}&id_card_issued_on={issued_on}").with_proof().oauth_error(),
    Case::of("revoke", Success, Who::Nobody).post("/identity/v1/revoke", FORM, "token=unknown"),
    Case::of("revoke", Malformed, Who::Nobody).post("/identity/v1/revoke", FORM, "nothing=1").oauth_error().answers(400),
    Case::of("revoke", SomeoneElses, Who::Nobody).post("/identity/v1/revoke", FORM, "token=unknown").without(&["unknown"]),
    Case::of("revoke", DependencyDown, Who::Nobody).post("/identity/v1/revoke", FORM, "token=unknown").oauth_error(),
    Case::of("own_access_log", Success, Who::Citizen).get("/identity/v1/me/access-log").with(&[r#""data""#]),
    Case::of("own_access_log", Malformed, Who::Citizen).get("/identity/v1/me/access-log?cursor=x").answers(400),
    Case::of("own_access_log", Malformed, Who::Citizen).get("/identity/v1/me/access-log?limit=0").answers(400),
    Case::of("own_access_log", NoToken, Who::Nobody).get("/identity/v1/me/access-log").answers(401),
    Case::of("own_access_log", WrongToken, Who::Forger).get("/identity/v1/me/access-log").answers(401),
    Case::of("own_access_log", NotAllowed, Who::Officer).get("/identity/v1/me/access-log").purpose("audit").answers(403),
    Case::of("own_access_log", SomeoneElses, Who::Citizen).get("/identity/v1/me/access-log").without(&["{other}", "{protected}"]),
    Case::of("own_access_log", DependencyDown, Who::Citizen).get("/identity/v1/me/access-log"),
    Case::of("authorization_server_metadata", Success, Who::Nobody).get("/.well-known/oauth-authorization-server"),
    Case::of("jwks", Success, Who::Nobody).get("/.well-known/jwks.json"),
]
}

const NOBODYS: &str = "it is public and the same for everybody";
const HANDED_BACK: &str = "whoever holds a token may hand it back";

pub(super) fn operations() -> Vec<Operation> {
    let public = [
        (NoToken, NOBODYS),
        (WrongToken, NOBODYS),
        (NotAllowed, NOBODYS),
        (SomeoneElses, NOBODYS),
        (Malformed, "it takes nothing"),
        (DependencyDown, "it is in memory"),
    ];
    let revoke = [NoToken, WrongToken, NotAllowed].map(|kind: Kind| (kind, HANDED_BACK));
    let token = [
        (NoToken, "nobody has a token before"),
        (WrongToken, "a token is what is asked for"),
        (
            NotAllowed,
            "who may not sign in is told that the facts do not match",
        ),
    ];
    [
        ("token", &token[..]),
        ("revoke", &revoke),
        ("own_access_log", &[]),
        ("authorization_server_metadata", &public),
        ("jwks", &public),
    ]
    .into_iter()
    .map(|(id, without)| Operation::by_hand("identity", id, without))
    .collect()
}
