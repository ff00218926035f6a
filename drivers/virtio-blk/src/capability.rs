//! Finds the register windows by the function's capability list (virtio 1.2 §4.1.4).

use crate::registers::{block, common};

/// Capability id of vendors' own capabilities.
const VENDOR: u8 = 9;
const FIRST_POINTER: u16 = 0x34;
/// A list longer than this goes round in a circle: capabilities are 4 bytes or more, of 192.
const MAX_CAPABILITIES: usize = 48;

mod kind {
    pub(super) const COMMON: u8 = 1;
    pub(super) const NOTIFY: u8 = 2;
    pub(super) const INTERRUPT: u8 = 3;
    pub(super) const DEVICE: u8 = 4;
}

/// Where a window lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// The register block, 0 to 5.
    pub bar: u8,
    /// First byte in it.
    pub offset: u32,
    /// Length in bytes.
    pub length: u32,
}

/// The windows of a virtio function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Common configuration.
    pub common: Location,
    /// Doorbells.
    pub notify: Location,
    /// The device's own configuration.
    pub device: Location,
    /// Why an interrupt came by wire.
    pub interrupt: Option<Location>,
    /// By how many bytes the doorbells lie apart.
    pub doorbell_stride: u32,
}

/// Walks the capability list with `read`, which reads 32 bits of configuration space. The first
/// usable capability of a kind counts (§4.1.4.1). `None` if one is missing: the function is not a
/// modern virtio device.
#[must_use]
pub fn find(mut read: impl FnMut(u16) -> Option<u32>) -> Option<Capabilities> {
    let (mut common, mut notify, mut device, mut interrupt) = (None, None, None, None);
    let mut at = read(FIRST_POINTER)? as u8 & !3;
    for _ in 0..MAX_CAPABILITIES {
        if at == 0 {
            break;
        }
        let head = read(u16::from(at))?;
        if head as u8 == VENDOR {
            let found = location(u16::from(at), &mut read)?;
            let place = match (head >> 24) as u8 {
                kind::COMMON if found.length >= common::BYTES => Some(&mut common),
                kind::DEVICE if found.length >= block::BYTES => Some(&mut device),
                kind::INTERRUPT if found.length >= 1 => Some(&mut interrupt),
                kind::NOTIFY if found.length >= 2 && notify.is_none() => {
                    let stride = read(u16::from(at) + 16)?;
                    notify = Some((found, stride));
                    None
                }
                _ => None,
            };
            if let Some(place) = place {
                place.get_or_insert(found);
            }
        }
        at = (head >> 8) as u8 & !3;
    }
    let (notify, doorbell_stride) = notify?;
    Some(Capabilities {
        common: common?,
        notify,
        device: device?,
        interrupt,
        doorbell_stride,
    })
}

fn location(at: u16, read: &mut impl FnMut(u16) -> Option<u32>) -> Option<Location> {
    let bar = read(at + 4)? as u8;
    Some(Location {
        bar,
        offset: read(at + 8)?,
        length: read(at + 12)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Configuration space of QEMU's `virtio-blk-pci`: five capabilities of BAR 4 and MSI-X.
    fn space() -> [u32; 64] {
        let mut space = [0; 64];
        space[0x34 / 4] = 0x84;
        let mut put =
            |at: usize, words: &[u32]| space[at / 4..][..words.len()].copy_from_slice(words);
        put(0x84, &[0x0514_7009, 0, 0, 0, 0]);
        put(0x70, &[0x0214_6009, 4, 0x3000, 0x1000, 4]);
        put(0x60, &[0x0410_5009, 4, 0x2000, 0x1000]);
        put(0x50, &[0x0310_4009, 4, 0x1000, 0x1000]);
        put(0x40, &[0x0110_9809, 4, 0, 0x1000]);
        put(0x98, &[0x8001_0011, 1]);
        space
    }

    #[test]
    fn the_windows_of_a_modern_device_are_found() {
        let space = space();
        let found = find(|at| space.get(usize::from(at) / 4).copied()).expect("modern");
        assert_eq!(
            found.common,
            Location {
                bar: 4,
                offset: 0,
                length: 0x1000
            }
        );
        assert_eq!(found.device.offset, 0x2000);
        assert_eq!(found.interrupt.map(|found| found.offset), Some(0x1000));
        assert_eq!((found.notify.offset, found.doorbell_stride), (0x3000, 4));
    }

    #[test]
    fn a_device_without_a_window_is_not_modern() {
        let mut space = space();
        space[0x60 / 4] = 0x0410_5001;
        assert_eq!(find(|at| space.get(usize::from(at) / 4).copied()), None);
    }

    #[test]
    fn a_list_that_goes_round_ends() {
        let mut space = [0; 64];
        space[0x34 / 4] = 0x40;
        space[0x40 / 4] = 0x4009;
        assert_eq!(find(|at| space.get(usize::from(at) / 4).copied()), None);
    }
}
