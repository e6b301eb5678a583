//! A file of the cache: JSON below a line with its hash, so that one that is damaged is none.

use std::io::{self, Write as _};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::hash::{hex, of};

/// Reads a file of the cache; one that is missing, damaged or of another form is none.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    let bytes = protostore_lower::read_regular(path, u64::MAX).ok()?;
    let (sum, json) = std::str::from_utf8(&bytes).ok()?.split_once('\n')?;
    (sum == hex(&of(json.as_bytes()))).then(|| serde_json::from_str(json).ok()).flatten()
}

/// Writes a file of the cache, beside it and renamed, so that no reader sees a half.
pub(crate) fn write(path: &Path, value: &impl Serialize) -> io::Result<()> {
    let json = serde_json::to_string(value)?;
    let dir = path.parent().unwrap_or(path);
    std::fs::create_dir_all(dir)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = dir.join(format!(".{name}.{}", std::process::id()));
    let mut file = std::fs::File::create(&beside)?;
    file.write_all(format!("{}\n{json}", hex(&of(json.as_bytes()))).as_bytes())?;
    std::fs::rename(&beside, path)
}

/// Removes the files that were written longest ago, where there are more than so many.
pub(crate) fn prune(dir: &Path, most: usize) -> io::Result<()> {
    let age = |entry: io::Result<std::fs::DirEntry>| {
        let entry = entry?;
        Ok((entry.metadata()?.modified()?, entry.path()))
    };
    let mut files = std::fs::read_dir(dir)?.map(age).collect::<io::Result<Vec<_>>>()?;
    files.sort();
    let more = files.len().saturating_sub(most);
    files[..more].iter().try_for_each(|(_, path)| std::fs::remove_file(path))
}

#[cfg(test)]
mod tests {
    use super::{prune, read, write};

    #[test]
    fn what_is_damaged_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        write(&path, &vec![1, 2, 3]).unwrap();
        assert_eq!(read::<Vec<u32>>(&path), Some(vec![1, 2, 3]));
        let whole = std::fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            std::fs::write(&path, damaged).unwrap();
            assert_eq!(read::<Vec<u32>>(&path), None, "byte {at}");
            std::fs::write(&path, &whole[..at]).unwrap();
            assert_eq!(read::<Vec<u32>>(&path), None, "the first {at} bytes");
        }
        std::fs::write(&path, &whole).unwrap();
        assert_eq!(read::<Vec<String>>(&path), None, "another form");
    }

    #[test]
    fn the_oldest_files_go() {
        let dir = tempfile::tempdir().unwrap();
        for number in 0..5 {
            let file = std::fs::File::create(dir.path().join(number.to_string())).unwrap();
            let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(number);
            file.set_modified(time).unwrap();
        }
        prune(dir.path(), 3).unwrap();
        let mut left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["2", "3", "4"]);
    }
}
