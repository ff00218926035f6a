//! From `boot.S` to the kernel's `main`: memory map, page tables, protections, interrupts, clock.
//!
//! Everything that the loader left is read here, through the boot page tables' view of the first 4 GiB; when
//! the kernel's own tables are loaded that view is gone.

use core::arch::global_asm;
use core::ptr;
use core::sync::atomic::Ordering;

use weft_abi::Rights;
use weft_abi::cap::CacheMode;
use weft_hal::{CoreId, PageSize, PhysAddr, Text};

use crate::acpi::Acpi;
use crate::cpu::{self, Features};
use crate::entry::KernelEntries;
use crate::irq::{IoApic, LocalApic, silence_pic};
use crate::layout::Layout;
use crate::machine::X86_64;
use crate::msi::MsiLines;
use crate::paging::KernelHalf;
use crate::pvh::{Physical, StartInfo};
use crate::smp::{Areas, PerCore};
use crate::timer::{Time, calibrate};
use crate::tlb;
use crate::{descriptor, report, serial, smp, trap};
use weft_early::region::{PAGE, Range};
use weft_early::tables::{Builder, Mapping, OutOfTables, Table, TableMemory};
use weft_early::{DIRECT_MAP, Handover, stage};

/// What the loader's and this file's view of memory ends at.
const IDENTITY_END: u64 = 1 << 32;
/// Where the linker script puts the kernel: its physical address plus this.
const KERNEL_BASE: u64 = 0xffff_ffff_8000_0000;
/// Tables that show the page in which further cores start: a root, and a table of each level below.
const START_TABLES: u64 = 4;

global_asm!(
    include_str!("boot.S"),
    start = sym start,
    stacks = sym crate::smp::BOOT_STACKS,
    stack_top = const crate::smp::STACK_TOP,
    ENTERED = const stage::ENTERED,
    PROCESSOR = const stage::PROCESSOR,
    TRANSLATION = const stage::TRANSLATION,
);

unsafe extern "C" {
    static weft_kernel_start: u8;
    static weft_init_start: u8;
    static weft_init_rodata_start: u8;
    static weft_text_start: u8;
    static weft_rodata_start: u8;
    static weft_data_start: u8;
    static weft_kernel_end: u8;
}

unsafe extern "Rust" {
    /// The kernel's entry: made with [`entry!`](crate::entry).
    safe fn weft_kernel_main(handover: Handover<X86_64>) -> !;
}

type Tables = Builder<Identity, KernelEntries>;

/// The first 4 GiB of physical memory, as the boot page tables show them.
struct Identity;

impl Physical for Identity {
    fn u32(&self, address: u64) -> Option<u32> {
        let word = identity::<u32>(address)?;
        // SAFETY:
        // 1. mapped by the boot tables; any bytes are a number, and no alignment is needed.
        Some(unsafe { word.read_unaligned() })
    }

    fn u8(&self, address: u64) -> Option<u8> {
        let byte = identity::<u8>(address)?;
        // SAFETY:
        // 1. mapped by the boot tables; any byte is a number.
        Some(unsafe { byte.read() })
    }
}

impl TableMemory for Identity {
    fn table(&self, at: PhysAddr) -> &Table {
        let table = ptr::with_exposed_provenance::<Table>(at.0 as usize);
        // SAFETY:
        // 1. mapped by the boot tables, page aligned, and any bytes are entries: the builder's own memory.
        unsafe { &*table }
    }
}

fn identity<T>(address: u64) -> Option<*const T> {
    let end = address.checked_add(size_of::<T>() as u64)?;
    let inside = address != 0 && end <= IDENTITY_END;
    inside.then(|| ptr::with_exposed_provenance(address as usize))
}

/// The first Rust function: called once by `boot.S`.
extern "C" fn start(info: u64, time_stamp: u64) -> ! {
    let core = PerCore::set_up_boot_core();
    descriptor::fill_idt();
    descriptor::load(core);
    let info = match StartInfo::read(&Identity, info) {
        Ok(info) => info,
        Err(error) => panic!("{}", Text(error.text())),
    };
    let features = Features::detect();
    let acpi = Acpi::read(&Identity, info.rsdp);
    serial::stage(stage::FIRMWARE);
    let mut layout = Layout::new(
        info.memory(&Identity),
        kernel(),
        info.image,
        features.physical_bits,
    );
    layout.mapped.remove(Range {
        start: KernelHalf::LIMIT,
        end: u64::MAX,
    });
    layout.free.remove(Range {
        start: KernelHalf::LIMIT,
        end: u64::MAX,
    });

    let image = place_image(&mut layout, info.image);
    find_symbols(image);
    let (kernel, boot_root) = match build(&mut layout, image, &acpi, &features) {
        Ok(tables) => tables,
        Err(OutOfTables) => panic!("there is no memory for the kernel's page tables"),
    };
    cpu::harden(&features);
    tlb::write_root(boot_root.0);
    serial::stage(stage::MEMORY);
    trap::set_up_syscall();
    let machine = machine(features, &acpi, kernel, time_stamp);
    serial::stage(stage::INTERRUPTS);
    let cores = acpi.madt.cores.with_first(machine.local_apic.id());
    smp::plan(&cores);
    if let Some(ecam) = acpi.ecam {
        layout.devices.remove(ecam);
    }
    weft_kernel_main(Handover {
        machine,
        free: layout.free,
        devices: layout.devices,
        configuration: acpi.ecam,
        image,
        init: init(),
        firmware_table: info.rsdp,
        cores: cores.count() as u32,
    })
}

/// Sets up interrupts and the clock.
// One copy, for size.
#[inline(never)]
fn machine(features: Features, acpi: &Acpi, kernel: KernelHalf, time_stamp: u64) -> X86_64 {
    silence_pic();
    let local_apic = LocalApic::new(&features);
    let Some(rates) = calibrate(&acpi.power, &local_apic) else {
        panic!("no timer of known rate ticks");
    };
    X86_64 {
        core: CoreId::BOOT,
        features,
        power: acpi.power,
        io_apic: IoApic::new(&acpi.madt),
        local_apic,
        messages: MsiLines::new(),
        time: Time::new(time_stamp, rates),
        kernel,
    }
}

/// The kernel's own memory, with that of what runs only at boot.
fn kernel() -> Range {
    Range {
        start: init().start,
        end: (&raw const weft_kernel_end).addr() as u64 - KERNEL_BASE,
    }
}

/// The memory of what runs only at boot.
fn init() -> Range {
    Range {
        start: (&raw const weft_kernel_start).addr() as u64,
        end: (&raw const weft_text_start).addr() as u64 - KERNEL_BASE,
    }
}

/// Makes sure that the boot image begins on a page and is followed by zeros.
fn place_image(layout: &mut Layout, image: Range) -> Range {
    if !layout.holds(image) || image.end > IDENTITY_END {
        panic!(
            "the boot image at {:#x} is not in usable memory",
            image.start
        );
    }
    let mut placed = image;
    if !image.start.is_multiple_of(PAGE) {
        let bytes = image.grown_to_pages().length() + PAGE;
        let Some(start) = layout.free.take(bytes, IDENTITY_END) else {
            panic!("there is no memory to move the boot image to");
        };
        placed = Range::sized(start, image.length());
        copy(image, start);
        layout.free.add(image.shrunk_to_pages());
    }
    let tail = Range {
        start: placed.end,
        end: placed.grown_to_pages().end,
    };
    clear(tail);
    placed
}

fn copy(from: Range, to: u64) {
    let source = ptr::with_exposed_provenance::<u8>(from.start as usize);
    let target = ptr::with_exposed_provenance_mut::<u8>(to as usize);
    // SAFETY:
    // 1. both are usable memory below 4 GiB, mapped by the boot tables.
    // 2. the target was free, so they do not overlap and nobody uses it.
    unsafe { ptr::copy_nonoverlapping(source, target, from.length() as usize) };
}

fn clear(range: Range) {
    let target = ptr::with_exposed_provenance_mut::<u8>(range.start as usize);
    // SAFETY:
    // 1. the rest of the boot image's last page, mapped by the boot tables, which nobody uses.
    unsafe { ptr::write_bytes(target, 0, range.length() as usize) };
}

/// Tells the reports where the boot image has the kernel's symbols, if it is one and has any.
fn find_symbols(image: Range) {
    let word = |offset: usize| Identity.u64(image.start + offset as u64).unwrap_or(0);
    report::SYMBOLS.find(image, word);
}

/// Builds the kernel's page tables (itself, all memory, the interrupt controllers, what further cores need), and those that
/// all cores use until they run threads: they alone show what runs only at boot, and the kernel's alone show its memory as
/// such. Gives the root of the latter with the kernel's part of every root.
fn build(
    layout: &mut Layout,
    image: Range,
    acpi: &Acpi,
    features: &Features,
) -> Result<(KernelHalf, PhysAddr), OutOfTables> {
    let start_page = layout.start_page.filter(|_| acpi.madt.cores.count() > 1);
    let further = start_page.map_or(0, |_| acpi.madt.cores.iter().count() - 1);
    let areas = Areas::take(layout, further);
    let length = layout.mapped.iter().map(Range::length).sum();
    let ranges = layout.mapped.iter().count() as u64;
    let mut bytes = Tables::bytes_for(length, ranges) + Tables::pages_of_fork(2) * PAGE;
    if start_page.is_some() {
        bytes += Areas::TABLE_BYTES + START_TABLES * PAGE;
    }
    let start = layout.free.take(bytes, IDENTITY_END).ok_or(OutOfTables)?;
    let mut tables = Range::sized(start, bytes);
    layout.mapped.remove(tables);
    let greatest = match features.huge_pages {
        true => PageSize::Huge,
        false => PageSize::Large,
    };
    if start_page.is_some() {
        tables.start += PAGE;
    }
    let mut builder = Builder::new(Identity, tables, greatest)?;
    map_kernel(&mut builder)?;
    map_memory(&mut builder, layout, image.grown_to_pages())?;
    map_controllers(&mut builder, acpi)?;
    if start_page.is_some() {
        areas.map(&mut builder)?;
    }
    let code = (&raw const weft_init_start).addr() as u64;
    let boot_root = builder.fork(&[code, DIRECT_MAP + init().start])?;
    builder.map(direct(
        init(),
        Rights::READ | Rights::WRITE,
        CacheMode::Normal,
    ))?;
    let half = KernelHalf {
        root: builder.root(),
        direct: core::array::from_fn(|index| builder.root_entry(256 + index)),
        kernel: builder.root_entry(511),
    };
    builder.go_on(boot_root);
    map_init(&mut builder)?;
    if let Some(page) = start_page {
        make_start(&mut builder, page, PhysAddr(start))?;
    }
    Ok((half, boot_root))
}

/// Maps what runs only at boot.
fn map_init(builder: &mut Tables) -> Result<(), OutOfTables> {
    let text = (&raw const weft_init_start).addr() as u64;
    let rodata = (&raw const weft_init_rodata_start).addr() as u64;
    let end = (&raw const weft_text_start).addr() as u64;
    map_part(builder, text, rodata, Rights::READ | Rights::EXECUTE)?;
    map_part(builder, rodata, end, Rights::READ)
}

fn map_kernel(builder: &mut Tables) -> Result<(), OutOfTables> {
    let text = (&raw const weft_text_start).addr() as u64;
    let rodata = (&raw const weft_rodata_start).addr() as u64;
    let data = (&raw const weft_data_start).addr() as u64;
    let end = (&raw const weft_kernel_end).addr() as u64;
    let parts = [
        (text, rodata, Rights::READ | Rights::EXECUTE),
        (rodata, data, Rights::READ),
        (data, end, Rights::READ | Rights::WRITE),
    ];
    for (start, end, rights) in parts {
        map_part(builder, start, end, rights)?;
    }
    PerCore::guards().for_each(|guard| builder.unmap(guard));
    Ok(())
}

/// Maps a part of the kernel, which begins on a page.
fn map_part(builder: &mut Tables, start: u64, end: u64, rights: Rights) -> Result<(), OutOfTables> {
    let range = Range {
        start: start - KERNEL_BASE,
        end: end - KERNEL_BASE,
    };
    builder.map(Mapping {
        virtual_start: start,
        range: range.grown_to_pages(),
        rights,
        cache: CacheMode::Normal,
    })
}

/// The direct map: all memory but the kernel; the boot image read-only.
fn map_memory(builder: &mut Tables, layout: &Layout, image: Range) -> Result<(), OutOfTables> {
    let mut writable = layout.mapped;
    writable.remove(image);
    let rights = Rights::READ | Rights::WRITE;
    writable
        .iter()
        .try_for_each(|range| builder.map(direct(range, rights, CacheMode::Normal)))?;
    builder.map(direct(image, Rights::READ, CacheMode::Normal))
}

fn map_controllers(builder: &mut Tables, acpi: &Acpi) -> Result<(), OutOfTables> {
    let rights = Rights::READ | Rights::WRITE;
    let io_apic = acpi.madt.io_apic.map(|entry| entry.address);
    for address in [Some(LocalApic::physical()), io_apic].into_iter().flatten() {
        let page = Range::sized(address, 1).grown_to_pages();
        builder.map(direct(page, rights, CacheMode::Device))?;
    }
    Ok(())
}

/// Fills the page in which further cores start, and makes the root that they begin with: the boot core's, and that page where
/// it is. The boot core's own root does not show it.
fn make_start(builder: &mut Tables, page: u64, root: PhysAddr) -> Result<(), OutOfTables> {
    builder.map(Mapping {
        virtual_start: page,
        range: Range::sized(page, PAGE),
        rights: Rights::READ | Rights::EXECUTE,
        cache: CacheMode::Normal,
    })?;
    let kernel = Identity.table(builder.root());
    for (to, from) in Identity.table(root).iter().zip(kernel) {
        to.store(from.load(Ordering::Relaxed), Ordering::Relaxed);
    }
    kernel[0].store(0, Ordering::Relaxed);
    smp::write_start_page(page, root);
    Ok(())
}

// One copy, for size.
#[inline(never)]
fn direct(range: Range, rights: Rights, cache: CacheMode) -> Mapping {
    Mapping {
        virtual_start: DIRECT_MAP + range.start,
        range,
        rights,
        cache,
    }
}
