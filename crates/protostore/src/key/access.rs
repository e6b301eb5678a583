//! Who else than its owner may do something with a file: by its mode, and by the access control list that it may have.
//!
//! With a list, the group's bits of the mode are the list's mask, <https://man7.org/linux/man-pages/man5/acl.5.html>:
//! the most that users and groups named in it may do, and not that a group may do it. systemd hands credentials over so.

use std::fs::{File, Metadata};
use std::os::unix::fs::MetadataExt;

use rustix::io::Errno;

use super::refusal::Exposed;

/// The extended attribute that holds the list, as `linux/posix_acl_xattr.h` lays it out.
const LIST: &str = "system.posix_acl_access";
const VERSION: u32 = 2;
const USER: u16 = 0x02;
const GROUP_OF_FILE: u16 = 0x04;
const GROUP: u16 = 0x08;
const MASK: u16 = 0x10;

/// Room for 500 entries; a longer list is not that of a key file.
const ROOM: usize = 4 + 8 * 500;

/// One entry of a list: what it is about, what it permits, and the user or group.
#[derive(Clone, Copy, Debug)]
struct Entry {
    tag: u16,
    permits: u16,
    id: u32,
}

/// Returns who may do something with an open file besides its owner and this process, if there is anyone.
pub(super) fn exposed(file: &File, metadata: &Metadata) -> Option<Exposed> {
    let mode = metadata.mode() & 0o7777;
    match mode & 0o077 {
        0 => None,
        // Those are the group's or a mask.
        1.. if mode & 0o007 == 0 => match list(file) {
            Ok(entries) => match named(&entries, metadata.uid(), metadata.gid(), rustix::process::geteuid().as_raw()) {
                Some(exposed) => exposed,
                // Without a mask no other user is named, and the group's bits are the group's.
                None => Some(Exposed::Mode(mode)),
            },
            Err(_) => Some(Exposed::Mode(mode)),
        },
        1.. => Some(Exposed::Mode(mode)),
    }
}

/// Reads the list of a file; an error where it has none.
#[cfg(target_os = "linux")]
fn list(file: &File) -> Result<Vec<Entry>, Errno> {
    let mut bytes = [0; ROOM];
    let length = rustix::fs::fgetxattr(file, LIST, &mut bytes)?;
    parse(&bytes[..length]).ok_or(Errno::INVAL)
}

/// Only Linux has lists of this layout.
#[cfg(not(target_os = "linux"))]
fn list(_file: &File) -> Result<Vec<Entry>, Errno> {
    Err(Errno::NOTSUP)
}

fn parse(bytes: &[u8]) -> Option<Vec<Entry>> {
    let (version, entries) = bytes.split_first_chunk()?;
    let entry = |bytes: &[u8; 8]| {
        let [t0, t1, p0, p1, id @ ..] = *bytes;
        Entry { tag: u16::from_le_bytes([t0, t1]), permits: u16::from_le_bytes([p0, p1]), id: u32::from_le_bytes(id) }
    };
    let (entries, rest) = entries.as_chunks();
    (u32::from_le_bytes(*version) == VERSION && rest.is_empty()).then(|| entries.iter().map(entry).collect())
}

/// Returns whom the entries let in besides the owner and this process; nothing where there is no mask.
fn named(entries: &[Entry], owner: u32, group: u32, own: u32) -> Option<Option<Exposed>> {
    let mask = entries.iter().find(|entry| entry.tag == MASK)?;
    let mut effective = entries.iter().filter(|entry| entry.permits & mask.permits != 0);
    Some(effective.find_map(|entry| match entry.tag {
        // The superuser may do everything anyway.
        USER if [own, owner, 0].contains(&entry.id) => None,
        USER => Some(Exposed::User(entry.id)),
        GROUP => Some(Exposed::Group(entry.id)),
        GROUP_OF_FILE => Some(Exposed::Group(group)),
        _ => None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER_OF_FILE: u16 = 0x01;
    const OTHER: u16 = 0x20;
    const NOBODY: u32 = u32::MAX;

    /// A list as the kernel gives it, read; of a file of user 7 and group 8, asked by user 9.
    fn asked(entries: &[(u16, u16, u32)]) -> Option<Option<Exposed>> {
        let entry = |(tag, permits, id): &(u16, u16, u32)| {
            [&tag.to_le_bytes()[..], &permits.to_le_bytes(), &id.to_le_bytes()].concat()
        };
        let bytes = [VERSION.to_le_bytes().to_vec(), entries.iter().flat_map(entry).collect()].concat();
        named(&parse(&bytes).expect("is a list"), 7, 8, 9)
    }

    #[test]
    fn a_mask_lets_nobody_in_and_those_who_are_named_do() {
        let ends =
            |more: &[(u16, u16, u32)]| asked(&[&[(OWNER_OF_FILE, 4, NOBODY)], more, &[(OTHER, 0, NOBODY)]].concat());
        let (none, read, whole) = ((GROUP_OF_FILE, 0, NOBODY), (MASK, 4, NOBODY), (MASK, 7, NOBODY));
        assert_eq!(ends(&[none]), None, "there is no mask");
        assert_eq!(ends(&[(USER, 4, 9), none, read]), Some(None), "a credential of systemd");
        assert_eq!(ends(&[(USER, 4, 0), (USER, 6, 7), none, read]), Some(None));
        assert_eq!(ends(&[(USER, 4, 9), (USER, 4, 10), none, read]), Some(Some(Exposed::User(10))));
        assert_eq!(ends(&[(USER, 2, 10), none, read]), Some(None), "the mask takes writing away");
        assert_eq!(ends(&[(USER, 2, 10), none, whole]), Some(Some(Exposed::User(10))));
        assert_eq!(ends(&[none, (GROUP, 4, 11), read]), Some(Some(Exposed::Group(11))));
        assert_eq!(ends(&[(GROUP_OF_FILE, 4, NOBODY), read]), Some(Some(Exposed::Group(8))));
    }

    #[test]
    fn what_is_no_list_is_not_read() {
        for bytes in [&[][..], &[2, 0, 0], &[1, 0, 0, 0], &[2, 0, 0, 0, 1]] {
            assert!(parse(bytes).is_none(), "{bytes:?}");
        }
        assert_eq!(parse(&[2, 0, 0, 0]).map(|entries| entries.len()), Some(0));
    }
}
