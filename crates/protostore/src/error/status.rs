//! Errors as gRPC statuses.

use tonic::{Code, Status};

use super::{Error, Kind};

/// How many bytes of an error's text a status carries: it is sent in a header, up to three times as long, and clients
/// refuse headers of more than 8 KiB.
const LONGEST: usize = 2000;

impl Kind {
    /// Returns the gRPC code of this kind.
    pub fn code(self) -> Code {
        match self {
            Self::NotFound => Code::NotFound,
            Self::AlreadyExists => Code::AlreadyExists,
            Self::Reference | Self::Precondition | Self::ReadOnly => Code::FailedPrecondition,
            Self::Invalid => Code::InvalidArgument,
            Self::OutOfRange => Code::OutOfRange,
            Self::Aborted => Code::Aborted,
            Self::Exhausted => Code::ResourceExhausted,
            Self::Deadline => Code::DeadlineExceeded,
            Self::Unknown => Code::Unknown,
            Self::Damaged => Code::DataLoss,
            Self::Stopped | Self::Open | Self::InUse | Self::Io => Code::Unavailable,
            Self::Engine | Self::Key => Code::Internal,
        }
    }
}

impl From<Error> for Status {
    fn from(e: Error) -> Self {
        let mut message = e.to_string();
        if message.len() > LONGEST {
            message.truncate(message.floor_char_boundary(LONGEST));
            message.push('…');
        }
        let mut status = Self::new(e.kind().code(), message);
        status.set_source(std::sync::Arc::new(e));
        status
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_fits_into_a_header() {
        for text in ["é".repeat(5000), "x".repeat(LONGEST + 1)] {
            let status = Status::from(Error::new(Kind::Precondition, text.clone()));
            let kept = status.message().strip_suffix('…').expect("is cut");
            assert!(kept.len() <= LONGEST && kept.len() >= LONGEST - 3 && text.starts_with(kept));
        }
        let fits = "x".repeat(LONGEST);
        assert_eq!(Status::from(Error::new(Kind::Precondition, fits.clone())).message(), fits);
    }

    #[test]
    fn a_status_carries_the_code_and_the_place() {
        let status = Status::from(Error::invalid("mtu", "must be set").in_table("nics"));
        assert_eq!((status.code(), status.message()), (Code::InvalidArgument, "nics.mtu: must be set"));
    }
}
