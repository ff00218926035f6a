//! What somebody has done to a card before it was put in: made it read-only (SD §4.3.6, CMD27), or locked it by a
//! password (SD §4.3.7, CMD42).
//!
//! A real card keeps that until it is undone, so none should be in a machine that runs this. QEMU's cards forget it when
//! their next identification begins, so it is done in the middle of one, before the card is asked what it is like.

use crate::command::{self as cmd, Answer, Command, Data};
use crate::registers::status;
use crate::{BLOCK, Register, Registers};

/// Bytes of the register CSD.
const BYTES: usize = 16;
/// Temporary write protection (SD §5.3.2, bit 12), and the byte that has it, from the front.
const PROTECTED: u8 = 1 << 4;
const PLACE: usize = 14;
/// What CMD42 is to do: set a password, and lock the card.
const LOCK: u8 = 0b101;
const PASSWORD: &[u8] = b"weft";
/// How often the status is looked at before somebody gives up.
const LOOKS: u32 = 1_000_000;

/// Makes a card read-only that is in stand-by, where it is afterwards, too; nothing if it does not follow.
pub(super) fn protect(registers: &impl Registers, address: u32) -> Option<()> {
    send(registers, cmd::send_csd(address))?;
    let responses = [
        Register::Response3,
        Register::Response2,
        Register::Response1,
        Register::Response0,
    ];
    let words = responses.map(|register| u128::from(registers.read(register)));
    // The checksum is not kept (SDHC §2.2.7).
    let csd = words.iter().fold(0, |csd, word| csd << 32 | word) << 8;
    let mut bytes: [u8; BYTES] = csd.to_be_bytes();
    bytes[PLACE] |= PROTECTED;
    bytes[BYTES - 1] = checksum(&bytes[..BYTES - 1]) << 1 | 1;
    give(registers, address, (27, &bytes))
}

/// Locks a card as [`protect`] makes it read-only.
pub(super) fn lock(registers: &impl Registers, address: u32) -> Option<()> {
    let mut bytes = [0; BLOCK];
    let told = [LOCK, PASSWORD.len() as u8].into_iter();
    let told = told.chain(PASSWORD.iter().copied());
    bytes.iter_mut().zip(told).for_each(|(to, from)| *to = from);
    give(registers, address, (42, &bytes))
}

/// Gives a card data with a command, and leaves the registers as they were.
fn give(registers: &impl Registers, address: u32, data: (u8, &[u8])) -> Option<()> {
    let followed = try_give(registers, address, data);
    registers.write(Register::Status, status::ALL);
    registers.write(Register::Argument, address);
    followed
}

fn try_give(registers: &impl Registers, address: u32, (index, bytes): (u8, &[u8])) -> Option<()> {
    send(registers, cmd::select(address))?;
    registers.write(Register::Blocks, 1 << 16 | bytes.len() as u32);
    let command = Command::new(index, 0, Answer::Short).with(Data::Blocks(0));
    send(registers, command)?;
    wait(registers, status::WRITE_READY)?;
    for word in bytes.as_chunks::<4>().0 {
        registers.write(Register::Buffer, u32::from_le_bytes(*word));
    }
    wait(registers, status::TRANSFER_COMPLETE)?;
    send(registers, cmd::DESELECT)
}

fn send(registers: &impl Registers, command: Command) -> Option<()> {
    registers.write(Register::Status, status::ALL);
    registers.write(Register::Argument, command.argument);
    registers.write(Register::Command, command.word());
    wait(registers, status::COMMAND_COMPLETE)
}

/// Waits until something is shown, and takes it back; nothing if there is an error instead, or it does not come.
fn wait(registers: &impl Registers, wanted: u32) -> Option<()> {
    for _ in 0..LOOKS {
        let found = registers.read(Register::Status);
        if found & status::ERRORS != 0 {
            return None;
        }
        if found & wanted != 0 {
            registers.write(Register::Status, wanted);
            return Some(());
        }
    }
    None
}

/// Seven bits by the polynomial x⁷ + x³ + 1 (SD §4.5).
fn checksum(bytes: &[u8]) -> u8 {
    let step = |sum: u8, bit: u8| {
        let carry = (sum >> 6) ^ bit;
        let polynomial = (carry & 1) * 0x09;
        (sum << 1 & 0x7f) ^ polynomial
    };
    let bits = |byte: u8| (0..8).rev().map(move |bit| byte >> bit & 1);
    bytes.iter().copied().flat_map(bits).fold(0, step)
}

#[cfg(test)]
mod tests {
    use super::checksum;

    #[test]
    fn checksums_are_those_of_the_standard() {
        // The examples of SD §4.5: CMD0, CMD17 with argument 0, and the answer to it.
        assert_eq!(checksum(&[0x40, 0, 0, 0, 0]), 0b100_1010);
        assert_eq!(checksum(&[0x51, 0, 0, 0, 0]), 0b010_1010);
        assert_eq!(checksum(&[0x11, 0, 0, 9, 0]), 0b011_0011);
    }
}
