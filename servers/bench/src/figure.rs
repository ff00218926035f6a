//! The figures: their names, and the numbers by which marks tell them apart.
//!
//! One table makes both. A figure that is in the table and was not measured is told as an error, so that none
//! is ever missing without a word.

/// Something that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Its number in marks, from 1.
    pub number: u64,
    /// Its name.
    pub name: &'static str,
}

macro_rules! figures {
    ($($(#[doc = $doc:literal])+ $constant:ident $name:literal;)+) => {
        /// The places of the figures in the table, in its order.
        #[expect(non_camel_case_types, reason = "named as the constants")]
        #[derive(Clone, Copy)]
        enum Place { $($constant,)+ }

        $($(#[doc = $doc])+ pub const $constant: Figure = Figure {
            number: Place::$constant as u64 + 1,
            name: $name,
        };)+

        /// All figures, by their numbers.
        pub const ALL: &[Figure] = &[$($constant,)+];
    };
}

figures! {
    /// Nothing at all: what the counter itself costs, before that is taken off from the others.
    COUNTER_READ "counter.read";
    /// A system call that does nothing.
    SYSCALL_NULL "syscall.null";
    /// To another process of the same priority that was waiting for its turn.
    THREAD_YIELD "thread.yield";
    /// From before the client's call to the first instruction after the server's receive.
    IPC_CALL "ipc.call";
    /// From before the server's answer to the first instruction after the client's call.
    IPC_REPLY_RECV "ipc.reply_recv";
    /// A call and its answer, with the least of stubs, between address spaces.
    IPC_ROUND_TRIP "ipc.round_trip";
    /// The same by the path that serves every case.
    IPC_ROUND_TRIP_GENERAL "ipc.round_trip_general";
    /// The same through the stubs of an interface: one word there, one back.
    IPC_ROUND_TRIP_STUB "ipc.round_trip_stub";
    /// As `ipc.call`, with ten words, of which four are written to the message page.
    IPC_CALL_10_WORDS "ipc.call_10_words";
    /// As `ipc.round_trip`, between two threads of one address space.
    IPC_ROUND_TRIP_SAME_SPACE "ipc.round_trip_same_space";
    /// As `ipc.round_trip`, between threads that use vector registers, each of them one in each turn.
    IPC_ROUND_TRIP_FPU "ipc.round_trip_fpu";
    /// A signal for which nobody waits.
    NOTIFICATION_SIGNAL "notification.signal";
    /// From before a signal to the first instruction of a more urgent process that waited for it.
    NOTIFICATION_SIGNAL_SWITCH "notification.signal_switch";
    /// A signal to another process, and one back, each waited for by the call that sends the other.
    NOTIFICATION_PING_PONG "notification.ping_pong";
    /// The same, where signalling and waiting are calls of their own.
    NOTIFICATION_PING_PONG_APART "notification.ping_pong_apart";
    /// From the last instruction of the interrupted process to the first of the driver's.
    IRQ_TO_USER "irq.to_user";
    /// From the moment for which a more urgent process waits to its first instruction, while another one does what keeps
    /// interrupts masked longest: 99 of 100 are no later.
    IRQ_LOADED_P99 "irq.loaded_p99";
    /// The latest of them.
    IRQ_LOADED_MAX "irq.loaded_max";
    /// From an exception to the instruction behind it, by way of a handler in another process.
    FAULT_ROUND_TRIP "fault.round_trip";
    /// From a read of a page that is missing to the value, by way of a pager in another process.
    FAULT_PAGER_ROUND_TRIP "fault.pager_round_trip";
    /// A thread of another process is made, runs and signals.
    THREAD_CREATE_RUN_SIGNAL "thread.create_run_signal";
    /// A process of one thread, one page of program and one of stack is made, runs, signals and is destroyed.
    PROCESS_BARE_CREATE_DESTROY "process.bare_create_destroy";
    /// One page is mapped.
    VSPACE_MAP_1 "vspace.map_1";
    /// One of 512 adjacent pages that are mapped by one call.
    VSPACE_MAP_512_PER_PAGE "vspace.map_512_per_page";
    /// One of 512 adjacent pages whose mappings are removed by one call.
    VSPACE_UNMAP_512_PER_PAGE "vspace.unmap_512_per_page";
    /// A frame of 4 KiB is made of memory, clearing included.
    MEMORY_ALLOC_FRAME "memory.alloc_frame";
    /// One of 512 frames that are made by one call, clearing included.
    MEMORY_ALLOC_512_PER_FRAME "memory.alloc_512_per_frame";
    /// A capability is copied.
    CSPACE_COPY "cspace.copy";
    /// One of 1,000 copies that are revoked together.
    CSPACE_REVOKE_1000_PER_CAP "cspace.revoke_1000_per_cap";
    /// One of 32 requests of 64 bytes that are copied to a ring, announced, and copied out.
    RING_MESSAGE "ring.message";
    /// The same if a stub writes its arguments into the slot, and they go from the slot to the server's method.
    RING_MESSAGE_FUSED "ring.message_fused";
    /// A batch of one request to the server of a ring, by the stubs, switches included: it goes by a call.
    RING_RPC_BATCH_1 "ring.rpc_batch_1";
    /// One of 8 requests that travel through the ring together, with their completions.
    RING_RPC_BATCH_8 "ring.rpc_batch_8";
    /// One of 64 of them that travel together.
    RING_RPC_BATCH_64 "ring.rpc_batch_64";
    /// One request that is submitted to the ring by itself, and its completion.
    RING_RPC_SUBMITTED_1 "ring.rpc_submitted_1";
    /// One request that hands 64 KiB in a pool to a server.
    RING_BULK_64K "ring.bulk_64k";
    /// What a server executes for one of 8 requests of a client, and for all that seven busy ones may ask meanwhile.
    RING_BESIDE_BUSY "ring.beside_busy";
    /// The same beside seven that write into their rings what no honest client does, until those are closed.
    RING_BESIDE_FORGING "ring.beside_forging";
    /// The same beside seven whose requests are all refused.
    RING_BESIDE_FLOODING "ring.beside_flooding";
    /// A program is started from a file, ends, and its end is waited for.
    PROCESS_SPAWN_EXIT_WAIT "process.spawn_exit_wait";
    /// A file is opened and closed.
    VFS_OPEN_CLOSE "vfs.open_close";
    /// A file is opened, read and closed, by three calls.
    VFS_OPEN_READ_CLOSE "vfs.open_read_close";
    /// The same by one batch, whose later requests name what the first returns.
    VFS_OPEN_READ_CLOSE_CHAIN "vfs.open_read_close_chain";
    /// The properties of a file are asked for by its path.
    VFS_STAT "vfs.stat";
    /// 4 KiB of a file are read into memory that were read before.
    VFS_PREAD_4K "vfs.pread_4k";
    /// The same of two places in turns, so that what is read is not what was read the last time.
    VFS_PREAD_TURNS_4K "vfs.pread_turns_4k";
    /// 4 KiB of a file are looked at again where they were put.
    VFS_VIEW_4K "vfs.view_4k";
    /// One KiB of a file that is read from its beginning to its end.
    VFS_READ_SEQ_PER_KIB "vfs.read_seq_per_kib";
    /// A file is made and taken away.
    VFS_CREATE_UNLINK "vfs.create_unlink";
    /// What is executed for 4 KiB that a disk reads, and not while it is waited for.
    DISK_READ_4K "disk.read_4k";
    /// The same for 4 KiB that it writes.
    DISK_WRITE_4K "disk.write_4k";
    /// The same for one KiB of 256 that are read 64 at a time.
    DISK_READ_SEQ_PER_KIB "disk.read_seq_per_kib";
    /// How often a core wakes in a second while nobody has anything to do; only an onlooker can count that.
    IDLE_WAKEUPS "kernel.idle_wakeups_per_second";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_from_one_in_the_order_of_the_table() {
        for (index, figure) in ALL.iter().enumerate() {
            assert_eq!(figure.number, index as u64 + 1, "{}", figure.name);
        }
    }

    #[test]
    fn no_two_figures_have_one_name() {
        for (index, figure) in ALL.iter().enumerate() {
            let behind = ALL.get(index + 1..).unwrap_or_default();
            assert!(behind.iter().all(|other| other.name != figure.name));
        }
    }
}
