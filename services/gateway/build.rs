//! The OpenAPI documents are embedded: a change of theirs is a change of this crate.

fn main() {
    println!("cargo:rerun-if-changed=../../openapi");
    println!("cargo:rerun-if-changed=build.rs");
}
