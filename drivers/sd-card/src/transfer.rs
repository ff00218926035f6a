//! Data between card and memory.

use device_wait::Pace;

use crate::command::{Answer, Command, Data};
use crate::host::{DATA_NS, Host, When};
use crate::identify::checked;
use crate::registers::{mode, status};
use crate::table::{self, Table};
use crate::{BLOCK, Card, Failure, Register, Registers};

/// Memory that a transfer fills or takes from: as many blocks as it transfers.
pub trait Buffer {
    /// Returns where the controller finds it, if it can reach it by itself.
    fn physical(&self) -> Option<u64>;
    /// Stores a block.
    fn put(&mut self, block: u32, bytes: &[u8; BLOCK]);
    /// Fetches a block.
    fn get(&mut self, block: u32, bytes: &mut [u8; BLOCK]);
}

/// Which way data goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// From the card.
    Read,
    /// To the card.
    Write,
}

/// Blocks that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) direction: Direction,
    pub(crate) first: u64,
    pub(crate) count: u16,
}

/// Who moves the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// The processor.
    Processor,
    /// The controller.
    Controller,
}

/// Transfers a run once.
pub(crate) fn run<R: Registers, P: Pace>(
    host: &mut Host<R, P>,
    (card, run): (&Card, Run),
    buffer: &mut impl Buffer,
    (table, way): (&impl Table, Way),
) -> Result<(), Failure> {
    let argument = card.argument(run.first).ok_or(Failure::Unknown)?;
    let bytes = u32::from(run.count) * BLOCK as u32;
    let described = match way {
        Way::Controller => buffer
            .physical()
            .and_then(|start| table::describe(table, start, bytes)),
        Way::Processor => None,
    };
    if let Some(at) = described {
        host.use_descriptors();
        host.write(Register::TableAddress, at);
    }
    host.write(Register::Blocks, u32::from(run.count) << 16 | BLOCK as u32);
    checked(host, command(run, argument, described.is_some()))?;
    if described.is_none() {
        move_blocks(host, run, buffer)?;
    }
    host.wait_for(status::TRANSFER_COMPLETE, DATA_NS, end_of(run, described))?;
    table.barrier();
    Ok(())
}

/// The end of what the controller does by itself, and of what a card programs, takes a while.
fn end_of(run: Run, described: Option<u32>) -> When {
    match (run.direction, described) {
        (Direction::Read, None) => When::Soon,
        _ => When::Later,
    }
}

/// CMD17, CMD18, CMD24 or CMD25.
fn command(run: Run, argument: u32, dma: bool) -> Command {
    let is_many = run.count > 1;
    let (one, many, mut bits) = match run.direction {
        Direction::Read => (17, 18, mode::READ),
        Direction::Write => (24, 25, 0),
    };
    if dma {
        bits |= mode::DMA;
    }
    if is_many {
        bits |= mode::MANY | mode::COUNTS | mode::STOPS;
    }
    let index = if is_many { many } else { one };
    Command::new(index, argument, Answer::Short).with(Data::Blocks(bits))
}

fn move_blocks<R: Registers, P: Pace>(
    host: &mut Host<R, P>,
    run: Run,
    buffer: &mut impl Buffer,
) -> Result<(), Failure> {
    let mut bytes = [0; BLOCK];
    for block in 0..u32::from(run.count) {
        let when = if block == 0 { When::Later } else { When::Soon };
        match run.direction {
            Direction::Read => {
                host.wait_for(status::READ_READY, DATA_NS, when)?;
                take(host, &mut bytes);
                buffer.put(block, &bytes);
            }
            Direction::Write => {
                buffer.get(block, &mut bytes);
                host.wait_for(status::WRITE_READY, DATA_NS, when)?;
                give(host, &bytes);
            }
        }
    }
    Ok(())
}

fn take<R: Registers, P: Pace>(host: &Host<R, P>, bytes: &mut [u8]) {
    for word in bytes.chunks_exact_mut(4) {
        word.copy_from_slice(&host.read(Register::Buffer).to_le_bytes());
    }
}

fn give<R: Registers, P: Pace>(host: &Host<R, P>, bytes: &[u8]) {
    for word in bytes.as_chunks::<4>().0 {
        host.write(Register::Buffer, u32::from_le_bytes(*word));
    }
}

/// Reads a register of a card that comes as data.
pub(crate) fn read_register<R: Registers, P: Pace, const N: usize>(
    host: &mut Host<R, P>,
    command: Command,
) -> Result<[u8; N], Failure> {
    host.write(Register::Blocks, 1 << 16 | N as u32);
    checked(host, command.with(Data::Blocks(mode::READ)))?;
    host.wait_for(status::READ_READY, DATA_NS, When::Soon)?;
    let mut bytes = [0; N];
    take(host, &mut bytes);
    host.wait_for(status::TRANSFER_COMPLETE, DATA_NS, When::Soon)?;
    Ok(bytes)
}
