//! The server over files in memory.

extern crate std;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::string::String;
use std::vec::Vec;

use libipc::codec::{Bytes, List};
use libipc::{CPtr, Caller, Cap, Endpoint, Error as CallError, Router, TransportError};
use libipc_mock::{Mock, MockConnection};
use proto::filesystem::{Entry, Space, Stat};
use proto::vfs::{self, Mount, OpenFlags};
use proto::{console, outlets};
use weft_spec::badge::FIRST_SESSION;

use crate::server::{Connections, MAX_OUTLETS, Outlets};

type Answer<T> = Result<T, vfs::Error>;

/// Files that all exist once they are named, but for those below `/no`; together they take so many bytes.
struct Files {
    data: BTreeMap<String, Vec<u8>>,
    open: Vec<Option<String>>,
    room: usize,
    closing: Answer<()>,
}

impl Files {
    fn name(&self, file: u32) -> Answer<String> {
        let name = self.open.get(file as usize).cloned().flatten();
        name.ok_or(vfs::Error::NotOpen)
    }
}

macro_rules! unsupported {
    ($($name:ident($($argument:ty),*) -> $result:ty;)*) => {
        $(fn $name(&mut self, _: Caller $(, _: $argument)*) -> Answer<$result> { Err(vfs::Error::Unsupported) })*
    };
}

impl vfs::Server for Files {
    fn open(&mut self, _: Caller, path: &[u8], flags: OpenFlags, _: u16) -> Answer<u32> {
        assert_eq!(flags, OpenFlags::WRITE, "the file is neither made nor cut");
        if path.starts_with(b"/no") {
            return Err(vfs::Error::NotFound);
        }
        self.open.push(Some(String::from_utf8_lossy(path).into()));
        Ok(self.open.len() as u32 - 1)
    }

    fn close(&mut self, _: Caller, file: u32) -> Answer<()> {
        self.name(file)?;
        self.open[file as usize] = None;
        self.closing
    }

    fn append(&mut self, _: Caller, file: u32, data: &[u8]) -> Answer<u64> {
        let name = self.name(file)?;
        self.room = self
            .room
            .checked_sub(data.len())
            .ok_or(vfs::Error::NoSpace)?;
        let content = self.data.entry(name).or_default();
        content.extend(data);
        Ok((content.len() - data.len()) as u64)
    }

    fn mounts(&mut self, _: Caller, _: u32) -> List<Mount, 4> {
        List::new()
    }

    fn list_close(&mut self, _: Caller, _: u32) {}

    unsupported! {
        read_at(u32, u64, u32) -> Bytes<1536>;
        write_at(u32, u64, &[u8]) -> ();
        stat_file(u32) -> Stat;
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
        unmount_all() -> ();
    }
}

/// Makes connections of which only the client's number is known, until there are no more.
struct Numbers {
    made: Rc<RefCell<Vec<u32>>>,
    ended: Rc<RefCell<Vec<u32>>>,
    left: usize,
}

impl Connections for Numbers {
    fn make(&mut self, client: u32) -> Result<Cap<console::Client>, outlets::Error> {
        self.left = self.left.checked_sub(1).ok_or(outlets::Error::TooMany)?;
        self.made.borrow_mut().push(client);
        Ok(Cap::from_slot(CPtr(900)))
    }

    fn end(&mut self, client: u32) {
        self.ended.borrow_mut().push(client);
    }
}

struct Rig {
    files: Mock<vfs::Dispatcher<Files>>,
    server: Mock<Router<Outlets<MockConnection, Numbers>>>,
    shell: outlets::Client<MockConnection>,
    made: Rc<RefCell<Vec<u32>>>,
    ended: Rc<RefCell<Vec<u32>>>,
}

const OUTLETS: u8 = 0;
const CONSOLE: u8 = 1;

fn started(connections: usize) -> Rig {
    let files = Mock::new(vfs::Dispatcher(Files {
        data: BTreeMap::new(),
        open: Vec::new(),
        room: 1 << 20,
        closing: Ok(()),
    }));
    let (made, ended) = <(Rc<_>, Rc<_>)>::default();
    let numbers = Numbers {
        made: Rc::clone(&made),
        ended: Rc::clone(&ended),
        left: connections,
    };
    let slot = CPtr(3);
    let endpoint = |interface| Endpoint { slot, interface };
    let server = Outlets::new(vfs::Client::new(files.connect(9)), numbers);
    let server = Mock::new(
        Router::new(server)
            .with(endpoint(OUTLETS), outlets::dispatch)
            .with(endpoint(CONSOLE), console::dispatch),
    );
    let shell = outlets::Client::new(server.connect_as(Caller::new(5, OUTLETS)));
    Rig {
        files,
        server,
        shell,
        made,
        ended,
    }
}

impl Rig {
    fn open(&self, path: &str) -> (u32, console::Client<MockConnection>) {
        let (outlet, _) = self.shell.open(path.as_bytes()).expect("it opens");
        let client = *self.made.borrow().last().expect("a connection was made");
        (outlet, self.connected(client))
    }

    fn connected(&self, client: u32) -> console::Client<MockConnection> {
        console::Client::new(self.server.connect_as(Caller::new(client, CONSOLE)))
    }

    fn text(&self, path: &str) -> String {
        let files = self.files.server();
        let data = files.0.data.get(path).cloned().unwrap_or_default();
        String::from_utf8(data).expect("it is text")
    }

    fn has_open_files(&self) -> bool {
        self.files.server().0.open.iter().any(Option::is_some)
    }

    fn close(&self, outlet: u32) -> String {
        self.shell
            .close(outlet)
            .expect("it is open")
            .as_str()
            .into()
    }
}

fn refused<T>() -> Result<T, CallError<console::Error>> {
    Err(CallError::Server(console::Error::Refused))
}

#[test]
fn what_programs_write_goes_to_the_file_of_each_in_order() {
    let rig = started(9);
    let (first, one) = rig.open("/a");
    let (second, two) = rig.open("/b");
    one.write(b"one ").unwrap();
    two.write(b"other").unwrap();
    one.write(&[b'x'; 1536]).unwrap();
    one.write(b"").unwrap();
    assert_eq!(one.drain(), Ok(()));
    assert_eq!(rig.text("/a"), ["one ", &"x".repeat(1536)].concat());
    assert_eq!(rig.text("/b"), "other");
    assert_eq!((rig.close(first), rig.close(second)), Default::default());
    assert!(!rig.has_open_files());
}

#[test]
fn an_outlet_is_no_terminal() {
    let rig = started(9);
    let (_, program) = rig.open("/a");
    let no_keys = CallError::Server(console::Error::NoKeys);
    assert_eq!(program.read(10), Err(no_keys));
    assert_eq!(program.set_foreground(Some(7)), Ok(()));
    assert_eq!(program.take_interrupt(), Ok(false));
    assert_eq!(program.begin_output(), refused());
    assert_eq!(program.end_output(0), refused());
    assert_eq!(rig.text("/a"), "");
}

#[test]
fn a_file_that_is_full_refuses_what_follows_and_the_others_go_on() {
    let rig = started(9);
    let (outlet, program) = rig.open("/a");
    let (_, other) = rig.open("/b");
    rig.files.server().0.room = 7;
    program.write(b"first ").unwrap();
    assert_eq!(program.write(b"second"), refused());
    assert_eq!(program.write(b"3"), refused(), "there would be a hole");
    other.write(b"o").unwrap();
    assert_eq!(rig.text("/a"), "first ");
    assert_eq!(rig.close(outlet), "no space left on the volume");
}

#[test]
fn what_closing_loses_is_told() {
    let rig = started(9);
    let (outlet, _) = rig.open("/a");
    rig.files.server().0.closing = Err(vfs::Error::Device);
    assert_eq!(rig.close(outlet), "the device reports an error");
}

#[test]
fn a_program_that_outlives_its_outlet_reaches_no_other() {
    let rig = started(9);
    let (outlet, late) = rig.open("/a");
    rig.close(outlet);
    let (next, _) = rig.open("/b");
    assert_ne!(outlet, next);
    let gone = Err(CallError::Server(console::Error::Gone));
    assert_eq!(late.write(b"late"), gone);
    assert_eq!(late.drain(), gone);
    assert_eq!(rig.connected(5).write(b"no program"), gone);
    assert_eq!((rig.text("/a"), rig.text("/b")), Default::default());
    let unknown = Err(CallError::Server(outlets::Error::UnknownOutlet));
    assert_eq!(rig.shell.close(outlet), unknown);
}

#[test]
fn outlets_end_with_whoever_opened_them_and_not_with_the_program() {
    let rig = started(9);
    let (outlet, program) = rig.open("/a");
    let (_, other) = rig.open("/b");
    program.write(b"text").unwrap();
    let client = FIRST_SESSION + outlet;
    rig.server.client_gone(Caller::new(client, CONSOLE));
    assert!(rig.ended.borrow().is_empty());
    assert_eq!(rig.close(outlet), "");
    assert_eq!(rig.ended.borrow()[..], [client]);
    rig.server.client_gone(Caller::new(5, CONSOLE));
    other.write(b"more").unwrap();
    rig.server.client_gone(Caller::new(5, OUTLETS));
    assert!(!rig.has_open_files());
    assert_eq!(rig.ended.borrow()[..], [client, client + 1]);
    let gone = Err(CallError::Server(console::Error::Gone));
    assert_eq!(other.write(b"late"), gone);
}

#[test]
fn a_program_cannot_open_or_close_outlets() {
    let rig = started(9);
    let (outlet, _) = rig.open("/a");
    let client = FIRST_SESSION + outlet;
    let program = rig.server.connect_as(Caller::new(client, CONSOLE));
    let program = outlets::Client::new(program);
    let wrong = CallError::Transport(TransportError::WrongInterface);
    assert_eq!(program.close(outlet), Err(wrong));
    assert_eq!(program.open(b"/b").err(), Some(wrong));
}

#[test]
fn what_cannot_be_opened_leaves_nothing_behind() {
    let rig = started(MAX_OUTLETS);
    let refused = |path: &[u8]| rig.shell.open(path).map(|_| ());
    let error = |error| Err(CallError::Server(error));
    assert_eq!(refused(b"/no/file"), error(outlets::Error::NoFile));
    for _ in 0..MAX_OUTLETS {
        rig.open("/a");
    }
    assert_eq!(refused(b"/a"), error(outlets::Error::TooMany));
    rig.close(1);
    assert_eq!(
        refused(b"/a"),
        error(outlets::Error::TooMany),
        "no slot is left"
    );
    let open = rig.files.server().0.open.iter().flatten().count();
    assert_eq!(open, MAX_OUTLETS - 1);
}

#[test]
fn a_dead_file_server_is_an_error_and_no_hang() {
    let rig = started(9);
    let (outlet, program) = rig.open("/a");
    rig.files.kill();
    assert_eq!(program.write(b"x"), refused());
    assert_eq!(rig.close(outlet), "the server has died");
}
