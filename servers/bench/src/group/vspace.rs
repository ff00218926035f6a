//! Mappings.

use bench::figure::{VSPACE_MAP_1, VSPACE_MAP_512_PER_PAGE, VSPACE_UNMAP_512_PER_PAGE};
use bench::report::Report;
use bench::samples::Batch;
use libipc::objects::{AddressSpace, CNode, Frame};
use libipc::{CPtr, Kind, Refusal};

use super::Group;
use crate::check::{Outcome, done};
use crate::meter::{Operation, measure};
use crate::pages::{BASE, PAGE, PAGE_BITS, flags, plain};
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
    fn map(self) -> Result<(), Refusal> {
        for index in 0..self.count {
            let frame = Frame::from(CPtr(self.first.0 + index));
            let address = TABLE + u64::from(index) * PAGE;
            let mapped = self.space.map(frame, address, flags(READ_WRITE));
            mapped.map_err(plain)?;
        }
        Ok(())
    }

    fn unmap(self) -> Result<(), Refusal> {
        for index in 0..self.count {
            Frame::from(CPtr(self.first.0 + index)).unmap()?;
        }
        Ok(())
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
    measure(stage, operation, figure, report)
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
