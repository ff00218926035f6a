//! Starts further cores (SDM 3A §9.4), one after another, each with a bounded wait.
//!
//! A core finds what the boot core has made for it: its area, and the kernel's state there. It sets itself up as the boot
//! core did, says so, and must take mail before it counts. One that does not is reset, which makes it wait for ever, and
//! named in the log; the others then have the next numbers, so that the numbers of cores that run have no gap.

use core::arch::global_asm;
use core::fmt;
use core::hint::spin_loop;
use core::mem::{MaybeUninit, offset_of};
use core::ptr;
use core::sync::atomic::{AtomicPtr, AtomicU8, AtomicU32, AtomicU64, Ordering};

use weft_early::{Handover, System, stage as boot_stage};
use weft_hal::{Clock, CoreId, Nanoseconds, PhysAddr, Text};

use super::area::Area;
use super::{PerCore, Stage};
use crate::acpi::Cores;
use crate::cpu::{self, Features};
use crate::irq::{Call, LocalApic};
use crate::machine::X86_64;
use crate::trampoline::{PARAMETERS, Parameters};
use crate::{descriptor, serial, trap};

/// How long a core that was reset is left alone.
const AFTER_RESET: Nanoseconds = Nanoseconds(10_000_000);
/// How long a core may take before it is told to start again.
const FIRST_START: Nanoseconds = Nanoseconds(200_000);
/// How long it may take then, and to take mail: an emulator's host may have other things to do.
const PATIENCE: Nanoseconds = Nanoseconds(2_000_000_000);

global_asm!(
    include_str!("start.S"),
    TABLE = const Parameters::TABLE,
    PROTECTED = const Parameters::PROTECTED,
    LONG = const Parameters::LONG,
    ROOT = const Parameters::ROOT,
    ENTRY = const Parameters::ENTRY,
    OFFERED = sym OFFERED,
    STACK_TOP = const offset_of!(PerCore, stack_top),
    ON_START = const offset_of!(PerCore, on_start),
);

unsafe extern "C" {
    static weft_start_page: u8;
    static weft_start_protected: u8;
    static weft_start_long: u8;
    static weft_start_page_end: u8;
    fn weft_core_start();
}

/// What the core that starts takes; null if nothing is offered.
static OFFERED: AtomicPtr<PerCore> = AtomicPtr::new(ptr::null_mut());
/// The vector of the page in which cores start; 0 if there is none.
static START_VECTOR: AtomicU8 = AtomicU8::new(0);
/// How many cores are in `CONTROLLERS`.
static LISTED: AtomicU32 = AtomicU32::new(1);
/// The number of each core's interrupt controller.
static CONTROLLERS: [AtomicU32; CoreId::MAX] = [const { AtomicU32::new(0) }; CoreId::MAX];
/// The cores that were left out: the interrupt controller's number, and in the upper half one more than the stage.
static LEFT_OUT: [AtomicU64; CoreId::MAX] = [const { AtomicU64::new(0) }; CoreId::MAX];

/// Fills the page in which cores start with these page tables. Needs the boot page tables.
pub(crate) fn write_start_page(page: u64, root: PhysAddr) {
    let code = &raw const weft_start_page;
    let offset = |label: *const u8| (label.addr() - code.addr()) as u32;
    let length = offset(&raw const weft_start_page_end);
    let parameters = Parameters::new(
        page as u32,
        offset(&raw const weft_start_protected),
        offset(&raw const weft_start_long),
        root.0 as u32,
        (weft_core_start as *const ()).addr() as u64,
    );
    let to = ptr::with_exposed_provenance_mut::<u8>(page as usize);
    // SAFETY:
    // 1. the code is shorter than a page; the page is below 1 MiB, shown by the boot tables, and nobody's.
    unsafe { ptr::copy_nonoverlapping(code, to, length as usize) };
    let place = ptr::with_exposed_provenance_mut::<Parameters>((page + PARAMETERS) as usize);
    // SAFETY:
    // 1. the end of the same page, aligned.
    unsafe { place.write(parameters) };
    START_VECTOR.store(Parameters::vector(page as u32), Ordering::Relaxed);
}

/// Notes which cores there are, the boot core first.
pub(crate) fn plan(cores: &Cores) {
    for (place, id) in CONTROLLERS.iter().zip(cores.iter()) {
        place.store(id, Ordering::Relaxed);
    }
    LISTED.store(cores.iter().count() as u32, Ordering::Relaxed);
}

/// The number of a core's interrupt controller.
#[inline(always)]
pub(crate) fn controller_of(core: CoreId) -> u32 {
    let place = CONTROLLERS.get(usize::from(core.0));
    place.map_or(0, |place| place.load(Ordering::Relaxed))
}

/// Starts the machine's other cores. For each, `make` makes the kernel's state in its place, and the core runs that for
/// ever. Gives how many cores run now, this one included.
pub fn start_cores<S: System<X86_64>>(
    handover: &Handover<X86_64>,
    make: fn(&mut MaybeUninit<S>, X86_64) -> &mut S,
) -> u32 {
    let entry = (started::<S> as *const ()).addr();
    start_all(&handover.machine, entry, &|area, machine| {
        ptr::from_mut(make(area.state(), machine)).cast()
    })
}

#[inline(never)]
fn start_all(machine: &X86_64, entry: usize, make: &dyn Fn(Area, X86_64) -> *mut ()) -> u32 {
    let listed = LISTED.load(Ordering::Relaxed) as u8;
    let further = || (1..listed).map(|place| controller_of(CoreId(place)));
    if listed > 1 {
        further().for_each(|id| {
            machine.local_apic.call(id, Call::Reset);
        });
        within(machine, AFTER_RESET, &|| false);
    }
    let mut areas = Area::all();
    let mut running = CoreId(1);
    for (id, left_out) in further().zip(&LEFT_OUT) {
        let stage = areas.next().map_or(Stage::NO_MEMORY, |area| {
            let core = area.make_core();
            core.id.set(running);
            core.on_start.set(entry);
            core.system.set(make(area, machine.further(running, id)));
            start(machine, core, id)
        });
        if stage == Stage::ANSWERS {
            if let Some(place) = CONTROLLERS.get(usize::from(running.0)) {
                place.store(id, Ordering::Relaxed);
            }
            running.0 += 1;
        } else {
            left_out.store(
                (u64::from(stage) + 1) << 32 | u64::from(id),
                Ordering::Relaxed,
            );
        }
    }
    serial::stage(boot_stage::CORES);
    running.0.into()
}

/// Starts one core, and gives how far it came.
fn start(machine: &X86_64, core: &'static PerCore, id: u32) -> u8 {
    let apic = &machine.local_apic;
    let vector = START_VECTOR.load(Ordering::Relaxed);
    OFFERED.store(ptr::from_ref(core).cast_mut(), Ordering::Release);
    for patience in [FIRST_START, PATIENCE] {
        let told = apic.call(id, Call::Start(vector));
        if !told || within(machine, patience, &|| core.stage.is() != Stage::ABSENT) {
            break;
        }
    }
    OFFERED.store(ptr::null_mut(), Ordering::Release);
    if core.stage.is() == Stage::RUNS {
        apic.call(id, Call::Mail);
        within(machine, PATIENCE, &|| core.stage.is() == Stage::ANSWERS);
    }
    let stage = core.stage.is();
    if stage != Stage::ANSWERS {
        apic.call(id, Call::Reset);
    }
    stage
}

/// Waits until `done`, but not for ever.
#[inline(never)]
fn within(machine: &X86_64, limit: Nanoseconds, done: &dyn Fn() -> bool) -> bool {
    let start = machine.now();
    while !done() {
        if machine.now().since(start) > limit {
            return false;
        }
        spin_loop();
    }
    true
}

/// The first Rust function of a further core.
extern "C" fn started<S: System<X86_64>>(core: &'static PerCore) -> ! {
    // SAFETY:
    // 1. `start_cores` has stored a reference of this type that it gave up, before it offered the area.
    let system = unsafe { &mut *core.system.get().cast::<S>() };
    set_up(core, system.arch());
    trap::join(system)
}

/// Does for this core what `boot` did for the boot core, on the page tables that it started with.
fn set_up(core: &'static PerCore, machine: &mut X86_64) {
    core.enter();
    descriptor::load(core);
    if let Some(feature) = machine.features.lacking(&Features::detect()) {
        refuse(core, Stage::LACKS + feature);
    }
    cpu::harden(&machine.features);
    trap::set_up_syscall();
    let apic = LocalApic::new(&machine.features);
    if apic.id() != machine.local_apic.id() {
        refuse(core, Stage::ANOTHER);
    }
    core.stage.set(Stage::RUNS);
}

fn refuse(core: &PerCore, stage: u8) -> ! {
    core.stage.set(stage);
    loop {
        x86_64::instructions::hlt();
    }
}

/// The text of which cores were left out, and why: a line for each, behind a line.
pub(crate) struct LeftOut;

impl fmt::Display for LeftOut {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        for left_out in &LEFT_OUT {
            let left_out = left_out.load(Ordering::Relaxed);
            let Some(stage) = (left_out >> 32).checked_sub(1) else {
                continue;
            };
            let stage = stage as u8;
            let (what, name) = match stage {
                Stage::ABSENT => ("does not start", ""),
                Stage::RUNS => ("takes no mail", ""),
                Stage::NO_MEMORY => ("has no memory to start", ""),
                Stage::LACKS.. => ("lacks ", Features::name(stage - Stage::LACKS)),
                _ => ("started as another", ""),
            };
            let (id, what, name) = (left_out as u32, Text(what), Text(name));
            write!(
                to,
                "\nwithout the core with interrupt controller {id}, which {what}{name}"
            )?;
        }
        Ok(())
    }
}
