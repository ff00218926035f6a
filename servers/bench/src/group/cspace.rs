//! Capabilities: copies, and taking many back at once.

use bench::figure::{CSPACE_COPY, CSPACE_REVOKE_1000_PER_CAP};
use bench::report::Report;
use bench::samples::Batch;
use libipc::objects::CNode;
use libipc::{CPtr, Kind, Refusal, Rights};

use super::Group;
use crate::check::{Outcome, done};
use crate::meter::{Operation, measure};
use crate::stage::Stage;

/// Copies.
pub(crate) const CAPABILITIES: Group = Group {
    figures: &[CSPACE_COPY, CSPACE_REVOKE_1000_PER_CAP],
    run: capabilities,
};

/// How many copies are taken back at once.
const MANY: u32 = 1000;
/// log2 of the slots that hold them.
const TABLE: u8 = 10;

fn capabilities(stage: &mut Stage, report: &mut Report) -> Outcome {
    let original: CPtr = stage.object(Kind::Notification, 0)?;
    let table: CNode = stage.object(Kind::CNode, TABLE)?;
    let copy = |index| table.copy(CPtr(index), CNode::OWN, original, Rights::all());
    let one = Operation {
        before: |_: &mut Stage| Ok(()),
        run: |(): &()| copy(1),
        after: |_: &mut Stage, (), ()| done("deleting the copy", table.delete(CPtr(1))),
    };
    measure(stage, one, (CSPACE_COPY, Batch::ONE), report)?;
    let copies = || (1..=MANY).try_for_each(copy);
    let many = Operation {
        before: |_: &mut Stage| done("copying", copies()),
        run: |(): &()| CNode::OWN.revoke(original),
        after: |_: &mut Stage, (), ()| nothing_left(table),
    };
    let batch = Batch::new(MANY).ok_or("no copies")?;
    measure(stage, many, (CSPACE_REVOKE_1000_PER_CAP, batch), report)?;
    longest(stage, original)
}

/// log2 of the slots of the largest tables.
const LARGEST: u8 = 16;
/// More copies than one of them holds.
const MOST: u32 = 100_000;

/// Copies a capability 100,000 times, takes the copies back and destroys their tables: counts for the longest stretch
/// with interrupts masked, and for nothing else.
fn longest(stage: &mut Stage, original: CPtr) -> Outcome {
    let mut left = MOST;
    while left > 0 {
        let table: CNode = stage.object(Kind::CNode, LARGEST)?;
        let here = left.min((1 << LARGEST) - 1);
        let copies = (1..=here)
            .try_for_each(|index| table.copy(CPtr(index), CNode::OWN, original, Rights::all()));
        done("copying", copies)?;
        left -= here;
    }
    done("revoking", CNode::OWN.revoke(original))?;
    stage.clear()
}

fn nothing_left(table: CNode) -> Outcome {
    let looked: Result<bool, Refusal> = table.inspect(CPtr(MANY)).map(|content| content.is_none());
    match done("looking at the last slot", looked)? {
        true => Ok(()),
        false => Err("a copy is left after they were revoked".into()),
    }
}
