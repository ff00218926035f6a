//! Random system calls: numbers and arguments from a seed.
//!
//! A number is mostly one that exists or nearly so, sometimes anything; an argument is a slot, a small
//! number, an address or anything. As hardly any such call would be accepted, every second one gets a
//! capability of the kind that it needs, and further arguments that make sense for some numbers. Whoever starts the program
//! fills its slots so.

/// Slots that are filled, and some that stay empty. Capabilities of other cores follow.
pub const SLOTS: u64 = 28;
/// Slots with capabilities of each other core, in the order of [`FarPlace`].
pub const FAR: u64 = 9;
/// Numbers of system calls, and some behind them.
const NUMBERS: u64 = 81;
/// The slot for an interrupt's handler.
const HANDLER: u64 = 24;

/// Where a capability of another core is in that core's group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FarPlace {
    /// An endpoint.
    Endpoint,
    /// A notification with a badge.
    Notification,
    /// A reply object.
    Reply,
    /// A CNode.
    CNode,
    /// A frame.
    Frame,
    /// A thread.
    Thread,
    /// A scheduling context.
    SchedContext,
    /// An address space.
    AddressSpace,
    /// The right to give time of that core.
    Control,
}

/// A generator of numbers: xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift
/// generators, scrambled", 2016).
#[derive(Clone, Copy, Debug)]
pub struct Generator {
    state: u64,
    far: u64,
}

impl Generator {
    /// Numbers from a seed.
    pub const fn new(seed: u64) -> Self {
        Self::with_far(seed, 0)
    }

    /// Numbers from a seed, for a program that also has capabilities of so many other cores, a group of [`FAR`] each.
    pub const fn with_far(seed: u64, far: u64) -> Self {
        Self {
            state: seed | 1,
            far,
        }
    }

    /// The next system call: its number and arguments.
    pub fn call(&mut self) -> (u64, [u64; 9]) {
        let number = self.number();
        (number, self.arguments(number))
    }

    fn next(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Below `bound`.
    fn below(&mut self, bound: u64) -> u64 {
        (self.next() >> 32) % bound
    }

    fn either(&mut self, two: [u64; 2]) -> u64 {
        two[self.below(2) as usize]
    }

    fn number(&mut self) -> u64 {
        match self.below(32) {
            0 => self.next(),
            // A thread is resumed only if it was configured before, a page unmapped only if it was mapped.
            1 => self.either([30, 33]),
            2 => self.either([44, 45]),
            _ => self.below(NUMBERS),
        }
    }

    fn argument(&mut self) -> u64 {
        match self.below(8) {
            0..=3 => self.below(SLOTS + self.far * FAR),
            4 => self.below(64),
            5 => 0x3000_0000 + (self.below(64) << 12),
            6 => 1 << self.below(64),
            _ => self.next(),
        }
    }
    /// The arguments of a call.
    fn arguments(&mut self, number: u64) -> [u64; 9] {
        let mut all = core::array::from_fn(|_| self.argument());
        let Some(slots) = suitable(number).filter(|_| self.below(2) == 0) else {
            return all;
        };
        all[0] = self.either(slots);
        if self.far > 0
            && let Some(place) = far_place(number).filter(|_| self.below(3) == 0)
        {
            all[0] = SLOTS + self.below(self.far) * FAR + place;
        }
        match number {
            16 => {
                all[1] = 1 + self.below(10);
                all[2] = 2 + self.below(12);
                all[3] = self.either([10, 16]);
                all[5] = 1 + self.below(3);
            }
            30 => {
                all[1] = self.either([10, 16]);
                all[2] = self.either([13, 19]);
                all[3] = self.either([0, 2]);
            }
            39 => [all[1], all[2]] = [self.either([8, 17]), self.below(4)],
            40 => {
                all[1] = self.either([9, 18]);
                all[2] = self.below(32);
                all[3] = 10_000 + self.below(1 << 20);
                all[4] = all[3] + self.below(1 << 20);
            }
            44 => {
                all[1] = self.either([11, 12]);
                all[2] = 0x3000_0000 + (self.below(64) << 12);
                all[3] = self.either([1, 3]);
            }
            50 => [all[1], all[2], all[3], all[4]] = [self.below(24), 0, 16, HANDLER],
            51 => [all[1], all[2]] = [16, HANDLER],
            52 => all[1] = self.either([4, 5]),
            _ => {}
        }
        all
    }
}

/// Two slots whose capabilities are of the kind that a system call is for; the supervisor fills them so.
fn suitable(number: u64) -> Option<[u64; 2]> {
    Some(match number {
        1 | 2 | 3 | 5 => [2, 3],
        4 => [6, 7],
        6..=8 => [4, 5],
        16 | 17 => [1, 1],
        20..=26 => [10, 16],
        30..=37 => [8, 17],
        39 | 40 | 43 => [20, 20],
        41 | 42 => [9, 18],
        44 | 46 => [13, 19],
        45 | 47 => [11, 12],
        50 | 51 => [21, 21],
        52 | 53 => [HANDLER, HANDLER],
        56 | 57 => [22, 22],
        61 => [23, 23],
        _ => return None,
    })
}

/// Where in the group of another core the capability is that a system call is for.
fn far_place(number: u64) -> Option<u64> {
    let place = match number {
        1 | 2 | 3 | 5 => FarPlace::Endpoint,
        6..=8 => FarPlace::Notification,
        4 => FarPlace::Reply,
        20..=26 => FarPlace::CNode,
        30..=37 => FarPlace::Thread,
        41 | 42 => FarPlace::SchedContext,
        44 | 46 => FarPlace::AddressSpace,
        45 | 47 => FarPlace::Frame,
        39 | 40 => FarPlace::Control,
        _ => return None,
    };
    Some(place as u64)
}
