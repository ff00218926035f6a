//! A capability slot, and its place in the derivation tree.
//!
//! The tree keeps, for each capability, those that were derived from it. Siblings form a ring; one of them, the
//! head, is known to the parent and knows it. Since the order of siblings means nothing, every change (insert,
//! remove, splice children into the parent's ring, move) takes constant time. Rejected: a list in preorder with
//! depths, where deleting a capability in the middle must touch all its descendants.

use core::sync::atomic::{AtomicU64, Ordering};

use weft_abi::cap::MemoryClass;
use weft_abi::{Kind, Rights};
use weft_hal::CoreId;
use weft_store::{Home, HomeCell, Letter, Ref};

/// A reference to a slot.
pub type SlotRef = Ref<Slot>;

/// Kind, rights, home core and flags of a capability in one word, so that a lookup compares once.
///
/// Bits 0..8 kind (0: empty), 8..16 rights, 16..24 home core, 24 original, 25 head of its sibling ring, 26 a
/// CNode that is being destroyed, 27 some thread remembers a pointer to it, 28 a session capability, 29 one whose server
/// is still to be told that its client is gone (see `ipc::gone`), 30 one whose mapping is being made or removed on another
/// core, 32..40 log2 of the size, 40..48 memory class, 48..64 the [`Container`]; that stays when the slot is emptied.
///
/// The home core is the only one that may touch the rest of the slot, and write this word. An empty slot is its
/// container's; see `remote` for how it is given to another core and comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(transparent)]
pub struct Tag(u64);

impl Tag {
    /// An empty slot.
    pub const EMPTY: Self = Self(0);
    const ORIGINAL: u64 = 1 << 24;
    const HEAD: u64 = 1 << 25;
    const DYING: u64 = 1 << 26;
    const REMEMBERED: u64 = 1 << 27;
    const SESSION: u64 = 1 << 28;
    const UNTOLD: u64 = 1 << 29;
    const BUSY: u64 = 1 << 30;
    /// In the place of a kind: the slot is neither empty nor does it hold a capability.
    const RESERVED: u64 = 0xff;
    /// In the place of the home core: none is like it.
    const FAR: u64 = 0x80 << 16;

    /// A capability of a kind with rights, whose object lives on `home`.
    pub const fn new(kind: Kind, rights: Rights, home: CoreId) -> Self {
        Self(kind as u64 | (rights.bits() as u64) << 8 | (home.0 as u64) << 16)
    }

    /// A capability of the kind with this number with all rights, whose object lives on `home`.
    pub(crate) const fn of_any_kind(kind: u64, home: CoreId) -> Self {
        Self(kind | 0xff << 8 | (home.0 as u64) << 16)
    }

    /// That of an object made of this memory: of the same core and class, with these rights, and PHYS if this has it.
    pub const fn made_into(self, kind: Kind, rights: Rights) -> Self {
        const KEPT: u64 = 0x0000_ff00_00ff_0000 | (Rights::PHYS.bits() as u64) << 8;
        Self(self.0 & KEPT | kind as u64 | (rights.bits() as u64) << 8)
    }

    /// The same, as the original: the one that owns the object.
    pub const fn original(self) -> Self {
        Self(self.0 | Self::ORIGINAL)
    }

    /// The same, as a derived capability.
    pub const fn derived(self) -> Self {
        const OWN: u64 = Tag::ORIGINAL
            | Tag::HEAD
            | Tag::DYING
            | Tag::REMEMBERED
            | Tag::SESSION
            | Tag::UNTOLD
            | Tag::BUSY;
        Self(self.0 & !OWN)
    }

    /// The same, as a session capability: an endpoint's that was given a badge, and whose copies are a client's.
    pub const fn session(self) -> Self {
        Self(self.0 | Self::SESSION)
    }

    /// Whether it is a session capability.
    pub const fn is_session(self) -> bool {
        self.0 & Self::SESSION != 0
    }

    /// The same, of a session whose client is gone and whose server has to be told.
    pub const fn untold(self) -> Self {
        Self(self.0 | Self::UNTOLD)
    }

    /// The same, of a session about which there is nothing to tell.
    pub const fn told(self) -> Self {
        Self(self.0 & !Self::UNTOLD)
    }

    /// Whether its client is gone and its server has to be told.
    pub const fn is_untold(self) -> bool {
        self.0 & Self::UNTOLD != 0
    }

    /// The same, remembered by a thread.
    pub const fn remembered(self) -> Self {
        Self(self.0 | Self::REMEMBERED)
    }

    /// Whether some thread remembers a pointer to it, or did.
    pub const fn is_remembered(self) -> bool {
        self.0 & Self::REMEMBERED != 0
    }

    /// The same, of a CNode that is being destroyed.
    pub const fn dying(self) -> Self {
        Self(self.0 | Self::DYING)
    }

    /// The same with log2 of the object's size.
    pub const fn with_size(self, size: u8) -> Self {
        Self(self.0 & !(0xff << 32) | (size as u64) << 32)
    }

    /// The same with a memory class.
    pub const fn with_class(self, class: MemoryClass) -> Self {
        Self(self.0 & !(0xff << 40) | (class as u64) << 40)
    }

    /// The same, in a slot of this container.
    pub const fn within(self, container: Container) -> Self {
        Self(self.0 & !(0xffff << 48) | (container.0 as u64) << 48)
    }

    /// What the slot is part of.
    pub const fn container(self) -> Container {
        Container((self.0 >> 48) as u16)
    }

    /// That of a slot of this container which holds nothing, but is given to a core that will fill it or give it back.
    pub const fn reserved(container: Container, core: CoreId) -> Self {
        Self(Self::RESERVED | Self::FAR | (core.0 as u64) << 16).within(container)
    }

    /// Whether the slot holds nothing, but is given to a core.
    pub const fn is_reserved(self) -> bool {
        self.0 & 0xff == Self::RESERVED
    }

    /// The same, of a frame whose mapping is being made or removed on another core.
    pub const fn busy(self) -> Self {
        Self(self.0 | Self::BUSY)
    }

    /// The same, of a frame about whose mapping no other core does anything.
    pub const fn settled(self) -> Self {
        Self(self.0 & !Self::BUSY)
    }

    /// Whether its mapping is being made or removed on another core.
    pub const fn is_busy(self) -> bool {
        self.0 & Self::BUSY != 0
    }

    /// The same with at most these rights.
    pub const fn limited(self, rights: Rights) -> Self {
        Self(self.0 & !(((!rights.bits()) as u64) << 8))
    }

    /// The same, leading its sibling ring or not.
    pub const fn with_head(self, head: Head) -> Self {
        match head {
            Head::Yes => Self(self.0 | Self::HEAD),
            Head::No => Self(self.0 & !Self::HEAD),
        }
    }

    /// The kind; `None` if the slot is empty.
    #[inline]
    pub const fn kind(self) -> Option<Kind> {
        Kind::from_number(self.0 & 0xff)
    }

    /// Whether removing the capability touches no object of the kernel's: it stands in a CNode, and is derived, or a
    /// frame's.
    pub const fn is_light(self) -> bool {
        let frame = self.0 & 0xff == Kind::Frame as u64;
        (frame || !self.is_original())
            && !self.is_dying()
            && !self.is_reserved()
            && self.container().is_cnode()
    }

    /// The bits that say kind and home core, and those of rights.
    #[inline(always)]
    pub(crate) const fn mask_of(rights: Rights) -> u64 {
        0xff | 0xff << 16 | (rights.bits() as u64) << 8
    }

    /// In which of these bits two words differ.
    #[inline(always)]
    pub(crate) const fn differs_in(self, other: Tag, mask: u64) -> u64 {
        (self.0 ^ other.0) & mask
    }

    /// Whether the slot holds nothing of another core, and is reserved for none: `own` is any word of this core.
    #[inline(always)]
    pub const fn is_near(self, own: Tag) -> bool {
        (self.0 ^ own.0) & 0xff << 16 == 0
    }

    /// Whether this is a frame of the same size, class and home as another, with all of these rights, which the other
    /// has.
    pub const fn is_alike(self, other: Self, rights: Rights) -> bool {
        let mask = 0x0000_ffff_00ff_00ff | (rights.bits() as u64) << 8;
        (self.0 ^ other.0) & mask == 0
    }

    /// Whether it is a frame of 4 KiB of RAM with all of these rights.
    pub const fn is_page_of_ram(self, rights: Rights) -> bool {
        const SIZE_CLASS_KIND: u64 = 0x0000_ffff_0000_00ff;
        let wanted = Kind::Frame as u64 | (MemoryClass::Ram as u64) << 40 | 12 << 32;
        let rights = (rights.bits() as u64) << 8;
        self.0 & (SIZE_CLASS_KIND | rights) == wanted | rights
    }

    /// Whether the slot holds nothing.
    pub const fn is_empty(self) -> bool {
        self.0 & 0xff == 0
    }

    /// The rights.
    pub const fn rights(self) -> Rights {
        Rights::from_bits_truncate((self.0 >> 8) as u8)
    }

    /// The core where the object lives.
    pub const fn home(self) -> CoreId {
        CoreId((self.0 >> 16) as u8 & 0x7f)
    }

    /// Whether deleting this capability destroys the object.
    pub const fn is_original(self) -> bool {
        self.0 & Self::ORIGINAL != 0
    }

    /// Whether the parent's `child` link leads here.
    pub const fn is_head(self) -> bool {
        self.0 & Self::HEAD != 0
    }

    /// Whether this stands for a CNode that is being destroyed.
    pub const fn is_dying(self) -> bool {
        self.0 & Self::DYING != 0
    }

    /// log2 of the size: bytes of an untyped or frame, slots of a CNode.
    pub const fn size(self) -> u8 {
        (self.0 >> 32) as u8
    }

    /// Class of an untyped's or frame's memory.
    pub const fn class(self) -> MemoryClass {
        match (self.0 >> 40) as u8 {
            0 => MemoryClass::Ram,
            1 => MemoryClass::Retained,
            _ => MemoryClass::Device,
        }
    }
}

/// What a slot is part of: a CNode with log2 of its slots and its home core, or another object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct Container(u16);

impl Container {
    /// An object other than a CNode.
    pub const OBJECT: Self = Self(0);

    /// A CNode with 2^`log2` slots on a core.
    pub const fn cnode(log2: u8, core: CoreId) -> Self {
        Self(log2 as u16 | (core.0 as u16) << 8)
    }

    /// Whether it is a CNode.
    pub const fn is_cnode(self) -> bool {
        self.log2() != 0
    }

    /// log2 of the slots; 0 if it is another object.
    pub const fn log2(self) -> u8 {
        self.0 as u8
    }

    /// Whether it is a CNode of another core than this.
    pub const fn is_beyond(self, core: CoreId) -> bool {
        self.is_cnode() && self.0 >> 8 != core.0 as u16
    }

    /// The home core of the CNode.
    pub const fn core(self) -> CoreId {
        CoreId((self.0 >> 8) as u8)
    }
}

/// The word of a slot. Only the core that has the slot writes it; others may look at it, to know which one that is.
#[derive(Default)]
pub struct TagCell(AtomicU64);

impl TagCell {
    /// Holds `tag`.
    pub const fn new(tag: Tag) -> Self {
        Self(AtomicU64::new(tag.0))
    }

    /// The word.
    #[inline(always)]
    pub fn get(&self, _home: Home) -> Tag {
        Tag(self.0.load(Ordering::Relaxed))
    }

    /// Replaces the word; what was written to the slot before is seen by whoever sees this.
    #[inline(always)]
    pub fn release(&self, _home: Home, tag: Tag) {
        self.0.store(tag.0, Ordering::Release);
    }

    /// Replaces the word.
    #[inline(always)]
    pub fn set(&self, _home: Home, tag: Tag) {
        self.0.store(tag.0, Ordering::Relaxed);
    }
}

/// Whether a capability leads its sibling ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// It does.
    Yes,
    /// It does not.
    No,
}

/// A capability slot: 64 bytes, one cache line.
///
/// | kind | `object` | `badge` | `mapping` |
/// |---|---|---|---|
/// | Untyped | physical base | bytes used from the start (watermark) | bytes up to which it is cleared |
/// | Frame | physical base | – | where it is mapped, or 0 (see `space::Mapping`) |
/// | PageTable | physical address | – | where it is mapped, or 0 |
/// | CNode | address of its slot 0 | – | – |
/// | IrqHandler | line | – | – |
/// | IoPorts | – | first port, last port << 16 | – |
/// | SchedControl | – | greatest priority | – |
/// | others | address of the object | badge | – |
///
/// Slot 0 of a CNode never holds a user's capability: its `badge` counts the used slots, and while the CNode is
/// being destroyed the original capability stands there, off every user's reach.
///
/// The sessions of an endpoint that are untold form a ring: they have no children, so that `child` leads to the next, and
/// `mapping` to the one before.
#[repr(C, align(64))]
pub struct Slot {
    /// Kind, rights, flags.
    pub tag: TagCell,
    /// Which object.
    pub object: HomeCell<u64>,
    /// Badge, or what the table above says.
    pub badge: HomeCell<u64>,
    /// Where a frame or table is mapped.
    pub mapping: HomeCell<u64>,
    /// The head of the ring of capabilities derived from this one.
    pub child: HomeCell<Option<SlotRef>>,
    /// The parent, if this is the head of its ring (and not a root).
    pub parent: HomeCell<Option<SlotRef>>,
    /// The next sibling; the slot itself if it is alone; `None` in an empty slot.
    pub next: HomeCell<Option<SlotRef>>,
    /// The previous sibling.
    pub previous: HomeCell<Option<SlotRef>>,
}

impl Letter for Slot {
    fn next_letter(&self, home: Home) -> u64 {
        self.letter(home).get(home)
    }

    fn set_next_letter(&self, home: Home, next: u64) {
        self.letter(home).set(home, next);
    }
}

impl Slot {
    /// An empty slot.
    pub const fn empty() -> Self {
        Self {
            tag: TagCell::new(Tag::EMPTY),
            object: HomeCell::new(0),
            badge: HomeCell::new(0),
            mapping: HomeCell::new(0),
            child: HomeCell::new(None),
            parent: HomeCell::new(None),
            next: HomeCell::new(None),
            previous: HomeCell::new(None),
        }
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self, home: Home) -> bool {
        self.tag.get(home).is_empty()
    }

    /// The field in which a mailbox keeps its link: one that a slot does not use while another core has it.
    fn letter(&self, home: Home) -> &HomeCell<u64> {
        match self.tag.get(home).is_dying() {
            true => &self.object,
            false => &self.badge,
        }
    }

    /// The object as a reference; `None` if the slot is of another kind.
    pub fn object_of<T>(&self, home: Home, kind: Kind) -> Option<Ref<T>> {
        let is_kind = self.tag.get(home).0 & 0xff == kind as u64;
        is_kind.then(|| Ref::from_slot(self.object.get(home)))
    }
}
