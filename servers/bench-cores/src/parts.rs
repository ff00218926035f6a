//! The parts that threads play on each core. They have a stack of one page, no message page, and nothing of the program but
//! its instructions and constants.

use libipc::abi::cap::{CacheMode, MapFlags};
use libipc::abi::{FaultLabel, MessageInfo};
use libipc::objects::{AddressSpace, CNode, Frame, MapError, Notification, Thread, Untyped};
use libipc::{CPtr, Kind, Refusal, Rights};
use weft_sys::Words;
use weft_sys::measure::{CounterRate, counter, counter_rate, mark_begin, mark_end};

use crate::board::{Board, CONTROL, Operation, PAGE, SAMPLES, Sheet, UNMAP, WARM_UP, give_way};

/// What a part has, by slot: each has some of it.
pub(crate) mod slots {
    use libipc::CPtr;

    /// The part's own CNode.
    pub(crate) const OWN: CPtr = CPtr(1);
    /// The address space of the one that measures.
    pub(crate) const SPACE: CPtr = CPtr(2);
    /// A frame to map.
    pub(crate) const FRAME: CPtr = CPtr(3);
    /// Memory to make frames of.
    pub(crate) const MEMORY: CPtr = CPtr(4);
    /// The endpoint that is called or served.
    pub(crate) const ENDPOINT: CPtr = CPtr(5);
    /// The endpoint of the pager.
    pub(crate) const PAGER: CPtr = CPtr(6);
    /// A notification.
    pub(crate) const BELL: CPtr = CPtr(7);
    /// The same to signal.
    pub(crate) const RING: CPtr = CPtr(8);
    /// A notification of another core to signal.
    pub(crate) const ELSEWHERE: CPtr = CPtr(9);
    /// What the director waits for.
    pub(crate) const DONE: CPtr = CPtr(10);
    /// A reply object.
    pub(crate) const REPLY: CPtr = CPtr(11);
    /// Empty.
    pub(crate) const FREE: CPtr = CPtr(12);
    /// A thread of the same space that computes on another core.
    pub(crate) const LODGER: CPtr = CPtr(13);
    /// The first of the frames that both know.
    pub(crate) const KNOWN: CPtr = CPtr(16);
}

/// Where a page is missing.
pub(crate) const HOLE: u64 = 0x4010_0000;
/// Where a page is mapped.
pub(crate) const MAPPED: u64 = HOLE + 0x1000;
/// Where pages are mapped that a thread on another core knows as well, and how many.
pub(crate) const KNOWN: u64 = 0x4040_0000;
pub(crate) const KNOWN_PAGES: u64 = 512;
/// log2 of a frame's bytes.
pub(crate) const FRAME_BITS: u8 = 12;
/// The status of what is wrong without the kernel having refused it.
const WRONG: u64 = Refusal::Unsupported as u64;

const EMPTY: MessageInfo = MessageInfo::new(0, 0, 0);
const RESUME: MessageInfo = MessageInfo::new(FaultLabel::RESUME, 0, 0);
const NOTHING: Words = [0; 6];
const READ: MapFlags = MapFlags::new(Rights::READ, CacheMode::Normal);

/// Answers calls.
pub(crate) extern "C" fn answers(_: u64, _: u64) -> ! {
    let _ = weft_sys::recv(slots::ENDPOINT, slots::REPLY);
    loop {
        let _ = weft_sys::reply_recv(slots::ENDPOINT, EMPTY, NOTHING, slots::REPLY);
    }
}

/// Maps a page where one is missing, and takes it away when it is called.
pub(crate) extern "C" fn pages(_: u64, _: u64) -> ! {
    let frame = Frame::from(slots::FRAME);
    let mut received = weft_sys::recv(slots::PAGER, slots::REPLY);
    loop {
        let answer = match received {
            Ok(message) if message.info.is_fault() => {
                if AddressSpace::from(slots::SPACE)
                    .map(frame, HOLE, READ)
                    .is_err()
                {
                    weft_sys::stop();
                }
                RESUME
            }
            _ => {
                // What is not mapped need not be taken away.
                let _ = frame.unmap();
                EMPTY
            }
        };
        received = weft_sys::reply_recv(slots::PAGER, answer, NOTHING, slots::REPLY);
    }
}

/// Reads pages when it is to, and computes without end.
pub(crate) extern "C" fn reads(_: u64, _: u64) -> ! {
    let board = Board::here();
    loop {
        if board.is_to_read() {
            for page in 0..KNOWN_PAGES {
                read(KNOWN + page * PAGE);
            }
            board.has_read();
        }
        give_way();
    }
}

/// Measures all operations, in step with those of the other cores.
pub(crate) extern "C" fn measures(core: u64, cores: u64) -> ! {
    let mut client = Client {
        board: Board::here(),
        sheet: Sheet::at(0),
        core,
        cores,
        round: 0,
    };
    let nothing = || Ok(());
    match counter_rate() {
        CounterRate::Processor => client.measure(Operation::Counter, nothing, nothing),
        CounterRate::Absent => client.measure(Operation::Counter, || Err(WRONG), nothing),
    }
    client.measure(Operation::Call, || call(slots::ENDPOINT), nothing);
    client.measure(Operation::Map, map, || {
        status(Frame::from(slots::FRAME).unmap())
    });
    client.measure(Operation::Fault, touch, || call(slots::PAGER));
    let bell = Notification::from(slots::BELL);
    let ring = || status(Notification::from(slots::RING).signal());
    client.measure(Operation::Signal, ring, || status(bell.poll()));
    client.measure(Operation::Alloc, make, || {
        status(CNode::from(slots::OWN).revoke(slots::MEMORY))
    });
    client.meet();
    client.interrupt_another();
    client.meet();
    client.unmap_for_another();
    client.meet();
    if core == 0 {
        let _ = Notification::from(slots::DONE).signal();
    }
    loop {
        let _ = bell.wait();
    }
}

/// Who measures on a core.
struct Client {
    board: &'static Board,
    sheet: &'static Sheet,
    core: u64,
    cores: u64,
    round: u64,
}

impl Client {
    /// Waits until all cores are here.
    fn meet(&mut self) {
        self.round += 1;
        self.board.meet(self.round, self.cores);
    }

    /// Does something often and writes down what it took; what `after` does is not counted. Before each run the other cores
    /// have a turn. The first core marks the stretch in which all do this, and then each marks one further run.
    #[inline(always)]
    fn measure(
        &mut self,
        operation: Operation,
        run: impl Fn() -> Result<(), u64>,
        after: impl Fn() -> Result<(), u64>,
    ) {
        self.meet();
        if self.core == 0 {
            mark_begin(operation.phase());
        }
        self.meet();
        for number in 0..WARM_UP + SAMPLES {
            give_way();
            let start = counter();
            let outcome = run();
            let took = counter().wrapping_sub(start);
            self.note(operation, outcome.and_then(|()| after()));
            if let Some(number) = number.checked_sub(WARM_UP) {
                self.sheet.write(operation, number, took);
            }
        }
        self.meet();
        if self.core == 0 {
            mark_end(operation.phase());
        }
        self.meet();
        let mark = operation.mark(self.core);
        give_way();
        mark_begin(mark);
        let _ = counter();
        let outcome = run();
        let _ = counter();
        mark_end(mark);
        self.note(operation, outcome.and_then(|()| after()));
    }

    fn note(&self, operation: Operation, outcome: Result<(), u64>) {
        if let Err(status) = outcome {
            self.sheet.refuse(operation, status);
        }
    }

    /// The first core signals to another: an interrupt that the witness must see.
    fn interrupt_another(&self) {
        if self.core == 0 && self.cores > 1 {
            mark_begin(CONTROL);
            let outcome = Notification::from(slots::ELSEWHERE).signal();
            mark_end(CONTROL);
            self.note(Operation::Signal, status(outcome));
        }
    }

    /// The first core unmaps pages that a thread of its space knows which computes on the second.
    fn unmap_for_another(&self) {
        if self.core == 0 && self.cores > 1 {
            let outcome = self.have_read_elsewhere().and_then(|()| {
                mark_begin(UNMAP);
                let unmapped = Frame::from(slots::KNOWN).unmap_many(KNOWN_PAGES);
                mark_end(UNMAP);
                unmapped
            });
            let outcome = outcome.and_then(|unmapped| {
                Thread::from(slots::LODGER).suspend()?;
                Ok(unmapped == KNOWN_PAGES)
            });
            self.note(
                Operation::Map,
                match outcome {
                    Ok(true) => Ok(()),
                    Ok(false) => Err(WRONG),
                    Err(refusal) => Err(refusal as u64),
                },
            );
        }
    }

    fn have_read_elsewhere(&self) -> Result<(), Refusal> {
        let (space, known) = (AddressSpace::from(slots::SPACE), Frame::from(slots::KNOWN));
        let mapped = space.map_many(known, KNOWN, READ, KNOWN_PAGES);
        if mapped.ok() != Some(KNOWN_PAGES) {
            return Err(Refusal::Unsupported);
        }
        let lodger = Thread::from(slots::LODGER);
        lodger.resume()?;
        while lodger.describe()?.core == 0 {
            give_way();
        }
        self.board.have_read();
        Ok(())
    }
}

fn status<T>(outcome: Result<T, Refusal>) -> Result<(), u64> {
    outcome.map(|_| ()).map_err(|refusal| refusal as u64)
}

#[inline(always)]
fn call(endpoint: CPtr) -> Result<(), u64> {
    status(weft_sys::call(endpoint, EMPTY, NOTHING))
}

#[inline(always)]
fn map() -> Result<(), u64> {
    let space = AddressSpace::from(slots::SPACE);
    match space.map(Frame::from(slots::FRAME), MAPPED, READ) {
        Ok(()) => Ok(()),
        Err(MapError::Refused(refusal)) => Err(refusal as u64),
        Err(MapError::MissingTable { .. }) => Err(Refusal::NoTable as u64),
    }
}

#[inline(always)]
fn touch() -> Result<(), u64> {
    match read(HOLE) {
        0 => Ok(()),
        _ => Err(WRONG),
    }
}

/// Reads a page of which only its address is known.
#[inline(always)]
fn read(page: u64) -> u64 {
    let page = core::ptr::with_exposed_provenance::<u64>(page as usize);
    // SAFETY:
    // 1. the address is aligned, and a page is mapped there, or the pager maps one before it lets the instruction end.
    // 2. nothing in this program writes there.
    unsafe { page.read_volatile() }
}

#[inline(always)]
fn make() -> Result<(), u64> {
    let memory = Untyped::from(slots::MEMORY);
    let own = CNode::from(slots::OWN);
    status(memory.retype(Kind::Frame, FRAME_BITS, own, slots::FREE))
}
