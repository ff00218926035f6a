//! What the director makes on each core: a process that measures, and one that serves it.

use alloc::format;
use alloc::vec::Vec;

use libipc::abi::boot::{self, BootInfo};
use libipc::abi::cap::{CacheMode, MapFlags, MemoryClass};
use libipc::abi::syscall::{Affinity, ThreadUses};
use libipc::objects::{
    AddressSpace, Budget, CNode, Frame, Notification, SchedContext, SchedControl, Start, Thread,
    ThreadConfiguration, Untyped,
};
use libipc::{CPtr, Kind, Rights};
use weft_domain::own_pages;

use crate::board::{Board, PAGE, Sheet};
use crate::parts::{self, FRAME_BITS, HOLE, MAPPED, slots};
use crate::{Failure, done};

/// The first slot that nothing else uses.
const FIRST_FREE: u32 = 1000;
/// Where this program writes pages of others.
const WINDOW: u64 = 0x3000_0000;
/// Where stacks are.
const STACKS: u64 = 0x4020_0000;
/// log2 of the slots that a part has.
const CNODE_SIZE: u8 = 4;
/// The same of the one that measures on the first core.
const FIRST_SIZE: u8 = 10;
/// log2 of the memory that frames are made of.
const MEMORY_BITS: u8 = 16;
/// log2 of the memory of the pages that two cores know.
const KNOWN_BITS: u8 = 21;
/// Longer than everything takes: no time slice ends in a sample.
const SLICES: Budget = Budget {
    budget_ns: 10_000_000_000,
    period_ns: 10_000_000_000,
};
/// Of one that is to be elsewhere soon.
const SHORT: Budget = Budget {
    budget_ns: 1_000_000,
    period_ns: 1_000_000,
};
/// How urgent who measures is.
const LOW: u8 = 30;
/// How urgent who serves it is, as servers are.
const HIGH: u8 = 35;
const READ_WRITE: Rights = Rights::READ.union(Rights::WRITE);
const EXECUTE: Rights = Rights::READ.union(Rights::EXECUTE);

/// What objects of a core are made from.
#[derive(Clone, Copy)]
struct Stock {
    memory: Untyped,
    control: SchedControl,
}

/// The threads of a core, in the order in which they start.
pub(crate) struct Crew(Vec<Thread>);

impl Crew {
    /// Lets them run.
    pub(crate) fn start(&self) -> Result<(), Failure> {
        let mut threads = self.0.iter();
        threads.try_for_each(|thread| done("resuming", thread.resume()))
    }
}

/// What the director has.
pub(crate) struct Stage {
    stocks: Vec<Stock>,
    next: u32,
    /// The pages of the program: where they are, and a copy of each.
    program: Vec<(u64, Frame)>,
    board: Frame,
    done: Notification,
}

/// A thread to be made.
struct Part {
    entry: extern "C" fn(u64, u64) -> !,
    arguments: [u64; 2],
    space: AddressSpace,
    cnode: CNode,
    stack: u64,
    priority: u8,
    time: Budget,
    faults: CPtr,
}

fn own() -> CNode {
    CNode::from(boot::CNODE)
}

impl Stage {
    /// Finds each core's memory, and copies the program.
    pub(crate) fn new(info: &BootInfo) -> Result<Self, Failure> {
        let stocks = (0..info.cores as u8).map(|core| stock(info, core));
        let mut stage = Self {
            stocks: stocks.collect::<Result<_, _>>()?,
            next: FIRST_FREE,
            program: Vec::new(),
            board: Frame::from(CPtr::NULL),
            done: Notification::from(CPtr::NULL),
        };
        let first = stage.stock(0)?;
        stage.board = stage.object(first, Kind::Frame, FRAME_BITS)?;
        stage.done = stage.object(first, Kind::Notification, 0)?;
        let here = AddressSpace::from(boot::SPACE);
        stage.map(first, here, stage.board, (Board::ADDRESS, READ_WRITE))?;
        stage.copy_program()?;
        Ok(stage)
    }

    /// The numbers of the cores.
    pub(crate) fn cores(&self) -> core::ops::Range<usize> {
        0..self.stocks.len()
    }

    /// Waits until all is measured.
    pub(crate) fn wait(&self) -> Result<(), Failure> {
        done("waiting", self.done.wait()).map(|_| ())
    }

    fn stock(&self, core: usize) -> Result<Stock, Failure> {
        let stock = self.stocks.get(core).copied();
        stock.ok_or_else(|| format!("there is no core {core}"))
    }

    fn slot(&mut self) -> CPtr {
        self.next += 1;
        CPtr(self.next)
    }

    /// Makes an object of a core.
    fn object<T: From<CPtr>>(&mut self, stock: Stock, kind: Kind, size: u8) -> Result<T, Failure> {
        let slot = self.slot();
        let made = stock.memory.retype(kind, size, own(), slot);
        done(&format!("making a {kind:?}"), made)?;
        Ok(T::from(slot))
    }

    /// A further capability to a frame: each has one mapping.
    fn again(&mut self, frame: Frame) -> Result<Frame, Failure> {
        let slot = self.slot();
        let copied = own().copy(slot, own(), frame.cptr(), Rights::all());
        done("copying a frame", copied)?;
        Ok(Frame::from(slot))
    }

    /// Maps a frame in a space of a core, with the page tables that it takes.
    fn map(
        &mut self,
        stock: Stock,
        space: AddressSpace,
        frame: Frame,
        (address, rights): (u64, Rights),
    ) -> Result<(), Failure> {
        let flags = MapFlags::new(rights, CacheMode::Normal);
        let table = || self.object(stock, Kind::PageTable, 0);
        done("mapping", space.map_with(frame, address, flags, table)?)
    }

    /// Sees that mapping at an address takes no page table any more.
    fn tables(&mut self, stock: Stock, space: AddressSpace, address: u64) -> Result<(), Failure> {
        let frame: Frame = self.object(stock, Kind::Frame, FRAME_BITS)?;
        self.map(stock, space, frame, (address, Rights::READ))?;
        done("unmapping", frame.unmap())
    }

    /// Copies instructions and constants of this program to pages that others can have.
    fn copy_program(&mut self) -> Result<(), Failure> {
        let (stock, here) = (self.stock(0)?, AddressSpace::from(boot::SPACE));
        for page in own_pages() {
            let frame: Frame = self.object(stock, Kind::Frame, FRAME_BITS)?;
            self.map(stock, here, frame, (WINDOW, READ_WRITE))?;
            let source = core::ptr::with_exposed_provenance::<u8>(page as usize);
            let target = core::ptr::with_exposed_provenance_mut::<u8>(WINDOW as usize);
            // SAFETY:
            // 1. the source is a page of this program, and mapped.
            // 2. the target is a page that was mapped above and is used by nothing else.
            unsafe { core::ptr::copy_nonoverlapping(source, target, PAGE as usize) };
            done("unmapping", frame.unmap())?;
            self.program.push((page, frame));
        }
        Ok(())
    }

    /// A space of a core with the program in it.
    fn space(&mut self, stock: Stock) -> Result<AddressSpace, Failure> {
        let space: AddressSpace = self.object(stock, Kind::AddressSpace, 0)?;
        done("opening counters", space.allow_counters(stock.control))?;
        for (address, frame) in self.program.clone() {
            let frame = self.again(frame)?;
            self.map(stock, space, frame, (address, EXECUTE))?;
        }
        Ok(space)
    }

    /// A thread of a core.
    fn thread(&mut self, stock: Stock, part: &Part) -> Result<Thread, Failure> {
        let stack: Frame = self.object(stock, Kind::Frame, FRAME_BITS)?;
        self.map(stock, part.space, stack, (part.stack, READ_WRITE))?;
        let thread: Thread = self.object(stock, Kind::Thread, 0)?;
        let to = ThreadConfiguration {
            cnode: part.cnode,
            space: part.space,
            fault_endpoint: part.faults,
            timeout_endpoint: CPtr::NULL,
            uses: ThreadUses::empty(),
        };
        done("configuring a thread", thread.configure(to))?;
        let sched: SchedContext = self.object(stock, Kind::SchedContext, 0)?;
        let timed = stock.control.configure(sched, part.priority, part.time);
        done("configuring time", timed)?;
        done("giving time", sched.bind(thread))?;
        // As behind a call: where the architecture keeps the way back on the stack, there is room for it.
        let way_back = if cfg!(target_arch = "x86_64") { 8 } else { 0 };
        let start = Start {
            ip: (part.entry as *const ()).addr() as u64,
            sp: part.stack + PAGE - way_back,
            arguments: part.arguments,
            thread_block: 0,
        };
        done("setting registers", thread.set_start(start))?;
        Ok(thread)
    }

    /// All that a core has, ready to start.
    pub(crate) fn crew(&mut self, core: usize) -> Result<Crew, Failure> {
        let stock = self.stock(core)?;
        let client_space = self.space(stock)?;
        let server_space = self.space(stock)?;
        let [endpoint, pager]: [CPtr; 2] = [
            self.object(stock, Kind::Endpoint, 0)?,
            self.object(stock, Kind::Endpoint, 0)?,
        ];
        let server = |entry, stack, cnode| Part {
            entry,
            arguments: [0; 2],
            space: server_space,
            cnode,
            stack,
            priority: HIGH,
            time: SLICES,
            faults: CPtr::NULL,
        };
        let answers = self.answering(stock, endpoint)?;
        let answers = self.thread(stock, &server(parts::answers, STACKS, answers))?;
        let pages = self.paging(stock, client_space, pager)?;
        let pages = self.thread(stock, &server(parts::pages, STACKS + 2 * PAGE, pages))?;
        let client = Part {
            entry: parts::measures,
            arguments: [core as u64, self.stocks.len() as u64],
            space: client_space,
            cnode: self.measuring(core, client_space, [endpoint, pager])?,
            stack: STACKS,
            priority: LOW,
            time: SLICES,
            faults: pager,
        };
        if core == 0 && self.stocks.len() > 1 {
            self.lodging(stock, &client)?;
        }
        let client = self.thread(stock, &client)?;
        Ok(Crew([answers, pages, client].into()))
    }

    /// What the first core shares with the second: pages that a thread of the client's space reads there.
    fn lodging(&mut self, stock: Stock, client: &Part) -> Result<(), Failure> {
        let (memory, frames): (Untyped, _) = (
            self.object(stock, Kind::Untyped, KNOWN_BITS)?,
            parts::KNOWN_PAGES,
        );
        let made = memory.retype_many(Kind::Frame, FRAME_BITS, client.cnode, slots::KNOWN, frames);
        done("making frames", made)?;
        self.tables(stock, client.space, parts::KNOWN)?;
        let lodger = Part {
            entry: parts::reads,
            arguments: [0; 2],
            space: client.space,
            cnode: self.object(stock, Kind::CNode, CNODE_SIZE)?,
            stack: STACKS + 2 * PAGE,
            priority: HIGH,
            time: SHORT,
            faults: CPtr::NULL,
        };
        let lodger = self.thread(stock, &lodger)?;
        let control = self.stock(1)?.control;
        let allowed = control.set_affinity(lodger, Affinity::Preferred);
        done("allowing another core", allowed)?;
        give(client.cnode, slots::LODGER, lodger.cptr())
    }

    /// What the thread that answers has.
    fn answering(&mut self, stock: Stock, endpoint: CPtr) -> Result<CNode, Failure> {
        let cnode: CNode = self.object(stock, Kind::CNode, CNODE_SIZE)?;
        let reply: CPtr = self.object(stock, Kind::Reply, 0)?;
        give(cnode, slots::ENDPOINT, endpoint)?;
        give(cnode, slots::REPLY, reply)?;
        Ok(cnode)
    }

    /// What the pager has.
    fn paging(
        &mut self,
        stock: Stock,
        space: AddressSpace,
        endpoint: CPtr,
    ) -> Result<CNode, Failure> {
        self.tables(stock, space, HOLE)?;
        let cnode: CNode = self.object(stock, Kind::CNode, CNODE_SIZE)?;
        let reply: CPtr = self.object(stock, Kind::Reply, 0)?;
        let frame: Frame = self.object(stock, Kind::Frame, FRAME_BITS)?;
        give(cnode, slots::SPACE, space.cptr())?;
        give(cnode, slots::FRAME, frame.cptr())?;
        give(cnode, slots::PAGER, endpoint)?;
        give(cnode, slots::REPLY, reply)?;
        Ok(cnode)
    }

    /// What the thread that measures has.
    fn measuring(
        &mut self,
        core: usize,
        space: AddressSpace,
        [endpoint, pager]: [CPtr; 2],
    ) -> Result<CNode, Failure> {
        let stock = self.stock(core)?;
        self.tables(stock, space, MAPPED)?;
        self.share(core, space)?;
        let size = if core == 0 { FIRST_SIZE } else { CNODE_SIZE };
        let cnode: CNode = self.object(stock, Kind::CNode, size)?;
        let frame: Frame = self.object(stock, Kind::Frame, FRAME_BITS)?;
        let memory: CPtr = self.object(stock, Kind::Untyped, MEMORY_BITS)?;
        let bell: CPtr = self.object(stock, Kind::Notification, 0)?;
        let all = [
            (slots::OWN, cnode.cptr()),
            (slots::SPACE, space.cptr()),
            (slots::FRAME, frame.cptr()),
            (slots::ENDPOINT, endpoint),
            (slots::PAGER, pager),
            (slots::BELL, bell),
        ];
        all.into_iter()
            .try_for_each(|(slot, from)| give(cnode, slot, from))?;
        mint(cnode, slots::RING, bell)?;
        let moved = cnode.move_from(slots::MEMORY, own(), memory);
        done("giving memory", moved)?;
        if core == 0 {
            mint(cnode, slots::DONE, self.done.cptr())?;
            if let Ok(other) = self.stock(1) {
                let bell: CPtr = self.object(other, Kind::Notification, 0)?;
                mint(cnode, slots::ELSEWHERE, bell)?;
            }
        }
        Ok(cnode)
    }

    /// Maps the board and the core's sheet where they are read and written.
    fn share(&mut self, core: usize, space: AddressSpace) -> Result<(), Failure> {
        let stock = self.stock(core)?;
        let board = self.again(self.board)?;
        self.map(stock, space, board, (Board::ADDRESS, READ_WRITE))?;
        let sheet: Frame = self.object(stock, Kind::Frame, FRAME_BITS)?;
        self.map(stock, space, sheet, (Sheet::address(0), READ_WRITE))?;
        let (first, here) = (self.stock(0)?, AddressSpace::from(boot::SPACE));
        let sheet = self.again(sheet)?;
        let place = (Sheet::address(core as u64), Rights::READ);
        self.map(first, here, sheet, place)
    }
}

fn give(cnode: CNode, slot: CPtr, from: CPtr) -> Result<(), Failure> {
    let given = cnode.copy(slot, own(), from, Rights::all());
    done("giving a capability", given)
}

fn mint(cnode: CNode, slot: CPtr, from: CPtr) -> Result<(), Failure> {
    let minted = cnode.mint(slot, own(), from, Rights::all(), 1);
    done("giving a notification", minted)
}

fn stock(info: &BootInfo, core: u8) -> Result<Stock, Failure> {
    let untypeds = info.untypeds.iter().take(info.untyped_count as usize);
    let ram = untypeds.filter(|entry| entry.class == MemoryClass::Ram as u8 && entry.core == core);
    let largest = ram.max_by_key(|entry| entry.size);
    let largest = largest.ok_or_else(|| format!("core {core} has no memory"))?;
    Ok(Stock {
        memory: Untyped::from(CPtr(largest.slot)),
        control: SchedControl::from(boot::sched_control(core)),
    })
}
