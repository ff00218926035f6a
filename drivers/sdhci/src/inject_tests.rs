//! The injector between the driver and the model: the driver must not tell it from a real controller that fails.

use std::string::ToString;
use std::vec;
use std::vec::Vec;

use libipc::Caller;
use proto::card_faults::{Fault, Request, Server};

use super::*;
use crate::model::{Area, BUFFERS, Kind, Machine};
use crate::{Access, Disk, Failure, Setup};

type TestDisk = Disk<Injector<'static, Machine>, Machine, Machine>;

const NOBODY: Caller = Caller::from_badge(0);
/// Every fault that ends by itself, and what the driver says of it.
const FAULTS: [(Fault, Failure); 9] = [
    (Fault::CommandTimeout, Failure::NoAnswer),
    (Fault::CommandCrc, Failure::Answer(1 << 1)),
    (Fault::CommandEnd, Failure::Answer(1 << 2)),
    (Fault::CommandIndex, Failure::Answer(1 << 3)),
    (Fault::DataTimeout, Failure::Data(1 << 4)),
    (Fault::DataCrc, Failure::Data(1 << 5)),
    (Fault::DataEnd, Failure::Data(1 << 6)),
    (Fault::Descriptors, Failure::Descriptors),
    (Fault::Silence, Failure::Silent),
];

struct Rig {
    machine: Machine,
    plan: &'static Plan,
    disk: TestDisk,
}

fn open(kind: Kind, slot: Slot) -> (Machine, &'static Plan, Result<TestDisk, Failure>) {
    let machine = Machine::new(kind);
    let plan: &'static Plan = std::boxed::Box::leak(std::boxed::Box::new(Plan::new(slot)));
    let registers = Injector::new(machine.clone(), plan);
    let disk = Disk::open(
        registers,
        machine.clone(),
        Setup::default(),
        machine.clone(),
    );
    (machine, plan, disk)
}

fn rig(kind: Kind, slot: Slot) -> Rig {
    let (machine, plan, disk) = open(kind, slot);
    let disk = disk.unwrap_or_else(|failure| panic!("{failure}"));
    machine.forget_commands();
    Rig {
        machine,
        plan,
        disk,
    }
}

impl Rig {
    fn fail(&self, fault: Fault, request: Request, times: u32) {
        let mut plan = self.plan;
        plan.fail(NOBODY, fault, request, times);
    }

    fn left(&self) -> u32 {
        let mut plan = self.plan;
        plan.left(NOBODY)
    }

    fn area(&self) -> Area {
        Area {
            machine: self.machine.clone(),
            start: BUFFERS,
            is_shown: true,
        }
    }

    /// Moves four blocks, or one, and says whether they arrived.
    fn transfer(&mut self, request: Request, count: u16) -> Result<(), Failure> {
        let length = usize::from(count) * BLOCK;
        let mut area = self.area();
        if request == Request::Write {
            let bytes: Vec<u8> = (0..length).map(|at| (at / 5 + 3) as u8).collect();
            self.machine.put(BUFFERS, &bytes);
            self.disk.write(8, count, &mut area)?;
            assert_eq!(self.machine.disk()[8 * BLOCK..][..length], bytes);
        } else {
            self.machine.put(BUFFERS, &vec![0; length]);
            self.disk.read(8, count, &mut area)?;
            let found = self.machine.memory(BUFFERS, length);
            assert_eq!(self.machine.disk()[8 * BLOCK..][..length], found);
        }
        Ok(())
    }
}

fn kinds() -> [Kind; 4] {
    [(false, 0), (false, 150_000), (true, 0), (true, 150_000)].map(|(adma2, delay_ns)| Kind {
        adma2,
        delay_ns,
        ..Kind::default()
    })
}

/// The numbers of the commands for one block and for several.
fn commands(request: Request, count: u16) -> u8 {
    match (request, count) {
        (Request::Read, 1) => 17,
        (Request::Read, _) => 18,
        (Request::Write, 1) => 24,
        (Request::Write, _) => 25,
    }
}

#[test]
fn every_fault_reaches_the_driver_as_often_as_it_is_asked_for_and_no_longer() {
    for kind in kinds() {
        for (fault, failure) in FAULTS {
            for (request, count) in [
                (Request::Read, 1),
                (Request::Read, 4),
                (Request::Write, 1),
                (Request::Write, 4),
            ] {
                let what = (fault, request, count, kind.adma2, kind.delay_ns);
                let mut rig = rig(kind, Slot::Card);
                rig.fail(fault, request, 2);
                assert_eq!(rig.transfer(request, count), Ok(()), "{what:?}");
                rig.fail(fault, request, 4);
                let failed = rig.transfer(request, count);
                assert_eq!(failed, Err(failure), "{what:?}");
                assert_eq!(rig.left(), 1);
                assert_eq!(rig.transfer(request, count), Ok(()), "{what:?}");
                assert_eq!(rig.left(), 0);
                // Commands that are not heard are others.
                let heard = rig.machine.sent(commands(request, count));
                let unheard = rig.machine.sent(59);
                let attempts = (heard + unheard, unheard);
                let lost = if fault == Fault::CommandTimeout { 6 } else { 0 };
                assert_eq!(attempts, (8, lost), "{what:?}");
            }
        }
    }
}

#[test]
fn the_other_kind_of_transfer_goes_on() {
    let mut rig = rig(Kind::default(), Slot::Card);
    rig.fail(Fault::DataCrc, Request::Write, 1);
    assert_eq!(rig.transfer(Request::Read, 4), Ok(()));
    assert_eq!((rig.left(), rig.machine.sent(18)), (1, 1));
    rig.fail(Fault::DataCrc, Request::Read, 0);
    assert_eq!(rig.left(), 0);
    assert_eq!(rig.transfer(Request::Write, 4), Ok(()));
    assert_eq!(rig.machine.sent(25), 1, "it was forgotten");
}

#[test]
fn of_several_blocks_the_first_is_moved_before_data_stops() {
    let mut rig = rig(Kind::default(), Slot::Card);
    rig.fail(Fault::DataTimeout, Request::Write, 3);
    let before = rig.machine.disk()[9 * BLOCK..][..BLOCK].to_vec();
    assert_eq!(rig.transfer(Request::Write, 4), Err(Failure::Data(1 << 4)));
    assert_eq!(rig.machine.disk()[8 * BLOCK], 3, "the first");
    assert_eq!(rig.machine.disk()[9 * BLOCK..][..BLOCK], before);
}

#[test]
fn a_card_that_loses_contact_is_found_again_or_gone() {
    for kind in kinds() {
        for request in [Request::Read, Request::Write] {
            let mut rig = rig(kind, Slot::Card);
            rig.fail(Fault::Contact, request, 1);
            assert_eq!(rig.transfer(request, 4), Ok(()));
            assert_eq!(rig.machine.sent(0), 1, "it was identified again");
            rig.fail(Fault::Contact, request, 1000);
            assert_eq!(rig.transfer(request, 4), Err(Failure::NoAnswer));
            assert_eq!(rig.disk.is_there(), Err(Failure::NoAnswer));
            assert!(rig.left() > 0);
        }
    }
}

#[test]
fn what_is_in_the_slot_is_what_the_plan_says() {
    for kind in [Kind::default(), kinds()[2]] {
        let (machine, plan, disk) = open(kind, Slot::NoCard);
        assert_eq!(disk.err(), Some(Failure::NoAnswer));
        let registers = Injector::new(machine.clone(), plan);
        assert_eq!(registers.read(Register::State) & state::INSERTED, 0);
        let mut asked = plan;
        asked.set_slot(NOBODY, Slot::Card);
        assert_ne!(registers.read(Register::State) & state::INSERTED, 0);
        let disk = Disk::open(registers, machine.clone(), Setup::default(), machine);
        assert!(disk.is_ok_and(|disk| disk.card().access == Access::ReadWrite));
        for (slot, access) in [
            (Slot::LockedCard, Access::Locked),
            (Slot::ProtectedCard, Access::Protected),
        ] {
            let mut rig = rig(kind, slot);
            assert_eq!(rig.disk.card().access, access);
            assert_eq!(rig.transfer(Request::Read, 4), Ok(()));
        }
    }
}

#[test]
fn a_card_is_told_to_be_read_only_once() {
    let (machine, _, disk) = open(Kind::default(), Slot::ProtectedCard);
    assert!(disk.is_ok());
    assert_eq!((machine.sent(27), machine.sent(9)), (1, 2));
}

#[test]
fn a_card_that_does_not_follow_is_asked_again_and_not_used_in_the_end() {
    let open = |times| {
        let machine = Machine::new(Kind::default());
        (0..times).for_each(|_| machine.fail(crate::model::Fault::Deaf(27)));
        let plan = Plan::new(Slot::ProtectedCard);
        let registers = Injector::new(machine.clone(), &plan);
        let disk = Disk::open(registers, machine.clone(), Setup::default(), machine);
        disk.map(|disk| disk.card().access)
    };
    assert_eq!(open(1), Ok(Access::Protected));
    assert_eq!(open(3), Err(Failure::Answer(1 << 1)));
}

#[test]
fn a_card_with_a_password_is_told_of_and_asked_once() {
    let (machine, _, disk) = open(Kind::default(), Slot::PasswordCard);
    assert_eq!(disk.err(), Some(Failure::Password));
    assert_eq!((machine.sent(42), machine.sent(0)), (1, 1));
}

#[test]
fn a_slot_is_named_or_refused_with_all_names() {
    for (name, slot) in [
        ("card", Slot::Card),
        ("no-card", Slot::NoCard),
        ("locked-card", Slot::LockedCard),
        ("protected-card", Slot::ProtectedCard),
        ("password-card", Slot::PasswordCard),
    ] {
        assert_eq!(name.parse::<Plan>().map(|plan| plan.slot()), Ok(slot));
    }
    for wrong in ["", "Card", "card,locked-card"] {
        let refused = wrong.parse::<Plan>().map(|plan| plan.slot());
        let told = refused.map_err(|problem| problem.to_string());
        let names = "card, no-card, locked-card, protected-card, password-card";
        let wanted = std::format!("write what is in the slot as `inject=` and one of {names}");
        assert_eq!(told, Err(wanted));
    }
}
