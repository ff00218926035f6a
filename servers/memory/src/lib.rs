//! The memory server: owns all memory that is left when the system is built, gives it out in blocks of untyped
//! memory, and takes it back with everything that was made of it.
//!
//! Blocks are powers of two from a buddy tree, because that is how untyped memory divides: a node of the tree *is* an
//! untyped capability, its halves are derived from it, and a block that is out is an untyped derived from a node that
//! stays here. Taking a block back revokes the node, which no holder can prevent. Rejected: handing out frames from a
//! free list, because each frame would then be a capability of this server and taking back a process would cost
//! a message a page.
//!
//! | module | holds |
//! |---|---|
//! | `tree` | the buddy tree: which node is free, split or out |
//! | `pieces` | what the tree does with real capabilities |
//! | `server` | the `memory` interface, accounts and limits |

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod pieces;
pub mod server;
pub mod tree;

/// The smallest block, as log2 of its bytes: a page.
pub const SMALLEST: u8 = 12;
/// The greatest block, as log2 of its bytes.
pub const GREATEST: u8 = 30;
/// The greatest number of blocks that can be out at once.
pub const MAX_BLOCKS: usize = 2048;
