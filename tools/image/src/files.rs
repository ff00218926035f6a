//! The files of an image: each lies there once, on pages of its own, however many components map it.

use weft_abi::layout::PAGE;
use weft_spec::{Region, Source, SystemSpec};

use crate::{ImageError, compose, compose::Contents};

/// Appends the files that the specification names; returns it with their places and sizes.
///
/// # Errors
/// Which file is missing or too large.
pub(crate) fn place(
    image: &mut Vec<u8>,
    contents: &Contents<'_>,
) -> Result<SystemSpec, ImageError> {
    let mut spec = contents.spec.clone();
    for file in contents.files {
        let pages = (file.bytes.len() as u64).div_ceil(PAGE);
        let mut regions: Vec<_> = regions(&mut spec)
            .filter(|region| region.name == file.name)
            .collect();
        if regions.is_empty() {
            continue;
        }
        let at = compose::place(image, file.bytes, PAGE as usize);
        image.resize(image.len().next_multiple_of(PAGE as usize), 0);
        for region in &mut regions {
            if pages > u64::from(region.pages) {
                let name = file.name.to_owned();
                return Err(ImageError::FileTooLarge(name, pages, region.pages));
            }
            region.pages = pages as u32;
            region.source = Source::File {
                first_page: (at / PAGE) as u32,
            };
        }
    }
    let missing = regions(&mut spec)
        .find(|region| contents.files.iter().all(|file| file.name != region.name))
        .map(|region| region.name.clone());
    missing.map_or(Ok(spec), |name| Err(ImageError::MissingFile(name)))
}

/// The regions that are files.
fn regions(spec: &mut SystemSpec) -> impl Iterator<Item = &mut Region> {
    let all = spec
        .components
        .iter_mut()
        .flat_map(|component| &mut component.regions);
    all.filter(|region| matches!(region.source, Source::File { .. }))
}
