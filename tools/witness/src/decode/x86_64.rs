//! Instructions of x86_64.

use super::x86_64_memory::memory;
use super::x86_64_parts::{Lock, Map, Parts};
use super::x86_64_table::ROWS;
use super::{PLAIN, RCX};
use crate::class::{Class, Decoded, Memory};

/// Tells what an instruction is.
pub(super) fn decode(bytes: &[u8]) -> Decoded {
    let Some(parts) = Parts::of(bytes) else {
        return PLAIN;
    };
    let class = class(&parts);
    Decoded {
        class,
        memory: accesses(class, &parts),
        register: match class {
            Class::RootWrite => parts.register(),
            Class::MsrWrite => Some(RCX),
            _ => None,
        },
    }
}

fn class(parts: &Parts) -> Class {
    if parts.lock == Lock::Locked {
        return Class::Locked;
    }
    ROWS.iter()
        .find(|row| row.holds(parts))
        .map_or(Class::Plain, |row| row.class)
}

fn accesses(class: Class, parts: &Parts) -> Memory {
    match class {
        Class::Plain => memory(parts),
        // Without it a bit instruction with a LOCK prefix would count as of no access.
        Class::Locked if parts.map != Map::Three38 && parts.is_memory() => Memory::Always,
        _ => Memory::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Encodings as an assembler makes them.
    const KNOWN: &[(&[u8], Class)] = &[
        (&[0x90], Class::Plain),                            // nop
        (&[0xf3, 0x90], Class::Plain),                      // pause
        (&[0x0f, 0x1f, 0x40, 0x00], Class::Plain),          // nop dword [rax]
        (&[0x0f, 0x0b], Class::Plain),                      // ud2
        (&[0x0f, 0x22, 0xd8], Class::RootWrite),            // mov cr3, rax
        (&[0x41, 0x0f, 0x22, 0xda], Class::RootWrite),      // mov cr3, r10
        (&[0x0f, 0x22, 0xc0], Class::Control),              // mov cr0, rax
        (&[0x0f, 0x20, 0xd8], Class::Control),              // mov rax, cr3
        (&[0x0f, 0x20, 0xd0], Class::Control),              // mov rax, cr2
        (&[0x0f, 0x30], Class::MsrWrite),                   // wrmsr
        (&[0x0f, 0x32], Class::MsrRead),                    // rdmsr
        (&[0x0f, 0x31], Class::ClockRead),                  // rdtsc
        (&[0x0f, 0x01, 0xf9], Class::ClockRead),            // rdtscp
        (&[0xf3, 0x48, 0x0f, 0xae, 0xd0], Class::TlsWrite), // wrfsbase rax
        (&[0xf3, 0x48, 0x0f, 0xae, 0xd9], Class::TlsWrite), // wrgsbase rcx
        (&[0xf3, 0x48, 0x0f, 0xae, 0xc0], Class::TlsRead),  // rdfsbase rax
        (&[0x0f, 0x01, 0xf8], Class::GsSwap),               // swapgs
        (&[0x0f, 0x01, 0x38], Class::Tlb),                  // invlpg [rax]
        (&[0x66, 0x0f, 0x38, 0x82, 0x01], Class::Tlb),      // invpcid rax, [rcx]
        (&[0x0f, 0x01, 0x15, 0, 0, 0, 0], Class::Control),  // lgdt [rip]
        (&[0x0f, 0xa2], Class::Control),                    // cpuid
        (&[0xfa], Class::FlagWrite),                        // cli
        (&[0x0f, 0x01, 0xca], Class::FlagWrite),            // clac
        (&[0x0f, 0xae, 0x38], Class::Cache),                // clflush [rax]
        (&[0x66, 0x0f, 0xae, 0x30], Class::Cache),          // clwb [rax]
        (&[0x48, 0x0f, 0xae, 0x07], Class::VectorSave),     // fxsave64 [rdi]
        (&[0x0f, 0xae, 0x27], Class::VectorSave),           // xsave [rdi]
        (&[0x48, 0x0f, 0xae, 0x37], Class::VectorSave),     // xsaveopt64 [rdi]
        (&[0x48, 0x0f, 0xc7, 0x27], Class::VectorSave),     // xsavec64 [rdi]
        (&[0x48, 0x0f, 0xc7, 0x2f], Class::VectorSave),     // xsaves64 [rdi]
        (&[0x48, 0x0f, 0xae, 0x0f], Class::VectorRestore),  // fxrstor64 [rdi]
        (&[0x0f, 0xae, 0x2f], Class::VectorRestore),        // xrstor [rdi]
        (&[0x48, 0x0f, 0xc7, 0x1f], Class::VectorRestore),  // xrstors64 [rdi]
        (&[0x0f, 0xae, 0xf0], Class::Fence),                // mfence
        (&[0x0f, 0xae, 0xe8], Class::Fence),                // lfence
        (&[0x0f, 0xae, 0xf8], Class::Fence),                // sfence
        (&[0xf0, 0x48, 0x01, 0x07], Class::Locked),         // lock add [rdi], rax
        (&[0xf0, 0x48, 0x0f, 0xb1, 0x0f], Class::Locked),   // lock cmpxchg [rdi], rcx
        (&[0x48, 0x0f, 0xb1, 0x0f], Class::Plain),          // cmpxchg [rdi], rcx
        (&[0xf0, 0x83, 0x0c, 0x24, 0x00], Class::Locked),   // lock or dword [rsp], 0
        (&[0x48, 0x87, 0x07], Class::Locked),               // xchg [rdi], rax
        (&[0x48, 0x87, 0xc1], Class::Plain),                // xchg rcx, rax
        (&[0x0f, 0x05], Class::Entry),                      // syscall
        (&[0xcd, 0x80], Class::Entry),                      // int 0x80
        (&[0x48, 0x0f, 0x07], Class::Exit),                 // sysretq
        (&[0x48, 0xcf], Class::Exit),                       // iretq
        (&[0xf4], Class::Halt),                             // hlt
        (&[0xee], Class::PortIo),                           // out dx, al
        (&[0xf3, 0xaa], Class::RepFill),                    // rep stosb
        (&[0xf3, 0x48, 0xab], Class::RepFill),              // rep stosq
        (&[0xf3, 0x48, 0xa5], Class::RepCopy),              // rep movsq
        (&[0xa4], Class::Plain),                            // movsb
    ];

    #[test]
    fn known_encodings_have_their_kinds() {
        for (bytes, class) in KNOWN {
            assert_eq!(decode(bytes).class, *class, "{bytes:02x?}");
        }
    }

    #[test]
    fn the_register_that_tells_more_is_found() {
        assert_eq!(decode(&[0x41, 0x0f, 0x22, 0xda]).register, Some(10));
        assert_eq!(decode(&[0x0f, 0x22, 0xd8]).register, Some(0));
        assert_eq!(decode(&[0x0f, 0x30]).register, Some(RCX));
    }

    #[test]
    fn only_certain_accesses_are_promised() {
        let always: [&[u8]; 10] = [
            &[0x48, 0x8b, 0x07],             // mov rax, [rdi]
            &[0x48, 0x89, 0x44, 0x24, 0x08], // mov [rsp+8], rax
            &[0x50],                         // push rax
            &[0xc3],                         // ret
            &[0xff, 0xd0],                   // call rax
            &[0xff, 0x20],                   // jmp [rax]
            &[0x0f, 0xb6, 0x07],             // movzx eax, byte [rdi]
            &[0xf0, 0x48, 0x01, 0x07],       // lock add [rdi], rax
            &[0x0f, 0x11, 0x07],             // movups [rdi], xmm0
            &[0xaa],                         // stosb
        ];
        let unknown: [&[u8]; 9] = [
            &[0x48, 0x8d, 0x07],       // lea rax, [rdi]
            &[0x48, 0x89, 0xc8],       // mov rax, rcx
            &[0x0f, 0x1f, 0x40, 0x00], // nop dword [rax]
            &[0xf3, 0xaa],             // rep stosb
            &[0x48, 0x0f, 0xae, 0x07], // fxsave64 [rdi]
            &[0x48, 0xcf],             // iretq
            &[0xff, 0xe0],             // jmp rax
            &[0x0f, 0x18, 0x08],       // prefetcht0 [rax]
            &[0xeb, 0x00],             // jmp
        ];
        for bytes in always {
            assert_eq!(decode(bytes).memory, Memory::Always, "{bytes:02x?}");
        }
        for bytes in unknown {
            assert_eq!(decode(bytes).memory, Memory::Unknown, "{bytes:02x?}");
        }
    }
}
