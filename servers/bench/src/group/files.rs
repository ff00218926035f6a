//! Files, on a volume in memory: everything between a program and a device, and no device.

use bench::figure::{
    Figure, VFS_CREATE_UNLINK, VFS_OPEN_CLOSE, VFS_OPEN_READ_CLOSE, VFS_OPEN_READ_CLOSE_CHAIN,
    VFS_PREAD_4K, VFS_PREAD_TURNS_4K, VFS_READ_SEQ_PER_KIB, VFS_STAT, VFS_VIEW_4K,
};
use bench::report::Report;
use bench::samples::Batch;
use libipc::codec::batch::ClientRing;
use libipc::lend::Lender;
use libipc::ring::ClientWake;
use libipc::{Error as CallError, TransportError};
use proto::vfs::{Batch as Requests, Client, Error, MAX_DATA, OpenFlags};

use super::Group;
use crate::check::{Outcome, done};
use crate::meter::{Operation, measure, measure_plain};
use crate::stage::Stage;

/// Files that are there already.
pub(crate) const PRESENT: Group = Group {
    figures: &[VFS_OPEN_CLOSE, VFS_STAT],
    run: present,
};

/// Files that are read from beginning to end in passing.
pub(crate) const PASSING: Group = Group {
    figures: &[VFS_OPEN_READ_CLOSE, VFS_OPEN_READ_CLOSE_CHAIN],
    run: passing,
};

/// What is in files.
pub(crate) const CONTENT: Group = Group {
    figures: &[
        VFS_PREAD_4K,
        VFS_PREAD_TURNS_4K,
        VFS_VIEW_4K,
        VFS_READ_SEQ_PER_KIB,
    ],
    run: content,
};

/// Files that come and go.
pub(crate) const CREATE: Group = Group {
    figures: &[VFS_CREATE_UNLINK],
    run: create,
};

type Result<T = ()> = core::result::Result<T, CallError<Error>>;

/// A file of the image's disk.
const FILE: &[u8] = b"/etc/motd";
/// A file that the benchmark makes.
const MADE: &[u8] = b"/made-by-the-benchmark";
const PERMISSIONS: u16 = 0o644;
/// Bytes that are read from one place.
const PIECE: u32 = 4096;
/// Length of the file that is read from beginning to end, in KiB.
const KIB: u32 = 64;
/// What stands in it.
const FILLING: u32 = 0x5a5a_5a5a;

fn present(stage: &mut Stage, report: &mut Report) -> Outcome {
    let files: Client = stage.client("vfs")?;
    let open_close = || files.close(files.open(FILE, OpenFlags::READ, 0)?);
    plain(stage, open_close, VFS_OPEN_CLOSE, report)?;
    plain(stage, || files.stat(FILE), VFS_STAT, report)
}

fn passing(stage: &mut Stage, report: &mut Report) -> Outcome {
    let files: Client = stage.client("vfs")?;
    let mut lender = stage.lender("vfs")?;
    let mut ring = stage.ring("vfs")?;
    let calls = || by_calls(&files, &mut lender);
    plain(stage, calls, VFS_OPEN_READ_CLOSE, report)?;
    let chain = || by_chain(&mut ring, &mut lender);
    plain(stage, chain, VFS_OPEN_READ_CLOSE_CHAIN, report)
}

fn by_calls(files: &Client, lender: &mut Lender) -> Result<u32> {
    let file = files.open(FILE, OpenFlags::READ, 0)?;
    let lent = lender.lend_out(PIECE as usize);
    let lent = lent.ok_or(CallError::Server(Error::Invalid))?;
    let read = files.read_into(file, 0, &lent)?;
    files.close(file)?;
    Ok(read)
}

fn by_chain(ring: &mut ClientRing<'static, ClientWake>, lender: &mut Lender) -> Result<u32> {
    let lent = lender.lend_both(FILE, PIECE as usize);
    let (path, content) = lent.ok_or(CallError::Server(Error::Invalid))?;
    let full = |_| CallError::Transport(TransportError::TooLong);
    let mut batch = Requests::new();
    let file = batch.open_lent(&path, OpenFlags::READ, 0).map_err(full)?;
    let read = batch.read_into(file.result(), 0, &content).map_err(full)?;
    let closed = batch.close(file.result()).map_err(full)?;
    let outcomes = batch.run(ring);
    let outcomes = outcomes.map_err(|_| CallError::Transport(TransportError::Dead))?;
    outcomes.of(file)?;
    outcomes.of(closed)?;
    outcomes.of(read)
}

fn create(stage: &mut Stage, report: &mut Report) -> Outcome {
    let files: Client = stage.client("vfs")?;
    let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
    let create_unlink = || {
        files.close(files.open(MADE, flags, PERMISSIONS)?)?;
        files.unlink(MADE)
    };
    plain(stage, create_unlink, VFS_CREATE_UNLINK, report)
}

fn content(stage: &mut Stage, report: &mut Report) -> Outcome {
    let files: Client = stage.client("vfs")?;
    let flags = OpenFlags::READ | OpenFlags::WRITE | OpenFlags::CREATE;
    let file = done("making a file", files.open(MADE, flags, PERMISSIONS))?;
    let length = KIB << 10;
    done("filling it", fill(&files, file, length))?;
    let mut lender = stage.lender("vfs")?;
    let mut memory = Memory([0; PIECE as usize]);
    let pread = || read(&files, &mut lender, (file, 0), &mut memory);
    plain(stage, pread, VFS_PREAD_4K, report)?;
    let mut offset = 0;
    let in_turns = || {
        offset = PIECE - offset;
        read(&files, &mut lender, (file, offset), &mut memory)
    };
    plain(stage, in_turns, VFS_PREAD_TURNS_4K, report)?;
    let view = || {
        offset = PIECE - offset;
        view(&files, &mut lender, (file, offset))
    };
    plain(stage, view, VFS_VIEW_4K, report)?;
    let mut read_all = || {
        let mut offsets = (0..length).step_by(PIECE as usize);
        offsets.try_for_each(|offset| read(&files, &mut lender, (file, offset), &mut memory))
    };
    let operation = Operation {
        before: |_: &mut Stage| Ok(()),
        run: |(): &()| read_all(),
        after: |_: &mut Stage, (), ()| Ok(()),
    };
    let batch = Batch::new(KIB).ok_or("nothing to read")?;
    measure(stage, operation, (VFS_READ_SEQ_PER_KIB, batch), report)?;
    done("closing it", files.close(file))?;
    done("taking it away", files.unlink(MADE))
}

fn plain<V>(
    stage: &mut Stage,
    run: impl FnMut() -> Result<V>,
    figure: Figure,
    report: &mut Report,
) -> Outcome {
    measure_plain(stage, run, figure, report)
}

fn fill(files: &Client, file: u32, length: u32) -> Result {
    let [byte, ..] = FILLING.to_ne_bytes();
    let piece = [byte; MAX_DATA as usize];
    for offset in (0..length).step_by(piece.len()) {
        let rest = (length - offset).min(MAX_DATA) as usize;
        let data = piece.get(..rest).unwrap_or_default();
        files.write_at(file, offset.into(), data)?;
    }
    Ok(())
}

/// Memory of the program, from a whole word on.
#[repr(align(8))]
struct Memory([u8; PIECE as usize]);

/// Reads a piece of a file into memory, by a lent buffer.
fn read(
    files: &Client,
    lender: &mut Lender,
    (file, offset): (u32, u32),
    memory: &mut Memory,
) -> Result {
    let lent = lender.lend_out(PIECE as usize);
    let lent = lent.ok_or(CallError::Server(Error::Invalid))?;
    let read = files.read_into(file, offset.into(), &lent)?;
    let copied = lent.view().copy_to(0, &mut memory.0);
    if read != PIECE || copied.is_err() {
        return Err(CallError::Server(Error::NotOpen));
    }
    core::hint::black_box(&memory.0);
    Ok(())
}

/// Looks at a piece of a file where it is put: each has its own place in the pool.
fn view(files: &Client, lender: &mut Lender, (file, offset): (u32, u32)) -> Result {
    let lent = lender.lend_out_at(offset, PIECE as usize);
    let lent = lent.ok_or(CallError::Server(Error::Invalid))?;
    let read = files.read_into(file, offset.into(), &lent)?;
    let last = lent.view().number_at(PIECE as usize - size_of::<u32>());
    if read != PIECE || last != Ok(FILLING) {
        return Err(CallError::Server(Error::NotOpen));
    }
    Ok(())
}
