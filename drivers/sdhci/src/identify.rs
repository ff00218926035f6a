//! From a socket to a card with an address (SD §4.2.3, figure 4-2).

use device_wait::Pace;

use crate::card::{self, Access, Addressing, Card};
use crate::command::{self as cmd, Command};
use crate::host::{FAST_HZ, Host};
use crate::transfer;
use crate::{Failure, Registers};

/// The longest that a card takes to get ready (SD §4.2.3).
const READY_NS: u64 = 1_000_000_000;
/// Between two questions whether it is.
const ASK_NS: u64 = 5_000_000;

/// 2.7 to 3.6 V, as ACMD41 has it.
const VOLTAGES: u32 = 0x00ff_8000;
/// There: the host knows cards that count in blocks. Back: this is one.
const COUNTS_BLOCKS: u32 = 1 << 30;
/// The card is ready.
const READY: u32 = 1 << 31;

/// In a card's status: it is locked by a password (SD §4.3.7, §4.10.1).
const IS_LOCKED: u32 = 1 << 25;
/// Bits of a card's status that tell of an error (SD §4.10.1).
pub(crate) const CARD_ERRORS: u32 = 0xfdf9_8008;

/// Identifies the card, makes it the one that transfers, and uses four lines if it has them. The controller has just
/// been started.
pub(crate) fn identify<R: Registers, P: Pace>(host: &mut Host<R, P>) -> Result<Card, Failure> {
    host.command(cmd::GO_IDLE)?;
    let addressing = make_ready(host)?;
    let identity = host.command(cmd::ALL_SEND_CID)?;
    let address = (host.command(cmd::SEND_ADDRESS)? as u32) & 0xffff_0000;
    let (blocks, mut access) =
        card::csd(host.command(cmd::send_csd(address))?).ok_or(Failure::Unknown)?;
    if host.is_protected() {
        access = Access::Locked;
    }
    if checked(host, cmd::select(address))? & IS_LOCKED != 0 {
        return Err(Failure::Password);
    }
    host.set_clock(FAST_HZ)?;
    if addressing == Addressing::Bytes {
        checked(host, cmd::set_block_length(crate::BLOCK as u32))?;
    }
    widen(host, address)?;
    Ok(Card {
        blocks,
        addressing,
        access,
        identity,
        address,
    })
}

/// Sends a command whose answer is the card's status.
pub(crate) fn checked<R: Registers, P: Pace>(
    host: &mut Host<R, P>,
    command: Command,
) -> Result<u32, Failure> {
    let status = host.command(command)? as u32;
    if status & CARD_ERRORS != 0 {
        return Err(Failure::Card(status));
    }
    Ok(status)
}

/// Asks until the card is ready, and returns how it counts. Cards before version 2 do not answer the first question,
/// and no card at all does not either.
fn make_ready<R: Registers, P: Pace>(host: &mut Host<R, P>) -> Result<Addressing, Failure> {
    let mut wanted = VOLTAGES;
    match host.command(cmd::SEND_CONDITIONS) {
        Ok(answer) if answer as u32 & 0xfff == cmd::CONDITIONS => wanted |= COUNTS_BLOCKS,
        Ok(_) => return Err(Failure::Unknown),
        Err(Failure::NoAnswer) => host.reset_lines()?,
        Err(other) => return Err(other),
    }
    let deadline = host.now_ns() + READY_NS;
    loop {
        // The status may tell that the first question was not understood.
        host.command(cmd::application(0))?;
        let conditions = host.command(cmd::send_operating_conditions(wanted))? as u32;
        if conditions & READY != 0 {
            let counts_blocks = wanted & conditions & COUNTS_BLOCKS != 0;
            return Ok(match counts_blocks {
                true => Addressing::Blocks,
                false => Addressing::Bytes,
            });
        }
        if host.now_ns() >= deadline {
            return Err(Failure::Unknown);
        }
        host.sleep(ASK_NS);
    }
}

fn widen<R: Registers, P: Pace>(host: &mut Host<R, P>, address: u32) -> Result<(), Failure> {
    checked(host, cmd::application(address))?;
    let scr = transfer::read_register(host, cmd::SEND_SCR)?;
    if !card::has_four_lines(scr) {
        return Ok(());
    }
    checked(host, cmd::application(address))?;
    checked(host, cmd::SET_FOUR_LINES)?;
    host.use_four_lines();
    Ok(())
}
