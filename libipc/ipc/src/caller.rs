//! Who calls: what the badge of a connection says.

/// The identity of a client, from the badge that the system put on its connection.
///
/// Bits 0..32 of a badge are the client's number (at least 1), bits 32..40 the index of the interface in the
/// list of those that the server provides. A client cannot change its badge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Caller {
    badge: u64,
}

impl Caller {
    /// The caller with a badge.
    #[inline]
    pub const fn from_badge(badge: u64) -> Self {
        Self { badge }
    }

    /// The badge of client `client` on interface `interface`.
    pub const fn new(client: u32, interface: u8) -> Self {
        Self {
            badge: client as u64 | (interface as u64) << 32,
        }
    }

    /// The client's number.
    #[inline]
    pub const fn client(self) -> u32 {
        self.badge as u32
    }

    /// The index of the interface that it is connected to.
    #[inline]
    pub const fn interface(self) -> u8 {
        (self.badge >> 32) as u8
    }

    /// The whole badge.
    #[inline]
    pub const fn badge(self) -> u64 {
        self.badge
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_and_interface_are_read_from_the_badge() {
        let caller = Caller::from_badge(Caller::new(77, 3).badge());
        assert_eq!((caller.client(), caller.interface()), (77, 3));
    }
}
