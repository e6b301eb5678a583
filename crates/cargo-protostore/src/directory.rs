//! The directory that the defaults of the command line start from, found as cargo finds a package.

use std::path::{Path, PathBuf};

/// Returns the way to the nearest directory at or around `current` that has a `Cargo.toml` beside the directory
/// `protos`, as a path from `current`; the empty path where there is none or `current` has `protos` itself.
pub(crate) fn find(current: &Path, protos: &str) -> PathBuf {
    if current.join(protos).is_dir() {
        return PathBuf::new();
    }
    let holds = |dir: &Path| dir.join("Cargo.toml").is_file() && dir.join(protos).is_dir();
    let up = current.ancestors().position(holds).unwrap_or(0);
    std::iter::repeat_n("..", up).collect()
}
