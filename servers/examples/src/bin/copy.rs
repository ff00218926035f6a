//! `copy FROM TO`: copies a file. Unlike the shell's `cp` it can run in the background. It shows how a program reads
//! and writes files, and what it learns when a server dies under it.

#![no_std]
#![no_main]

use core::fmt::{self, Write};

use examples::Terminal;
use libipc::{ExitCode, Startup};
use proto::vfs::{self, Client, MAX_DATA, OpenFlags};

/// Permissions of the copy: everybody reads, its owner writes.
const PERMISSIONS: u16 = 0o644;

/// What failed: the path that it failed for, and why.
type Failure<'a> = (&'a str, libipc::Error<vfs::Error>);

#[libipc::main]
fn main(env: Startup) -> ExitCode {
    let mut terminal = Terminal::new(&env);
    let mut args = env.args();
    let told = match (args.next(), args.next(), args.next()) {
        (Some(from), Some(to), None) => match copy(&env.connect("vfs"), from, to) {
            Ok(bytes) => writeln!(terminal, "copy: {bytes} bytes").map(|()| ExitCode::SUCCESS),
            Err((path, why)) => writeln!(terminal, "copy: {path}: {why}").and(Err(fmt::Error)),
        },
        _ => writeln!(terminal, "usage: copy FROM TO").and(Err(fmt::Error)),
    };
    told.unwrap_or(ExitCode::FAILURE)
}

/// Copies a file and gives its length.
fn copy<'a>(files: &Client, from: &'a str, to: &'a str) -> Result<u64, Failure<'a>> {
    let open = |path: &'a str, flags| {
        let opened = files.open(path.as_bytes(), flags, PERMISSIONS);
        opened.map_err(|why| (path, why))
    };
    let source = open(from, OpenFlags::READ)?;
    let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::TRUNCATE;
    let target = open(to, flags)?;
    let mut offset = 0;
    loop {
        let read = files.read_at(source, offset, MAX_DATA);
        let data = read.map_err(|why| (from, why))?;
        if data.is_empty() {
            break;
        }
        let written = files.write_at(target, offset, &data);
        written.map_err(|why| (to, why))?;
        offset += data.len() as u64;
    }
    files.close(target).map_err(|why| (to, why))?;
    Ok(offset)
}
