//! Programs and components as the kernel knows them.

use libipc::abi::startup::slots as known;
use libipc::abi::syscall::ThreadState;
use libipc::objects::{AddressSpace, CNode, SchedControl, Thread, Untyped};
use libipc::{CPtr, Cap, Refusal, slots};
use proto::processes::{Error, State};

use crate::build::File;
use crate::maker::{Description, Maker, Order};
use crate::site::{self, Objects};

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
    /// Makes what building takes, once.
    ///
    /// # Errors
    /// Why programs cannot be built.
    pub fn prepare(&self) -> Result<(), Error> {
        let (_, untyped) = self.memory.allocate(14).map_err(|_| Error::OutOfMemory)?;
        site::prepare(self.space, Untyped::from(untyped.into_slot()))
    }

    fn release(&self, block: u64, objects: &[CPtr]) {
        // Refused only if the block is not out; then there is nothing to free.
        let _ = self.memory.free(block);
        objects.iter().for_each(|slot| slots::release(*slot));
    }
}

impl Maker for Kernel {
    type Domain = Domain;

    fn make(&mut self, order: Order<'_>, file: &impl File) -> Result<Domain, Error> {
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
        match site::build(self, &order, file, untyped, connection.slot()) {
            Ok(objects) => {
                // They were moved into the program's CNode.
                slots::release(connection.into_slot());
                if let Some(console) = order.console {
                    slots::release(console.into_slot());
                }
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
                self.release(block, &objects.slots());
                let _ = self.sessions.close(session);
            }
        }
    }

    fn describe(&self, domain: &Domain) -> Option<Description> {
        let (thread, cnode) = match domain {
            Domain::Component { thread, cnode, .. } => (*thread, *cnode),
            Domain::Own { thread } => (*thread, known::CNODE),
            Domain::Program { objects, .. } => (objects.thread(), objects.cnode()),
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

/// Whatever the kernel refuses while a program is built comes down to memory.
pub(crate) fn refused(_: Refusal) -> Error {
    Error::OutOfMemory
}
