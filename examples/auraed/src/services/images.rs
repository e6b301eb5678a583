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
        let (core, request) = self.0.begin(request);
        core.get::<Image>(&request.id).await
    }

    async fn list_images(&self, request: Request<ListImagesRequest>) -> Answer<ListImagesResponse> {
        let (core, ListImagesRequest { page_size, page_token }) = self.0.begin(request);
        let page = Page::<Image>::of(core.tokens(), vec!["ListImages"], page_size, &page_token)?;
        let (images, next_page_token) = core.list(&page, page.all()).await?;
        Ok(Response::new(ListImagesResponse { images, next_page_token }))
    }

    async fn create_image(&self, request: Request<CreateImageRequest>) -> Answer<proto::Image> {
        let (core, request) = self.0.begin(request);
        let image: Image = record(request.image, "image")?;
        core.create(image).await
    }

    async fn delete_image(&self, request: Request<DeleteImageRequest>) -> Answer<()> {
        let (core, request) = self.0.begin(request);
        core.delete::<Image>(request.id, |_| Ok(())).await
    }
}

impl Shown for Image {}
