//! The thread that follows a script, and the probes that a script can go to.

use core::arch::global_asm;
use core::mem::offset_of;

use test_script::{FILL, Step};

#[cfg(target_arch = "x86_64")]
macro_rules! script {
    () => {
        include_str!("script_x86_64.S")
    };
}

#[cfg(target_arch = "aarch64")]
macro_rules! script {
    () => {
        include_str!("script_aarch64.S")
    };
}

global_asm!(
    script!(),
    STEP = const size_of::<Step>(),
    NUMBER = const offset_of!(Step, number),
    ARGUMENTS = const offset_of!(Step, arguments),
    STATUS = const offset_of!(Step, status),
    RESULTS = const offset_of!(Step, results),
    SCRATCH = const offset_of!(Step, scratch),
    FLAGS = const offset_of!(Step, flags),
    TIMES = const offset_of!(Step, times),
    FILL = const FILL,
);

unsafe extern "C" {
    fn test_script_entry();
}

/// Where a thread begins that follows a script.
pub(crate) fn entry() -> u64 {
    (test_script_entry as *const ()).addr() as u64
}

/// An address of this program's instructions.
pub(crate) fn text() -> u64 {
    entry()
}
