//! Mappings.

use bench::figure::{VSPACE_MAP_1, VSPACE_MAP_512_PER_PAGE, VSPACE_UNMAP_512_PER_PAGE};
use bench::report::Report;
use bench::samples::Batch;
use libipc::objects::{AddressSpace, CNode, Frame};
use libipc::{CPtr, Kind, Refusal};

use super::Group;
use crate::check::{Outcome, done};
use crate::meter::{Operation, measure};
use crate::pages::{BASE, PAGE_BITS, flags, plain};
use crate::stage::{READ_WRITE, Stage};

/// Pages that are mapped and unmapped, in the peer's space.
pub(crate) const MAPPINGS: Group = Group {
    figures: &[
        VSPACE_MAP_1,
        VSPACE_MAP_512_PER_PAGE,
        VSPACE_UNMAP_512_PER_PAGE,
    ],
    run: mappings,
};

/// As many as one page table holds.
const MANY: u32 = 512;
/// Where they are mapped: all in one page table.
const TABLE: u64 = BASE + 0x20_0000;

/// Adjacent pages, and where they are mapped.
#[derive(Clone, Copy)]
struct Pages {
    space: AddressSpace,
    first: CPtr,
    count: u32,
}

impl Pages {
    /// One page by the call for one, more by the call for many.
    fn map(self) -> Result<(), Refusal> {
        let (frame, flags) = (Frame::from(self.first), flags(READ_WRITE));
        if self.count == 1 {
            return self.space.map(frame, TABLE, flags).map_err(plain);
        }
        let mapped = self.space.map_many(frame, TABLE, flags, self.count.into());
        self.all(mapped.map_err(plain)?)
    }

    fn unmap(self) -> Result<(), Refusal> {
        let frame = Frame::from(self.first);
        self.all(frame.unmap_many(self.count.into())?)
    }

    /// Refuses that a call did less than it was asked for.
    fn all(self, done: u64) -> Result<(), Refusal> {
        if done == u64::from(self.count) {
            Ok(())
        } else {
            Err(Refusal::NotMapped)
        }
    }
}

fn mappings(stage: &mut Stage, report: &mut Report) -> Outcome {
    let space = stage.peer_space;
    stage.tables(space, TABLE)?;
    let first = stage.slots(MANY);
    let made = stage
        .memory
        .retype_many(Kind::Frame, PAGE_BITS, CNode::OWN, first, MANY.into());
    done("making frames", made)?;
    let pages = |count| Pages {
        space,
        first,
        count,
    };
    let batch = Batch::new(MANY).ok_or("no pages")?;
    map(stage, pages(1), (VSPACE_MAP_1, Batch::ONE), report)?;
    map(stage, pages(MANY), (VSPACE_MAP_512_PER_PAGE, batch), report)?;
    let all = pages(MANY);
    let operation = Operation {
        before: |_: &mut Stage| done("mapping", all.map()),
        run: |(): &()| all.unmap(),
        after: |_: &mut Stage, (), ()| Ok(()),
    };
    let figure = (VSPACE_UNMAP_512_PER_PAGE, batch);
    measure(stage, operation, figure, report)?;
    longest(stage)
}

/// log2 of a large page's bytes.
const LARGE_BITS: u8 = 21;
/// Where 1 GiB is free in every space.
const GIGABYTE: u64 = 1 << 39;

/// Maps a large page 512 times, which is 1 GiB, and unmaps it by one call: counts for the longest stretch with
/// interrupts masked, and for nothing else.
fn longest(stage: &mut Stage) -> Outcome {
    let space = stage.peer_space;
    let large: Frame = stage.object(Kind::Frame, LARGE_BITS)?;
    stage.map(space, large, GIGABYTE, READ_WRITE)?;
    done("unmapping", large.unmap())?;
    let first = stage.slots(MANY);
    for index in 0..MANY {
        let slot = CPtr(first.0 + index);
        let copied = CNode::OWN.copy(slot, CNode::OWN, large.cptr(), READ_WRITE);
        done("copying a large page", copied)?;
    }
    let copies = Frame::from(first);
    let mapped = space.map_many(copies, GIGABYTE, flags(READ_WRITE), MANY.into());
    let mapped = done("mapping 1 GiB", mapped)?;
    let unmapped = done("unmapping 1 GiB", copies.unmap_many(MANY.into()))?;
    if (mapped, unmapped) != (MANY.into(), MANY.into()) {
        return Err("1 GiB was not mapped and unmapped by one call each".into());
    }
    Ok(())
}

fn map(
    stage: &mut Stage,
    pages: Pages,
    figure: (bench::figure::Figure, Batch),
    report: &mut Report,
) -> Outcome {
    let operation = Operation {
        before: |_: &mut Stage| Ok(()),
        run: |(): &()| pages.map(),
        after: |_: &mut Stage, (), ()| done("unmapping", pages.unmap()),
    };
    measure(stage, operation, figure, report)
}
