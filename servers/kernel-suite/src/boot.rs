//! What is left of boot when root runs: memory.
//!
//! This comes first, so that all other tests run while something else is where the code was that booted.

use libipc::abi::boot;
use libipc::abi::cap::MemoryClass;
use libipc::abi::layout::PAGE;
use libipc::objects::{AddressSpace, Frame};
use libipc::{Kind, Rights};

use crate::calls::map;
use crate::fixture::{Fixture, Stock, done};
use crate::{Failure, Test, expect};

pub(crate) const TESTS: &[Test] = &[Test {
    name: "what_runs_only_at_boot_is_cleared_and_roots_to_fill",
    run: fill,
}];

/// log2 of its bytes, as the kernel's linker scripts have it.
const SIZE: u8 = 18;
/// Where its pages are seen, one after the other.
const HERE: u64 = 0x2000_0000;
/// What they are filled with: no instruction of any architecture that the kernel runs on, and no address.
const RUBBISH: u64 = 0xffff_06ff_ffff_06ff;

fn fill(fixture: &mut Fixture) -> Result<(), Failure> {
    let memory = fixture.init;
    let found = done("describing it", memory.describe())?;
    let wanted = (MemoryClass::Ram as u8, SIZE, 1 << SIZE);
    expect("it", (found.class, found.size, found.free), wanted)?;
    let stock = Stock {
        memory,
        ..fixture.own()
    };
    let (own, rights) = (
        AddressSpace::from(boot::SPACE),
        Rights::READ.union(Rights::WRITE),
    );
    for _ in 0..(1 << SIZE) / PAGE {
        let frame: Frame = fixture.object_of(stock, Kind::Frame, 12)?;
        map(fixture, fixture.own(), own, frame, (HERE, rights))?;
        for word in (HERE..HERE + PAGE).step_by(8) {
            let word = core::ptr::with_exposed_provenance_mut::<u64>(word as usize);
            // SAFETY:
            // 1. aligned, in the page that was mapped above, which nothing else uses.
            let before = unsafe { word.read_volatile() };
            expect("a word of it", before, 0)?;
            // SAFETY:
            // 1. as above.
            unsafe { word.write_volatile(RUBBISH) };
        }
        done("unmapping", frame.unmap())?;
    }
    Ok(())
}
