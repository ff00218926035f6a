//! Guests that execute known stretches in QEMU: the witness must tell exactly what they did.

mod aarch64;
mod harness;
mod x86_64;

/// Time is the number of executed instructions.
const COUNTED: &[&str] = &["-icount", "shift=0,align=off,sleep=off"];
/// The same with two cores, which take turns.
const TURNS: &[&str] = &["-smp", "2", "-icount", "shift=0,align=off,sleep=off"];
/// Time is the host's, and cores run at the same time; the second one waits to be started.
const FREE: &[&str] = &["-smp", "2", "-accel", "tcg,thread=multi"];
