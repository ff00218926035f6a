//! What the kernel gives to root: initial capabilities and the boot information page.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::CPtr;

/// Text that enters the ABI hash.
pub(crate) const DESCRIPTION: &str = "boot:1 cnode1 thread2 space3 sched4 reply5 irqcontrol6 ports7 log8 machine9 schedcontrol10 \
     untypeds16 schedcontrols144; info:magic,abi,untyped_count,first_free,image_base,image_len,ns,table,cores,untypeds[128]{base,size,class,core,slot}";

/// Root's own CNode.
pub const CNODE: CPtr = CPtr(1);
/// Root's own thread.
pub const THREAD: CPtr = CPtr(2);
/// Root's own address space.
pub const SPACE: CPtr = CPtr(3);
/// Root's own scheduling context.
pub const SCHED: CPtr = CPtr(4);
/// A reply object for root.
pub const REPLY: CPtr = CPtr(5);
/// The right to make interrupt handlers.
pub const IRQ_CONTROL: CPtr = CPtr(6);
/// All I/O ports (empty on architectures without).
pub const PORTS: CPtr = CPtr(7);
/// The kernel log.
pub const LOG: CPtr = CPtr(8);
/// The power switch.
pub const MACHINE: CPtr = CPtr(9);
/// The right to set any priority.
pub const SCHED_CONTROL: CPtr = CPtr(10);
/// The first untyped; the others follow.
pub const UNTYPEDS: CPtr = CPtr(16);
/// log2 of the number of slots in root's CNode.
pub const CNODE_SIZE: u8 = 15;
/// The greatest number of untypeds at boot.
pub const MAX_UNTYPEDS: usize = 128;
/// The right to set any priority on core `n`, from 1 on, is `n` slots further; that on core 0 is [`SCHED_CONTROL`].
pub const SCHED_CONTROLS: CPtr = CPtr(144);

/// The right to set any priority on a core.
pub const fn sched_control(core: u8) -> CPtr {
    match core {
        0 => SCHED_CONTROL,
        core => CPtr(SCHED_CONTROLS.0.wrapping_add(core as u32)),
    }
}

/// The greatest number of cores.
pub const MAX_CORES: usize = 64;

/// `BootInfo::magic`.
pub const MAGIC: u64 = u64::from_le_bytes(*b"WEFTBOOT");

/// The boot information page.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct BootInfo {
    /// [`MAGIC`].
    pub magic: u64,
    /// The kernel's ABI hash.
    pub abi_hash: u64,
    /// How many entries of `untypeds` are used.
    pub untyped_count: u64,
    /// The first free slot of root's CNode.
    pub first_free: u64,
    /// Physical address of the boot image (inside untypeds of class Retained).
    pub image_base: u64,
    /// Length of the boot image in bytes.
    pub image_len: u64,
    /// Clock reading (ns since the kernel's first instruction) when root was started.
    pub started_ns: u64,
    /// Physical address of the ACPI root pointer or device tree; 0 if there is none.
    pub firmware_table: u64,
    /// How many cores run.
    pub cores: u64,
    /// The memory of the machine; at the end what held the part of the kernel that only boots.
    pub untypeds: [UntypedEntry; MAX_UNTYPEDS],
}

/// One untyped that root starts with.
#[derive(Clone, Copy, Default, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct UntypedEntry {
    /// Physical address.
    pub base: u64,
    /// log2 of the size in bytes.
    pub size: u8,
    /// [`MemoryClass`](crate::cap::MemoryClass).
    pub class: u8,
    /// The core that the memory, and so all objects made of it, belong to.
    pub core: u8,
    /// Zero.
    pub reserved: u8,
    /// Slot in root's CNode.
    pub slot: u32,
}
