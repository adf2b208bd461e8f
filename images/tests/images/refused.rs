//! What is not as it should be is refused, and the reason is said.

use std::io::Read as _;
use std::process::Command;

use images::promises::LIMIT;

use crate::small::{Place, broken};

/// Replaces a line of the folder's recipe.
fn altered(place: &Place, from: &str, to: &str) -> Vec<String> {
    let folder = place.stage(&place.static_program());
    let recipe = folder.join("Containerfile");
    let text = std::fs::read_to_string(&recipe).unwrap();
    assert!(text.contains(from), "{text}");
    std::fs::write(&recipe, text.replace(from, to)).unwrap();
    broken(&place.build(&folder))
}

#[test]
fn a_program_that_needs_libraries_of_its_system_is_refused() {
    let place = Place::new();
    let program = place.program(&["cc"]);
    let faults = broken(&place.build(&place.stage(&program)));
    assert_eq!(
        faults,
        ["/program needs a loader of shared libraries: it is not static"]
    );
}

#[test]
fn an_image_that_is_too_large_is_refused() {
    let place = Place::new();
    let program = place.static_program();
    // Bytes that no compression makes fewer.
    let noise = std::fs::File::open("/dev/urandom").unwrap();
    let mut file = std::fs::File::options()
        .append(true)
        .open(&program)
        .unwrap();
    std::io::copy(&mut noise.take(LIMIT), &mut file).unwrap();
    let faults = broken(&place.build(&place.stage(&program)));
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].contains(&format!(
        "{LIMIT} are too many; the largest file is /program"
    )));
}

#[test]
fn an_image_that_runs_as_root_or_by_a_name_is_refused() {
    for user in ["USER 0", "USER nobody", "USER 65532", "# nobody"] {
        let faults = altered(&Place::new(), "USER 65532:65532", user);
        assert!(faults[0].contains("its user is `"), "{user}: {faults:?}");
    }
}

#[test]
fn an_image_that_believes_somebody_else_is_refused() {
    let place = Place::new();
    let folder = place.stage(&place.static_program());
    let roots = "etc/ssl/certs/ca-certificates.crt";
    std::fs::remove_file(folder.join("root").join(roots)).unwrap();
    let faults = broken(&place.build(&folder));
    assert!(
        faults[0].starts_with(&format!("/{roots} is not")),
        "{faults:?}"
    );
}

#[test]
fn an_image_with_a_shell_or_another_program_is_refused() {
    let place = Place::new();
    let folder = place.stage(&place.static_program());
    std::fs::create_dir(folder.join("root/bin")).unwrap();
    std::fs::copy(place.join("small"), folder.join("root/bin/sh")).unwrap();
    let faults = broken(&place.build(&folder));
    assert!(
        faults.contains(&"/bin/sh has no business there".to_owned()),
        "{faults:?}"
    );
}

#[test]
fn a_file_that_others_may_change_is_refused() {
    let place = Place::new();
    let folder = place.stage(&place.static_program());
    let program = folder.join("root/program");
    let chmod = Command::new("chmod").arg("577").arg(program).status();
    assert!(chmod.unwrap().success());
    let faults = broken(&place.build(&folder));
    assert!(
        faults[0].starts_with("/program is of 0:0 with mode 577"),
        "{faults:?}"
    );
}

#[test]
fn labels_that_say_something_else_are_refused() {
    let faults = altered(&Place::new(), "ARG REVISION=\"0123", "ARG REVISION=\"3210");
    assert!(
        faults[0].starts_with("its org.opencontainers.image.revision is `3210"),
        "{faults:?}"
    );
    let faults = altered(
        &Place::new(),
        "ENTRYPOINT [\"/program\"]",
        "CMD [\"/program\"]",
    );
    assert_eq!(faults.len(), 2, "{faults:?}");
}
