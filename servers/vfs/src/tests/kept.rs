//! What is kept must not show: a server that keeps what it was told answers as one that asks every time.

use std::string::ToString;
use std::vec;

use proptest::prelude::*;

use super::*;

/// A path of few, so that the same ones are met again and again.
fn path() -> impl Strategy<Value = &'static str> {
    prop::sample::select(std::vec![
        "/a",
        "/b",
        "/d",
        "/d/a",
        "/d/b",
        "/d/e",
        "/d/e/a",
        "/m",
        "/m/a",
        "/m/d",
        "/m/d/a",
        "/d/../a",
        "/a/",
        "/a-name-that-is-longer-than-what-is-kept-of-names",
    ])
}

fn flags() -> impl Strategy<Value = u32> {
    prop_oneof![4 => Just(ALL), 1 => Just(ALL | OpenFlags::TRUNCATE.bits()), 1 => 0..64_u32]
}

/// A file that is there afterwards, to read and write.
const ALL: u32 = OpenFlags::READ.bits() | OpenFlags::WRITE.bits() | OpenFlags::CREATE.bits();

#[derive(Clone, Debug)]
enum Act {
    Open(&'static str, u32),
    Close(u32),
    Read(u32, u64, u32),
    ReadLent(u32, u64, usize),
    Write(u32, u64, u8, usize),
    Append(u32, u8),
    Cut(u32, u64),
    StatFile(u32),
    Sync(u32),
    Stat(&'static str),
    StatLink(&'static str),
    Directory(&'static str),
    NoDirectory(&'static str),
    Unlink(&'static str),
    Rename(&'static str, &'static str),
    Symlink(&'static str, &'static str),
    Link(&'static str, &'static str),
    ReadLink(&'static str),
    List(&'static str),
}

fn act() -> impl Strategy<Value = Act> {
    let file = || 0..3_u32;
    let place = || prop_oneof![Just(0), 0..9000_u64, Just(4096), Just(8192)];
    prop_oneof![
        6 => (path(), flags()).prop_map(|(path, flags)| Act::Open(path, flags)),
        3 => file().prop_map(Act::Close),
        4 => (file(), place(), 0..2000_u32).prop_map(|(file, at, max)| Act::Read(file, at, max)),
        6 => (file(), place(), 0..9000_usize).prop_map(|(file, at, length)| Act::ReadLent(file, at, length)),
        6 => (file(), place(), any::<u8>(), 0..1500_usize).prop_map(|(file, at, byte, length)| Act::Write(file, at, byte, length)),
        2 => (file(), any::<u8>()).prop_map(|(file, byte)| Act::Append(file, byte)),
        2 => (file(), place()).prop_map(|(file, size)| Act::Cut(file, size)),
        3 => file().prop_map(Act::StatFile),
        1 => file().prop_map(Act::Sync),
        6 => path().prop_map(Act::Stat),
        2 => path().prop_map(Act::StatLink),
        3 => path().prop_map(Act::Directory),
        2 => path().prop_map(Act::NoDirectory),
        3 => path().prop_map(Act::Unlink),
        4 => (path(), path()).prop_map(|(old, new)| Act::Rename(old, new)),
        2 => (path(), path()).prop_map(|(old, new)| Act::Symlink(old, new)),
        2 => (path(), path()).prop_map(|(old, new)| Act::Link(old, new)),
        1 => path().prop_map(Act::ReadLink),
        1 => path().prop_map(Act::List),
    ]
}

/// A server of two volumes, one of which has a pool, and a client that lends.
struct House {
    volumes: [Disk; 2],
    vfs: vfs::Client<MockConnection>,
    lender: Lender,
    server: Mock<Router<Vfs<MockConnection, Numbers>>>,
}

impl House {
    fn new(lasting: Lasting) -> Self {
        let mut mounts = Mounts::new();
        let volumes = [("/", ROOT), ("/m", MNT)].map(|(path, number)| {
            let mut ram = Ram {
                lasting,
                ..Ram::new()
            };
            let (lender, pools) = pool(8192);
            assert!(ram.borrower.add(Caller::new(number, 0), pools));
            let volume = disk(ram);
            let client = filesystem::Client::new(volume.connect(number));
            let lender = (number == ROOT).then_some(lender);
            mounts.add(path, client, ties(number, lender));
            volume
        });
        let me = Caller::new(9, 0);
        let (lender, pools) = pool(16384);
        let mut borrower = Borrower::default();
        assert!(borrower.add(me, pools));
        let server = Vfs::new(mounts, Numbers::default()).borrowing(borrower);
        let slot = CPtr(3);
        let own = Endpoint { slot, interface: 0 };
        let server = Mock::new(Router::new(server).with(own, vfs::dispatch));
        let vfs = vfs::Client::new(server.connect_as(me));
        Self {
            volumes,
            vfs,
            lender,
            server,
        }
    }

    /// Does something, and tells all that a client sees of it.
    fn act(&mut self, act: &Act) -> String {
        let vfs = &self.vfs;
        match *act {
            Act::Open(path, flags) => {
                let flags = OpenFlags::from_bits(flags).expect("all six are flags");
                format!("{:?}", vfs.open(path.as_bytes(), flags, 0))
            }
            Act::Close(file) => format!("{:?}", vfs.close(file)),
            Act::Read(file, at, max) => format!("{:?}", vfs.read_at(file, at, max)),
            Act::ReadLent(file, at, length) => {
                let lent = self.lender.lend_out(length).expect("it fits");
                let read = vfs.read_into(file, at, &lent);
                let mut seen = std::vec![0; read.unwrap_or(0) as usize];
                lent.view().copy_to(0, &mut seen).expect("it is there");
                format!("{read:?} {seen:?}")
            }
            Act::Write(file, at, byte, length) => {
                format!("{:?}", vfs.write_at(file, at, &std::vec![byte; length]))
            }
            Act::Append(file, byte) => format!("{:?}", vfs.append(file, &[byte; 100])),
            Act::Cut(file, size) => format!("{:?}", vfs.truncate(file, size)),
            Act::StatFile(file) => format!("{:?} {:?}", vfs.stat_file(file), vfs.length(file)),
            Act::Sync(file) => format!("{:?}", vfs.sync_file(file)),
            Act::Stat(path) => format!("{:?}", vfs.stat(path.as_bytes())),
            Act::StatLink(path) => format!("{:?}", vfs.stat_link(path.as_bytes())),
            Act::Directory(path) => format!("{:?}", vfs.make_directory(path.as_bytes(), 0)),
            Act::NoDirectory(path) => format!("{:?}", vfs.remove_directory(path.as_bytes())),
            Act::Unlink(path) => format!("{:?}", vfs.unlink(path.as_bytes())),
            Act::Rename(old, new) => format!("{:?}", vfs.rename(old.as_bytes(), new.as_bytes())),
            Act::Symlink(to, path) => format!("{:?}", vfs.symlink(to.as_bytes(), path.as_bytes())),
            Act::Link(old, new) => format!("{:?}", vfs.link(old.as_bytes(), new.as_bytes())),
            Act::ReadLink(path) => format!("{:?}", vfs.read_link(path.as_bytes())),
            Act::List(path) => match vfs.list(path.as_bytes()) {
                Ok(entries) => format!("{:?}", entries.collect::<Vec<_>>()),
                Err(error) => error.to_string(),
            },
        }
    }
}

/// Does the same in a server that keeps what it is told and in one that does not.
fn compared(acts: &[Act]) {
    let mut keeps = House::new(Lasting::UntilChanged);
    let mut asks = House::new(Lasting::NotAtAll);
    for (number, act) in acts.iter().enumerate() {
        assert_eq!(keeps.act(act), asks.act(act), "{number} {act:?}");
    }
    for house in [&keeps, &asks] {
        house.server.client_gone(Caller::new(9, 0));
    }
    for (keeps, asks) in keeps.volumes.iter().zip(&asks.volumes) {
        let (keeps, asks) = (&keeps.server().0, &asks.server().0);
        assert!(keeps.open.values().all(|count| *count == 0));
        assert_eq!(format!("{:?}", keeps.nodes), format!("{:?}", asks.nodes));
    }
}

#[test]
fn what_was_read_is_read_again_after_a_change() {
    let read = Act::ReadLent(0, 0, 9000);
    let write = |at, byte| Act::Write(0, at, byte, 1000);
    let cuts = [0, 5000, 4096, 9000].map(|size| Act::Cut(0, size));
    let writes = [
        write(0, 1),
        write(4000, 2),
        write(8000, 3),
        Act::Append(0, 4),
    ];
    let mut acts = vec![Act::Open("/a", ALL)];
    for change in writes.into_iter().chain(cuts) {
        acts.extend([read.clone(), Act::StatFile(0), Act::Stat("/a"), change]);
        acts.extend([Act::Stat("/a"), Act::StatFile(0), read.clone()]);
    }
    compared(&acts);
}

#[test]
fn a_number_that_is_given_again_brings_nothing_of_its_old_node() {
    let (open, read) = (Act::Open("/a", ALL), Act::ReadLent(0, 0, 9000));
    compared(&[
        open.clone(),
        Act::Write(0, 0, 1, 1000),
        read.clone(),
        Act::Close(0),
        Act::Unlink("/a"),
        open,
        read,
        Act::Close(0),
        Act::Unlink("/a"),
        // The same for what is not there: a directory under the number of another.
        Act::Directory("/d"),
        Act::Stat("/d/a"),
        Act::NoDirectory("/d"),
        Act::Open("/a", ALL),
        Act::Stat("/d/a"),
    ]);
}

#[test]
fn what_is_renamed_is_found_where_it_went_and_nowhere_else() {
    let look = ["/a", "/b", "/d/a", "/d/e", "/d/e/a"].map(Act::Stat);
    let mut acts = vec![Act::Directory("/d"), Act::Open("/a", ALL), Act::Close(0)];
    for (old, new) in [
        ("/a", "/d/a"),
        ("/d/a", "/d/e"),
        ("/d", "/b"),
        ("/b/e", "/a"),
        ("/b", "/d"),
    ] {
        acts.extend(look.clone());
        acts.push(Act::Rename(old, new));
    }
    acts.extend(look);
    compared(&acts);
}

#[test]
fn a_directory_that_is_not_empty_stays_where_it_is() {
    let opens = [Act::Open("/m/a", ALL), Act::Open("/m/d/a", ALL)];
    let refused = [
        Act::Rename("/m/a", "/m/d"),
        Act::Rename("/m/d", "/m/d/a"),
        Act::Unlink("/m/d"),
        Act::NoDirectory("/m/d"),
    ];
    let mut acts = ["/m/d", "/m/a", "/m/d/a"].map(Act::Directory).to_vec();
    acts.extend(refused.iter().chain(&opens).cloned());
    compared(&acts);
    let mut house = House::new(Lasting::UntilChanged);
    let told: Vec<_> = acts.iter().map(|act| house.act(act)).collect();
    assert!(
        told[3..].iter().all(|told| told.starts_with("Err")),
        "{told:?}"
    );
}

#[test]
fn what_is_known_is_answered_without_a_request() {
    let mut house = House::new(Lasting::UntilChanged);
    let acts = [
        Act::Open("/a", OpenFlags::READ.bits()),
        Act::ReadLent(0, 4000, 5000),
        Act::Read(0, 0, 1000),
        Act::Read(0, 8999, 1000),
        Act::ReadLent(0, 9000, 1000),
        Act::StatFile(0),
        Act::Close(0),
        Act::Stat("/a"),
        Act::Stat("/d/a"),
    ];
    house.act(&Act::Open("/a", ALL));
    house.act(&Act::Write(0, 8000, 7, 1000));
    house.act(&Act::Close(0));
    let first = acts.each_ref().map(|act| house.act(act));
    let asked = house.volumes[0].requests();
    let second = acts.each_ref().map(|act| house.act(act));
    assert_eq!(first, second);
    assert_eq!(house.volumes[0].requests(), asked);
    house.act(&Act::Directory("/d"));
    assert!(house.act(&Act::Stat("/d/a")).contains("NotFound"));
    assert!(house.volumes[0].requests() > asked);
}

#[test]
fn nothing_is_kept_of_a_file_system_that_is_gone() {
    let rig = started();
    assert!(rig.vfs.stat(b"/etc/motd").is_ok());
    assert!(rig.vfs.stat(b"/mnt/data/file").is_ok());
    let gone = Some(CallError::Server(Error::Gone));
    rig.root.kill();
    rig.server.client_gone(tie(ROOT));
    assert_eq!(rig.vfs.stat(b"/etc/motd").err(), gone);
    // Without the news it shows when something is asked.
    rig.mnt.kill();
    assert_eq!(rig.vfs.stat(b"/mnt/data/other").err(), gone);
    assert_eq!(rig.vfs.stat(b"/mnt/data/file").err(), gone);
}

#[test]
fn nothing_is_kept_where_nobody_tells_of_the_end() {
    let volume = disk(Ram::new().with("file", file("x")));
    let mut mounts = Mounts::new();
    let client = filesystem::Client::new(volume.connect(1));
    mounts.add("/", client, Ties::default());
    let server = Mock::new(vfs::Dispatcher(Vfs::new(mounts, Numbers::default())));
    let client = vfs::Client::new(server.connect_as(Caller::new(9, 0)));
    for _ in 0..2 {
        let asked = volume.requests();
        assert!(client.stat(b"/file").is_ok());
        assert!(volume.requests() > asked);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 1 } else { 100 }))]

    #[test]
    fn what_is_kept_never_shows(acts in prop::collection::vec(act(), 1..120)) {
        compared(&acts);
    }
}
