//! Values that the schema or the chart does not take; the words name the key.

use deployment::tools::Values;
use serde_json::Value;

use crate::rendered::tools;

#[track_caller]
pub(crate) fn refused(values: &Values, key: &str) {
    release_refused("lifeboat", values, key);
}

#[track_caller]
pub(crate) fn release_refused(release: &str, values: &Values, key: &str) {
    let output = tools().helm(&["template", release], values).unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{release} {values:?} was taken");
    assert!(names(&said, key), "{key} is not named: {said}");
}

/// Helm 3 writes `a.b`, Helm 4 `/a/b` or `a.b`.
fn names(said: &str, key: &str) -> bool {
    said.contains(key) || said.contains(&key.replace('.', "/"))
}

pub(crate) fn all(values: &[&str]) -> Values {
    values
        .iter()
        .fold(Values::default(), |all, one| all.and(*one))
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
        ("networkPolicy.postgres[0].ports=1", "ports"),
        ("networkPolicy.postgres.port=1", "networkPolicy.postgres"),
        (
            "networkPolicy.edge[0].podSelector.matchLables.a=b",
            "matchLables",
        ),
        (
            "networkPolicy.clouds[0].to[0].namespaceSelector.matchExpressions[0].keys=b",
            "keys",
        ),
        ("topologySpread.whenUnsatisfiable=x", "whenUnsatisfiable"),
        // Settings that no program has.
        ("defaults.enabled=true", "enabled"),
        ("services.gateway.database.connections=3", "connections"),
        ("services.identity.limits.concurrentRequests=3", "limits"),
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
        ("drain.delaySeconds=0", "drain.delaySeconds"),
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
fn what_is_no_network_time_or_name_is_refused_and_named() {
    for cidr in [
        "10.0.0.0",
        "10.0.0.0/33",
        "10.0.0.256/8",
        "010.0.0.0/8",
        "fd00::/129",
        "fd00::1::/64",
        "everybody",
    ] {
        let value = format!("networkPolicy.edge[0].ipBlock.cidr={cidr}");
        refused(
            &Values::default().and(value),
            "networkPolicy.edge.0.ipBlock.cidr",
        );
    }
    for (value, key) in [
        (
            "networkPolicy.edge[0].podSelector.matchLabels.a=b c",
            "matchLabels.a",
        ),
        (
            "networkPolicy.edge[0].podSelector.matchExpressions[0].operator=Is",
            "operator",
        ),
        ("edge.trustedProxies={10.0.0.0/33}", "edge.trustedProxies"),
        ("timeZone=", "timeZone"),
        ("timeZone=Local", "timeZone"),
        ("timeZone=null", "timeZone"),
        ("vault.watch.schedule=@often", "vault.watch.schedule"),
        ("vault.watch.schedule=1 2 3 4", "vault.watch.schedule"),
    ] {
        refused(&Values::default().and(value), key);
    }
    for name in [
        "gateway",
        "identity",
        "edge",
        "cost",
        "test",
        "metrics",
        "postgres",
        "broker",
        "backup",
        "journal-backup",
        "restore",
        "restore-land",
        "vault-scrub",
        "to-postgres",
        "default-deny",
    ] {
        let values = [
            &*format!("capabilities.{name}.enabled=true"),
            &*format!("capabilities.{name}.tier=1"),
        ];
        refused(&all(&values), &format!("capabilities.{name}:"));
    }
    for name in ["land_registry", "Land", "land-"] {
        let value = format!("capabilities.{name}.tier=1");
        refused(&Values::default().and(value), name);
    }
    let long = "a-capability-with-a-name-of-38-letters";
    let values = [
        &*format!("capabilities.{long}.enabled=true"),
        &*format!("capabilities.{long}.tier=1"),
    ];
    let release = "a-government-in-an-emergency";
    release_refused(release, &all(&values), &format!("capabilities.{long}"));
    for release in ["two.parts", "a-release-that-is-longer-than-it-may-be"] {
        release_refused(release, &Values::default(), &format!("release: {release}"));
    }
}

#[test]
fn ordinary_values_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("values.yaml");
    let text = r#"
defaults:
  resources: {requests: {cpu: 0.5, memory: 0.5Gi}, limits: {cpu: 1.5, memory: 1Ti}}
timeZone: Etc/GMT-8
vault: {watch: {enabled: true, schedule: "@weekly"}, scrub: {enabled: true, schedule: "*/5 1-3,7 * jan SUN"}}
networkPolicy:
  edge:
    - ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.2.3.4/32]}
    - ipBlock: {cidr: "2001:db8::/32"}
    - ipBlock: {cidr: "::/0"}
    - podSelector: {}
      namespaceSelector: {matchExpressions: [{key: example.org/edge, operator: Exists}]}
edge: {trustedProxies: [10.0.0.1, "2001:db8::/32"]}
"#;
    std::fs::write(&file, text).unwrap();
    let objects = tools().render(&Values::default().and_file(&file)).unwrap();
    assert!(objects.len() > 10);
}

/// Every mapping of the chart's own values, by its path.
fn sections(values: &Value, path: &str, found: &mut Vec<String>) {
    for (key, value) in values.as_object().into_iter().flatten() {
        let path = format!("{path}{key}");
        if value.is_object() {
            sections(value, &format!("{path}."), found);
            found.push(path);
        }
    }
}

#[test]
fn a_section_that_is_taken_away_is_refused_and_named() {
    let text = std::fs::read_to_string(deployment::tools::chart().join("values.yaml")).unwrap();
    let values: Value = serde_norway::from_str(&text).unwrap();
    for key in values.as_object().unwrap().keys() {
        refused(&Values::default().and(format!("{key}=null")), key);
    }
    let mut deeper = Vec::new();
    sections(&values, "", &mut deeper);
    deeper.retain(|path| path.contains('.'));
    assert!(deeper.len() > 60, "{}", deeper.len());
    // With everything on, nothing is passed over.
    let on = all(&[
        "restore.enabled=true",
        "backup.enabled=true",
        "backup.databases[0].name=agency-tax",
        "backup.databases[0].key=url",
        "journalBackup.enabled=true",
        "vault.scrub.enabled=true",
        "vault.watch.enabled=true",
        "vault.clouds[0].name=one",
        "vault.clouds[0].url=s3://one",
        "vault.clouds[1].name=two",
        "vault.clouds[1].url=s3://two",
        "vault.clouds[2].name=three",
        "vault.clouds[2].url=s3://three",
        "database.cloudNativePg.enabled=true",
        "database.cloudNativePg.maxConnections=1000",
        "broker.rabbitmqCluster.enabled=true",
        "edge.type=ingress",
        "edge.certManager.enabled=true",
        "edge.certManager.issuerRef.name=x",
        "tls.enabled=true",
        "tls.certManager.enabled=true",
        "tls.certManager.issuerRef.name=x",
        "externalSecrets.enabled=true",
        "externalSecrets.store.name=x",
        "telemetry.traces.endpoint=http://collector:4318",
        "serviceMonitors.enabled=true",
        "prometheusRules.enabled=true",
        "dashboards.enabled=true",
    ]);
    tools().render(&on).unwrap();
    let mut refusals = 0;
    for path in deeper {
        let values = on.clone().and(format!("{path}=null"));
        let output = tools().helm(&["template", "lifeboat"], &values).unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let key = path.rsplit('.').next().unwrap();
        // What a service does not say of itself, the defaults say.
        let named = said.contains(key) && !said.contains("nil pointer");
        assert!(output.status.success() || named, "{path}: {said}");
        refusals += usize::from(!output.status.success());
    }
    assert!(refusals > 40, "{refusals}");
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
