//! I/O ports and the interrupt of the old timer (8254), which every PC has.

use libipc::Kind;
use libipc::Rights;
use libipc::abi::boot;
use libipc::objects::{CNode, IoPorts, IrqControl, IrqHandler, IrqMode, Notification, PortWidth};
use libipc::{Refusal, clock_ns};

use crate::fixture::{Fixture, done};
use crate::{Failure, Test, expect};

/// The 8254's line.
const LINE: u32 = 0;
const BADGE: u64 = 4;
const COMMAND: u16 = 0x43;
const COUNT: u16 = 0x40;
const SECOND: u64 = 1_000_000_000;

pub(crate) const TESTS: &[Test] = &[
    Test {
        name: "interrupts_arrive_one_for_each_acknowledgement",
        run: interrupts,
    },
    Test {
        name: "lines_that_do_not_exist_are_refused",
        run: no_such_line,
    },
];

fn interrupts(fixture: &mut Fixture) -> Result<(), Failure> {
    let own = CNode::from(boot::CNODE);
    let (slot, badged) = (fixture.slot(), fixture.slot());
    let handler = IrqHandler::from(slot);
    let notification: Notification = fixture.object(Kind::Notification, 0)?;
    let control = IrqControl::from(boot::IRQ_CONTROL);
    done(
        "the handler",
        control.create(LINE, IrqMode::EdgeHigh, own, slot),
    )?;
    let minted = own.mint(badged, own, notification.cptr(), Rights::all(), BADGE);
    done("the badge", minted)?;
    done("binding", handler.bind(Notification::from(badged)))?;
    // Channel 0, mode 2: a pulse every 11,932 counts, which is 10 ms.
    let ports = IoPorts::from(boot::PORTS);
    for (port, value) in [(COMMAND, 0x34), (COUNT, 0x9c), (COUNT, 0x2e)] {
        done("a port", ports.write(port, PortWidth::One, value))?;
    }
    for _ in 0..3 {
        done("acknowledging", handler.acknowledge())?;
        let signals = notification.wait_until(clock_ns() + SECOND);
        expect("signals", signals, Ok(BADGE))?;
    }
    // Mode 0 without a count: no further pulse.
    done("a port", ports.write(COMMAND, PortWidth::One, 0x30))
}

fn no_such_line(fixture: &mut Fixture) -> Result<(), Failure> {
    let control = IrqControl::from(boot::IRQ_CONTROL);
    let own = CNode::from(boot::CNODE);
    for line in [2, 24, 300, u32::MAX] {
        let slot = fixture.slot();
        let made = control.create(line, IrqMode::EdgeHigh, own, slot);
        expect("line", made, Err(Refusal::OutOfRange))?;
    }
    Ok(())
}
