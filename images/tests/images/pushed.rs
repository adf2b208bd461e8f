//! An image on its way to the cluster.

use std::path::Path;
use std::process::Command;

use images::archive::Image;
use images::builder::push;
use test_support::ports;
use test_support::process::Service;

use crate::small::{PATIENCE, Place, done};

#[tokio::test]
async fn a_registry_has_it_under_the_digest_that_pins_it() {
    let place = Place::new();
    let archive = place.archive();
    let port = ports::free();
    let settings = place.join("registry.yml");
    let kept = place.join("registry");
    let text = format!(
        "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: '127.0.0.1:{port}'}}\n",
        kept.display()
    );
    std::fs::write(&settings, text).unwrap();
    let words = ["serve", settings.to_str().unwrap()];
    let mut registry = Service::start(Path::new("docker-registry"), &words, &[]);
    let url = format!("http://127.0.0.1:{port}/v2/");
    registry.answers(&url, PATIENCE).await;

    let name = format!("127.0.0.1:{port}/lifeboat/small:1.2.3");
    // Loopback has no certificate.
    done(push(&archive, &name).arg("--dest-tls-verify=false"));
    let mut inspect = Command::new("skopeo");
    inspect.args(["inspect", "--tls-verify=false", "--format", "{{.Digest}}"]);
    let inspected = done(inspect.arg(format!("docker://{name}")));
    let digest = String::from_utf8(inspected.stdout).unwrap();
    assert_eq!(digest.trim(), Image::read(&archive).unwrap().digest);
}
