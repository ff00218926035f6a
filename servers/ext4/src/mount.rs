//! Mounting: from a block cache to a volume in use.

use block_cache::{BatchDevice, BlockCache, CacheError};
use rsext4::{
    Ext4, Ext4Error, Ext4Result, MountOptions, MountServices, MountedServices, NoopObserver,
};

use crate::{
    Clock, FileSystem, MountError, Restriction,
    device::Port,
    guard::{Guard, Recovery},
    mount_error::Damage,
    superblock::Superblock,
};

/// The engine with everything it needs.
pub(crate) type Engine<D> = Ext4<Port<D>, MountedServices<(), NoopObserver>>;

/// What a volume may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading only.
    ReadOnly,
    /// Reading, and writing if the volume allows it.
    ReadWrite,
}

/// How to mount.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// What to mount for, at most.
    pub access: Access,
    /// Where times come from.
    pub clock: Clock,
    /// How much memory committed metadata may take until they are brought to their place on disk,
    /// in bytes. A larger value makes many small changes cheaper.
    pub journal_memory: usize,
}

impl Options {
    /// Returns the usual options: read-write, 2 MiB of journal memory.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            access: Access::ReadWrite,
            clock,
            journal_memory: 2 << 20,
        }
    }
}

impl<D: BatchDevice> FileSystem<D> {
    /// Mounts the volume in `cache`, replaying the journal if there is something in it.
    ///
    /// A volume that can be read but should not be written is mounted read-only;
    /// [`FileSystem::restriction`] tells why.
    ///
    /// # Errors
    ///
    /// See [`MountError`]; the volume is as before but for a replayed journal.
    pub fn mount(mut cache: BlockCache<D>, options: Options) -> Result<Self, MountError> {
        let superblock = Superblock::read(&mut cache)?;
        let asked = (options.access == Access::ReadOnly).then_some(Restriction::Asked);
        let device = cache.is_read_only().then_some(Restriction::Device);
        if device.is_some() && superblock.needs_replay() {
            return Err(MountError::ReplayNeedsWriting);
        }
        let restriction = device.or(superblock.restriction()).or(asked);
        let guard = match restriction {
            Some(_) => None,
            None => {
                let guard = Guard::new(&mut cache, &superblock.layout, superblock.has_journal);
                Some(guard.map_err(cache_error)?)
            }
        };
        let port = Port::new(cache, guard, options.clock);
        let engine = start(&port, restriction).map_err(|error| {
            if !superblock.needs_replay() {
                // The mark was ours. If it stays, the next mount finds an empty journal.
                let _ = port.mark(Recovery::Done);
            }
            mount_error(&port, error)
        })?;
        Ok(Self::mounted(
            port,
            engine,
            options,
            restriction,
            superblock.nodes,
        ))
    }
}

/// Starts an engine on the volume behind `port`.
pub(crate) fn start<D: BatchDevice>(
    port: &Port<D>,
    restriction: Option<Restriction>,
) -> Ext4Result<Engine<D>> {
    let options = match restriction {
        None => MountOptions::read_write(),
        Some(Restriction::Device) => MountOptions::read_only_no_journal_replay(),
        Some(_) => MountOptions {
            readonly: true,
            ..MountOptions::read_write()
        },
    };
    port.mark(Recovery::Needed)?;
    let services = MountServices::new(EngineClock(port.clock), (), NoopObserver);
    Ext4::mount(port.clone(), services, options)
}

fn mount_error<D: BatchDevice>(port: &Port<D>, error: Ext4Error) -> MountError {
    match (
        MountError::from_engine(error),
        port.shared.borrow().last_error,
    ) {
        (MountError::Device(_), Some(error)) => cache_error(error),
        (error, _) => error,
    }
}

/// Returns what a failure of the cache means for a mount.
fn cache_error(error: CacheError) -> MountError {
    match error {
        CacheError::OutOfRange => {
            MountError::Superblock(Damage::Geometry("group_descriptor:outside_device"))
        }
        error => MountError::Device(error),
    }
}

/// The clock in the form that the engine wants.
struct EngineClock(Clock);

impl rsext4::Clock for EngineClock {
    fn now(&self) -> Ext4Result<rsext4::Ext4Timestamp> {
        Ok((self.0)().to_engine())
    }
}
