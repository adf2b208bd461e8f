//! Every operation of every service, with its cases: an operation that is new in `openapi/` fails until it has its own.

mod health_enrolment;
mod household;
mod identity;
mod labor_insurance;
mod land_registry;
mod local_tax;
mod national_tax;
mod table;
mod vehicle_driver;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use end_to_end::client::Client;
use end_to_end::site::Foundation;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, RequestBuilder, Response};
use runtime::taipei;
use serde_json::Value;
use test_support::postgres::{self, Database};
use test_support::proxy::{Line, Proxy};

use super::world::{World, cell_of, eventually, load_everything, problem};
use table::{Case, Kind, Operation, Who};

/// The operations of all services.
fn operations() -> Vec<Operation> {
    [
        household::operations(),
        health_enrolment::operations(),
        land_registry::operations(),
        vehicle_driver::operations(),
        national_tax::operations(),
        local_tax::operations(),
        labor_insurance::operations(),
        identity::operations(),
    ]
    .concat()
}

/// The cases of all services, each with its service: those that follow from an operation, and those written by hand.
fn cases() -> Vec<(&'static str, Case)> {
    let derived = operations()
        .into_iter()
        .flat_map(|one| one.cases().into_iter().map(move |case| (one.service, case)));
    let by_hand = [
        ("household", household::by_hand()),
        ("identity", identity::by_hand()),
    ];
    let by_hand = by_hand
        .into_iter()
        .flat_map(|(service, cases)| cases.into_iter().map(move |case| (service, case)));
    derived.chain(by_hand).collect()
}

/// The services that `openapi/` describes.
pub(crate) fn services() -> BTreeSet<String> {
    described()
        .into_iter()
        .map(|(service, _)| service)
        .collect()
}

/// The operations that the services describe.
fn described() -> BTreeSet<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi");
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let service = path.file_stem().unwrap().to_string_lossy().into_owned();
        let document: Value =
            serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let paths = document["paths"].as_object().unwrap();
        for operation in paths
            .values()
            .flat_map(|path| path.as_object().unwrap().values())
        {
            let id = operation["operationId"].as_str().unwrap();
            found.insert((service.clone(), id.to_owned()));
        }
    }
    found
}

#[test]
fn every_operation_has_all_its_cases() {
    let (operations, cases) = (operations(), cases());
    let tested: Vec<(String, String)> = operations
        .iter()
        .map(|one| (one.service.to_owned(), one.id.to_owned()))
        .collect();
    assert_eq!(
        described(),
        tested.iter().cloned().collect(),
        "openapi/ and the operations here differ"
    );
    for operation in &operations {
        for kind in Kind::ALL {
            let own = |(service, case): &&(&str, Case)| {
                *service == operation.service && case.operation == operation.id && case.kind == kind
            };
            let excused = operation
                .without
                .iter()
                .any(|(without, _)| *without == kind);
            let found = cases.iter().filter(own).count();
            let (service, id) = (operation.service, operation.id);
            assert_ne!(found > 0, excused, "{service} {id}: {kind:?}");
        }
    }
    for (service, case) in &cases {
        let known = (service.to_string(), case.operation.to_owned());
        assert!(tested.contains(&known), "{known:?}");
    }
}

/// Everybody who asks.
struct Callers {
    citizen: Client,
    other: Client,
    officer: Client,
    elsewhere: Client,
    clinician: Client,
    agency: Client,
    /// One application of the citizen for each capability.
    applications: BTreeMap<&'static str, String>,
}

impl Callers {
    async fn of(world: &World) -> Self {
        Self {
            citizen: world.citizen(0).await,
            other: world.citizen(1).await,
            officer: world.officer().await,
            elsewhere: world.program("officer-elsewhere").await,
            clinician: world.program("clinician").await,
            agency: world.program("agency-system").await,
            applications: BTreeMap::new(),
        }
    }

    fn named(&mut self, who: Who) -> &mut Client {
        match who {
            Who::Citizen | Who::Nobody | Who::Forger => &mut self.citizen,
            Who::OtherCitizen => &mut self.other,
            Who::Officer => &mut self.officer,
            Who::OfficerElsewhere => &mut self.elsewhere,
            Who::Clinician => &mut self.clinician,
            Who::AgencySystem => &mut self.agency,
        }
    }
}

/// A text with its places filled: `{me}` and the like from the register; `{today}` as Taiwan has it; `{mine:SYSTEM/TABLE/COLUMN}` and `{theirs:…}` from the
/// first row of a table that holds the number of the citizen, or of the other one. `?COLUMN=VALUE` narrows the rows, `:4`
/// takes the last four characters; `{application:SERVICE}` is one that was filed.
fn filled(world: &World, callers: &Callers, text: &str) -> String {
    let (me, other) = (&world.people[0], &world.people[1]);
    let mut whole = String::new();
    let mut rest = text;
    while let Some((before, place)) = rest.split_once('{') {
        whole.push_str(before);
        let known = place.split_once('}').and_then(|(name, after)| {
            let value = match name.split_once(':') {
                Some(("mine", cell)) => cell_of(&me.national_id, cell),
                Some(("theirs", cell)) => cell_of(&other.national_id, cell),
                Some(("application", service)) => callers.applications.get(service)?.clone(),
                _ => match name {
                    "me" => me.national_id.clone(),
                    "birth_date" => me.birth_date.clone(),
                    "household_no" => me.household_no.clone(),
                    "issued_on" => me.id_card_issued_on.clone(),
                    "name" => me.name.clone(),
                    "other" => other.national_id.clone(),
                    "today" => taipei::day(runtime::clock::system().now()).to_string(),
                    // Well-formed, and nobody's.
                    "nobody" => "A800000014".to_owned(),
                    "protected" => world.protected.national_id.clone(),
                    "protected_name" => world.protected.name.clone(),
                    "protected_birth" => world.protected.birth_date.clone(),
                    _ => return None,
                },
            };
            Some((value, after))
        });
        if let Some((value, after)) = known {
            whole.push_str(&value);
            rest = after;
        } else {
            whole.push('{');
            rest = place;
        }
    }
    whole + rest
}

/// Files what is asked for later.
async fn file_one_each(world: &World, callers: &mut Callers) {
    for (service, case) in cases() {
        let first = case.with_key && case.kind == Kind::Success;
        if !first || callers.applications.contains_key(service) {
            continue;
        }
        let answer = ask(world, callers, &case).await;
        let status = answer.status();
        let body: Value = answer.json().await.unwrap();
        assert_eq!(status, 202, "{service}: {body}");
        let id = body["data"]["id"].as_str().unwrap().to_owned();
        callers.applications.insert(service, id);
    }
}

async fn ask(world: &World, callers: &mut Callers, case: &Case) -> Response {
    let path = filled(world, callers, &case.path);
    let method: Method = case.method.parse().unwrap();
    let body = case
        .body
        .as_ref()
        .map(|(kind, text)| (*kind, filled(world, callers, text)));
    let key = uuid::Uuid::new_v4().to_string();
    let more = |request: RequestBuilder| {
        let mut request = request;
        if let Some(purpose) = case.purpose {
            request = request
                .header("Lookup-Purpose", purpose)
                .header("Case-Number", "CASE-1");
        }
        if case.with_key {
            request = request.header("Idempotency-Key", &key);
        }
        match &body {
            Some((kind, text)) => request.header(CONTENT_TYPE, *kind).body(text.clone()),
            None => request,
        }
    };
    let url = format!("{}{path}", world.site.gateway);
    let client = callers.named(case.who);
    match case.who {
        Who::Nobody if case.with_proof => {
            let prove = |nonce: Option<&str>| {
                let now = runtime::clock::system().now();
                client
                    .key()
                    .prove(case.method, &url, None, nonce, now)
                    .unwrap()
            };
            let send = async |nonce: Option<&str>| {
                let request = reqwest::Client::new().request(method.clone(), &url);
                more(request.header("DPoP", prove(nonce)))
                    .send()
                    .await
                    .unwrap()
            };
            let first = send(None).await;
            match first.headers().get("dpop-nonce").cloned() {
                Some(nonce) if !first.status().is_success() => {
                    send(Some(nonce.to_str().unwrap())).await
                }
                _ => first,
            }
        }
        Who::Nobody => more(reqwest::Client::new().request(method, &url))
            .send()
            .await
            .unwrap(),
        Who::Forger => {
            let (rest, _) = client.token.rsplit_once('.').unwrap();
            let forged = format!("{rest}.{}", "A".repeat(86));
            let now = runtime::clock::system().now();
            let proof = client
                .key()
                .prove(case.method, &url, Some(&forged), client.nonce(), now)
                .unwrap();
            let request = reqwest::Client::new().request(method, &url);
            let request = request
                .header("Authorization", format!("DPoP {forged}"))
                .header("DPoP", proof);
            more(request).send().await.unwrap()
        }
        _ => client.send(method, &path, more).await.unwrap(),
    }
}

async fn check(world: &World, callers: &mut Callers, case: &Case) {
    let name = format!(
        "{} {:?}: {} {}",
        case.operation, case.kind, case.method, case.path
    );
    let answer = ask(world, callers, case).await;
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let text = String::from_utf8_lossy(&answer.bytes().await.unwrap()).into_owned();
    assert_eq!(status, case.status, "{name}: {text}");
    if status >= 400 {
        let kind = headers[CONTENT_TYPE].to_str().unwrap();
        // RFC 6749, section 5.2 has its own form for the errors of its endpoints.
        let expected = if case.oauth_error {
            "application/json"
        } else {
            "application/problem+json"
        };
        assert!(kind.starts_with(expected), "{name}: {kind}: {text}");
    }
    if status == 401 && !case.oauth_error {
        assert!(
            headers["www-authenticate"]
                .to_str()
                .unwrap()
                .starts_with("DPoP "),
            "{name}"
        );
    }
    for absent in case.absent {
        assert!(
            !text.contains(&filled(world, callers, absent)),
            "{name} tells {absent}: {text}"
        );
    }
    for present in case.present {
        assert!(
            text.contains(&filled(world, callers, present)),
            "{name} lacks {present}: {text}"
        );
    }
}

async fn every_case(world: &World) {
    let mut callers = Callers::of(world).await;
    // The nonce is learnt, so that a forged token is refused for being forged.
    for who in [
        Who::Citizen,
        Who::Officer,
        Who::OfficerElsewhere,
        Who::AgencySystem,
        Who::OtherCitizen,
        Who::Clinician,
    ] {
        callers.named(who).get("/household/v1/me").await.unwrap();
    }
    file_one_each(world, &mut callers).await;
    for (_, case) in cases() {
        if case.kind != Kind::DependencyDown {
            check(world, &mut callers, &case).await;
        }
    }
}

fn unhurried() -> Foundation {
    Foundation {
        unlimited: true,
        everything: true,
        ..Foundation::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_case_on_sqlite() {
    every_case(&World::on(unhurried()).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_case_on_postgresql_and_redis() {
    every_case(&World::servers_with(unhurried()).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_database_every_operation_says_503_and_comes_back() {
    let database: Database = postgres::database().await;
    load_everything(&database.url);
    let host = database.url.rsplit_once('@').unwrap().1;
    let proxy = Proxy::start(host.split('/').next().unwrap()).await;
    let world = World::on(Foundation {
        postgres: Some(proxy.in_front_of(&database.url)),
        // The breaker's pause is what a caller would wait; here each operation is asked anew.
        settings: vec![(
            "gateway",
            "service.forwarding.breaker_failures=1000".to_owned(),
        )],
        ..unhurried()
    })
    .await;
    let mut callers = Callers::of(&world).await;
    file_one_each(&world, &mut callers).await;
    let down: Vec<Case> = cases()
        .into_iter()
        .map(|(_, case)| case)
        .filter(|case| case.kind == Kind::DependencyDown)
        .collect();
    for case in &down {
        assert_eq!(
            ask(&world, &mut callers, case).await.status(),
            case.status,
            "{} before",
            case.operation
        );
    }
    proxy.set(Line::Refuse);
    for case in &down {
        let answer = ask(&world, &mut callers, case).await;
        assert_eq!(answer.status(), 503, "{} {}", case.operation, case.path);
        assert!(
            answer.headers().contains_key("retry-after"),
            "{}",
            case.operation
        );
        if !case.oauth_error {
            problem(answer, 503).await;
        }
    }
    proxy.set(Line::Pass);
    for case in &down {
        eventually(case.operation, async || {
            ask(&world, &mut callers, case).await.status() == case.status
        })
        .await;
    }
}
