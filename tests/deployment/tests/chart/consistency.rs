//! What one object says of another is so.

use std::collections::BTreeSet;

use deployment::Object;
use deployment::tools::Values;
use serde_json::Value;

use crate::rendered::{all, containers, find, list, selects, tools};

/// Secrets and `ConfigMaps` that the chart does not make: people do, or an operator.
fn is_given(name: &str) -> bool {
    name.starts_with("lifeboat-keys-")
        || name.starts_with("lifeboat-inside-")
        || [
            "a-citizen",
            "agency-keys",
            "agency-tax",
            "broker-authority",
            "edge-authority",
            "household-database",
            "household-keys",
            "inside-revocations",
            "lifeboat-broker",
            "lifeboat-broker-default-user",
            "lifeboat-cloud-environment",
            "lifeboat-clouds",
            "lifeboat-collector",
            "lifeboat-custodians",
            "lifeboat-database",
            "lifeboat-database-replica",
            "lifeboat-master",
            "lifeboat-postgres-app",
            "lifeboat-redis",
            "lifeboat-restore",
            "lifeboat-tls",
            "lifeboat-trusted-services",
            "lifeboat-vault",
            "site-authorities",
        ]
        .contains(&name)
}

fn every(check: impl Fn(&str, &[Object], &Object)) {
    for (name, objects) in all() {
        for object in objects {
            check(name, objects, object);
        }
    }
}

/// Every name of a Secret that a pod reads, by a volume or a variable.
pub(crate) fn secrets(pod: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut take = |value: &Value| {
        names.extend(value.as_str().map(str::to_owned));
    };
    for volume in list(&pod["spec"]["volumes"]) {
        take(&volume["secret"]["secretName"]);
    }
    for container in containers(pod) {
        for variable in list(&container["env"]) {
            take(&variable["valueFrom"]["secretKeyRef"]["name"]);
        }
        for all in list(&container["envFrom"]) {
            take(&all["secretRef"]["name"]);
        }
    }
    names
}

#[test]
fn no_object_is_there_twice_and_all_are_in_the_release_s_namespace() {
    for (name, objects) in all() {
        let mut seen = BTreeSet::new();
        for object in objects {
            assert!(
                seen.insert(object.identity()),
                "{name}: {} is there twice",
                object.identity()
            );
            assert_eq!(
                object.value["metadata"]["namespace"],
                "lifeboat",
                "{name}: {}",
                object.identity()
            );
            assert!(object.name().len() <= 63, "{name}: {}", object.identity());
        }
    }
}

#[test]
fn a_service_leads_to_the_pods_and_ports_of_one_component() {
    every(|name, objects, service| {
        if service.kind() != "Service" {
            return;
        }
        let selected: Vec<_> = objects
            .iter()
            .filter_map(|one| Some((one, one.pod()?)))
            .filter(|(_, pod)| {
                selects(
                    &service.value["spec"]["selector"],
                    &pod["metadata"]["labels"],
                )
            })
            .collect();
        let [(_, pod)] = selected[..] else {
            panic!(
                "{name}: {} leads to {} objects",
                service.identity(),
                selected.len()
            )
        };
        let open: Vec<&Value> = list(&pod["spec"]["containers"])
            .flat_map(|one| list(&one["ports"]))
            .collect();
        for port in list(&service.value["spec"]["ports"]) {
            let target = open.iter().find(|own| own["name"] == port["targetPort"]);
            let target = target
                .unwrap_or_else(|| panic!("{name}: {} has no port {port}", service.identity()));
            // Towards the world it is the port of HTTPS.
            let expected = if service.value["spec"]["type"] == "LoadBalancer" {
                &Value::from(443)
            } else {
                &target["containerPort"]
            };
            assert_eq!(expected, &port["port"], "{name}: {}", service.identity());
            assert_eq!(target["protocol"], port["protocol"], "{name}");
        }
    });
}

#[test]
fn a_port_of_the_gateway_s_address_is_that_of_its_balancer_and_the_test_asks_for_it() {
    let values = Values::default()
        .and("edge.type=load-balancer")
        .and("publicUrl=https://lifeboat.example:8443")
        .and("test.authority.configMap=edge-authority");
    let objects = tools().render(&values).unwrap();
    let balancer = find(&objects, "Service", "lifeboat").unwrap();
    assert_eq!(balancer.value["spec"]["ports"][0]["port"], 8443);
    let test = find(&objects, "Pod", "lifeboat-test").unwrap();
    let asked: Vec<&str> = containers(&test.value)
        .flat_map(|one| list(&one["args"]))
        .filter_map(Value::as_str)
        .collect();
    for pair in [
        ["--gateway", "https://lifeboat.example:8443"],
        ["--connect-to", "lifeboat-gateway:8080"],
        ["--ca-file", "/etc/lifeboat/authority/ca.crt"],
    ] {
        assert!(asked.windows(2).any(|two| two == pair), "{asked:?}");
    }
}

#[test]
fn who_selects_pods_selects_its_own_and_only_those() {
    every(|name, objects, object| {
        let spec = &object.value["spec"];
        let selector = match object.kind() {
            "Deployment" | "StatefulSet" | "PodDisruptionBudget" => &spec["selector"],
            _ => return,
        };
        let own = object.value["metadata"]["labels"]["app.kubernetes.io/component"]
            .as_str()
            .unwrap();
        let selected: Vec<&str> = objects
            .iter()
            .filter(|one| !matches!(one.kind(), "Pod" | "Job" | "CronJob"))
            .filter_map(Object::pod)
            .filter(|pod| selects(selector, &pod["metadata"]["labels"]))
            .map(|pod| {
                pod["metadata"]["labels"]["app.kubernetes.io/component"]
                    .as_str()
                    .unwrap()
            })
            .collect();
        assert_eq!(selected, [own], "{name}: {}", object.identity());
    });
}

#[test]
fn a_scaler_names_a_deployment_that_leaves_the_count_to_it() {
    every(|name, objects, scaler| {
        if scaler.kind() == "HorizontalPodAutoscaler" {
            let target = &scaler.value["spec"]["scaleTargetRef"];
            let deployment = find(objects, "Deployment", target["name"].as_str().unwrap());
            let deployment = deployment.unwrap_or_else(|| panic!("{name}: {target}"));
            assert!(
                deployment.value["spec"]["replicas"].is_null(),
                "{name}: {target}"
            );
            let bound = |key: &str| scaler.value["spec"][key].as_u64().unwrap();
            assert!(
                bound("minReplicas") <= bound("maxReplicas"),
                "{name}: {target}"
            );
        }
    });
}

#[test]
fn probes_and_mounts_name_what_their_pod_has() {
    every(|name, _, object| {
        let Some(pod) = object.pod() else { return };
        let at = format!("{name}: {}", object.identity());
        let mut volumes: BTreeSet<&str> = list(&pod["spec"]["volumes"])
            .chain(
                list(&object.value["spec"]["volumeClaimTemplates"]).map(|claim| &claim["metadata"]),
            )
            .map(|volume| volume["name"].as_str().unwrap())
            .collect();
        for container in containers(pod) {
            let ports: Vec<&Value> = list(&container["ports"])
                .map(|port| &port["name"])
                .collect();
            for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
                let port = &container[probe]["httpGet"]["port"];
                assert!(port.is_null() || ports.contains(&port), "{at}: {probe}");
                assert_eq!(port.is_null(), ports.is_empty(), "{at}: {probe}");
            }
        }
        let mounted: BTreeSet<&str> = containers(pod)
            .flat_map(|one| list(&one["volumeMounts"]))
            .map(|mount| mount["name"].as_str().unwrap())
            .collect();
        assert!(
            mounted.is_subset(&volumes),
            "{at}: {mounted:?} of {volumes:?}"
        );
        volumes.retain(|volume| !mounted.contains(volume));
        assert!(volumes.is_empty(), "{at}: nobody mounts {volumes:?}");
    });
}

#[test]
fn everything_that_a_pod_reads_is_made_here_or_said_to_be_given() {
    every(|name, objects, object| {
        let Some(pod) = object.pod() else { return };
        let at = format!("{name}: {}", object.identity());
        let account = pod["spec"]["serviceAccountName"].as_str().unwrap();
        assert!(find(objects, "ServiceAccount", account).is_some(), "{at}");
        for secret in secrets(pod) {
            assert!(is_given(&secret), "{at}: Secret {secret}");
        }
        for variable in containers(pod).flat_map(|one| list(&one["env"])) {
            let from = &variable["valueFrom"]["configMapKeyRef"];
            if let Some(config) = from["name"].as_str() {
                let made = find(objects, "ConfigMap", config);
                let made = made.unwrap_or_else(|| panic!("{at}: ConfigMap {config}"));
                let key = from["key"].as_str().unwrap();
                assert!(made.value["data"][key].is_string(), "{at}: {config}: {key}");
            }
        }
        for volume in list(&pod["spec"]["volumes"]) {
            if let Some(config) = volume["configMap"]["name"].as_str() {
                let made = find(objects, "ConfigMap", config);
                assert!(
                    made.is_some() || is_given(config),
                    "{at}: ConfigMap {config}"
                );
            }
            if let Some(claim) = volume["persistentVolumeClaim"]["claimName"].as_str() {
                let made = find(objects, "PersistentVolumeClaim", claim);
                assert!(
                    made.is_some() || claim == "agency-export",
                    "{at}: claim {claim}"
                );
            }
        }
    });
}

#[test]
fn external_secrets_bring_every_secret_that_is_read_and_no_other() {
    let objects = &all()["external-secrets"];
    let wanted: BTreeSet<String> = objects
        .iter()
        .filter_map(Object::pod)
        .flat_map(secrets)
        .collect();
    let brought: BTreeSet<String> = objects
        .iter()
        .filter(|one| one.kind() == "ExternalSecret")
        .map(|one| one.name().to_owned())
        .collect();
    assert_eq!(brought, wanted);
}

#[test]
fn a_changed_setting_rolls_the_pods() {
    let of = |rendering: &str| {
        let gateway = find(&all()[rendering], "Deployment", "lifeboat-gateway").unwrap();
        gateway.pod().unwrap()["metadata"]["annotations"]["checksum/config"].clone()
    };
    assert!(of("production").is_string());
    assert_ne!(of("production"), of("some-capabilities"));
}
