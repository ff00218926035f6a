//! From `boot.S` to the kernel's `main`: device tree, page tables, protections, interrupts, clock.
//!
//! What the loader left is read through the boot page tables (`loaded`), which show the gigabytes of the kernel
//! and the device tree as they are; when the kernel's own tables (`tables`) are loaded that view is gone.

mod loaded;
mod tables;

use core::arch::global_asm;
use core::mem::offset_of;
use core::ptr;

use weft_early::{DIRECT_MAP, Handover, Range, stage};
use weft_hal::CoreId;

use crate::board::{Board, Messages};
use crate::cpu::{self, Features};
use crate::fdt::Fdt;
use crate::irq::Gic;
use crate::layout::Layout;
use crate::level::Level;
use crate::machine::Aarch64;
use crate::smp::{self, PerCore, Seat};
use crate::timer::Time;
use crate::{cpus, its, report, serial, trap};

pub(crate) use tables::{KERNEL, ROOT};

/// Where the linker script puts the kernel's first byte.
const KERNEL_BASE: u64 = 0xffff_ffff_8000_0000;
const GIB: u64 = 1 << 30;

global_asm!(
    include_str!("boot.S"),
    start = sym start,
    stacks = sym crate::smp::BOOT_STACKS,
    stack_top = const crate::smp::STACK_TOP,
    mair = const crate::entry::MAIR,
    tcr = const cpu::TCR,
    sctlr = const cpu::SCTLR,
    root = sym tables::ROOT,
    affinity_mask = const cpus::AFFINITY,
    seats = sym smp::SEATS,
    seat_count = const CoreId::MAX,
    seat_bytes = const size_of::<Seat>(),
    SEAT_AFFINITY = const offset_of!(Seat, affinity),
    SEAT_STACK = const offset_of!(Seat, stack_top),
    SEAT_BEGIN = const offset_of!(Seat, begin),
    SEAT_PLACE = const offset_of!(Seat, place),
    ENTERED = const stage::ENTERED,
    PROCESSOR = const stage::PROCESSOR,
    TRANSLATION = const stage::TRANSLATION,
    SEAT_WAITS = const smp::WAITS,
    SEAT_TAKEN = const smp::TAKEN,
);

// What `boot.S` takes for granted.
const _: () = assert!(offset_of!(Seat, state) == 0);

unsafe extern "C" {
    static weft_kernel_start: u8;
    static weft_text_start: u8;
    static weft_kernel_end: u8;
    fn weft_boot_other();
}

unsafe extern "Rust" {
    /// The kernel's entry: made with [`entry!`](crate::entry).
    safe fn weft_kernel_main(handover: Handover<Aarch64>) -> !;
}

/// What is known once the kernel's own tables are loaded.
struct Prepared {
    board: Board,
    features: Features,
    layout: Layout,
    image: Range,
    init: Range,
    roots: tables::Roots,
    /// Memory for message-signalled interrupts.
    messages: Option<u64>,
}

/// The first Rust function: called once by `boot.S`.
extern "C" fn start(tree: u64, kernel: u64, counter: u64, level: u64, console: u64) -> ! {
    PerCore::set_up_boot_core();
    trap::set_up();
    serial::set_early(console);
    let level = Level::new(level);
    let prepared = prepare(tree, Range::sized(kernel, kernel_bytes()));
    cpu::harden(&prepared.features);
    find_symbols(prepared.image);
    let board = &prepared.board;
    Level::prepare(board);
    level.open();
    let entry = (weft_boot_other as *const ()).addr() as u64 - KERNEL_BASE + kernel;
    PerCore::current().gic.set(board.gic);
    smp::list(&board.cpus, prepared.roots.places, entry);
    let machine = Aarch64 {
        core: CoreId::BOOT,
        features: prepared.features,
        // Who lets the kernel in at EL3 leaves no firmware there.
        conduit: board.conduit.filter(|_| !level.is_secure()),
        gic: board.gic.as_ref().map_or(Gic::ABSENT, |gic| {
            Gic::new(gic, board.messages, prepared.messages)
        }),
        time: Time::new(counter),
        empty_root: prepared.roots.empty,
    };
    serial::stage(stage::INTERRUPTS);
    weft_kernel_main(Handover {
        machine,
        free: prepared.layout.free,
        devices: prepared.layout.devices,
        configuration: None,
        image: prepared.image,
        init: prepared.init,
        firmware_table: tree,
        cores: board.cpus.total,
    })
}

/// Reads what the loader left, and exchanges the boot tables for the kernel's own. Without a serial port
/// nothing can be said before.
fn prepare(tree: u64, kernel: Range) -> Prepared {
    let Some(tree_bytes) = loaded::tree(tree) else {
        panic!("the loader gave no device tree");
    };
    let Some(parsed) = Fdt::new(tree_bytes) else {
        panic!("the device tree is damaged");
    };
    let (mut board, features) = (
        Board::read(&parsed, serial::early_registers()),
        Features::detect(),
    );
    let tree = Range::sized(tree, tree_bytes.len() as u64);
    serial::stage(stage::FIRMWARE);
    board.cpus.boot_first(cpu::processor() & cpus::AFFINITY);
    board.check_releases(kernel, tree, features.physical_bits);
    let mut layout = Layout::new(&board, kernel, tree, features.physical_bits);
    let reach = Range::sized(kernel.start & !(GIB - 1), GIB);
    let given = board.image.filter(|image| layout.holds(*image, reach));
    let image = given.map_or(Range::default(), |image| {
        loaded::place_image(&mut layout, image, reach)
    });
    let init = Range::sized(kernel.start, init_bytes());
    let Ok(roots) = tables::build(&mut layout, image, &board, (kernel.start, init), reach) else {
        panic!("there is no memory for the kernel's page tables");
    };
    tables::enter(kernel.start, roots);
    serial::move_early();
    serial::stage(stage::MEMORY);
    let messages = match board.messages {
        Some(Messages::Translated(_)) => layout.take_aligned(its::BYTES, its::UNIT),
        _ => None,
    };
    if let Some(port) = board.serial {
        serial::set_port(port);
    }
    if given.is_none() {
        panic!("the loader gave no boot image, or it is out of reach");
    }
    Prepared {
        board,
        features,
        layout,
        image,
        init,
        roots,
        messages,
    }
}

/// Bytes of the kernel, with what runs only at boot.
fn kernel_bytes() -> u64 {
    let start = (&raw const weft_kernel_start).addr();
    ((&raw const weft_kernel_end).addr() - start) as u64
}

/// Bytes of what runs only at boot, which begins where the kernel does.
fn init_bytes() -> u64 {
    let start = (&raw const weft_kernel_start).addr();
    ((&raw const weft_text_start).addr() - start) as u64
}

/// Tells the reports where the boot image has the kernel's symbols, if it is one and has any.
fn find_symbols(image: Range) {
    let word = |offset: usize| {
        let word =
            ptr::with_exposed_provenance::<u64>((DIRECT_MAP + image.start) as usize + offset);
        // SAFETY:
        // 1. the direct map shows the image, which is page aligned and followed by zeros to a page's end.
        unsafe { word.read() }
    };
    report::SYMBOLS.find(image, word);
}
