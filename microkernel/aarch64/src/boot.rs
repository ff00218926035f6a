//! From `boot.S` to the kernel's `main`: device tree, page tables, protections, interrupts, clock.
//!
//! What the loader left is read through the boot page tables, which show the gigabytes of the kernel and the
//! device tree as they are; when the kernel's own tables are loaded that view is gone.

use core::arch::{asm, global_asm};
use core::ptr;

use weft_abi::Rights;
use weft_abi::cap::CacheMode;
use weft_abi::image::ImageHeader;
use weft_early::region::PAGE;
use weft_early::tables::{Builder, Mapping, OutOfTables, Table, TableMemory};
use weft_early::{DIRECT_MAP, Handover, Range, RangeSet};
use weft_hal::{PageSize, PhysAddr};

use crate::board::Board;
use crate::cpu::{self, Features};
use crate::entry::KernelEntries;
use crate::fdt::{self, Fdt};
use crate::irq::Gic;
use crate::machine::Aarch64;
use crate::smp::PerCore;
use crate::timer::Time;
use crate::{report, serial, tlb, trap};

/// Where the linker script puts the kernel's first byte.
const KERNEL_BASE: u64 = 0xffff_ffff_8000_0000;
const GIB: u64 = 1 << 30;
/// Longest device tree that is read.
const MAX_TREE: usize = 2 << 20;

global_asm!(
    include_str!("boot.S"),
    start = sym start,
    stacks = sym crate::smp::BOOT_STACKS,
    stack_top = const crate::smp::STACK_TOP,
    mair = const crate::entry::MAIR,
    tcr = const cpu::TCR,
    sctlr = const cpu::SCTLR,
);

unsafe extern "C" {
    static weft_kernel_start: u8;
    static weft_rodata_start: u8;
    static weft_data_start: u8;
    static weft_kernel_end: u8;
    fn weft_boot_replace();
}

unsafe extern "Rust" {
    /// The kernel's entry: made with [`entry!`](crate::entry).
    safe fn weft_kernel_main(handover: Handover<Aarch64>) -> !;
}

/// Physical memory as the boot page tables show it: the gigabyte of the kernel.
struct Identity;

impl TableMemory for Identity {
    fn table(&self, at: PhysAddr) -> &Table {
        let table = ptr::with_exposed_provenance::<Table>(at.0 as usize);
        // SAFETY:
        // 1. mapped by the boot tables (`build` asks for memory near the kernel), page aligned, and any
        //    bytes are entries: the builder's own memory.
        unsafe { &*table }
    }
}

/// The first Rust function: called once by `boot.S`.
extern "C" fn start(tree: u64, kernel: u64, counter: u64) -> ! {
    PerCore::set_up_boot_core();
    trap::set_up();
    let Some(tree_bytes) = tree_at(tree) else {
        panic!("the loader gave no device tree");
    };
    let Some(parsed) = Fdt::new(tree_bytes) else {
        panic!("the device tree is damaged");
    };
    let board = Board::read(&parsed);
    let kernel = Range::sized(kernel, kernel_bytes());
    let reach = Range::sized(kernel.start & !(GIB - 1), GIB);
    let mut memory = Memory::new(&board, kernel, Range::sized(tree, tree_bytes.len() as u64));
    let given = board.image.filter(|image| memory.holds(*image, reach));
    let image = given.map_or(Range::default(), |image| {
        memory.place_image(image, reach.end)
    });
    let root = match build(&mut memory, image, &board, kernel, reach) {
        Ok(root) => root,
        Err(OutOfTables) => panic!("there is no memory for the kernel's page tables"),
    };
    enter(kernel.start, root);
    if let Some(registers) = board.serial {
        serial::set_registers(registers.start);
    }
    if given.is_none() {
        panic!("the loader gave no boot image, or it is out of reach");
    }
    let features = Features::detect();
    cpu::harden(&features);
    find_symbols(image);
    let gic = board.gic.as_ref().map_or(Gic::ABSENT, Gic::new);
    let time = Time::new(counter);
    weft_kernel_main(Handover {
        machine: Aarch64 {
            features,
            conduit: board.conduit,
            gic,
            time,
            empty_root: root.empty,
        },
        free: memory.free,
        devices: devices(&board, &features),
        configuration: None,
        image,
        firmware_table: tree,
        cores: board.cores,
    })
}

/// The device tree's bytes, which the boot tables show.
fn tree_at(address: u64) -> Option<&'static [u8]> {
    if address == 0 || !address.is_multiple_of(8) {
        return None;
    }
    let start = ptr::with_exposed_provenance::<u8>(address as usize);
    // SAFETY:
    // 1. the boot tables map the gigabyte that it begins in; nobody writes there.
    let header = unsafe { core::slice::from_raw_parts(start, fdt::HEADER) };
    let length = fdt::length(header).filter(|length| *length <= MAX_TREE)?;
    // SAFETY:
    // 1. as above; loaders put the tree where it does not cross a 2 MiB boundary.
    Some(unsafe { core::slice::from_raw_parts(start, length) })
}

fn kernel_bytes() -> u64 {
    let start = (&raw const weft_kernel_start).addr();
    ((&raw const weft_kernel_end).addr() - start) as u64
}

/// Which memory is whose.
struct Memory {
    /// What the direct map holds: all but the kernel.
    mapped: RangeSet,
    /// What is not used.
    free: RangeSet,
}

impl Memory {
    fn new(board: &Board, kernel: Range, tree: Range) -> Self {
        let mut mapped = board.memory;
        board.reserved.iter().for_each(|range| mapped.remove(range));
        mapped.shrink_to_pages();
        mapped.remove(kernel.grown_to_pages());
        let mut free = mapped;
        free.remove(tree.grown_to_pages());
        if let Some(image) = board.image {
            free.remove(image.grown_to_pages());
        }
        Self { mapped, free }
    }

    fn holds(&self, range: Range, reach: Range) -> bool {
        let inside = |outer: Range| outer.start <= range.start && range.end <= outer.end;
        inside(reach) && self.mapped.iter().any(inside)
    }

    /// Makes sure that the boot image begins on a page and is followed by zeros.
    fn place_image(&mut self, image: Range, limit: u64) -> Range {
        let mut placed = image;
        if !image.start.is_multiple_of(PAGE) {
            let bytes = image.grown_to_pages().length();
            let Some(start) = self.free.take(bytes, limit) else {
                panic!("there is no memory to move the boot image to");
            };
            placed = Range::sized(start, image.length());
            copy(image, start);
            self.free.add(image.shrunk_to_pages());
        }
        clear(Range {
            start: placed.end,
            end: placed.grown_to_pages().end,
        });
        placed
    }
}

fn copy(from: Range, to: u64) {
    let source = ptr::with_exposed_provenance::<u8>(from.start as usize);
    let target = ptr::with_exposed_provenance_mut::<u8>(to as usize);
    // SAFETY:
    // 1. both are memory in the gigabyte that the boot tables map.
    // 2. the target was free, so they do not overlap and nobody uses it.
    unsafe { ptr::copy_nonoverlapping(source, target, from.length() as usize) };
}

fn clear(range: Range) {
    let target = ptr::with_exposed_provenance_mut::<u8>(range.start as usize);
    // SAFETY:
    // 1. the rest of the boot image's last page, mapped by the boot tables, which nobody uses.
    unsafe { ptr::write_bytes(target, 0, range.length() as usize) };
}

/// Address space without memory: below it, and above it as far as the processor reaches.
fn devices(board: &Board, features: &Features) -> RangeSet {
    const GREATEST: u8 = 40;
    let low = board.memory.iter().next().map_or(0, |range| range.start);
    let high = board.memory.end().next_multiple_of(GIB);
    let mut devices = RangeSet::new();
    devices.add(Range { start: 0, end: low });
    devices.add(Range {
        start: high,
        end: 1 << features.physical_bits.min(GREATEST),
    });
    if let Some(gic) = board.gic {
        gic.registers()
            .into_iter()
            .for_each(|range| devices.remove(range.grown_to_pages()));
    }
    devices
}

/// Tells the reports where the boot image has the kernel's symbols, if it is one and has any.
fn find_symbols(image: Range) {
    let at = |offset: usize| {
        let word =
            ptr::with_exposed_provenance::<u64>((DIRECT_MAP + image.start) as usize + offset);
        // SAFETY:
        // 1. the direct map shows the image, which is page aligned and followed by zeros to a page's end.
        unsafe { word.read() }
    };
    let start = at(core::mem::offset_of!(ImageHeader, symbols_at));
    let bytes = at(core::mem::offset_of!(ImageHeader, symbols_len));
    let fits = start
        .checked_add(bytes)
        .is_some_and(|end| end <= image.length());
    if at(0) == weft_abi::image::MAGIC && fits {
        report::set_symbols(DIRECT_MAP + image.start + start, bytes);
    }
}

/// The roots of the kernel's tables.
#[derive(Clone, Copy)]
struct Roots {
    kernel: PhysAddr,
    empty: PhysAddr,
}

type Tables = Builder<Identity, KernelEntries>;

/// Builds the kernel's page tables: itself, all memory, the devices it uses.
fn build(
    memory: &mut Memory,
    image: Range,
    board: &Board,
    kernel: Range,
    reach: Range,
) -> Result<Roots, OutOfTables> {
    let length = memory.mapped.iter().map(Range::length).sum();
    let bytes = Tables::bytes_for(length, memory.mapped.iter().count() as u64);
    let start = memory
        .free
        .take(bytes + PAGE, reach.end)
        .ok_or(OutOfTables)?;
    if start < reach.start {
        return Err(OutOfTables);
    }
    let tables = Range::sized(start, bytes);
    let empty = Range::sized(tables.end, PAGE);
    clear(empty);
    memory.mapped.remove(Range::sized(start, bytes + PAGE));
    let mut builder = Builder::new(Identity, tables, PageSize::Huge)?;
    map_kernel(&mut builder, kernel.start)?;
    map_memory(&mut builder, memory, image.grown_to_pages())?;
    map_devices(&mut builder, board)?;
    Ok(Roots {
        kernel: builder.root(),
        empty: PhysAddr(empty.start),
    })
}

fn map_kernel(builder: &mut Tables, physical: u64) -> Result<(), OutOfTables> {
    let text = (&raw const weft_kernel_start).addr() as u64;
    let rodata = (&raw const weft_rodata_start).addr() as u64;
    let data = (&raw const weft_data_start).addr() as u64;
    let end = (&raw const weft_kernel_end).addr() as u64;
    let parts = [
        (text, rodata, Rights::READ | Rights::EXECUTE),
        (rodata, data, Rights::READ),
        (data, end, Rights::READ | Rights::WRITE),
    ];
    for (start, end, rights) in parts {
        let (from, to) = (start - KERNEL_BASE + physical, end - KERNEL_BASE + physical);
        let range = Range {
            start: from,
            end: to,
        }
        .grown_to_pages();
        builder.map(Mapping {
            virtual_start: start,
            range,
            rights,
            cache: CacheMode::Normal,
        })?;
    }
    PerCore::guards()
        .into_iter()
        .for_each(|guard| builder.unmap(guard));
    Ok(())
}

/// The direct map: all memory but the kernel; the boot image read-only.
fn map_memory(builder: &mut Tables, memory: &Memory, image: Range) -> Result<(), OutOfTables> {
    let mut writable = memory.mapped;
    writable.remove(image);
    let rights = Rights::READ | Rights::WRITE;
    writable
        .iter()
        .try_for_each(|range| builder.map(direct(range, rights, CacheMode::Normal)))?;
    builder.map(direct(image, Rights::READ, CacheMode::Normal))
}

fn map_devices(builder: &mut Tables, board: &Board) -> Result<(), OutOfTables> {
    let rights = Rights::READ | Rights::WRITE;
    let gic = board.gic.map(|gic| gic.registers());
    for range in gic.into_iter().flatten().chain(board.serial) {
        builder.map(direct(range.grown_to_pages(), rights, CacheMode::Device))?;
    }
    Ok(())
}

fn direct(range: Range, rights: Rights, cache: CacheMode) -> Mapping {
    Mapping {
        virtual_start: DIRECT_MAP + range.start,
        range,
        rights,
        cache,
    }
}

/// Loads the kernel's tables; the view of memory as it is ends here.
fn enter(kernel: u64, roots: Roots) {
    let replace = (weft_boot_replace as *const ()).addr() as u64 - KERNEL_BASE + kernel;
    cpu::barrier();
    // SAFETY:
    // 1. weft_boot_replace is called at its physical address, which the boot tables show executable.
    // 2. the new tables show the kernel and its stack where they are.
    unsafe {
        asm!(
            "blr {replace}",
            replace = in(reg) replace,
            in("x0") roots.kernel.0,
            in("x1") roots.empty.0,
            out("x30") _,
            options(nostack),
        );
    }
    tlb::switch(roots.empty, weft_hal::Asid(0));
    tlb::forget_all();
}
