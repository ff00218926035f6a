//! The server between a pretended file system and a maker that builds nothing.

use alloc::vec::Vec;
use core::cell::RefCell;

use elf::abi::{PF_R, PF_X};
use libipc::codec::{Bytes, List};
use libipc::{CPtr, Endpoint, Error as CallError, FaultKind, Router};
use libipc_mock::{Mock, MockConnection};
use proto::filesystem::{Entry, Space, Stat};
use proto::system;
use proto::vfs::OpenFlags;

use super::*;
use crate::build::File;
use crate::maker::Description;
use crate::program::tests::elf;

/// One file, `/bin/ok`, and one that is no program, `/bin/text`.
struct Files(Vec<u8>);

type Answer<T> = Result<T, vfs::Error>;

const OK: u32 = 1;
const TEXT: u32 = 2;

impl Files {
    fn content(&self, file: u32) -> &[u8] {
        if file == OK { &self.0 } else { b"no program" }
    }
}

macro_rules! unsupported {
    ($($name:ident($($argument:ty),*) -> $result:ty;)*) => {
        $(fn $name(&mut self, _: Caller $(, _: $argument)*) -> Answer<$result> { Err(vfs::Error::Unsupported) })*
    };
}

impl vfs::Server for Files {
    fn open(&mut self, _: Caller, path: &[u8], _: OpenFlags, _: u16) -> Answer<u32> {
        match path {
            b"/bin/ok" => Ok(OK),
            b"/bin/text" => Ok(TEXT),
            _ => Err(vfs::Error::NotFound),
        }
    }

    fn close(&mut self, _: Caller, _: u32) -> Answer<()> {
        Ok(())
    }

    fn read_at(&mut self, _: Caller, file: u32, offset: u64, max: u32) -> Answer<Bytes<1536>> {
        let content = self
            .content(file)
            .get(offset as usize..)
            .unwrap_or_default();
        let part = &content[..content.len().min(max as usize)];
        Bytes::from_slice(part).map_err(|_| vfs::Error::Invalid)
    }

    fn stat_file(&mut self, _: Caller, file: u32) -> Answer<Stat> {
        let size = self.content(file).len() as u64;
        Ok(Stat { size, ..stat() })
    }

    fn mounts(&mut self, _: Caller, _: u32) -> List<vfs::Mount, 4> {
        List::new()
    }

    fn unmount_all(&mut self, _: Caller) -> Answer<()> {
        HAPPENED.with_borrow_mut(|happened| happened.push("unmounted"));
        Ok(())
    }

    fn list_close(&mut self, _: Caller, _: u32) {}

    unsupported! {
        write_at(u32, u64, &[u8]) -> ();
        append(u32, &[u8]) -> u64;
        truncate(u32, u64) -> ();
        sync_file(u32) -> ();
        list(&[u8]) -> u32;
        read_into(u32, u64, libipc::lend::Place) -> u32;
        open_lent(libipc::lend::Place, OpenFlags, u16) -> u32;
        length(u32) -> u32;
        list_more(u32, u32) -> (List<Entry, 7>, bool);
        stat(&[u8]) -> Stat;
        stat_link(&[u8]) -> Stat;
        make_directory(&[u8], u16) -> ();
        remove_directory(&[u8]) -> ();
        unlink(&[u8]) -> ();
        rename(&[u8], &[u8]) -> ();
        symlink(&[u8], &[u8]) -> ();
        link(&[u8], &[u8]) -> ();
        read_link(&[u8]) -> Bytes<1000>;
        space(&[u8]) -> Space;
        sync_all() -> ();
    }
}

fn stat() -> Stat {
    Stat {
        node: 1,
        size: 0,
        allocated: 0,
        accessed: 0,
        modified: 0,
        changed: 0,
        user: 0,
        group: 0,
        links: 1,
        permissions: 0o755,
        kind: proto::filesystem::NodeKind::File,
    }
}

std::thread_local! {
    /// What the maker was asked for.
    static ENDED: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
    /// The programs that were given a console.
    static GIVEN: RefCell<Vec<(u32, CPtr)>> = const { RefCell::new(Vec::new()) };
    /// What became of the disks and the machine.
    static HAPPENED: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

extern crate std;

/// Makes numbers; refuses programs named `full`.
struct Pretender;

impl Maker for Pretender {
    type Domain = u32;

    fn make(&mut self, order: Order<'_>, file: &impl File) -> Result<u32, Error> {
        let mut first = [0; 4];
        file.read(0, &mut first)?;
        assert_eq!(first, *b"\x7fELF");
        if order.arguments.contains(&"full") {
            Err(Error::OutOfMemory)
        } else {
            if let Some(console) = &order.console {
                GIVEN.with_borrow_mut(|given| given.push((order.pid, console.slot())));
            }
            Ok(order.pid)
        }
    }

    /// All have one part, at address 0x3000.
    fn grow(&mut self, _: &mut u32, address: u64) -> Option<Result<(), Error>> {
        match address {
            0x3000 => Some(Ok(())),
            0x5000 => Some(Err(Error::OutOfMemory)),
            _ => None,
        }
    }

    fn end(&mut self, domain: u32) {
        ENDED.with_borrow_mut(|ended| ended.push(domain));
    }

    fn describe(&self, _: &u32) -> Option<Description> {
        Some(Description {
            state: State::Running,
            cpu_ns: 7,
            priority: 9,
            capabilities: 3,
        })
    }
}

type Server = Router<Processes<Pretender, MockConnection>>;

struct Rig {
    files: Mock<vfs::Dispatcher<Files>>,
    server: Mock<Server>,
    client: processes::Client<MockConnection>,
}

fn started() -> Rig {
    let mut program = elf(&[(0x20_1000, 0x1000, 0x800, 0x800, PF_R | PF_X)]);
    program.resize(0x1800, 0x90);
    let files = Mock::new(vfs::Dispatcher(Files(program)));
    let mut server = Processes::new(Pretender, vfs::Client::new(files.connect(9)));
    server.add_component(3, "vfs", Role::Server, 4096, 3);
    let slot = CPtr(3);
    let router = Router::new(server)
        .with(Endpoint { slot, interface: 0 }, processes::dispatch)
        .with(Endpoint { slot, interface: 1 }, process::dispatch);
    let server = Mock::new(router);
    let client = processes::Client::new(server.connect_as(Caller::new(5, 0)));
    Rig {
        files,
        server,
        client,
    }
}

/// The connection that a program has to its own server.
fn program(rig: &Rig, pid: u32) -> process::Client<MockConnection> {
    process::Client::new(rig.server.connect_as(Caller::new(0x1000 + pid, 1)))
}

#[test]
fn a_program_starts_is_listed_and_its_status_can_be_had_once() {
    let rig = started();
    let pid = rig.client.spawn(b"/bin/ok", b"one\0two\0").unwrap();
    let listed = rig.client.list(3).unwrap();
    assert_eq!(
        (listed[0].process, listed[0].name.as_str(), listed[0].parent),
        (pid, "ok", 5)
    );
    assert_eq!(program(&rig, pid).myself().unwrap().process, pid);
    let _ = program(&rig, pid).exit(4);
    assert_eq!(rig.client.wait(pid), Ok(Ending::Exited(4)));
    assert_eq!(
        rig.client.wait(pid),
        Err(CallError::Server(Error::UnknownProcess))
    );
}

#[test]
fn a_program_is_given_the_console_that_came_with_the_order_and_only_then() {
    let rig = started();
    let console = Cap::from_slot(CPtr(77));
    rig.client.spawn(b"/bin/ok", b"").unwrap();
    let pid = rig.client.spawn_with(b"/bin/ok", b"one\0", console);
    GIVEN.with_borrow(|given| assert_eq!(given[..], [(pid.unwrap(), CPtr(77))]));
    let refused = rig
        .client
        .spawn_with(b"/nosuch", b"", Cap::from_slot(CPtr(78)));
    assert_eq!(refused, Err(CallError::Server(Error::NotFound)));
    GIVEN.with_borrow(|given| assert_eq!(given.len(), 1));
}

#[test]
fn what_cannot_be_started_says_why() {
    let rig = started();
    let refused = |path: &[u8], arguments: &[u8]| rig.client.spawn(path, arguments).err();
    assert_eq!(
        refused(b"/nosuch", b""),
        Some(CallError::Server(Error::NotFound))
    );
    assert_eq!(
        refused(b"/bin/text", b""),
        Some(CallError::Server(Error::NotProgram))
    );
    assert_eq!(
        refused(b"/bin/ok", b"unended"),
        Some(CallError::Server(Error::BadArguments))
    );
    assert_eq!(
        refused(b"/bin/ok", b"\xff\0"),
        Some(CallError::Server(Error::BadArguments))
    );
    assert_eq!(
        refused(b"/bin/ok", b"full\0"),
        Some(CallError::Server(Error::OutOfMemory))
    );
    rig.files.kill();
    assert_eq!(
        refused(b"/bin/ok", b""),
        Some(CallError::Server(Error::Unreadable))
    );
    assert_eq!(rig.client.list(3).unwrap().len(), 0);
}

#[test]
fn a_program_that_touches_more_of_its_stack_or_heap_goes_on() {
    let rig = started();
    let pid = rig.client.spawn(b"/bin/ok", b"").unwrap();
    let fault = |kind, address, of: u32| Fault {
        badge: u64::from(0x1000 + of),
        kind,
        ip: 0x20_1000,
        address,
        code: 0,
    };
    for kind in [FaultKind::Read, FaultKind::Write] {
        let answer = rig.server.fault(fault(kind, 0x3000, pid));
        assert_eq!(answer, FaultAnswer::Resume);
    }
    let unknown = fault(FaultKind::Read, 0x3000, pid + 1);
    assert_eq!(rig.server.fault(unknown), FaultAnswer::Stop);
    let executed = fault(FaultKind::Execute, 0x3000, pid);
    assert_eq!(rig.server.fault(executed), FaultAnswer::Stop);
    let gone = fault(FaultKind::Read, 0x3000, pid);
    assert_eq!(rig.server.fault(gone), FaultAnswer::Stop);
    let pid = rig.client.spawn(b"/bin/ok", b"").unwrap();
    let elsewhere = fault(FaultKind::Write, 0x4000, pid);
    assert_eq!(rig.server.fault(elsewhere), FaultAnswer::Stop);
    // Without memory for it, a program ends, and no other.
    let [pid, other] = [(); 2].map(|()| rig.client.spawn(b"/bin/ok", b"").unwrap());
    let ended = ENDED.with_borrow(Vec::len);
    let no_memory = fault(FaultKind::Write, 0x5000, pid);
    assert_eq!(rig.server.fault(no_memory), FaultAnswer::Stop);
    let write = FaultKind::Write as u8;
    assert_eq!(rig.client.wait(pid), Ok(Ending::Faulted(write)));
    assert_eq!(ENDED.with_borrow(Vec::len), ended + 1);
    assert_eq!(
        rig.server.fault(fault(FaultKind::Write, 0x3000, other)),
        FaultAnswer::Resume
    );
}

#[test]
fn killed_interrupted_and_crashed_programs_end_so() {
    let rig = started();
    let spawn = || rig.client.spawn(b"/bin/ok", b"").unwrap();
    let (killed, interrupted, crashed) = (spawn(), spawn(), spawn());
    let arrival = Cap::from_slot(CPtr(9));
    assert_eq!(rig.client.watch_events(&arrival), Ok(true));
    rig.client.kill(killed).unwrap();
    rig.client.interrupt(interrupted).unwrap();
    let badge = u64::from(0x1000 + crashed);
    let fault = Fault {
        badge,
        kind: FaultKind::Divide,
        ip: 0x20_1000,
        address: 0,
        code: 0,
    };
    assert_eq!(rig.server.fault(fault), FaultAnswer::Stop);
    let endings = [killed, interrupted, crashed].map(|pid| rig.client.wait(pid).unwrap());
    assert_eq!(
        endings,
        [
            Ending::Killed,
            Ending::Interrupted,
            Ending::Faulted(FaultKind::Divide as u8)
        ]
    );
    ENDED.with_borrow(|ended| assert_eq!(ended[..], [killed, interrupted, crashed]));
    let (events, lost) = rig.client.take_events().unwrap();
    let told: Vec<_> = events
        .into_iter()
        .map(|event| event.ended.unwrap().process)
        .collect();
    assert_eq!((told, lost), (Vec::from([killed, interrupted, crashed]), 0));
    assert_eq!(
        rig.client.kill(killed),
        Err(CallError::Server(Error::UnknownProcess))
    );
}

#[test]
fn watchers_that_are_gone_leave_their_places_and_wait_no_longer() {
    let rig = started();
    let pid = rig.client.spawn(b"/bin/ok", b"").unwrap();
    for client in 10..30 {
        let caller = Caller::new(client, 0);
        let watcher = processes::Client::new(rig.server.connect_as(caller));
        let arrival = Cap::from_slot(CPtr(9));
        assert_eq!(watcher.watch_events(&arrival), Ok(true), "client {client}");
        rig.server.client_gone(caller);
    }
    // Somebody dies while it waits: its right to be answered goes, and the process is not taken for waited for.
    std::thread_local! {
        static ANSWERED: RefCell<u32> = const { RefCell::new(0) };
    }
    let note = |_: u32, _: &mut libipc::Message| ANSWERED.with_borrow_mut(|count| *count += 1);
    let mut right = Some(libipc::ReplyToken::new(0, note));
    let deferral = libipc::Deferral::new(&mut right, libipc::Spare::Available);
    let reply = deferral.defer(|_, _| {}).unwrap();
    let waiter = Caller::new(30, 0);
    processes::Server::wait(rig.server.server().server_mut(), waiter, pid, reply);
    ANSWERED.with_borrow(|count| assert_eq!(*count, 0));
    rig.server.client_gone(waiter);
    ANSWERED.with_borrow(|count| assert_eq!(*count, 1));
    rig.client.kill(pid).unwrap();
    assert_eq!(rig.client.wait(pid), Ok(Ending::Killed));
}

#[test]
fn a_component_can_be_killed_but_not_interrupted() {
    let rig = started();
    assert_eq!(
        rig.client.interrupt(3),
        Err(CallError::Server(Error::Protected))
    );
    assert_eq!(rig.client.kill(3), Ok(()));
    assert_eq!(rig.client.list(0).unwrap().len(), 0);
}

/// A machine that tells of its end.
struct Machine;

impl system::Server for Machine {
    fn power_off(&mut self, _: Caller, status: u8, reply: Reply<(), Infallible>) {
        assert_eq!(status, 1);
        HAPPENED.with_borrow_mut(|happened| happened.push("off"));
        reply.ok(());
    }

    fn boot_arguments(&mut self, _: Caller) -> Bytes<1536> {
        Bytes::new()
    }

    fn read_log(&mut self, _: Caller, position: u64) -> (Bytes<1536>, u64) {
        (Bytes::new(), position)
    }

    fn usage(&mut self, _: Caller) -> (u64, u64, u32, u8) {
        (0, 0, 0, 0)
    }
}

/// What happens when the session's component, which has the number 6, and another end in this way.
fn after_the_end_of(pid: u32, end: impl FnOnce(&Rig)) -> Vec<&'static str> {
    let rig = started();
    let machine = Mock::new(system::Dispatcher(Machine));
    let system = system::Client::new(machine.connect(1));
    {
        let mut router = rig.server.server();
        let server = router.server_mut();
        server.add_component(pid, "part", Role::Server, 4096, pid);
        server.set_session(Session::new(6, system));
    }
    end(&rig);
    HAPPENED.take()
}

#[test]
fn the_machine_is_switched_off_with_its_disks_clean_when_the_session_ends() {
    let killed = |rig: &Rig| assert_eq!(rig.client.kill(6), Ok(()));
    assert_eq!(after_the_end_of(6, killed), ["unmounted", "off"]);
    let faulted = |rig: &Rig| {
        let fault = Fault {
            badge: 6,
            kind: FaultKind::Divide,
            ip: 0x20_1000,
            address: 0,
            code: 0,
        };
        assert_eq!(rig.server.fault(fault), FaultAnswer::Stop);
    };
    assert_eq!(after_the_end_of(6, faulted), ["unmounted", "off"]);
    let other = |rig: &Rig| assert_eq!(rig.client.kill(7), Ok(()));
    assert!(after_the_end_of(7, other).is_empty());
}

#[test]
fn the_server_lists_itself_and_is_not_ended() {
    let rig = started();
    let pid = 4;
    rig.server
        .server()
        .server_mut()
        .add_own(pid, "process", 8192, pid);
    assert_eq!(rig.client.list(3).unwrap()[0].name.as_str(), "process");
    assert_eq!(
        rig.client.kill(pid),
        Err(CallError::Server(Error::Protected))
    );
    assert_eq!(
        rig.client.interrupt(pid),
        Err(CallError::Server(Error::Protected))
    );
}

#[test]
fn ended_programs_that_nobody_waits_for_make_room() {
    let rig = started();
    for _ in 0..crate::table::MAX_PROGRAMS {
        let pid = rig.client.spawn(b"/bin/ok", b"").unwrap();
        rig.client.kill(pid).unwrap();
    }
    for _ in 0..crate::table::MAX_PROGRAMS {
        assert!(rig.client.spawn(b"/bin/ok", b"").is_ok());
    }
    assert_eq!(
        rig.client.spawn(b"/bin/ok", b""),
        Err(CallError::Server(Error::TooMany))
    );
}
