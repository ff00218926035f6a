//! One program while it is being built: objects, pages, connections, start.

use alloc::vec::Vec;

use libipc::abi::layout::{HEAP_BASE, PAGE, STACK_TOP, STARTUP_PAGE};
use libipc::abi::startup::{EntryKind, Granted, slots as known};
use libipc::abi::syscall::ThreadUses;
use libipc::objects::{AddressSpace, Budget, CNode, Untyped};
use libipc::{CPtr, Caller, Kind, Refusal, Rights, Session, slots};
use proto::processes::Error;
use weft_domain::{Builder, Mapping, Parts, SystemCalls, Turn, Urgency};
use weft_spec::{Slot, StartEntry, StartupPage};

use crate::build::{Building, File, load};
use crate::growth::{Growth, PART_PAGES};
use crate::kernel::{Kernel, refused};
use crate::maker::{Order, client_of};
use crate::plan::{CNODE_SIZE, HEAP_PAGES};

/// Slots of a program's CNode that hold its connections.
const CONNECTIONS: [CPtr; 3] = [CPtr(8), CPtr(9), CPtr(10)];
/// The first slot that a program finds free.
const FIRST_FREE: u32 = 11;
/// How long a program runs before others of its priority do.
const TURN_NS: u64 = 10_000_000;

/// The capabilities of a program that stay with this server.
#[derive(Clone, Copy, Debug)]
pub struct Objects {
    untyped: CPtr,
    store: CPtr,
    cnode: CPtr,
    space: CPtr,
    thread: CPtr,
    /// Slots of the store that are used.
    used: u32,
    /// What it has of its stack and heap.
    growth: Growth,
}

impl Objects {
    /// Gives the program the part of its stack or heap that it touched at an address; `None` if there is none to give.
    pub(crate) fn grow(
        &mut self,
        own_space: AddressSpace,
        address: u64,
    ) -> Option<Result<(), Error>> {
        let part = self.growth.grow(address)?;
        let mut site = Site::new(own_space, Untyped::from(self.untyped));
        site.store = Some(Store {
            cnode: CNode::from(self.store),
            used: self.used,
        });
        let given = site.part(AddressSpace::from(self.space), part);
        self.used = site.store.as_ref().map_or(self.used, |store| store.used);
        site.clear();
        Some(given)
    }

    /// Its CNode.
    pub(crate) fn cnode(&self) -> CPtr {
        self.cnode
    }

    /// Its thread.
    pub(crate) fn thread(&self) -> CPtr {
        self.thread
    }

    /// All slots.
    pub(crate) fn slots(&self) -> [CPtr; 5] {
        [
            self.untyped,
            self.store,
            self.cnode,
            self.space,
            self.thread,
        ]
    }
}

/// Makes the page tables through which pages of programs are filled, of memory that is this server's for ever.
///
/// # Errors
/// No memory.
pub(crate) fn prepare(own_space: AddressSpace, memory: Untyped) -> Result<(), Error> {
    let mut site = Site::new(own_space, memory);
    let frame = site.make(Kind::Frame, PAGE.ilog2() as u8)?;
    site.reserve_window(frame)
}

/// Builds a program and lets it run. Gives its objects, and what is kept of its connection to the console.
///
/// # Errors
/// No memory, or a file that cannot be read. What was made goes with the program's block, and its slots are free.
pub(crate) fn build(
    kernel: &Kernel,
    order: &Order<'_>,
    file: &impl File,
    untyped: CPtr,
    files: CPtr,
) -> Result<(Objects, Option<Session>), Error> {
    let mut site = Site::new(kernel.space, Untyped::from(untyped));
    let built = assemble(&mut site, kernel, order, file, files);
    if built.is_err() {
        site.clear();
    }
    let (store, parts) = built?;
    let objects = Objects {
        untyped,
        store,
        cnode: parts.cnode.cptr(),
        space: parts.space.cptr(),
        thread: parts.thread.cptr(),
        used: site.store.as_ref().map_or(0, |store| store.used),
        growth: Growth::of_start(),
    };
    Ok((objects, site.console))
}

/// Makes everything that a program consists of; gives what it keeps its pages in, and its objects.
fn assemble(
    site: &mut Site,
    kernel: &Kernel,
    order: &Order<'_>,
    file: &impl File,
    files: CPtr,
) -> Result<(CPtr, Parts), Error> {
    let store = site.make(Kind::CNode, order.plan.store_size)?;
    site.store = Some(Store {
        cnode: CNode::from(store),
        used: 1,
    });
    let parts = Parts::new(site, CNODE_SIZE)?;
    if kernel.granted.contains(Granted::COUNTERS) {
        parts.allow_counters(site, kernel.control)?;
    }
    let mut program = Unfinished { site, parts };
    load(order.program, file, &mut program)?;
    let startup = startup_page(order, kernel.granted)?;
    program.page(STARTUP_PAGE, Rights::READ, Some((0, &startup)))?;
    program.site.map_message_page(parts.thread, parts.space)?;
    program.connect(kernel, order, files)?;
    program.start(kernel, order)?;
    Ok((store, parts))
}

/// A CNode for capabilities that only the program's end can reach.
struct Store {
    cnode: CNode,
    used: u32,
}

/// Where a program is built.
struct Site {
    calls: SystemCalls,
    own_space: AddressSpace,
    /// What everything is made of.
    memory: Untyped,
    /// Where what is in use goes; if there is none, it stays in this server's CNode.
    store: Option<Store>,
    /// What was made and is not in the store.
    loose: Vec<CPtr>,
    /// What is kept of the program's connection to the console.
    console: Option<Session>,
}

impl Site {
    const fn new(own_space: AddressSpace, memory: Untyped) -> Self {
        Self {
            calls: SystemCalls,
            own_space,
            memory,
            store: None,
            loose: Vec::new(),
            console: None,
        }
    }

    /// Maps pages of zeros, as many as a part has.
    fn part(&mut self, space: AddressSpace, address: u64) -> Result<(), Error> {
        let count = PART_PAGES as u32;
        let first = slots::allocate_run(count as usize).ok_or(Error::TooMany)?;
        let frames = first.0..first.0 + count;
        let made = self.memory.retype_many(
            Kind::Frame,
            PAGE.ilog2() as u8,
            CNode::OWN,
            first,
            PART_PAGES,
        );
        if let Err(refusal) = made {
            frames.for_each(|slot| slots::delete(CPtr(slot)));
            return Err(refused(refusal));
        }
        self.loose.extend(frames.clone().map(CPtr));
        let to = Mapping::plain(space, address, Rights::READ | Rights::WRITE);
        self.map_many(first, PART_PAGES, PAGE.ilog2() as u8, to)?;
        frames.map(CPtr).try_for_each(|frame| self.keep(frame))
    }

    /// Deletes what is not in the store.
    fn clear(&mut self) {
        self.loose.drain(..).for_each(slots::delete);
    }
}

impl Builder for Site {
    type Error = Error;
    type Calls = SystemCalls;

    fn calls(&mut self) -> &mut SystemCalls {
        &mut self.calls
    }

    fn own_space(&self) -> AddressSpace {
        self.own_space
    }

    fn make(&mut self, kind: Kind, size: u8) -> Result<CPtr, Error> {
        let slot = slots::allocate().ok_or(Error::TooMany)?;
        match self.memory.retype(kind, size, CNode::OWN, slot) {
            Ok(()) => {
                self.loose.push(slot);
                Ok(slot)
            }
            Err(refusal) => {
                slots::release(slot);
                Err(refused(refusal))
            }
        }
    }

    fn keep(&mut self, slot: CPtr) -> Result<(), Error> {
        let Some(store) = &mut self.store else {
            return Ok(());
        };
        store
            .cnode
            .move_from(CPtr(store.used), CNode::OWN, slot)
            .map_err(refused)?;
        store.used += 1;
        self.loose.retain(|loose| *loose != slot);
        slots::release(slot);
        Ok(())
    }

    fn error(_: &'static str, refusal: Refusal) -> Error {
        refused(refusal)
    }
}

/// A program that does not run yet.
struct Unfinished<'a> {
    site: &'a mut Site,
    parts: Parts,
}

impl Unfinished<'_> {
    /// Fills the program's CNode.
    fn connect(&mut self, kernel: &Kernel, order: &Order<'_>, files: CPtr) -> Result<(), Error> {
        let cnode = self.parts.cnode;
        let own = CNode::OWN;
        let notification = self.parts.notification.cptr();
        let both = Rights::READ | Rights::WRITE;
        let send = Rights::WRITE | Rights::GRANT;
        let client = client_of(order.pid);
        let process = Caller::new(client, kernel.endpoint.1);
        let [console, vfs, exit] = CONNECTIONS;
        cnode
            .copy(known::CNODE, own, cnode.cptr(), both)
            .map_err(refused)?;
        cnode
            .copy(known::NOTIFICATION, own, notification, both)
            .map_err(refused)?;
        match &order.console {
            Some(given) => cnode
                .move_from(console, own, given.slot())
                .map_err(refused)?,
            None => {
                let session = kernel.console.open(client, send).ok_or(Error::TooMany)?;
                session.connect(cnode, console).map_err(refused)?;
                self.site.console = Some(session);
            }
        }
        // The program holds the session itself: this server knows when its programs end, and keeps nothing by badge.
        cnode
            .mint(exit, own, kernel.endpoint.0, Rights::WRITE, process.badge())
            .map_err(refused)?;
        cnode.move_from(vfs, own, files).map_err(refused)
    }

    fn start(&mut self, kernel: &Kernel, order: &Order<'_>) -> Result<(), Error> {
        let (site, parts) = (&mut *self.site, self.parts);
        let faults = slots::allocate().ok_or(Error::TooMany)?;
        let rights = Rights::WRITE | Rights::GRANT;
        CNode::OWN
            .mint(
                faults,
                CNode::OWN,
                kernel.endpoint.0,
                rights,
                client_of(order.pid).into(),
            )
            .map_err(refused)?;
        let configured = parts.configure(site, faults, order.program.entry, ThreadUses::VECTORS);
        slots::delete(faults);
        configured?;
        let turn = Turn {
            control: kernel.control,
            urgency: Urgency::Priority(kernel.priority),
            time: Budget {
                budget_ns: TURN_NS,
                period_ns: TURN_NS,
            },
        };
        parts.schedule(site, turn)?;
        site.keep(parts.notification.cptr())?;
        site.keep(parts.sched.cptr())?;
        parts.thread.resume().map_err(refused)
    }
}

impl Building for Unfinished<'_> {
    fn page(
        &mut self,
        address: u64,
        rights: Rights,
        content: Option<(u64, &[u8])>,
    ) -> Result<(), Error> {
        let to = Mapping::plain(self.parts.space, address, rights);
        self.site.page(to, content)
    }

    fn part(&mut self, address: u64) -> Result<(), Error> {
        self.site.part(self.parts.space, address)
    }
}

fn startup_page(order: &Order<'_>, granted: Granted) -> Result<Vec<u8>, Error> {
    let entry = |name: &str, slot: CPtr| StartEntry {
        name: name.into(),
        kind: EntryKind::Client,
        slot: Slot(slot.0),
        v0: 0,
        v1: 0,
    };
    let [console, vfs, process] = CONNECTIONS;
    let entries = [
        entry("console", console),
        entry("vfs", vfs),
        entry("process", process),
    ];
    let page = StartupPage {
        name: order.name,
        heap_bytes: HEAP_PAGES * PAGE,
        first_free: FIRST_FREE,
        cnode_size: CNODE_SIZE,
        granted,
    };
    let mut bytes = [0; PAGE as usize];
    page.write(&mut bytes, &entries, order.arguments)
        .map_err(|_| Error::BadArguments)?;
    Ok(bytes.to_vec())
}

const _: () = assert!(STACK_TOP < STARTUP_PAGE && STARTUP_PAGE < HEAP_BASE);
