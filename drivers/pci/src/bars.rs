//! Register blocks: where they are and how large (PCI §6.2.5.1).

use heapless::Vec;

use crate::config::{Address, Config, change_command, command, register};

/// The number of base address registers.
pub(crate) const MAX_BARS: usize = 6;

/// What a register block is reached by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// Memory.
    Memory,
    /// Memory that may be fetched ahead.
    Prefetchable,
    /// I/O ports.
    Ports,
}

/// A register block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// The number of its (first) base address register.
    pub index: u8,
    /// What it is reached by.
    pub space: Space,
    /// Where it is: a physical address or a port.
    pub base: u64,
    /// Its length in bytes: a power of two.
    pub bytes: u64,
}

/// Sizes every block of a function. Decoding is off meanwhile, so that the function does not answer
/// in strange places.
pub(crate) fn read_all(config: &impl Config, at: Address) -> Vec<Bar, MAX_BARS> {
    let before = config.read(at, register::COMMAND) & (command::PORTS | command::MEMORY);
    change_command(config, at, command::PORTS | command::MEMORY, 0);
    let mut bars = Vec::new();
    let mut index = 0;
    while index < MAX_BARS as u8 {
        let (bar, registers) = read_one(config, at, index);
        if let Some(bar) = bar {
            // There is a place for each register.
            let _ = bars.push(bar);
        }
        index += registers;
    }
    change_command(config, at, 0, before);
    bars
}

/// Writes the blocks' places again, which a reset forgets.
pub(crate) fn restore(config: &impl Config, at: Address, bars: &[Bar]) {
    for bar in bars {
        let offset = offset(bar.index);
        config.write(at, offset, bar.base as u32);
        if config.read(at, offset) & 0b111 == 0b100 {
            config.write(at, offset + 4, (bar.base >> 32) as u32);
        }
    }
}

fn offset(index: u8) -> u16 {
    register::BARS + 4 * u16::from(index)
}

/// Reads one block, and how many registers it takes.
fn read_one(config: &impl Config, at: Address, index: u8) -> (Option<Bar>, u8) {
    let low = probe(config, at, offset(index));
    if low.value & 1 != 0 {
        let settable = u64::from(low.mask & 0xfffc);
        return (
            bar(index, Space::Ports, u64::from(low.value & !0b11), settable),
            1,
        );
    }
    let space = if low.value & 0b1000 != 0 {
        Space::Prefetchable
    } else {
        Space::Memory
    };
    let (base, settable) = (u64::from(low.value & !0xf), u64::from(low.mask & !0xf));
    if low.value & 0b110 != 0b100 || index + 1 == MAX_BARS as u8 {
        return (bar(index, space, base, settable), 1);
    }
    let high = probe(config, at, offset(index + 1));
    let base = base | u64::from(high.value) << 32;
    (
        bar(index, space, base, settable | u64::from(high.mask) << 32),
        2,
    )
}

/// A register's value, and which of its bits can be set.
struct Probe {
    value: u32,
    mask: u32,
}

fn probe(config: &impl Config, at: Address, offset: u16) -> Probe {
    let value = config.read(at, offset);
    config.write(at, offset, u32::MAX);
    let mask = config.read(at, offset);
    config.write(at, offset, value);
    Probe { value, mask }
}

/// A block as long as its lowest bit that can be set; `None` if none can.
fn bar(index: u8, space: Space, base: u64, settable: u64) -> Option<Bar> {
    (settable != 0).then(|| Bar {
        index,
        space,
        base,
        bytes: 1 << settable.trailing_zeros(),
    })
}
