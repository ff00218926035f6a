//! Untyped memory and capabilities: what can be made, shared and taken back.

use alloc::format;

use libipc::objects::{AddressSpace, CNode, Untyped};
use libipc::{CPtr, Kind, Refusal, Rights};

use crate::bench::Bench;
use crate::check::{Outcome, done, ensure, expect};

crate::tests! {
    memory_is_used_up_and_comes_back_by_revoking
    more_than_the_memory_holds_is_not_made
    sizes_counts_and_kinds_that_do_not_exist_are_refused
    an_order_that_does_not_fit_its_slots_makes_nothing
    a_copy_has_no_more_rights_than_its_source
    revoking_takes_copies_of_copies_but_not_the_source
    deleting_an_original_takes_all_copies_along
    memory_and_page_tables_are_not_copied
    a_moved_capability_keeps_its_place_and_leaves_its_slot
    a_cnode_counts_its_capabilities
    a_cnode_that_holds_itself_can_be_destroyed
    two_cnodes_that_hold_each_other_can_be_destroyed
    identities_are_equal_for_one_object_only
    a_cnode_is_changed_only_with_the_right_to_write
    address_spaces_are_as_many_as_there_is_room_for
}

fn inside(bench: &mut Bench, log2: u8) -> Outcome<Untyped> {
    bench.object(Kind::Untyped, log2)
}

fn free(untyped: Untyped) -> Outcome<u64> {
    Ok(done("describing", untyped.describe())?.free)
}

fn memory_is_used_up_and_comes_back_by_revoking(bench: &mut Bench) -> Outcome {
    let untyped = inside(bench, 16)?;
    let first = bench.slots(17);
    let frames = |count| untyped.retype_many(Kind::Frame, 12, CNode::OWN, first, count);
    for round in 0..20 {
        expect("free at first", free(untyped)?, 1 << 16)?;
        expect("too many", frames(17), Err(Refusal::NoMemory))?;
        done("all of it", frames(16))?;
        expect(&format!("free in round {round}"), free(untyped)?, 0)?;
        let more = untyped.retype(Kind::Endpoint, 0, CNode::OWN, CPtr(first.0 + 16));
        expect("one more", more, Err(Refusal::NoMemory))?;
        done("revoking", CNode::OWN.revoke(untyped.cptr()))?;
        expect("a slot", CNode::OWN.inspect(first), Ok(None))?;
    }
    Ok(())
}

fn more_than_the_memory_holds_is_not_made(bench: &mut Bench) -> Outcome {
    let untyped = inside(bench, 12)?;
    let slot = bench.slot();
    for (kind, size) in [
        (Kind::Untyped, 13),
        (Kind::Frame, 21),
        (Kind::Frame, 30),
        (Kind::Thread, 0),
        (Kind::CNode, 12),
    ] {
        let made = untyped.retype(kind, size, CNode::OWN, slot);
        expect(&format!("{kind:?}"), made, Err(Refusal::NoMemory))?;
    }
    expect("free after that", free(untyped)?, 1 << 12)
}

fn sizes_counts_and_kinds_that_do_not_exist_are_refused(bench: &mut Bench) -> Outcome {
    let memory = bench.given.memory;
    let slot = bench.slot();
    for (kind, size, count) in [
        (Kind::Frame, 13, 1),
        (Kind::Frame, 0, 1),
        (Kind::CNode, 1, 1),
        (Kind::CNode, 17, 1),
        (Kind::Untyped, 11, 1),
        (Kind::Untyped, 63, 1),
        (Kind::Endpoint, 0, 0),
        (Kind::Endpoint, 0, 4097),
        (Kind::Endpoint, 0, u64::MAX),
    ] {
        let made = memory.retype_many(kind, size, CNode::OWN, slot, count);
        let what = format!("{count} of {kind:?} with {size}");
        expect(&what, made, Err(Refusal::OutOfRange))?;
    }
    for kind in [
        Kind::IrqControl,
        Kind::IoPorts,
        Kind::Machine,
        Kind::SchedControl,
    ] {
        let made = memory.retype(kind, 12, CNode::OWN, slot);
        expect(
            "a kind of which there is no more",
            made,
            Err(Refusal::InvalidArgument),
        )?;
    }
    Ok(())
}

fn an_order_that_does_not_fit_its_slots_makes_nothing(bench: &mut Bench) -> Outcome {
    let untyped = inside(bench, 14)?;
    let cnode: CNode = bench.object(Kind::CNode, 2)?;
    done(
        "filling a slot",
        cnode.copy(CPtr(2), CNode::OWN, bench.faults, Rights::all()),
    )?;
    let make = |first, count| untyped.retype_many(Kind::Endpoint, 0, cnode, CPtr(first), count);
    expect("over a full slot", make(1, 2), Err(Refusal::SlotOccupied))?;
    expect("beyond the end", make(3, 2), Err(Refusal::OutOfRange))?;
    expect("in slot 0", make(0, 1), Err(Refusal::OutOfRange))?;
    expect(
        "around the end",
        make(u32::MAX, 2),
        Err(Refusal::OutOfRange),
    )?;
    expect("slot 1", cnode.inspect(CPtr(1)), Ok(None))?;
    expect("free after that", free(untyped)?, 1 << 14)
}

fn a_copy_has_no_more_rights_than_its_source(bench: &mut Bench) -> Outcome {
    let read: CPtr = bench.copy(bench.faults, Rights::READ)?;
    let more: CPtr = bench.copy(read, Rights::all())?;
    let found = done("looking", CNode::OWN.inspect(more))?.ok_or("no copy")?;
    expect("rights", found.rights, Rights::READ)?;
    expect("original", found.original, false)
}

fn revoking_takes_copies_of_copies_but_not_the_source(bench: &mut Bench) -> Outcome {
    let source: CPtr = bench.object(Kind::Notification, 0)?;
    let first: CPtr = bench.copy(source, Rights::all())?;
    let second: CPtr = bench.mint(first, 9)?;
    let third: CPtr = bench.copy(second, Rights::all())?;
    let beside: CPtr = bench.copy(source, Rights::all())?;
    let own = CNode::OWN;
    done("revoking", own.revoke(first))?;
    let is_there = |slot| matches!(own.inspect(slot), Ok(Some(_)));
    let there = [source, first, second, third, beside].map(is_there);
    expect("what is left", there, [true, true, false, false, true])
}

fn deleting_an_original_takes_all_copies_along(bench: &mut Bench) -> Outcome {
    let source: CPtr = bench.object(Kind::Notification, 0)?;
    let copies = [(); 4].map(|()| bench.copy::<CPtr>(source, Rights::all()));
    done("deleting", CNode::OWN.delete(source))?;
    for copy in copies {
        expect("a copy", CNode::OWN.inspect(copy?), Ok(None))?;
    }
    Ok(())
}

fn memory_and_page_tables_are_not_copied(bench: &mut Bench) -> Outcome {
    let untyped = inside(bench, 12)?;
    let table: CPtr = bench.object(Kind::PageTable, 0)?;
    for source in [untyped.cptr(), table] {
        let slot = bench.slot();
        let copied = CNode::OWN.copy(slot, CNode::OWN, source, Rights::all());
        expect("a copy", copied, Err(Refusal::WrongKind))?;
    }
    Ok(())
}

fn a_moved_capability_keeps_its_place_and_leaves_its_slot(bench: &mut Bench) -> Outcome {
    let own = CNode::OWN;
    let source: CPtr = bench.object(Kind::Notification, 0)?;
    let copy: CPtr = bench.mint(source, 3)?;
    let there = bench.slot();
    done("moving", own.move_from(there, own, source))?;
    expect("where it was", own.inspect(source), Ok(None))?;
    let again = own.move_from(there, own, copy);
    expect("to a full slot", again, Err(Refusal::SlotOccupied))?;
    let onto = own.move_from(there, own, there);
    expect("onto itself", onto, Err(Refusal::SlotOccupied))?;
    done("revoking", own.revoke(there))?;
    expect("its copy", own.inspect(copy), Ok(None))
}

fn a_cnode_counts_its_capabilities(bench: &mut Bench) -> Outcome {
    let cnode: CNode = bench.object(Kind::CNode, 4)?;
    let count = |wanted| {
        let counted = done("counting", cnode.count())?;
        expect(
            "slots and used",
            (counted.slots, counted.used),
            (16, wanted),
        )
    };
    count(0)?;
    for slot in 1..16 {
        let copied = cnode.copy(CPtr(slot), CNode::OWN, bench.faults, Rights::READ);
        done("copying", copied)?;
        count(slot.into())?;
    }
    done("deleting", cnode.delete(CPtr(7)))?;
    count(14)?;
    done("revoking", CNode::OWN.revoke(bench.faults))?;
    count(0)
}

fn a_cnode_that_holds_itself_can_be_destroyed(bench: &mut Bench) -> Outcome {
    let untyped = inside(bench, 16)?;
    let slot = bench.slot();
    done(
        "making a CNode",
        untyped.retype(Kind::CNode, 4, CNode::OWN, slot),
    )?;
    let cnode = CNode::from(slot);
    done(
        "putting it into itself",
        cnode.copy(CPtr(1), CNode::OWN, slot, Rights::all()),
    )?;
    done(
        "moving the original",
        cnode.move_from(CPtr(2), CNode::OWN, slot),
    )?;
    done("revoking", CNode::OWN.revoke(untyped.cptr()))?;
    expect("free after that", free(untyped)?, 1 << 16)
}

fn two_cnodes_that_hold_each_other_can_be_destroyed(bench: &mut Bench) -> Outcome {
    let untyped = inside(bench, 16)?;
    let first = bench.slots(2);
    let (a, b) = (CNode::from(first), CNode::from(CPtr(first.0 + 1)));
    done(
        "making CNodes",
        untyped.retype_many(Kind::CNode, 4, CNode::OWN, first, 2),
    )?;
    done(
        "a copy",
        b.copy(CPtr(3), CNode::OWN, b.cptr(), Rights::all()),
    )?;
    done(
        "the first into the second",
        b.move_from(CPtr(1), CNode::OWN, a.cptr()),
    )?;
    let kept: CPtr = bench.copy(b.cptr(), Rights::all())?;
    done("using the copy", CNode::from(kept).count())?;
    done("revoking", CNode::OWN.revoke(untyped.cptr()))?;
    expect("the copy", CNode::OWN.inspect(kept), Ok(None))?;
    expect("free after that", free(untyped)?, 1 << 16)
}

fn identities_are_equal_for_one_object_only(bench: &mut Bench) -> Outcome {
    let a: CPtr = bench.object(Kind::Endpoint, 0)?;
    let b: CPtr = bench.object(Kind::Endpoint, 0)?;
    let copy: CPtr = bench.mint(a, 4)?;
    let identity = |slot| match CNode::OWN.inspect(slot) {
        Ok(Some(found)) => found.identity,
        _ => 0,
    };
    expect("a copy", identity(copy), identity(a))?;
    ensure(|| identity(a) != identity(b), "two objects are one")
}

fn a_cnode_is_changed_only_with_the_right_to_write(bench: &mut Bench) -> Outcome {
    let cnode: CNode = bench.object(Kind::CNode, 4)?;
    let read: CNode = bench.copy(cnode.cptr(), Rights::READ)?;
    let denied = Err(Refusal::NotPermitted);
    let copied = read.copy(CPtr(1), CNode::OWN, bench.faults, Rights::READ);
    expect("copying into it", copied, denied)?;
    let copied = cnode.copy(CPtr(1), CNode::OWN, bench.faults, Rights::READ);
    done("copying", copied)?;
    let slot = bench.slot();
    let taken = CNode::OWN.copy(slot, read, CPtr(1), Rights::READ);
    expect("copying out of it", taken, denied)?;
    expect("deleting", read.delete(CPtr(1)), denied)?;
    expect("revoking", read.revoke(CPtr(1)), denied)?;
    done("looking", read.inspect(CPtr(1))).map(|_| ())
}

fn address_spaces_are_as_many_as_there_is_room_for(bench: &mut Bench) -> Outcome {
    for _ in 0..300 {
        let space: AddressSpace = bench.object(Kind::AddressSpace, 0)?;
        done("deleting", CNode::OWN.delete(space.cptr()))?;
    }
    Ok(())
}
