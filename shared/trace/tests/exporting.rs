//! What is sent to a real collector on loopback.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use test_support::collector::Collector;
use trace::{Kind, Scope, Settings, Span};
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(20);

/// The collector to which this process sends: traces are switched on once.
fn collector() -> Arc<Collector> {
    static COLLECTOR: OnceLock<Arc<Collector>> = OnceLock::new();
    let start = || {
        let (started, starting) = mpsc::channel();
        // On a runtime of its own: those of the tests end with them.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                let collector = Arc::new(Collector::start().await);
                let url = collector.url();
                let settings = format!("endpoint = '{url}'\nheaders = 'x-tenant=a%20b'");
                let settings: Settings = toml::from_str(&settings).unwrap();
                let sending = trace::install(&settings).unwrap().start();
                assert!(trace::install(&settings).is_err(), "only once");
                started.send(collector).unwrap();
                std::future::pending::<()>().await;
                sending.finish().await;
            });
        });
        starting.recv().unwrap()
    };
    COLLECTOR.get_or_init(start).clone()
}

fn id(request: Uuid) -> String {
    request.simple().to_string()
}

/// What a service does for a request that was sent with this header.
async fn served(header: &str) {
    let mut server = Span::server("household", || Some(header));
    server.rename(|| "GET /v1/me".to_owned());
    server.set("http.response.status_code", || 200_u16);
    let work = async {
        trace::note("lifeboat.snapshot.id", || "7".to_owned());
        let mut span = Span::child(Kind::Client, "SELECT person");
        span.fail("failed");
    };
    server.within(work).await;
}

#[tokio::test]
async fn a_request_is_one_trace_across_services() {
    let collector = collector();
    let request = Uuid::now_v7();
    let edge = Span::edge("gateway", request);
    let work = async {
        let call = Span::child(Kind::Client, "call");
        served(&call.context().unwrap().to_string()).await;
    };
    edge.within(work).await;
    drop(edge);

    let spans = collector
        .trace(&id(request), PATIENCE, |spans| spans.len() == 4)
        .await;
    let of = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
    let [edge, call, server, select] = ["request", "call", "GET /v1/me", "SELECT person"].map(of);
    assert_eq!(edge.parent, "");
    assert_eq!(call.parent, edge.id);
    assert_eq!(server.parent, call.id);
    assert_eq!(select.parent, server.id);
    assert!(server.has_remote_parent && !call.has_remote_parent);
    let services = [edge, call, server, select].map(|span| span.service.as_str());
    assert_eq!(services, ["gateway", "gateway", "household", "household"]);
    let kinds = [edge, call, server].map(|span| span.kind.as_str());
    assert_eq!(
        kinds,
        ["SPAN_KIND_SERVER", "SPAN_KIND_CLIENT", "SPAN_KIND_SERVER"]
    );
    assert_eq!(server.attributes["http.response.status_code"], "200");
    assert_eq!(server.attributes["lifeboat.snapshot.id"], "7");
    assert_eq!(select.attributes["error.type"], "failed");
    assert!(select.failed && !server.failed);
    assert!(edge.began <= call.began && call.ended <= edge.ended);

    let head = collector.heads().remove(0).to_lowercase();
    assert!(head.starts_with("post /v1/traces http/1.1"), "{head}");
    let protobuf = "content-type: application/x-protobuf";
    assert!(head.contains(protobuf), "{head}");
    assert!(head.contains("x-tenant: a b"), "{head}");
}

#[tokio::test]
async fn a_service_follows_the_edge_and_has_the_id_also_of_what_is_not_sampled() {
    let collector = collector();
    let [one, other] = [(); 2].map(|()| Uuid::now_v7());
    let unsampled = format!("00-{}-00f067aa0ba902b7-00", id(one));
    let server = Span::server("household", || Some(&unsampled));
    assert!(!server.is_recorded());
    assert_eq!(server.context().unwrap().trace_id(), one);
    assert_eq!(server.enter(Scope::current).context(), server.context());
    drop(server);
    served(&unsampled).await;
    assert_eq!(Span::server("household", || None).context(), None);
    assert_eq!(Span::server("household", || Some("no")).context(), None);

    let sampled = format!("00-{}-00f067aa0ba902b7-01", id(other));
    served(&sampled).await;
    let whole = |spans: &[_]| spans.len() == 2;
    collector.trace(&id(other), PATIENCE, whole).await;
    let spans = collector.spans();
    assert!(!spans.iter().any(|span| span.trace == id(one)));
}

#[tokio::test]
async fn work_that_another_task_does_is_seen_in_the_trace() {
    let collector = collector();
    let request = Uuid::now_v7();
    let edge = Span::edge("gateway", request);
    let scope = edge.enter(Scope::current);
    let insert = async { drop(Span::child(Kind::Client, "INSERT entry")) };
    tokio::spawn(scope.run(insert)).await.unwrap();
    let other = async { Span::child(Kind::Client, "somebody else's").is_recorded() };
    assert!(!tokio::spawn(other).await.unwrap());
    let parent = format!("{:016x}", edge.context().unwrap().span_id());
    drop(edge);
    let spans = collector
        .trace(&id(request), PATIENCE, |spans| spans.len() == 2)
        .await;
    let insert = spans.iter().find(|span| span.name == "INSERT entry");
    assert_eq!(insert.unwrap().parent, parent);
}
