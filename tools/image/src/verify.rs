//! Reads an image back: all that its readers rely on, and the checksum.

use weft_abi::image::ImageHeader;
use weft_spec::{ImageView, SystemSpec};

use crate::ImageError;

/// Checks an image and returns the system that is in it.
///
/// # Errors
/// What is not sound.
pub fn verify(image: &[u8]) -> Result<SystemSpec, ImageError> {
    let view = ImageView::new(image)?;
    let content = view
        .bytes()
        .get(size_of::<ImageHeader>()..)
        .unwrap_or_default();
    if crc32fast::hash(content) != view.header().crc32 {
        return Err(ImageError::Checksum);
    }
    Ok(weft_spec::decode(view.spec())?)
}
