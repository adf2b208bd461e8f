//! What a profile asks of the cluster.

use std::collections::BTreeMap;

use deployment::Object;
use deployment::tools::Values;
use serde_json::Value;

use crate::rendered::{all, containers, find, list, tools};

/// Thousandths of a core and bytes.
type Amounts = (u64, u64);

fn amounts(container: &Value, what: &str) -> Amounts {
    let of = |key: &str| {
        let value = &container["resources"][what][key];
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let cpu = of("cpu");
    let cores = cpu.strip_suffix('m').map_or_else(
        || cpu.parse::<u64>().unwrap() * 1000,
        |thousandths| thousandths.parse().unwrap(),
    );
    let memory = of("memory");
    let bytes = match (memory.strip_suffix("Mi"), memory.strip_suffix("Gi")) {
        (Some(number), _) => number.parse::<u64>().unwrap() << 20,
        (_, Some(number)) => number.parse::<u64>().unwrap() << 30,
        _ => panic!("{memory}"),
    };
    (cores, bytes)
}

/// What one pod asks for: its containers together, or the greediest of those that come first.
fn pod(template: &Value, what: &str) -> Amounts {
    let together = list(&template["spec"]["containers"])
        .map(|one| amounts(one, what))
        .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    containers(template)
        .map(|one| amounts(one, what))
        .fold(together, |most, one| (most.0.max(one.0), most.1.max(one.1)))
}

/// Copies of an object at least and at most.
fn copies(objects: &[Object], object: &Object) -> (u64, u64) {
    if let Some(scaler) = find(objects, "HorizontalPodAutoscaler", object.name()) {
        let bound = |key: &str| scaler.value["spec"][key].as_u64().unwrap();
        return (bound("minReplicas"), bound("maxReplicas"));
    }
    let count = object.value["spec"]["replicas"].as_u64().unwrap_or(1);
    (count, count)
}

/// What runs all the time or again and again.
const ALWAYS: [&str; 3] = ["Deployment", "StatefulSet", "CronJob"];

/// Pods, thousandths of a core, bytes: at least and at most, of some kinds.
fn asked(objects: &[Object], kinds: &[&str], what: &str) -> [(u64, u64, u64); 2] {
    let mut sums = [(0, 0, 0); 2];
    for object in objects {
        if !kinds.contains(&object.kind()) {
            continue;
        }
        let each = pod(object.pod().unwrap(), what);
        let (least, most) = copies(objects, object);
        for (sum, count) in sums.iter_mut().zip([least, most]) {
            *sum = (
                sum.0 + count,
                sum.1 + count * each.0,
                sum.2 + count * each.1,
            );
        }
    }
    sums
}

#[test]
fn asleep_costs_next_to_nothing() {
    for what in ["requests", "limits"] {
        let [(pods, cores, bytes), _] = asked(&all()["asleep"], &ALWAYS, what);
        assert!(
            pods == 2 && cores <= 200 && bytes <= 256_000_000,
            "{what}: {pods}, {cores}, {bytes}"
        );
    }
}

#[test]
fn the_cost_that_is_told_is_the_cost() {
    for rendering in [
        "asleep",
        "drill",
        "emergency",
        "production",
        "autoscaling",
        "backup",
    ] {
        let objects = &all()[rendering];
        let told = find(objects, "ConfigMap", "lifeboat-cost").unwrap();
        let [least, most] = asked(objects, &ALWAYS, "requests");
        let [restoring, _] = asked(objects, &["Job"], "requests");
        for (key, sum) in [
            ("at-least", least),
            ("at-most", most),
            ("while-restoring", restoring),
        ] {
            let (pods, cores, bytes) = sum;
            let words = &told.value["data"][key];
            if pods == 0 {
                assert!(words.is_null(), "{rendering}: {key}: {words}");
                continue;
            }
            let words = words.as_str().unwrap();
            let gigabytes = bytes / 10_000_000;
            let expected = format!(
                "{pods} pods, {}.{:02} cores, {}.{:02} GB of memory",
                cores / 1000,
                cores % 1000 / 10,
                gigabytes / 100,
                gigabytes % 100
            );
            assert!(
                almost(words, &expected),
                "{rendering}: {key}: `{words}`, but the manifests say `{expected}`"
            );
        }
    }
}

/// The same but for the last digit, which the one rounds and the other cuts off.
fn almost(one: &str, other: &str) -> bool {
    let numbers = |words: &str| -> Vec<f64> {
        words
            .split(' ')
            .filter_map(|word| word.parse().ok())
            .collect()
    };
    let (one, other) = (numbers(one), numbers(other));
    one.len() == 3
        && one
            .iter()
            .zip(&other)
            .all(|(one, other)| (one - other).abs() < 0.011)
}

#[test]
fn the_emergency_profile_is_for_the_whole_country_and_for_its_rushes() {
    let objects = &all()["emergency"];
    let cost = find(objects, "ConfigMap", "lifeboat-cost").unwrap();
    assert_eq!(cost.value["data"]["people"], "23290000");
    let cores = |name: &str, what: &str| {
        let deployment = find(objects, "Deployment", name).unwrap();
        let most = copies(objects, deployment).1;
        most * pod(deployment.pod().unwrap(), what).0
    };
    let lookup = "a lookup in household";
    for (name, each_second, request, process) in [
        ("gateway", 20_000, lookup, "gateway_us"),
        ("household", 10_000, lookup, "capability_us"),
        ("identity", 650, "a sign-in", "identity_us"),
    ] {
        let name = format!("lifeboat-{name}");
        // Millionths of a second a second, as thousandths of a core.
        let needed = each_second * measured(request, process) / 1_000;
        assert!(
            needed > 0 && cores(&name, "requests") >= needed,
            "{name}: {each_second} times {request} a second take {needed}"
        );
        assert!(
            cores(&name, "limits") >= 2 * needed,
            "{name}: as much again to spare"
        );
    }
}

/// Millionths of a second of a process's time that were measured (`cargo xtask bench cost`).
fn measured(request: &str, process: &str) -> u64 {
    let file = deployment::root().join("docs/benchmarks/cost.json");
    let found: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut series = list(&found["series"]);
    let series = series.find(|one| one["name"] == request).unwrap();
    let median = &series["medians"][process];
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "millionths of a second are not told to less than one"
    )]
    let rounded = median.as_f64().unwrap().ceil() as u64;
    rounded
}

#[test]
fn what_others_run_is_said_not_to_be_counted() {
    let said = |objects: &[Object], key: &str| {
        let cost = find(objects, "ConfigMap", "lifeboat-cost").unwrap();
        cost.value["data"][key].clone()
    };
    for (rendering, names) in [
        ("emergency", "PostgreSQL, Redis, RabbitMQ"),
        ("drill", "PostgreSQL, Redis"),
        ("operators", "Redis"),
    ] {
        assert_eq!(said(&all()[rendering], "not-counted"), names, "{rendering}");
    }
    assert!(said(&all()["asleep"], "not-counted").is_null());
    assert!(said(&all()["asleep"], "postgres").is_null());

    let fewer = Values::profile("emergency").and("people=1000");
    let objects = tools().render(&fewer).unwrap();
    assert_eq!(
        said(&objects, "people"),
        "23290000",
        "the copies and resources are still for so many"
    );
    let own = tools().render(&Values::default().and("people=1000").and("profile=island"));
    assert_eq!(said(&own.unwrap(), "people"), "1000");
}

#[test]
fn the_database_takes_the_connections_of_every_copy() {
    let objects = deployment_with_operators();
    let cluster = find(&objects, "Cluster", "lifeboat-postgres").unwrap();
    let parameters = &cluster.value["spec"]["postgresql"]["parameters"];
    let taken: u64 = parameters["max_connections"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let mut needed: BTreeMap<&str, u64> = BTreeMap::new();
    for object in objects.iter().filter(|one| one.kind() == "Deployment") {
        let config = find(&objects, "ConfigMap", object.name()).unwrap();
        let config: toml::Table = config.value["data"]["service.toml"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        let own = config["service"]["limits"]
            .get("database_connections")
            .map_or(0, |count| count.as_integer().unwrap());
        // Besides: the journal or the log of looks, and who watches for a newer snapshot.
        let each = u64::try_from(own).unwrap() + BESIDES;
        needed.insert(object.name(), copies(&objects, object).1 * each);
    }
    let all: u64 = needed.values().sum();
    assert!(all <= taken, "{all} of {taken}: {needed:?}");
}

/// Connections of a service besides those for lookups: four of its journal and two of the watch for snapshots, or five of the log of looks.
const BESIDES: u64 = 6;

fn deployment_with_operators() -> Vec<Object> {
    let values = Values::profile("emergency")
        .and_file(&deployment::tools::chart().join("values-operators.yaml"));
    tools().render(&values).unwrap()
}
