//! From an instruction's bytes to its kind, by small tables of the few encodings of interest.
//!
//! A general disassembler was not taken: the witness needs some fifty encodings of two architectures.

mod aarch64;
mod x86_64;
mod x86_64_memory;
mod x86_64_parts;
mod x86_64_table;

use crate::class::{Class, Decoded, Memory};
use crate::marker::{self, Marker};
use crate::vector::Target;

/// The architecture of a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// x86 in 64-bit mode. Code of other modes, which boots, is decoded as if it were 64-bit.
    X86_64,
    /// AArch64.
    Aarch64,
}

/// The register of x86_64 that tells which model-specific register is written.
const RCX: u8 = 1;

/// The base of FS among the model-specific registers (Intel SDM 4, table 2-2).
const FS_BASE: u64 = 0xc000_0100;

/// The command register of an x2APIC among them (Intel SDM 3A §11.12.1.2).
const COMMAND: u64 = 0x830;

/// That of an xAPIC in memory, at its usual place (Intel SDM 3A §11.4.1); the write to its lower half sends.
const COMMAND_IN_MEMORY: u64 = 0xfee0_0300;

/// GICD_SGIR of a GICv2 (Arm IHI 0048B §4.3.15), where QEMU's `virt` and `raspi4b` have their distributor.
const SGIR: [u64; 2] = [0x0800_0f00, 0xff84_1f00];

impl Architecture {
    /// The architecture of one of QEMU's targets, by its name.
    pub fn of_target(name: &str) -> Option<Self> {
        match name {
            "x86_64" => Some(Self::X86_64),
            "aarch64" => Some(Self::Aarch64),
            _ => None,
        }
    }

    /// Says whether an instruction is a marker.
    pub fn marker(self, bytes: &[u8]) -> Option<Marker> {
        match self {
            Self::X86_64 => marker::x86_64(bytes),
            Self::Aarch64 => marker::aarch64(word(bytes)?),
        }
    }

    /// Says whether an instruction waits for an interrupt: `hlt` (Intel SDM 2A) or `wfi` (Arm ARM C6.2).
    pub fn waits(self, bytes: &[u8]) -> bool {
        match self {
            Self::X86_64 => bytes == [0xf4],
            Self::Aarch64 => word(bytes) == Some(0xd503_207f),
        }
    }

    /// Says whether an instruction of a process is a system call: `syscall` (Intel SDM 2B) or `svc` (Arm ARM C6.2).
    pub fn calls(self, bytes: &[u8]) -> bool {
        match self {
            Self::X86_64 => bytes == [0x0f, 0x05],
            Self::Aarch64 => word(bytes).is_some_and(|word| word & 0xffe0_001f == 0xd400_0001),
        }
    }

    /// Tells what an instruction is.
    pub fn decode(self, bytes: &[u8]) -> Decoded {
        match self {
            Self::X86_64 => x86_64::decode(bytes),
            Self::Aarch64 => word(bytes).map_or(PLAIN, aarch64::decode),
        }
    }

    /// Tells what is at a physical address that belongs to a device.
    pub fn device(self, physical: u64) -> Target {
        let commands = match self {
            Self::X86_64 => &[COMMAND_IN_MEMORY][..],
            Self::Aarch64 => &SGIR,
        };
        match commands.contains(&physical) {
            true => Target::Command,
            false => Target::Device,
        }
    }

    /// What a root register holds after a value was written.
    pub fn root(self, written: u64) -> u64 {
        match self {
            // Bit 63 asks to keep translations and is not kept (Intel SDM 3A §4.10.4.1).
            Self::X86_64 => written & !(1 << 63),
            Self::Aarch64 => written,
        }
    }

    /// QEMU's name of a general register.
    pub fn register_name(self, number: u8) -> String {
        const OLD: [&str; 8] = ["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"];
        match self {
            Self::X86_64 => OLD
                .get(usize::from(number))
                .map_or_else(|| format!("r{number}"), |name| (*name).to_owned()),
            Self::Aarch64 => format!("x{number}"),
        }
    }
}

/// An instruction of no interest.
const PLAIN: Decoded = Decoded {
    class: Class::Plain,
    memory: Memory::Unknown,
    register: None,
};

/// The kind of one execution, when the register that tells more is known.
pub fn refine(decoded: Decoded, register: u64) -> Class {
    match (decoded.class, decoded.register) {
        // The number is in ECX; the upper half of RCX does not count.
        (Class::MsrWrite, Some(RCX)) => match register & 0xffff_ffff {
            FS_BASE => Class::TlsWrite,
            COMMAND => Class::Send,
            _ => Class::MsrWrite,
        },
        (class, _) => class,
    }
}

fn word(bytes: &[u8]) -> Option<u32> {
    bytes.try_into().ok().map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registers_have_qemus_names() {
        assert_eq!(Architecture::X86_64.register_name(1), "rcx");
        assert_eq!(Architecture::X86_64.register_name(12), "r12");
        assert_eq!(Architecture::Aarch64.register_name(0), "x0");
    }

    #[test]
    fn a_root_of_x86_64_does_not_keep_its_request() {
        assert_eq!(Architecture::X86_64.root(1 << 63 | 0x1000), 0x1000);
        assert_eq!(Architecture::Aarch64.root(1 << 63), 1 << 63);
    }

    #[test]
    fn the_base_of_fs_is_thread_local_data_and_others_are_not() {
        let wrmsr = Architecture::X86_64.decode(&[0x0f, 0x30]);
        assert_eq!(refine(wrmsr, FS_BASE), Class::TlsWrite);
        assert_eq!(refine(wrmsr, 7 << 32 | FS_BASE), Class::TlsWrite);
        assert_eq!(refine(wrmsr, 0xc000_0101), Class::MsrWrite);
        assert_eq!(refine(wrmsr, 0x830), Class::Send);
        // To itself.
        assert_eq!(refine(wrmsr, 0x83f), Class::MsrWrite);
        let other = Architecture::X86_64.decode(&[0x90]);
        assert_eq!(refine(other, FS_BASE), Class::Plain);
    }

    #[test]
    fn registers_that_interrupt_other_cores_are_known() {
        let (pc, arm) = (Architecture::X86_64, Architecture::Aarch64);
        assert_eq!(pc.device(0xfee0_0300), Target::Command);
        assert_eq!(pc.device(0xfee0_0310), Target::Device);
        assert_eq!(arm.device(0x0800_0f00), Target::Command);
        assert_eq!(arm.device(0xfee0_0300), Target::Device);
    }
}
