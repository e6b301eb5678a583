//! Values that are made rather than given: they are fixed before the write, so that a replay writes the same.
//!
//! The time of a creation or an update is [`Timestamp::now`](crate::Timestamp::now).

use std::panic::AssertUnwindSafe;
use std::sync::Mutex;
use std::time::UNIX_EPOCH;

use uuid::{ContextV7, Timestamp, Uuid};

use crate::clock;
use crate::error::{Error, Kind, Result};

/// What this process has given last, and counts on from.
static CONTEXT: AssertUnwindSafe<Mutex<ContextV7>> = AssertUnwindSafe(Mutex::new(ContextV7::new()));

/// Returns a new UUID of version 7, in lower case with hyphens.
///
/// It begins with the system's time, so that later ones sort after earlier ones; of one process each is greater than the
/// one before, also where the clock stops or is set back.
///
/// # Errors
/// [`Kind::Precondition`] where the clock is before 1970, from which such a UUID counts its time.
pub fn uuid_v7() -> Result<String> {
    v7().map(|uuid| uuid.to_string())
}

/// Returns a new UUID of version 7.
pub(crate) fn v7() -> Result<Uuid> {
    let since = clock::now().duration_since(UNIX_EPOCH).map_err(|before| {
        let why = "cannot be made while the system's clock is before 1970, from which a UUID of version 7 counts: \
                   set the clock";
        Error::new(Kind::Precondition, why).because(before)
    })?;
    Ok(Uuid::new_v7(Timestamp::from_unix(&CONTEXT, since.as_secs(), since.subsec_nanos())))
}

/// Returns a new UUID of version 4, which is random but for its version, in lower case with hyphens.
pub fn uuid_v4() -> String {
    v4().to_string()
}

/// Returns a new UUID of version 4.
pub(crate) fn v4() -> Uuid {
    Uuid::new_v4()
}

/// Says whether this is a UUID as a store keeps it: 32 hexadecimal digits in lower case with four hyphens, of whatever
/// version.
///
/// PostgreSQL gives any other spelling back in this one, so that it would not return as it came.
pub fn is_canonical_uuid(text: &str) -> bool {
    let digit = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
    };
    text.len() == 36 && text.bytes().enumerate().all(digit)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::{Duration, SystemTime};

    use super::*;

    fn made() -> String {
        uuid_v7().expect("the clock is after 1970")
    }

    #[test]
    fn a_clock_before_1970_is_an_error_and_no_panic() {
        for before in [Duration::from_nanos(1), Duration::from_secs(1), Duration::from_secs(86_400 * 365 * 300)] {
            let refused = clock::at(UNIX_EPOCH - before, uuid_v7).expect_err("no version 7 has such a time");
            assert_eq!(refused.kind(), Kind::Precondition);
            assert!(refused.message().contains("before 1970") && refused.message().contains("set the clock"));
        }
        let first = clock::at(UNIX_EPOCH, uuid_v7).expect("1970 is the first year");
        assert!(is_canonical_uuid(&first), "{first}");
        assert!(clock::at(SystemTime::now(), uuid_v7).expect("is now") > first);
    }

    #[test]
    fn each_uuid_of_version_7_is_greater_than_the_one_before() {
        let made: Vec<String> = std::iter::repeat_with(made).take(20_000).collect();
        assert!(made.is_sorted_by(|a, b| a < b));
        assert!(made.iter().all(|uuid| is_canonical_uuid(uuid) && uuid.as_bytes()[14] == b'7'));
    }

    #[test]
    fn threads_never_make_the_same_uuid_and_each_sees_them_rise() {
        let threads: Vec<_> = (0..4)
            .map(|_| std::thread::spawn(|| std::iter::repeat_with(made).take(5_000).collect::<Vec<_>>()))
            .collect();
        let mut all = BTreeSet::new();
        for thread in threads {
            let made = thread.join().expect("the thread ends");
            assert!(made.is_sorted_by(|a, b| a < b));
            all.extend(made);
        }
        assert_eq!(all.len(), 20_000);
    }

    #[test]
    fn a_uuid_of_version_7_begins_with_the_time() {
        let millis = || {
            let now = crate::Timestamp::now();
            now.seconds() * 1_000 + i64::from(now.nanos() / 1_000_000)
        };
        let (before, uuid, after) = (millis(), made(), millis());
        let made = i64::from_str_radix(&uuid[..13].replace('-', ""), 16).expect("is hexadecimal");
        // The counter of other tests may have carried the clock of the process ahead.
        assert!((before..=after + 1_000).contains(&made), "{before} {uuid} {after}");
    }

    #[test]
    fn uuids_of_version_4_say_so_and_differ() {
        let made: BTreeSet<String> = std::iter::repeat_with(uuid_v4).take(1_000).collect();
        assert_eq!(made.len(), 1_000);
        for uuid in made {
            assert!(is_canonical_uuid(&uuid), "{uuid}");
            assert!(uuid.as_bytes()[14] == b'4' && b"89ab".contains(&uuid.as_bytes()[19]), "{uuid}");
        }
    }

    #[test]
    fn only_one_spelling_of_a_uuid_is_canonical() {
        for canonical in [
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "0192f0c4-9abc-7def-8123-456789abcdef",
        ] {
            assert!(is_canonical_uuid(canonical), "{canonical}");
        }
        for other in [
            "",
            "0192F0C4-9ABC-7DEF-8123-456789ABCDEF",
            "0192f0c49abc7def8123456789abcdef",
            "{0192f0c4-9abc-7def-8123-456789abcdef}",
            "urn:uuid:0192f0c4-9abc-7def-8123-456789abcdef",
            "0192f0c4-9abc-7def-8123-456789abcde",
            "0192f0c4-9abc-7def-8123-456789abcdef0",
            "0192f0c4-9abc-7def-8123-456789abcdeg",
            "0192f0c4-9abc-7def-81234-56789abcdef",
            "0192f0c4-9abc-7def-8123-456789abcde\n",
            "0192f0c4-9abc-7def-8123-456789abcé0",
            "------------------------------------",
        ] {
            assert!(!is_canonical_uuid(other), "{other}");
        }
    }
}
