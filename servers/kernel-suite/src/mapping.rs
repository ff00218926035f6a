//! Mappings that no address space may have.

use libipc::abi::cap::{CacheMode, MapFlags};
use libipc::abi::layout::USER_END;
use libipc::objects::{AddressSpace, Frame, MapError};
use libipc::{CPtr, Kind, Refusal, Rights};

use crate::fixture::Fixture;
use crate::probe::KERNEL_TEXT;
use crate::{Failure, Test, expect};

pub(crate) const TESTS: &[Test] = &[
    Test {
        name: "the_last_user_page_is_never_mapped",
        run: |to| refused(to, USER_END, READ),
    },
    Test {
        name: "nothing_is_mapped_over_the_kernel",
        run: |to| refused(to, KERNEL_TEXT, READ),
    },
    Test {
        name: "writable_and_executable_exclude_each_other",
        run: |to| {
            refused(
                to,
                0x3000_0000,
                READ.union(Rights::WRITE).union(Rights::EXECUTE),
            )
        },
    },
];

const READ: Rights = Rights::READ;

fn refused(fixture: &mut Fixture, address: u64, rights: Rights) -> Result<(), Failure> {
    let frame: Frame = fixture.object(Kind::Frame, 12)?;
    let own = AddressSpace::from(CPtr(libipc::abi::boot::SPACE.0));
    let mapped = own.map(frame, address, MapFlags::new(rights, CacheMode::Normal));
    let is_refused = matches!(
        mapped,
        Err(MapError::Refused(
            Refusal::OutOfRange | Refusal::InvalidArgument | Refusal::NotPermitted
        ))
    );
    expect("refused", is_refused, true)
}
