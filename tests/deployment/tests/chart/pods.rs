//! Every pod of every rendering.

use serde_json::{Value, json};

use crate::rendered::{all, containers, find, list};

/// Calls `check` with a name and the template of every pod.
fn every_pod(check: impl Fn(&str, &Value)) {
    let mut seen = 0;
    for (name, objects) in all() {
        for object in objects {
            if let Some(pod) = object.pod() {
                check(&format!("{name}: {}", object.identity()), pod);
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn no_pod_asks_for_more_than_restricted_pod_security_gives() {
    every_pod(|name, pod| {
        let spec = &pod["spec"];
        let security = &spec["securityContext"];
        assert_eq!(security["runAsNonRoot"], true, "{name}");
        assert_ne!(security["runAsUser"], 0, "{name}");
        assert_eq!(
            security["seccompProfile"]["type"], "RuntimeDefault",
            "{name}"
        );
        for key in ["hostNetwork", "hostPID", "hostIPC"] {
            assert!(spec[key].is_null(), "{name}: {key}");
        }
        for container in containers(pod) {
            let security = &container["securityContext"];
            assert_eq!(security["allowPrivilegeEscalation"], false, "{name}");
            assert_eq!(security["readOnlyRootFilesystem"], true, "{name}");
            assert_eq!(
                security["capabilities"],
                json!({ "drop": ["ALL"] }),
                "{name}"
            );
            for amount in ["cpu", "memory"] {
                assert!(
                    !container["resources"]["requests"][amount].is_null(),
                    "{name}: {amount}"
                );
                assert!(
                    !container["resources"]["limits"][amount].is_null(),
                    "{name}: {amount}"
                );
            }
        }
        for volume in list(&spec["volumes"]) {
            assert!(volume["hostPath"].is_null(), "{name}: {volume}");
        }
    });
}

#[test]
fn no_pod_gets_a_token_or_the_variables_that_kubernetes_makes_of_services() {
    // Of a release called `lifeboat` they begin with LIFEBOAT_, and the programs would refuse to start.
    every_pod(|name, pod| {
        assert_eq!(pod["spec"]["automountServiceAccountToken"], false, "{name}");
        assert_eq!(pod["spec"]["enableServiceLinks"], false, "{name}");
    });
}

#[test]
fn every_variable_is_a_setting_or_stands_in_another() {
    every_pod(|name, pod| {
        for container in containers(pod) {
            let words = format!("{} {}", container["args"], container["env"]);
            for variable in list(&container["env"]) {
                let variable = variable["name"].as_str().unwrap();
                let known =
                    variable.starts_with("LIFEBOAT_") || words.contains(&format!("$({variable})"));
                assert!(known, "{name}: nobody reads {variable}");
            }
        }
    });
}

#[test]
fn a_pod_has_the_time_that_its_service_takes_to_stop() {
    for (name, objects) in all() {
        for object in objects.iter().filter(|one| one.kind() == "Deployment") {
            let config = find(objects, "ConfigMap", object.name()).unwrap();
            let config: toml::Table = config.value["data"]["service.toml"]
                .as_str()
                .unwrap()
                .parse()
                .unwrap();
            let server = &config["service"]["server"];
            let number = |key: &str| server[key].as_integer().unwrap();
            let takes = number("drain_delay_ms") / 1000 + 2 * number("stop_timeout_s");
            let grace = object.pod().unwrap()["spec"]["terminationGracePeriodSeconds"]
                .as_i64()
                .unwrap();
            assert!(
                takes < grace,
                "{name}: {}: {takes} s of {grace} s",
                object.identity()
            );
            // Longer than it takes until nobody sends requests here any more: two looks at the readiness.
            assert!(number("drain_delay_ms") >= 4_000, "{name}");
        }
    }
}
