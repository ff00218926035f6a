//! What happens in the guest while it runs. QEMU calls these functions on the threads of the cores.

use std::ffi::{c_uint, c_void};
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};

use super::api::{
    qemu_plugin_get_hwaddr, qemu_plugin_hwaddr_is_io, qemu_plugin_hwaddr_phys_addr,
    qemu_plugin_mem_is_store, qemu_plugin_mem_size_shift, qemu_plugin_u64_set,
};
use super::registers::Registers;
use super::{Plugin, Run, fatal, lock, plugin};
use crate::decode::refine;
use crate::table::Index;
use crate::vector::{Access, Kind, Target};
use crate::witness::Witness;

/// The general register with a stretch's number: `rax` or `x0`.
const MARK: u8 = 0;

/// A core is made.
pub(super) extern "C" fn core_made(_id: u64, _core: c_uint) {
    let plugin = plugin();
    plugin
        .registers
        .get_or_init(|| Registers::of_this_core(plugin.architecture));
}

/// A begin marker is about to be executed.
pub(super) extern "C" fn begun(core: c_uint, _data: *mut c_void) {
    let plugin = plugin();
    let (core, mark) = (plugin.counted_as(core), register(plugin, MARK));
    mark_core(plugin, core, |witness| witness.begin(core, mark));
}

/// An end marker is about to be executed.
pub(super) extern "C" fn ended(core: c_uint, _data: *mut c_void) {
    let plugin = plugin();
    let (core, mark) = (plugin.counted_as(core), register(plugin, MARK));
    mark_core(plugin, core, |witness| witness.end(core, mark));
}

fn mark_core(plugin: &Plugin, core: u32, act: impl FnOnce(&mut Witness) -> io::Result<()>) {
    let mut witness = plugin.witness();
    if let Err(error) = act(&mut witness) {
        fatal(&error);
    }
    plugin
        .open
        .store(witness.open_stretches(), Ordering::Relaxed);
    let here = u64::from(witness.is_open(core));
    // SAFETY: (1) the entry is of a scoreboard that lives as long as QEMU, (2) the core exists.
    unsafe { qemu_plugin_u64_set(plugin.is_open.0, core, here) };
}

/// An instruction is about to be executed in an open stretch.
pub(super) extern "C" fn executed(core: c_uint, data: *mut c_void) {
    let index = Index(data.addr());
    let plugin = plugin();
    if no_stretch_is_open(plugin) {
        return;
    }
    let core = plugin.counted_as(core);
    let mut witness = plugin.witness();
    let class = witness.decoded(index).class;
    witness.executed(core, index, class);
}

/// The same, for an instruction of which a register tells more.
pub(super) extern "C" fn executed_with_register(core: c_uint, data: *mut c_void) {
    let index = Index(data.addr());
    let plugin = plugin();
    if no_stretch_is_open(plugin) {
        return;
    }
    let core = plugin.counted_as(core);
    let decoded = plugin.witness().decoded(index);
    let value = decoded.register.map(|number| register(plugin, number));
    let class = refine(decoded, value.unwrap_or_default());
    plugin.witness().executed(core, index, class);
}

/// The root of an address space is about to be written, in a stretch or not.
pub(super) extern "C" fn root_written(core: c_uint, data: *mut c_void) {
    executed_with_register(core, data);
    let plugin = plugin();
    let decoded = plugin.witness().decoded(Index(data.addr()));
    if let Some(number) = decoded.register {
        let root = register(plugin, number);
        plugin.witness().root(plugin.counted_as(core), root);
    }
}

/// Where cores take turns, functions are called whether a stretch is open or not.
fn no_stretch_is_open(plugin: &Plugin) -> bool {
    plugin.open.load(Ordering::Relaxed) == 0
}

/// An access has been made.
pub(super) extern "C" fn accessed(core: c_uint, info: u32, address: u64, _data: *mut c_void) {
    let plugin = plugin();
    if no_stretch_is_open(plugin) {
        return;
    }
    let access = access(info, address);
    let core = plugin.counted_as(core);
    plugin.witness().accessed(core, &access);
}

fn access(info: u32, address: u64) -> Access {
    let kind = if qemu_plugin_mem_is_store(info) {
        Kind::Store
    } else {
        Kind::Load
    };
    let (physical, target) = place(info, address);
    Access {
        kind,
        physical,
        bytes: 1 << qemu_plugin_mem_size_shift(info),
        target,
    }
}

fn place(info: u32, address: u64) -> (u64, Target) {
    // SAFETY: (1) this is the callback of the access that `info` and `address` are of.
    let place = unsafe { qemu_plugin_get_hwaddr(info, address) };
    if place.is_null() {
        return (address, Target::Memory);
    }
    // SAFETY: (1) QEMU gave the pointer in this callback, (2) it is not null.
    let physical = unsafe { qemu_plugin_hwaddr_phys_addr(place) };
    // SAFETY: (1) QEMU gave the pointer in this callback, (2) it is not null.
    let target = if unsafe { qemu_plugin_hwaddr_is_io(place) } {
        plugin().architecture.device(physical)
    } else {
        Target::Memory
    };
    (physical, target)
}

/// A process is about to go on after the kernel has run, or the kernel to look whether an interrupt waits, or to wait
/// for one.
pub(super) extern "C" fn unmasked(core: c_uint, data: *mut c_void) {
    let plugin = plugin();
    let Some(masked) = &plugin.masked else {
        return;
    };
    let instructions = masked.run.take(core);
    let core = plugin.counted_as(core);
    lock(&masked.found).ended(core, instructions, address(data));
}

/// The kernel is about to execute an instruction, on cores that take turns.
pub(super) extern "C" fn masked(_core: c_uint, _data: *mut c_void) {
    if let Some(run) = shared_run() {
        // One thread runs all cores.
        let instructions = run.load(Ordering::Relaxed);
        run.store(instructions + 1, Ordering::Relaxed);
    }
}

/// A process is about to execute an instruction, on cores that take turns.
pub(super) extern "C" fn in_process(core: c_uint, data: *mut c_void) {
    if shared_run().is_some_and(|run| run.load(Ordering::Relaxed) != 0) {
        unmasked(core, data);
    }
}

fn shared_run() -> Option<&'static AtomicU64> {
    match plugin().masked.as_ref().map(|masked| &masked.run) {
        Some(Run::AsOne(run)) => Some(run),
        _ => None,
    }
}

/// A process is about to make a system call.
pub(super) extern "C" fn called(core: c_uint, _data: *mut c_void) {
    let plugin = plugin();
    if let Some(masked) = &plugin.masked {
        lock(&masked.found).called(plugin.counted_as(core));
    }
}

fn address(data: *mut c_void) -> u64 {
    u64::try_from(data.addr()).unwrap_or_default()
}

/// QEMU ends.
pub(super) extern "C" fn exited(_id: u64, _data: *mut c_void) {
    let plugin = plugin();
    let told = plugin.witness().exit().and_then(|()| match &plugin.masked {
        Some(masked) => {
            let mut to = lock(&masked.to);
            serde_json::to_writer(&mut *to, &lock(&masked.found).longest())?;
            to.flush()
        }
        None => Ok(()),
    });
    if let Err(error) = told {
        fatal(&error);
    }
}

/// The value of a register. Without it no figure would have the right name, so this cannot go on.
fn register(plugin: &Plugin, number: u8) -> u64 {
    let registers = plugin.registers.get();
    match registers.and_then(|registers| registers.read(number)) {
        Some(value) => value,
        None => fatal(&"this QEMU does not show the guest's registers"),
    }
}
