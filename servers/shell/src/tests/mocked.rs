//! A machine, a memory and a clock that answer the same to everybody, unless a test says otherwise.

use std::boxed::Box;
use std::vec::Vec;

use libipc::codec::Bytes;
use proto::mocks::{clock, memory, system, system_timer};

/// A machine without commands and without a log, which says that it switches itself off.
pub(crate) fn machine() -> system::Mock {
    system::Mock {
        power_off: Box::new(|_, _, reply| reply.ok(())),
        boot_arguments: arguments(""),
        read_log: log(Vec::new()),
        usage: Box::new(|_| (1 << 20, 3 << 20, 7, 63)),
    }
}

/// The answer that tells these commands.
pub(crate) fn arguments(commands: &'static str) -> Box<dyn FnMut(libipc::Caller) -> Bytes<1536>> {
    Box::new(move |_| commands.bytes().collect())
}

/// The answers that tell this log, piece by piece.
#[allow(clippy::type_complexity, reason = "it is the method's")]
pub(crate) fn log(log: Vec<u8>) -> Box<dyn FnMut(libipc::Caller, u64) -> (Bytes<1536>, u64)> {
    Box::new(move |_, position| {
        let rest = log.iter().skip(position as usize);
        let text: Bytes<1536> = rest.take(1536).copied().collect();
        let next = position + text.len() as u64;
        (text, next)
    })
}

/// A memory with one account that is only looked at.
pub(crate) fn pool() -> memory::Mock {
    memory::Mock {
        statistics: Box::new(|_| memory::Statistics {
            total: 512 << 20,
            free: 384 << 20,
            largest: 256 << 20,
            accounts: 1,
            blocks: 3,
        }),
        account: Box::new(|_, index| match index {
            0 => Ok(memory::Account {
                client: 7,
                blocks: 3,
                used: 128 << 20,
                limit: u64::MAX,
            }),
            _ => Err(memory::Error::UnknownAccount),
        }),
        ..Default::default()
    }
}

/// A system timer that is a tenth slower than the processor's clock.
pub(crate) fn timer() -> system_timer::Mock {
    system_timer::Mock {
        now: Box::new(|_| 5_000_017),
        wait: Box::new(|_, us| match us {
            0 => Err(proto::system_timer::Error::Range),
            _ => Ok((us.into(), u64::from(us) * 1100)),
        }),
    }
}

/// A clock that stands.
pub(crate) fn watch() -> clock::Mock {
    clock::Mock {
        now: Box::new(|_| Ok(1_795_374_347)),
    }
}
