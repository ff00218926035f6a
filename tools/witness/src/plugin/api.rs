//! QEMU's plugin interface, version 3 (QEMU 9.1 and later), as far as the witness uses it: declared by hand after
//! the documented interface, since its header is in no package. QEMU exports these functions, and GLib's are in
//! the same process.

use std::ffi::{c_char, c_int, c_uint, c_void};

/// The version of the interface that this file declares.
pub(super) const VERSION: c_int = 3;

/// A translation block during its translation.
#[repr(C)]
pub(super) struct Block {
    opaque: [u8; 0],
}

/// An instruction during its translation.
#[repr(C)]
pub(super) struct Insn {
    opaque: [u8; 0],
}

/// What a physical address is asked of, during a callback.
#[repr(C)]
pub(super) struct HwAddr {
    opaque: [u8; 0],
}

/// Values for each core.
#[repr(C)]
pub(super) struct Scoreboard {
    opaque: [u8; 0],
}

/// A register of the guest.
#[repr(C)]
pub(super) struct Register {
    opaque: [u8; 0],
}

/// One 64-bit value for each core.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct PerCore {
    pub(super) score: *mut Scoreboard,
    pub(super) offset: usize,
}

/// What a plugin is told of the machine.
#[repr(C)]
pub(super) struct Info {
    pub(super) target_name: *const c_char,
    pub(super) oldest_version: c_int,
    pub(super) version: c_int,
    pub(super) system_emulation: bool,
    pub(super) cores: c_int,
    pub(super) most_cores: c_int,
}

/// A register and its name.
#[repr(C)]
pub(super) struct RegisterDescriptor {
    pub(super) handle: *mut Register,
    pub(super) name: *const c_char,
    pub(super) feature: *const c_char,
}

/// GLib's array of registers.
#[repr(C)]
pub(super) struct RegisterArray {
    pub(super) data: *const RegisterDescriptor,
    pub(super) length: c_uint,
}

/// GLib's array of bytes.
#[repr(C)]
pub(super) struct ByteArray {
    pub(super) data: *const u8,
    pub(super) length: c_uint,
}

/// A callback may not read registers.
pub(super) const NO_REGISTERS: c_uint = 0;
/// A callback may read registers.
pub(super) const READ_REGISTERS: c_uint = 1;
/// Loads and stores.
pub(super) const READ_WRITE: c_uint = 3;
/// A condition: the value of the core is not equal.
pub(super) const NOT_EQUAL: c_uint = 3;
/// An operation: adds to the value of the core.
pub(super) const ADD: c_uint = 0;
/// A condition: the value of the core is equal.
pub(super) const EQUAL: c_uint = 2;

pub(super) type CoreCallback = extern "C" fn(id: u64, core: c_uint);
pub(super) type BlockCallback = unsafe extern "C" fn(id: u64, block: *mut Block);
pub(super) type ExecCallback = extern "C" fn(core: c_uint, data: *mut c_void);
pub(super) type MemoryCallback =
    extern "C" fn(core: c_uint, info: u32, address: u64, data: *mut c_void);
pub(super) type ExitCallback = extern "C" fn(id: u64, data: *mut c_void);

unsafe extern "C" {
    pub(super) safe fn qemu_plugin_register_vcpu_init_cb(id: u64, callback: CoreCallback);
    pub(super) safe fn qemu_plugin_register_vcpu_tb_trans_cb(id: u64, callback: BlockCallback);
    pub(super) safe fn qemu_plugin_register_atexit_cb(
        id: u64,
        callback: ExitCallback,
        data: *mut c_void,
    );
    pub(super) fn qemu_plugin_register_vcpu_insn_exec_cb(
        insn: *mut Insn,
        callback: ExecCallback,
        flags: c_uint,
        data: *mut c_void,
    );
    pub(super) fn qemu_plugin_register_vcpu_insn_exec_cond_cb(
        insn: *mut Insn,
        callback: ExecCallback,
        flags: c_uint,
        condition: c_uint,
        entry: PerCore,
        value: u64,
        data: *mut c_void,
    );
    pub(super) fn qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
        insn: *mut Insn,
        operation: c_uint,
        entry: PerCore,
        value: u64,
    );
    pub(super) fn qemu_plugin_register_vcpu_mem_cb(
        insn: *mut Insn,
        callback: MemoryCallback,
        flags: c_uint,
        direction: c_uint,
        data: *mut c_void,
    );
    pub(super) fn qemu_plugin_tb_n_insns(block: *const Block) -> usize;
    pub(super) fn qemu_plugin_tb_get_insn(block: *const Block, number: usize) -> *mut Insn;
    pub(super) fn qemu_plugin_insn_data(insn: *const Insn, to: *mut c_void, length: usize)
    -> usize;
    pub(super) fn qemu_plugin_insn_vaddr(insn: *const Insn) -> u64;
    pub(super) fn qemu_plugin_insn_haddr(insn: *const Insn) -> *mut c_void;
    pub(super) safe fn qemu_plugin_mem_size_shift(info: u32) -> c_uint;
    pub(super) safe fn qemu_plugin_mem_is_store(info: u32) -> bool;
    pub(super) fn qemu_plugin_get_hwaddr(info: u32, address: u64) -> *mut HwAddr;
    pub(super) fn qemu_plugin_hwaddr_is_io(address: *const HwAddr) -> bool;
    pub(super) fn qemu_plugin_hwaddr_phys_addr(address: *const HwAddr) -> u64;
    pub(super) safe fn qemu_plugin_scoreboard_new(size: usize) -> *mut Scoreboard;
    pub(super) fn qemu_plugin_u64_get(entry: PerCore, core: c_uint) -> u64;
    pub(super) fn qemu_plugin_u64_set(entry: PerCore, core: c_uint, value: u64);
    pub(super) fn qemu_plugin_get_registers() -> *mut RegisterArray;
    pub(super) fn qemu_plugin_read_register(register: *mut Register, to: *mut ByteArray) -> c_int;

    pub(super) fn g_array_free(array: *mut RegisterArray, free_segment: c_int) -> *mut c_char;
    pub(super) safe fn g_byte_array_new() -> *mut ByteArray;
    pub(super) fn g_byte_array_unref(array: *mut ByteArray);
}
