//! Memory: frames are made of untyped memory, and are cleared.

use bench::figure::{Figure, MEMORY_ALLOC_512_PER_FRAME, MEMORY_ALLOC_FRAME};
use bench::report::Report;
use bench::samples::Batch;
use libipc::Kind;
use libipc::objects::{CNode, Untyped};

use super::Group;
use crate::check::{Outcome, done};
use crate::meter::{Operation, measure};
use crate::pages::PAGE_BITS;
use crate::stage::Stage;

/// Frames, one and many.
pub(crate) const FRAMES: Group = Group {
    figures: &[MEMORY_ALLOC_FRAME, MEMORY_ALLOC_512_PER_FRAME],
    run: frames,
};

/// How many are made together.
const MANY: u32 = 512;
/// log2 of the bytes of so many.
const MANY_BITS: u8 = PAGE_BITS + 9;

fn frames(stage: &mut Stage, report: &mut Report) -> Outcome {
    make(stage, (MEMORY_ALLOC_FRAME, Batch::ONE), report)?;
    let many = Batch::new(MANY).ok_or("no frames")?;
    make(stage, (MEMORY_ALLOC_512_PER_FRAME, many), report)
}

fn make(stage: &mut Stage, (figure, batch): (Figure, Batch), report: &mut Report) -> Outcome {
    let memory: Untyped = stage.object(Kind::Untyped, MANY_BITS)?;
    let count = batch.times();
    let first = stage.slots(count);
    let operation = Operation {
        before: |_: &mut Stage| Ok(()),
        run: |(): &()| memory.retype_many(Kind::Frame, PAGE_BITS, CNode::OWN, first, count.into()),
        after: |_: &mut Stage, (), ()| done("taking frames back", CNode::OWN.revoke(memory.cptr())),
    };
    measure(stage, operation, (figure, batch), report)
}
