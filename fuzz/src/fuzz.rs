//! libFuzzer over one of the [`targets`], the one that `LIFEBOAT_FUZZ_TARGET` names. `cargo xtask fuzz` builds and runs it.
#![no_main]

mod targets;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

static TARGET: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let name = std::env::var("LIFEBOAT_FUZZ_TARGET").expect("LIFEBOAT_FUZZ_TARGET names a target");
    let found = targets::ALL.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("there is no target {name}")).1
});

fuzz_target!(|bytes: &[u8]| TARGET(bytes));
