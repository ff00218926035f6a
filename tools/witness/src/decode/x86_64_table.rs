//! The encodings of x86_64 that are of interest (Intel SDM 2A–2D), first match first.

use super::x86_64_parts::{Map, Parts, Prefix};
use crate::class::Class;

/// What a row asks of the ModRM byte.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    /// Nothing.
    Any,
    /// This byte.
    Exact(u8),
    /// This register field.
    Field(u8),
    /// Memory.
    Memory,
    /// Memory, and this register field.
    MemoryField(u8),
    /// A register, and this register field.
    RegisterField(u8),
}

/// One row.
pub(super) struct Row {
    map: Map,
    /// A prefix that must be there.
    prefix: Option<Prefix>,
    /// The first and the last opcode.
    opcodes: (u8, u8),
    form: Form,
    pub(super) class: Class,
}

const fn one(first: u8, last: u8, form: Form, class: Class) -> Row {
    Row {
        map: Map::One,
        prefix: None,
        opcodes: (first, last),
        form,
        class,
    }
}

const fn two(opcode: u8, form: Form, class: Class) -> Row {
    Row {
        map: Map::Two,
        prefix: None,
        opcodes: (opcode, opcode),
        form,
        class,
    }
}

const fn with(prefix: Prefix, row: Row) -> Row {
    Row {
        prefix: Some(prefix),
        ..row
    }
}

/// `invpcid`.
const INVPCID: Row = Row {
    map: Map::Three38,
    prefix: Some(Prefix::Operand),
    opcodes: (0x82, 0x82),
    form: Form::Memory,
    class: Class::Tlb,
};

use Form::{Any, Exact, Field, Memory, MemoryField, RegisterField};

/// All rows.
pub(super) const ROWS: &[Row] = &[
    one(0x86, 0x87, Memory, Class::Locked), // xchg
    one(0xcc, 0xcd, Any, Class::Entry),     // int3, int
    one(0xcf, 0xcf, Any, Class::Exit),      // iret
    one(0xf4, 0xf4, Any, Class::Halt),      // hlt
    one(0xfa, 0xfb, Any, Class::FlagWrite), // cli, sti
    one(0xe4, 0xe7, Any, Class::PortIo),    // in, out
    one(0xec, 0xef, Any, Class::PortIo),    // in, out
    one(0x6c, 0x6f, Any, Class::PortIo),    // ins, outs
    with(Prefix::Rep, one(0xa4, 0xa5, Any, Class::RepCopy)),
    with(Prefix::Repne, one(0xa4, 0xa5, Any, Class::RepCopy)),
    with(Prefix::Rep, one(0xaa, 0xab, Any, Class::RepFill)),
    with(Prefix::Repne, one(0xaa, 0xab, Any, Class::RepFill)),
    two(0x00, Field(2), Class::Control),       // lldt
    two(0x00, Field(3), Class::Control),       // ltr
    two(0x01, Exact(0xc9), Class::Halt),       // mwait
    two(0x01, Exact(0xca), Class::FlagWrite),  // clac
    two(0x01, Exact(0xcb), Class::FlagWrite),  // stac
    two(0x01, Exact(0xd1), Class::Control),    // xsetbv
    two(0x01, Exact(0xef), Class::Control),    // wrpkru
    two(0x01, Exact(0xf8), Class::GsSwap),     // swapgs
    two(0x01, Exact(0xf9), Class::ClockRead),  // rdtscp
    two(0x01, MemoryField(2), Class::Control), // lgdt
    two(0x01, MemoryField(3), Class::Control), // lidt
    two(0x01, Field(6), Class::Control),       // lmsw
    two(0x01, MemoryField(7), Class::Tlb),     // invlpg
    two(0x05, Any, Class::Entry),              // syscall
    two(0x06, Any, Class::Control),            // clts
    two(0x07, Any, Class::Exit),               // sysret
    two(0x08, Any, Class::Cache),              // invd
    two(0x09, Any, Class::Cache),              // wbinvd
    two(0x20, Any, Class::Control),            // mov from a control register
    two(0x21, Any, Class::Control),            // mov from a debug register
    two(0x22, Field(3), Class::RootWrite),     // mov cr3
    two(0x22, Any, Class::Control),            // mov to another control register
    two(0x23, Any, Class::Control),            // mov to a debug register
    two(0x30, Any, Class::MsrWrite),           // wrmsr
    two(0x31, Any, Class::ClockRead),          // rdtsc
    two(0x32, Any, Class::MsrRead),            // rdmsr
    two(0x33, Any, Class::ClockRead),          // rdpmc
    two(0x34, Any, Class::Entry),              // sysenter
    two(0x35, Any, Class::Exit),               // sysexit
    two(0xa2, Any, Class::Control),            // cpuid
    with(Prefix::Rep, two(0xae, RegisterField(0), Class::TlsRead)), // rdfsbase
    with(Prefix::Rep, two(0xae, RegisterField(1), Class::TlsRead)), // rdgsbase
    with(Prefix::Rep, two(0xae, RegisterField(2), Class::TlsWrite)), // wrfsbase
    with(Prefix::Rep, two(0xae, RegisterField(3), Class::TlsWrite)), // wrgsbase
    with(Prefix::Operand, two(0xae, MemoryField(6), Class::Cache)), // clwb
    with(Prefix::None, two(0xae, MemoryField(0), Class::VectorSave)), // fxsave
    with(
        Prefix::None,
        two(0xae, MemoryField(1), Class::VectorRestore),
    ), // fxrstor
    with(Prefix::None, two(0xae, MemoryField(4), Class::VectorSave)), // xsave
    with(
        Prefix::None,
        two(0xae, MemoryField(5), Class::VectorRestore),
    ), // xrstor
    with(Prefix::None, two(0xae, MemoryField(6), Class::VectorSave)), // xsaveopt
    two(0xae, MemoryField(7), Class::Cache),   // clflush, clflushopt
    with(Prefix::None, two(0xae, RegisterField(5), Class::Fence)), // lfence
    with(Prefix::None, two(0xae, RegisterField(6), Class::Fence)), // mfence
    with(Prefix::None, two(0xae, RegisterField(7), Class::Fence)), // sfence
    two(0xc7, MemoryField(3), Class::VectorRestore), // xrstors
    two(0xc7, MemoryField(4), Class::VectorSave), // xsavec
    two(0xc7, MemoryField(5), Class::VectorSave), // xsaves
    INVPCID,
];

impl Row {
    /// Whether an instruction is of this row.
    pub(super) fn holds(&self, parts: &Parts) -> bool {
        let (first, last) = self.opcodes;
        self.map == parts.map
            && self.prefix.is_none_or(|prefix| prefix == parts.prefix)
            && (first..=last).contains(&parts.opcode)
            && self.form.holds(parts)
    }
}

impl Form {
    fn holds(self, parts: &Parts) -> bool {
        let is = |field| parts.field() == Some(field);
        match self {
            Self::Any => true,
            Self::Exact(byte) => parts.modrm == Some(byte),
            Self::Field(field) => is(field),
            Self::Memory => parts.is_memory(),
            Self::MemoryField(field) => parts.is_memory() && is(field),
            Self::RegisterField(field) => !parts.is_memory() && is(field),
        }
    }
}
