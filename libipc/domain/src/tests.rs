//! The steps against the pretended kernel.

use libipc::abi::cap::MapFlags;
use libipc::abi::layout::{MESSAGE_PAGE, PAGE, STACK_TOP, STARTUP_PAGE};
use libipc::abi::syscall::ThreadUses;
use libipc::objects::{AddressSpace, Budget, SchedControl, Thread};
use libipc::{CPtr, Kind, Refusal, Rights};

use crate::fake::{FakeBuilder, OWN, Step, Trouble};
use crate::{Builder, Mapping, Parts, Turn, Urgency, WINDOW};

const SPACE: CPtr = CPtr(7);
const AT: u64 = 0x20_0000;

fn at(address: u64) -> Mapping {
    Mapping::plain(AddressSpace::from(SPACE), address, Rights::READ)
}

#[test]
fn a_page_gets_the_tables_that_it_lacks_and_its_neighbour_none() {
    let mut builder = FakeBuilder::new();
    builder.page(at(AT), None).unwrap();
    assert_eq!(builder.slots_of(Kind::PageTable).len(), 3);
    builder.page(at(AT + PAGE), None).unwrap();
    assert_eq!(builder.slots_of(Kind::PageTable).len(), 3);
    builder.page(at(AT + (2 << 20)), None).unwrap();
    assert_eq!(builder.slots_of(Kind::PageTable).len(), 4);
    assert_eq!(builder.kernel.mapped.len(), 3);
}

#[test]
fn whatever_is_in_use_is_kept() {
    let mut builder = FakeBuilder::new();
    builder.page(at(AT), Some((0, b"x"))).unwrap();
    assert_eq!(builder.kept.len(), builder.made.len());
}

#[test]
fn a_filled_page_is_seen_by_its_owner_only_and_as_asked() {
    let mut builder = FakeBuilder::new();
    builder.page(at(AT), Some((8, b"content"))).unwrap();
    let frame = builder.slots_of(Kind::Frame)[0];
    let page = &builder.kernel.content[&frame];
    assert_eq!(page[..8], [0; 8]);
    assert_eq!(&page[8..15], b"content");
    assert_eq!(page[15..], [0; PAGE as usize - 15]);
    let flags = at(AT).flags.0;
    assert_eq!(builder.kernel.mapped[&(SPACE.0, AT)], (CPtr(frame), flags));
    assert_eq!(builder.kernel.mapped.len(), 1, "the window is empty again");
}

#[test]
fn a_page_without_content_is_never_in_the_window() {
    let mut builder = FakeBuilder::new();
    let own = AddressSpace::from(OWN);
    builder
        .map(CPtr(9), Mapping::plain(own, WINDOW, Rights::READ))
        .unwrap();
    builder.page(at(AT), None).unwrap();
    let taken = Trouble::Refused("map memory", Refusal::AlreadyMapped);
    assert_eq!(builder.page(at(AT + PAGE), Some((0, b"x"))), Err(taken));
}

#[test]
fn a_frame_that_is_mapped_already_is_not_written() {
    let mut builder = FakeBuilder::new();
    builder.map(CPtr(9), at(AT)).unwrap();
    let refused = Trouble::Refused("map memory", Refusal::AlreadyMapped);
    assert_eq!(builder.fill(CPtr(9), 0, b"x"), Err(refused));
    assert!(builder.kernel.content.is_empty());
}

#[test]
fn reserving_leaves_the_tables_and_nothing_else() {
    let mut builder = FakeBuilder::new();
    builder.reserve(CPtr(9), at(AT)).unwrap();
    assert!(builder.kernel.mapped.is_empty());
    builder.memory = builder.made.len();
    assert_eq!(builder.map(CPtr(9), at(AT)), Ok(()));
}

#[test]
fn a_reserved_window_takes_no_more_memory() {
    let mut builder = FakeBuilder::new();
    builder.reserve_window(CPtr(9)).unwrap();
    builder.memory = builder.made.len();
    assert_eq!(builder.fill(CPtr(9), 0, b"x"), Ok(()));
    assert_eq!(builder.kernel.content[&9][..2], *b"x\0");
}

#[test]
fn memory_that_ends_among_the_tables_is_told() {
    let mut builder = FakeBuilder::new();
    builder.memory = 2;
    assert_eq!(builder.map(CPtr(9), at(AT)), Err(Trouble::OutOfMemory));
    assert!(builder.kernel.mapped.is_empty());
}

#[test]
fn the_message_page_is_mapped_once_with_its_tables() {
    let mut builder = FakeBuilder::new();
    let (thread, space) = (Thread::from(CPtr(8)), AddressSpace::from(SPACE));
    builder.map_message_page(thread, space).unwrap();
    let place = (SPACE.0, MESSAGE_PAGE);
    assert_eq!(builder.kernel.mapped[&place].0, CPtr(8));
    assert_eq!(builder.slots_of(Kind::PageTable).len(), 3);
    let twice = Trouble::Refused("map the message page", Refusal::AlreadyMapped);
    assert_eq!(builder.map_message_page(thread, space), Err(twice));
}

#[test]
fn a_thread_is_put_together_from_its_own_parts() {
    let mut builder = FakeBuilder::new();
    let parts = Parts::new(&mut builder, 6).unwrap();
    assert_eq!(builder.made[0], (Kind::CNode, 6));
    parts.allow_counters(&mut builder, turn().control).unwrap();
    parts
        .configure(&mut builder, CPtr(3), 0x20_1000, ThreadUses::VECTORS)
        .unwrap();
    parts.schedule(&mut builder, turn()).unwrap();
    let steps = &builder.kernel.steps[..];
    let [
        Step::AllowCounters(control, space),
        Step::Configure(thread, configuration),
        Step::BindNotification(_, notification),
        Step::SetStart(_, start),
        Step::Schedule(
            Turn {
                urgency: Urgency::Priority(5),
                ..
            },
            context,
        ),
        Step::BindContext(bound, _),
    ] = steps
    else {
        panic!("other steps: {steps:?}");
    };
    assert_eq!((*control, *space), (turn().control, parts.space));
    assert_eq!((*thread, *notification), (parts.thread, parts.notification));
    assert_eq!((*context, *bound), (parts.sched, parts.sched));
    assert_eq!(configuration.cnode, parts.cnode);
    assert_eq!(configuration.space, parts.space);
    assert_eq!(configuration.fault_endpoint, CPtr(3));
    assert_eq!((start.ip, start.sp), (0x20_1000, STACK_TOP));
    assert_eq!(start.arguments, [STARTUP_PAGE, 0]);
}

#[test]
fn a_refusal_says_what_was_being_done() {
    let mut builder = FakeBuilder::new();
    let parts = Parts::new(&mut builder, 6).unwrap();
    builder.kernel.refuse = Some(Refusal::NotPermitted);
    let refused = Trouble::Refused("configure a thread", Refusal::NotPermitted);
    assert_eq!(
        parts.configure(&mut builder, CPtr(3), 0, ThreadUses::empty()),
        Err(refused)
    );
    builder.kernel.refuse = Some(Refusal::NotPermitted);
    let refused = Trouble::Refused("set a priority", Refusal::NotPermitted);
    assert_eq!(parts.schedule(&mut builder, turn()), Err(refused));
    assert!(builder.kernel.steps.is_empty());
}

#[test]
fn many_pages_are_mapped_by_few_calls_with_all_their_tables() {
    let mut builder = FakeBuilder::new();
    // 600 pages from the middle of a table on: in three tables.
    let first = AT + 512 * PAGE - 40 * PAGE;
    builder.map_many(CPtr(1000), 600, 12, at(first)).unwrap();
    assert_eq!(builder.kernel.mapped.len(), 600);
    for page in [0, 39, 40, 551, 552, 599] {
        let place = (SPACE.0, first + page * PAGE);
        let frame = builder.kernel.mapped[&place].0;
        assert_eq!(frame, CPtr(1000 + page as u32), "page {page}");
    }
    // One ends at each of two tables, one begins where each of five tables is missing, and one is the last.
    assert_eq!(builder.slots_of(Kind::PageTable).len(), 5);
    assert_eq!(builder.kernel.batches, 2 + 5 + 1);
}

#[test]
fn a_page_among_many_that_is_refused_is_told() {
    let mut builder = FakeBuilder::new();
    builder.map(CPtr(9), at(AT + 3 * PAGE)).unwrap();
    let refused = Trouble::Refused("map memory", Refusal::AlreadyMapped);
    let many = builder.map_many(CPtr(1000), 8, 12, at(AT));
    assert_eq!(many, Err(refused));
    assert_eq!(builder.kernel.mapped.len(), 4);
}

#[test]
fn rights_and_cache_mode_reach_the_kernel_as_they_are() {
    let mut builder = FakeBuilder::new();
    let flags = MapFlags::new(Rights::READ, libipc::abi::cap::CacheMode::Uncached);
    builder.map(CPtr(9), Mapping { flags, ..at(AT) }).unwrap();
    assert_eq!(builder.kernel.mapped[&(SPACE.0, AT)].1, flags.0);
}

fn turn() -> Turn {
    Turn {
        control: SchedControl::from(CPtr(4)),
        urgency: Urgency::Priority(5),
        time: Budget {
            budget_ns: 1,
            period_ns: 2,
        },
    }
}
