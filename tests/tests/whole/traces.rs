//! One request is one trace, from the edge to the SQL, under the number that its answer has; and traces cost nobody anything.

use std::collections::BTreeMap;

use end_to_end::site::{Foundation, SERVICES};
use test_support::collector::{Answer, Collector, Span};
use test_support::ports;

use super::world::{PATIENCE, World, ask};

/// A site whose services send traces to `endpoint`, and write logs as JSON.
fn traced(endpoint: &str, more: &[&str]) -> Foundation {
    let mut settings = Vec::new();
    for name in SERVICES {
        settings.push((name, format!("telemetry.traces.endpoint={endpoint}")));
        settings.push((name, "telemetry.format=json".to_owned()));
        for setting in more {
            settings.push((name, (*setting).to_owned()));
        }
    }
    Foundation {
        settings,
        ..Foundation::default()
    }
}

async fn site(on: Foundation, postgres: bool) -> World {
    if postgres {
        World::servers_with(on).await
    } else {
        World::on(on).await
    }
}

/// The trace that an answer names, and its own number.
fn numbers(answer: &reqwest::Response) -> (String, String) {
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    let trace = header("traceresponse");
    let parts: Vec<&str> = trace.split('-').collect();
    assert_eq!((parts.len(), parts[0]), (4, "00"), "{trace}");
    (parts[1].to_owned(), header("x-request-id"))
}

fn named<'a>(spans: &'a [Span], service: &str, name: &str) -> &'a Span {
    let mut found = spans
        .iter()
        .filter(|span| span.service == service && span.name == name);
    let span = found
        .next()
        .unwrap_or_else(|| panic!("no {name} of {service}: {spans:#?}"));
    assert!(found.next().is_none(), "more than one {name} of {service}");
    span
}

/// Each span but the root has its parent in the trace, begins within it, and the root is the edge's.
fn hangs_together(spans: &[Span]) {
    let by_id: BTreeMap<&str, &Span> = spans.iter().map(|span| (span.id.as_str(), span)).collect();
    assert_eq!(by_id.len(), spans.len(), "an id is given twice");
    for span in spans {
        if span.parent.is_empty() {
            assert_eq!(span.service, "gateway", "{span:#?}");
            continue;
        }
        let parent = by_id
            .get(span.parent.as_str())
            .unwrap_or_else(|| panic!("{} has no parent: {spans:#?}", span.name));
        assert!(parent.began <= span.began, "{span:#?} before {parent:#?}");
        assert_eq!(span.has_remote_parent, span.service != parent.service);
    }
    let roots = spans.iter().filter(|span| span.parent.is_empty());
    assert_eq!(roots.count(), 1, "{spans:#?}");
}

async fn one_lookup_is_one_trace(postgres: bool) {
    let collector = Collector::start().await;
    let mut world = site(traced(&collector.url(), &[]), postgres).await;
    let mut citizen = world.citizen(0).await;
    let answer = citizen.get("/household/v1/me").await.unwrap();
    assert_eq!(answer.status(), 200);
    let (trace, request) = numbers(&answer);
    assert_eq!(trace, request.replace('-', ""), "there is one number");
    let taken_at = answer.headers()["snapshot-taken-at"].clone();

    let system = if postgres { "postgresql" } else { "sqlite" };
    let whole = |spans: &[Span]| {
        let has = |service: &str, name: &str| {
            spans
                .iter()
                .any(|span| span.service == service && span.name == name)
        };
        has("gateway", "GET /household/v1/me") && has("household", "GET /v1/me")
    };
    let spans = collector.trace(&trace, PATIENCE, whole).await;
    hangs_together(&spans);
    let edge = named(&spans, "gateway", "GET /household/v1/me");
    let decision = named(&spans, "gateway", "decide");
    let call = named(&spans, "gateway", "GET household");
    let logging = named(&spans, "gateway", "log lookup");
    let insert = named(&spans, "gateway", "INSERT entry");
    let served = named(&spans, "household", "GET /v1/me");
    let proved = named(&spans, "gateway", "check token and proof");
    for (span, parent) in [
        (proved, edge),
        (decision, edge),
        (call, edge),
        (logging, edge),
        (insert, logging),
        (served, call),
    ] {
        assert_eq!(span.parent, parent.id, "{span:#?}");
        assert!(!span.failed, "{span:#?}");
    }
    for span in [edge, served] {
        assert_eq!(span.kind, "SPAN_KIND_SERVER");
        assert_eq!(span.attributes["http.request.method"], "GET");
        assert_eq!(span.attributes["http.response.status_code"], "200");
    }
    assert_eq!(edge.attributes["http.route"], "/household/v1/me");
    assert_eq!(served.attributes["http.route"], "/v1/me");
    assert_eq!(decision.attributes["lifeboat.decision"], "permit");
    assert_eq!(
        served.attributes["lifeboat.snapshot.taken_at"],
        taken_at.to_str().unwrap()
    );
    let statements: Vec<&Span> = spans
        .iter()
        .filter(|span| span.service == "household" && span.kind == "SPAN_KIND_CLIENT")
        .collect();
    assert!(!statements.is_empty(), "{spans:#?}");
    for statement in statements {
        assert_eq!(statement.parent, served.id);
        assert_eq!(statement.attributes["db.system.name"], system);
        assert_eq!(statement.attributes["db.operation.name"], "SELECT");
        assert!(
            statement.name.starts_with("SELECT person"),
            "{statement:#?}"
        );
    }
    if postgres {
        let counted = spans.iter().any(|span| {
            span.attributes
                .get("db.system.name")
                .is_some_and(|system| system == "redis")
        });
        assert!(counted, "no look into Redis: {spans:#?}");
    }

    for (name, span) in [("gateway", edge), ("household", served)] {
        let service = world.site.service(name).unwrap();
        let line = service.says(&trace, PATIENCE).await;
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["trace_id"], trace.as_str(), "{name}: {line}");
        assert_eq!(line["span_id"], span.id.as_str(), "{name}: {line}");
        assert_eq!(line["message"], "answered", "{name}: {line}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_lookup_is_one_trace_from_the_edge_to_the_sql_on_sqlite() {
    one_lookup_is_one_trace(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_lookup_is_one_trace_from_the_edge_to_the_sql_on_postgresql() {
    one_lookup_is_one_trace(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_in_is_one_trace_through_three_services() {
    let collector = Collector::start().await;
    let world = site(traced(&collector.url(), &[]), false).await;
    world.citizen(0).await;
    let deadline = std::time::Instant::now() + PATIENCE;
    let checked = loop {
        let spans = collector.spans();
        let check = spans
            .iter()
            .find(|span| span.service == "household" && span.name == "POST /v1/identity-checks");
        if let Some(check) = check {
            break check.clone();
        }
        assert!(std::time::Instant::now() < deadline, "{spans:#?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    let whole = |spans: &[Span]| {
        spans.iter().any(|span| span.parent.is_empty())
            && spans
                .iter()
                .any(|span| span.service == "identity" && span.name == "POST /v1/token")
    };
    let spans = collector.trace(&checked.trace, PATIENCE, whole).await;
    hangs_together(&spans);
    let edge = named(&spans, "gateway", "POST /identity/v1/token");
    let token = named(&spans, "identity", "POST /v1/token");
    let call = named(&spans, "identity", "POST household");
    let passed = named(&spans, "gateway", "POST identity");
    assert_eq!(passed.parent, edge.id);
    assert_eq!(token.parent, passed.id);
    assert_eq!(call.parent, token.id);
    assert_eq!(checked.parent, call.id);
    let of_its_store =
        |span: &&Span| span.parent == token.id && span.attributes.contains_key("db.system.name");
    assert!(spans.iter().any(|span| of_its_store(&span)), "{spans:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_neither_chooses_the_trace_nor_has_it_sampled() {
    const CHOSEN: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let collector = Collector::start().await;
    let none = "telemetry.traces.sample_ratio=0.0";
    let mut world = site(traced(&collector.url(), &[none]), false).await;
    let mut citizen = world.citizen(0).await;
    let answer = citizen
        .send(reqwest::Method::GET, "/household/v1/me", |request| {
            request
                .header("traceparent", CHOSEN)
                .header("tracestate", "vendor=1")
                .header("x-request-id", "0af76519-16cd-43dd-8448-eb211c80319c")
        })
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let (trace, request) = numbers(&answer);
    assert_eq!(trace, request.replace('-', ""));
    assert_ne!(trace, "0af7651916cd43dd8448eb211c80319c");
    assert!(
        answer.headers()["traceresponse"]
            .to_str()
            .unwrap()
            .ends_with("-00")
    );
    for name in SERVICES.into_iter().rev() {
        let service = world.site.service(name).unwrap();
        service.terminate();
        assert!(service.exit(PATIENCE).await.success());
    }
    assert!(collector.spans().is_empty(), "{:#?}", collector.spans());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_traces_answers_name_none() {
    let world = site(Foundation::default(), false).await;
    let mut citizen = world.citizen(0).await;
    let answer = citizen.get("/household/v1/me").await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(!answer.headers().contains_key("traceresponse"));
    assert!(answer.headers().contains_key("x-request-id"));
}

/// However the collector is, people are answered and services end in order.
async fn nobody_waits(endpoint: &str) {
    let mut world = site(traced(endpoint, &[]), false).await;
    let mut citizen = world.citizen(0).await;
    for _ in 0..50 {
        let answer = citizen.get("/household/v1/me").await.unwrap();
        assert_eq!(answer.status(), 200);
    }
    for name in SERVICES.into_iter().rev() {
        let service = world.site.service(name).unwrap();
        service.terminate();
        assert!(service.exit(PATIENCE).await.success());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_away_is_nobodys_trouble() {
    nobody_waits(&format!("http://127.0.0.1:{}", ports::free())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_says_nothing_is_nobodys_trouble() {
    let collector = Collector::answering(Answer::Silence).await;
    nobody_waits(&collector.url()).await;
    assert!(!collector.heads().is_empty(), "it was asked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_service_did_last_is_sent_before_it_ends() {
    let collector = Collector::start().await;
    let mut world = site(traced(&collector.url(), &[]), false).await;
    let mut officer = world.officer().await;
    let path = format!("/household/v1/persons/{}", world.people[0].national_id);
    let answer = ask(&mut officer, &path, "family-tracing").await;
    assert_eq!(answer.status(), 200);
    let (trace, _) = numbers(&answer);
    for name in SERVICES.into_iter().rev() {
        let service = world.site.service(name).unwrap();
        service.terminate();
        assert!(service.exit(PATIENCE).await.success());
    }
    let mut spans = collector.spans();
    spans.retain(|span| span.trace == trace);
    hangs_together(&spans);
    named(&spans, "gateway", "GET /household/v1/persons/{national_id}");
    named(&spans, "household", "GET /v1/persons/{national_id}");
}
