//! The side of QEMU: what it loads, and where it calls.
//!
//! While no stretch is open, an instruction costs a test of one word in the translated code, and an access the call
//! of a function that returns at once. QEMU has no access callbacks with conditions.
//!
//! Where several cores take turns, QEMU (10.0) names in a callback the core for which the block was translated, whichever
//! executes it, and conditions of single cores read anything. Then every instruction costs the call of a
//! function, and all cores count as one: only one stretch can be open at a time. One that is to be of a single core must be over
//! before its turn is; the registers that are read are those of the core whose turn it is.

mod api;
mod events;
mod registers;
mod translation;

use std::ffi::{CStr, c_char, c_int, c_uint};
use std::fmt;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::ptr;
use std::sync::atomic::AtomicUsize;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::decode::Architecture;
use crate::masked::Masked;
use crate::options::{Options, Turns};
use crate::witness::{Output, Witness};
use api::{
    Info, PerCore, VERSION, qemu_plugin_register_atexit_cb, qemu_plugin_register_vcpu_init_cb,
    qemu_plugin_register_vcpu_tb_trans_cb, qemu_plugin_scoreboard_new,
};
use registers::Registers;

/// Which version of the interface the plugin was written for.
#[unsafe(no_mangle)]
#[allow(
    non_upper_case_globals,
    reason = "QEMU looks for a symbol of this name"
)]
static qemu_plugin_version: c_int = VERSION;

/// Everything that callbacks use.
struct Plugin {
    architecture: Architecture,
    witness: Mutex<Witness>,
    registers: OnceLock<Registers>,
    /// How many stretches are open.
    open: AtomicUsize,
    /// For each core, 1 while it has an open stretch.
    is_open: Entry,
    /// Whether cores take turns.
    turns: Turns,
    /// What finds the longest stretch with interrupts masked, if that is wanted.
    masked: Option<Unmasking>,
}

/// The search for the longest stretch with interrupts masked.
struct Unmasking {
    found: Mutex<Masked>,
    to: Mutex<Output>,
    /// For each core, how many instructions the kernel has executed since it was entered.
    run: Entry,
}

/// A value for each core in QEMU's keeping.
struct Entry(PerCore);

impl Entry {
    /// 0 for every core.
    fn new() -> Self {
        let score = qemu_plugin_scoreboard_new(size_of::<u64>());
        Self(PerCore { score, offset: 0 })
    }
}

// SAFETY: (1) QEMU's functions take the entry on any thread, (2) nothing else follows the pointer.
unsafe impl Send for Entry {}
// SAFETY: (1) the entry itself never changes, (2) see `Send`.
unsafe impl Sync for Entry {}

static PLUGIN: OnceLock<Plugin> = OnceLock::new();

impl Plugin {
    fn witness(&self) -> MutexGuard<'_, Witness> {
        lock(&self.witness)
    }

    /// The core that a callback is about, from what QEMU says.
    fn core(&self, told: c_uint) -> u32 {
        match self.turns {
            Turns::No => told,
            Turns::Taken => 0,
        }
    }
}

/// What a mutex holds, whatever happened to who held it before.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The plugin. Callbacks are registered after it is there.
fn plugin() -> &'static Plugin {
    match PLUGIN.get() {
        Some(plugin) => plugin,
        None => fatal(&"called before it was installed"),
    }
}

/// Ends QEMU: a witness that cannot speak must not look like one that saw nothing. Not by `exit`, which would
/// call this plugin again.
fn fatal(error: &dyn fmt::Display) -> ! {
    eprintln!("weft-witness: {error}");
    std::process::abort()
}

/// QEMU has loaded the plugin.
///
/// # Safety
/// 1. `info` points to what QEMU tells of the machine.
/// 2. `argv` points to `argc` C strings.
#[unsafe(no_mangle)]
unsafe extern "C" fn qemu_plugin_install(
    id: u64,
    info: *const Info,
    argc: c_int,
    argv: *const *const c_char,
) -> c_int {
    let count = usize::try_from(argc).unwrap_or(0);
    // SAFETY: (1) the caller's condition 2.
    let arguments: Vec<String> = (0..count).map(|n| unsafe { argument(argv, n) }).collect();
    // SAFETY: (1) the caller's condition 1.
    let target = unsafe { target(info) };
    match set_up(&target, &arguments) {
        Ok(new) => {
            PLUGIN.get_or_init(|| new);
            qemu_plugin_register_vcpu_init_cb(id, events::core_made);
            qemu_plugin_register_vcpu_tb_trans_cb(id, translation::translated);
            qemu_plugin_register_atexit_cb(id, events::exited, ptr::null_mut());
            0
        }
        Err(error) => {
            eprintln!("weft-witness: {error}");
            1
        }
    }
}

fn set_up(target: &str, arguments: &[String]) -> Result<Plugin, String> {
    let architecture = Architecture::of_target(target)
        .ok_or_else(|| format!("it knows x86_64 and aarch64, and not {target}"))?;
    let options =
        Options::read(arguments.iter().map(String::as_str)).map_err(|error| error.to_string())?;
    let mut witness = Witness::new(architecture, create(&options.out)?);
    if let Some(places) = &options.places {
        witness = witness.with_places(create(places)?, options.only);
    }
    let masked = match &options.masked {
        Some(file) => Some(Unmasking {
            found: Mutex::new(Masked::new(options.points)),
            to: Mutex::new(create(file)?),
            run: Entry::new(),
        }),
        None => None,
    };
    Ok(Plugin {
        architecture,
        witness: Mutex::new(witness),
        registers: OnceLock::new(),
        open: AtomicUsize::new(0),
        is_open: Entry::new(),
        turns: options.turns,
        masked,
    })
}

fn create(path: &Path) -> Result<Output, String> {
    match File::create(path) {
        Ok(file) => Ok(Box::new(BufWriter::new(file))),
        Err(error) => Err(format!("cannot create {}: {error}", path.display())),
    }
}

/// One of the arguments.
///
/// # Safety
/// 1. `argv` points to more than `number` C strings.
unsafe fn argument(argv: *const *const c_char, number: usize) -> String {
    // SAFETY: (1) there are more than this many.
    let place = unsafe { argv.add(number) };
    // SAFETY: (1) it is one of them.
    let text = unsafe { place.read() };
    // SAFETY: (1) it is a C string, (2) it is copied at once.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_string_lossy().into_owned()
}

/// The name of the architecture that QEMU emulates.
///
/// # Safety
/// 1. `info` points to what QEMU tells of the machine.
unsafe fn target(info: *const Info) -> String {
    // SAFETY: (1) the caller's condition 1, (2) nobody changes it meanwhile.
    let info = unsafe { &*info };
    // SAFETY: (1) the name is a C string, (2) it is copied at once.
    let name = unsafe { CStr::from_ptr(info.target_name) };
    name.to_string_lossy().into_owned()
}
