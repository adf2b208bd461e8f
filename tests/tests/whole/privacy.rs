//! Canaries: what people send and what is told of them is in no log, no metric and no trace.

use end_to_end::site::{Foundation, SERVICES};
use reqwest::Method;
use test_support::collector::Collector;
use test_support::ports;

use super::world::{PATIENCE, World, ask};

/// A site whose services say all they can say, and how they are measured.
async fn watched(postgres: bool, collector: &Collector) -> (World, Vec<String>) {
    let mut settings = Vec::new();
    let mut metrics = Vec::new();
    for name in SERVICES {
        let address = format!("127.0.0.1:{}", ports::free());
        settings.push((name, format!("admin.listen={address}")));
        settings.push((name, "telemetry.filter=debug".to_owned()));
        settings.push((name, "telemetry.format=json".to_owned()));
        let endpoint = collector.url();
        settings.push((name, format!("telemetry.traces.endpoint={endpoint}")));
        metrics.push(format!("http://{address}/metrics"));
    }
    let on = Foundation {
        settings,
        ..Foundation::default()
    };
    let world = if postgres {
        World::servers_with(on).await
    } else {
        World::on(on).await
    };
    (world, metrics)
}

async fn nothing_leaks(postgres: bool) {
    let collector = Collector::start().await;
    let (mut world, metrics) = watched(postgres, &collector).await;
    let mut citizen = world.citizen(0).await;
    let mut officer = world.officer().await;
    let (own, marked) = (world.people[0].clone(), world.protected.clone());
    let mut canaries = vec![citizen.token.clone(), officer.token.clone()];
    for path in [
        "/household/v1/me",
        "/household/v1/me/household",
        "/household/v1/me/kin",
        "/identity/v1/me/access-log",
    ] {
        citizen.get(path).await.unwrap();
    }
    for facts in [&own, &marked] {
        let name = facts.name.as_str();
        for path in [
            format!("/household/v1/persons/{}", facts.national_id),
            format!(
                "/household/v1/persons?name={name}&birth_date={}",
                facts.birth_date
            ),
            format!("/household/v1/households/{}", facts.household_no),
            "/household/v1/households?address=新北市貢寮區金絲雀路".to_owned(),
        ] {
            ask(&mut officer, &path, "family-tracing").await;
        }
        canaries.extend([
            facts.national_id.clone(),
            facts.name.clone(),
            facts.birth_date.clone(),
            facts.household_no.clone(),
        ]);
    }
    // Refusals and nonsense are where values slip into words.
    let http = reqwest::Client::new();
    let gateway = &world.site.gateway;
    for (path, body) in [
        ("/household/v1/persons/CANARY-KEY", ""),
        (
            "/identity/v1/token",
            "grant_type=CANARY-GRANT&national_id=CANARY-FIELD",
        ),
        ("/household/v1/identity-checks", "CANARY-BODY"),
        ("/CANARY-PATH?CANARY-QUERY=1", ""),
    ] {
        for method in [Method::GET, Method::POST] {
            let request = http.request(method, format!("{gateway}{path}")).body(body);
            request
                .header("authorization", "DPoP CANARY-TOKEN")
                .header("dpop", "CANARY-PROOF")
                .send()
                .await
                .unwrap();
        }
    }
    let wrong = end_to_end::people::Facts {
        household_no: "F7654321".to_owned(),
        ..own.clone()
    };
    end_to_end::client::Client::citizen(gateway, &wrong)
        .await
        .unwrap_err();
    canaries.extend(["CANARY", "F7654321", "金絲雀"].map(str::to_owned));

    let mut said = Vec::new();
    for url in metrics {
        let text = reqwest::get(&url).await.unwrap().text().await.unwrap();
        assert!(
            text.contains("lifeboat_"),
            "{url} measures something: {text}"
        );
        said.push((url, text));
    }
    for name in SERVICES {
        let service = world.site.service(name).unwrap();
        let text = service.stderr() + &service.stdout();
        assert!(text.contains("ready"), "{name} logs something");
        said.push((name.to_owned(), text));
        service.terminate();
        assert!(service.exit(PATIENCE).await.success());
    }
    let text = collector.text();
    assert!(text.contains("/v1/persons/{"), "a trace tells something");
    said.push(("a trace".to_owned(), text));
    for (whose, text) in said {
        for canary in &canaries {
            let line = text.lines().find(|line| line.contains(canary.as_str()));
            assert!(line.is_none(), "{whose} tells {canary}: {line:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_log_no_metric_and_no_trace_tells_of_a_person_on_sqlite() {
    nothing_leaks(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_log_no_metric_and_no_trace_tells_of_a_person_on_postgresql() {
    nothing_leaks(true).await;
}
