//! The rings of the system, from the connections that ask for one.

use libipc_ring::{Capacity, Layout};
use weft_abi::layout::PAGE;
use weft_spec::Ring;

use super::Context;
use crate::draft::{DraftComponent, DraftRing, PoolReach, ServerEnd, Use};

/// A ring, with what the specification does not keep.
pub(crate) struct Planned<'d> {
    pub(crate) ring: Ring,
    pub(crate) client: &'d DraftComponent,
    pub(crate) reach: PoolReach,
    pub(crate) end: ServerEnd,
}

/// All rings, in the order of clients and of their connections.
pub(super) fn planned<'d>(context: &Context<'d>) -> Option<Vec<Planned<'d>>> {
    let mut rings = Vec::new();
    for client in &context.order {
        for connection in &client.uses {
            if let Some(ring) = &connection.ring {
                rings.push(one(context, client, connection, ring)?);
            }
        }
    }
    Some(rings)
}

fn one<'d>(
    context: &Context<'d>,
    client: &'d DraftComponent,
    connection: &Use,
    draft: &DraftRing,
) -> Option<Planned<'d>> {
    let layout = Layout::new(Capacity::new(draft.slots.into())?);
    let server = &connection.server.value;
    let ring = Ring {
        client: context.id(&client.name.value)?,
        server: context.id(server)?,
        connection: connection.name.value.clone(),
        interface: context.interface_number(server, &connection.interface().value)?,
        slots_log2: draft.slots.trailing_zeros() as u8,
        pages: [
            pages(layout.client_bytes()),
            pages(layout.server_bytes()),
            draft.client_pool_pages,
            draft.server_pool_pages,
        ],
    };
    Some(Planned {
        ring,
        client,
        reach: draft.reach,
        end: draft.end,
    })
}

fn pages(bytes: usize) -> u32 {
    (bytes as u64).div_ceil(PAGE) as u32
}
