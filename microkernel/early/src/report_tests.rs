//! Reports on a pretended machine.

use std::cell::RefCell;
use std::format;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::string::String;
use std::vec::Vec;

use super::*;

/// Where the pretended stack begins.
const STACK: u64 = 0x1000;

#[derive(Default)]
struct Fake {
    text: RefCell<String>,
    stack: Vec<u64>,
    symbols: Vec<u8>,
}

impl Write for &Fake {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text.borrow_mut().push_str(text);
        Ok(())
    }
}

impl Scene for &Fake {
    fn stack_word(&self, address: u64) -> Option<u64> {
        let at = address.checked_sub(STACK)?;
        assert!(at.is_multiple_of(8), "not aligned");
        self.stack.get(at as usize / 8).copied()
    }

    fn symbol_byte(&self, offset: usize) -> Option<u8> {
        self.symbols.get(offset).copied()
    }

    fn off(self) -> ! {
        panic!("off")
    }
}

/// Runs what ends the machine.
fn until_the_end(run: impl FnOnce()) {
    let ended = catch_unwind(AssertUnwindSafe(run));
    assert_eq!(ended.unwrap_err().downcast_ref(), Some(&"off"));
}

fn said(fake: &Fake, run: impl FnOnce(&mut Report<&Fake>)) -> String {
    let mut report = Report::begin(&AtomicBool::new(false), fake);
    fake.text.borrow_mut().clear();
    run(&mut report);
    fake.text.take()
}

#[test]
fn a_report_says_where_the_bug_is_and_ends_the_machine() {
    let fake = Fake::default();
    let here = Location::caller();
    until_the_end(|| {
        let mut report = Report::begin(&AtomicBool::new(false), &fake);
        report.panic(Some(here), "broken");
        report.end()
    });
    let at = format!("at {}:{}: broken", here.file(), here.line());
    let text = format!("\nweft: kernel bug: {at}\nweft: the machine stops here\n");
    assert_eq!(fake.text.take(), text);
}

#[test]
fn a_bug_within_a_report_ends_the_machine_at_once() {
    let fake = Fake::default();
    let reporting = AtomicBool::new(false);
    let _first = Report::begin(&reporting, &fake);
    until_the_end(|| {
        Report::begin(&reporting, &fake);
    });
    let text = fake.text.take();
    assert!(text.ends_with("bug within the report of a kernel bug\n"));
}

#[test]
fn calls_are_followed_up_the_stack_and_named() {
    let mut symbols = 0x40_0000_u64.to_le_bytes().to_vec();
    symbols.extend(16_u32.to_le_bytes());
    symbols.extend(5_u32.to_le_bytes());
    symbols.extend(b"alpha");
    let fake = Fake {
        stack: Vec::from([STACK + 16, 0x40_0010, 0, 0x3f_0000]),
        symbols,
        ..Fake::default()
    };
    let text = said(&fake, |report| report.calls(STACK));
    assert_eq!(text, "  0000000000400010 alpha+0x10\n  00000000003f0000\n");
}

#[test]
fn a_call_that_never_returns_belongs_to_its_caller() {
    let mut symbols = Vec::new();
    for (address, name_at) in [(0x1000_u64, 32_u32), (0x2000, 33)] {
        symbols.extend(address.to_le_bytes());
        symbols.extend(name_at.to_le_bytes());
        symbols.extend(1_u32.to_le_bytes());
    }
    symbols.extend(b"ab");
    let fake = Fake {
        stack: Vec::from([0, 0x2000]),
        symbols,
        ..Fake::default()
    };
    let text = said(&fake, |report| report.calls(STACK));
    assert_eq!(text, "  0000000000002000 a+0x1000\n");
    let here = said(&fake, |report| report.call(0x2000));
    assert_eq!(here, "  0000000000002000 b+0x0\n");
}

#[test]
fn a_stack_that_leads_nowhere_or_in_a_circle_ends() {
    let fake = Fake {
        stack: Vec::from([STACK, 1]),
        ..Fake::default()
    };
    assert_eq!(said(&fake, |report| report.calls(STACK - 4096)), "");
    let once = said(&fake, |report| report.calls(STACK));
    assert_eq!(once, "  0000000000000001\n");
}

#[test]
fn a_stack_without_end_is_cut() {
    let frames = (0..100).flat_map(|frame| [STACK + (frame + 1) * 16, 7]);
    let fake = Fake {
        stack: frames.collect(),
        ..Fake::default()
    };
    let text = said(&fake, |report| report.calls(STACK));
    assert_eq!(text.lines().count(), MAX_CALLS);
}

#[test]
fn only_a_table_that_the_image_holds_is_found() {
    let image = Range::sized(0x10_0000, 0x4000);
    let header = |magic, at, bytes| {
        move |offset| match offset {
            _ if offset == offset_of!(ImageHeader, symbols_at) => at,
            _ if offset == offset_of!(ImageHeader, symbols_len) => bytes,
            _ if offset == offset_of!(ImageHeader, magic) => magic,
            _ => panic!("{offset} is not read"),
        }
    };
    let section = SymbolSection::new();
    section.find(image, header(MAGIC + 1, 0x1000, 8));
    section.find(image, header(MAGIC, 0x1000, 0x3001));
    section.find(image, header(MAGIC, u64::MAX, 2));
    assert_eq!(section.address_of(0), None);
    section.find(image, header(MAGIC, 0x1000, 8));
    assert_eq!(section.address_of(7), Some(DIRECT_MAP + 0x10_1007));
    assert_eq!(section.address_of(8), None);
}
