//! Random numbers of the operating system.

use std::io;

use rustix::rand::{GetRandomFlags, getrandom};

/// Returns as many random bytes as are asked for.
pub(crate) fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    let mut filled = 0;
    while filled < N {
        filled += getrandom(&mut bytes[filled..], GetRandomFlags::empty())?;
    }
    Ok(bytes)
}
