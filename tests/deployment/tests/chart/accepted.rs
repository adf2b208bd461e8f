//! What the schema takes, a cluster takes too: addresses, names and times that an API server would refuse are refused before, and
//! those that people have are not.

use deployment::tools::Values;

use crate::refusals::{all, refused};
use crate::rendered::{find, list, tools};

#[test]
fn what_an_api_server_would_refuse_is_refused_and_named() {
    for (values, key) in [
        (vec!["publicUrl=https://Lifeboat.Example"], "publicUrl"),
        (vec!["publicUrl=https://a_b.example"], "publicUrl"),
        (vec!["publicUrl=https://a.example:99999"], "publicUrl"),
        (vec!["publicUrl=https://u:p@a.example"], "publicUrl"),
        (
            vec!["edge.type=ingress", "publicUrl=https://10.0.0.1"],
            "publicUrl",
        ),
        (
            vec!["edge.type=ingress", "publicUrl=https://[2001:db8::1]"],
            "publicUrl",
        ),
        (
            vec!["edge.type=ingress", "edge.className=vendor.example/class"],
            "edge.className",
        ),
        (
            vec!["telemetry.traces.endpoint=http://collector:99999"],
            "telemetry.traces.endpoint",
        ),
        (vec!["listen.address=nonsense"], "listen.address"),
        (vec!["listen.address=0.0.0.0/0"], "listen.address"),
        (vec!["image.registry=https://r.example"], "image.registry"),
        (vec!["image.repository=Life Boat"], "image.repository"),
        (vec!["image.tag=a:b"], "image.tag"),
        (vec!["image.pullSecrets={a,a}"], "image.pullSecrets"),
        (vec!["backup.state.size=0Gi"], "backup.state.size"),
        (
            vec!["vault.watch.schedule=61 * * * *"],
            "vault.watch.schedule",
        ),
        (
            vec!["vault.scrub.schedule=0 0 31 13 *"],
            "vault.scrub.schedule",
        ),
        (
            vec!["serviceMonitors.interval=60s"],
            "serviceMonitors.interval",
        ),
        (
            vec!["serviceMonitors.labels.release=kube prometheus"],
            "serviceMonitors.labels.release",
        ),
        (
            vec!["externalSecrets.refreshInterval=soon"],
            "externalSecrets.refreshInterval",
        ),
        (
            vec!["tls.certManager.renewBefore=800h"],
            "tls.certManager.renewBefore",
        ),
        (vec!["edge.tlsSecret=a..b"], "edge.tlsSecret"),
        (vec!["vault.masterSecret.key=.."], "vault.masterSecret.key"),
        (vec!["edge.annotations.foo bar=x"], "foo bar"),
        (
            vec!["database.cloudNativePg.parameters.max_connections=50"],
            "max_connections",
        ),
        (vec!["pods.labels.lifeboat/role=x"], "lifeboat/role"),
        (vec!["pods.tolerations[0].effects=x"], "effects"),
        (vec!["pods.affinity.nodeAfinity.a=b"], "nodeAfinity"),
    ] {
        refused(&all(&values), key);
    }
}

#[test]
fn two_programs_of_one_name_are_refused() {
    let client = |number: usize, name: &str| {
        let place = format!("services.identity.clients[{number}]");
        [
            format!("{place}.clientId={name}"),
            format!("{place}.kind=officer"),
            format!("{place}.agency=a"),
            format!("{place}.publicKey=-----BEGIN PUBLIC KEY-----"),
        ]
    };
    let values = |second: &str| {
        let words = [client(0, "one"), client(1, second)].concat();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        all(&words)
    };
    tools().render(&values("two")).unwrap();
    refused(&values("one"), "services.identity.clients");
}

#[test]
fn what_people_have_is_taken() {
    for values in [
        vec!["edge.type=load-balancer", "publicUrl=https://10.0.0.1"],
        vec![
            "edge.type=load-balancer",
            "publicUrl=https://[2001:db8::1]:8443",
        ],
        vec![
            "edge.type=load-balancer",
            "edge.className=vendor.example/class",
        ],
        vec!["image.registry=r.example:5000/some/where"],
        vec!["vault.watch.schedule=*/5 0-6 1 JAN-MAR Mon"],
        vec!["vault.watch.schedule=@daily"],
        vec!["externalSecrets.refreshInterval=1h30m"],
        vec!["edge.certManager.issuerRef.kind=AWSPCAClusterIssuer"],
        // Who lets pods use what a node has left.
        vec!["defaults.resources.limits.cpu=null"],
    ] {
        tools().render(&all(&values)).unwrap();
    }
}

#[test]
fn a_gateway_listens_where_people_call() {
    let values = [
        "edge.type=gateway",
        "edge.className=some-class",
        "publicUrl=https://lifeboat.example:8443",
    ];
    let objects = tools().render(&all(&values)).unwrap();
    let gateway = objects.iter().find(|one| one.kind() == "Gateway").unwrap();
    assert_eq!(gateway.value["spec"]["listeners"][0]["port"], 8443);
}

#[test]
fn a_long_name_of_a_release_leaves_room_for_each_jobs_own() {
    let values = Values::profile("emergency");
    let arguments = ["template", "a-government-in-an-emergency"];
    let output = tools().helm(&arguments, &values).unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let rendered = String::from_utf8(output.stdout).unwrap();
    let names: Vec<&str> = rendered
        .split("\n---\n")
        .filter(|object| object.contains("\nkind: Job\n"))
        .filter_map(|object| object.split("\n  name: ").nth(1)?.lines().next())
        .map(|name| name.trim_matches('"'))
        .collect();
    assert_eq!(names.len(), 7, "{names:?}");
    assert!(names.iter().all(|name| name.len() <= 63), "{names:?}");
    let distinct: std::collections::BTreeSet<&&str> = names.iter().collect();
    assert_eq!(distinct.len(), names.len(), "{names:?}");
}

/// Between profiles Helm 4 would meet the autoscaler's claim on the number of copies if one of them named it itself.
#[test]
fn no_profile_with_services_names_the_number_of_copies_that_an_autoscaler_has() {
    for profile in ["drill", "emergency"] {
        let objects = tools().render(&Values::profile(profile)).unwrap();
        let deployments = objects.iter().filter(|one| one.kind() == "Deployment");
        let mut seen = 0;
        for deployment in deployments {
            seen += 1;
            assert!(deployment.value["spec"]["replicas"].is_null(), "{profile}");
            let name = deployment.name();
            let scaler = find(&objects, "HorizontalPodAutoscaler", name).unwrap();
            assert_eq!(scaler.value["spec"]["scaleTargetRef"]["name"], name);
        }
        assert_eq!(seen, 9);
    }
}

/// Pods wait for their data for as long as a restore takes, which is no failure of a rollout.
#[test]
fn pods_that_wait_for_data_may_do_so() {
    let objects = tools().render(&Values::profile("emergency")).unwrap();
    for deployment in objects.iter().filter(|one| one.kind() == "Deployment") {
        let pod = &deployment.pod().unwrap()["spec"]["initContainers"];
        let waits = list(pod).next().is_some();
        let patience = deployment.value["spec"]["progressDeadlineSeconds"].as_u64();
        assert_eq!(waits, patience == Some(86_400), "{}", deployment.name());
    }
}
