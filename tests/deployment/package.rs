//! `infra/package`: the same bytes twice, and a layer whose file Terraform can see.

use std::path::Path;

use crate::terraform::Terraform;

#[test]
fn the_same_input_gives_the_same_zips_whenever_and_wherever() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("infra/tests/fixtures");
    let folder = tempfile::tempdir().unwrap();
    let guardrail = folder.path().join("enforce.toml");
    // a new file, later than the fixture, in another folder
    let text = std::fs::read(fixtures.join("enforce.toml")).unwrap();
    std::fs::write(&guardrail, text).unwrap();
    let binary = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock");
    let zips = [(); 2].map(|()| {
        let zip = Terraform::package(folder.path(), &binary, Some(&guardrail));
        (std::fs::read(&zip).unwrap(), std::fs::remove_file(zip).unwrap())
    });
    assert!(zips[0] == zips[1], "two zips of one binary differ");
    let layer = std::fs::read(folder.path().join("enforce.toml.zip")).unwrap();
    assert_eq!(layer, std::fs::read(fixtures.join("enforce.toml.zip")).unwrap());
}
