//! Values that the schema takes one by one and that contradict each other; the words name the key.

use deployment::tools::Values;

use crate::refusals::{all, refused};
use crate::rendered::tools;

#[test]
fn bounds_that_cross_are_refused_and_named() {
    for (value, key) in [
        (
            "services.gateway.autoscaling.minReplicas=9",
            "services.gateway.autoscaling.minReplicas",
        ),
        (
            "defaults.autoscaling.minReplicas=7",
            "defaults.autoscaling.minReplicas",
        ),
        (
            "capabilities.household.autoscaling.maxReplicas=1",
            "capabilities.household.autoscaling.minReplicas",
        ),
        (
            "capabilities.household.resources.requests.cpu=1001m",
            "capabilities.household.resources.requests.cpu",
        ),
        (
            "capabilities.household.resources.requests.cpu=2",
            "capabilities.household.resources.requests.cpu",
        ),
        (
            "defaults.resources.limits.memory=63Mi",
            "defaults.resources.requests.memory",
        ),
        (
            "services.gateway.resources.requests.memory=1Gi",
            "services.gateway.resources.requests.memory",
        ),
        (
            "restore.resources.requests.memory=1Ti",
            "restore.resources.requests.memory",
        ),
        (
            "vault.watch.resources.requests.cpu=0.6",
            "vault.watch.resources.requests.cpu",
        ),
        (
            "database.cloudNativePg.resources.requests.cpu=5",
            "database.cloudNativePg.resources.requests.cpu",
        ),
    ] {
        refused(&Values::default().and(value), key);
    }
}

#[test]
fn names_of_nothing_and_names_that_are_there_twice_are_refused() {
    for (values, key) in [
        (
            vec!["capabilities.household.callers={identity,portal}"],
            "capabilities.household.callers: there is no service portal",
        ),
        (
            vec![
                "image.digests.portal=sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            ],
            "image.digests.portal",
        ),
        (
            vec![
                "vault.clouds[0].name=one",
                "vault.clouds[0].url=s3://one",
                "vault.clouds[0].credentials=one.toml",
            ],
            "vault.credentialsSecret",
        ),
        (
            vec![
                "vault.clouds[0].name=one",
                "vault.clouds[0].url=s3://one",
                "vault.clouds[1].name=one",
                "vault.clouds[1].url=s3://two",
            ],
            "vault.clouds: one",
        ),
    ] {
        refused(&all(&values), key);
    }
}

#[test]
fn what_is_said_of_an_edge_that_there_is_not_is_refused_and_named() {
    for (values, key) in [
        (
            vec!["edge.type=gateway", "edge.parentRef.namespace=edge"],
            "edge.parentRef",
        ),
        (
            vec![
                "edge.type=gateway",
                "edge.className=public",
                "edge.parentRef.name=public",
            ],
            "edge.parentRef",
        ),
        (
            vec!["edge.type=ingress", "edge.parentRef.name=public"],
            "edge.parentRef",
        ),
        (vec!["edge.className=nginx"], "edge.className"),
        (vec!["edge.annotations.a=b"], "edge.annotations"),
        (
            vec![
                "edge.certManager.enabled=true",
                "edge.certManager.issuerRef.name=x",
            ],
            "edge.certManager.enabled",
        ),
    ] {
        refused(&all(&values), key);
    }
}

#[test]
fn what_contradicts_itself_is_refused_and_named() {
    for (values, key) in [
        (vec!["listen.port=9090"], "listen.adminPort"),
        (
            vec![
                "networkPolicy.edge[0].podSelector.matchLabels.a=b",
                "networkPolicy.edge[0].ipBlock.cidr=10.0.0.0/8",
            ],
            "networkPolicy.edge.0",
        ),
        (
            vec![
                "networkPolicy.edge[0].podSelector.matchExpressions[0].key=a",
                "networkPolicy.edge[0].podSelector.matchExpressions[0].operator=In",
            ],
            "values",
        ),
        (vec!["networkPolicy.monitoring=null"], "monitoring"),
        (
            vec!["services.identity.enabled=false"],
            "services.identity.enabled",
        ),
        (
            vec!["capabilities.household.enabled=false"],
            "capabilities.household.enabled",
        ),
        (vec!["edge.type=gateway"], "edge.parentRef"),
        (vec!["edge.type=loadbalancer"], "edge.type"),
        (vec!["backup.enabled=true"], "backup.folders"),
        (vec!["journalBackup.enabled=true"], "vault.clouds"),
        (vec!["publicUrl=lifeboat.example"], "publicUrl"),
        (vec!["publicUrl=https://lifeboat.example/"], "publicUrl"),
        (vec!["image.pullPolicy=Sometimes"], "image.pullPolicy"),
        (
            vec!["edge.trustedProxies={everybody}"],
            "edge.trustedProxies",
        ),
        (
            vec![
                "restore.enabled=true",
                "restore.signatures.agencyKeys[0].agency=a",
                "restore.signatures.agencyKeys[0].file=a.pem",
            ],
            "restore.signatures.configMap",
        ),
    ] {
        refused(&all(&values), key);
    }
}

#[test]
fn measures_that_nobody_may_read_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("values.yaml");
    std::fs::write(&file, "networkPolicy: {monitoring: []}").unwrap();
    let values = Values::default().and_file(&file);
    assert!(tools().render(&values).is_ok());
    refused(
        &values.and("serviceMonitors.enabled=true"),
        "networkPolicy.monitoring",
    );
}

#[test]
fn what_would_be_found_only_while_it_runs_is_refused_and_named() {
    for (value, key) in [
        (
            "vault.clouds[0].endpoint=http://s3.north.example",
            "vault.clouds.0.endpoint",
        ),
        (
            "vault.clouds[0].endpoint=http://127.0.0.10.example",
            "vault.clouds.0.endpoint",
        ),
        ("vault.clouds[0].region=", "vault.clouds.0.region"),
        ("vault.clouds[0].allowHttp=true", "allowHttp"),
        (
            "vault.scrub.deadlineSeconds=0",
            "vault.scrub.deadlineSeconds",
        ),
        ("vault.watch.deadlineSeconds=null", "deadlineSeconds"),
        ("backup.deadlineSeconds=never", "backup.deadlineSeconds"),
        // The rules miss a backup after three minutes.
        (
            "journalBackup.everySeconds=180",
            "journalBackup.everySeconds",
        ),
        ("test.waitSeconds=-1", "test.waitSeconds"),
        ("test.authority.name=x", "name"),
        ("test.authority.key=", "test.authority.key"),
    ] {
        let cloud = Values::default()
            .and("vault.clouds[0].name=north")
            .and("vault.clouds[0].url=s3://north");
        refused(&cloud.and(value), key);
    }
    for kind in ["load-balancer", "ingress", "gateway"] {
        let values = Values::default()
            .and(format!("edge.type={kind}"))
            .and("publicUrl=http://lifeboat.example");
        refused(&values, "publicUrl");
    }
    let operators = deployment::tools::chart().join("values-operators.yaml");
    let values = Values::default()
        .and_file(&operators)
        .and("defaults.replicas=4");
    refused(&values, "database.cloudNativePg.maxConnections");
}
