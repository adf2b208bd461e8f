//! What an upgrade does to the Jobs of a restore, and what the chart says of it.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use deployment::tools::Values;
use deployment::{Object, objects, root};
use serde_json::{Value, json};

use crate::rendered::{containers, tools};

fn emergency() -> Values {
    Values::profile("emergency")
}

fn jobs(objects: Vec<Object>) -> Vec<Object> {
    let jobs: Vec<Object> = objects
        .into_iter()
        .filter(|one| one.kind() == "Job")
        .collect();
    assert_eq!(jobs.len(), 7);
    jobs
}

fn job_names(values: &Values) -> Vec<String> {
    let jobs = jobs(tools().render(values).unwrap());
    jobs.iter().map(|one| one.name().to_owned()).collect()
}

#[test]
fn only_another_restore_is_another_job() {
    let before = job_names(&emergency());
    for same in [
        "image.tag=next",
        "image.registry=elsewhere.example",
        "image.pullPolicy=Always",
        "image.digests.lifeboat=sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "restore.resources.requests.cpu=1",
        "restore.retries=1",
        "restore.spool.storageClassName=fast",
        "vault.environmentSecret=lifeboat-cloud-environment",
        "vault.credentialsSecret=lifeboat-clouds",
        "authorities.database.configMap=site-authorities",
        "capabilities.household.replicas=3",
        "capabilities.household.snapshot.spool=30Gi",
        "capabilities.health-enrolment.tier=1",
    ] {
        assert_eq!(job_names(&emergency().and(same)), before, "{same}");
    }
    for other in [
        "restore.run=2",
        "restore.at=30",
        "restore.witness=31:9f2c",
        "restore.allowOlder=true",
        "restore.signatures.required=true",
        "restore.custodians.session=session.key",
        "restore.custodians.secret=others",
        "vault.secret=other-vault",
        "database.secret.name=other-database",
        "database.secret.key=other",
    ] {
        let after = job_names(&emergency().and(other));
        let kept = after.iter().filter(|name| before.contains(name)).count();
        assert_eq!(kept, 0, "{other}");
    }
    let own = emergency()
        .and("capabilities.household.database.secret.name=own")
        .and("capabilities.household.database.secret.key=url");
    let one = job_names(&own);
    let kept = one.iter().filter(|name| before.contains(name)).count();
    assert_eq!(kept, before.len() - 1, "household alone has another place");
}

/// Objects as an API server has them, by their path.
type Stored = BTreeMap<String, Value>;

fn plural(kind: &str) -> String {
    let name = kind.to_lowercase();
    name.strip_suffix('y')
        .map_or_else(|| format!("{name}s"), |stem| format!("{stem}ies"))
}

/// What Helm asks an API server before it looks at an object: which kinds there are.
fn discovery(objects: &[Object]) -> Stored {
    let mut kinds: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for object in objects {
        let identity = object.identity();
        let resource = json!({
            "name": plural(&identity.kind),
            "kind": identity.kind,
            "namespaced": true,
            "verbs": ["get"],
        });
        let known = kinds.entry(identity.api_version).or_default();
        if !known.contains(&resource) {
            known.push(resource);
        }
    }
    let groups: Vec<Value> = kinds
        .keys()
        .filter_map(|group_version| {
            let (group, version) = group_version.split_once('/')?;
            let version = json!({ "groupVersion": group_version, "version": version });
            Some(json!({ "name": group, "versions": [version], "preferredVersion": version }))
        })
        .collect();
    let mut answers = Stored::from([
        (
            "/version".to_owned(),
            json!({ "major": "1", "minor": "36", "gitVersion": "v1.36.0" }),
        ),
        (
            "/api".to_owned(),
            json!({ "kind": "APIVersions", "versions": ["v1"] }),
        ),
        (
            "/apis".to_owned(),
            json!({ "kind": "APIGroupList", "apiVersion": "v1", "groups": groups }),
        ),
    ]);
    for (group_version, resources) in kinds {
        let root = if group_version.contains('/') {
            "apis"
        } else {
            "api"
        };
        answers.insert(
            format!("/{root}/{group_version}"),
            json!({ "kind": "APIResourceList", "groupVersion": group_version, "resources": resources }),
        );
    }
    answers
}

/// Answers one connection after the other, for as long as the test runs.
fn serve(answers: Stored) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let answers = Arc::new(answers);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let answers = Arc::clone(&answers);
            std::thread::spawn(move || answer(&stream.unwrap(), &answers));
        }
    });
    address
}

fn answer(mut stream: &TcpStream, answers: &Stored) {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().unwrap().unwrap();
    let target = first.split(' ').nth(1).unwrap();
    let path = target.split('?').next().unwrap();
    while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
    let (status, body) = answers.get(path).map_or_else(
        || {
            let none = json!({ "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404 });
            ("404 Not Found", none)
        },
        |body| ("200 OK", body.clone()),
    );
    let body = body.to_string();
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .unwrap();
}

/// What Helm says where there is an API server with these answers.
fn with_cluster(arguments: &[&str], values: &Values, answers: Stored) -> String {
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = folder.path().join("kubeconfig");
    std::fs::write(&kubeconfig, "").unwrap();
    let (kubeconfig, server) = (kubeconfig.to_str().unwrap(), serve(answers));
    let cluster = [
        "--disable-openapi-validation",
        "--kubeconfig",
        kubeconfig,
        "--kube-apiserver",
        &server,
    ];
    let output = tools().helm(&[arguments, &cluster].concat(), values);
    let output = output.unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The Job as Kubernetes keeps it: of this release, with labels of its own, and what nobody said of its pods.
fn stored(job: &Object) -> Value {
    let mut value = job.value.clone();
    let metadata = &mut value["metadata"];
    metadata["labels"]["app.kubernetes.io/managed-by"] = json!("Helm");
    for (of, is) in [("name", "lifeboat"), ("namespace", "lifeboat")] {
        metadata["annotations"][format!("meta.helm.sh/release-{of}")] = json!(is);
    }
    let template = &mut value["spec"]["template"];
    template["metadata"]["creationTimestamp"] = Value::Null;
    for label in ["controller-uid", "batch.kubernetes.io/controller-uid"] {
        template["metadata"]["labels"][label] = json!("0c8b6a0e");
    }
    for label in ["job-name", "batch.kubernetes.io/job-name"] {
        template["metadata"]["labels"][label] = json!(job.name());
    }
    template["spec"]["dnsPolicy"] = json!("ClusterFirst");
    value
}

#[test]
fn an_upgrade_with_other_images_leaves_a_job_that_is_there_as_it_is() {
    let before = tools().render(&emergency()).unwrap();
    let mut answers = discovery(&before);
    let before = jobs(before);
    let household = before
        .iter()
        .find(|one| one.name().contains("-household-"))
        .unwrap();
    let path = format!(
        "/apis/batch/v1/namespaces/lifeboat/jobs/{}",
        household.name()
    );
    answers.insert(path, stored(household));
    let upgrade = emergency()
        .and("image.tag=next")
        .and("restore.resources.limits.memory=2Gi");
    let text = with_cluster(
        &["template", "lifeboat", "--dry-run=server"],
        &upgrade,
        answers,
    );
    for job in jobs(objects::read(&text).unwrap()) {
        let is_there = job.name() == household.name();
        let images: Vec<&str> = containers(job.pod().unwrap())
            .map(|one| one["image"].as_str().unwrap())
            .collect();
        assert_eq!(
            images.iter().all(|image| image.ends_with(":next")),
            !is_there,
            "{}: {images:?}",
            job.name()
        );
        if is_there {
            let mut template = household.value["spec"]["template"].clone();
            template["spec"]["dnsPolicy"] = json!("ClusterFirst");
            assert_eq!(job.value["spec"]["template"], template);
        }
    }
}

#[test]
fn an_overlay_leaves_the_jobs_out_as_the_document_says() {
    let of = |document: &str| -> String {
        let text = std::fs::read_to_string(root().join("docs").join(document)).unwrap();
        let mut blocks = text.split("```yaml\n").skip(1);
        let block = blocks.find(|block| block.contains("$patch: delete"));
        block.unwrap().split("```").next().unwrap().to_owned()
    };
    let overlay = of("deploy.md");
    assert_eq!(overlay, of("deploy.zh-TW.md"));
    let folder = tempfile::tempdir().unwrap();
    let copied = std::process::Command::new("cp")
        .arg("-r")
        .arg(root().join("k8s"))
        .arg(folder.path())
        .status();
    assert!(copied.unwrap().success());
    let own = folder.path().join("k8s/overlays/own");
    std::fs::create_dir(&own).unwrap();
    std::fs::write(own.join("kustomization.yaml"), overlay).unwrap();
    let kinds = |objects: &[Object]| -> Vec<String> {
        objects.iter().map(|one| one.kind().to_owned()).collect()
    };
    let mut all = kinds(&tools().kustomize(&own.with_file_name("emergency")).unwrap());
    all.retain(|kind| kind != "Job");
    assert_eq!(kinds(&tools().kustomize(&own).unwrap()), all);
}

/// What is said after an installation.
fn notes(values: &Values) -> String {
    let answers = discovery(&tools().render(values).unwrap());
    let text = with_cluster(
        &["install", "lifeboat", "--dry-run=server"],
        values,
        answers,
    );
    let (_, notes) = text.split_once("\nNOTES:\n").unwrap();
    notes.to_owned()
}

#[test]
fn notes_name_what_is_there_and_what_is_to_be_done() {
    let scrub = "--from=cronjob/lifeboat-vault-scrub";
    let watch = "--from=cronjob/lifeboat-vault-watch";
    let asleep = notes(&Values::profile("asleep"));
    assert!(asleep.contains(scrub) && asleep.contains(watch), "{asleep}");
    let asleep = notes(&Values::profile("asleep").and("vault.watch.enabled=false"));
    assert!(
        asleep.contains(scrub) && !asleep.contains("watch"),
        "{asleep}"
    );
    let asleep = notes(
        &Values::profile("asleep")
            .and("vault.watch.enabled=false")
            .and("vault.scrub.enabled=false"),
    );
    assert!(!asleep.contains("cronjob"), "{asleep}");

    let delete = "delete secret lifeboat-custodians";
    let off = "--set restore.enabled=false";
    let plain = notes(&emergency().and("people=1000"));
    assert!(plain.contains(delete) && plain.contains(off), "{plain}");
    assert!(
        plain.contains("sized for 23290000 people") && plain.contains("`people` says 1000"),
        "{plain}"
    );
    assert!(
        plain.contains("While it restores: 7 pods") && plain.contains("PostgreSQL"),
        "{plain}"
    );
    let external = notes(
        &emergency()
            .and("externalSecrets.enabled=true")
            .and("externalSecrets.store.name=ministry"),
    );
    assert!(
        external.contains(off) && !external.contains(delete),
        "{external}"
    );
    assert!(!external.contains("`people` says"), "{external}");
}
