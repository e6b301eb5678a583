//! Images.

use aurae::Image;
use aurae::proto::aurae::images::v0::image_service_server::ImageService;
use aurae::proto::aurae::images::v0::{self as proto, *};
use tonic::{Request, Response};

use super::core::{Answer, Core, record};
use super::shown::Shown;
use crate::page::Page;

/// The service.
pub(super) struct Images(pub(super) Core);

#[tonic::async_trait]
impl ImageService for Images {
    async fn get_image(&self, request: Request<GetImageRequest>) -> Answer<proto::Image> {
        self.0.get::<Image>(&request.into_inner().id).await
    }

    async fn list_images(&self, request: Request<ListImagesRequest>) -> Answer<ListImagesResponse> {
        let ListImagesRequest { page_size, page_token } = request.into_inner();
        let page = Page::of(self.0.tokens(), vec!["ListImages"], page_size, &page_token)?;
        let (images, next_page_token) = self.0.list(&page, page.all::<Image>()).await?;
        Ok(Response::new(ListImagesResponse { images, next_page_token }))
    }

    async fn create_image(&self, request: Request<CreateImageRequest>) -> Answer<proto::Image> {
        let image: Image = record(request.into_inner().image, "image")?;
        self.0.create(image).await
    }

    async fn delete_image(&self, request: Request<DeleteImageRequest>) -> Answer<()> {
        self.0.delete::<Image>(request.into_inner().id, |_| Ok(())).await
    }
}

impl Shown for Image {}
