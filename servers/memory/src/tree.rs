//! The buddy tree.
//!
//! Nodes live in one vector and name each other by index; a node that is no longer part of the tree is reused. Choosing
//! a node looks at all of them: there are at most a few thousand, and blocks are given out rarely.

use alloc::vec::Vec;
use core::fmt;

use crate::SMALLEST;

/// What the tree does with the memory behind its nodes.
pub trait Pieces {
    /// One piece of memory.
    type Piece: Copy + fmt::Debug + PartialEq;
    /// Why a piece could not be divided.
    type Refused;

    /// Divides a piece into halves of 2^`bits` bytes.
    ///
    /// # Errors
    /// If the kernel refuses; the piece is whole then.
    fn split(&mut self, piece: Self::Piece, bits: u8) -> Result<[Self::Piece; 2], Self::Refused>;

    /// Makes one of the two halves of a piece, both free, whole again.
    fn join(&mut self, halves: [Self::Piece; 2]);

    /// Destroys everything that was made of a piece.
    fn reclaim(&mut self, piece: Self::Piece);
}

/// The number of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeId(usize);

impl NodeId {
    /// As a number for clients.
    pub fn number(self) -> u64 {
        self.0 as u64
    }

    /// The node that a client's number names, if it could be one.
    pub fn from_number(number: u64) -> Option<Self> {
        usize::try_from(number).ok().map(Self)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Free,
    Split([NodeId; 2]),
    Out,
    /// Not part of the tree.
    Unused,
}

#[derive(Clone, Copy, Debug)]
struct Node<P> {
    piece: P,
    bits: u8,
    parent: Option<NodeId>,
    state: State,
}

/// Why nothing was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakeError<R> {
    /// No free node is large enough.
    NoMemory,
    /// A node could not be divided.
    Refused(R),
}

/// All memory, divided as far as it is.
pub struct Tree<P: Pieces> {
    pieces: P,
    nodes: Vec<Node<P::Piece>>,
}

impl<P: Pieces> Tree<P> {
    /// A tree without memory.
    pub fn new(pieces: P) -> Self {
        Self {
            pieces,
            nodes: Vec::new(),
        }
    }

    /// What holds the memory itself.
    pub fn pieces(&mut self) -> &mut P {
        &mut self.pieces
    }

    /// Adds a piece of 2^`bits` bytes that nothing was made of.
    pub fn add(&mut self, piece: P::Piece, bits: u8) {
        self.new_node(Node {
            piece,
            bits,
            parent: None,
            state: State::Free,
        });
    }

    /// Takes a block of 2^`bits` bytes out of the smallest free node that is large enough.
    ///
    /// # Errors
    /// [`TakeError`]; nothing is lost then, though nodes may be divided further than before.
    pub fn take(&mut self, bits: u8) -> Result<(NodeId, P::Piece), TakeError<P::Refused>> {
        let fitting = self
            .free_nodes()
            .filter(|(_, node)| node.bits >= bits.max(SMALLEST));
        let best = fitting
            .min_by_key(|(id, node)| (node.bits, *id))
            .map(|(id, _)| id);
        let mut id = best.ok_or(TakeError::NoMemory)?;
        while let Some(node) = self.node(id)
            && node.bits > bits.max(SMALLEST)
        {
            id = self.split(id, node).map_err(TakeError::Refused)?;
        }
        let node = self.nodes.get_mut(id.0).ok_or(TakeError::NoMemory)?;
        node.state = State::Out;
        Ok((id, node.piece))
    }

    /// Takes a block back; joins halves as far as both are free. Gives the block's size as log2; `None` if no such block
    /// is out.
    pub fn give_back(&mut self, id: NodeId) -> Option<u8> {
        let node = self.node(id).filter(|node| node.state == State::Out)?;
        self.pieces.reclaim(node.piece);
        self.set_state(id, State::Free);
        let mut parent = node.parent;
        while let Some(id) = parent {
            parent = self.join(id);
        }
        Some(node.bits)
    }

    /// Bytes that are free, and the greatest free piece.
    pub fn free(&self) -> (u64, u64) {
        let sizes = self.free_nodes().map(|(_, node)| 1_u64 << node.bits);
        sizes.fold((0, 0), |(sum, greatest), size| {
            (sum + size, greatest.max(size))
        })
    }

    /// Bytes in all.
    pub fn total(&self) -> u64 {
        let roots = self
            .nodes
            .iter()
            .filter(|node| node.state != State::Unused && node.parent.is_none());
        roots.map(|node| 1_u64 << node.bits).sum()
    }

    fn node(&self, id: NodeId) -> Option<Node<P::Piece>> {
        self.nodes.get(id.0).copied()
    }

    fn free_nodes(&self) -> impl Iterator<Item = (NodeId, &Node<P::Piece>)> {
        let numbered = self
            .nodes
            .iter()
            .enumerate()
            .map(|(index, node)| (NodeId(index), node));
        numbered.filter(|(_, node)| node.state == State::Free)
    }

    fn set_state(&mut self, id: NodeId, state: State) {
        if let Some(node) = self.nodes.get_mut(id.0) {
            node.state = state;
        }
    }

    fn new_node(&mut self, node: Node<P::Piece>) -> NodeId {
        let unused = self
            .nodes
            .iter()
            .position(|node| node.state == State::Unused);
        match unused.and_then(|index| Some((index, self.nodes.get_mut(index)?))) {
            Some((index, place)) => {
                *place = node;
                NodeId(index)
            }
            None => {
                self.nodes.push(node);
                NodeId(self.nodes.len() - 1)
            }
        }
    }

    /// Divides a free node; gives its first half.
    fn split(&mut self, id: NodeId, node: Node<P::Piece>) -> Result<NodeId, P::Refused> {
        let bits = node.bits - 1;
        let pieces = self.pieces.split(node.piece, bits)?;
        let halves = pieces.map(|piece| {
            self.new_node(Node {
                piece,
                bits,
                parent: Some(id),
                state: State::Free,
            })
        });
        self.set_state(id, State::Split(halves));
        let [first, _] = halves;
        Ok(first)
    }

    /// Makes a node whole again if both halves are free; gives its parent then.
    fn join(&mut self, id: NodeId) -> Option<NodeId> {
        let node = self.node(id)?;
        let State::Split(halves) = node.state else {
            return None;
        };
        let [Some(first), Some(second)] = halves.map(|half| self.node(half)) else {
            return None;
        };
        if first.state != State::Free || second.state != State::Free {
            return None;
        }
        self.pieces.join([first.piece, second.piece]);
        halves
            .iter()
            .for_each(|half| self.set_state(*half, State::Unused));
        self.set_state(id, State::Free);
        node.parent
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// Pieces as address ranges; refuses what the kernel would refuse.
    #[derive(Default)]
    struct Ranges {
        /// Ranges that exist, and whether they are divided.
        live: BTreeMap<(u64, u8), bool>,
        reclaimed: usize,
    }

    impl Pieces for Ranges {
        type Piece = (u64, u8);
        type Refused = ();

        fn split(&mut self, piece: (u64, u8), bits: u8) -> Result<[(u64, u8); 2], ()> {
            assert_eq!(self.live.insert(piece, true), Some(false), "divided twice");
            let halves = [(piece.0, bits), (piece.0 + (1 << bits), bits)];
            halves
                .iter()
                .for_each(|half| assert_eq!(self.live.insert(*half, false), None));
            Ok(halves)
        }

        fn join(&mut self, halves: [(u64, u8); 2]) {
            halves
                .iter()
                .for_each(|half| assert_eq!(self.live.remove(half), Some(false)));
            let whole = (halves[0].0, halves[0].1 + 1);
            assert_eq!(self.live.insert(whole, false), Some(true));
        }

        fn reclaim(&mut self, _: (u64, u8)) {
            self.reclaimed += 1;
        }
    }

    fn tree() -> Tree<Ranges> {
        let mut tree = Tree::new(Ranges::default());
        for piece in [(0, 20), (1 << 21, 21)] {
            tree.pieces.live.insert(piece, false);
            tree.add(piece, piece.1);
        }
        tree
    }

    #[test]
    fn the_smallest_node_that_fits_is_divided() {
        let mut tree = tree();
        let (_, piece) = tree.take(20).unwrap();
        assert_eq!(piece, (0, 20));
        let (_, piece) = tree.take(12).unwrap();
        assert_eq!(piece, (1 << 21, 12));
        assert_eq!(tree.take(21), Err(TakeError::NoMemory));
    }

    #[test]
    fn a_block_can_be_given_back_once() {
        let mut tree = tree();
        let (block, _) = tree.take(13).unwrap();
        assert_eq!(tree.give_back(block), Some(13));
        assert_eq!(tree.give_back(block), None);
        assert_eq!(tree.give_back(NodeId(99)), None);
        assert_eq!(tree.free(), (tree.total(), 1 << 21));
    }

    proptest! {
        #[test]
        fn blocks_never_overlap_and_all_memory_comes_back(steps in prop::collection::vec((0_u8..24, 0_usize..40), 1..200)) {
            let mut tree = tree();
            let mut out: std::vec::Vec<(NodeId, (u64, u8))> = std::vec![];
            for (bits, which) in steps {
                if bits < 10 && !out.is_empty() {
                    let (block, _) = out.swap_remove(which % out.len());
                    prop_assert!(tree.give_back(block).is_some());
                } else if let Ok((block, (base, size))) = tree.take(bits) {
                    prop_assert!(size >= SMALLEST && size >= bits);
                    for (_, (other, length)) in &out {
                        prop_assert!(base + (1 << size) <= *other || other + (1 << length) <= base);
                    }
                    out.push((block, (base, size)));
                }
                let used: u64 = out.iter().map(|(_, (_, bits))| 1_u64 << bits).sum();
                prop_assert_eq!(tree.free().0 + used, tree.total());
            }
            for (block, _) in out {
                tree.give_back(block);
            }
            prop_assert_eq!(tree.free(), (3 << 20, 1 << 21));
        }
    }
}
