//! From the first instruction to `main`: what the entry-point macros call.

use weft_abi::boot::{self, BootInfo};
use weft_abi::layout::PAGE;
use weft_abi::startup::Granted;

use crate::startup::BadStartup;
use crate::{Log, Startup, Termination, heap, log, reply_objects, slots, termination, wire};

/// Starts a program. Called once, from its entry point, with the address of its start-up page.
///
/// # Safety
/// `page` must be the address of a mapped page that is never changed or unmapped.
pub unsafe fn program<T: Termination>(page: u64, main: fn(Startup) -> T) -> ! {
    // SAFETY: 1. a whole page is mapped there and constant (the caller's promise).
    let bytes = unsafe { page_at(page, PAGE as usize) };
    let env = match Startup::parse(bytes) {
        Ok(env) => env,
        Err(BadStartup::NotAStartupPage | BadStartup::OtherAbi) => weft_sys::stop(),
    };
    log::attach(env.log(), env.name());
    termination::attach(&env);
    weft_sys::measure::begin_with(env.granted());
    let header = env.header();
    slots::initialise(
        header.first_free as usize,
        1 << header.cnode_size.min(u16::BITS),
    );
    env.reply_slots().for_each(reply_objects::add);
    wire::prepare_receive_slots();
    // SAFETY: 1. the start-up page names a heap region that is mapped for this program and nothing else.
    unsafe { heap::add(header.heap_base as *mut u8, header.heap_len as usize) };
    main(env).end()
}

/// Starts root. Called once, from its entry point, with the address of the boot information.
///
/// # Safety
/// `page` must be the address of the boot information, mapped and never changed; `arena` must not be used by
/// anything else.
pub unsafe fn root<T: Termination>(
    page: u64,
    arena: (*mut u8, usize),
    main: fn(&'static BootInfo) -> T,
) -> ! {
    // SAFETY: 1. the boot information is mapped there and constant (the caller's promise).
    let bytes = unsafe { page_at(page, size_of::<BootInfo>()) };
    log::attach(Some(Log::from(boot::LOG)), "root");
    let Some(info) = checked_boot_info(bytes) else {
        crate::log!("the kernel's boot information does not fit this image");
        weft_sys::stop()
    };
    weft_sys::measure::begin_with(Granted::COUNTERS);
    slots::initialise(info.first_free as usize, 1 << boot::CNODE_SIZE);
    reply_objects::add(boot::REPLY);
    wire::prepare_receive_slots();
    // SAFETY: 1. the arena is the program's and used by nothing else (the caller's promise).
    unsafe { heap::add(arena.0, arena.1) };
    main(info).end()
}

fn checked_boot_info(bytes: &'static [u8]) -> Option<&'static BootInfo> {
    let info = <BootInfo as zerocopy::FromBytes>::ref_from_bytes(bytes).ok()?;
    (info.magic == boot::MAGIC && info.abi_hash == weft_abi::ABI_HASH).then_some(info)
}

/// # Safety
/// `length` bytes at `address` must be mapped readable and constant for the rest of the program.
unsafe fn page_at(address: u64, length: usize) -> &'static [u8] {
    let start = core::ptr::with_exposed_provenance::<u8>(address as usize);
    // SAFETY: 1. mapped and constant (the caller's promise); 2. bytes need no alignment and no initialisation
    // beyond being mapped.
    unsafe { core::slice::from_raw_parts(start, length) }
}

const _: () = assert!(size_of::<BootInfo>() <= PAGE as usize);
