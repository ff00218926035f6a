//! Interrupts, ports and the log; and what root says of itself.

#[cfg(target_arch = "x86_64")]
use alloc::format;
use alloc::string::String;

#[cfg(target_arch = "x86_64")]
use libipc::PortRange;
#[cfg(target_arch = "x86_64")]
use libipc::objects::PortWidth;
use libipc::objects::{IrqHandler, IrqMode, Notification};
use libipc::{Kind, Refusal, Rights, clock_ns};

use crate::bench::Bench;
use crate::check::{Outcome, done, ensure, expect};

const SECOND: u64 = 1_000_000_000;
const BADGE: u64 = 1 << 20;

crate::tests! {
    a_devices_interrupt_signals_its_notification
    an_interrupt_that_nobody_is_told_of_harms_nothing
    a_line_that_is_taken_or_does_not_exist_is_refused
    a_message_interrupt_has_an_address_and_data_of_its_own
    #[cfg(target_arch = "x86_64")]
    ports_are_reached_only_inside_their_range_and_width
    #[cfg(target_arch = "x86_64")]
    a_range_of_ports_only_shrinks
    the_log_is_read_as_it_was_written
    a_log_is_used_only_as_its_capability_allows
    root_found_every_capability_as_specified
}

fn a_devices_interrupt_signals_its_notification(bench: &mut Bench) -> Outcome {
    let timer = bench.given.timer;
    let notification: Notification = bench.object(Kind::Notification, 0)?;
    let badged: Notification = bench.mint(notification.cptr(), BADGE)?;
    done("binding", timer.irq.handler.bind(badged))?;
    timer.begin()?;
    for _ in 0..3 {
        done("acknowledging", timer.irq.handler.acknowledge())?;
        let signals = notification.wait_until(clock_ns() + SECOND);
        expect("signals", signals, Ok(BADGE))?;
        timer.again()?;
    }
    done("unbinding", timer.irq.handler.bind(none()))?;
    timer.end()
}

fn none() -> Notification {
    Notification::from(libipc::CPtr::NULL)
}

fn an_interrupt_that_nobody_is_told_of_harms_nothing(bench: &mut Bench) -> Outcome {
    let timer = bench.given.timer;
    let notification: Notification = bench.object(Kind::Notification, 0)?;
    let badged: Notification = bench.mint(notification.cptr(), BADGE)?;
    done("binding", timer.irq.handler.bind(badged))?;
    timer.begin()?;
    // The notification goes; the line stays.
    done(
        "deleting",
        libipc::objects::CNode::OWN.delete(notification.cptr()),
    )?;
    let other: Notification = bench.object(Kind::Notification, 0)?;
    let ended = other.wait_until(clock_ns() + SECOND / 20);
    expect("the wait", ended, Err(Refusal::TimedOut))?;
    timer.end()
}

fn a_line_that_is_taken_or_does_not_exist_is_refused(bench: &mut Bench) -> Outcome {
    let irqs = bench.given.irqs;
    let slot = bench.slot();
    let own = libipc::objects::CNode::OWN;
    let taken = irqs.create(bench.given.timer.line(), IrqMode::EdgeHigh, own, slot);
    expect("the timer's", taken, Err(Refusal::Busy))?;
    for line in [300, 65_536, u32::MAX] {
        let made = irqs.create(line, IrqMode::EdgeHigh, own, slot);
        expect("a line", made, Err(Refusal::OutOfRange))?;
    }
    done("another", irqs.create(7, IrqMode::EdgeHigh, own, slot))?;
    done("giving it back", own.delete(slot))?;
    done(
        "taking it again",
        irqs.create(7, IrqMode::EdgeHigh, own, slot),
    )?;
    let acknowledged = IrqHandler::from(slot).acknowledge();
    done("acknowledging what never came", acknowledged)
}

/// A function of bus 0 that is not there.
const DEVICE: u16 = 0xff;

fn a_message_interrupt_has_an_address_and_data_of_its_own(bench: &mut Bench) -> Outcome {
    let irqs = bench.given.irqs;
    let own = libipc::objects::CNode::OWN;
    let slots = [bench.slot(), bench.slot()];
    if !bench.given.timer.has_messages_beside() {
        let refused = irqs.create_message(DEVICE, own, slots[0]);
        return expect("one", refused.map(drop), Err(Refusal::Exhausted));
    }
    let first = done("one", irqs.create_message(DEVICE, own, slots[0]))?;
    let second = done("another", irqs.create_message(DEVICE, own, slots[1]))?;
    ensure(|| first != second, "two are the same")?;
    done("giving it back", own.delete(slots[0]))?;
    let again = done("again", irqs.create_message(DEVICE, own, slots[0]))?;
    ensure(|| again != second, "one that is taken was given away")
}

#[cfg(target_arch = "x86_64")]
fn ports_are_reached_only_inside_their_range_and_width(bench: &mut Bench) -> Outcome {
    let PortRange { ports, first, last } = bench.given.timer.ports;
    done("the first", ports.read(first, PortWidth::One))?;
    for (port, width) in [
        (first - 1, PortWidth::One),
        (last + 1, PortWidth::One),
        (last, PortWidth::Two),
        (first + 1, PortWidth::Four),
        (0, PortWidth::Four),
        (u16::MAX, PortWidth::One),
        (u16::MAX, PortWidth::Two),
    ] {
        let what = format!("{port:#x} {width:?}");
        expect(&what, ports.read(port, width), Err(Refusal::OutOfRange))?;
        expect(&what, ports.write(port, width, 0), Err(Refusal::OutOfRange))?;
    }
    Ok(())
}

#[cfg(target_arch = "x86_64")]
fn a_range_of_ports_only_shrinks(bench: &mut Bench) -> Outcome {
    let PortRange { ports, first, last } = bench.given.timer.ports;
    let own = libipc::objects::CNode::OWN;
    let range = |first: u16, last: u16| u64::from(first) | u64::from(last) << 16;
    let slot = bench.slot();
    let mint = |badge| own.mint(slot, own, ports.cptr(), Rights::all(), badge);
    for badge in [
        range(first - 1, last),
        range(first, last + 1),
        range(last, first),
        1 << 32 | range(first, last),
    ] {
        expect("a range", mint(badge), Err(Refusal::OutOfRange))?;
    }
    done("a smaller one", mint(range(first, first)))?;
    let one = libipc::objects::IoPorts::from(slot);
    done("inside", one.read(first, PortWidth::One))?;
    let outside = one.read(first + 1, PortWidth::One);
    expect("outside", outside, Err(Refusal::OutOfRange))
}

/// The whole log.
fn log_text(bench: &Bench) -> Outcome<String> {
    let (mut text, mut position) = (String::new(), 0);
    loop {
        let mut bytes = [0; 512];
        let read = done("reading", bench.given.log.read(position, &mut bytes))?;
        text.push_str(&String::from_utf8_lossy(&bytes[..read.length]));
        if read.length == 0 {
            return Ok(text);
        }
        position = read.next;
    }
}

fn the_log_is_read_as_it_was_written(bench: &mut Bench) -> Outcome {
    const TEXT: &str = "the tests write this line, and read it\n";
    done("writing", bench.given.log.write(TEXT.as_bytes()))?;
    let text = log_text(bench)?;
    ensure(
        || text.ends_with(TEXT),
        "the log does not end with what was written",
    )
}

fn a_log_is_used_only_as_its_capability_allows(bench: &mut Bench) -> Outcome {
    let log = bench.given.log;
    let read: libipc::Log = bench.copy(log.cptr(), Rights::READ)?;
    let write: libipc::Log = bench.copy(log.cptr(), Rights::WRITE)?;
    let denied = Refusal::NotPermitted;
    expect("writing", read.write(b"no"), Err(denied))?;
    expect("reading", write.read(0, &mut [0; 8]), Err(denied))
}

fn root_found_every_capability_as_specified(bench: &mut Bench) -> Outcome {
    let text = log_text(bench)?;
    let line = text.lines().find(|line| line.starts_with("root: "));
    let line = line.ok_or("root did not report")?;
    ensure(|| line.ends_with("capabilities, as specified"), line)
}
