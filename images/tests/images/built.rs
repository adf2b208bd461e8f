//! What is built is what was wanted, and the same every time.

use std::process::Command;

use images::archive::Image;
use images::compile;

use crate::listed::WORKSPACE;
use crate::small::{NAME, Place, broken, done};

#[test]
fn an_image_has_the_program_its_list_the_roots_of_certificates_and_nothing_else() {
    let place = Place::new();
    let archive = place.archive();
    assert_eq!(broken(&archive), Vec::<String>::new());
    let image = Image::read(&archive).unwrap();
    assert_eq!(image.names, [NAME]);
    let program = std::fs::read(place.join("small")).unwrap();
    assert_eq!(image.file("program"), Some(program.as_slice()));
    let roots = image.file("etc/ssl/certs/ca-certificates.crt").unwrap();
    let roots = String::from_utf8_lossy(roots);
    assert!(roots.matches("-----BEGIN CERTIFICATE-----\n").count() > 100);
    assert!(image.file("bin/sh").is_none() && image.file("etc/passwd").is_none());
    assert!(image.unpacked() < 400_000 && image.stored < image.unpacked());
}

#[test]
fn the_same_program_has_the_same_digest_when_and_wherever_its_image_is_built() {
    let (one, other) = (Place::new(), Place::new());
    let first = one.archive();
    // As another person does on another day: other folders, and files that are newer and readable for others.
    let program = other.static_program();
    let folder = other.stage(&program);
    let second = other.build(&folder);
    let again = Image::read(&second).unwrap();
    assert_eq!(Image::read(&first).unwrap().digest, again.digest);

    std::fs::copy(one.join("small"), other.join("copy")).unwrap();
    let mut longer = std::fs::read(&program).unwrap();
    longer.push(0);
    std::fs::write(other.join("copy"), longer).unwrap();
    let third = other.build(&other.stage(&other.join("copy")));
    assert_ne!(Image::read(&third).unwrap().digest, again.digest);
}

#[test]
fn when_it_is_compiled_is_in_no_program() {
    let place = tempfile::tempdir().unwrap();
    let source = place.path().join("when.c");
    std::fs::write(&source, "__DATE__ __TIME__\n").unwrap();
    let environment = compile::command(&WORKSPACE, &[]);
    let environment = environment.get_envs();
    let mut compiler = Command::new(compile::C_COMPILER);
    compiler.args(["-E", "-P"]).arg(&source);
    compiler.envs(environment.filter_map(|(name, value)| Some((name, value?))));
    let seen = String::from_utf8(done(&mut compiler).stdout).unwrap();
    assert_eq!(seen.trim(), "\"Jan  1 1970\" \"00:00:00\"");
}

#[test]
fn an_archive_that_was_changed_is_not_read() {
    let place = Place::new();
    let archive = place.archive();
    let inside = place.join("inside");
    std::fs::create_dir(&inside).unwrap();
    done(
        Command::new("tar")
            .arg("-xf")
            .arg(&archive)
            .arg("-C")
            .arg(&inside),
    );
    let blobs = std::fs::read_dir(inside.join("blobs/sha256")).unwrap();
    let largest = blobs
        .map(|blob| blob.unwrap())
        .max_by_key(|blob| blob.metadata().unwrap().len())
        .unwrap();
    let mut bytes = std::fs::read(largest.path()).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(largest.path(), bytes).unwrap();
    done(
        Command::new("tar")
            .arg("-cf")
            .arg(&archive)
            .arg("-C")
            .arg(&inside)
            .arg("."),
    );
    let fault = Image::read(&archive).unwrap_err().to_string();
    assert!(fault.contains("holds something else"), "{fault}");
}
