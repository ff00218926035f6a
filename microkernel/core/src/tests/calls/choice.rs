//! Random numbers, and arguments that fit the signature of a system call.

use weft_abi::cap::{CacheMode, MapFlags};
use weft_abi::{Kind, MessageInfo, Rights, Syscall};

/// A generator of random numbers (xorshift64*).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 8
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// True once in `n` times.
    pub(crate) fn once_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }
}

/// What an argument is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Argument {
    /// A pointer to a capability of this kind.
    Cap(Kind),
    /// The index of an empty slot.
    Free,
    /// A value that the name stands for.
    Value(&'static str),
}

/// The arguments of a call, as its signature names them.
pub(crate) fn arguments(call: Syscall) -> impl Iterator<Item = Argument> {
    let names = call.signature().split(')').next().unwrap_or_default();
    let names = names.trim_start_matches('(').split(',').map(str::trim);
    names.flat_map(move |name| {
        let count = if name == "w0..w5" { 6 } else { 1 };
        std::iter::repeat_n(argument(call, name), count)
    })
}

fn argument(call: Syscall, name: &'static str) -> Argument {
    use Syscall::{CNodeDelete, CNodeInspect, CNodeRevoke};
    let names_used = matches!(call, CNodeDelete | CNodeInspect | CNodeRevoke);
    if name == "first_index" || name == "index" && !names_used {
        return Argument::Free;
    }
    Argument::Cap(match name {
        "endpoint" | "fault_endpoint" | "timeout_endpoint" => Kind::Endpoint,
        "reply" => Kind::Reply,
        "notification" | "awaited" => Kind::Notification,
        "untyped" => Kind::Untyped,
        "cnode" | "from_cnode" => Kind::CNode,
        "thread" => Kind::Thread,
        "space" => Kind::AddressSpace,
        "frame" => Kind::Frame,
        "table" => Kind::PageTable,
        "sched" => Kind::SchedContext,
        "irq" => Kind::IrqHandler,
        "ports" => Kind::IoPorts,
        "log" => Kind::Log,
        "control" if matches!(call, Syscall::IrqCreate | Syscall::IrqCreateMsi) => Kind::IrqControl,
        "control" => Kind::SchedControl,
        other => return Argument::Value(other),
    })
}

/// A page address that the threads map at.
pub(crate) fn page(random: &mut Random) -> u64 {
    0x40_0000 + random.below(6) * 0x1000
}

/// A value for an argument that is no capability; mostly one that makes sense.
pub(crate) fn value(random: &mut Random, name: &str, now: u64) -> u64 {
    const TIMES: [u64; 5] = [10_000, 50_000, 1_000_000, 1_000_000, u64::MAX];
    if random.once_in(25) {
        return random.of(&[0, 1, 64, 0xffff, 1 << 32, 1 << 63, u64::MAX]);
    }
    match name {
        "info" => {
            let words = random.of(&[0, 2, 6, 9, 256]);
            MessageInfo::new(random.below(2) as u32, words, random.below(5) as usize).0
        }
        "deadline" => random.of(&[0, now + 1, now + 100_000, u64::MAX - 1, u64::MAX, u64::MAX]),
        "kind" => 1 + random.below(11),
        "size" => random.of(&[2, 3, 12, 12, 13, 21]),
        "count" => 1 + random.below(3),
        "index" | "from_index" => random.below(64),
        "rights" => random.of(&[31, 31, 31, 7, 3, 1]),
        "badge" => random.of(&[1, 2, 5, 30, 0x70_0060]),
        "priority" | "ceiling" => random.of(&[5, 10, 10, 20, 47, 51]),
        "budget" | "period" => random.of(&TIMES),
        "blocking" => random.of(&[0, 0, 10_000, 500_000]),
        "min_budget" => random.of(&[0, 0, 20_000, 60_000]),
        "address" => page(random),
        "flags" => {
            let rights = random.of(&[1, 3, 3, 9, 11]);
            let cache = random.of(&[CacheMode::Normal, CacheMode::Normal, CacheMode::Device]);
            MapFlags::new(Rights::from_bits_truncate(rights), cache).0
        }
        "affinity" => random.of(&[1, 2, 2, 1, 0]),
        "line" => random.below(12),
        "mode" | "width" => random.below(4),
        "port" => 0x60 + random.below(20),
        "length" => random.below(64),
        _ => random.below(0x2000),
    }
}
