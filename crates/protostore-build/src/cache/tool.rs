//! The hash of the program that runs: its compiler, the versions of SQLite and of all crates are in it.

use std::io;
use std::path::Path;

use super::hash::{self, Hash};

/// Returns the hash of the program that runs. `dir` keeps it, as a program of some megabytes takes longer to hash than a
/// small store to check.
pub(crate) fn hash(dir: &Path) -> io::Result<Hash> {
    let program = std::env::current_exe()?;
    let Some(known) = state::of(&program) else { return hash::of_file(&program) };
    let kept = dir.join("program");
    if let Some((state, hash)) = super::kept::read::<(state::State, Hash)>(&kept)
        && state == known
    {
        return Ok(hash);
    }
    let hash = hash::of_file(&program)?;
    // What cannot be kept is computed each time.
    let _ = super::kept::write(&kept, &(known, hash));
    Ok(hash)
}

#[cfg(unix)]
mod state {
    use std::os::unix::fs::MetadataExt as _;
    use std::path::{Path, PathBuf};
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    /// Which file a program is, and when its bytes or its place changed last, which no program can set. The system says
    /// when to some milliseconds: within this time two changes may look the same.
    const SETTLED: Duration = Duration::from_secs(2);

    /// Path, device, inode, length, time of the bytes and time of any change.
    pub(super) type State = (PathBuf, u64, u64, u64, (i64, i64), (i64, i64));

    /// Returns the state of a file that has not changed for a while.
    pub(super) fn of(path: &Path) -> Option<State> {
        let data = path.metadata().ok()?;
        let changed = UNIX_EPOCH + Duration::from_secs(data.ctime().try_into().ok()?);
        let age = SystemTime::now().duration_since(changed).ok()?;
        let times = ((data.mtime(), data.mtime_nsec()), (data.ctime(), data.ctime_nsec()));
        (age > SETTLED).then(|| (path.to_owned(), data.dev(), data.ino(), data.size(), times.0, times.1))
    }
}

#[cfg(not(unix))]
mod state {
    use std::path::Path;

    /// A system that does not say when a file changed: the program is hashed each time.
    pub(super) type State = ();

    pub(super) fn of(_: &Path) -> Option<State> {
        None
    }
}
