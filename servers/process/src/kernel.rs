//! Programs and components as the kernel knows them.

use alloc::vec::Vec;

use libipc::abi::startup::{Granted, slots as known};
use libipc::abi::syscall::ThreadState;
use libipc::objects::{AddressSpace, CNode, SchedControl, Thread, Untyped};
use libipc::{CPtr, Cap, Refusal, Session, Sessions, slots};
use proto::processes::{Error, State};
use weft_domain::disconnect;

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
        /// What is kept of its connection to the console, if it has one.
        console: Option<Session>,
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
    /// What of the processor this server may use, and so may the programs that it starts.
    pub granted: Granted,
    /// Sets priorities.
    pub control: SchedControl,
    /// The priority of programs.
    pub priority: u8,
    /// This server's endpoint and the number of its interface `process`.
    pub endpoint: (CPtr, u8),
    /// Connects programs to the console.
    pub console: Sessions,
    /// Connections to the console of programs that ended, until the console was told that nobody has them any more.
    pub ended: Vec<Session>,
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

    /// Drops the sessions of which the console knows that the program is gone. A program can have given its connection to
    /// another, which has it still.
    fn tidy(&mut self) {
        self.ended.retain(Session::is_needed);
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
        self.tidy();
        // If the program cannot be built, this is dropped, and the file system told.
        let connection: Cap<proto::vfs::Client> =
            self.sessions.open(order.pid).map_err(|_| Error::TooMany)?;
        let taken = self.memory.allocate(order.plan.block);
        let (block, untyped) = taken.map_err(|_| Error::OutOfMemory)?;
        let untyped = untyped.into_slot();
        match site::build(self, &order, file, untyped, connection.slot()) {
            Ok((objects, session)) => {
                // They were moved into the program's CNode.
                slots::release(connection.into_slot());
                if let Some(console) = order.console {
                    slots::release(console.into_slot());
                }
                Ok(Domain::Program {
                    block,
                    console: session,
                    objects,
                })
            }
            Err(error) => {
                self.release(block, &[untyped]);
                Err(error)
            }
        }
    }

    fn grow(&mut self, domain: &mut Domain, address: u64) -> Option<Result<(), Error>> {
        match domain {
            Domain::Program { objects, .. } => objects.grow(self.space, address),
            Domain::Component { .. } | Domain::Own { .. } => None,
        }
    }

    fn end(&mut self, domain: Domain) {
        match domain {
            // The server refuses to end itself.
            Domain::Own { .. } => {}
            Domain::Component {
                thread,
                cnode,
                driver,
            } => {
                slots::delete(thread);
                disconnect(CNode::from(cnode));
                if let (Some(driver), Some(pci)) = (driver, &self.pci) {
                    // Nothing more can be done if the bus server is gone: the memory is never used again.
                    let _ = pci.quiesce(driver);
                }
            }
            Domain::Program {
                block,
                console,
                objects,
            } => {
                self.release(block, &objects.slots());
                self.ended.extend(console);
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
