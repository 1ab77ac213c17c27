//! What lies beside the project, shared by those who build it: the corpus, the sample events.

#![allow(clippy::print_stdout)]

use std::path::{Path, PathBuf};

/// The shared `file`. Where it is absent the test is skipped, which CI does not accept.
pub fn shared(file: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(file);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is absent", path.display());
    assert!(std::env::var_os("CI").is_none(), "{} is absent in CI", path.display());
    None
}
