//! The system calls: number, name, object, arguments, results.
//!
//! One table makes the enum, the decoder and the description that enters the ABI hash.
//!
//! Register convention. Arguments are `a0 … a8`; results overwrite them; the status (0, or a
//! [`Refusal`](crate::Refusal) number) comes back in the number's register.
//!
//! | | number / status | a0 | a1 | a2 | a3 | a4 | a5 | a6 | a7 | a8 |
//! |---|---|---|---|---|---|---|---|---|---|---|
//! | x86_64 (`syscall`) | rax | rdi | rsi | r12 | r13 | r14 | r15 | r8 | r9 | upper half of rdi |
//! | aarch64 (`svc #0`) | x8 | x0 | x1 | x20 | x21 | x22 | x23 | x24 | x25 | upper half of x0 |
//!
//! Every other register is destroyed by a system call, vector registers and what controls them included, except the stack
//! pointer and the thread-block register (FS base, TPIDR_EL0). `a0` is always the capability that is invoked, and `a8` a second one: both are
//! pointers of 32 bits, so that one register holds them. As a result `a0` fills its register.
//!
//! A number that is not in the table is a fault ([`FaultKind::BadSyscall`](crate::FaultKind)), not a refusal.

use bitflags::bitflags;

/// How many argument registers a system call has (`a0 … a8`).
pub const ARGUMENTS: usize = 9;

macro_rules! syscalls {
    ($($(#[doc = $doc:literal])+ $number:literal $name:ident $signature:literal;)+) => {
        /// A system call's number.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Syscall {
            $($(#[doc = $doc])+ #[doc = ""] #[doc = concat!("`", $signature, "`")] $name = $number,)+
        }

        impl Syscall {
            /// Every system call, in the order of the table.
            pub const ALL: &'static [Syscall] = &[$(Syscall::$name,)+];

            /// Decodes a number; `None` if no system call has it.
            #[inline]
            pub const fn from_number(number: u64) -> Option<Self> {
                match number { $($number => Some(Syscall::$name),)+ _ => None }
            }

            /// The call's name as it stands in the table.
            pub const fn name(self) -> &'static str {
                match self { $(Syscall::$name => stringify!($name),)+ }
            }

            /// What it does, a line of the table a string.
            pub const fn description(self) -> &'static [&'static str] {
                match self { $(Syscall::$name => &[$($doc),+],)+ }
            }

            /// Arguments and results, as they stand in the table.
            pub const fn signature(self) -> &'static str {
                match self { $(Syscall::$name => $signature,)+ }
            }
        }

        /// The table as text; enters the ABI hash.
        pub(crate) const DESCRIPTION: &str =
            concat!($(stringify!($number), " ", stringify!($name), " ", $signature, "\n",)+);
    };
}

syscalls! {
    /// Does nothing; measures the way in and out of the kernel.
    0 Null "() -> ()";
    /// Sends a message and waits for the answer. Donates the caller's scheduling context to a server
    /// that has none. Needs WRITE; needs GRANT to send capabilities.
    1 Call "(endpoint, info, w0..w5) -> (0, info, w0..w5)";
    /// Sends a message without waiting for an answer; blocks until it is received. Needs WRITE.
    2 Send "(endpoint, info, w0..w5) -> ()";
    /// Waits for a message, for a signal on the bound notification, or for a client to be gone. Needs READ. Signals come
    /// first, but after them it is the turn of a message that waits.
    /// `reply` is an unused Reply capability that will hold the right to answer.
    3 Recv "(endpoint, -, -, -, -, -, -, -, reply) -> (badge, info, w0..w5)";
    /// Answers the caller held by a Reply capability.
    4 Reply "(reply, info, w0..w5) -> ()";
    /// Answers through `reply` (if it holds a caller), then waits as `Recv` with the same reply capability.
    5 ReplyRecv "(endpoint, info, w0..w5, reply) -> (badge, info, w0..w5)";
    /// ORs the capability's badge into the notification word and wakes a waiter. Needs WRITE.
    6 Signal "(notification) -> ()";
    /// Waits until the notification word is not zero, then takes it. Needs READ.
    /// `deadline` is in ns of the monotonic clock; `u64::MAX` waits for ever.
    7 Wait "(notification, deadline) -> (word)";
    /// Takes the notification word if it is not zero, else refuses with EMPTY. Needs READ.
    8 Poll "(notification) -> (word)";
    /// Lets other ready threads of the same priority run.
    9 Yield "() -> ()";
    /// Reads the monotonic clock, in ns since boot.
    10 Clock "() -> (-, ns)";
    /// Signals one notification, then waits for another as `Wait` does, and hands the processor directly to the thread
    /// that the signal wakes. Needs WRITE on the first, READ on `awaited`. Refuses BUSY if another thread waits there,
    /// and nothing is signalled; TIMED_OUT tells that the signal was sent.
    11 SignalWait "(notification, deadline, -, -, -, -, -, -, awaited) -> (word)";

    /// Makes `count` objects (1 to 4096) of one kind in consecutive empty slots. `size` is log2: slots for a CNode
    /// (2 to 16), bytes for Untyped (12 to 62) and Frame (12, 21 or 30), ignored for other kinds. RAM is cleared.
    /// Refuses OUT_OF_RANGE beyond any of these. More than 256 objects are made in parts, and so are fewer if an
    /// interrupt comes: what another thread takes away in between is refused only then, with `next_index` the first
    /// slot that was not filled.
    16 UntypedRetype "(untyped, kind, size, cnode, first_index, count) -> (-, -, -, -, next_index)";
    /// Describes an untyped: physical base (0 without PHYS), log2 of its size, free bytes, memory class.
    17 UntypedInfo "(untyped) -> (-, base, size, free, class)";

    /// Derives a capability with the same badge and at most `rights` into an empty slot. Needs WRITE on both CNodes.
    20 CNodeCopy "(cnode, index, from_cnode, from_index, rights) -> ()";
    /// As CNodeCopy, and gives an unbadged endpoint or notification a badge (not 0). A badged endpoint with WRITE is a
    /// session: when its last copy is deleted, the server receives its badge with the mark GONE. For IoPorts the badge narrows
    /// the range: first port | last port << 16. For SchedControl it lowers the greatest priority.
    21 CNodeMint "(cnode, index, from_cnode, from_index, rights, badge) -> ()";
    /// Moves a capability, with its place in the derivation, into an empty slot.
    22 CNodeMove "(cnode, index, from_cnode, from_index) -> ()";
    /// Deletes a capability. Deleting an object's original capability destroys the object and all its capabilities.
    23 CNodeDelete "(cnode, index) -> ()";
    /// Deletes everything derived from a capability, but not the capability itself.
    24 CNodeRevoke "(cnode, index) -> ()";
    /// Describes a slot: kind | rights << 8 | original << 16 | untold << 17 | copied << 18, badge, an identity equal for
    /// capabilities of one object. An empty slot has kind 0. Untold: the last copy of this session is deleted, and its
    /// server has not received that yet; it will not if the session is deleted before. Copied: copies of this session
    /// exist. Needs READ.
    25 CNodeInspect "(cnode, index) -> (-, kind_rights, badge, identity)";
    /// The number of slots and of used slots. Needs READ.
    26 CNodeInfo "(cnode) -> (-, slots, used)";

    /// Sets a thread's CSpace, address space, fault endpoint and timeout endpoint (0 for none). The thread must be
    /// suspended. Needs WRITE on all of them. The timeout endpoint is told, as of a fault, when the budget of a client
    /// ends while the thread works for it, if the thread has a scheduling context of its own to finish on. `uses` is 1
    /// if the thread may use vector registers (see ThreadUses), else 0.
    30 ThreadConfigure "(thread, cnode, space, fault_endpoint, timeout_endpoint, uses) -> ()";
    /// Sets where a suspended thread goes on, its first two arguments and its thread-block register.
    31 ThreadWriteRegisters "(thread, ip, sp, argument0, argument1, thread_block) -> ()";
    /// Reads a suspended thread's instruction and stack pointer and flags; all registers go to the batch area.
    32 ThreadReadRegisters "(thread) -> (-, ip, sp, flags, count)";
    /// Makes a suspended or faulted thread run. A cancelled system call is not repeated; a faulted instruction is.
    33 ThreadResume "(thread) -> ()";
    /// Stops a thread wherever it is; a blocked system call is cancelled (CANCELLED when resumed).
    34 ThreadSuspend "(thread) -> ()";
    /// Maps the thread's message page, readable and writable, at a page address of a space.
    35 ThreadMapMessagePage "(thread, space, address) -> ()";
    /// Binds a notification, so that Recv also wakes for its signals; 0 unbinds.
    36 ThreadBindNotification "(thread, notification) -> ()";
    /// State (see ThreadState), CPU time in ns, effective priority, and the last fault's kind | the core that has the
    /// thread << 8. Of one that computes on another core, the CPU time is what it was when it went there.
    37 ThreadInfo "(thread) -> (-, state, cpu_ns, priority, fault_core)";
    /// Counts a thread among an endpoint's servers before it first receives there, so that callers are told if it dies
    /// until then. Needs READ on the endpoint.
    38 ThreadServe "(thread, endpoint) -> ()";
    /// Says whether a thread may run on the core that `control` is of, besides its own (see Affinity). There it computes: for
    /// a system call or fault it comes home by itself, and goes there again later. It moves only while it runs on a
    /// scheduling context of its own without deadlines, its priority is not greater than any of these controls allows, no
    /// reply object is tied to it, and its address space and fault endpoint are of its own core. While it is away, what is
    /// said here of its scheduling context is refused as BUSY. Needs WRITE.
    39 ThreadSetAffinity "(control, thread, affinity) -> ()";

    /// Sets priority (0..=63 but for 47, at most the control's), budget and period in ns (equal: plain round robin).
    40 SchedConfigure "(control, sched, priority, budget, period) -> ()";
    /// Gives a thread a scheduling context of its own.
    41 SchedBind "(sched, thread) -> ()";
    /// Takes it back.
    42 SchedUnbind "(sched) -> ()";
    /// Sets a thread's ceiling: it runs at least at this priority, whoever lends it a scheduling context. At most
    /// the control's greatest priority, and not 47.
    43 SchedSetCeiling "(control, thread, ceiling) -> ()";
    /// Lets a scheduling context run by deadlines: at priority 47, earliest deadline first, `budget` ns in each `period`
    /// and no more. `blocking` is the longest that others may keep the processor from it: servers above 47 that work
    /// for somebody else. Refuses OVERLOADED if the deadlines of the core's contexts could not all be met. The
    /// control must allow priority 47.
    54 SchedSetDeadline "(control, sched, budget, period, blocking) -> ()";
    /// Sets how much of its budget a caller must have left: who has less calls when the budget comes back, and whose
    /// budget is not 10 us longer is refused BUDGET_TOO_SHORT. 0 for any. Needs READ.
    55 EndpointSetMinBudget "(endpoint, min_budget) -> ()";

    /// Maps a frame; mapping it again at the same address changes rights. Needs READ on the frame, WRITE and
    /// EXECUTE as `flags` asks; never both. Refuses NO_TABLE with the missing level (1 is the last).
    44 SpaceMap "(space, frame, address, flags) -> (-, missing_level)";
    /// Removes the mapping made through this frame capability.
    45 SpaceUnmap "(frame) -> ()";
    /// Hangs a page table into the first missing level for an address.
    46 SpaceMapTable "(space, table, address) -> (-, level)";
    /// Physical address (needs PHYS) and log2 of the size of a frame.
    47 FrameInfo "(frame) -> (-, physical, size)";
    /// As SpaceMap, of `count` frames (1 to 512) of one size in consecutive slots of the caller's CNode, one behind the
    /// other. Ends at the first that is of another size or cannot be mapped, and says how many were; refuses only if none was. `done` is 0: the
    /// kernel counts there when it lets interrupts in between.
    48 SpaceMapMany "(space, first_frame, address, flags, count, done) -> (-, mapped)";
    /// As SpaceUnmap, of `count` frames (1 to 512) in consecutive slots of the caller's CNode. Ends at the first that
    /// is not mapped, and says how many were unmapped; refuses only if none was. `done` is 0, as in SpaceMapMany.
    49 SpaceUnmapMany "(first_frame, count, done) -> (-, unmapped)";

    /// Makes the handler of an interrupt line. `mode`: 0 edge/high, 1 level/low, 2 level/high.
    50 IrqCreate "(control, line, mode, cnode, index) -> ()";
    /// Makes the handler of a message-signalled interrupt for the device with a place on its bus (of PCI: bus, device and
    /// function, 8, 5 and 3 bits); returns what it must write. Where the interrupt controller is not told who writes (x86_64,
    /// GICv2), every device can raise the interrupt.
    51 IrqCreateMsi "(control, cnode, index, device) -> (-, address, data)";
    /// Sets which notification the interrupt signals, with that capability's badge; 0 unbinds.
    52 IrqBind "(irq, notification) -> ()";
    /// Allows the next interrupt.
    53 IrqAck "(irq) -> ()";

    /// Reads an I/O port of width 1, 2 or 4 bytes (x86 only).
    56 PortRead "(ports, port, width) -> (-, value)";
    /// Writes an I/O port of width 1, 2 or 4 bytes (x86 only).
    57 PortWrite "(ports, port, width, value) -> ()";

    /// Lets the threads of a space read the processor's counters: of time-stamps on x86_64 (RDTSC, RDTSCP), of cycles and of
    /// virtual time on aarch64 (PMCCNTR_EL0, CNTVCT_EL0). Without, that is a fault. Refuses BUSY if `space` is a copy or
    /// was copied, as for a thread. `control` is of the space's core; needs WRITE on both.
    58 SpaceAllowCounters "(control, space) -> ()";

    /// Appends `length` bytes of the batch area to the kernel log. Needs WRITE.
    60 LogWrite "(log, length) -> ()";
    /// Copies log text from a position on into the batch area: length and next position. Needs READ.
    61 LogRead "(log, position) -> (-, length, next)";
    /// Ends the machine with a code (0..=127) where the board can tell it, else switches off. Needs WRITE.
    62 MachineOff "(machine, code) -> ()";
}

/// A thread's state as `ThreadInfo` reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ThreadState {
    /// Not started, or stopped by `ThreadSuspend`.
    Suspended = 0,
    /// Running or ready to run.
    Ready = 1,
    /// Waits in Call or Send for a receiver.
    Sending = 2,
    /// Waits in Recv.
    Receiving = 3,
    /// Waits for an answer.
    AwaitingReply = 4,
    /// Waits for a notification.
    Waiting = 5,
    /// Faulted, and its handler has not answered (or there is none).
    Faulted = 6,
    /// Ready, but its scheduling context has no budget until the next period, or it has none.
    Throttled = 7,
}

impl ThreadState {
    /// Decodes what `ThreadInfo` returned.
    pub const fn from_number(number: u64) -> Option<Self> {
        Some(match number {
            0 => Self::Suspended,
            1 => Self::Ready,
            2 => Self::Sending,
            3 => Self::Receiving,
            4 => Self::AwaitingReply,
            5 => Self::Waiting,
            6 => Self::Faulted,
            7 => Self::Throttled,
            _ => return None,
        })
    }
}

/// What `ThreadSetAffinity` says of a thread and a core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Affinity {
    /// It does not run there.
    Never = 0,
    /// It may be given to that core when that has nothing else to do and others wait where the thread is.
    WhenIdle = 1,
    /// It is to run there whenever it has computed for longer than its budget at home. Of the thread's own core: it is to
    /// stay there.
    Preferred = 2,
}

impl Affinity {
    /// Decodes the argument of `ThreadSetAffinity`.
    pub const fn from_number(number: u64) -> Option<Self> {
        Some(match number {
            0 => Self::Never,
            1 => Self::WhenIdle,
            2 => Self::Preferred,
            _ => return None,
        })
    }
}

bitflags! {
    /// What of the processor a thread may use besides the general registers, as `ThreadConfigure` is told.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct ThreadUses: u64 {
        /// The vector and floating-point registers. Without, such an instruction is a fault
        /// ([`FaultKind::Undefined`](crate::FaultKind)). A system call destroys them: they begin again as on a processor
        /// that was reset, control registers included, or with what the thread had there itself when an interrupt took
        /// the processor away before the call. Interrupts and faults keep them.
        const VECTORS = 1;
    }
}

/// The greatest priority of a scheduling context.
pub const MAX_PRIORITY: u8 = 63;

/// How much longer, in ns, a caller's budget must be than what a server asks for: the way to the call takes some of it.
pub const BUDGET_MARGIN_NS: u64 = 10_000;

/// `deadline` of `Wait` that never comes.
pub const NO_DEADLINE: u64 = u64::MAX;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_decodes_to_its_own_call() {
        for call in Syscall::ALL {
            assert_eq!(Syscall::from_number(*call as u64), Some(*call));
        }
        assert_eq!(Syscall::from_number(255), None);
    }
}
