//! A point of the grid, and what it is called.

use super::NAME;

/// What carries a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// Calls.
    Call,
    /// Requests of a ring that hold the bytes themselves.
    Ring,
    /// Requests of a ring that say where the bytes are in a pool.
    Pool,
}

impl Way {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Call, Self::Ring, Self::Pool];

    /// Its name, as the guest tells it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Ring => "ring",
            Self::Pool => "ring-pool",
        }
    }

    /// The one with a name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.name() == name)
    }
}

/// Messages of one length that travel together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Point {
    /// What carries them.
    pub(super) way: Way,
    /// Bytes of each.
    pub(super) bytes: u32,
    /// How many there are.
    pub(super) batch: u32,
}

impl Point {
    /// The figure's name.
    pub(super) fn name(self) -> String {
        let Self { way, bytes, batch } = self;
        format!("{NAME}.{}.{bytes}.b{batch}", way.name())
    }
}

/// A length for people, in the greatest unit that it is a whole number of.
pub(super) fn length(bytes: u32) -> String {
    match bytes {
        0 => "0 B".to_owned(),
        bytes if bytes.is_multiple_of(1024) => format!("{} KiB", bytes / 1024),
        bytes => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_found_by_its_name_only() {
        for way in Way::ALL {
            assert_eq!(Way::named(way.name()), Some(way));
        }
        assert_eq!(Way::named("rings"), None);
    }

    #[test]
    fn lengths_are_told_in_the_greatest_whole_unit() {
        let told = [0, 16, 1024, 1500, 65_536].map(length);
        assert_eq!(told, ["0 B", "16 B", "1 KiB", "1500 B", "64 KiB"]);
    }
}
