//! Tests of the start-up page's reader, over pages made by hand.

extern crate std;

use std::sync::Mutex;
use std::vec::Vec;

use weft_abi::startup::{Granted, NAME_BYTES};
use zerocopy::IntoBytes;

use super::*;

/// Every page that was made, so that leak checkers see that they are meant to stay.
static PAGES: Mutex<Vec<&'static [u64]>> = Mutex::new(Vec::new());

fn name<const N: usize>(text: &str) -> [u8; N] {
    let mut name = [0; N];
    name[..text.len()].copy_from_slice(text.as_bytes());
    name
}

fn entry(kind: EntryKind, text: &str, slot: u32, v0: u64, v1: u64) -> Entry {
    Entry {
        name: name::<NAME_BYTES>(text),
        kind: kind as u32,
        slot,
        v0,
        v1,
    }
}

fn header(entries: u32, args_len: u32) -> StartupHeader {
    StartupHeader {
        magic: MAGIC,
        abi_hash: weft_abi::ABI_HASH,
        heap_base: 0,
        heap_len: 0,
        entries,
        args_len,
        first_free: 20,
        cnode_size: 8,
        granted: Granted::COUNTERS.bits(),
        name: name("shell"),
    }
}

/// A page at an aligned address, as a program gets it.
fn page(header: StartupHeader, entries: &[Entry], arguments: &[u8]) -> &'static [u8] {
    let mut bytes = Vec::from(header.as_bytes());
    bytes.extend_from_slice(entries.as_bytes());
    bytes.extend_from_slice(arguments);
    bytes.resize(4096, 0);
    let words: Vec<u64> = bytes
        .chunks(8)
        .map(|chunk| u64::from_ne_bytes(chunk.try_into().unwrap()))
        .collect();
    let words: &'static [u64] = Vec::leak(words);
    PAGES.lock().unwrap().push(words);
    words.as_bytes()
}

fn startup(entries: &[Entry], arguments: &[u8]) -> Startup {
    let header = header(entries.len() as u32, arguments.len() as u32);
    Startup::parse(page(header, entries, arguments)).unwrap()
}

#[test]
fn everything_is_found_by_its_name() {
    let file: &'static [u8; 8] = b"contents";
    let env = startup(
        &[
            entry(EntryKind::Client, "vfs", 9, 0, 0),
            entry(EntryKind::Server, "vfs", 3, 2, 0),
            entry(EntryKind::Irq, "uart", 11, 1 << 4, 0),
            entry(EntryKind::Ports, "uart", 12, 0x3f8, 0x3ff),
            entry(EntryKind::Mmio, "ecam", 0, 0x2000_0000, 4096),
            entry(EntryKind::Log, "log", 13, 0, 0),
            entry(EntryKind::Reply, "", 14, 0, 0),
            entry(
                EntryKind::File,
                "disk",
                0,
                file.as_ptr().expose_provenance() as u64,
                8,
            ),
        ],
        b"",
    );
    assert_eq!(env.name(), "shell");
    assert_eq!(
        env.endpoint("vfs"),
        Endpoint {
            slot: CPtr(3),
            interface: 2
        }
    );
    assert_eq!(env.connect::<Connection>("vfs").endpoint(), CPtr(9));
    assert_eq!(env.irq("uart").bits, 1 << 4);
    assert_eq!(
        (env.ports("uart").first, env.ports("uart").last),
        (0x3f8, 0x3ff)
    );
    assert_eq!(env.mmio("ecam").length, 4096);
    assert_eq!(env.file("disk"), Some(&b"contents"[..]));
    assert_eq!(env.file("disc"), None);
    assert!(env.log().is_some());
    assert!(env.reply_slots().eq([CPtr(2), CPtr(14)]));
    assert!(env.try_connect::<Connection>("net").is_none());
}

#[test]
fn arguments_are_separated_by_zeros() {
    assert!(startup(&[], b"-l\0/mnt\0").args().eq(["-l", "/mnt"]));
    assert!(startup(&[], b"-l\0/mnt").args().eq(["-l", "/mnt"]));
    assert!(startup(&[], b"\0").args().eq([""]));
    assert_eq!(startup(&[], b"").args().count(), 0);
    assert!(startup(&[], b"a\xffb\0c\0").args().eq(["a", "c"]));
}

#[test]
fn pages_of_other_systems_are_refused() {
    let other_abi = StartupHeader {
        abi_hash: 1,
        ..header(0, 0)
    };
    assert_eq!(
        Startup::parse(page(other_abi, &[], b"")).err(),
        Some(BadStartup::OtherAbi)
    );
    let not_one = StartupHeader {
        magic: 1,
        ..header(0, 0)
    };
    assert_eq!(
        Startup::parse(page(not_one, &[], b"")).err(),
        Some(BadStartup::NotAStartupPage)
    );
    let too_many = StartupHeader {
        entries: weft_abi::startup::MAX_ENTRIES as u32 + 1,
        ..header(0, 0)
    };
    assert_eq!(
        Startup::parse(page(too_many, &[], b"")).err(),
        Some(BadStartup::NotAStartupPage)
    );
    let too_long = StartupHeader {
        args_len: 4096,
        ..header(0, 0)
    };
    assert_eq!(
        Startup::parse(page(too_long, &[], b"")).err(),
        Some(BadStartup::NotAStartupPage)
    );
}

#[test]
#[should_panic(expected = "shell: the image gives no Client named \"net\"")]
fn a_missing_thing_is_named() {
    let _ = startup(&[], b"").connect::<Connection>("net");
}
