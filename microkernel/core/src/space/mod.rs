//! Address spaces: identifiers, page tables, mappings.
//!
//! User mode supplies the page tables below the root; the kernel walks and changes them. A frame capability
//! remembers the one place where it is mapped as a word that may be stale: the identifier may be in use by
//! another space, the table may be gone. So before anything is done with it, the walk must find the frame
//! there. That makes it unnecessary to visit all frames when a space or a table is destroyed.
//!
//! | file | holds |
//! |---|---|
//! | `asid` | which identifier belongs to which space |
//! | `mapping` | the word that says where something is mapped |
//! | `walk` | page-table entries of an address |
//! | `map` | pages: map, change, unmap |
//! | `batch` | many pages of one table |
//! | `prepare` | caches of large pages that are about to be mapped |
//! | `table` | page tables: hang in, take out; the end of a space |
//! | `tags` | which TLB tag a space has on a core |
//! | `tlb` | what a core's TLB holds of a space: switch, forget |

mod asid;
mod batch;
mod map;
mod mapping;
mod prepare;
mod table;
mod tags;
mod tlb;
mod walk;

pub(crate) use asid::AsidTable;
pub(crate) use map::{MapRefusal, any_leaf_for};
pub(crate) use mapping::Mapping;
pub(crate) use prepare::Preparation;
pub(crate) use table::Content;
#[cfg(test)]
pub(crate) use tags::Tagged;
pub(crate) use tags::{Mark, Tags};
