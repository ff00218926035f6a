//! The guest's general registers, as QEMU shows them.

use std::ffi::CStr;

use super::api::{
    ByteArray, Register, RegisterArray, RegisterDescriptor, g_array_free, g_byte_array_new,
    g_byte_array_unref, qemu_plugin_get_registers, qemu_plugin_read_register,
};
use crate::decode::Architecture;

/// How many general registers the largest architecture has.
const NUMBERS: u8 = 32;

/// The general registers by number. All cores of a machine have the same.
pub(super) struct Registers(Vec<Option<Handle>>);

/// QEMU's name for a register, which it understands on every core.
#[derive(Clone, Copy)]
struct Handle(*mut Register);

// SAFETY: (1) the pointer is a number in disguise that only QEMU reads, (2) QEMU takes it on any core's thread.
unsafe impl Send for Handle {}
// SAFETY: (1) nothing is behind the pointer that could be changed, (2) see `Send`.
unsafe impl Sync for Handle {}

impl Registers {
    /// Asks QEMU for the registers. To be called when a core is made, on its thread.
    pub(super) fn of_this_core(architecture: Architecture) -> Self {
        // SAFETY: (1) this is the thread of a core that exists.
        let array = unsafe { qemu_plugin_get_registers() };
        let all = descriptors(array);
        let by_name = |number| {
            let name = architecture.register_name(number);
            all.iter()
                .find(|(found, _)| *found == name)
                .map(|(_, handle)| *handle)
        };
        let found = (0..NUMBERS).map(by_name).collect();
        // SAFETY: (1) QEMU leaves the array to the caller, (2) names and handles do not belong to it.
        unsafe { g_array_free(array, 1) };
        Self(found)
    }

    /// The value of a register of the core whose callback this is, which may read registers.
    pub(super) fn read(&self, number: u8) -> Option<u64> {
        let handle = (*self.0.get(usize::from(number))?)?;
        let array = g_byte_array_new();
        // SAFETY: (1) QEMU gave the handle, (2) the array is new and this function's own.
        unsafe { qemu_plugin_read_register(handle.0, array) };
        let value = first_word(array);
        // SAFETY: (1) the array is this function's own, (2) nothing points into it any more.
        unsafe { g_byte_array_unref(array) };
        value
    }
}

/// Names and handles of an array of QEMU's.
fn descriptors(array: *mut RegisterArray) -> Vec<(String, Handle)> {
    // SAFETY: (1) QEMU returns an array or null, (2) nobody else has it.
    let Some(array) = (unsafe { array.as_ref() }) else {
        return Vec::new();
    };
    if array.length == 0 {
        return Vec::new();
    }
    let length = usize::try_from(array.length).unwrap_or(0);
    // SAFETY: (1) the array holds this many descriptors, (2) it lives until the caller frees it.
    let all: &[RegisterDescriptor] = unsafe { std::slice::from_raw_parts(array.data, length) };
    all.iter()
        .filter(|register| !register.name.is_null())
        .map(|register| {
            // SAFETY: (1) names are C strings that live as long as QEMU, (2) it is not null.
            let name = unsafe { CStr::from_ptr(register.name) };
            (name.to_string_lossy().into_owned(), Handle(register.handle))
        })
        .collect()
}

/// The first 64 bits of an array. Both architectures have the least significant byte first.
fn first_word(array: *mut ByteArray) -> Option<u64> {
    // SAFETY: (1) GLib made the array, (2) nobody changes it meanwhile.
    let array = unsafe { array.as_ref() }?;
    if array.length < 8 {
        return None;
    }
    // SAFETY: (1) the array holds at least 8 bytes, (2) it lives until the caller frees it.
    let bytes = unsafe { std::slice::from_raw_parts(array.data, 8) };
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}
