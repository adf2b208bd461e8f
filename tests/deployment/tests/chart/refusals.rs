//! Values that the schema or the chart does not take; the words name the key.

use deployment::tools::Values;

use crate::rendered::tools;

#[track_caller]
fn refused(values: &Values, key: &str) {
    let output = tools().helm(&["template", "lifeboat"], values).unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{values:?} was taken");
    // Helm 3 writes `a.b`, Helm 4 `/a/b` or `a.b`.
    let slashed = key.replace('.', "/");
    assert!(
        said.contains(key) || said.contains(&slashed),
        "{key} is not named: {said}"
    );
}

#[test]
fn a_misspelt_key_is_refused_and_named_on_every_level() {
    for (value, key) in [
        ("replica=3", "replica"),
        ("image.tagg=1", "tagg"),
        ("image.digests.household=latest", "household"),
        ("capabilities.household.replica=3", "replica"),
        ("capabilities.household.resources.request.cpu=1", "request"),
        ("capabilities.household.resources.requests.cpus=1", "cpus"),
        ("capabilities.household.autoscaling.max=3", "max"),
        (
            "capabilities.household.database.secret.secretName=x",
            "secretName",
        ),
        (
            "capabilities.household.database.replicaSecret.secretName=x",
            "secretName",
        ),
        ("database.replica.name=x", "replica"),
        ("capabilities.household.snapshot.gate=true", "gate"),
        ("services.gateway.rates.persons.burst=1", "persons"),
        ("services.portal.enabled=true", "portal"),
        ("defaults.workres=2", "workres"),
        ("restore.custodian=x", "custodian"),
        ("restore.signatures.agencies=x", "agencies"),
        ("vault.scrub.cron=x", "cron"),
        ("networkPolicy.postgres.ports=1", "ports"),
        ("edge.certManager.issuer=x", "issuer"),
        ("database.cloudNativePg.instance=3", "instance"),
        ("broker.rabbitmqCluster.replica=3", "replica"),
        ("journalBackup.every=3", "every"),
    ] {
        refused(&Values::default().and(value), key);
    }
}

#[test]
fn impossible_numbers_are_refused() {
    for (value, key) in [
        ("capabilities.household.replicas=-1", "household.replicas"),
        ("capabilities.household.replicas=0", "household.replicas"),
        ("capabilities.household.replicas=two", "household.replicas"),
        ("capabilities.household.tier=3", "household.tier"),
        (
            "capabilities.household.autoscaling.maxReplicas=-2",
            "autoscaling.maxReplicas",
        ),
        (
            "defaults.autoscaling.cpuPercent=101",
            "autoscaling.cpuPercent",
        ),
        ("listen.port=80", "listen.port"),
        ("listen.adminPort=70000", "listen.adminPort"),
        ("drain.timeoutSeconds=-1", "drain.timeoutSeconds"),
        ("people=-1", "people"),
        ("restore.at=-1", "restore.at"),
        (
            "capabilities.household.resources.requests.memory=64",
            "requests.memory",
        ),
        (
            "capabilities.household.resources.requests.cpu=-1",
            "requests.cpu",
        ),
        ("vault.need=1", "vault.need"),
    ] {
        refused(&Values::default().and(value), key);
    }
}

#[test]
fn a_missing_reference_to_a_secret_is_refused_and_named() {
    for (value, key) in [
        ("database.secret=null", "secret"),
        ("database.secret.name=", "database.secret.name"),
        ("database.secret.name=null", "name"),
        ("database.secret.key=", "database.secret.key"),
        ("counters.secret.name=", "counters.secret.name"),
        ("counters.secret=null", "secret"),
        ("broker.secret.name=", "broker.secret.name"),
        ("keys.secretPrefix=", "keys.secretPrefix"),
        ("keys.nonce.secret.name=", "keys.nonce.secret.name"),
        (
            "keys.trustedServices.configMap=",
            "keys.trustedServices.configMap",
        ),
        (
            "capabilities.household.database.secret.name=",
            "household.database.secret",
        ),
        ("vault.secret=", "vault.secret"),
        ("vault.masterSecret.name=", "vault.masterSecret.name"),
        ("restore.custodians.secret=", "restore.custodians.secret"),
        ("externalSecrets.enabled=true", "externalSecrets.store.name"),
        (
            "edge.certManager.enabled=true",
            "edge.certManager.issuerRef.name",
        ),
    ] {
        refused(&Values::default().and(value), key);
    }
}

#[test]
fn what_contradicts_itself_is_refused_and_named() {
    for (values, key) in [
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
        let all = values.into_iter().fold(Values::default(), Values::and);
        refused(&all, key);
    }
}

#[test]
fn the_chart_has_no_lint() {
    for profile in
        std::iter::once(Values::default()).chain(deployment::PROFILES.map(Values::profile))
    {
        let output = tools().helm(&["lint", "--strict"], &profile).unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
}
