//! Instructions of AArch64 (Arm ARM C4.1).

use crate::class::{Class, Decoded, Memory};

/// The bits of a word that a row looks at, their value, and the kind. The first match counts.
type Row = (u32, u32, Class);

const ROWS: &[Row] = &[
    (0xffe0_001f, 0xd400_0001, Class::Entry),         // svc
    (0xffe0_001f, 0xd400_0002, Class::Entry),         // hvc
    (0xffe0_001f, 0xd400_0003, Class::Entry),         // smc
    (0xffff_ffff, 0xd69f_03e0, Class::Exit),          // eret
    (0xffff_fbff, 0xd69f_0bff, Class::Exit),          // eretaa, eretab
    (0xffff_f0ff, 0xd503_309f, Class::Fence),         // dsb
    (0xffff_f3ff, 0xd503_323f, Class::Fence),         // dsb nXS
    (0xffff_f0ff, 0xd503_30bf, Class::Fence),         // dmb
    (0xffff_f0ff, 0xd503_30df, Class::Fence),         // isb
    (0xffff_ffff, 0xd503_30ff, Class::Fence),         // sb
    (0xffff_ffdf, 0xd503_205f, Class::Halt),          // wfe, wfi
    (0xfff8_f01f, 0xd500_401f, Class::FlagWrite),     // msr daifset, daifclr, pan, spsel …
    (0xffff_ffe0, 0xd51b_4220, Class::FlagWrite),     // msr daif
    (0xffff_ffe0, 0xd50b_7420, Class::BlockClear),    // dc zva
    (0xfff8_fe00, 0xd508_7800, Class::Control),       // at
    (0xfff8_f000, 0xd508_7000, Class::Cache),         // dc, ic
    (0xfff8_f000, 0xd508_8000, Class::Tlb),           // tlbi
    (0xfff8_f000, 0xd508_9000, Class::Tlb),           // tlbi nXS
    (0xffff_ffc0, 0xd518_2000, Class::RootWrite),     // msr ttbr0_el1, ttbr1_el1
    (0xffff_ffc0, 0xd51b_d040, Class::TlsWrite),      // msr tpidr_el0, tpidrro_el0
    (0xffff_ffe0, 0xd518_d080, Class::TlsWrite),      // msr tpidr_el1
    (0xffff_ffe0, 0xd518_cba0, Class::Send),          // msr icc_sgi1r_el1
    (0xffff_ffe0, 0xd518_cbc0, Class::Send),          // msr icc_asgi1r_el1
    (0xffff_ffe0, 0xd518_cbe0, Class::Send),          // msr icc_sgi0r_el1
    (0xfff0_0000, 0xd510_0000, Class::MsrWrite),      // msr
    (0xffff_ffc0, 0xd53b_d040, Class::TlsRead),       // mrs tpidr_el0, tpidrro_el0
    (0xffff_ffe0, 0xd538_d080, Class::TlsRead),       // mrs tpidr_el1
    (0xffff_ffe0, 0xd53b_e020, Class::ClockRead),     // mrs cntpct_el0
    (0xffff_ffe0, 0xd53b_e040, Class::ClockRead),     // mrs cntvct_el0
    (0xffff_ffe0, 0xd53b_e0a0, Class::ClockRead),     // mrs cntpctss_el0
    (0xffff_ffe0, 0xd53b_e0c0, Class::ClockRead),     // mrs cntvctss_el0
    (0xffff_ffe0, 0xd53b_9d00, Class::ClockRead),     // mrs pmccntr_el0
    (0xffff_ffe0, 0xd53b_9d40, Class::ClockRead),     // mrs pmxevcntr_el0
    (0xffff_fc00, 0xd53b_e800, Class::ClockRead),     // mrs pmevcntr0_el0 … pmevcntr30_el0
    (0xfff0_0000, 0xd530_0000, Class::MsrRead),       // mrs
    (0x3fe0_0000, 0x0800_0000, Class::Locked),        // stxr, stlxr
    (0xbfe0_0000, 0x8820_0000, Class::Locked),        // stxp, stlxp
    (0xbfa0_0000, 0x0820_0000, Class::Locked),        // casp
    (0x3fa0_0000, 0x08a0_0000, Class::Locked),        // cas
    (0x3fff_fc00, 0x38bf_c000, Class::Plain),         // ldapr
    (0x3f20_0c00, 0x3820_0000, Class::Locked),        // ldadd, swp, stadd …
    (0xfe40_0000, 0xac00_0000, Class::VectorSave),    // stp of whole vectors
    (0xfe40_0000, 0xac40_0000, Class::VectorRestore), // ldp of whole vectors
];

/// Loads and stores that may make no access: prefetches, and copies and fills of perhaps nothing.
const NO_ACCESS: &[(u32, u32)] = &[
    (0xffc0_0000, 0xf980_0000), // prfm, immediate
    (0xffe0_0c00, 0xf8a0_0800), // prfm, register
    (0xffe0_0c00, 0xf880_0000), // prfum
    (0xff00_0000, 0xd800_0000), // prfm, literal
    (0x3b20_0c00, 0x1900_0400), // cpy, set
];

/// `msr ttbr0_el1`, whose source is the root of the address space.
const USER_ROOT: (u32, u32) = (0xffff_ffe0, 0xd518_2000);

/// Tells what an instruction is.
pub(super) fn decode(word: u32) -> Decoded {
    let class = ROWS
        .iter()
        .find(|(mask, value, _)| word & mask == *value)
        .map_or(Class::Plain, |(_, _, class)| *class);
    Decoded {
        class,
        memory: memory(word, class),
        register: (word & USER_ROOT.0 == USER_ROOT.1)
            .then(|| (word & 31).to_le_bytes()[0])
            .filter(|number| *number != 31),
    }
}

fn memory(word: u32, class: Class) -> Memory {
    let is = |(mask, value): &(u32, u32)| word & mask == *value;
    // The group of loads and stores has bit 27 and not bit 25.
    let group = word & 0x0a00_0000 == 0x0800_0000;
    // An exclusive store that has lost its reservation stores nothing.
    if !group || class == Class::Locked || NO_ACCESS.iter().any(is) {
        return Memory::Unknown;
    }
    Memory::Always
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Encodings as an assembler makes them.
    const KNOWN: &[(u32, Class)] = &[
        (0xd503_201f, Class::Plain),         // nop
        (0xd503_203f, Class::Plain),         // yield
        (0xd28a_e8bf, Class::Plain),         // movz xzr, #0x5745
        (0xf940_0001, Class::Plain),         // ldr x1, [x0]
        (0xd400_0001, Class::Entry),         // svc #0
        (0xd400_0002, Class::Entry),         // hvc #0
        (0xd420_0000, Class::Plain),         // brk #0
        (0xd69f_03e0, Class::Exit),          // eret
        (0xd503_3bbf, Class::Fence),         // dmb ish
        (0xd503_3f9f, Class::Fence),         // dsb sy
        (0xd503_3fdf, Class::Fence),         // isb
        (0xd503_207f, Class::Halt),          // wfi
        (0xd503_42df, Class::FlagWrite),     // msr daifset, #2
        (0xd51b_4220, Class::FlagWrite),     // msr daif, x0
        (0xd50b_7420, Class::BlockClear),    // dc zva, x0
        (0xd50b_7e20, Class::Cache),         // dc civac, x0
        (0xd508_751f, Class::Cache),         // ic iallu
        (0xd508_7800, Class::Control),       // at s1e1r, x0
        (0xd508_871f, Class::Tlb),           // tlbi vmalle1
        (0xd508_8320, Class::Tlb),           // tlbi vae1is, x0
        (0xd518_2000, Class::RootWrite),     // msr ttbr0_el1, x0
        (0xd518_2023, Class::RootWrite),     // msr ttbr1_el1, x3
        (0xd51b_d041, Class::TlsWrite),      // msr tpidr_el0, x1
        (0xd53b_d041, Class::TlsRead),       // mrs x1, tpidr_el0
        (0xd538_d081, Class::TlsRead),       // mrs x1, tpidr_el1
        (0xd518_4000, Class::MsrWrite),      // msr spsr_el1, x0
        (0xd518_cba3, Class::Send),          // msr icc_sgi1r_el1, x3
        (0xd518_cc20, Class::MsrWrite),      // msr icc_eoir1_el1, x0
        (0xd538_5200, Class::MsrRead),       // mrs x0, esr_el1
        (0xd53b_e040, Class::ClockRead),     // mrs x0, cntvct_el0
        (0xd53b_9d00, Class::ClockRead),     // mrs x0, pmccntr_el0
        (0xc85f_7c01, Class::Plain),         // ldxr x1, [x0]
        (0xc802_7c01, Class::Locked),        // stxr w2, x1, [x0]
        (0xc802_fc01, Class::Locked),        // stlxr w2, x1, [x0]
        (0xc8df_fc01, Class::Plain),         // ldar x1, [x0]
        (0xc89f_fc01, Class::Plain),         // stlr x1, [x0]
        (0xf8e1_0002, Class::Locked),        // ldaddal x1, x2, [x0]
        (0xf8bf_c001, Class::Plain),         // ldapr x1, [x0]
        (0xc8e1_fc02, Class::Locked),        // casal x1, x2, [x0]
        (0xad00_0400, Class::VectorSave),    // stp q0, q1, [x0]
        (0xad40_0400, Class::VectorRestore), // ldp q0, q1, [x0]
        (0xa900_0400, Class::Plain),         // stp x0, x1, [x0]
        (0x6d00_0400, Class::Plain),         // stp d0, d1, [x0]
    ];

    #[test]
    fn known_encodings_have_their_kinds() {
        for (word, class) in KNOWN {
            assert_eq!(decode(*word).class, *class, "{word:08x}");
        }
    }

    #[test]
    fn the_root_of_user_space_names_its_source() {
        assert_eq!(decode(0xd518_2003).register, Some(3));
        assert_eq!(decode(0xd518_2023).register, None);
        assert_eq!(decode(0xd518_201f).register, None);
    }

    #[test]
    fn only_certain_accesses_are_promised() {
        for word in [
            0xf940_0001,
            0xa900_0400,
            0xc85f_7c01,
            0xad00_0400,
            0x3940_0001,
        ] {
            assert_eq!(decode(word).memory, Memory::Always, "{word:08x}");
        }
        for word in [
            0xd503_201f,
            0xf980_0000,
            0xc802_7c01,
            0xd50b_7420,
            0x8b01_0000,
        ] {
            assert_eq!(decode(word).memory, Memory::Unknown, "{word:08x}");
        }
    }
}
