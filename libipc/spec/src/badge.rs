//! Badges: how a server tells its clients and their interfaces apart.
//!
//! Bits 0..32 are the client (component number + 1, or a session from [`FIRST_SESSION`] on), bits 32..40
//! the number of the interface among those that the server provides. The kernel delivers the badge, so
//! that no client can pretend to be another or reach an interface that it was not connected to.

use crate::ComponentId;

/// Client numbers from here on are given by the process server to the programs that it starts.
pub const FIRST_SESSION: u32 = 0x1000;

/// The number that no interface has: requests for it reach nothing.
const NO_INTERFACE: u8 = u8::MAX;

/// The badge of a component's connection to interface number `interface` of a server.
pub const fn of_client(client: ComponentId, interface: u8) -> u64 {
    (client.0 as u64 + 1) | ((interface as u64) << 32)
}

/// The badge by which a component learns that another one is gone whose client it is.
pub const fn of_tie(server: ComponentId) -> u64 {
    of_client(server, NO_INTERFACE)
}

/// The badge of the fault endpoint of a component.
pub const fn of_faults(component: ComponentId) -> u64 {
    component.0 as u64 + 1
}

/// What stands for the badge in a capability for I/O ports.
pub const fn of_ports(first: u16, last: u16) -> u64 {
    first as u64 | ((last as u64) << 16)
}

/// The component that a client number below [`FIRST_SESSION`] means.
pub const fn component(client: u32) -> Option<ComponentId> {
    if client == 0 || client >= FIRST_SESSION {
        return None;
    }
    Some(ComponentId((client - 1) as u16))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_badge_names_its_client_and_interface() {
        let badge = of_client(ComponentId(4), 3);
        assert_eq!(component(badge as u32), Some(ComponentId(4)));
        assert_eq!(badge >> 32, 3);
    }

    #[test]
    fn sessions_and_zero_are_no_components() {
        assert_eq!(component(0), None);
        assert_eq!(component(FIRST_SESSION), None);
    }
}
