//! What a core's TLB holds of an address space: the switch to one, and what is to be forgotten.

use weft_abi::Kind;
use weft_hal::{Arch, PageSize, Root, TlbTag, VirtAddr};
use weft_store::Ref;

use crate::Core;
use crate::object::{AddressSpace, ThreadRef};

use super::tags::Tagged;

impl<A: Arch> Core<A> {
    /// The root of a thread's space, if the thread knows which tag that has here, and may read counters if and only if they
    /// are open: so a switch to it takes no look at the space. It is good until the next switch.
    #[inline(always)]
    pub(crate) fn known_space(&self, thread: ThreadRef<A>) -> Option<Root> {
        let home = self.home();
        let (root, version) = (thread.root.get(home), thread.version.get(home));
        let good = self.sched.tags.is_good::<A>(root, version);
        good.then_some(root)
    }

    /// Switches to a [known](Self::known_space) space.
    #[inline(always)]
    pub(crate) fn enter_directly(&mut self, root: Root) {
        self.sched.tags.enter_good(&mut self.arch, root);
    }

    /// Switches to the space of a thread.
    #[inline(always)]
    pub(crate) fn enter_space(&mut self, thread: ThreadRef<A>) {
        match self.known_space(thread) {
            Some(root) => self.enter_directly(root),
            None => self.enter_afresh(thread),
        }
    }

    /// Switches to the space of a thread that does not know which tag the space has here, or may read counters while they
    /// are closed, or may not while they are open.
    #[cold]
    #[inline(never)]
    fn enter_afresh(&mut self, thread: ThreadRef<A>) {
        let home = self.home();
        let Some(space) = self.space_of(thread) else {
            return self.sched.tags.leave_any(&mut self.arch);
        };
        let space = self.tagged(&space);
        let root = self.sched.tags.enter(&mut self.arch, space);
        thread.root.set(home, root);
        thread.version.set(home, self.sched.tags.version);
    }

    /// Notes which space a thread has, so that no switch has to find it out; if it has no tag yet, the first switch finds that.
    pub(crate) fn note_space(&mut self, thread: ThreadRef<A>) {
        let home = self.home();
        let (root, version) = match self.space_of(thread) {
            Some(space) => self.root_of(&space),
            None => (Root::NONE, 0),
        };
        thread.root.set(home, root);
        thread.version.set(home, version);
    }

    /// What a thread may remember of a space: its root here, and the version for which that is good.
    #[inline(always)]
    fn root_of(&self, space: &AddressSpace) -> (Root, u64) {
        let space = self.tagged(space);
        let tags = &self.sched.tags;
        match tags.known(&self.arch, space) {
            Some(root) => (root, tags.version_for(space.counters)),
            None => (self.arch.root(space.table, TlbTag(0), space.counters), 0),
        }
    }

    /// The space of a thread.
    pub(crate) fn space_of(&self, thread: ThreadRef<A>) -> Option<Ref<AddressSpace>> {
        thread.space.object_of(self.home(), Kind::AddressSpace)
    }

    /// A space as this core's TLB sees it.
    fn tagged<'a>(&self, space: &'a AddressSpace) -> Tagged<'a> {
        Tagged {
            table: space.root.get(self.home()),
            mark: space.mark(self.id()),
            counters: space.counters.get(self.home()),
        }
    }

    /// How single pages of a space are reached in this core's TLB; `None` if it holds none of them.
    pub(super) fn held(&mut self, space: Ref<AddressSpace>) -> Option<Root> {
        let space = self.tagged(&space);
        self.sched.tags.reach(&self.arch, space)
    }

    /// Forgets what this core's TLB holds of one page of a space.
    pub(crate) fn forget_page(&mut self, space: Ref<AddressSpace>, address: VirtAddr) {
        if let Some(held) = self.held(space) {
            self.arch.flush_page(held, address);
        }
    }

    /// Forgets what this core's TLB holds of a space, wherever that is at home. It costs nothing if the space has not been
    /// active here.
    pub(crate) fn forget_space(&mut self, space: Ref<AddressSpace>) {
        let space = self.tagged(&space);
        self.sched.tags.forget(&mut self.arch, space);
    }

    /// The other cores that run threads of a space and are to be asked to forget what they know of it: none where this core
    /// makes them forget itself.
    #[inline(always)]
    pub(crate) fn cores_to_ask(&self, space: Ref<AddressSpace>) -> u64 {
        if self.arch.reaches_other_cores() {
            return 0;
        }
        space.cores.get(self.home())
    }

    /// Makes other cores that run threads of a space forget pages of it, if this core can.
    #[inline(always)]
    pub(super) fn forget_pages_elsewhere(
        &mut self,
        space: Ref<AddressSpace>,
        first: VirtAddr,
        size: PageSize,
        count: u64,
    ) {
        if self.arch.reaches_other_cores() && space.cores.get(self.home()) != 0 {
            self.arch.flush_pages_everywhere(first, size, count);
        }
    }

    /// As `forget_pages_elsewhere`, of all pages.
    pub(super) fn forget_space_elsewhere(&mut self, space: Ref<AddressSpace>) {
        if self.arch.reaches_other_cores() && space.cores.get(self.home()) != 0 {
            self.arch.flush_everywhere();
        }
    }

    /// Leaves a space that ends, if it is active here.
    pub(crate) fn leave_space(&mut self, space: Ref<AddressSpace>) {
        let space = self.tagged(&space);
        self.sched.tags.leave(&mut self.arch, space);
    }

    /// The root of a space that this core's TLB may know pages of.
    #[cfg(test)]
    pub(crate) fn known_root(&self, space: &AddressSpace) -> Option<Root> {
        let (root, version) = self.root_of(space);
        (version != 0).then_some(root)
    }

    /// Switches to a space as a thread of it would.
    #[cfg(test)]
    pub(crate) fn enter_other(&mut self, space: Ref<AddressSpace>) {
        let space = self.tagged(&space);
        self.sched.tags.enter(&mut self.arch, space);
    }
}
