//! What the programs measure is what `docs/observability.md` says, and all that rules and dashboard ask for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use end_to_end::site::{Foundation, SERVICES};
use reqwest::Method;
use serde_json::Value;
use test_support::collector::Collector;
use test_support::ports;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::world::{World, ask, eventually};

/// A kind of measure: its type, and the labels that it has.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Measure {
    kind: String,
    labels: BTreeSet<String>,
}

type Measures = BTreeMap<String, Measure>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn text(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap()
}

/// The tables of a page: what is always there, and what only where it is used.
fn documented(page: &str) -> (Measures, Measures) {
    let text = text(page);
    let (always, sometimes) = text
        .split_once("<a id=\"only-where-it-is-used\"></a>")
        .unwrap();
    (tables(always), tables(sometimes))
}

fn tables(text: &str) -> Measures {
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| `lifeboat_")?.split('|').map(str::trim);
        let name = format!("lifeboat_{}", cells.next()?.trim_end_matches('`'));
        let kind = cells.next()?.to_owned();
        let labels = cells.next()?.split(',').map(str::trim);
        let labels = labels
            .map(|label| label.trim_matches('`').to_owned())
            .filter(|label| !label.is_empty())
            .collect();
        Some((name, Measure { kind, labels }))
    };
    text.lines().filter_map(row).collect()
}

/// What an admin port shows.
fn scraped(text: &str, into: &mut Measures) {
    let mut kinds = BTreeMap::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            kinds.insert(name, kind);
        }
        let Some((name, labels)) = sample(line) else {
            continue;
        };
        let family = ["_bucket", "_sum", "_count"]
            .iter()
            .filter_map(|suffix| name.strip_suffix(suffix))
            .find(|family| kinds.get(family) == Some(&"histogram"))
            .unwrap_or(name);
        let kind = kinds[family].to_owned();
        let labels: BTreeSet<String> = labels.into_iter().filter(|label| label != "le").collect();
        let found = Measure { kind, labels };
        let known = into
            .entry(family.to_owned())
            .or_insert_with(|| found.clone());
        assert_eq!(*known, found, "{line}");
    }
}

/// A sample's name and the names of its labels.
fn sample(line: &str) -> Option<(&str, Vec<String>)> {
    if line.starts_with('#') || line.is_empty() {
        return None;
    }
    let Some((name, rest)) = line.split_once('{') else {
        return Some((line.split(' ').next()?, Vec::new()));
    };
    let (labels, _) = rest.rsplit_once('}')?;
    // No value of ours has a quotation mark in it, which a value could be cut at.
    let names = labels
        .split("\",")
        .filter_map(|pair| pair.split_once("=\""));
    Some((name, names.map(|(label, _)| label.to_owned()).collect()))
}

/// A site that has been asked all kinds of things, and what it measured.
async fn measured() -> Measures {
    let collector = Collector::start().await;
    let mut settings = Vec::new();
    let mut ports_of_admins = Vec::new();
    for name in SERVICES {
        let address = format!("127.0.0.1:{}", ports::free());
        settings.push((name, format!("admin.listen={address}")));
        let endpoint = collector.url();
        settings.push((name, format!("telemetry.traces.endpoint={endpoint}")));
        ports_of_admins.push(format!("http://{address}/metrics"));
    }
    let on = Foundation {
        settings,
        ..Foundation::default()
    };
    let world = World::servers_with(on).await;
    let mut citizen = world.citizen(0).await;
    citizen.get("/household/v1/me").await.unwrap();
    let form = serde_json::json!({
        "lost_on": "2026-11-01", "lost_at": "新北市貢寮區福隆車站", "contact_phone": "0912345678",
    });
    let filed = citizen
        .send(
            Method::POST,
            "/household/v1/applications/id-loss-report",
            |request| request.header("Idempotency-Key", "measured").json(&form),
        )
        .await
        .unwrap();
    assert_eq!(filed.status(), 202, "{:?}", filed.text().await);
    let mut officer = world.officer().await;
    let path = format!("/household/v1/persons/{}", world.people[0].national_id);
    ask(&mut officer, &path, "family-tracing").await;
    // Somebody without a token, somebody who asks for nothing, and somebody who does not speak HTTP.
    let gateway = &world.site.gateway;
    for path in ["/household/v1/me", "/nothing"] {
        reqwest::get(format!("{gateway}{path}")).await.unwrap();
    }
    let address = gateway.strip_prefix("http://").unwrap();
    let mut stranger = TcpStream::connect(address).await.unwrap();
    stranger.write_all(b"HELO\r\n\r\n").await.unwrap();
    stranger.read_to_end(&mut Vec::new()).await.unwrap();

    let mut measures = Measures::new();
    // The journal is looked at now and then.
    eventually("all is measured", async || {
        measures.clear();
        for url in &ports_of_admins {
            let text = reqwest::get(url).await.unwrap().text().await.unwrap();
            scraped(&text, &mut measures);
        }
        measures.contains_key("lifeboat_journal_parked_messages")
    })
    .await;
    measures
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_measured_is_what_the_page_says() {
    let found = measured().await;
    for page in ["docs/observability.md", "docs/observability.zh-TW.md"] {
        let (always, sometimes) = documented(page);
        assert!(always.len() > 30 && sometimes.len() > 3, "{page}");
        for (name, measure) in &found {
            let said = always.get(name).or_else(|| sometimes.get(name));
            assert_eq!(said, Some(measure), "{page}: {name}");
        }
        for name in always.keys() {
            assert!(found.contains_key(name), "{page}: nobody measures {name}");
        }
        for name in sometimes.keys() {
            assert!(
                source().contains(&format!("\"{name}\"")),
                "{page}: nobody measures {name}"
            );
        }
        for name in counted(&source()) {
            let said = always.contains_key(name) || sometimes.contains_key(name);
            assert!(said, "{page} does not say what {name} is");
        }
    }
}

/// The programs' source, all of it.
fn source() -> String {
    let mut text = String::new();
    for folder in ["services", "shared"] {
        gather(&root().join(folder), &mut text);
    }
    text
}

fn gather(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            *text += &std::fs::read_to_string(path).unwrap();
        }
    }
}

/// What the source counts by name.
fn counted(source: &str) -> BTreeSet<&str> {
    ["counter!(", "gauge!(", "histogram!("]
        .iter()
        .flat_map(|kind| source.split(kind).skip(1))
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
        .collect()
}

/// The expressions of rules and dashboard, by where they stand.
fn expressions() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let dashboard: Value =
        serde_json::from_str(&text("helm/lifeboat/files/dashboard.json")).unwrap();
    for panel in dashboard["panels"].as_array().unwrap() {
        let title = panel["title"].as_str().unwrap();
        for target in panel["targets"].as_array().into_iter().flatten() {
            let expression = target["expr"].as_str().unwrap();
            found.push((title.to_owned(), expression.to_owned()));
        }
    }
    let rules = text("helm/lifeboat/files/prometheus-rules.yaml");
    for rule in rules.split("\n      - ").skip(1) {
        let name = rule.lines().next().unwrap().to_owned();
        let (_, rest) = rule.split_once("expr: ").unwrap();
        let goes_on = |line: &&str| {
            let line = line.trim();
            !["for: ", "labels: ", "#", "- name: "]
                .iter()
                .any(|other| line.starts_with(other))
        };
        let expression: Vec<&str> = rest.lines().take_while(goes_on).collect();
        found.push((name, expression.join(" ")));
    }
    found
}

/// The names in an expression: what it asks of, and by which labels.
fn asked(expression: &str) -> (Vec<String>, BTreeSet<String>) {
    let mut labels = BTreeSet::new();
    for part in expression.split("by (").skip(1) {
        let (list, _) = part.split_once(')').unwrap();
        labels.extend(list.split(',').map(|label| label.trim().to_owned()));
    }
    for part in expression.split('{').skip(1) {
        let (matchers, _) = part.split_once('}').unwrap();
        for matcher in matchers.split(',') {
            let end = matcher.find(['=', '!']).unwrap();
            labels.insert(matcher[..end].trim().to_owned());
        }
    }
    labels.remove("le");
    // Of the scraper.
    labels.remove("namespace");
    let is_part = |character: char| character.is_ascii_alphanumeric() || "_:".contains(character);
    let names = expression
        .split(|character| !is_part(character))
        .filter(|word| word.starts_with("lifeboat"))
        .map(str::to_owned)
        .collect();
    (names, labels)
}

#[test]
fn rules_and_dashboard_ask_for_what_is_measured() {
    let (mut measures, sometimes) = documented("docs/observability.md");
    measures.extend(sometimes);
    let expressions = expressions();
    assert!(expressions.len() > 60, "{}", expressions.len());
    let recorded: BTreeSet<&str> = expressions
        .iter()
        .filter_map(|(name, _)| name.strip_prefix("record: "))
        .collect();
    let mut asked_for = BTreeSet::new();
    for (place, expression) in &expressions {
        let (names, labels) = asked(expression);
        assert!(!names.is_empty(), "{place}: {expression}");
        let mut known = BTreeSet::new();
        for name in names {
            if recorded.contains(name.as_str()) {
                continue;
            }
            let family = ["_bucket", "_sum", "_count"]
                .iter()
                .filter_map(|suffix| name.strip_suffix(suffix))
                .find(|family| {
                    measures
                        .get(*family)
                        .is_some_and(|measure| measure.kind == "histogram")
                })
                .unwrap_or(&name);
            let measure = measures.get(family);
            let measure = measure.unwrap_or_else(|| panic!("{place}: nobody measures {name}"));
            // A histogram is asked by its parts, and nothing else is.
            assert_eq!(
                measure.kind == "histogram",
                family != name,
                "{place}: {name}"
            );
            known.extend(measure.labels.iter().cloned());
            asked_for.insert(family.to_owned());
        }
        let strange: Vec<_> = labels.difference(&known).collect();
        assert!(
            strange.is_empty() || expression.contains("lifeboat:"),
            "{place}: no label {strange:?}: {expression}"
        );
    }
    for important in [
        "lifeboat_gateway_service_ready",
        "lifeboat_snapshot_age_seconds",
        "lifeboat_audit_writable",
    ] {
        assert!(asked_for.contains(important), "nobody asks for {important}");
    }
}
