//! Splits an instruction of x86_64 into prefixes, opcode and ModRM byte (Intel SDM 2A §2.1).

/// Which table of opcodes an opcode is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Map {
    /// One byte.
    One,
    /// After `0f`.
    Two,
    /// After `0f 38`.
    Three38,
}

/// The prefixes that can be part of an opcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prefix {
    None,
    Operand,
    Repne,
    Rep,
}

/// Whether there is a LOCK prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lock {
    Locked,
    Free,
}

/// The parts of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) map: Map,
    pub(super) prefix: Prefix,
    pub(super) lock: Lock,
    pub(super) opcode: u8,
    /// The byte after the opcode, which is the ModRM byte of instructions that have one.
    pub(super) modrm: Option<u8>,
    /// The REX prefix, or 0x40, which says nothing.
    rex: u8,
}

impl Parts {
    /// The parts, unless the encoding is one of vectors (VEX, EVEX) or cut off.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let mut parts = Self {
            map: Map::One,
            prefix: Prefix::None,
            lock: Lock::Free,
            opcode: 0,
            modrm: None,
            rex: 0x40,
        };
        let mut rest = parts.take_prefixes(bytes);
        if let [rex @ 0x40..=0x4f, after @ ..] = rest {
            parts.rex = *rex;
            rest = after;
        }
        rest = match rest {
            [0xc4 | 0xc5 | 0x62, ..] => return None,
            [0x0f, 0x3a, ..] => return None,
            [0x0f, 0x38, after @ ..] => parts.with(Map::Three38, after),
            [0x0f, after @ ..] => parts.with(Map::Two, after),
            _ => rest,
        };
        parts.opcode = *rest.first()?;
        parts.modrm = rest.get(1).copied();
        Some(parts)
    }

    /// The register field of the ModRM byte, which often is part of the opcode.
    pub(super) fn field(&self) -> Option<u8> {
        self.modrm.map(|modrm| modrm >> 3 & 7)
    }

    /// Whether the ModRM byte names memory.
    pub(super) fn is_memory(&self) -> bool {
        self.modrm.is_some_and(|modrm| modrm < 0xc0)
    }

    /// The number of the general register that the ModRM byte's last field names.
    pub(super) fn register(&self) -> Option<u8> {
        self.modrm.map(|modrm| (self.rex & 1) << 3 | modrm & 7)
    }

    fn take_prefixes<'a>(&mut self, mut bytes: &'a [u8]) -> &'a [u8] {
        while let [byte, after @ ..] = bytes {
            match byte {
                0xf0 => self.lock = Lock::Locked,
                0xf2 => self.prefix = Prefix::Repne,
                0xf3 => self.prefix = Prefix::Rep,
                0x66 if self.prefix == Prefix::None => self.prefix = Prefix::Operand,
                0x66 | 0x67 | 0x26 | 0x2e | 0x36 | 0x3e | 0x64 | 0x65 => {}
                _ => break,
            }
            bytes = after;
        }
        bytes
    }

    fn with<'a>(&mut self, map: Map, rest: &'a [u8]) -> &'a [u8] {
        self.map = map;
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_taken_apart() {
        // lock add qword [r9], 1
        let parts = Parts::of(&[0xf0, 0x49, 0x83, 0x01, 0x01]).expect("whole");
        assert_eq!((parts.lock, parts.opcode), (Lock::Locked, 0x83));
        assert!(parts.is_memory());
        assert_eq!(parts.register(), Some(9));
    }

    #[test]
    fn vectors_and_scraps_have_no_parts() {
        assert_eq!(Parts::of(&[0xc5, 0xf8, 0x77]), None);
        assert_eq!(Parts::of(&[0xf0]), None);
        assert_eq!(Parts::of(&[0x0f]), None);
        assert_eq!(Parts::of(&[]), None);
    }
}
