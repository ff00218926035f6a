//! The instructions that victims run: one file an architecture, names the same.

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "x86_64")]
mod x86_64;

#[cfg(target_arch = "aarch64")]
pub(crate) use aarch64::*;
#[cfg(target_arch = "x86_64")]
pub(crate) use x86_64::*;

/// What one program leaves in all its registers. Its half and the upper half of that are no other value.
pub(crate) const SECRET: u64 = 0x5ec7_e75e_c2e7;
/// What another does.
pub(crate) const OWN: u64 = 0x0e11_6b0e_16b1;
/// The words of a message.
pub(crate) const MESSAGE: u64 = 0x3e55_a6e5;

/// A few instructions of this program.
#[derive(Clone, Copy)]
pub(crate) struct Probe(unsafe extern "C" fn());

impl Probe {
    /// Where they are.
    pub(crate) fn address(self) -> u64 {
        (self.0 as *const ()).addr() as u64
    }
}

/// Names probes, which the architecture's `.S` file defines under the same names with `probe_` in front.
macro_rules! probes {
    ($($(#[doc = $doc:literal])+ $name:ident $symbol:ident;)+) => {
        unsafe extern "C" {
            $(fn $symbol();)+
        }

        $($(#[doc = $doc])+ pub(crate) const $name: crate::probe::Probe = crate::probe::Probe($symbol);)+
    };
}
use probes;
