//! One program while it is being built: objects, pages, connections, start.

use alloc::vec::Vec;

use libipc::abi::cap::{CacheMode, MapFlags};
use libipc::abi::layout::{HEAP_BASE, MESSAGE_PAGE, PAGE, STACK_TOP, STARTUP_PAGE};
use libipc::abi::startup::{EntryKind, slots as known};
use libipc::objects::{
    AddressSpace, Budget, CNode, Frame, MapError, Notification, PageTable, SchedContext, Start,
    Thread, ThreadConfiguration, Untyped,
};
use libipc::{CPtr, Kind, Refusal, Rights, slots};
use proto::processes::Error;
use weft_spec::{Slot, StartEntry, StartupPage};

use crate::build::{Building, File, load};
use crate::kernel::{Kernel, make, refused};
use crate::maker::{Order, badge_of};
use crate::plan::{CNODE_SIZE, HEAP_PAGES};
use crate::window;

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
}

impl Objects {
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

/// Builds a program and lets it run.
///
/// # Errors
/// No memory, or a file that cannot be read. What was made goes with the program's block.
pub(crate) fn build(
    kernel: &Kernel,
    order: &Order<'_>,
    file: &impl File,
    untyped: CPtr,
    session: CPtr,
) -> Result<Objects, Error> {
    let memory = Untyped::from(untyped);
    let objects = Objects {
        untyped,
        store: make(memory, Kind::CNode, order.plan.store_size)?,
        cnode: make(memory, Kind::CNode, CNODE_SIZE)?,
        space: make(memory, Kind::AddressSpace, 0)?,
        thread: make(memory, Kind::Thread, 0)?,
    };
    let mut site = Site {
        kernel,
        objects,
        stored: 1,
    };
    load(order.program, file, &mut site)?;
    site.page(
        STARTUP_PAGE,
        Rights::READ,
        Some((0, &*startup_page(order)?)),
    )?;
    site.map_message_page()?;
    site.connect(order, session)?;
    site.start(order)?;
    Ok(objects)
}

/// A program that is being built.
struct Site<'a> {
    kernel: &'a Kernel,
    objects: Objects,
    stored: u32,
}

impl Site<'_> {
    fn memory(&self) -> Untyped {
        Untyped::from(self.objects.untyped)
    }

    fn space(&self) -> AddressSpace {
        AddressSpace::from(self.objects.space)
    }

    /// Moves a capability out of this server's CNode, where only the program's end can reach it.
    fn store(&mut self, slot: CPtr) -> Result<(), Error> {
        let place = CPtr(self.stored);
        CNode::from(self.objects.store)
            .move_from(place, CNode::OWN, slot)
            .map_err(refused)?;
        self.stored += 1;
        slots::release(slot);
        Ok(())
    }

    fn add_table(&mut self, address: u64) -> Result<(), Error> {
        let table = make(self.memory(), Kind::PageTable, 0)?;
        self.space()
            .map_table(PageTable::from(table), address)
            .map_err(refused)?;
        self.store(table)
    }

    fn map(&mut self, frame: CPtr, address: u64, rights: Rights) -> Result<(), Error> {
        let flags = MapFlags::new(rights, CacheMode::Normal);
        loop {
            match self.space().map(Frame::from(frame), address, flags) {
                Ok(()) => return Ok(()),
                Err(MapError::MissingTable { .. }) => self.add_table(address)?,
                Err(MapError::Refused(refusal)) => return Err(refused(refusal)),
            }
        }
    }

    /// Writes bytes into a frame that is mapped nowhere yet.
    fn fill(&self, frame: CPtr, offset: usize, bytes: &[u8]) -> Result<(), Error> {
        let flags = MapFlags::new(Rights::READ | Rights::WRITE, CacheMode::Normal);
        let frame = Frame::from(frame);
        self.kernel
            .space
            .map(frame, window::WINDOW, flags)
            .map_err(|_| Error::OutOfMemory)?;
        window::write(offset, bytes);
        frame.unmap().map_err(refused)
    }

    fn map_message_page(&mut self) -> Result<(), Error> {
        let thread = Thread::from(self.objects.thread);
        loop {
            match thread.map_message_page(self.space(), MESSAGE_PAGE) {
                Err(Refusal::NoTable) => self.add_table(MESSAGE_PAGE)?,
                mapped => return mapped.map_err(refused),
            }
        }
    }

    /// Fills the program's CNode.
    fn connect(&mut self, order: &Order<'_>, session: CPtr) -> Result<(), Error> {
        let cnode = CNode::from(self.objects.cnode);
        let own = CNode::OWN;
        let notification = make(self.memory(), Kind::Notification, 0)?;
        let both = Rights::READ | Rights::WRITE;
        let send = Rights::WRITE | Rights::GRANT;
        let client = badge_of(order.pid);
        let process = client | u64::from(self.kernel.endpoint.1) << 32;
        let [console, vfs, exit] = CONNECTIONS;
        cnode
            .copy(known::CNODE, own, self.objects.cnode, both)
            .map_err(refused)?;
        cnode
            .copy(known::NOTIFICATION, own, notification, both)
            .map_err(refused)?;
        cnode
            .mint(console, own, self.kernel.console, send, client)
            .map_err(refused)?;
        cnode
            .mint(exit, own, self.kernel.endpoint.0, Rights::WRITE, process)
            .map_err(refused)?;
        cnode.move_from(vfs, own, session).map_err(refused)?;
        Thread::from(self.objects.thread)
            .bind(Notification::from(notification))
            .map_err(refused)?;
        self.store(notification)
    }

    fn start(&mut self, order: &Order<'_>) -> Result<(), Error> {
        let thread = Thread::from(self.objects.thread);
        let faults = slots::allocate().ok_or(Error::TooMany)?;
        let endpoint = self.kernel.endpoint.0;
        let rights = Rights::WRITE | Rights::GRANT;
        CNode::OWN
            .mint(faults, CNode::OWN, endpoint, rights, badge_of(order.pid))
            .map_err(refused)?;
        let parts = ThreadConfiguration {
            cnode: CNode::from(self.objects.cnode),
            space: self.space(),
            fault_endpoint: faults,
        };
        let configured = thread.configure(parts);
        slots::delete(faults);
        configured.map_err(refused)?;
        let start = Start {
            ip: order.program.entry,
            sp: STACK_TOP,
            arguments: [STARTUP_PAGE, 0],
            thread_block: 0,
        };
        thread.set_start(start).map_err(refused)?;
        let sched = make(self.memory(), Kind::SchedContext, 0)?;
        let turn = Budget {
            budget_ns: TURN_NS,
            period_ns: TURN_NS,
        };
        let context = SchedContext::from(sched);
        self.kernel
            .control
            .configure(context, self.kernel.priority, turn)
            .map_err(refused)?;
        context.bind(thread).map_err(refused)?;
        self.store(sched)?;
        thread.resume().map_err(refused)
    }
}

impl Building for Site<'_> {
    fn page(
        &mut self,
        address: u64,
        rights: Rights,
        content: Option<(usize, &[u8])>,
    ) -> Result<(), Error> {
        let frame = make(self.memory(), Kind::Frame, PAGE.ilog2() as u8)?;
        if let Some((offset, bytes)) = content {
            self.fill(frame, offset, bytes)?;
        }
        self.map(frame, address, rights)?;
        self.store(frame)
    }
}

fn startup_page(order: &Order<'_>) -> Result<Vec<u8>, Error> {
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
    };
    let mut bytes = [0; PAGE as usize];
    page.write(&mut bytes, &entries, order.arguments)
        .map_err(|_| Error::BadArguments)?;
    Ok(bytes.to_vec())
}

const _: () = assert!(STACK_TOP < STARTUP_PAGE && STARTUP_PAGE < HEAP_BASE);
