//! Message-signalled interrupts.

use weft_abi::boot;

use super::*;

const CONTROL: u64 = boot::IRQ_CONTROL.0 as u64;
const SLOT: u64 = 0x300;

#[test]
fn a_message_is_made_for_the_device_that_is_named() {
    let mut machine = Fixture::new();
    let create = |machine: &mut Fixture, slot, device| {
        machine.call(Syscall::IrqCreateMsi, &[CONTROL, 1, slot, device])
    };
    for (slot, device) in [(SLOT, 0), (SLOT + 1, 0x18), (SLOT + 2, 0xffff)] {
        let answer = create(&mut machine, slot, device).unwrap();
        assert_eq!(answer[2] >> 16, device, "what the controller was told");
    }
    for device in [0x1_0000, u64::MAX] {
        let answer = create(&mut machine, SLOT + 3, device);
        assert_eq!(answer, Err(Refusal::OutOfRange));
    }
    assert_eq!(machine.core.arch.msis.len(), 3);
}

#[test]
fn messages_run_out_and_come_back() {
    let mut machine = Fixture::new();
    let mut create = |slot| machine.call(Syscall::IrqCreateMsi, &[CONTROL, 1, slot, 8]);
    let made = (SLOT..).take_while(|slot| create(*slot).is_ok()).count() as u64;
    assert_eq!(create(SLOT + made), Err(Refusal::Exhausted));
    machine.call(Syscall::CNodeDelete, &[1, SLOT]).unwrap();
    let again = machine.call(Syscall::IrqCreateMsi, &[CONTROL, 1, SLOT, 8]);
    assert!(made > 0 && again.is_ok());
}
