//! Starts the machine's other cores, by the firmware or by a word that they wait for.
//!
//! Each core that the device tree names has a [`Seat`], found by its affinity. They are started one after the other: a
//! place in memory is given to the seat, and the core takes the seat and makes itself what the boot core is, except that
//! the kernel's state is made in the place. It counts when an interrupt of the boot core has arrived, which is also the
//! first that it handles. A core that has not taken its seat in time loses it: when it comes after all it stays in
//! `boot.S`. Numbers are given as cores come, so that there are no gaps.
//!
//! Places are in a window of the kernel's half, and their memory is nowhere else: a stray store in the direct map cannot
//! reach them, and the lowest page of each stack is not there.

use core::fmt::Write;
use core::mem::{MaybeUninit, offset_of};
use core::ptr;
use core::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use weft_early::region::PAGE;
use weft_early::{Handover, System, stage};
use weft_hal::{CoreId, PhysAddr, Text};

use super::{PerCore, STACK_BYTES, STACK_TOP, Stacks};
use crate::board::Conduit;
use crate::cpu::{self, Features};
use crate::cpus::{Cpus, Start};
use crate::irq::Gic;
use crate::level::Level;
use crate::machine::Aarch64;
use crate::serial::{self, Serial};
use crate::timer::Time;
use crate::{cache, firmware, sgi, tlb, trap};

/// Where the places are, behind the kernel.
const WINDOW: u64 = 0xffff_ffff_c000_0000;
/// Address space of a place.
const STRIDE: u64 = 0x4_0000;
/// Bytes of a place for what is no stack.
const OWN_BYTES: u64 = 0x1_5000;
/// Bytes of a stack that are there.
const STACK_MAPPED: u64 = STACK_BYTES as u64 - PAGE;

/// Memory that a place takes.
pub(crate) const PLACE_BYTES: u64 = 2 * STACK_MAPPED + OWN_BYTES;

const _: () = assert!(size_of::<Stacks>() as u64 + OWN_BYTES + PAGE <= STRIDE);

/// How long a core may take for each step, in seconds.
const PATIENCE: u64 = 5;

/// A place: its core's alone, once that has begun.
#[repr(C)]
struct Place<S: 'static> {
    stacks: Stacks,
    own: Own<S>,
    state: MaybeUninit<S>,
}

/// What a core finds in its place.
struct Own<S: 'static> {
    data: PerCore,
    make: Make<S>,
    core: CoreId,
    conduit: Option<Conduit>,
    time: Time,
    empty_root: PhysAddr,
}

/// Makes the kernel's state in its place.
type Make<S> = fn(&mut MaybeUninit<S>, Aarch64) -> &mut S;

/// Nobody's.
const FREE: u64 = 0;
/// Its core is known.
const LISTED: u64 = 1;
/// Its core is awaited.
pub(crate) const WAITS: u64 = 2;
/// Its core has begun.
pub(crate) const TAKEN: u64 = 3;
/// Its core waits for an interrupt.
const LISTENS: u64 = 4;
/// Its core runs.
const RUNS: u64 = 5;

/// How a core is started: by the firmware, not at all, or by the word at this address.
const BY_FIRMWARE: u64 = 0;
const NOT_AT_ALL: u64 = 1;

/// What is known of a core besides the boot core. `boot.S` knows the offsets of the fields.
#[repr(C)]
pub(crate) struct Seat {
    pub(crate) state: AtomicU64,
    pub(crate) affinity: AtomicU64,
    pub(crate) stack_top: AtomicU64,
    pub(crate) begin: AtomicU64,
    pub(crate) place: AtomicU64,
    start: AtomicU64,
}

/// The seats, in the order of the device tree.
pub(crate) static SEATS: [Seat; CoreId::MAX] = [const { Seat::free() }; CoreId::MAX];

/// How many places there are.
static PLACES: AtomicU8 = AtomicU8::new(0);

/// Physical address of the first instruction.
static ENTRY: AtomicU64 = AtomicU64::new(0);

/// The parts of a place, by number: addresses and lengths.
pub(crate) fn parts(number: u64) -> [(u64, u64); 3] {
    let start = WINDOW + number * STRIDE;
    let stack = STACK_BYTES as u64;
    [
        (start + PAGE, STACK_MAPPED),
        (start + stack + PAGE, STACK_MAPPED),
        (start + 2 * stack, OWN_BYTES),
    ]
}

/// Where the page is seen through which the core of a seat, by number, is started.
pub(crate) fn release_page(number: u64) -> u64 {
    WINDOW + (number + 1) * STRIDE - PAGE
}

/// How many page tables the window may need for as many places.
pub(crate) fn tables_for(places: u64) -> u64 {
    const A_TABLE: u64 = 512 * PAGE;
    1 + (places * STRIDE).div_ceil(A_TABLE)
}

/// Gives every core but the first, which boots, a seat.
pub(crate) fn list(cpus: &Cpus, places: u8, entry: u64) {
    PLACES.store(places, Ordering::Relaxed);
    ENTRY.store(entry, Ordering::Relaxed);
    for (number, (cpu, seat)) in (0..).zip(cpus.others().iter().zip(&SEATS)) {
        let start = match cpu.start {
            Start::Firmware => BY_FIRMWARE,
            Start::Release(address) => release_page(number) + address % PAGE,
            Start::Unknown => NOT_AT_ALL,
        };
        seat.affinity.store(cpu.affinity, Ordering::Relaxed);
        seat.start.store(start, Ordering::Relaxed);
        seat.state.store(LISTED, Ordering::Relaxed);
    }
}

/// Starts the machine's other cores. For each, `make` makes the kernel's state in its place, and the core runs that for
/// ever. Gives how many cores run now, this one included.
pub fn start_cores<S: System<Aarch64>>(handover: &Handover<Aarch64>, make: Make<S>) -> u32 {
    const {
        let own = size_of::<Place<S>>() - size_of::<Stacks>();
        assert!(own as u64 <= OWN_BYTES, "a place has too few bytes");
    }
    let machine = &handover.machine;
    let mut running = 1;
    for seat in &SEATS {
        if seat.state.load(Ordering::Relaxed) == FREE {
            break;
        }
        let core = CoreId(running);
        let result = prepare(seat, core, || Own {
            data: PerCore {
                gic: PerCore::current().gic.clone(),
                ..PerCore::new()
            },
            make,
            core,
            conduit: machine.conduit,
            time: machine.time,
            empty_root: machine.empty_root,
        });
        match result.and_then(|()| seat.call(core, machine.conduit)) {
            Ok(()) => running += 1,
            Err(why) => seat.left_out(why),
        }
    }
    serial::stage(stage::CORES);
    u32::from(running)
}

/// Makes a place ready for a core.
fn prepare<S: System<Aarch64>>(
    seat: &Seat,
    core: CoreId,
    own: impl FnOnce() -> Own<S>,
) -> Result<(), &'static str> {
    let number = core.0 - 1;
    if number >= PLACES.load(Ordering::Relaxed) {
        return Err("there is no memory for it");
    }
    let start = WINDOW + u64::from(number) * STRIDE;
    let at = start as usize + offset_of!(Place<S>, own);
    let place = ptr::with_exposed_provenance_mut::<Own<S>>(at);
    // SAFETY:
    // 1. the kernel's tables map this part of the place, which is large enough (`start_cores`) and aligned.
    // 2. no core has it: whoever was to have it has lost its seat.
    unsafe { place.write(own()) };
    let begin: extern "C" fn(*mut Place<S>, &'static Seat, u64) -> ! = begin::<S>;
    seat.place.store(start, Ordering::Relaxed);
    seat.stack_top
        .store(start + STACK_TOP as u64, Ordering::Relaxed);
    seat.begin
        .store((begin as *const ()).addr() as u64, Ordering::Relaxed);
    Ok(())
}

impl Seat {
    const fn free() -> Self {
        Self {
            state: AtomicU64::new(FREE),
            affinity: AtomicU64::new(0),
            stack_top: AtomicU64::new(0),
            begin: AtomicU64::new(0),
            place: AtomicU64::new(0),
            start: AtomicU64::new(NOT_AT_ALL),
        }
    }

    /// Calls the core to its seat, to have this number, and waits until it runs.
    fn call(&self, core: CoreId, conduit: Option<Conduit>) -> Result<(), &'static str> {
        let entry = ENTRY.load(Ordering::Relaxed);
        let affinity = self.affinity.load(Ordering::Relaxed);
        let start = self.start.load(Ordering::Relaxed);
        if start == NOT_AT_ALL {
            return Err("the device tree does not say how to start it");
        }
        if PerCore::current().gic.get().is_none() {
            return Err("nothing would interrupt it");
        }
        self.state.store(WAITS, Ordering::Release);
        cpu::publish();
        if start != BY_FIRMWARE {
            release(start, entry);
        } else if firmware::call(conduit, firmware::CPU_ON, [affinity, entry, 0]) < 0 {
            self.state.store(LISTED, Ordering::Relaxed);
            return Err("the firmware refuses to start it");
        }
        if !self.gets_to(LISTENS) && self.lost() {
            return Err("it does not come");
        }
        let listens = self.gets_to(LISTENS);
        sgi::send(core, sgi::MAIL);
        assert!(
            listens && self.gets_to(RUNS),
            "a core began and does not run"
        );
        Ok(())
    }

    /// Says that its core runs: it has left what runs only at boot.
    #[inline(always)]
    pub(crate) fn runs(&self) {
        self.state.store(RUNS, Ordering::Release);
    }

    /// Takes the seat away from a core that has not taken it.
    fn lost(&self) -> bool {
        self.state
            .compare_exchange(WAITS, LISTED, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
    }

    /// Whether its core gets so far in time.
    #[inline(never)]
    fn gets_to(&self, state: u64) -> bool {
        let (start, most) = (cpu::counter(), cpu::counter_hz() * PATIENCE);
        while self.state.load(Ordering::Acquire) != state {
            if cpu::counter().wrapping_sub(start) > most {
                return false;
            }
            cpu::give_way();
        }
        true
    }

    fn left_out(&self, why: &str) {
        let affinity = self.affinity.load(Ordering::Relaxed);
        let why = Text(why);
        let _ = writeln!(
            Serial,
            "weft: the core with affinity {affinity:#x} is left out: {why}"
        );
    }
}

/// Tells a core that waits for the word at an address where to begin.
fn release(address: u64, entry: u64) {
    let word = ptr::with_exposed_provenance::<AtomicU64>(address as usize);
    // SAFETY:
    // 1. the kernel's tables map the page of the word, which is aligned; the device tree gives it to this end, and nobody
    //    else has it (`Board::check_releases`, `Layout`).
    let word = unsafe { &*word };
    word.store(entry, Ordering::Release);
    cache::write_back(word);
    cpu::wake_waiting();
}

/// The first Rust function of a further core: called once by `boot.S`.
extern "C" fn begin<S: System<Aarch64>>(
    place: *mut Place<S>,
    seat: &'static Seat,
    level: u64,
) -> ! {
    // SAFETY:
    // 1. the place of the seat that this core has taken; `prepare` wrote this for the same type.
    // 2. nobody changes it any more.
    let own = unsafe { &(*place).own };
    own.data.set_up(own.core, place.expose_provenance() as u64);
    trap::set_up();
    tlb::leave_user(own.empty_root);
    tlb::forget_all();
    let features = Features::detect();
    cpu::harden(&features);
    Level::new(level).open();
    cpu::set_timer_control(0);
    let machine = Aarch64 {
        core: own.core,
        features,
        conduit: own.conduit,
        gic: own
            .data
            .gic
            .get()
            .map_or(Gic::ABSENT, |gic| Gic::join(&gic, own.core)),
        time: own.time,
        empty_root: own.empty_root,
    };
    // SAFETY:
    // 1. the tables map it, and it is this core's alone, for ever.
    let state = unsafe { &mut (*place).state };
    let system = (own.make)(state, machine);
    seat.state.store(LISTENS, Ordering::Release);
    while cpu::pending() == 0 {
        cpu::give_way();
    }
    trap::join(system, seat)
}
