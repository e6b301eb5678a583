//! How long the client of a request waits, as it says in the header of the request.

use std::time::Duration;

use tonic::metadata::MetadataMap;

/// Returns how long the client waits from now on; none where it does not say, or not in the form of
/// [gRPC](https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md): at most eight digits and a unit.
pub(super) fn of(metadata: &MetadataMap) -> Option<Duration> {
    let text = metadata.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(value * 3600)),
        "M" => Some(Duration::from_secs(value * 60)),
        "S" => Some(Duration::from_secs(value)),
        "m" => Some(Duration::from_millis(value)),
        "u" => Some(Duration::from_micros(value)),
        "n" => Some(Duration::from_nanos(value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use aurae::Image;
    use aurae::proto::aurae::images::v0::image_service_server::ImageService;
    use aurae::proto::aurae::images::v0::{self as proto, CreateImageRequest, GetImageRequest};
    use tonic::{Code, Request};

    use super::super::core::Core;
    use super::super::images::Images;
    use super::*;

    #[test]
    fn a_deadline_is_read_in_every_unit_and_nothing_else_is_one() {
        let read = |text: &str| {
            let mut metadata = MetadataMap::new();
            metadata.insert("grpc-timeout", text.parse().unwrap());
            of(&metadata)
        };
        let nanoseconds = |text| read(text).map(|time| time.as_nanos());
        let second = 1_000_000_000;
        let units = ["2H", "2M", "2S", "2m", "2u", "2n"].map(|text| nanoseconds(text).unwrap());
        assert_eq!(units, [7200 * second, 120 * second, 2 * second, 2_000_000, 2_000, 2]);
        assert_eq!(nanoseconds("99999999H"), Some(99_999_999 * 3600 * second));
        for text in ["", "1", "S", "100000000n", "-1S", "+1S", "1s", "1 S", "1.5S"] {
            assert_eq!(read(text), None, "{text:?}");
        }
        assert_eq!(of(&MetadataMap::new()), None);
    }

    #[tokio::test]
    async fn a_request_whose_client_waits_no_longer_is_answered_so_and_changes_nothing() {
        let store = aurae::open_test().unwrap();
        let images = Images(Core { store: store.clone(), within: Duration::from_secs(60) });
        let within = |timeout: &'static str| {
            let image =
                proto::Image { id: "linux".to_owned(), format: 1, path: "/boot".to_owned(), ..Default::default() };
            let mut request = Request::new(CreateImageRequest { image: Some(image) });
            request.metadata_mut().insert("grpc-timeout", timeout.parse().unwrap());
            request
        };
        let late = images.create_image(within("1n")).await.unwrap_err();
        assert_eq!(late.code(), Code::DeadlineExceeded, "{late}");
        assert_eq!(store.table::<Image>().count().await.unwrap(), 0);
        images.create_image(within("60S")).await.unwrap();
        let mut get = Request::new(GetImageRequest { id: "linux".to_owned() });
        get.metadata_mut().insert("grpc-timeout", "1n".parse().unwrap());
        assert_eq!(images.get_image(get).await.unwrap_err().code(), Code::DeadlineExceeded);
    }
}
