//! Production mode in short: `cargo xtask cluster test` with fewer people and less time.
#![expect(clippy::print_stdout, reason = "what was seen is part of the proof")]

use deployment::Tools;
use deployment::tools::{HELM, KUBECTL};
use end_to_end::cluster::faults::{self, Plan};
use end_to_end::cluster::{Cluster, Options};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_first_backup_to_every_fault_no_request_is_lost() {
    let tool = |variable: &str| {
        let path = std::env::var_os(variable);
        path.unwrap_or_else(|| {
            panic!("{variable} is not set: run `cargo xtask test -- -p end-to-end`")
        })
    };
    let options = Options {
        people: 100,
        packages: None,
        drain_seconds: Options::DRAIN_SECONDS,
        cloud_patience: Some(3),
        tools: Tools {
            helm: tool(HELM).into(),
            kubectl: tool(KUBECTL).into(),
        },
    };
    let began = std::time::Instant::now();
    let told = |step: &str| println!("{:6.1} s  {step}", began.elapsed().as_secs_f64());
    let mut cluster = Cluster::start(&options, told).await.unwrap();
    let report = faults::all(&mut cluster, Plan::SHORT, told).await.unwrap();
    println!("{report}");
    assert!(report.is_good(), "{report}");
}
