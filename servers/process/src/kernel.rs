//! Programs and components as the kernel knows them.

use alloc::vec::Vec;

use libipc::abi::cap::{CacheMode, MapFlags};
use libipc::abi::layout::{HEAP_BASE, MESSAGE_PAGE, PAGE, STACK_TOP, STARTUP_PAGE};
use libipc::abi::startup::{EntryKind, slots as known};
use libipc::abi::syscall::ThreadState;
use libipc::objects::{
    AddressSpace, Budget, CNode, Frame, MapError, Notification, PageTable, SchedContext,
    SchedControl, Start, Thread, ThreadConfiguration, Untyped,
};
use libipc::{CPtr, Cap, Kind, Refusal, Rights, slots};
use proto::processes::{Error, State};
use weft_spec::badge::FIRST_SESSION;
use weft_spec::{ComponentId, Slot, StartEntry, StartupPage, badge};

use crate::build::{Building, File, load};
use crate::plan::{CNODE_SIZE, HEAP_PAGES, Plan};
use crate::program::Program;
use crate::window;

/// Slots of a program's CNode that hold its connections.
const CONNECTIONS: [CPtr; 3] = [CPtr(8), CPtr(9), CPtr(10)];
/// The first slot that a program finds free.
const FIRST_FREE: u32 = 11;
/// How long a program runs before others of its priority do.
const TURN_NS: u64 = 10_000_000;

/// What a program is built from.
pub struct Order<'a> {
    /// Its number.
    pub pid: u32,
    /// Its name; at most 32 bytes.
    pub name: &'a str,
    /// Its arguments.
    pub arguments: &'a [&'a str],
    /// Its segments.
    pub program: &'a Program,
    /// Its memory.
    pub plan: Plan,
}

/// What can be told of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Description {
    /// What it does.
    pub state: State,
    /// Processor time that it used.
    pub cpu_ns: u64,
    /// Its priority.
    pub priority: u8,
    /// Capabilities that it holds.
    pub capabilities: u32,
}

/// Makes, describes and ends processes.
pub trait Maker {
    /// What is kept of a process.
    type Domain;

    /// Builds a program and lets it run.
    ///
    /// # Errors
    /// No memory, or a file that cannot be read; nothing is left of it then.
    fn make(&mut self, order: &Order<'_>, file: &impl File) -> Result<Self::Domain, Error>;

    /// Ends a process and frees what it had.
    fn end(&mut self, domain: Self::Domain);

    /// Tells what a process does.
    fn describe(&self, domain: &Self::Domain) -> Option<Description>;
}

/// A process as this server holds it.
#[derive(Debug)]
pub enum Domain {
    /// A component that root built.
    Component {
        /// Its thread; the original capability.
        thread: CPtr,
        /// Its CNode.
        cnode: CPtr,
        /// Its number as a client, if its device must be silenced when it ends.
        driver: Option<u32>,
    },
    /// This server itself.
    Own {
        /// Its thread.
        thread: CPtr,
    },
    /// A program that this server built.
    Program {
        /// Its block of memory.
        block: u64,
        /// Its session at the file system.
        session: u32,
        /// Its objects.
        objects: Objects,
    },
}

/// The capabilities that stay with this server.
#[derive(Clone, Copy, Debug)]
pub struct Objects {
    untyped: CPtr,
    store: CPtr,
    cnode: CPtr,
    space: CPtr,
    thread: CPtr,
}

/// The connections and rights that building takes.
pub struct Kernel {
    /// Gives memory.
    pub memory: proto::memory::Client,
    /// Gives sessions at the file system.
    pub sessions: proto::vfs_sessions::Client,
    /// Silences devices.
    pub pci: Option<proto::pci_control::Client>,
    /// Sets priorities.
    pub control: SchedControl,
    /// The priority of programs.
    pub priority: u8,
    /// This server's endpoint and the number of its interface `process`.
    pub endpoint: (CPtr, u8),
    /// The console's endpoint, to make connections from.
    pub console: CPtr,
    /// This server's own address space.
    pub space: AddressSpace,
}

impl Kernel {
    /// Adds the page table that the window needs.
    ///
    /// # Errors
    /// Why programs cannot be built.
    pub fn prepare(&self) -> Result<(), Error> {
        let (_, untyped) = self.memory.allocate(14).map_err(|_| Error::OutOfMemory)?;
        let untyped = Untyped::from(untyped.into_slot());
        loop {
            let table = make(untyped, Kind::PageTable, 0)?;
            match self.space.map_table(PageTable::from(table), window::WINDOW) {
                Ok(1) | Err(Refusal::AlreadyMapped) => return Ok(()),
                Ok(_) => {}
                Err(_) => return Err(Error::OutOfMemory),
            }
        }
    }

    fn build(
        &self,
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
            kernel: self,
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

    fn release(&self, block: u64, objects: &[CPtr]) {
        // Refused only if the block is not out; then there is nothing to free.
        let _ = self.memory.free(block);
        objects.iter().for_each(|slot| slots::release(*slot));
    }
}

impl Maker for Kernel {
    type Domain = Domain;

    fn make(&mut self, order: &Order<'_>, file: &impl File) -> Result<Domain, Error> {
        let (session, connection) = self.sessions.open(order.pid).map_err(|_| Error::TooMany)?;
        let connection: Cap<proto::vfs::Client> = connection;
        let (block, untyped) = match self.memory.allocate(order.plan.block) {
            Ok(taken) => taken,
            Err(_) => {
                let _ = self.sessions.close(session);
                return Err(Error::OutOfMemory);
            }
        };
        let untyped = untyped.into_slot();
        match self.build(order, file, untyped, connection.slot()) {
            Ok(objects) => {
                // It was moved into the program's CNode.
                slots::release(connection.into_slot());
                Ok(Domain::Program {
                    block,
                    session,
                    objects,
                })
            }
            Err(error) => {
                self.release(block, &[untyped]);
                let _ = self.sessions.close(session);
                Err(error)
            }
        }
    }

    fn end(&mut self, domain: Domain) {
        match domain {
            // The server refuses to end itself.
            Domain::Own { .. } => {}
            Domain::Component { thread, driver, .. } => {
                slots::delete(thread);
                if let (Some(driver), Some(pci)) = (driver, &self.pci) {
                    // Nothing more can be done if the bus server is gone: the memory is never used again.
                    let _ = pci.quiesce(driver);
                }
            }
            Domain::Program {
                block,
                session,
                objects,
            } => {
                let Objects {
                    untyped,
                    store,
                    cnode,
                    space,
                    thread,
                } = objects;
                self.release(block, &[untyped, store, cnode, space, thread]);
                let _ = self.sessions.close(session);
            }
        }
    }

    fn describe(&self, domain: &Domain) -> Option<Description> {
        let (thread, cnode) = match domain {
            Domain::Component { thread, cnode, .. } => (*thread, *cnode),
            Domain::Own { thread } => (*thread, known::CNODE),
            Domain::Program { objects, .. } => (objects.thread, objects.cnode),
        };
        let told = Thread::from(thread).describe().ok()?;
        let state = match told.state {
            Some(ThreadState::Ready | ThreadState::Throttled) => State::Running,
            Some(ThreadState::Faulted) => State::Faulted,
            Some(ThreadState::Suspended) => State::Starting,
            _ => State::Waiting,
        };
        let capabilities = CNode::from(cnode)
            .count()
            .map_or(0, |count| count.used as u32);
        Some(Description {
            state,
            cpu_ns: told.cpu_ns,
            priority: told.priority,
            capabilities,
        })
    }
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

/// The badge of a program's connections and faults.
fn badge_of(pid: u32) -> u64 {
    u64::from(FIRST_SESSION + pid)
}

/// The process that a client number means: a component's number plus one, or a program's.
pub fn pid_of(client: u32) -> u32 {
    client.checked_sub(FIRST_SESSION).unwrap_or(client)
}

/// The process number and the client number of a component.
pub fn component_pid(id: ComponentId) -> u32 {
    badge::of_faults(id) as u32
}

fn make(untyped: Untyped, kind: Kind, size: u8) -> Result<CPtr, Error> {
    let slot = slots::allocate().ok_or(Error::TooMany)?;
    match untyped.retype(kind, size, CNode::OWN, slot) {
        Ok(()) => Ok(slot),
        Err(refusal) => {
            slots::release(slot);
            Err(refused(refusal))
        }
    }
}

fn refused(_: Refusal) -> Error {
    Error::OutOfMemory
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
