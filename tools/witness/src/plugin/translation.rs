//! A block of the guest's code is translated: callbacks are planted into it.

use std::ffi::{c_uint, c_void};
use std::ptr;

use super::api::{
    ADD, Block, EQUAL, ExecCallback, Insn, NO_REGISTERS, NOT_EQUAL, READ_REGISTERS, READ_WRITE,
    qemu_plugin_insn_data, qemu_plugin_insn_haddr, qemu_plugin_insn_vaddr,
    qemu_plugin_register_vcpu_insn_exec_cb, qemu_plugin_register_vcpu_insn_exec_cond_cb,
    qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu, qemu_plugin_register_vcpu_mem_cb,
    qemu_plugin_tb_get_insn, qemu_plugin_tb_n_insns,
};
use super::{Plugin, Run, Unmasking, events, lock, plugin};
use crate::class::{Class, Decoded};
use crate::marker::Marker;
use crate::options::Cores;
use crate::table::{Index, Instruction, Side};

/// No instruction is longer (Intel SDM 2A §2.3.11).
const LONGEST: usize = 15;

/// Plants callbacks into a block.
///
/// # Safety
/// 1. `block` is QEMU's block, during its translation.
pub(super) unsafe extern "C" fn translated(_id: u64, block: *mut Block) {
    let plugin = plugin();
    // SAFETY: (1) the caller's condition 1.
    let count = unsafe { qemu_plugin_tb_n_insns(block) };
    for number in 0..count {
        // SAFETY: (1) the caller's condition 1, (2) the block has more than this many.
        let insn = unsafe { qemu_plugin_tb_get_insn(block, number) };
        // SAFETY: (1) it is an instruction of the block.
        unsafe { plant(plugin, insn) };
    }
}

/// Plants callbacks for an instruction.
///
/// # Safety
/// 1. `insn` is QEMU's, during its translation.
unsafe fn plant(plugin: &Plugin, insn: *mut Insn) {
    // SAFETY: (1) the caller's condition 1.
    let instruction = unsafe { read(insn) };
    if let Some(masked) = &plugin.masked {
        // SAFETY: (1) the caller's condition 1.
        unsafe { plant_masked(plugin, masked, insn, &instruction) };
    }
    match plugin.architecture.marker(&instruction.bytes) {
        // SAFETY: (1) the caller's condition 1.
        Some(Marker::Begin) => unsafe { always(insn, events::begun, Index(0)) },
        // SAFETY: (1) the caller's condition 1.
        Some(Marker::End) => unsafe { always(insn, events::ended, Index(0)) },
        None => {
            let (index, decoded) = plugin.witness().translated(instruction);
            // SAFETY: (1) the caller's condition 1.
            unsafe { plant_counting(plugin, insn, index, decoded) };
        }
    }
}

/// Plants what counts how long interrupts are masked.
///
/// # Safety
/// 1. `insn` is QEMU's, during its translation.
unsafe fn plant_masked(
    plugin: &Plugin,
    masked: &Unmasking,
    insn: *mut Insn,
    instruction: &Instruction,
) {
    let address = instruction.address;
    let data = ptr::without_provenance_mut(usize::try_from(address).unwrap_or_default());
    if Side::of(address) == Side::User {
        if plugin.architecture.calls(&instruction.bytes) {
            let (callback, flags) = (events::called, NO_REGISTERS);
            // SAFETY: (1) the caller's condition 1, (2) the callback lives as long as QEMU.
            unsafe { qemu_plugin_register_vcpu_insn_exec_cb(insn, callback, flags, data) };
        }
        // SAFETY: (1) the caller's condition 1.
        unsafe { plant_return(&masked.run, insn, data) };
        return;
    }
    if lock(&masked.found).is_point(address) || plugin.architecture.waits(&instruction.bytes) {
        // SAFETY: (1) the caller's condition 1, (2) the callback lives as long as QEMU.
        unsafe {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, events::unmasked, NO_REGISTERS, data);
        };
    }
    match &masked.run {
        // SAFETY: (1) the caller's condition 1, (2) the scoreboard lives as long as QEMU.
        Run::Each(run) => unsafe {
            qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, ADD, run.0, 1);
        },
        // SAFETY: (1) the caller's condition 1, (2) the callback lives as long as QEMU.
        Run::AsOne(_) => unsafe {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, events::masked, NO_REGISTERS, data);
        },
    }
}

/// Plants what notices that a process goes on after the kernel has run.
///
/// # Safety
/// 1. `insn` is QEMU's, during its translation.
unsafe fn plant_return(run: &Run, insn: *mut Insn, data: *mut c_void) {
    let flags = NO_REGISTERS;
    match run {
        // SAFETY: (1) the caller's condition 1, (2) callback and scoreboard live as long as QEMU.
        Run::Each(run) => unsafe {
            let (callback, run) = (events::unmasked, run.0);
            qemu_plugin_register_vcpu_insn_exec_cond_cb(
                insn, callback, flags, NOT_EQUAL, run, 0, data,
            );
        },
        // SAFETY: (1) the caller's condition 1, (2) the callback lives as long as QEMU.
        Run::AsOne(_) => unsafe {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, events::in_process, flags, data);
        },
    }
}

/// Plants what counts an instruction and its accesses.
///
/// # Safety
/// 1. `insn` is QEMU's, during its translation.
unsafe fn plant_counting(plugin: &Plugin, insn: *mut Insn, index: Index, decoded: Decoded) {
    match (decoded.class, decoded.register) {
        // SAFETY: (1) the caller's condition 1.
        (Class::RootWrite, Some(_)) => unsafe { always(insn, events::root_written, index) },
        // Any of these registers may be the one that interrupts other cores.
        // SAFETY: (1) the caller's condition 1.
        (Class::MsrWrite, Some(_)) => unsafe {
            always(insn, events::executed_with_register, index);
        },
        // SAFETY: (1) the caller's condition 1.
        (Class::Halt | Class::Send, _) => unsafe { always(insn, events::executed, index) },
        // SAFETY: (1) the caller's condition 1.
        (_, Some(_)) => unsafe {
            if_open(
                plugin,
                insn,
                events::executed_with_register,
                READ_REGISTERS,
                index,
            );
        },
        // SAFETY: (1) the caller's condition 1.
        (_, None) => unsafe { if_open(plugin, insn, events::executed, NO_REGISTERS, index) },
    }
    // SAFETY: (1) the caller's condition 1, (2) the callback lives as long as QEMU.
    unsafe {
        qemu_plugin_register_vcpu_mem_cb(
            insn,
            events::accessed,
            NO_REGISTERS,
            READ_WRITE,
            ptr::null_mut(),
        );
    };
}

/// Plants a callback that may read registers.
///
/// # Safety
/// 1. `insn` is QEMU's, during its translation.
unsafe fn always(insn: *mut Insn, callback: ExecCallback, index: Index) {
    let data = ptr::without_provenance_mut(index.0);
    // SAFETY: (1) the caller's condition 1, (2) the callback lives as long as QEMU.
    unsafe { qemu_plugin_register_vcpu_insn_exec_cb(insn, callback, READ_REGISTERS, data) };
}

/// Plants a callback for when the core has an open stretch; where cores take turns it looks itself.
///
/// # Safety
/// 1. `insn` is QEMU's, during its translation.
unsafe fn if_open(
    plugin: &Plugin,
    insn: *mut Insn,
    callback: ExecCallback,
    flags: c_uint,
    index: Index,
) {
    let (entry, data) = (plugin.is_open.0, ptr::without_provenance_mut(index.0));
    match plugin.cores {
        // SAFETY: (1) the caller's condition 1, (2) callback and scoreboard live as long as QEMU.
        Cores::Each => unsafe {
            qemu_plugin_register_vcpu_insn_exec_cond_cb(
                insn, callback, flags, EQUAL, entry, 1, data,
            );
        },
        // SAFETY: (1) the caller's condition 1, (2) the callback lives as long as QEMU.
        Cores::AsOne => unsafe {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, callback, flags, data);
        },
    }
}

/// What an instruction is and where.
///
/// # Safety
/// 1. `insn` is QEMU's, during its translation.
unsafe fn read(insn: *const Insn) -> Instruction {
    let mut bytes = vec![0; LONGEST];
    // SAFETY: (1) the caller's condition 1, (2) there is room for as many bytes as are asked for.
    let length = unsafe { qemu_plugin_insn_data(insn, bytes.as_mut_ptr().cast(), LONGEST) };
    bytes.truncate(length);
    // SAFETY: (1) the caller's condition 1.
    let address = unsafe { qemu_plugin_insn_vaddr(insn) };
    // SAFETY: (1) the caller's condition 1.
    let host = unsafe { qemu_plugin_insn_haddr(insn) }.addr();
    let memory = match u64::try_from(host) {
        // Code that is not in memory has no place there: its address is as good.
        Ok(0) | Err(_) => address,
        Ok(host) => host,
    };
    Instruction {
        address,
        memory,
        bytes,
    }
}
