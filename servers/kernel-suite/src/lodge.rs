//! Threads of this program's space that compute on other cores.

use alloc::format;

use libipc::abi::boot;
use libipc::abi::cap::{CacheMode, MapFlags};
use libipc::abi::syscall::{Affinity, ThreadState};
use libipc::objects::{AddressSpace, CNode, Frame, SchedContext, Thread};
use libipc::{FaultKind, Kind, Rights};

use crate::fixture::{Fixture, SLICE, Stock, done};
use crate::leak::{LONG, Looking};
use crate::probe::{KEEP, LOOP, READ_LOOP, WRITE_LOOP};
use crate::{Failure, Test, expect};

pub(crate) const TESTS: &[Test] = &[
    Test {
        name: "a_thread_computes_on_each_other_core_and_keeps_its_registers",
        run: keeps_registers,
    },
    Test {
        name: "pages_that_are_unmapped_are_gone_on_other_cores",
        run: |fixture| each(fixture, |to, stock| loses(to, stock, Loss::Mapping)),
    },
    Test {
        name: "rights_that_are_taken_away_are_gone_on_other_cores",
        run: |fixture| each(fixture, |to, stock| loses(to, stock, Loss::Right)),
    },
    Test {
        name: "frames_that_are_revoked_are_gone_on_other_cores",
        run: |fixture| each(fixture, |to, stock| loses(to, stock, Loss::Frame)),
    },
    Test {
        name: "idle_cores_take_threads_that_wait_for_their_turn",
        run: idle_cores_help,
    },
    Test {
        name: "threads_that_compute_elsewhere_are_stopped_and_destroyed",
        run: stopped,
    },
];

/// Where the pages are: in the tables of this program's own.
const PAGE: u64 = 0x0ffa_0000;
const WRITABLE: Rights = Rights::READ.union(Rights::WRITE);
/// How often each thing is done on a core.
const TIMES: u32 = 8;

pub(crate) fn each(
    fixture: &mut Fixture,
    run: impl Fn(&mut Fixture, Stock) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if fixture.others.is_empty() {
        return Err(Failure::from("the machine has one core"));
    }
    for (core, stock) in (1..).zip(fixture.others.clone()) {
        run(fixture, stock).map_err(|failure| format!("core {core}: {failure}"))?;
    }
    Ok(())
}

/// Waits until a thread of this core runs on another.
pub(crate) fn until_it_is_away(fixture: &Fixture, thread: Thread) -> Result<(), Failure> {
    for _ in 0..1000 {
        let now = weft_sys::clock_ns();
        // The time goes by; nobody signals.
        let _ = fixture.notification.wait_until(now + SLICE / 2);
        let told = done("describing", thread.describe())?;
        if told.core != 0 {
            return expect("its state", told.state, Some(ThreadState::Ready));
        }
    }
    Err(Failure::from("it stays here"))
}

pub(crate) fn allow(stock: Stock, thread: Thread, affinity: Affinity) -> Result<(), Failure> {
    done("allowing", stock.control.set_affinity(thread, affinity))
}

fn keeps_registers(fixture: &mut Fixture) -> Result<(), Failure> {
    each(fixture, |fixture, stock| {
        let keeping = Looking::new(fixture)?;
        let thread = keeping.thread;
        allow(stock, thread, Affinity::Preferred)?;
        keeping.start(KEEP, [4 * LONG, 0])?;
        until_it_is_away(fixture, thread)?;
        // It is called home, and goes again.
        allow(stock, thread, Affinity::Never)?;
        allow(stock, thread, Affinity::Preferred)?;
        keeping.see(fixture)?.is_kept()?;
        expect("its core", done("describing", thread.describe())?.core, 0)?;
        delete(thread)
    })
}

fn delete(thread: Thread) -> Result<(), Failure> {
    let own = CNode::from(boot::CNODE);
    done("destroying", own.delete(thread.cptr()))
}

/// What is taken away.
#[derive(Clone, Copy)]
enum Loss {
    Mapping,
    Right,
    Frame,
}

fn loses(fixture: &mut Fixture, stock: Stock, loss: Loss) -> Result<(), Failure> {
    let space = AddressSpace::from(boot::SPACE);
    let own = CNode::from(boot::CNODE);
    let victim = fixture.victim;
    allow(stock, victim, Affinity::Preferred)?;
    let frame: Frame = fixture.object(Kind::Frame, 12)?;
    for _ in 0..TIMES {
        let map = |frame: Frame, rights| {
            let flags = MapFlags::new(rights, CacheMode::Normal);
            let mapped = space.map(frame, PAGE, flags);
            mapped.map_err(|error| format!("mapping: {error:?}"))
        };
        let copy = Frame::from(fixture.slot());
        done(
            "copying",
            own.copy(copy.cptr(), own, frame.cptr(), WRITABLE),
        )?;
        map(copy, WRITABLE)?;
        let (probe, kind) = match loss {
            Loss::Right => (WRITE_LOOP, FaultKind::Write),
            _ => (READ_LOOP, FaultKind::Read),
        };
        fixture.start(probe, PAGE)?;
        until_it_is_away(fixture, victim)?;
        match loss {
            Loss::Mapping => done("unmapping", copy.unmap())?,
            Loss::Right => map(copy, Rights::READ)?,
            Loss::Frame => done("revoking", own.revoke(frame.cptr()))?,
        }
        let fault = fixture.fault()?;
        expect("the fault", (fault.kind, fault.address), (kind, PAGE))?;
        fixture.finish()?;
        if !matches!(loss, Loss::Frame) {
            done("deleting", own.delete(copy.cptr()))?;
        }
    }
    allow(stock, victim, Affinity::Never)
}

fn idle_cores_help(fixture: &mut Fixture) -> Result<(), Failure> {
    let mut threads = alloc::vec::Vec::new();
    for _ in 0..=fixture.others.len() {
        let thread: Thread = fixture.object(Kind::Thread, 0)?;
        let sched: SchedContext = fixture.object(Kind::SchedContext, 0)?;
        fixture.give_time(thread, sched)?;
        fixture.start_other(thread, LOOP)?;
        for stock in &fixture.others {
            allow(*stock, thread, Affinity::WhenIdle)?;
        }
        threads.push(thread);
    }
    let mut all = 0_u64;
    for _ in 0..1000 {
        let now = weft_sys::clock_ns();
        let _ = fixture.notification.wait_until(now + SLICE);
        for thread in &threads {
            all |= 1 << done("describing", thread.describe())?.core;
        }
        if all.count_ones() as usize == threads.len() {
            break;
        }
    }
    for thread in &threads {
        done("stopping", thread.suspend())?;
        delete(*thread)?;
    }
    expect(
        "the cores that ran one",
        all.count_ones() as usize,
        threads.len(),
    )
}

fn stopped(fixture: &mut Fixture) -> Result<(), Failure> {
    each(fixture, |fixture, stock| {
        let thread: Thread = fixture.object(Kind::Thread, 0)?;
        let sched: SchedContext = fixture.object(Kind::SchedContext, 0)?;
        fixture.give_time(thread, sched)?;
        allow(stock, thread, Affinity::Preferred)?;
        fixture.start_other(thread, LOOP)?;
        for _ in 0..TIMES {
            until_it_is_away(fixture, thread)?;
            done("stopping", thread.suspend())?;
            let told = done("describing", thread.describe())?;
            let stands = (Some(ThreadState::Suspended), 0);
            expect("its state and core", (told.state, told.core), stands)?;
            done("resuming", thread.resume())?;
        }
        until_it_is_away(fixture, thread)?;
        delete(thread)
    })
}
