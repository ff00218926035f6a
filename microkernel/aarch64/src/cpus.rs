//! The processor cores that the device tree names, and how each is started (Devicetree Specification 0.4 §3.8).
//!
//! The tree's order is kept, with the core that boots in front. A core whose entry makes no sense is in the list all the
//! same, so that it can be named as one that cannot be started.

use weft_early::Range;
use weft_early::region::PAGE;
use weft_hal::CoreId;

/// The bits of MPIDR_EL1 that tell a core from the others: levels 0 to 2, and 3 in the highest byte (Arm ARM D19.2.101).
pub const AFFINITY: u64 = 0xff_00ff_ffff;

/// How a core is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The firmware does it when asked (PSCI).
    Firmware,
    /// It waits until there is another address than 0 at this physical address.
    Release(u64),
    /// The tree does not say, or nothing that could be done.
    Unknown,
}

/// A core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cpu {
    /// Its number, as in MPIDR_EL1.
    pub affinity: u64,
    /// How it is started.
    pub start: Start,
}

/// All cores, each once.
#[derive(Clone, Copy, Debug)]
pub struct Cpus {
    list: [Cpu; CoreId::MAX],
    used: usize,
    /// How many there are, those included that are too many for the list.
    pub total: u32,
}

impl Cpus {
    /// No core.
    pub const NONE: Self = Self {
        list: [Cpu {
            affinity: 0,
            start: Start::Unknown,
        }; CoreId::MAX],
        used: 0,
        total: 0,
    };

    /// The cores in their order.
    pub fn iter(&self) -> impl Iterator<Item = Cpu> + '_ {
        self.list.iter().take(self.used).copied()
    }

    /// All but the first.
    pub fn others(&self) -> &[Cpu] {
        self.list.get(1..self.used).unwrap_or(&[])
    }

    /// Adds a core, if it is not there yet and its affinity can be one.
    pub fn add(&mut self, cpu: Cpu) {
        let known = self.iter().any(|other| other.affinity == cpu.affinity);
        if known || cpu.affinity & !AFFINITY != 0 {
            return;
        }
        self.total += 1;
        if let Some(free) = self.list.get_mut(self.used) {
            *free = cpu;
            self.used += 1;
        }
    }

    /// Puts the core that boots in front. It is there, whatever the tree says: then the last one of a full list is left
    /// out.
    pub fn boot_first(&mut self, affinity: u64) {
        let boot = Cpu {
            affinity,
            start: Start::Unknown,
        };
        self.add(boot);
        let found = self.iter().position(|cpu| cpu.affinity == affinity);
        let at = found.unwrap_or(CoreId::MAX - 1);
        if let Some(until) = self.list.get_mut(..=at) {
            until.rotate_right(1);
            until[0] = boot;
        }
    }

    /// Takes for unknown what is started through memory of which `fits` does not hold.
    pub fn check_releases(&mut self, fits: impl Fn(Range) -> bool) {
        for cpu in self.list.iter_mut().take(self.used) {
            let fitting = |address| release_page(address).is_some_and(&fits);
            if matches!(cpu.start, Start::Release(address) if !fitting(address)) {
                cpu.start = Start::Unknown;
            }
        }
    }

    /// The pages through which cores are started.
    pub fn release_pages(&self) -> impl Iterator<Item = Range> + '_ {
        self.iter().filter_map(|cpu| cpu.release_page())
    }
}

impl Cpu {
    /// The page through which it is started, if it is by one.
    pub fn release_page(self) -> Option<Range> {
        match self.start {
            Start::Release(address) => release_page(address),
            Start::Firmware | Start::Unknown => None,
        }
    }
}

/// The page of an aligned word.
fn release_page(address: u64) -> Option<Range> {
    let page = Range::sized(address & !(PAGE - 1), PAGE);
    (address.is_multiple_of(8) && page.length() == PAGE).then_some(page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn cpus(affinities: impl IntoIterator<Item = u64>) -> Cpus {
        let mut cpus = Cpus::NONE;
        for affinity in affinities {
            let start = Start::Firmware;
            cpus.add(Cpu { affinity, start });
        }
        cpus
    }

    fn order(cpus: &Cpus) -> Vec<u64> {
        cpus.iter().map(|cpu| cpu.affinity).collect()
    }

    #[test]
    fn the_core_that_boots_comes_first_and_the_others_keep_their_order() {
        let mut cpus = cpus([0, 1, 0x100, 0x101]);
        cpus.boot_first(0x100);
        assert_eq!(order(&cpus), [0x100, 0, 1, 0x101]);
        assert_eq!(cpus.total, 4);
    }

    #[test]
    fn the_core_that_boots_is_there_whatever_the_tree_says() {
        let mut none = Cpus::NONE;
        none.boot_first(7);
        assert_eq!((order(&none), none.total), (Vec::from([7]), 1));
        let mut full = cpus(0..100);
        full.boot_first(1000);
        let cores = order(&full);
        assert_eq!((cores.len(), cores[0], cores[63]), (64, 1000, 62));
        assert_eq!(full.total, 101);
    }

    #[test]
    fn a_core_that_is_named_twice_or_cannot_exist_is_left_out() {
        let cpus = cpus([3, 3, 1 << 31, 1 << 40, 0xff_0000_0000]);
        assert_eq!(order(&cpus), [3, 0xff_0000_0000]);
        assert_eq!(cpus.total, 2);
    }

    #[test]
    fn nobody_is_started_through_memory_of_somebody_else() {
        let mut cpus = Cpus::NONE;
        let releases = [0xd8, 0xe4, 0x20_0000, u64::MAX - 7];
        for (affinity, address) in (0..).zip(releases) {
            let start = Start::Release(address);
            cpus.add(Cpu { affinity, start });
        }
        let kernel = Range::sized(0x20_0000, 0x10_0000);
        cpus.check_releases(|page| !page.overlaps(kernel) && page.end <= 1 << 40);
        let starts: Vec<_> = cpus.iter().map(|cpu| cpu.start).collect();
        let unknown = Start::Unknown;
        assert_eq!(starts, [Start::Release(0xd8), unknown, unknown, unknown]);
        let pages: Vec<_> = cpus.release_pages().collect();
        assert_eq!(pages, [Range::sized(0, PAGE)]);
    }
}
