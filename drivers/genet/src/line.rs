//! What the line is like while there is a link.

/// How fast it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Speed {
    /// 10 Mbit/s.
    Mbit10 = 0,
    /// 100 Mbit/s.
    Mbit100 = 1,
    /// 1 Gbit/s.
    Gbit1 = 2,
}

impl Speed {
    /// Megabits a second.
    #[must_use]
    pub const fn mbit(self) -> u32 {
        match self {
            Self::Mbit10 => 10,
            Self::Mbit100 => 100,
            Self::Gbit1 => 1000,
        }
    }
}

/// Whether both ends may send at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duplex {
    /// They may not.
    Half,
    /// They may.
    Full,
}

/// A link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// How fast it is.
    pub speed: Speed,
    /// Who may send when.
    pub duplex: Duplex,
}
