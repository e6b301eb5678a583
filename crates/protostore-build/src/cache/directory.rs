//! Where commands keep answers: in the directory that Cargo builds in.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Returns the directory that Cargo builds in when it is called here: the one that the environment names, or else that of
/// the nearest package or workspace that was built. None where there is none yet: nothing is made for answers alone.
pub(crate) fn find(current: &Path, named: Option<OsString>) -> Option<PathBuf> {
    let named = named.filter(|name| !name.is_empty()).map(|name| current.join(name));
    // Cargo puts this file there, so that a directory of someone else is none.
    let is_built = |dir: &PathBuf| dir.join("CACHEDIR.TAG").is_file();
    match named {
        Some(dir) => Some(dir).filter(is_built),
        None => current.ancestors().map(|dir| dir.join("target")).find(is_built),
    }
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn answers_are_kept_where_cargo_builds() {
        let dir = tempfile::tempdir().unwrap();
        let (member, target, other) =
            (dir.path().join("crates/a"), dir.path().join("target"), dir.path().join("crates/target"));
        for dir in [&member, &target, &other] {
            std::fs::create_dir_all(dir).unwrap();
        }
        assert_ne!(find(&member, None), Some(target.clone()), "Cargo built nothing yet");
        std::fs::write(target.join("CACHEDIR.TAG"), "").unwrap();
        assert_eq!(find(&member, None), Some(target.clone()));
        assert_eq!(find(&member, Some("elsewhere".into())), None);
        assert_eq!(find(&member, Some(target.clone().into())), Some(target.clone()));
        assert_eq!(find(&member, Some(String::new().into())), Some(target));
    }
}
