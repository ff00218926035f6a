//! TLB tags against a TLB that keeps every entry until it is told to forget it, and loads whatever it can at any time.
//!
//! Several cores switch between spaces, some of which change, end and begin anew in the same memory. What a core unmaps it
//! makes the others forget by letters, which arrive at any time; a page is mapped anew only when all have. Nobody may
//! ever use an entry that was unmapped, but for a core that has not got its letter. Some spaces may read counters: these are open
//! on a core while, and only while, such a space is active there.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;
use std::vec::Vec;

use proptest::prelude::*;
use weft_hal::{CounterGate, Counters, PhysAddr, Root, Tlb, TlbTag, VirtAddr};

use crate::space::{Mark, Tagged, Tags};

const CORES: usize = 3;
const SPACES: usize = 5;
const PAGES: u64 = 3;
/// Threads of each space on each core.
const THREADS: usize = 2;

/// In a root: the space is tagged.
const TAGGED: u64 = 1 << 63;
/// In a root that is not: its counters are closed, or open.
const CLOSED: u64 = 1 << 5;
const OPEN: u64 = 1 << 6;

/// The processors there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    /// Every switch forgets: x86_64 without PCIDs.
    Untagged,
    /// Tags, and instructions that reach the active space: x86_64 with PCIDs.
    ActiveOnly,
    /// Tags, and instructions that reach every space: aarch64.
    Reaching,
}

/// What the page tables say: by root table and page.
type Tables = Rc<RefCell<HashMap<(u64, u64), u64>>>;

struct Model {
    sort: Sort,
    greatest: u16,
    tables: Tables,
    active: Root,
    counters: Counters,
    held: HashMap<(u16, u64), u64>,
    /// Writes of the root register, and times that all was forgotten.
    writes: usize,
    full_flushes: usize,
}

impl Model {
    fn new(sort: Sort, greatest: u16, tables: Tables) -> Self {
        Self {
            sort,
            greatest,
            tables,
            active: Root::NONE,
            counters: Counters::Closed,
            held: HashMap::new(),
            writes: 0,
            full_flushes: 0,
        }
    }

    fn tag(root: Root) -> u16 {
        if root.bits() & TAGGED == 0 {
            0
        } else {
            (root.bits() >> 48) as u16 & 0x7fff
        }
    }

    /// Loads all that the active space's tables have and the TLB has not.
    fn speculate(&mut self) {
        let (table, tag) = (self.active.table().0, Self::tag(self.active));
        let tables = self.tables.borrow();
        for (&(of, page), &frame) in tables.iter().filter(|((of, _), _)| *of == table) {
            assert_eq!(of, table);
            self.held.entry((tag, page)).or_insert(frame);
        }
    }

    /// What an access finds.
    fn access(&mut self, page: u64) -> Option<u64> {
        self.speculate();
        self.held.get(&(Self::tag(self.active), page)).copied()
    }
}

impl CounterGate for Model {
    fn set_counters(&mut self, counters: Counters) {
        assert_ne!(counters, self.counters, "a needless change");
        self.counters = counters;
    }
}

impl Tlb for Model {
    const DOUBT: (u64, u64) = (TAGGED | OPEN, TAGGED | CLOSED);

    fn greatest_tag(&self) -> u16 {
        self.greatest
    }

    fn root(&self, table: PhysAddr, tag: TlbTag, counters: Counters) -> Root {
        if self.sort == Sort::Untagged {
            assert_eq!(tag, TlbTag(0));
            let mark = match counters {
                Counters::Closed => CLOSED,
                Counters::Open => OPEN,
            };
            return Root::from_bits(table.0 | mark);
        }
        Root::from_bits(table.0 | u64::from(tag.0) << 48 | TAGGED)
    }

    fn is_doubtful(root: Root, doubt: u64) -> bool {
        root.bits() & doubt != 0
    }

    fn reaches_inactive(&self) -> bool {
        self.sort == Sort::Reaching
    }

    fn activate(&mut self, root: Root) {
        assert_ne!(root, self.active, "a needless switch");
        let tag = Self::tag(root);
        assert!(tag <= self.greatest && (tag != 0) == (self.sort != Sort::Untagged));
        self.speculate();
        if self.sort == Sort::Untagged {
            self.held.clear();
        }
        self.active = root;
        self.writes += 1;
        self.speculate();
    }

    fn deactivate(&mut self, left: Root) {
        assert_eq!(left, self.active);
        self.speculate();
        if self.sort == Sort::Untagged {
            self.held.clear();
        }
        self.active = Root::NONE;
    }

    fn flush_page(&mut self, root: Root, address: VirtAddr) {
        assert!(root == self.active || self.reaches_inactive());
        self.speculate();
        self.held.remove(&(Self::tag(root), address.0));
        self.speculate();
    }

    fn flush_space(&mut self, root: Root) {
        assert!(root == self.active || self.reaches_inactive());
        self.speculate();
        self.held.retain(|(tag, _), _| *tag != Self::tag(root));
        self.speculate();
    }

    fn flush_all(&mut self) {
        self.speculate();
        self.held.clear();
        self.full_flushes += 1;
        self.speculate();
    }
}

/// What a thread remembers of its space.
#[derive(Clone, Copy)]
struct Memory {
    root: Root,
    version: u64,
}

const NOTHING: Memory = Memory {
    root: Root::from_bits(TAGGED),
    version: 0,
};

struct Cpu {
    tlb: Model,
    tags: Tags,
    /// By space and thread.
    threads: [[Memory; THREADS]; SPACES],
    /// Spaces that are to be forgotten here, and what of them may be used until then.
    letters: VecDeque<(usize, u64)>,
}

struct World {
    tables: Tables,
    cpus: Vec<Cpu>,
    marks: Vec<[Mark; CORES]>,
    counters: [Counters; SPACES],
    frames: u64,
}

fn table(space: usize) -> PhysAddr {
    PhysAddr((space as u64 + 1) << 12)
}

#[derive(Clone, Debug)]
enum Step {
    Run(usize, usize, usize),
    /// Core, space, page.
    Map(usize, usize, u64),
    Unmap(usize, usize, u64),
    UnmapAll(usize, usize),
    /// A core gets its first letter.
    Deliver(usize),
    /// A space ends; another begins in its memory, with these counters.
    Replace(usize, Counters),
    /// A core runs no space.
    Leave(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (core, space, page) = (0..CORES, 0..SPACES, 0..PAGES);
    let place = (core.clone(), space.clone(), page);
    let counters = prop_oneof![Just(Counters::Closed), Just(Counters::Open)];
    let step = prop_oneof![
        8 => (core.clone(), space.clone(), 0..THREADS).prop_map(|(c, s, t)| Step::Run(c, s, t)),
        4 => place.clone().prop_map(|(c, s, p)| Step::Map(c, s, p)),
        3 => place.prop_map(|(c, s, p)| Step::Unmap(c, s, p)),
        1 => (core.clone(), space.clone()).prop_map(|(c, s)| Step::UnmapAll(c, s)),
        4 => core.clone().prop_map(Step::Deliver),
        1 => (space, counters).prop_map(|(s, c)| Step::Replace(s, c)),
        1 => core.prop_map(Step::Leave),
    ];
    prop::collection::vec(step, 1..120)
}

impl World {
    fn new(sort: Sort, greatest: u16) -> Self {
        let tables = Tables::default();
        let greatest = if sort == Sort::Untagged { 0 } else { greatest };
        let cpu = |_| Cpu {
            tlb: Model::new(sort, greatest, Rc::clone(&tables)),
            tags: Tags::new::<Model>(),
            threads: [[NOTHING; THREADS]; SPACES],
            letters: VecDeque::new(),
        };
        let mut world = Self {
            cpus: (0..CORES).map(cpu).collect(),
            marks: (0..SPACES)
                .map(|_| [const { Mark::none() }; CORES])
                .collect(),
            counters: [Counters::Closed; SPACES],
            tables: Rc::clone(&tables),
            frames: 0,
        };
        (0..SPACES).for_each(|space| world.renew(space));
        world
    }

    /// Threads of a new space know nothing of it, as `Core::note_space` leaves them.
    fn renew(&mut self, space: usize) {
        self.marks[space] = [const { Mark::none() }; CORES];
        for cpu in &mut self.cpus {
            let root = cpu.tlb.root(table(space), TlbTag(0), self.counters[space]);
            cpu.threads[space] = [Memory { root, version: 0 }; THREADS];
        }
        for page in 0..PAGES {
            self.map(space, page);
        }
    }

    fn map(&mut self, space: usize, page: u64) {
        self.frames += 1;
        let key = (table(space).0, page);
        let before = self.tables.borrow_mut().insert(key, self.frames);
        assert_eq!(before, None);
    }

    fn run(&mut self, core: usize, space: usize, thread: usize) {
        let Cpu {
            tlb, tags, threads, ..
        } = &mut self.cpus[core];
        let memory = &mut threads[space][thread];
        if tags.is_good::<Model>(memory.root, memory.version) {
            return tags.enter_good(tlb, memory.root);
        }
        let tagged = Tagged {
            table: table(space),
            mark: &self.marks[space][core],
            counters: self.counters[space],
        };
        memory.root = tags.enter(tlb, tagged);
        memory.version = tags.version;
    }

    fn deliver(&mut self, core: usize) {
        let cpu = &mut self.cpus[core];
        if let Some((space, _)) = cpu.letters.pop_front() {
            let tagged = Tagged {
                table: table(space),
                mark: &self.marks[space][core],
                counters: self.counters[space],
            };
            cpu.tags.forget(&mut cpu.tlb, tagged);
        }
    }

    /// All cores have done what they were told about a space.
    fn settle(&mut self, space: usize) {
        for core in 0..CORES {
            while self.cpus[core].letters.iter().any(|(of, _)| *of == space) {
                self.deliver(core);
            }
        }
    }

    fn unmap(&mut self, core: usize, space: usize, pages: impl Iterator<Item = u64>) {
        let tagged = Tagged {
            table: table(space),
            mark: &self.marks[space][core],
            counters: self.counters[space],
        };
        let mut gone = Vec::new();
        for page in pages {
            let entry = self.tables.borrow_mut().remove(&(table(space).0, page));
            gone.extend(entry.map(|frame| (page, frame)));
        }
        let cpu = &mut self.cpus[core];
        match &gone[..] {
            [] => return,
            [(page, _)] => {
                if let Some(root) = cpu.tags.reach(&cpu.tlb, tagged) {
                    cpu.tlb.flush_page(root, VirtAddr(*page));
                }
            }
            _ => cpu.tags.forget(&mut cpu.tlb, tagged),
        }
        for (_, other) in self.cpus.iter_mut().enumerate().filter(|it| it.0 != core) {
            let letters = gone.iter().map(|(_, frame)| (space, *frame));
            other.letters.extend(letters);
        }
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Run(core, space, thread) => self.run(core, space, thread),
            Step::Map(core, space, page) => {
                self.unmap(core, space, page..page + 1);
                self.settle(space);
                self.map(space, page);
            }
            Step::Unmap(core, space, page) => self.unmap(core, space, page..page + 1),
            Step::UnmapAll(core, space) => self.unmap(core, space, 0..PAGES),
            Step::Deliver(core) => self.deliver(core),
            Step::Replace(space, counters) => {
                self.settle(space);
                for (cpu, mark) in self.cpus.iter_mut().zip(&self.marks[space]) {
                    let table = table(space);
                    let tagged = Tagged {
                        table,
                        mark,
                        counters: self.counters[space],
                    };
                    cpu.tags.leave(&mut cpu.tlb, tagged);
                }
                self.tables
                    .borrow_mut()
                    .retain(|(of, _), _| *of != table(space).0);
                self.counters[space] = counters;
                self.renew(space);
            }
            Step::Leave(core) => {
                let cpu = &mut self.cpus[core];
                cpu.tags.leave_any(&mut cpu.tlb);
            }
        }
    }

    /// What each core sees is what stands in the tables of its space, or what it has not been told to forget.
    fn check(&mut self) {
        for cpu in &mut self.cpus {
            assert_eq!(cpu.tags.active, cpu.tlb.active);
            if cpu.tags.active == Root::NONE {
                continue;
            }
            let root = cpu.tags.active.table().0;
            let space = (root >> 12) as usize - 1;
            assert_eq!(cpu.tlb.counters, self.counters[space], "of space {space}");
            let pending = cpu.letters.iter().map(|(_, frame)| *frame);
            let pending: HashSet<_> = pending.collect();
            for page in 0..PAGES {
                let stands = self.tables.borrow().get(&(root, page)).copied();
                let seen = cpu.tlb.access(page);
                let late = seen.is_some_and(|frame| pending.contains(&frame));
                assert!(seen == stands || late, "{seen:?} for {stands:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_entry_is_used_that_was_unmapped(
        steps in steps(),
        greatest in 1_u16..6,
        sort in prop_oneof![Just(Sort::Untagged), Just(Sort::ActiveOnly), Just(Sort::Reaching)],
    ) {
        let mut world = World::new(sort, greatest);
        for step in &steps {
            world.step(step);
            world.check();
        }
    }
}

/// Spaces that take turns on one core, each with one thread; gives how often the root was written and all was forgotten.
fn take_turns(sort: Sort, greatest: u16, spaces: usize, switches: usize) -> (usize, usize) {
    let mut tlb = Model::new(sort, greatest, Tables::default());
    let mut tags = Tags::new::<Model>();
    let marks: Vec<Mark> = (0..spaces).map(|_| Mark::none()).collect();
    let mut threads: Vec<Memory> = (0..spaces)
        .map(|space| Memory {
            root: tlb.root(table(space), TlbTag(0), Counters::Closed),
            version: 0,
        })
        .collect();
    for space in (0..spaces).cycle().take(switches) {
        let memory = &mut threads[space];
        if tags.is_good::<Model>(memory.root, memory.version) {
            tags.enter_good(&mut tlb, memory.root);
            continue;
        }
        let (table, mark) = (table(space), &marks[space]);
        let counters = Counters::Closed;
        let tagged = Tagged {
            table,
            mark,
            counters,
        };
        memory.root = tags.enter(&mut tlb, tagged);
        memory.version = tags.version;
    }
    (tlb.writes, tlb.full_flushes)
}

#[test]
fn two_hundred_spaces_switch_a_hundred_thousand_times_and_nothing_is_forgotten() {
    for (sort, greatest) in [
        (Sort::Reaching, 255),
        (Sort::Reaching, 0x7fff),
        (Sort::ActiveOnly, 4095),
    ] {
        let (writes, full_flushes) = take_turns(sort, greatest, 200, 100_000);
        assert_eq!((writes, full_flushes), (100_000, 0), "{sort:?} {greatest}");
    }
}

#[test]
fn all_is_forgotten_once_a_round_when_there_are_more_spaces_than_tags() {
    // Each space comes back only after the round in which it had a tag.
    let (writes, full_flushes) = take_turns(Sort::Reaching, 255, 300, 100_000);
    assert_eq!((writes, full_flushes), (100_000, 99_999 / 255));
}

#[test]
fn without_tags_every_switch_is_a_write_and_nothing_else_is_done() {
    assert_eq!(take_turns(Sort::Untagged, 0, 200, 1000), (1000, 0));
}

#[test]
fn a_space_that_cannot_be_reached_gets_another_tag() {
    let mut tlb = Model::new(Sort::ActiveOnly, 9, Tables::default());
    let mut tags = Tags::new::<Model>();
    let marks = [Mark::none(), Mark::none()];
    let [first, second] = [0, 1].map(|space| Tagged {
        table: table(space),
        mark: &marks[space],
        counters: Counters::Closed,
    });
    let before = tags.enter(&mut tlb, first);
    tags.enter(&mut tlb, second);
    let version = tags.version;
    tags.forget(&mut tlb, first);
    assert!(!tags.is_good::<Model>(before, version));
    assert_ne!(tags.enter(&mut tlb, first), before);
    // It is active: it keeps its tag, and what threads know stays good.
    let version = tags.version;
    tags.forget(&mut tlb, first);
    assert!(tags.is_good::<Model>(tags.active, version));
}

/// Switches to the space of a memory as core does; tells whether that took no look at the space.
fn switch(tlb: &mut Model, tags: &mut Tags, memory: &mut Memory, space: Tagged<'_>) -> bool {
    let known = tags.is_good::<Model>(memory.root, memory.version);
    if known {
        tags.enter_good(tlb, memory.root);
    } else {
        memory.root = tags.enter(tlb, space);
        memory.version = tags.version;
    }
    assert_eq!(tlb.counters, space.counters);
    known
}

#[test]
fn a_switch_takes_a_look_only_where_one_space_may_read_counters_and_the_other_may_not() {
    use Counters::{Closed, Open};
    for (sort, greatest) in [
        (Sort::Untagged, 0),
        (Sort::ActiveOnly, 4095),
        (Sort::Reaching, 255),
    ] {
        let mut tlb = Model::new(sort, greatest, Tables::default());
        let mut tags = Tags::new::<Model>();
        let marks: [Mark; 4] = [const { Mark::none() }; 4];
        let counters = [Closed, Closed, Open, Open];
        let spaces: [Tagged<'_>; 4] = core::array::from_fn(|at| Tagged {
            table: table(at),
            mark: &marks[at],
            counters: counters[at],
        });
        let mut threads = spaces.map(|space| Memory {
            root: tlb.root(space.table, TlbTag(0), space.counters),
            version: 0,
        });
        let mut go = |at: usize| switch(&mut tlb, &mut tags, &mut threads[at], spaces[at]);
        for at in 0..4 {
            go(at);
        }
        for (at, known) in [
            (2, true),
            (3, true),
            (0, false),
            (1, true),
            (0, true),
            (2, false),
            (3, true),
        ] {
            assert_eq!(go(at), known, "{sort:?} {at}");
        }
    }
}
