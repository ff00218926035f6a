//! Builds root: objects, address space, capabilities, boot information.

use weft_abi::boot::{self, BootInfo, UntypedEntry};
use weft_abi::cap::{CacheMode, MemoryClass};
use weft_abi::image::{Program, Segment};
use weft_abi::layout::{MESSAGE_PAGE, PAGE, STACK_TOP, STARTUP_PAGE};
use weft_abi::syscall::MAX_PRIORITY;
use weft_abi::{ABI_HASH, CPtr, Kind, Refusal, Rights};
use weft_hal::{Arch, Context, CoreId, Counters, Leaf, Nanoseconds, PageSize, PhysAddr, VirtAddr};
use weft_store::Ref;
use zerocopy::{FromZeros, IntoBytes};

use crate::Core;
use crate::cspace::{Contents, power};
use crate::interrupt::TABLE_BYTES;
use crate::object::{AddressSpace, Reply, SchedContext, SlotRef, Tag, Thread, ThreadSlot, size};
use crate::space::{Content, MapRefusal};

use super::memory::{Bump, Pieces, Shares, split};
use super::{BootError, Machine, image};

const PAGE_LOG2: u8 = PageSize::Small.log2();
const CNODE_LOG2: u8 = boot::CNODE_SIZE.saturating_add(size::SLOT);
/// Pages of root's stack.
const STACK_PAGES: u64 = 16;
/// Root's time slice.
const SLICE: Nanoseconds = Nanoseconds(10_000_000);

struct Builder<'a, A: Arch> {
    core: &'a mut Core<A>,
    bump: Bump,
    /// Address of slot 0 of root's CNode.
    cnode: u64,
}

/// Root's objects.
struct Root<A: Arch> {
    thread: Ref<Thread<A>>,
    space: Ref<AddressSpace>,
    sched: Ref<SchedContext<A>>,
    reply: Ref<Reply<A>>,
}

/// Makes root ready to run.
pub(super) fn build<A: Arch>(
    core: &mut Core<A>,
    machine: &Machine<'_>,
    program: &Program,
    pieces: &Pieces,
) -> Result<(), BootError> {
    let region = pieces.largest().ok_or(BootError::NoMemory)?;
    let mut builder = Builder {
        bump: Bump::new(region, CNODE_LOG2)?,
        core,
        cnode: 0,
    };
    let cnode = builder.bump.take(CNODE_LOG2)?;
    builder.cnode = builder.core.place_slots(cnode, boot::CNODE_SIZE);
    let irqs = builder.bump.take(TABLE_BYTES.ilog2() as u8)?;
    builder.core.place_irq_table(irqs);
    let root = builder.objects()?;
    builder.map_program(&root, machine.image.0, program)?;
    let info = builder.map_info(&root)?;
    builder.give_objects(&root, machine.cores)?;
    builder.give_memory(machine, pieces, region.base, info)?;
    builder.launch(&root, program.entry);
    Ok(())
}

impl<A: Arch> Builder<'_, A> {
    fn cleared(&mut self, log2: u8) -> Result<PhysAddr, BootError> {
        let at = self.bump.take(log2)?;
        self.core.memory.clear(at, power(log2) as usize);
        Ok(at)
    }

    fn objects(&mut self) -> Result<Root<A>, BootError> {
        let thread = self.cleared(size::THREAD)?;
        let space = self.cleared(size::ADDRESS_SPACE)?;
        let sched = self.bump.take(size::SCHED_CONTEXT)?;
        let reply = self.bump.take(size::REPLY)?;
        Ok(Root {
            thread: self.core.place_thread(thread),
            space: self.core.place_space(space),
            sched: self.core.memory.place(sched, SchedContext::new()),
            reply: self.core.memory.place(reply, Reply::new()),
        })
    }

    /// Makes the page tables for an address.
    fn tables(&mut self, space: Ref<AddressSpace>, address: VirtAddr) -> Result<(), BootError> {
        while self.core.lacks_table(space, address) {
            let table = self.bump.take(size::PAGE_TABLE)?;
            let linked = self
                .core
                .link_table(table, Content::Unknown, space, address);
            linked.map_err(|refusal| BootError::NotMapped(address.0, refusal))?;
        }
        Ok(())
    }

    fn map(
        &mut self,
        space: Ref<AddressSpace>,
        address: u64,
        physical: PhysAddr,
        rights: Rights,
    ) -> Result<(), BootError> {
        let address = VirtAddr(address);
        self.tables(space, address)?;
        let leaf = Leaf {
            physical,
            size: PageSize::Small,
            rights,
            cache: CacheMode::Normal,
        };
        let mapped = self.core.map_any_page(space, leaf, address);
        mapped
            .map(drop)
            .map_err(|refusal| not_mapped(address, refusal))
    }

    fn map_program(
        &mut self,
        root: &Root<A>,
        image: PhysAddr,
        program: &Program,
    ) -> Result<(), BootError> {
        for segment in image::segments(program) {
            self.map_segment(root.space, image, segment)?;
        }
        let writable = Rights::READ.union(Rights::WRITE);
        let bottom = STACK_TOP.wrapping_sub(STACK_PAGES.wrapping_mul(PAGE));
        for page in 0..STACK_PAGES {
            let frame = self.cleared(PAGE_LOG2)?;
            let address = bottom.wrapping_add(page.wrapping_mul(PAGE));
            self.map(root.space, address, frame, writable)?;
        }
        let address = VirtAddr(MESSAGE_PAGE);
        self.tables(root.space, address)?;
        let mapped = self.core.map_message_page(root.thread, root.space, address);
        mapped.map_err(|refusal| not_mapped(address, refusal))
    }

    /// Maps a segment from the image if it cannot change and is all there, else a copy.
    fn map_segment(
        &mut self,
        space: Ref<AddressSpace>,
        image: PhysAddr,
        segment: &Segment,
    ) -> Result<(), BootError> {
        let rights = image::rights(segment).ok_or(BootError::BadProgram)?;
        let pages = segment.memory_bytes.div_ceil(PAGE);
        let shared = !rights.contains(Rights::WRITE) && segment.file_bytes.div_ceil(PAGE) == pages;
        for page in 0..pages {
            let inside = page.wrapping_mul(PAGE);
            let source = PhysAddr(image.0.wrapping_add(segment.offset).wrapping_add(inside));
            let filled = segment.file_bytes.saturating_sub(inside).min(PAGE);
            let frame = if shared {
                source
            } else {
                self.copy(source, filled)?
            };
            self.map(space, segment.address.wrapping_add(inside), frame, rights)?;
        }
        Ok(())
    }

    /// A new page with the first bytes of another, and zeros behind.
    fn copy(&mut self, from: PhysAddr, bytes: u64) -> Result<PhysAddr, BootError> {
        const CHUNK: u64 = 512;
        let frame = self.cleared(PAGE_LOG2)?;
        let mut chunk = [0; CHUNK as usize];
        let mut done = 0;
        while done < bytes {
            let now = bytes.wrapping_sub(done).min(CHUNK);
            if let Some(part) = chunk.get_mut(..now as usize) {
                self.core
                    .memory
                    .read(PhysAddr(from.0.wrapping_add(done)), part);
                self.core
                    .memory
                    .write(PhysAddr(frame.0.wrapping_add(done)), part);
            }
            done = done.wrapping_add(now);
        }
        Ok(frame)
    }

    /// The page of the boot information, mapped read-only. It is written last.
    fn map_info(&mut self, root: &Root<A>) -> Result<PhysAddr, BootError> {
        let page = self.cleared(PAGE_LOG2)?;
        self.map(root.space, STARTUP_PAGE, page, Rights::READ)?;
        Ok(page)
    }

    fn slot(&self, at: CPtr) -> SlotRef {
        self.core.behind(self.cnode, at.0.into())
    }

    fn give(&mut self, at: CPtr, tag: Tag, object: u64, badge: u64) -> Result<(), BootError> {
        let slot = self.slot(at);
        self.core
            .create(None, slot, Contents { tag, object, badge });
        Ok(())
    }

    fn give_objects(&mut self, root: &Root<A>, cores: u8) -> Result<(), BootError> {
        let home = self.core.id();
        let tag = |kind| Tag::new(kind, Rights::all(), home);
        let cnode = tag(Kind::CNode).with_size(boot::CNODE_SIZE);
        self.give(boot::CNODE, cnode, self.cnode, 0)?;
        self.give(boot::THREAD, tag(Kind::Thread), root.thread.address(), 0)?;
        self.give(
            boot::SPACE,
            tag(Kind::AddressSpace),
            root.space.address(),
            0,
        )?;
        self.give(
            boot::SCHED,
            tag(Kind::SchedContext),
            root.sched.address(),
            0,
        )?;
        self.give(boot::REPLY, tag(Kind::Reply), root.reply.address(), 0)?;
        self.give(boot::IRQ_CONTROL, tag(Kind::IrqControl), 0, 0)?;
        if A::EXIST {
            self.give(boot::PORTS, tag(Kind::IoPorts), 0, 0xffff << 16)?;
        }
        self.give(boot::LOG, tag(Kind::Log), 0, 0)?;
        self.give(boot::MACHINE, tag(Kind::Machine), 0, 0)?;
        self.give(
            boot::SCHED_CONTROL,
            tag(Kind::SchedControl),
            0,
            MAX_PRIORITY.into(),
        )?;
        for core in 1..cores {
            let tag = Tag::new(Kind::SchedControl, Rights::all(), CoreId(core));
            self.give(boot::sched_control(core), tag, 0, MAX_PRIORITY.into())?;
        }
        self.bind(root, boot::CNODE, ThreadSlot::CSpace)?;
        self.bind(root, boot::SPACE, ThreadSlot::Space)
    }

    fn bind(&mut self, root: &Root<A>, from: CPtr, to: ThreadSlot) -> Result<(), BootError> {
        let from = self.slot(from);
        let to = root.thread.part(|thread| thread.slot(to));
        self.core
            .copy_into(from, to, Rights::all())
            .map_err(|_| BootError::NoMemory)
    }

    /// Gives root all memory that is left, and writes down what it was given.
    fn give_memory(
        &mut self,
        machine: &Machine<'_>,
        pieces: &Pieces,
        carved: PhysAddr,
        page: PhysAddr,
    ) -> Result<(), BootError> {
        let mut info = BootInfo::new_zeroed();
        info.magic = boot::MAGIC;
        info.abi_hash = ABI_HASH;
        info.image_base = machine.image.0.0;
        info.image_len = machine.image.1;
        info.firmware_table = machine.firmware_table;
        let rest = self.bump.rest();
        let plain = pieces
            .of(MemoryClass::Ram)
            .filter(|piece| piece.base != carved);
        let others = pieces
            .of(MemoryClass::Retained)
            .chain(pieces.of(MemoryClass::Device));
        let [before, behind] = rest;
        let shares = Shares::new(behind, machine.cores);
        for (core, base) in (1..).zip(shares.bases()) {
            self.give_untyped(&mut info, (base, shares.log2), behind.class, CoreId(core))?;
        }
        let own = [before].into_iter().chain(shares.rest);
        for piece in own.chain(plain).chain(others).chain([machine.init]) {
            for part in split(piece) {
                self.give_untyped(&mut info, part, piece.class, CoreId::BOOT)?;
            }
        }
        info.cores = machine.cores.into();
        let first = match machine.cores {
            1 => boot::UNTYPEDS.0.wrapping_add(info.untyped_count as u32),
            cores => boot::SCHED_CONTROLS.0.wrapping_add(cores.into()),
        };
        info.first_free = first.into();
        info.started_ns = self.core.arch.now().0;
        self.core.memory.write(page, info.as_bytes());
        Ok(())
    }

    fn give_untyped(
        &mut self,
        info: &mut BootInfo,
        (base, log2): (PhysAddr, u8),
        class: MemoryClass,
        core: CoreId,
    ) -> Result<(), BootError> {
        let slot = boot::UNTYPEDS.0.wrapping_add(info.untyped_count as u32);
        let Some(entry) = info.untypeds.get_mut(info.untyped_count as usize) else {
            self.core.print(format_args!(
                "no room to describe memory at {:#x}\n",
                base.0
            ));
            return Ok(());
        };
        *entry = UntypedEntry {
            base: base.0,
            size: log2,
            class: class as u8,
            core: core.0,
            slot,
            ..UntypedEntry::default()
        };
        info.untyped_count = info.untyped_count.wrapping_add(1);
        let tag = Tag::new(Kind::Untyped, Rights::all(), core);
        self.give(CPtr(slot), tag.with_size(log2).with_class(class), base.0, 0)
    }

    /// Sets registers and processor time, and lets root run.
    fn launch(&mut self, root: &Root<A>, entry: u64) {
        let home = self.core.home();
        root.thread
            .context
            .start(entry, STACK_TOP, [STARTUP_PAGE, 0], 0);
        root.sched.set_priority(home, MAX_PRIORITY);
        root.sched.budget.set(home, SLICE);
        root.sched.period.set(home, SLICE);
        root.sched.remaining.set(home, SLICE);
        root.sched.refill_at.set(home, Nanoseconds::NEVER);
        root.sched.owner.set(home, Some(root.thread));
        root.sched.user.set(home, Some(root.thread));
        root.thread.own_sched.set(home, Some(root.sched));
        root.thread.sched.set(home, Some(root.sched));
        // Root may let everybody read counters, itself as well.
        root.space.counters.set(home, Counters::Open);
        self.core.note_bindings(root.thread);
        self.core.make_ready(root.thread);
    }
}

fn not_mapped(address: VirtAddr, refusal: MapRefusal) -> BootError {
    match refusal {
        MapRefusal::Because(refusal) => BootError::NotMapped(address.0, refusal),
        MapRefusal::MissingTable(_) => BootError::NotMapped(address.0, Refusal::NoTable),
    }
}
