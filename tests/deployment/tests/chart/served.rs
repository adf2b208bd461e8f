//! The rendered pods do what they are for: the programs read every variable, flag and file that the manifests give them, and open every port.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use deployment::Object;
use deployment::site::{Pod, Site};
use deployment::tools::Values;
use serde_json::Value;
use test_support::postgres::{self, Database};
use test_support::process::{Service, command, program};
use test_support::redis;

use crate::rendered::{list, tools};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Runs `lifeboat` as a person would, on this machine.
fn lifeboat(arguments: &[&str]) -> String {
    let output = command(&program("lifeboat"))
        .args(arguments)
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        output.status.success(),
        "lifeboat {}: {said}",
        arguments.join(" ")
    );
    said
}

fn shown(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Makes a folder with the keys of five custodians, any three of whom are enough.
pub(crate) fn hold_ceremony(folder: &Path) {
    let words = "keys ceremony --custodians 5 --threshold 3 --out";
    let words: Vec<&str> = words.split(' ').chain([shown(folder)]).collect();
    lifeboat(&words);
}

/// Every file below a folder, and what is in it.
fn content(folder: &Path) -> BTreeSet<(String, Vec<u8>)> {
    let listed = Command::new("find")
        .arg(folder)
        .args(["-type", "f"])
        .output()
        .unwrap();
    let names = String::from_utf8(listed.stdout).unwrap();
    names
        .lines()
        .map(|name| (name.to_owned(), std::fs::read(name).unwrap()))
        .collect()
}

/// Runs a pod to its end; gives what it said.
async fn run(site: &mut Site, object: &Object) -> String {
    site.run(&Pod::of(object), PATIENCE).await.unwrap()
}

/// Runs those of its containers that come first.
async fn run_first(site: &mut Site, object: &Object) -> String {
    let pod = Pod::of(object);
    let mut said = String::new();
    for container in pod.first() {
        let prepared = site.prepare(&pod, container).unwrap();
        said += &prepared.run(PATIENCE).await.unwrap();
    }
    said
}

/// Starts one container of a pod.
fn start(site: &mut Site, object: &Object, container: &Value) -> Service {
    site.prepare(&Pod::of(object), container).unwrap().start()
}

/// A site with an agency's packages, keys, and custodians; and the facts of a citizen.
fn prepared() -> (Site, Value) {
    let mut site = Site::new().unwrap();
    let demo = site.path("demo");
    lifeboat(&[
        "demo",
        "--exit",
        "--listen",
        "127.0.0.1:0",
        "--people",
        "60",
        "--dir",
        shown(&demo),
    ]);
    let share = |number| demo.join(format!("custodians/custodian-{number}.share"));
    let (one, two, three) = (share(1), share(2), share(3));
    lifeboat(&[
        "restore",
        "--vault",
        shown(&demo.join("backup-host/vault.toml")),
        "--to",
        shown(&site.claim("agency-export")),
        "--custodian",
        shown(&one),
        "--custodian",
        shown(&two),
        "--custodian",
        shown(&three),
    ]);
    let ready: Value =
        serde_json::from_str(&std::fs::read_to_string(demo.join("ready.json")).unwrap()).unwrap();

    let keys = site.path("keys");
    lifeboat(&["keys", "services", "--out", shown(&keys)]);
    site.apply(tools().kustomize(&keys).unwrap()).unwrap();

    let ceremony = site.path("ceremony");
    hold_ceremony(&ceremony);
    site.give(
        "lifeboat-master",
        "master.pub",
        std::fs::read(ceremony.join("master.pub")).unwrap(),
    );
    for number in 1..=3 {
        let name = format!("custodian-{number}.share");
        let share = std::fs::read(ceremony.join(&name)).unwrap();
        site.give("lifeboat-custodians", &name, share);
    }
    (site, ready)
}

/// The clouds: folders.
fn clouds(site: &Site, values: Values) -> Values {
    (0..3).fold(values, |values, number| {
        let cloud = site.path(&format!("cloud-{number}"));
        std::fs::create_dir_all(&cloud).unwrap();
        values
            .and(format!("vault.clouds[{number}].name=cloud-{number}"))
            .and(format!(
                "vault.clouds[{number}].url=file://{}",
                cloud.display()
            ))
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_first_backup_to_a_citizen_s_answer_every_rendered_pod_does_its_work() {
    let (mut site, ready) = prepared();
    back_up(&mut site).await;
    look_after(&mut site).await;
    std::fs::remove_dir_all(site.path("cloud-1")).unwrap();

    let database = Database::create(&std::env::var(postgres::VARIABLE).unwrap());
    site.give("lifeboat-database", "url", database.url.as_str());
    site.give("lifeboat-redis", "url", redis::url().await);
    site.give(
        "lifeboat-broker",
        "url",
        "amqp://nobody:nothing@127.0.0.1:9/%2f",
    );
    for (key, fact) in [
        ("national-id", "national_id"),
        ("birth-date", "birth_date"),
        ("household-no", "household_no"),
        ("id-card-issued-on", "id_card_issued_on"),
    ] {
        site.give("a-citizen", key, ready["citizen"][fact].as_str().unwrap());
    }
    let values = Values::profile("emergency")
        .and("test.citizenSecret=a-citizen")
        .and("journalBackup.enabled=true");
    let values = clouds(&site, values);
    site.apply(tools().render(&values).unwrap()).unwrap();
    restore(&mut site).await;
    full(&mut site).await;
    let mut services = serve(&mut site).await;
    journals(&mut site).await;

    let test = site.object("Pod", "lifeboat-test").unwrap();
    let said = run(&mut site, &test).await;
    assert!(said.contains("\"state\": \"ready\""), "{said}");
    let masked = format!(
        "{}****",
        &ready["citizen"]["national_id"].as_str().unwrap()[..6]
    );
    assert!(said.contains(&masked), "{masked}: {said}");

    for (_, service) in services.iter_mut().rev() {
        service.terminate();
    }
    for (name, service) in &mut services {
        let status = service.exit(PATIENCE).await;
        assert!(status.success(), "{name}: {status}: {}", service.stderr());
    }
}

/// The `CronJob` of backups: makes its vault the first time, and backs up each time.
async fn back_up(site: &mut Site) {
    let mut values = Values::default()
        .and("backup.enabled=true")
        .and("backup.exportClaim=agency-export");
    let mut packages: Vec<String> = std::fs::read_dir(site.claim("agency-export"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    packages.sort();
    assert!(packages.contains(&"household".to_owned()), "{packages:?}");
    for (number, name) in packages.iter().enumerate() {
        values = values.and(format!("backup.folders[{number}]={name}"));
    }
    site.apply(tools().render(&clouds(site, values)).unwrap())
        .unwrap();
    let backup = site.object("CronJob", "lifeboat-backup").unwrap();
    let first = run(site, &backup).await;
    assert!(first.contains("is made: 2 of 3 clouds"), "{first}");
    let second = run(site, &backup).await;
    assert!(
        second.contains("is there already; nothing was done"),
        "{second}"
    );

    let host = site.claim("lifeboat-backup");
    let toml = std::fs::read(host.join("vault.toml")).unwrap();
    site.give("lifeboat-vault", "vault.toml", toml);
    for key in ["descriptor", "repository.key"] {
        let own = std::fs::read(host.join("state").join(key)).unwrap();
        site.give("lifeboat-vault", key, own);
    }
}

/// The `CronJobs` of quiet times: good while all is well, and they write nothing where they could not.
async fn look_after(site: &mut Site) {
    site.apply(tools().render(&Values::profile("asleep")).unwrap())
        .unwrap();
    for name in ["lifeboat-vault-scrub", "lifeboat-vault-watch"] {
        let job = site.object("CronJob", name).unwrap();
        run(site, &job).await;
        let place = site.path("pods").join(Pod::of(&job).name()).join("etc");
        let before = content(&place);
        assert!(before.len() >= 3, "{before:?}");
        run(site, &job).await;
        assert_eq!(content(&place), before);
    }
    let hidden = site.path("hidden");
    std::fs::rename(site.path("cloud-1"), &hidden).unwrap();
    let watch = site.object("CronJob", "lifeboat-vault-watch").unwrap();
    let container = watch.pod().unwrap()["spec"]["containers"][0].clone();
    let status = start(site, &watch, &container).exit(PATIENCE).await;
    assert_eq!(
        status.code(),
        Some(1),
        "a cloud is lost, and nobody is told"
    );
    std::fs::rename(hidden, site.path("cloud-1")).unwrap();
}

/// The Jobs: a later tier waits for the one before, a service for its data.
async fn restore(site: &mut Site) {
    let mut jobs = site.objects("Job");
    let tier = |job: &Object| {
        job.value["metadata"]["annotations"]["lifeboat/tier"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    jobs.sort_by_key(tier);
    let first: Vec<Object> = jobs.extract_if(.., |job| tier(job) == "0").collect();
    assert!(
        first.len() == 2 && jobs.len() >= 5,
        "{} and {}",
        first.len(),
        jobs.len()
    );

    let gate = |object: &Object| object.pod().unwrap()["spec"]["initContainers"][0].clone();
    let household = site.object("Deployment", "lifeboat-household").unwrap();
    let later = jobs[0].clone();
    let mut waiting = vec![
        start(site, &household, &gate(&household)),
        start(site, &later, &gate(&later)),
    ];
    for one in &mut waiting {
        one.says("there is no snapshot yet; waiting", PATIENCE)
            .await;
    }
    for job in &first {
        assert!(
            list(&job.pod().unwrap()["spec"]["initContainers"])
                .next()
                .is_none()
        );
        let said = run(site, job).await;
        assert!(said.contains("every byte proved"), "{said}");
    }
    for one in &mut waiting {
        assert!(one.exit(PATIENCE).await.success(), "{}", one.stderr());
    }
    for job in &jobs {
        run(site, job).await;
    }
}

/// A copy that has no place left for a request is alive and ready all the same: started anew, it would have none either.
async fn full(site: &mut Site) {
    let household = site.object("Deployment", "lifeboat-household").unwrap();
    let mut container = household.pod().unwrap()["spec"]["containers"][0].clone();
    let none = serde_json::json!({ "name": "LIFEBOAT_SERVICE__LIMITS__CONCURRENT_REQUESTS", "value": "0" });
    container["env"].as_array_mut().unwrap().push(none);
    let mut service = start(site, &household, &container);
    for probe in ["readinessProbe", "livenessProbe"] {
        let url = site.probe(&Pod::of(&household), &container[probe]).unwrap();
        service.answers(&url, PATIENCE).await;
    }
    service.kill();
}

/// Every Deployment: its gates, its program, its probes and its metrics.
async fn serve(site: &mut Site) -> Vec<(String, Service)> {
    let mut services = Vec::new();
    let mut deployments = site.objects("Deployment");
    let order = ["lifeboat-identity", "lifeboat-gateway"];
    deployments.sort_by_key(|one| {
        order
            .iter()
            .position(|name| *name == one.name())
            .map_or(0, |place| place + 1)
    });
    assert!(deployments.len() >= 9, "{}", deployments.len());
    for deployment in deployments {
        run_first(site, &deployment).await;
        let container = deployment.pod().unwrap()["spec"]["containers"][0].clone();
        let mut service = start(site, &deployment, &container);
        for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
            let url = site
                .probe(&Pod::of(&deployment), &container[probe])
                .unwrap();
            service.answers(&url, PATIENCE).await;
        }
        let open: Vec<u64> = list(&container["ports"])
            .map(|port| port["containerPort"].as_u64().unwrap())
            .collect();
        assert_eq!(open, [8080, 9090], "{}", deployment.identity());
        let metrics = format!(
            "http://{}/metrics",
            site.address(&Pod::of(&deployment), 9090)
        );
        service.answers(&metrics, PATIENCE).await;
        services.push((deployment.name().to_owned(), service));
    }
    site.object("Service", "lifeboat-gateway").unwrap();
    services
}

/// What a measure without labels is now.
fn measured(url: &str, name: &str) -> Option<f64> {
    let address = url.strip_prefix("http://")?.strip_suffix("/metrics")?;
    let mut connection = TcpStream::connect(address).unwrap();
    connection
        .write_all(b"GET /metrics HTTP/1.0\r\nhost: x\r\n\r\n")
        .unwrap();
    let text = std::io::read_to_string(connection).unwrap();
    let mut values = text.lines().filter_map(|line| line.strip_prefix(name));
    values.find_map(|value| value.trim().parse().ok())
}

/// What people file goes to a vault of its own.
async fn journals(site: &mut Site) {
    let keeper = site
        .object("StatefulSet", "lifeboat-journal-backup")
        .unwrap();
    let first = run_first(site, &keeper).await;
    assert!(first.contains("is made: 2 of 3 clouds"), "{first}");
    let container = keeper.pod().unwrap()["spec"]["containers"][0].clone();
    let metrics = format!("http://{}/metrics", site.address(&Pod::of(&keeper), 9090));
    let mut running = start(site, &keeper, &container);
    let spool = site
        .claim("state-lifeboat-journal-backup-0")
        .join("journals");
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !spool.exists() {
        assert!(
            running.ended().is_none() && tokio::time::Instant::now() < deadline,
            "{}",
            running.stderr()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    running.answers(&metrics, PATIENCE).await;
    // What is missed is measured from the start, and a first failure is an increase.
    let since = measured(&metrics, "lifeboat_journal_backup_last_success_seconds");
    assert!(since.is_some_and(|since| since > 1.7e9), "{since:?}");
    let failures = measured(&metrics, "lifeboat_journal_backup_failures_total");
    assert_eq!(failures, Some(0.0));
    running.terminate();
    assert!(
        running.exit(PATIENCE).await.success(),
        "{}",
        running.stderr()
    );
}

#[tokio::test]
async fn a_variable_that_kubernetes_makes_of_a_service_would_stop_a_program() {
    let variable = [("LIFEBOAT_HOUSEHOLD_SERVICE_HOST", "10.0.0.7")];
    let mut service = Service::start(&program("household"), &[], &variable);
    assert_eq!(service.exit(PATIENCE).await.code(), Some(2));
    assert!(
        service.stderr().contains("household_service_host"),
        "{}",
        service.stderr()
    );
}
