//! What a core asks of several others at once, and is told when each has done.
//!
//! Every core has one [`Requests`]. Who asks says in its own what for, then sets its bit in those of the others; each of
//! these takes all bits that are set, reads what is asked, does it, and sets its own bit in the record of who asked. So asking costs
//! one atomic instruction a core, and nobody waits for anybody. A core asks for one thing at a time: it says something
//! else only when all have answered.

#[cfg(loom)]
use loom::sync::atomic::{AtomicU64, Ordering};

#[cfg(not(loom))]
use core::sync::atomic::{AtomicU64, Ordering};

/// What a core is asked by others, what it asks, and who has answered.
pub struct Requests {
    asked: AtomicU64,
    answered: AtomicU64,
    what: AtomicU64,
}

/// The bit of a core (0 to 63).
const fn bit(core: u8) -> u64 {
    1_u64.wrapping_shl(core as u32)
}

impl Requests {
    /// Nothing is asked.
    #[cfg(not(loom))]
    pub const fn new() -> Self {
        Self {
            asked: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            what: AtomicU64::new(0),
        }
    }

    /// Nothing is asked.
    #[cfg(loom)]
    pub fn new() -> Self {
        Self {
            asked: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            what: AtomicU64::new(0),
        }
    }

    /// Says what this core will ask for. Nobody may still have to answer what it asked before.
    pub fn announce(&self, what: u64) {
        // `ask` releases it.
        self.what.store(what, Ordering::Relaxed);
    }

    /// Asks the core that this belongs to. Says whether nobody else had, so that it has to be told.
    pub fn ask(&self, asker: u8) -> bool {
        // Release: who takes the request sees what is asked, and what was written before.
        self.asked.fetch_or(bit(asker), Ordering::AcqRel) == 0
    }

    /// Takes what this core is asked: a bit for each core that asks.
    pub fn take(&self) -> u64 {
        self.asked.swap(0, Ordering::Acquire)
    }

    /// What the core that this belongs to asks for.
    pub fn what(&self) -> u64 {
        self.what.load(Ordering::Relaxed)
    }

    /// Tells the core that this belongs to that `core` has done what it asked. Says whether it has to be told.
    pub fn answer(&self, core: u8) -> bool {
        // Release: what was done is done before it is said so.
        self.answered.fetch_or(bit(core), Ordering::AcqRel) == 0
    }

    /// Whether all of these cores have answered this one. The answers stay to be taken.
    pub fn have_answered(&self, cores: u64) -> bool {
        self.answered.load(Ordering::Relaxed) & cores == cores
    }

    /// Takes the answers to this core: a bit for each core.
    pub fn answers(&self) -> u64 {
        self.answered.swap(0, Ordering::Acquire)
    }
}

impl Default for Requests {
    fn default() -> Self {
        Self::new()
    }
}
