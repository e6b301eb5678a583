//! Errors as gRPC statuses.

use tonic::{Code, Status};

use super::{Error, Kind};

impl Kind {
    /// Returns the gRPC code of this kind.
    pub fn code(self) -> Code {
        match self {
            Self::NotFound => Code::NotFound,
            Self::AlreadyExists => Code::AlreadyExists,
            Self::Reference | Self::Precondition => Code::FailedPrecondition,
            Self::Invalid => Code::InvalidArgument,
            Self::OutOfRange => Code::OutOfRange,
            Self::Aborted => Code::Aborted,
            Self::Exhausted => Code::ResourceExhausted,
            Self::Unknown => Code::Unknown,
            Self::Damaged => Code::DataLoss,
            Self::Stopped | Self::Open => Code::Unavailable,
            Self::Engine | Self::Key => Code::Internal,
        }
    }
}

impl From<Error> for Status {
    fn from(e: Error) -> Self {
        let mut status = Self::new(e.kind().code(), e.to_string());
        status.set_source(std::sync::Arc::new(e));
        status
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_carries_the_code_and_the_place() {
        let status = Status::from(Error::invalid("mtu", "must be set").in_table("nics"));
        assert_eq!((status.code(), status.message()), (Code::InvalidArgument, "nics.mtu: must be set"));
    }
}
