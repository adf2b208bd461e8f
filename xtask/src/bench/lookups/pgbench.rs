//! pgbench: the query of the lookup and nothing else, as a ceiling.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;
use test_support::postgres::{program, psql};

use super::super::Setting;
use super::super::driver::PEOPLE;
use super::super::rounds::{Contestant, Run};
use super::super::stage::Stage;
use crate::Failure;

/// The query, prepared once on each connection, for as many people as ask the gateway.
#[derive(Debug)]
pub(super) struct Query {
    name: &'static str,
    url: String,
    folder: TempDir,
    scripts: Vec<PathBuf>,
}

impl Query {
    pub(super) fn prepare(
        name: &'static str,
        stage: &Stage,
        setting: &Setting,
    ) -> Result<Self, Failure> {
        setting.go_on()?;
        let schema = &stage.postgres.schema;
        let people = psql(
            &stage.postgres.url,
            &format!("SELECT national_id FROM {schema}.person ORDER BY national_id LIMIT {PEOPLE}"),
        )?;
        let folder = tempfile::tempdir()?;
        let mut scripts = Vec::new();
        for (number, id) in people.lines().enumerate() {
            let script = folder.path().join(format!("{number}.sql"));
            fs::write(
                &script,
                format!("SELECT * FROM {schema}.person WHERE national_id = '{id}';\n"),
            )?;
            scripts.push(script);
        }
        Ok(Self {
            name,
            url: stage.postgres.url.clone(),
            folder,
            scripts,
        })
    }
}

impl Contestant for Query {
    fn name(&self) -> &str {
        self.name
    }

    fn run(&mut self, _: &Setting) -> Result<Run, Failure> {
        let log = self.folder.path().join("log");
        let mut command = Command::new(program("pgbench"));
        command
            .args([
                "--no-vacuum",
                "--protocol=prepared",
                "--client=32",
                "--jobs=1",
                "--time=8",
                "--log",
            ])
            .arg(format!("--log-prefix={}", log.display()));
        for script in &self.scripts {
            command.arg("--file").arg(script);
        }
        let output = command.arg(&self.url).stdin(Stdio::null()).output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        let told = String::from_utf8_lossy(&output.stdout);
        let rate = rate(&told).ok_or("pgbench told no rate")?;
        let mut microseconds = Vec::new();
        for entry in fs::read_dir(self.folder.path())? {
            let path = entry?.path();
            if path.to_string_lossy().starts_with(&*log.to_string_lossy()) {
                microseconds.extend(latencies(&fs::read_to_string(&path)?));
                fs::remove_file(&path)?;
            }
        }
        microseconds.sort_unstable();
        let percentile = |hundredths: usize| {
            let value = microseconds
                .get(microseconds.len() * hundredths / 100)
                .copied();
            f64::from(value.unwrap_or_default()) / 1000.0
        };
        Ok(Run::from([
            ("requests_per_second", rate),
            ("p50_ms", percentile(50)),
            ("p99_ms", percentile(99)),
        ]))
    }
}

/// `tps = 12345.6 (without initial connection time)`
fn rate(told: &str) -> Option<f64> {
    let line = told.lines().find_map(|line| line.strip_prefix("tps = "))?;
    line.split(' ').next()?.parse().ok()
}

/// The third field of each line is what the transaction took, in microseconds.
fn latencies(log: &str) -> impl Iterator<Item = u32> {
    log.lines()
        .filter_map(|line| line.split(' ').nth(2)?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::{latencies, rate};

    #[test]
    fn what_pgbench_tells_is_understood() {
        assert_eq!(
            rate("x\ntps = 123.5 (without initial connection time)\n"),
            Some(123.5)
        );
        assert_eq!(
            latencies("0 199 2241 0 1175850568 995598\n1 1 7 0 1 2\n").collect::<Vec<_>>(),
            [2241, 7]
        );
    }
}
