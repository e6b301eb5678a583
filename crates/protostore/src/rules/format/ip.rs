//! IP addresses and prefixes as text.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Which version an address is of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    Any,
    V4,
    V6,
}

/// Returns whether a text is an address; one of version 6 may have a zone.
pub(super) fn address(text: &str, version: Version) -> bool {
    match version {
        Version::V4 => text.parse::<Ipv4Addr>().is_ok(),
        Version::V6 => match text.split_once('%') {
            None => text.parse::<Ipv6Addr>().is_ok(),
            Some((address, zone)) => !zone.is_empty() && !zone.contains('\0') && address.parse::<Ipv6Addr>().is_ok(),
        },
        Version::Any => address(text, Version::V4) || address(text, Version::V6),
    }
}

/// Returns whether a text is an address without a zone, written as the one text that stands for it.
pub(super) fn canonical(text: &str, version: Version) -> bool {
    let Ok(address) = text.parse::<IpAddr>() else { return false };
    let fits = match version {
        Version::Any => true,
        Version::V4 => address.is_ipv4(),
        Version::V6 => address.is_ipv6(),
    };
    fits && address.to_string() == text
}

/// Returns whether a text is an address with the length of its prefix; `strict` says that no bit behind it is set.
pub(super) fn prefix(text: &str, version: Version, strict: bool) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let Some(length) = number(length) else { return false };
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) if version != Version::V6 && length <= 32 => {
            !strict || u32::from(address).checked_shl(length).unwrap_or(0) == 0
        }
        Ok(IpAddr::V6(address)) if version != Version::V4 && length <= 128 => {
            !strict || u128::from(address).checked_shl(length).unwrap_or(0) == 0
        }
        Ok(_) | Err(_) => false,
    }
}

/// Returns the number that decimal digits write without a zero in front.
pub(super) fn number(text: &str) -> Option<u32> {
    let plain = text == "0" || !text.starts_with('0');
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if plain && digits { text.parse().ok() } else { None }
}
