//! Random system calls on all cores at the same time: whatever programs ask for, also of objects of other cores, the kernel goes on,
//! and everything can be taken back.
//!
//! Each core has a process of its own memory, with this program's pages in it: a program that makes random calls
//! ([`program`]), and a [`keeper`] that answers its faults, ends its waits, and takes all of it back and starts it anew after a
//! thousand calls. A program has one of almost everything of its own core, and one of most things of another core. This thread
//! looks now and then whether all of them still do something ([`sheet`]).

mod keeper;
mod program;
mod sheet;

use alloc::format;
use alloc::vec::Vec;
use core::sync::atomic::Ordering::Relaxed;

use libipc::abi::boot;
use libipc::abi::cap::{CacheMode, MapFlags};
use libipc::abi::syscall::ThreadUses;
use libipc::objects::{
    AddressSpace, CNode, Frame, Notification, SchedContext, SchedControl, Start, Thread,
    ThreadConfiguration, Untyped,
};
use libipc::{CPtr, Kind, Refusal, Rights, clock_ns};
use test_script::random::FarPlace;
use weft_domain::own_pages;

use crate::calls::{call_server, start_server};
use crate::fixture::{Fixture, Stock, done};
use crate::{Failure, Test, ensure, expect, print};
use keeper::{IDLE, KEEPER_SLOTS, MEMORY, PRIORITY, SILENT, STACK_TOP, slots};
use sheet::{HERE, Sheet};

pub(crate) const TESTS: &[Test] = &[Test {
    name: "random_system_calls_of_all_cores_harm_nobody_else",
    run: random_calls,
}];

/// System calls of all cores together.
const CALLS: u64 = if cfg!(feature = "long") {
    10_000_000
} else {
    40_000
};
/// log2 of the memory of a core that everything is made of.
const ARENA: u8 = 23;
/// Where this program writes pages, and where it has the sheets of all cores.
const WINDOW: u64 = 0x3000_0000;
const SHEETS: u64 = 0x5000_0000;
const PAGE: u64 = 4096;
/// Stacks of the keeper and of the thread that runs while the program does not.
const KEEPER_STACK: u64 = STACK_TOP + 0x1_0000;
const SENTINEL_STACK: u64 = STACK_TOP + 0x2_0000;
/// How often this thread looks, and after how many looks without a call a program is silent, and the test has failed.
const LOOK_NS: u64 = 100_000_000;
const PATIENCE: u64 = 10;
const END_OF_PATIENCE: u64 = 600;
const READ_WRITE: Rights = Rights::READ.union(Rights::WRITE);
const EXECUTE: Rights = Rights::READ.union(Rights::EXECUTE);
/// One of most things for the programs of other cores (memory cannot be copied), in the order of [`FarPlace`]. The right to give
/// time follows.
const FAR_OBJECTS: [(Kind, u8); FarPlace::Control as usize] = [
    (Kind::Endpoint, 0),
    (Kind::Notification, 0),
    (Kind::Reply, 0),
    (Kind::CNode, 4),
    (Kind::Frame, 12),
    (Kind::Thread, 0),
    (Kind::SchedContext, 0),
    (Kind::AddressSpace, 0),
];

fn own() -> CNode {
    CNode::from(boot::CNODE)
}

/// A core's part of the test.
struct Part {
    /// All that it is made of.
    arena: Stock,
    /// What its programs are told of.
    bell: CPtr,
    /// Its objects for the programs of other cores.
    far: Vec<CPtr>,
    /// Its keeper's capabilities, and the threads.
    cnode: CNode,
    threads: [Thread; 2],
}

fn random_calls(fixture: &mut Fixture) -> Result<(), Failure> {
    let mut stocks = Vec::from([fixture.own()]);
    stocks.extend(fixture.others.iter().copied());
    let pages = copy_program(fixture)?;
    let finished = fixture.notification;
    let signal = minted(fixture, finished.cptr(), 1)?;
    let mut parts = Vec::new();
    for (core, stock) in stocks.iter().enumerate() {
        parts.push(part(fixture, *stock, core, &pages, signal)?);
    }
    let count = parts.len();
    for core in 0..count {
        share(&parts, core)?;
        start(&parts[core], core, count)?;
    }
    let outcome = watch(finished, &parts);
    report(count);
    outcome?;
    (0..count).try_for_each(enough)?;
    for part in &parts {
        take_back(part)?;
    }
    for stock in fixture.others.clone() {
        let server = start_server(fixture, stock)?;
        call_server(server.endpoint)?;
        done("destroying", own().delete(server.thread.cptr()))?;
        done("revoking", own().revoke(stock.memory.cptr()))?;
    }
    Ok(())
}

/// The pages of this program, copied for others.
fn copy_program(fixture: &mut Fixture) -> Result<Vec<(u64, Frame)>, Failure> {
    let (stock, here) = (fixture.own(), AddressSpace::from(boot::SPACE));
    let mut pages = Vec::new();
    for page in own_pages() {
        let frame: Frame = fixture.object(Kind::Frame, 12)?;
        map(fixture, stock, here, frame, (WINDOW, READ_WRITE))?;
        let source = core::ptr::with_exposed_provenance::<u8>(page as usize);
        let target = core::ptr::with_exposed_provenance_mut::<u8>(WINDOW as usize);
        // SAFETY:
        // 1. the source is a page of this program, and mapped.
        // 2. the target is a page that was mapped above and is used by nothing else.
        unsafe { core::ptr::copy_nonoverlapping(source, target, PAGE as usize) };
        done("unmapping", frame.unmap())?;
        pages.push((page, frame));
    }
    Ok(pages)
}

/// Makes a core's part.
fn part(
    fixture: &mut Fixture,
    stock: Stock,
    core: usize,
    pages: &[(u64, Frame)],
    signal: CPtr,
) -> Result<Part, Failure> {
    let memory: Untyped = fixture.object_of(stock, Kind::Untyped, ARENA)?;
    let arena = Stock { memory, ..stock };
    let space: AddressSpace = fixture.object_of(arena, Kind::AddressSpace, 0)?;
    for (address, frame) in pages {
        let frame = again(fixture, *frame)?;
        map(fixture, arena, space, frame, (*address, EXECUTE))?;
    }
    for end in [STACK_TOP, KEEPER_STACK, SENTINEL_STACK] {
        let stack: Frame = fixture.object_of(arena, Kind::Frame, 12)?;
        map(fixture, arena, space, stack, (end - PAGE, READ_WRITE))?;
    }
    let sheet: Frame = fixture.object_of(arena, Kind::Frame, 12)?;
    map(fixture, arena, space, sheet, (HERE, READ_WRITE))?;
    let sheet = again(fixture, sheet)?;
    let (first, here) = (fixture.own(), AddressSpace::from(boot::SPACE));
    let place = (SHEETS + core as u64 * PAGE, Rights::READ);
    map(fixture, first, here, sheet, place)?;
    let bell: CPtr = fixture.object_of(arena, Kind::Notification, 0)?;
    let cnode = keeper_slots(fixture, arena, space, bell, signal)?;
    let keeper = thread(fixture, arena, (space, cnode), PRIORITY + 10)?;
    done("binding", keeper.bind(Notification::from(bell)))?;
    let sentinel = thread(fixture, arena, (space, cnode), PRIORITY - 10)?;
    let mut far = Vec::new();
    for (kind, size) in FAR_OBJECTS {
        let object = fixture.object_of(arena, kind, size)?;
        far.push(match kind {
            // A signal without a badge would say nothing.
            Kind::Notification => minted(fixture, object, 5)?,
            _ => object,
        });
    }
    let control = arena.control.cptr();
    far.push(minted(fixture, control, u64::from(PRIORITY))?);
    Ok(Part {
        arena,
        bell: minted(fixture, bell, SILENT)?,
        far,
        cnode,
        threads: [keeper, sentinel],
    })
}

/// A copy with a badge.
fn minted(fixture: &mut Fixture, from: CPtr, badge: u64) -> Result<CPtr, Failure> {
    let slot = fixture.slot();
    let minted = own().mint(slot, own(), from, Rights::all(), badge);
    done("minting", minted).map(|()| slot)
}

fn keeper_slots(
    fixture: &mut Fixture,
    arena: Stock,
    space: AddressSpace,
    bell: CPtr,
    signal: CPtr,
) -> Result<CNode, Failure> {
    let cnode: CNode = fixture.object_of(arena, Kind::CNode, KEEPER_SLOTS)?;
    let faults: CPtr = fixture.object_of(arena, Kind::Endpoint, 0)?;
    let reply: CPtr = fixture.object_of(arena, Kind::Reply, 0)?;
    let never: CPtr = fixture.object_of(arena, Kind::Notification, 0)?;
    let memory: CPtr = fixture.object_of(arena, Kind::Untyped, MEMORY)?;
    let given = [
        (slots::OWN, cnode.cptr()),
        (slots::SPACE, space.cptr()),
        (slots::FAULTS, faults),
        (slots::REPLY, reply),
        (slots::NEVER, never),
    ];
    for (slot, from) in given {
        let copied = cnode.copy(slot, own(), from, Rights::all());
        done("giving a capability", copied)?;
    }
    let moved = cnode.move_from(slots::MEMORY, own(), memory);
    done("giving memory", moved)?;
    let minted = [
        (slots::CONTROL, arena.control.cptr(), u64::from(PRIORITY)),
        (slots::SENTINEL, bell, IDLE),
        (slots::DONE, signal, 1),
    ];
    for (slot, from, badge) in minted {
        let given = match slot {
            slots::DONE => cnode.copy(slot, own(), from, Rights::all()),
            _ => cnode.mint(slot, own(), from, Rights::all(), badge),
        };
        done(&format!("giving a capability for slot {slot:?}"), given)?;
    }
    Ok(cnode)
}

/// A thread of a core.
fn thread(
    fixture: &mut Fixture,
    arena: Stock,
    (space, cnode): (AddressSpace, CNode),
    priority: u8,
) -> Result<Thread, Failure> {
    let thread: Thread = fixture.object_of(arena, Kind::Thread, 0)?;
    let to = ThreadConfiguration {
        cnode,
        space,
        fault_endpoint: CPtr::NULL,
        timeout_endpoint: CPtr::NULL,
        uses: ThreadUses::empty(),
    };
    done("configuring a thread", thread.configure(to))?;
    let sched: SchedContext = fixture.object_of(arena, Kind::SchedContext, 0)?;
    give_time(arena.control, sched, priority)?;
    done("giving time", sched.bind(thread))?;
    Ok(thread)
}

fn give_time(control: SchedControl, sched: SchedContext, priority: u8) -> Result<(), Failure> {
    let set = control.configure(sched, priority, crate::fixture::SLICES);
    done("configuring time", set)
}

/// Gives a core's keeper what other cores have for its programs.
fn share(parts: &[Part], core: usize) -> Result<(), Failure> {
    let others = parts.iter().enumerate().filter(|(other, _)| *other != core);
    let capabilities = others.flat_map(|(_, part)| &part.far);
    for (slot, from) in (slots::FAR..).zip(capabilities) {
        let to = parts[core].cnode;
        let copied = to.copy(CPtr(slot), own(), *from, Rights::all());
        done("giving a capability of another core", copied)?;
    }
    Ok(())
}

/// Lets a core begin.
fn start(part: &Part, core: usize, count: usize) -> Result<(), Failure> {
    let wanted = CALLS / count as u64;
    let numbers = core as u64 | (count as u64 - 1) << 8;
    let [keeper, sentinel] = part.threads;
    let entries: [(Thread, extern "C" fn(u64, u64) -> !, u64); 2] = [
        (sentinel, program::signals, SENTINEL_STACK),
        (keeper, keeper::keeps, KEEPER_STACK),
    ];
    for (thread, entry, stack) in entries {
        let start = Start {
            ip: (entry as *const ()).addr() as u64,
            sp: stack - 16 - if cfg!(target_arch = "x86_64") { 8 } else { 0 },
            arguments: [wanted, numbers],
            thread_block: 0,
        };
        done("setting registers", thread.set_start(start))?;
    }
    // The sentinel is less urgent, and has nothing to tell before there is a program.
    done("resuming a keeper", keeper.resume())?;
    done("resuming a sentinel", sentinel.resume())
}

fn sheet_of(core: usize) -> &'static Sheet {
    Sheet::at(SHEETS + core as u64 * PAGE)
}

/// Waits until all keepers are done, and tells those whose programs are silent.
fn watch(finished: Notification, parts: &[Part]) -> Result<(), Failure> {
    let mut seen = Vec::from_iter((0..parts.len()).map(|_| (0, 0)));
    loop {
        match finished.wait_until(clock_ns() + LOOK_NS) {
            Ok(_) | Err(Refusal::TimedOut) => {}
            Err(refusal) => return Err(format!("waiting was refused: {refusal:?}")),
        }
        let mut at_work = 0;
        for (core, part) in parts.iter().enumerate() {
            let sheet = sheet_of(core);
            let state = sheet.state.load(Relaxed);
            if state > 1 {
                let refusal = Refusal::from_status(sheet.refusal.load(Relaxed));
                return Err(format!(
                    "the keeper of core {core} gave up at step {state}: {refusal:?}"
                ));
            }
            at_work += usize::from(state == 0);
            look_at(core, part, &mut seen[core])?;
        }
        if at_work == 0 {
            return Ok(());
        }
    }
}

fn look_at(core: usize, part: &Part, (calls, looks): &mut (u64, u64)) -> Result<(), Failure> {
    let sheet = sheet_of(core);
    let now = sheet.total();
    if now != *calls || sheet.state.load(Relaxed) == 1 {
        (*calls, *looks) = (now, 0);
        return Ok(());
    }
    *looks += 1;
    ensure(
        || (*looks < END_OF_PATIENCE).then_some(()),
        &format!("core {core} makes no calls any more, after {now}"),
    )?;
    if looks.is_multiple_of(PATIENCE) {
        done("telling a keeper", Notification::from(part.bell).signal())?;
    }
    Ok(())
}

/// Says what happened.
fn report(cores: usize) {
    for core in 0..cores {
        let sheet = sheet_of(core);
        let [
            calls,
            starts,
            faults,
            cancelled,
            destroyed,
            silent,
            accepted,
        ] = [
            &sheet.calls,
            &sheet.starts,
            &sheet.faults,
            &sheet.cancelled,
            &sheet.destroyed,
            &sheet.silent,
            &sheet.accepted,
        ]
        .map(|number| number.load(Relaxed));
        print(&format!(
            "core {core}: {calls} random calls by {starts} programs: {accepted} accepted, {faults} faults, \
             {cancelled} waits cancelled, {destroyed} destroyed, {silent} silent\n"
        ));
    }
}

/// Fails if a core's calls were hardly ever accepted, or hardly ever malformed.
fn enough(core: usize) -> Result<(), Failure> {
    let sheet = sheet_of(core);
    let [calls, accepted, faults] =
        [&sheet.calls, &sheet.accepted, &sheet.faults].map(|number| number.load(Relaxed));
    let is_enough = accepted > calls / 100 && faults > calls / 10;
    ensure(
        || is_enough.then_some(()),
        &format!("core {core}: of {calls} calls {accepted} were accepted and {faults} faults"),
    )
}

/// Takes all memory of a part back.
fn take_back(part: &Part) -> Result<(), Failure> {
    let memory = part.arena.memory;
    done("revoking", own().revoke(memory.cptr()))?;
    let free = done("describing", memory.describe())?.free;
    expect("free memory", free, 1 << ARENA)
}

/// A further capability to a frame: each has one mapping.
fn again(fixture: &mut Fixture, frame: Frame) -> Result<Frame, Failure> {
    let slot = fixture.slot();
    let copied = own().copy(slot, own(), frame.cptr(), Rights::all());
    done("copying a frame", copied).map(|()| Frame::from(slot))
}

/// Maps a frame in a space, with the page tables that it takes.
fn map(
    fixture: &mut Fixture,
    stock: Stock,
    space: AddressSpace,
    frame: Frame,
    (address, rights): (u64, Rights),
) -> Result<(), Failure> {
    let flags = MapFlags::new(rights, CacheMode::Normal);
    let table = || fixture.object_of(stock, Kind::PageTable, 0);
    done("mapping", space.map_with(frame, address, flags, table)?)
}
