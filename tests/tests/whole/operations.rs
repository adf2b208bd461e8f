//! Every operation of every service, with its cases: an operation that is new in `openapi/` fails until it has its own.

mod household;
mod identity;
mod table;

use std::collections::BTreeSet;
use std::path::Path;

use end_to_end::client::Client;
use end_to_end::site::Foundation;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;
use test_support::postgres::{self, Database};
use test_support::proxy::{Line, Proxy};

use super::world::{World, eventually, load, problem};
use table::{Case, Kind, OPERATIONS, Who};

/// The cases of all services.
fn cases() -> impl Iterator<Item = &'static Case> {
    household::CASES.iter().chain(identity::CASES)
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
    let tested = OPERATIONS
        .iter()
        .map(|one| (one.service.to_owned(), one.id.to_owned()));
    assert_eq!(
        described(),
        tested.collect(),
        "openapi/ and the table of operations differ"
    );
    for operation in OPERATIONS {
        for kind in Kind::ALL {
            let cases = cases().filter(|case| case.operation == operation.id && case.kind == kind);
            let excused = operation
                .without
                .iter()
                .any(|(without, _)| *without == kind);
            assert_ne!(cases.count() > 0, excused, "{}: {kind:?}", operation.id);
        }
    }
    for case in cases() {
        assert!(
            OPERATIONS.iter().any(|one| one.id == case.operation),
            "{}",
            case.operation
        );
    }
}

/// Everybody who asks.
struct Callers {
    citizen: Client,
    officer: Client,
    elsewhere: Client,
    agency: Client,
}

impl Callers {
    async fn of(world: &World) -> Self {
        Self {
            citizen: world.citizen(0).await,
            officer: world.officer().await,
            elsewhere: world.program("officer-elsewhere").await,
            agency: world.program("agency-system").await,
        }
    }

    fn named(&mut self, who: Who) -> &mut Client {
        match who {
            Who::Citizen | Who::Nobody | Who::Forger => &mut self.citizen,
            Who::Officer => &mut self.officer,
            Who::OfficerElsewhere => &mut self.elsewhere,
            Who::AgencySystem => &mut self.agency,
        }
    }
}

fn filled(world: &World, text: &str) -> String {
    let (me, other) = (&world.people[0], &world.people[1]);
    let key = text.replace("{me}", &me.national_id);
    let key = key
        .replace("{birth_date}", &me.birth_date)
        .replace("{household_no}", &me.household_no);
    let key = key
        .replace("{issued_on}", &me.id_card_issued_on)
        .replace("{name}", &me.name);
    let key = key.replace("{other}", &other.national_id);
    let key = key.replace("{protected}", &world.protected.national_id);
    let key = key.replace("{protected_name}", &world.protected.name);
    key.replace("{protected_birth}", &world.protected.birth_date)
}

async fn ask(world: &World, callers: &mut Callers, case: &Case) -> Response {
    let path = filled(world, case.path);
    let method: Method = case.method.parse().unwrap();
    let body = case.body.map(|(kind, text)| (kind, filled(world, text)));
    let more = |request: RequestBuilder| {
        let mut request = request;
        if let Some(purpose) = case.purpose {
            request = request
                .header("Lookup-Purpose", purpose)
                .header("Case-Number", "CASE-1");
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
    let text = answer.text().await.unwrap();
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
            !text.contains(&filled(world, absent)),
            "{name} tells {absent}: {text}"
        );
    }
    for present in case.present {
        assert!(
            text.contains(&filled(world, present)),
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
    ] {
        callers.named(who).get("/household/v1/me").await.unwrap();
    }
    for case in cases().filter(|case| case.kind != Kind::DependencyDown) {
        check(world, &mut callers, case).await;
    }
}

fn unhurried() -> Foundation {
    Foundation {
        unlimited: true,
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
    load(&database.url);
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
    let down: Vec<&Case> = cases()
        .filter(|case| case.kind == Kind::DependencyDown)
        .collect();
    for case in &down {
        assert_eq!(
            ask(&world, &mut callers, case).await.status(),
            200,
            "{} before",
            case.operation
        );
    }
    proxy.set(Line::Refuse);
    for case in &down {
        let answer = ask(&world, &mut callers, case).await;
        assert_eq!(answer.status(), 503, "{}", case.operation);
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
            ask(&world, &mut callers, case).await.status() == 200
        })
        .await;
    }
}
