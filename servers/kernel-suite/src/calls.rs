//! A call to a process of its own: another address space, with two capabilities and one page.

use libipc::abi::MessageInfo;
use libipc::abi::boot;
use libipc::abi::cap::{CacheMode, MapFlags};
use libipc::objects::{AddressSpace, CNode, Frame, SchedContext, Start, Thread};
use libipc::{CPtr, Kind, Rights};

use crate::fixture::{FAULTS, Fixture, Stock, done};
use crate::probe::{Probe, SERVER, SERVER_END};
use crate::{Failure, Test, expect};

/// Where this program writes the server's page.
const HERE: u64 = 0x3000_0000;
/// Where the server has it.
pub(crate) const THERE: u64 = 0x0040_0000;
const SERVER_ENDPOINT: CPtr = CPtr(1);
const SERVER_REPLY: CPtr = CPtr(2);

pub(crate) const TESTS: &[Test] = &[Test {
    name: "a_process_answers_the_calls_of_another",
    run: calls,
}];

fn calls(fixture: &mut Fixture) -> Result<(), Failure> {
    let stock = fixture.own();
    let server = start_server(fixture, stock)?;
    call_server(server.endpoint)
}

/// Makes some calls and looks at the answers.
pub(crate) fn call_server(endpoint: CPtr) -> Result<(), Failure> {
    for word in [0, 41, u64::MAX] {
        let info = MessageInfo::new(0, 1, 0);
        let answer = done(
            "the call",
            weft_sys::call(endpoint, info, [word, 0, 0, 0, 0, 0]),
        )?;
        expect("answer", answer.words[0], word.wrapping_add(1))?;
    }
    Ok(())
}

/// A process.
pub(crate) struct Process {
    /// Its thread, not running.
    pub(crate) thread: Thread,
    /// Its memory.
    pub(crate) space: AddressSpace,
    /// Its capabilities.
    pub(crate) cnode: CNode,
}

/// A process of a core that has a page with a probe, and begins there when it is resumed. Its faults come here.
pub(crate) fn process(
    fixture: &mut Fixture,
    stock: Stock,
    code: (Probe, Probe),
) -> Result<Process, Failure> {
    process_that(fixture, stock, code, |_| Ok(()))
}

/// As `process`, whose space is got ready by `prepare` before it has a thread.
pub(crate) fn process_that(
    fixture: &mut Fixture,
    stock: Stock,
    code: (Probe, Probe),
    prepare: impl FnOnce(AddressSpace) -> Result<(), Failure>,
) -> Result<Process, Failure> {
    let cnode: CNode = fixture.object_of(stock, Kind::CNode, 4)?;
    let space: AddressSpace = fixture.object_of(stock, Kind::AddressSpace, 0)?;
    fill(fixture, stock, space, code)?;
    prepare(space)?;
    let thread: Thread = fixture.object_of(stock, Kind::Thread, 0)?;
    fixture.configure(thread, space, cnode, FAULTS)?;
    let sched: SchedContext = fixture.object_of(stock, Kind::SchedContext, 0)?;
    fixture.give_time_of(stock, thread, sched)?;
    done(
        "setting registers",
        thread.set_start(Start {
            ip: THERE,
            ..Start::default()
        }),
    )?;
    Ok(Process {
        thread,
        space,
        cnode,
    })
}

/// A process that serves an endpoint.
pub(crate) struct Server {
    /// What it serves.
    pub(crate) endpoint: CPtr,
    /// Its thread.
    pub(crate) thread: Thread,
}

/// Makes the process on a core, and lets it run.
pub(crate) fn start_server(fixture: &mut Fixture, stock: Stock) -> Result<Server, Failure> {
    let endpoint: CPtr = fixture.object_of(stock, Kind::Endpoint, 0)?;
    let reply: CPtr = fixture.object_of(stock, Kind::Reply, 0)?;
    let process = process(fixture, stock, (SERVER, SERVER_END))?;
    let own = CNode::from(boot::CNODE);
    done(
        "giving the endpoint",
        process
            .cnode
            .copy(SERVER_ENDPOINT, own, endpoint, Rights::READ),
    )?;
    done(
        "giving the reply object",
        process.cnode.move_from(SERVER_REPLY, own, reply),
    )?;
    let thread = process.thread;
    done("naming the server", thread.serve(endpoint))?;
    done("resuming", thread.resume())?;
    Ok(Server { endpoint, thread })
}

/// Copies a probe's instructions into a page of the first core and maps it in a process's space.
fn fill(
    fixture: &mut Fixture,
    stock: Stock,
    space: AddressSpace,
    (first, end): (Probe, Probe),
) -> Result<(), Failure> {
    let frame: Frame = fixture.object(Kind::Frame, 12)?;
    let own = AddressSpace::from(boot::SPACE);
    let here = fixture.own();
    let writable = Rights::READ.union(Rights::WRITE);
    map(fixture, here, own, frame, (HERE, writable))?;
    let bytes = (end.address() - first.address()) as usize;
    let source = core::ptr::with_exposed_provenance::<u8>(first.address() as usize);
    let target = core::ptr::with_exposed_provenance_mut::<u8>(HERE as usize);
    // SAFETY:
    // 1. the source is text of this program, shorter than a page.
    // 2. the target is a page that was mapped above and is used by nothing else.
    unsafe { core::ptr::copy_nonoverlapping(source, target, bytes) };
    done("unmapping", frame.unmap())?;
    let executable = Rights::READ.union(Rights::EXECUTE);
    map(fixture, stock, space, frame, (THERE, executable))
}

/// Maps a frame, with the page tables that it takes.
pub(crate) fn map(
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
