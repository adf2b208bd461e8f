//! Who may talk to whom: read from the policies, over all pods, and compared with what the services need.

use std::collections::BTreeSet;

use deployment::Object;
use deployment::tools::Values;
use serde_json::{Value, json};

use crate::rendered::{all, find, list, selects, tools};

type Edges = BTreeSet<(String, String, u64)>;

fn component(pod: &Value) -> String {
    let name = pod["metadata"]["labels"]["app.kubernetes.io/component"]
        .as_str()
        .unwrap();
    // One for all the Jobs of a restore.
    name.split_once('-')
        .filter(|(first, _)| *first == "restore")
        .map_or(name, |(first, _)| first)
        .to_owned()
}

fn policies(objects: &[Object]) -> impl Iterator<Item = &Value> {
    objects
        .iter()
        .filter(|one| one.kind() == "NetworkPolicy")
        .map(|one| &one.value["spec"])
}

/// The rules of one direction that apply to a pod; panics where none does, since everything would be allowed then.
fn rules<'a>(objects: &'a [Object], pod: &Value, direction: &'a str) -> Vec<&'a Value> {
    let kind = if direction == "ingress" {
        "Ingress"
    } else {
        "Egress"
    };
    let own: Vec<&Value> = policies(objects)
        .filter(|spec| list(&spec["policyTypes"]).any(|one| one == kind))
        .filter(|spec| selects(&spec["podSelector"], &pod["metadata"]["labels"]))
        .collect();
    assert!(!own.is_empty(), "{}: nothing is denied", component(pod));
    own.iter().flat_map(|spec| list(&spec[direction])).collect()
}

/// Whether a rule takes this pod of the release as its other end, on this port.
fn takes(rule: &Value, peers: &str, other: &Value, port: u64) -> bool {
    let ends = &rule[peers];
    let end = list(ends).any(|end| {
        let here = end["namespaceSelector"].is_null() && end["ipBlock"].is_null();
        here && selects(&end["podSelector"], &other["metadata"]["labels"])
    });
    end && list(&rule["ports"]).any(|one| one["port"] == port)
}

/// Which end of a connection is asked.
#[derive(Clone, Copy, Debug)]
enum End {
    From,
    To,
}

/// From which component to which, on which port, one end allows it by a rule that names the other.
fn edges(objects: &[Object], end: End) -> Edges {
    let pods: Vec<&Value> = objects.iter().filter_map(Object::pod).collect();
    let mut found = Edges::new();
    for from in &pods {
        for to in &pods {
            for port in [8080, 9090] {
                let (own, direction, peers, other) = match end {
                    End::From => (from, "egress", "to", to),
                    End::To => (to, "ingress", "from", from),
                };
                let named = |rule: &&Value| !rule[peers].is_null();
                let mut rules = rules(objects, own, direction).into_iter().filter(named);
                if rules.any(|rule| takes(rule, peers, other, port)) {
                    found.insert((component(from), component(to), port));
                }
            }
        }
    }
    found
}

/// Which ports outside of the release a component reaches, names aside.
fn outside(objects: &[Object], name: &str) -> BTreeSet<u64> {
    let pod = objects
        .iter()
        .filter_map(Object::pod)
        .find(|pod| component(pod) == name);
    let pod = pod.unwrap_or_else(|| panic!("no {name}"));
    rules(objects, pod, "egress")
        .into_iter()
        .flat_map(|rule| list(&rule["ports"]))
        .filter_map(|port| port["port"].as_u64())
        .filter(|port| ![53, 8080].contains(port))
        .collect()
}

#[test]
fn services_reach_whom_they_ask_and_nobody_else() {
    for profile in [
        "production",
        "drill",
        "emergency",
        "operators",
        "ingress",
        "load-balancer",
        "mutual-tls",
        "mutual-tls-cert-manager",
        "authorities",
        "traces",
        "replica",
        "backup",
        "restore",
    ] {
        let objects = &all()[profile];
        let mut needed = Edges::new();
        for object in objects.iter().filter(|one| one.kind() == "Deployment") {
            let name = component(object.pod().unwrap());
            if name != "gateway" {
                needed.insert(("gateway".to_owned(), name, 8080));
            }
        }
        needed.insert(("identity".to_owned(), "household".to_owned(), 8080));
        needed.insert(("test".to_owned(), "gateway".to_owned(), 8080));
        assert!(needed.len() > 8, "{needed:?}");
        assert_eq!(edges(objects, End::From), needed, "{profile}");
        if profile != "ingress" {
            // The gateway takes everybody there, the test among them.
            needed.remove(&("test".to_owned(), "gateway".to_owned(), 8080));
        }
        assert_eq!(edges(objects, End::To), needed, "{profile}");
    }
}

#[test]
fn outside_of_the_release_each_reaches_what_it_is_for() {
    let emergency = &all()["emergency"];
    for (name, ports) in [
        ("gateway", vec![5432, 6379]),
        ("identity", vec![5432, 6379]),
        ("household", vec![5432, 5672]),
        ("land-registry", vec![5432, 5672]),
        ("restore", vec![443, 5432]),
        ("test", vec![]),
    ] {
        assert_eq!(
            outside(emergency, name),
            ports.into_iter().collect(),
            "{name}"
        );
    }
    let asleep = &all()["asleep"];
    assert_eq!(outside(asleep, "vault-scrub"), [443].into());
    for nobody in ["lifeboat-to-postgres", "lifeboat-to-counters"] {
        assert!(find(asleep, "NetworkPolicy", nobody).is_none(), "{nobody}");
    }
    let production = &all()["production"];
    assert!(
        find(production, "NetworkPolicy", "lifeboat-to-clouds").is_none(),
        "nobody there talks to clouds"
    );
    assert_eq!(
        outside(&all()["backup"], "journal-backup"),
        [443, 5432].into()
    );
    assert_eq!(
        outside(&all()["traces"], "gateway"),
        [4318, 5432, 6379].into()
    );
    assert_eq!(outside(&all()["replica"], "household"), [5432, 5672].into());
    assert_eq!(
        outside(&all()["mutual-tls"], "identity"),
        [5432, 6379].into()
    );
    assert!(
        !outside(&all()["some-capabilities"], "household").contains(&5672),
        "no broker, no way to it"
    );
}

#[test]
fn ports_are_those_that_are_listed_and_those_of_addresses_that_are_known() {
    let networks = &all()["networks"];
    for (name, ports) in [
        // DNS, PostgreSQL and a second one, RabbitMQ, the collector by https.
        ("household", vec![443, 5353, 5432, 5433, 5672]),
        // No broker; Redis.
        ("gateway", vec![443, 5353, 5432, 5433, 6379]),
        // A cloud of one's own, which two vault.clouds name.
        ("backup", vec![443, 5353, 5432, 5433, 9000]),
    ] {
        assert_eq!(
            outside(networks, name),
            ports.into_iter().collect(),
            "{name}"
        );
    }
    let rules = |rendering: &str, policy: &str| {
        let policy = find(&all()[rendering], "NetworkPolicy", policy).unwrap();
        policy.value["spec"]["egress"].clone()
    };
    assert_eq!(
        rules("networks", "lifeboat-to-clouds"),
        json!([
            { "ports": [{ "port": 443, "protocol": "TCP" }] },
            { "ports": [{ "port": 9000, "protocol": "TCP" }] },
        ])
    );
    assert_eq!(
        rules("networks", "lifeboat-to-postgres"),
        json!([
            {
                "ports": [{ "port": 5432, "protocol": "TCP" }],
                "to": [{ "ipBlock": { "cidr": "10.1.0.0/24", "except": ["10.1.0.7/32"] } }],
            },
            {
                "ports": [{ "port": 5433, "protocol": "TCP" }],
                "to": [{ "ipBlock": { "cidr": "fd00:1::/64" } }],
            },
        ])
    );
    assert_eq!(
        rules("operators", "lifeboat-to-postgres"),
        json!([{
            "ports": [{ "port": 5432, "protocol": "TCP" }],
            "to": [{ "podSelector": { "matchLabels": { "cnpg.io/cluster": "lifeboat-postgres" } } }],
        }])
    );
    for (endpoint, port) in [
        ("http://collector.monitoring:4318", 4318),
        ("https://collector.example:4319/otlp", 4319),
        ("http://collector", 80),
        ("https://[fd00::1]/otlp", 443),
    ] {
        let values = Values::default().and(format!("telemetry.traces.endpoint={endpoint}"));
        let objects = tools().render(&values).unwrap();
        let policy = find(&objects, "NetworkPolicy", "lifeboat-to-collector").unwrap();
        let ports = &policy.value["spec"]["egress"][0]["ports"];
        assert_eq!(ports[0]["port"], port, "{endpoint}");
    }
}

#[test]
fn only_the_edge_is_let_in_where_one_is_named_and_metrics_only_by_those_who_watch() {
    let from_outside = |rendering: &str| {
        let gateway = all()[rendering]
            .iter()
            .filter_map(Object::pod)
            .find(|pod| component(pod) == "gateway")
            .unwrap();
        let mut found: Vec<(u64, bool)> = Vec::new();
        for rule in rules(&all()[rendering], gateway, "ingress") {
            let everybody = rule["from"].is_null();
            let others =
                everybody || list(&rule["from"]).any(|end| !end["namespaceSelector"].is_null());
            if others {
                found.extend(
                    list(&rule["ports"]).map(|port| (port["port"].as_u64().unwrap(), everybody)),
                );
            }
        }
        found
    };
    assert_eq!(from_outside("production"), [(8080, true), (9090, false)]);
    assert_eq!(from_outside("ingress"), [(8080, false), (9090, false)]);
    assert_eq!(from_outside("networks"), [(8080, true)]);
}
