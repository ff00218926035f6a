//! The program: random system calls until it has made its part.

use core::sync::atomic::Ordering::Relaxed;

use libipc::clock_ns;
use libipc::objects::Notification;
use test_script::random::Generator;

use super::keeper::slots;
use super::sheet::{HERE, Sheet, count};

/// Calls that one start makes at most: then it is started with another seed.
pub(super) const PART: u64 = 1_000;

/// Makes the calls, and ends by an undefined instruction. Its state is on its stack, which no capability of its reaches.
pub(super) extern "C" fn calls(seed: u64, far: u64) -> ! {
    let sheet = Sheet::at(HERE);
    let mut generator = Generator::with_far(seed, far);
    for made in 1..=PART {
        let (number, arguments) = generator.call();
        sheet.made.store(made, Relaxed);
        if weft_sys::any(number, arguments) == 0 {
            count(&sheet.accepted);
        }
    }
    weft_sys::stop()
}

/// How long the other thread waits before it says again that the program does not run.
const WHILE_NS: u64 = 100_000;

/// Runs while the program does not, and says so again and again. It waits in between, so that its core is idle then.
pub(super) extern "C" fn signals(_: u64, _: u64) -> ! {
    loop {
        let _ = Notification::from(slots::SENTINEL).signal();
        let _ = Notification::from(slots::NEVER).wait_until(clock_ns() + WHILE_NS);
    }
}
