//! A call to a process of its own: another address space, with two capabilities and one page.

use libipc::abi::MessageInfo;
use libipc::abi::boot;
use libipc::abi::cap::{CacheMode, MapFlags};
use libipc::objects::{AddressSpace, CNode, Frame, SchedContext, Start, Thread};
use libipc::{CPtr, Kind, Rights};

use crate::fixture::{Fixture, done};
use crate::probe::{SERVER, SERVER_END};
use crate::{Failure, Test, expect};

/// Where this program writes the server's page.
const HERE: u64 = 0x3000_0000;
/// Where the server has it.
const THERE: u64 = 0x0040_0000;
const SERVER_ENDPOINT: CPtr = CPtr(1);
const SERVER_REPLY: CPtr = CPtr(2);

pub(crate) const TESTS: &[Test] = &[Test {
    name: "a_process_answers_the_calls_of_another",
    run: calls,
}];

fn calls(fixture: &mut Fixture) -> Result<(), Failure> {
    let endpoint = start_server(fixture)?;
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

/// Makes the process; returns the endpoint that it serves.
fn start_server(fixture: &mut Fixture) -> Result<CPtr, Failure> {
    let endpoint: CPtr = fixture.object(Kind::Endpoint, 0)?;
    let reply: CPtr = fixture.object(Kind::Reply, 0)?;
    let cnode: CNode = fixture.object(Kind::CNode, 4)?;
    let own = CNode::from(boot::CNODE);
    done(
        "giving the endpoint",
        cnode.copy(SERVER_ENDPOINT, own, endpoint, Rights::READ),
    )?;
    done(
        "giving the reply object",
        cnode.move_from(SERVER_REPLY, own, reply),
    )?;
    let space: AddressSpace = fixture.object(Kind::AddressSpace, 0)?;
    fill(fixture, space)?;
    let thread: Thread = fixture.object(Kind::Thread, 0)?;
    fixture.configure(thread, space, cnode, CPtr::NULL)?;
    let sched: SchedContext = fixture.object(Kind::SchedContext, 0)?;
    fixture.give_time(thread, sched)?;
    done(
        "setting registers",
        thread.set_start(Start {
            ip: THERE,
            ..Start::default()
        }),
    )?;
    done("resuming", thread.resume())?;
    Ok(endpoint)
}

/// Copies the server's instructions into a page and maps it in its space.
fn fill(fixture: &mut Fixture, space: AddressSpace) -> Result<(), Failure> {
    let frame: Frame = fixture.object(Kind::Frame, 12)?;
    let own = AddressSpace::from(boot::SPACE);
    map(fixture, own, frame, HERE, Rights::READ.union(Rights::WRITE))?;
    let bytes = (SERVER_END.address() - SERVER.address()) as usize;
    let source = core::ptr::with_exposed_provenance::<u8>(SERVER.address() as usize);
    let target = core::ptr::with_exposed_provenance_mut::<u8>(HERE as usize);
    // SAFETY:
    // 1. the source is text of this program, shorter than a page.
    // 2. the target is a page that was mapped above and is used by nothing else.
    unsafe { core::ptr::copy_nonoverlapping(source, target, bytes) };
    done("unmapping", frame.unmap())?;
    map(
        fixture,
        space,
        frame,
        THERE,
        Rights::READ.union(Rights::EXECUTE),
    )
}

/// Maps a frame, with the page tables that it takes.
fn map(
    fixture: &mut Fixture,
    space: AddressSpace,
    frame: Frame,
    address: u64,
    rights: Rights,
) -> Result<(), Failure> {
    let flags = MapFlags::new(rights, CacheMode::Normal);
    let table = || fixture.object(Kind::PageTable, 0);
    done("mapping", space.map_with(frame, address, flags, table)?)
}
