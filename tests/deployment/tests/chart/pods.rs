//! Every pod of every rendering.

use std::collections::BTreeSet;
use std::process::Command;

use deployment::tools::Values;
use deployment::{Object, objects};
use serde_json::{Value, json};
use test_support::process::{command, program};

use crate::rendered::{all, containers, find, list, tools};

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

/// Whether a program knows a setting: it says so before anything else, and of one that it does not know that it does not.
fn knows(name: &str, variable: &str) -> bool {
    let read_by: &[&str] = match (name, variable.split("__").next()) {
        ("lifeboat", Some("LIFEBOAT_SNAPSHOT")) => &["snapshot", "wait", "--system", "household"],
        ("lifeboat", _) => &["journal", "backup"],
        _ => &[],
    };
    let nowhere = tempfile::tempdir().unwrap();
    let mut tried = command(&program(name));
    if variable.starts_with("LIFEBOAT_SERVICE__COUNTERS__") {
        // Which settings there are depends on where they count; the configuration says where.
        tried.env("LIFEBOAT_SERVICE__COUNTERS__IN", "redis");
    }
    let tried = tried
        .args(read_by)
        .current_dir(&nowhere)
        .env(variable, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&tried.stderr);
    assert!(
        !tried.status.success() && said.starts_with("error: "),
        "{name}, {variable}: {said}"
    );
    !said.contains("unknown field")
}

#[test]
fn every_program_knows_the_settings_that_it_is_given() {
    // A switch adds a capability that somebody else might write.
    let ours = crate::images::programs();
    let mut given = BTreeSet::new();
    for pod in all().values().flatten().filter_map(Object::pod) {
        for container in containers(pod) {
            let image = container["image"].as_str().unwrap();
            let image = image.rsplit('/').next().unwrap();
            let name = image.split([':', '@']).next().unwrap();
            for variable in list(&container["env"]) {
                let variable = variable["name"].as_str().unwrap();
                if variable.starts_with("LIFEBOAT_") && ours.contains(name) {
                    given.insert((name, variable));
                }
            }
        }
    }
    assert!(given.len() > 40, "{given:?}");
    for (name, variable) in given {
        assert!(knows(name, variable), "{name} does not know {variable}");
        let wrong = format!("{variable}X");
        assert!(!knows(name, &wrong), "{name} takes {wrong}");
    }
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

#[test]
fn copies_wait_for_another_host_where_they_must_and_for_a_zone_only_where_that_is_said() {
    let constraints = |objects: &[Object]| -> Vec<(String, String)> {
        let gateway = find(objects, "Deployment", "lifeboat-gateway").unwrap();
        let spec = &gateway.pod().unwrap()["spec"];
        list(&spec["topologySpreadConstraints"])
            .map(|one| {
                let text = |key: &str| one[key].as_str().unwrap().to_owned();
                (text("topologyKey"), text("whenUnsatisfiable"))
            })
            .collect()
    };
    let wanted = |host: &str, zone: &str| {
        [
            ("kubernetes.io/hostname".to_owned(), host.to_owned()),
            ("topology.kubernetes.io/zone".to_owned(), zone.to_owned()),
        ]
    };
    let own = constraints(&all()["production"]);
    assert_eq!(own, wanted("ScheduleAnyway", "ScheduleAnyway"));
    // With `topologySpread.hosts: DoNotSchedule`.
    let own = constraints(&all()["open-network"]);
    assert_eq!(own, wanted("DoNotSchedule", "ScheduleAnyway"));
    let zones = Values::default().and("topologySpread.zones=DoNotSchedule");
    let own = constraints(&tools().render(&zones).unwrap());
    assert_eq!(own, wanted("ScheduleAnyway", "DoNotSchedule"));
}

#[test]
fn names_that_look_like_numbers_and_truths_stay_names() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("values.yaml");
    let values = r#"
capabilities: {"on": {enabled: true, tier: 1}}
database: {secret: {name: "5432", key: "1"}}
keys: {trustedServices: {configMap: "2", key: "3"}}
vault: {secret: "4", credentialsSecret: "5", environmentSecret: "6"}
restore: {enabled: true, custodians: {secret: "7", files: ["8"]}}
defaults: {priorityClassName: "9"}
"#;
    std::fs::write(&file, values).unwrap();
    let rendered = Command::new(tools().helm)
        .args(["template", "2026"])
        .arg(deployment::tools::chart())
        .args(["--namespace", "0815", "--values"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(rendered.status.success(), "{rendered:?}");
    let objects = objects::read(std::str::from_utf8(&rendered.stdout).unwrap()).unwrap();
    let mut seen = 0;
    for object in &objects {
        let metadata = &object.value["metadata"];
        assert!(object.name().starts_with("lifeboat-2026"), "{metadata}");
        assert_eq!(metadata["namespace"], "0815");
        assert_eq!(metadata["labels"]["app.kubernetes.io/instance"], "2026");
        let Some(pod) = object.pod() else { continue };
        names(&pod["spec"], &object.identity().to_string(), &mut seen);
        let labels = pod["metadata"]["labels"].as_object().unwrap();
        assert!(labels.values().all(Value::is_string), "{labels:?}");
    }
    assert!(seen > 200, "{seen}");
}

/// Whatever is a name or a key is text.
fn names(value: &Value, of: &str, seen: &mut usize) {
    match value {
        Value::Object(all) => {
            for (key, value) in all {
                let is_name = key.to_lowercase().ends_with("name") || key == "key";
                assert!(!is_name || value.is_string(), "{of}: {key}: {value}");
                *seen += usize::from(is_name);
                names(value, of, seen);
            }
        }
        Value::Array(all) => all.iter().for_each(|one| names(one, of, seen)),
        _ => {}
    }
}
