//! TLS from the client to the service, with certificates that change.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;

use super::harness::{Certificates, World, eventually, problem};

#[tokio::test(flavor = "multi_thread")]
async fn a_lookup_is_answered_over_tls_all_the_way() {
    let certificates = Certificates::new();
    let world = World::secure(&certificates, |_| ()).await.unwrap();
    assert!(world.url.starts_with("https://"));
    let answer = world.citizen().get("/echo/v1/me").await;
    assert_eq!(answer.status(), 200);
    assert!(answer.headers().contains_key("strict-transport-security"));

    for secure in [world.url.as_str(), world.echo.url()] {
        let plain = secure.replace("https://", "http://");
        let plainly = world.http.get(format!("{plain}/livez")).send().await;
        assert!(plainly.is_err(), "{plain} answers without TLS");
    }
    let nobody = world.http.get(format!("{}/livez", world.echo.url()));
    assert!(
        nobody.send().await.is_err(),
        "a service answers somebody without a certificate"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_and_revocations_change_under_load_and_no_request_is_lost() {
    let certificates = Certificates::new();
    let world = Arc::new(
        World::secure(&certificates, |settings| {
            settings["rates"] = json!({"person": {"per_second": 10_000, "burst": 10_000}});
        })
        .await
        .unwrap(),
    );
    let over = Arc::new(AtomicBool::new(false));
    let asking: Vec<_> = (0..4)
        .map(|_| {
            let (world, over) = (world.clone(), over.clone());
            tokio::spawn(async move {
                let (citizen, mut answered) = (world.citizen(), 0);
                while !over.load(Ordering::Relaxed) {
                    assert_eq!(citizen.get("/echo/v1/me").await.status(), 200);
                    answered += 1;
                }
                answered
            })
        })
        .collect();
    let mut old = Vec::new();
    for _ in 0..4 {
        for name in ["echo", "gateway", "identity", "edge"] {
            old.push(certificates.renew(name));
        }
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        // What is two rounds old: on a machine that stalls, what was renewed just now may not be in use everywhere yet.
        let revoked: Vec<_> = old.iter().rev().skip(8).collect();
        certificates.revoke(&revoked);
        tokio::time::sleep(Duration::from_millis(1_500)).await;
    }
    over.store(true, Ordering::Relaxed);
    for asking in asking {
        assert!(asking.await.unwrap() > 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_whose_certificate_was_taken_back_is_refused_until_it_has_another() {
    let certificates = Certificates::new();
    let stolen = certificates.renew("gateway");
    let world = World::secure(&certificates, |_| ()).await.unwrap();
    let citizen = world.citizen();
    assert_eq!(citizen.get("/echo/v1/me").await.status(), 200);

    certificates.revoke(&[&stolen]);
    eventually(async || citizen.get("/echo/v1/me").await.status() == 503).await;
    problem(citizen.get("/echo/v1/me").await).await;

    certificates.renew("gateway");
    eventually(async || citizen.get("/echo/v1/me").await.status() == 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_addresses_beside_certificates_are_refused_at_the_start() {
    let certificates = Certificates::new();
    let started = World::secure(&certificates, |settings| {
        settings["upstreams"]["echo"] = json!("http://127.0.0.1:1");
    });
    let said = started.await.err().unwrap().to_string();
    assert!(
        said.contains("upstreams.echo") && said.contains("https"),
        "{said}"
    );
}
