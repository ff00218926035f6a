//! The kernel's own page tables: built and loaded through the boot tables, which end here.

use core::arch::asm;
use core::ptr;
use core::sync::atomic::{AtomicU64, Ordering};

use weft_abi::Rights;
use weft_abi::cap::CacheMode;
use weft_early::region::PAGE;
use weft_early::tables::{Builder, Mapping, OutOfTables, Table, TableMemory};
use weft_early::{DIRECT_MAP, Range};
use weft_hal::{PageSize, PhysAddr};

use super::KERNEL_BASE;
use super::loaded::clear;
use crate::board::Board;
use crate::entry::KernelEntries;
use crate::layout::Layout;
use crate::smp::{self, PerCore};
use crate::{cache, cpu, serial, tlb};

unsafe extern "C" {
    static weft_kernel_start: u8;
    static weft_init_rodata_start: u8;
    static weft_text_start: u8;
    static weft_rodata_start: u8;
    static weft_data_start: u8;
    static weft_kernel_end: u8;
    fn weft_boot_replace();
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

/// The kernel's tables.
#[derive(Clone, Copy)]
pub(super) struct Roots {
    kernel: PhysAddr,
    /// As the kernel's, but with what runs only at boot.
    boot: PhysAddr,
    /// A table without entries.
    pub(super) empty: PhysAddr,
    /// How many further cores have memory of their own.
    pub(super) places: u8,
}

/// The root of the tables that further cores begin with, which they read before they have caches.
pub(crate) static ROOT: AtomicU64 = AtomicU64::new(0);

/// The root of the kernel's tables.
pub(crate) static KERNEL: AtomicU64 = AtomicU64::new(0);

type Tables = Builder<Identity, KernelEntries>;

/// Maps for the kernel. A function of its own: it is long, and called from many places.
#[inline(never)]
fn map(builder: &mut Tables, mapping: Mapping) -> Result<(), OutOfTables> {
    builder.map(mapping)
}

/// Builds the kernel's page tables (itself, all memory, the devices it uses), and those that all cores use until they run
/// threads: they alone show what runs only at boot, and the kernel's alone show its memory as such. `kernel` is where the
/// kernel is, and that memory.
pub(super) fn build(
    layout: &mut Layout,
    image: Range,
    board: &Board,
    (kernel, init): (u64, Range),
    reach: Range,
) -> Result<Roots, OutOfTables> {
    let others = board.cpus.others().len() as u64;
    let (places, memory) = take_places(layout, others as u8).ok_or(OutOfTables)?;
    let length = layout.mapped.iter().map(Range::length).sum();
    let bytes = Tables::bytes_for(length, layout.mapped.iter().count() as u64)
        + (smp::tables_for(others) + Tables::pages_of_fork(2)) * PAGE;
    let start = layout
        .free
        .take(bytes + PAGE, reach.end)
        .ok_or(OutOfTables)?;
    if start < reach.start {
        return Err(OutOfTables);
    }
    let tables = Range::sized(start, bytes);
    let empty = Range::sized(tables.end, PAGE);
    clear(empty);
    layout.mapped.remove(Range::sized(start, bytes + PAGE));
    let mut builder = Builder::new(Identity, tables, PageSize::Huge)?;
    map_kernel(&mut builder, kernel)?;
    map_memory(&mut builder, layout, image.grown_to_pages())?;
    map_devices(&mut builder, board)?;
    map_places(&mut builder, memory)?;
    map_releases(&mut builder, board)?;
    let code = (&raw const weft_kernel_start).addr() as u64;
    let boot = builder.fork(&[code, DIRECT_MAP + init.start])?;
    let rights = Rights::READ | Rights::WRITE;
    map(&mut builder, direct(init, rights, CacheMode::Normal))?;
    let own = builder.root();
    builder.go_on(boot);
    map_init(&mut builder, kernel)?;
    Ok(Roots {
        kernel: own,
        boot,
        empty: PhysAddr(empty.start),
        places,
    })
}

/// Takes memory for further cores, for as many as there is any for: how many, and what.
fn take_places(layout: &mut Layout, others: u8) -> Option<(u8, Range)> {
    (0..=others).rev().find_map(|places| {
        let bytes = u64::from(places) * smp::PLACE_BYTES;
        let start = layout.free.take(bytes, u64::MAX)?;
        let memory = Range::sized(start, bytes);
        layout.mapped.remove(memory);
        Some((places, memory))
    })
}

/// What further cores have of their own; the guard pages of their stacks are not mapped.
fn map_places(builder: &mut Tables, mut memory: Range) -> Result<(), OutOfTables> {
    for place in 0.. {
        for (virtual_start, bytes) in smp::parts(place) {
            if memory.is_empty() {
                return Ok(());
            }
            let range = Range::sized(memory.start, bytes);
            memory.start = range.end;
            map(
                builder,
                Mapping {
                    virtual_start,
                    range,
                    rights: Rights::READ | Rights::WRITE,
                    cache: CacheMode::Normal,
                },
            )?;
        }
    }
    Ok(())
}

/// The pages through which cores are started, one for each.
fn map_releases(builder: &mut Tables, board: &Board) -> Result<(), OutOfTables> {
    for (place, cpu) in (0..).zip(board.cpus.others()) {
        if let Some(range) = cpu.release_page() {
            map(
                builder,
                Mapping {
                    virtual_start: smp::release_page(place),
                    range,
                    rights: Rights::READ | Rights::WRITE,
                    cache: CacheMode::Normal,
                },
            )?;
        }
    }
    Ok(())
}

fn map_kernel(builder: &mut Tables, physical: u64) -> Result<(), OutOfTables> {
    let text = (&raw const weft_text_start).addr() as u64;
    let rodata = (&raw const weft_rodata_start).addr() as u64;
    let data = (&raw const weft_data_start).addr() as u64;
    let end = (&raw const weft_kernel_end).addr() as u64;
    let parts = [
        (text, rodata, Rights::READ | Rights::EXECUTE),
        (rodata, data, Rights::READ),
        (data, end, Rights::READ | Rights::WRITE),
    ];
    map_parts(builder, physical, &parts)?;
    let guards = PerCore::current().guards();
    guards.into_iter().for_each(|guard| builder.unmap(guard));
    Ok(())
}

/// Maps what runs only at boot.
fn map_init(builder: &mut Tables, physical: u64) -> Result<(), OutOfTables> {
    let text = (&raw const weft_kernel_start).addr() as u64;
    let rodata = (&raw const weft_init_rodata_start).addr() as u64;
    let end = (&raw const weft_text_start).addr() as u64;
    let parts = [
        (text, rodata, Rights::READ | Rights::EXECUTE),
        (rodata, end, Rights::READ),
    ];
    map_parts(builder, physical, &parts)
}

/// Maps parts of the kernel, which is at a physical address.
fn map_parts(
    builder: &mut Tables,
    physical: u64,
    parts: &[(u64, u64, Rights)],
) -> Result<(), OutOfTables> {
    for &(start, end, rights) in parts {
        let (from, to) = (start - KERNEL_BASE + physical, end - KERNEL_BASE + physical);
        let range = Range {
            start: from,
            end: to,
        }
        .grown_to_pages();
        map(
            builder,
            Mapping {
                virtual_start: start,
                range,
                rights,
                cache: CacheMode::Normal,
            },
        )?;
    }
    Ok(())
}

/// The direct map: all memory but the kernel; the boot image read-only.
fn map_memory(builder: &mut Tables, layout: &Layout, image: Range) -> Result<(), OutOfTables> {
    let mut writable = layout.mapped;
    writable.remove(image);
    let rights = Rights::READ | Rights::WRITE;
    writable
        .iter()
        .try_for_each(|range| map(builder, direct(range, rights, CacheMode::Normal)))?;
    map(builder, direct(image, Rights::READ, CacheMode::Normal))
}

fn map_devices(builder: &mut Tables, board: &Board) -> Result<(), OutOfTables> {
    let rights = Rights::READ | Rights::WRITE;
    let gic = board.gic.map(|gic| gic.registers());
    let messages = board.messages.map(|messages| messages.registers());
    let serial = board.serial.map(|port| port.registers.grown_to_pages());
    let early = serial::early_registers().filter(|early| Some(*early) != serial);
    let ports = serial.into_iter().chain(early);
    for range in gic.into_iter().flatten().chain(messages).chain(ports) {
        map(
            builder,
            direct(range.grown_to_pages(), rights, CacheMode::Device),
        )?;
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

/// Loads the tables of boot; the view of memory as it is ends here.
pub(super) fn enter(kernel: u64, roots: Roots) {
    let replace = (weft_boot_replace as *const ()).addr() as u64 - KERNEL_BASE + kernel;
    cpu::barrier();
    // SAFETY:
    // 1. weft_boot_replace is called at its physical address, which the boot tables show executable.
    // 2. the new tables show the kernel and its stack where they are.
    unsafe {
        asm!(
            "blr {replace}",
            replace = in(reg) replace,
            in("x0") roots.boot.0,
            in("x1") roots.empty.0,
            out("x30") _,
            options(nostack),
        );
    }
    tlb::leave_user(roots.empty);
    tlb::forget_all();
    KERNEL.store(roots.kernel.0, Ordering::Relaxed);
    ROOT.store(roots.boot.0, Ordering::Relaxed);
    cache::write_back(&ROOT);
}
