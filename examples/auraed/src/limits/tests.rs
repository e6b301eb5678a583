//! Each limit is kept, and what waits for it goes on when there is room.

use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use aurae::proto::aurae::images::v0::image_service_client::ImageServiceClient;
use aurae::proto::aurae::images::v0::{CreateImageRequest, GetImageRequest, Image, ListImagesRequest, image};
use clap::{CommandFactory, Parser};
use tokio::net::UnixListener;
use tokio_stream::wrappers::UnixListenerStream;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use super::{Limits, admitted};
use crate::services;

/// No answer takes as long on any machine that passes a test at all; a request that hangs never ends.
const LONG: Duration = Duration::from_secs(1);

#[derive(Parser)]
struct Given {
    #[command(flatten)]
    limits: Limits,
}

/// Serves a TEST store under these limits.
async fn serve(socket: &Path, limits: &[&str]) -> aurae::Store {
    let store = aurae::open_test().unwrap();
    let limits = Given::parse_from([&["auraed"], limits].concat()).limits;
    let (_, routes) = services::routes(&store, &limits).await.unwrap();
    let incoming = admitted(UnixListenerStream::new(UnixListener::bind(socket).unwrap()), limits.connections());
    tokio::spawn(limits.server(routes).serve_with_incoming(incoming));
    store
}

async fn connect(socket: &Path) -> Channel {
    Endpoint::from_shared(format!("unix:{}", socket.display())).unwrap().connect().await.unwrap()
}

fn linux(path: &str) -> CreateImageRequest {
    let format = image::Format::Kernel.into();
    CreateImageRequest {
        image: Some(Image { id: "linux".to_owned(), path: path.to_owned(), format, ..Default::default() }),
    }
}

async fn get(channel: Channel) -> Result<Image, Status> {
    let answer = ImageServiceClient::new(channel).get_image(GetImageRequest { id: "linux".to_owned() }).await;
    answer.map(tonic::Response::into_inner)
}

#[track_caller]
fn code<T: std::fmt::Debug>(answer: Result<T, Status>) -> Code {
    answer.expect_err("the request must be refused").code()
}

#[tokio::test]
async fn a_connection_beyond_the_limit_waits_until_one_ends() {
    let home = tempfile::tempdir().unwrap();
    let socket = home.path().join("socket");
    let _store = serve(&socket, &["--max-connections", "2"]).await;
    let (first, second) = (connect(&socket).await, connect(&socket).await);
    for channel in [&first, &second] {
        assert_eq!(code(get(channel.clone()).await), Code::NotFound, "it is served");
    }
    let (third, fourth) = (connect(&socket).await, connect(&socket).await);
    let mut waits = tokio::spawn(get(third));
    let mut waits_too = tokio::spawn(get(fourth));
    assert!(tokio::time::timeout(LONG, &mut waits).await.is_err(), "there is no room for a third");
    assert_eq!(code(get(first.clone()).await), Code::NotFound, "those inside go on");
    drop(first);
    assert_eq!(code(waits.await.unwrap()), Code::NotFound, "the third has the place of the first");
    // The third ended with its request, and left its place to the fourth.
    assert_eq!(code((&mut waits_too).await.unwrap()), Code::NotFound);
    drop(second);
}

#[tokio::test]
async fn a_stream_beyond_the_limit_waits_until_one_ends() {
    let home = tempfile::tempdir().unwrap();
    let socket = home.path().join("socket");
    let _store = serve(&socket, &["--max-streams", "2"]).await;
    let channel = connect(&socket).await;
    assert_eq!(code(get(channel.clone()).await), Code::NotFound, "the limit is known to the client by now");
    let watch = || async { HealthClient::new(channel.clone()).watch(HealthCheckRequest::default()).await.unwrap() };
    let (first, _second) = (watch().await, watch().await);
    let mut waits = tokio::spawn(get(channel.clone()));
    assert!(tokio::time::timeout(LONG, &mut waits).await.is_err(), "two watches are all that there may be");
    drop(first);
    assert_eq!(code(waits.await.unwrap()), Code::NotFound);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_takes_too_long_is_answered() {
    let home = tempfile::tempdir().unwrap();
    let socket = home.path().join("socket");
    let store = serve(&socket, &["--request-timeout", "1"]).await;
    let channel = connect(&socket).await;
    let ((begun, is_begun), (go_on, may_go_on)) = (mpsc::channel(), mpsc::channel::<()>());
    let blocking = store.clone();
    let may_go_on = std::sync::Mutex::new(may_go_on);
    let blocked = std::thread::spawn(move || {
        blocking.write(move |_| {
            begun.send(()).unwrap();
            // Until the other end is gone.
            let _ = may_go_on.lock().unwrap().recv();
            Ok(())
        })
    });
    is_begun.recv().unwrap();
    let late = code(ImageServiceClient::new(channel.clone()).create_image(linux("/boot")).await);
    assert_eq!(late, Code::DeadlineExceeded, "the writer is busy");
    assert_eq!(code(get(channel.clone()).await), Code::NotFound, "reads go on");
    drop(go_on);
    blocked.join().unwrap().unwrap();
    let mut other = linux("/boot/other");
    other.image.as_mut().unwrap().id = "other".to_owned();
    ImageServiceClient::new(channel.clone()).create_image(other).await.expect("the writer has time again");
    assert_eq!(code(get(channel).await), Code::NotFound, "what was told to be late has not happened afterwards");
}

#[tokio::test]
async fn messages_beyond_the_limits_are_refused_both_ways() {
    let home = tempfile::tempdir().unwrap();
    let socket = home.path().join("socket");
    let store = serve(&socket, &["--max-request", "1000", "--max-response", "2000"]).await;
    let mut images = ImageServiceClient::new(connect(&socket).await);
    assert_eq!(code(images.create_image(linux(&"x".repeat(1_000))).await), Code::OutOfRange);
    assert_eq!(store.images().count().await.unwrap(), 0);
    for number in 0..3 {
        let mut request = linux(&format!("{number}{}", "x".repeat(800)));
        request.image.as_mut().unwrap().id = format!("image-{number}");
        images.create_image(request).await.unwrap();
    }
    let list = |page_size| ListImagesRequest { page_size, ..Default::default() };
    assert_eq!(code(images.list_images(list(3)).await), Code::OutOfRange);
    let page = images.list_images(list(2)).await.unwrap().into_inner();
    assert_eq!((page.images.len(), page.next_page_token.is_empty()), (2, false), "a smaller page fits");
}

#[test]
fn every_limit_is_on_the_page_with_what_it_is_by_default() {
    let page = include_str!("../../README.md");
    let mut seen = 0;
    for argument in Given::command().get_arguments().filter(|argument| argument.get_help_heading() == Some("Limits")) {
        let default = argument.get_default_values()[0].to_str().unwrap();
        let row = format!("| `--{}` | {default} |", argument.get_long().unwrap());
        assert!(page.contains(&row), "the page has no row {row:?}");
        seen += 1;
    }
    assert_eq!(seen, 5);
}

#[test]
fn no_limit_is_nothing() {
    for flag in ["--max-connections", "--max-streams", "--request-timeout", "--max-request", "--max-response"] {
        assert!(Given::try_parse_from(["auraed", flag, "0"]).is_err(), "{flag}");
    }
}
