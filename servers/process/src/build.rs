//! Puts a program together from a file.

use alloc::vec;
use core::ops::Range;

use libipc::Rights;
use libipc::abi::layout::PAGE;
use proto::processes::Error;

use crate::growth::FIRST;
use crate::plan::Plan;
use crate::program::{HEAD, Program, Segment};

/// A file that is read from the start or anywhere.
pub trait File {
    /// Its length in bytes.
    fn size(&self) -> u64;

    /// Fills a buffer from an offset on.
    ///
    /// # Errors
    /// `Unreadable` if that is not possible, also behind the end.
    fn read(&self, offset: u64, into: &mut [u8]) -> Result<(), Error>;

    /// Is told that from now on only this part is read.
    fn expect(&self, part: Range<u64>) {
        let _ = part;
    }
}

/// A program's objects while it is being built.
pub trait Building {
    /// Maps a new page, which is zero but for `bytes` at an offset.
    ///
    /// # Errors
    /// `OutOfMemory` if the kernel refuses.
    fn page(
        &mut self,
        address: u64,
        rights: Rights,
        content: Option<(u64, &[u8])>,
    ) -> Result<(), Error>;

    /// Maps [`PART_PAGES`](crate::growth::PART_PAGES) new pages of zeros to read and write.
    ///
    /// # Errors
    /// `OutOfMemory` if the kernel refuses.
    fn part(&mut self, address: u64) -> Result<(), Error>;
}

/// Reads a file's headers.
///
/// # Errors
/// What of the file cannot be read or run.
pub fn headers(file: &impl File) -> Result<(Program, Plan), Error> {
    let mut head = vec![0; file.size().min(HEAD as u64) as usize];
    file.read(0, &mut head)?;
    let program = Program::read(&head, file.size())?;
    let plan = Plan::of(&program)?;
    Ok((program, plan))
}

/// Bytes of a word: what is read begins at a whole one.
const WORD: u64 = 8;
/// Room for the part of a file that belongs into a page, from the start of its first word on.
type Buffer = [u8; (PAGE + WORD) as usize];

/// Maps everything that a program begins with but the start-up page and the message page.
///
/// # Errors
/// What of the file cannot be read, or no memory.
pub fn load(program: &Program, file: &impl File, into: &mut impl Building) -> Result<(), Error> {
    let mut buffer: Buffer = [0; _];
    file.expect(loaded(program));
    for segment in &program.segments {
        for page in segment.pages() {
            load_page(segment, page, file, &mut buffer, into)?;
        }
    }
    into.part(FIRST)
}

/// The part of the file that is read for a program, from a whole word on.
fn loaded(program: &Program) -> Range<u64> {
    let segments = program.segments.iter().map(|segment| &segment.file);
    let parts = segments.filter(|part| !part.is_empty());
    let (start, end) = parts.fold((u64::MAX, 0), |(start, end), part| {
        (part.start.min(start), part.end.max(end))
    });
    start.min(end) & !(WORD - 1)..end
}

fn load_page(
    segment: &Segment,
    page: u64,
    file: &impl File,
    buffer: &mut Buffer,
    into: &mut impl Building,
) -> Result<(), Error> {
    let Some((offset, range)) = segment.of_page(page) else {
        return into.page(page, segment.rights, None);
    };
    // A linker places segments at any byte. Reading from a whole word on keeps the copies on the way to the page aligned.
    let lead = range.start % WORD;
    let bytes = buffer
        .get_mut(..(range.end - range.start + lead) as usize)
        .ok_or(Error::NotProgram)?;
    file.read(range.start - lead, bytes)?;
    let own = bytes.get(lead as usize..).ok_or(Error::NotProgram)?;
    into.page(page, segment.rights, Some((offset, own)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::growth::PART_PAGES;
    use crate::plan::{HEAP_PAGES, STACK_PAGES};
    use crate::program::tests::elf;
    use alloc::collections::BTreeMap;
    use alloc::vec::Vec;
    use elf::abi::{PF_R, PF_W, PF_X};

    struct Bytes(Vec<u8>);

    impl File for Bytes {
        fn size(&self) -> u64 {
            self.0.len() as u64
        }

        fn read(&self, offset: u64, into: &mut [u8]) -> Result<(), Error> {
            let from = offset as usize;
            let bytes = self
                .0
                .get(from..from + into.len())
                .ok_or(Error::Unreadable)?;
            into.copy_from_slice(bytes);
            Ok(())
        }
    }

    #[derive(Default)]
    struct Pages(BTreeMap<u64, (Rights, Vec<u8>)>);

    impl Building for Pages {
        fn page(
            &mut self,
            address: u64,
            rights: Rights,
            content: Option<(u64, &[u8])>,
        ) -> Result<(), Error> {
            let mut page = alloc::vec![0; PAGE as usize];
            if let Some((offset, bytes)) = content {
                let offset = offset as usize;
                page[offset..offset + bytes.len()].copy_from_slice(bytes);
            }
            assert!(
                self.0.insert(address, (rights, page)).is_none(),
                "mapped twice"
            );
            Ok(())
        }

        fn part(&mut self, address: u64) -> Result<(), Error> {
            (0..PART_PAGES).try_for_each(|page| {
                self.page(address + page * PAGE, Rights::READ | Rights::WRITE, None)
            })
        }
    }

    #[test]
    fn pages_hold_what_the_file_holds_and_are_zero_beyond() {
        let mut bytes = elf(&[
            (0x20_1000, 0x1000, 0x1004, 0x1004, PF_R | PF_X),
            (0x20_3ff8, 0x1ff8, 0x10, 0x100, PF_R | PF_W),
            (0x20_5003, 0x2003, 0x1ffd, 0x1ffd, PF_R),
        ]);
        bytes.resize(0x4000, 0);
        bytes[0x1000..0x4000]
            .iter_mut()
            .enumerate()
            .for_each(|(at, byte)| *byte = at as u8 | 1);
        let file = Bytes(bytes.clone());
        let (program, plan) = headers(&file).unwrap();
        let mut pages = Pages::default();
        load(&program, &file, &mut pages).unwrap();
        let later = STACK_PAGES + HEAP_PAGES - PART_PAGES;
        assert_eq!(pages.0.len() as u64 + 1 + later, plan.pages);
        assert_eq!(pages.0[&0x20_1000].1, bytes[0x1000..0x2000]);
        assert_eq!(pages.0[&0x20_2000].1[..8], [1, 1, 3, 3, 0, 0, 0, 0]);
        assert_eq!(pages.0[&0x20_3000].1[0xff8..], bytes[0x1ff8..0x2000]);
        assert_eq!(
            pages.0[&0x20_4000].1[..9],
            [bytes[0x2000], 1, 3, 3, 5, 5, 7, 7, 0]
        );
        assert_eq!(pages.0[&0x20_5000].1[..3], [0; 3]);
        assert_eq!(pages.0[&0x20_5000].1[3..], bytes[0x2003..0x3000]);
        assert_eq!(pages.0[&0x20_6000].1, bytes[0x3000..0x4000]);
        assert!(pages.0.contains_key(&FIRST));
    }

    #[test]
    fn a_file_shorter_than_its_headers_say_is_refused() {
        let bytes = elf(&[(0x20_1000, 0x1000, 0x10, 0x10, PF_X)]);
        assert_eq!(headers(&Bytes(bytes)).err(), Some(Error::NotProgram));
        assert_eq!(headers(&Bytes(Vec::new())).err(), Some(Error::NotProgram));
    }
}
