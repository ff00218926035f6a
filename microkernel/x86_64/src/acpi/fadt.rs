//! The FADT: the power-management timer and the soft-off register (ACPI 6.5 §5.2.9, §4.8.3).

use super::{HEADER, Table};
use crate::pvh::Physical;

/// I/O ports for time and power; 0 where the machine has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PowerPorts {
    /// The 3.579545 MHz timer.
    pub timer: u16,
    /// PM1a control.
    pub control_a: u16,
    /// PM1b control.
    pub control_b: u16,
    /// SLP_TYPa of the soft-off state.
    pub off_type: u8,
}

impl PowerPorts {
    /// None at all.
    pub const NONE: Self = Self {
        timer: 0,
        control_a: 0,
        control_b: 0,
        off_type: 0,
    };

    pub(super) fn read(memory: &impl Physical, table: Table) -> Self {
        let port = |offset| {
            table
                .u32(memory, offset)
                .and_then(|port| u16::try_from(port).ok())
                .unwrap_or(0)
        };
        let dsdt = table
            .u64(memory, 140)
            .filter(|address| *address != 0)
            .or_else(|| table.u32(memory, 40).map(u64::from))
            .and_then(|address| Table::read(memory, address));
        Self {
            timer: port(76),
            control_a: port(64),
            control_b: port(68),
            off_type: dsdt.and_then(|dsdt| off_type(memory, dsdt)).unwrap_or(0),
        }
    }
}

/// Looks for `Name(_S5_, Package{SLP_TYPa, …})` and reads its first element.
fn off_type(memory: &impl Physical, dsdt: Table) -> Option<u8> {
    const PACKAGE: u8 = 0x12;
    const BYTE: u8 = 0x0a;
    let length = dsdt.range.length();
    let name = (HEADER..length.saturating_sub(8))
        .find(|at| dsdt.u32(memory, *at) == Some(u32::from_le_bytes(*b"_S5_")))?;
    if dsdt.u8(memory, name + 4)? != PACKAGE {
        return None;
    }
    let length_bytes = 1 + u64::from(dsdt.u8(memory, name + 5)? >> 6);
    let element = name + 5 + length_bytes + 1;
    match dsdt.u8(memory, element)? {
        BYTE => dsdt.u8(memory, element + 1),
        small @ (0 | 1) => Some(small),
        _ => None,
    }
}
