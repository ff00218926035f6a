//! A program's segments page by page: what is mapped straight from the image, and what is the
//! component's own.

use libipc::Rights;
use libipc::abi::{image::Segment, layout::PAGE};
use weft_spec::segment_rights;

/// Where a page's content comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A page of the image, shared by everybody who maps it.
    Shared {
        /// The page's number in the image.
        page: u64,
    },
    /// A page of its own that begins with bytes of the image.
    Copied {
        /// Where they are in the image.
        offset: u64,
        /// How many they are; at most a page.
        bytes: u64,
    },
    /// A page of its own, all zero.
    Zero,
}

/// A page of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its address in the component.
    pub address: u64,
    /// Where its content comes from.
    pub content: Content,
}

/// The pages of a segment. The image fills the last page of each segment's bytes with zeros, so that
/// read-only pages are shared to the end.
pub fn pages(segment: &Segment) -> impl Iterator<Item = Page> + use<> {
    let segment = *segment;
    let writable = segment_rights(&segment).contains(Rights::WRITE);
    (0..segment.memory_bytes.div_ceil(PAGE)).map(move |index| {
        let from = index * PAGE;
        let content = match segment.file_bytes.saturating_sub(from).min(PAGE) {
            0 => Content::Zero,
            bytes if writable => Content::Copied {
                offset: segment.offset + from,
                bytes,
            },
            _ => Content::Shared {
                page: (segment.offset + from) / PAGE,
            },
        };
        Page {
            address: segment.address + from,
            content,
        }
    })
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    fn contents(rights: Rights, file_bytes: u64, memory_bytes: u64) -> Vec<Content> {
        let segment = Segment {
            address: 0x20_0000,
            offset: 0x3000,
            file_bytes,
            memory_bytes,
            rights: rights.bits().into(),
            reserved: 0,
        };
        pages(&segment).map(|page| page.content).collect()
    }

    #[test]
    fn read_only_pages_are_shared_to_the_end() {
        let code = contents(Rights::READ | Rights::EXECUTE, 0x1800, 0x1800);
        assert_eq!(
            code,
            [Content::Shared { page: 3 }, Content::Shared { page: 4 }]
        );
    }

    #[test]
    fn writable_pages_are_copied_and_then_zero() {
        let data = contents(Rights::READ | Rights::WRITE, 0x1010, 0x2001);
        let copied = |offset, bytes| Content::Copied { offset, bytes };
        assert_eq!(
            data,
            [copied(0x3000, 0x1000), copied(0x4000, 0x10), Content::Zero]
        );
    }

    #[test]
    fn a_segment_without_bytes_is_zero() {
        assert_eq!(
            contents(Rights::READ | Rights::WRITE, 0, 1),
            [Content::Zero]
        );
    }
}
