//! Renderings, each made once.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;

pub(crate) use deployment::objects::{containers, find, list, selects};
use deployment::tools::{CHECKERS, HELM, KUBECTL, Values};
use deployment::{Object, PROFILES, Tools, written};

/// Helm and kubectl, as `cargo xtask test` provides them.
pub(crate) fn tools() -> Tools {
    Tools {
        helm: required(HELM),
        kubectl: required(KUBECTL),
    }
}

/// A program of the checkers.
pub(crate) fn checker(name: &str) -> PathBuf {
    required(CHECKERS).join(name)
}

fn required(variable: &str) -> PathBuf {
    std::env::var_os(variable)
        .unwrap_or_else(|| panic!("{variable} is not set: run `cargo xtask test -- -p deployment`"))
        .into()
}

/// The chart as it is, every profile, every switch: by name.
pub(crate) fn all() -> &'static BTreeMap<String, Vec<Object>> {
    static MADE: OnceLock<BTreeMap<String, Vec<Object>>> = OnceLock::new();
    MADE.get_or_init(|| {
        let mut wanted = vec![("production".to_owned(), Values::default())];
        wanted.extend(PROFILES.map(|name| (name.to_owned(), Values::profile(name))));
        for (name, file) in written::switches().unwrap() {
            wanted.push((name, Values::default().and_file(&file)));
        }
        let render = |(name, values): (String, Values)| {
            let objects = tools().render(&values);
            (
                name.clone(),
                objects.unwrap_or_else(|error| panic!("{name}: {error}")),
            )
        };
        wanted.into_iter().map(render).collect()
    })
}
