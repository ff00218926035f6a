//! A server in a process of its own is recorded, and asked again, by the program that people run.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::{env, fs, io};

use libipc::{Caller, Error, Reply, TransportError};
use libipc_hosted::{Connection, Options, Process, Server, connect};
use proto::counter;

/// Keeps a number; nobody waits for long.
struct Counter(u64);

impl counter::Server for Counter {
    fn add(&mut self, _: Caller, by: u64) -> Result<u64, counter::Error> {
        self.0 = self.0.checked_add(by).ok_or(counter::Error::Overflow)?;
        Ok(self.0)
    }

    fn get(&mut self, _: Caller) -> u64 {
        self.0
    }

    fn wait_for(&mut self, _: Caller, _: u64, reply: Reply<u64, std::convert::Infallible>) {
        reply.ok(self.0);
    }
}

/// Not a test of its own: the server of the others, in the process that they start.
#[test]
fn serves() {
    if let Ok(server) = Server::inherited(counter::Dispatcher(Counter(0))) {
        server.serve();
    }
}

fn server() -> Process {
    Process::of_test("serves").expect("a process")
}

/// A folder of a test's own, removed with this.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("weft-record-{name}-{}", std::process::id());
        let path = env::temp_dir().join(name);
        fs::create_dir(&path).expect("a folder");
        Self(path)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).expect("it was made");
    }
}

fn program(verb: &str, file: &Path, server: &Path) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_weft-record"));
    program.arg(verb).arg(file).arg("--server").arg(server);
    program
}

fn record(folder: &Folder, server: &Process) -> Child {
    let mut program = program("record", &folder.at("session"), server.path());
    program.arg("--at").arg(folder.at("socket"));
    let program = program.stdout(Stdio::piped()).stderr(Stdio::piped());
    program.spawn().expect("it can be run")
}

/// Connects to who records, once it listens.
fn client(folder: &Folder, recorder: &mut Child) -> counter::Client<Connection> {
    loop {
        match connect(&folder.at("socket"), &Options::default()) {
            Ok(connected) => return counter::Client::new(connected.connection),
            Err(error) => assert!(
                matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
                ),
                "{error}"
            ),
        }
        let ended = recorder.try_wait().expect("it can be asked");
        assert_eq!(ended, None, "it ended before anybody came");
        std::thread::yield_now();
    }
}

fn replay(file: &Path, server: &Process) -> (Option<i32>, String, String) {
    let mut program = program("replay", file, server.path());
    let Output {
        status,
        stdout,
        stderr,
    } = program.output().expect("it can be run");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn what_is_recorded_can_be_replayed_and_edited_and_differences_are_told() {
    let (folder, recorded) = (Folder::new("whole"), server());
    let mut recorder = record(&folder, &recorded);
    {
        let first = client(&folder, &mut recorder);
        let second = client(&folder, &mut recorder);
        assert_eq!(first.add(2), Ok(2));
        assert_eq!(second.add(3), Ok(5));
        let overflow = Err(Error::Server(counter::Error::Overflow));
        assert_eq!(first.add(u64::MAX), overflow);
        assert_eq!(second.wait_for(4), Ok(5));
    }
    let output = recorder.wait_with_output().expect("it ends with them");
    assert!(output.status.success(), "{output:?}");
    assert!(!folder.at("socket").exists());
    let session = folder.at("session");
    let text = fs::read_to_string(&session).expect("it was written");
    let expected = "counter.add by=2\n    sum: 2\ncounter.add by=3\n    sum: 5\n\
        counter.add by=18446744073709551615\n    error Overflow\n\
        counter.wait_for value=4\n    reached: 5\n";
    assert_eq!(text, expected);
    // A fresh server answers as this one did.
    let (status, told, _) = replay(&session, &server());
    assert_eq!(status, Some(0));
    assert_eq!(told, "4 requests, all answered as recorded\n");
    // An edited one does not.
    let edited = text.replace("by=3\n    sum: 5", "by=4\n    sum: 5");
    fs::write(&session, edited).expect("it can be edited");
    let (status, told, _) = replay(&session, &server());
    assert_eq!(status, Some(1));
    let expected = "counter.add by=4\n  - sum: 5\n  + sum: 6\n\
        counter.wait_for value=4\n  - reached: 5\n  + reached: 6\n\
        4 requests, 2 answered otherwise\n";
    assert_eq!(told, expected);
}

#[test]
fn a_server_that_ends_is_told_and_what_was_recorded_is_kept() {
    let (folder, mut recorded) = (Folder::new("dies"), server());
    let mut recorder = record(&folder, &recorded);
    let client = client(&folder, &mut recorder);
    assert_eq!(client.add(2), Ok(2));
    recorded.kill().expect("it was alive");
    let abandoned = Err(Error::Transport(TransportError::Abandoned));
    assert_eq!(client.add(3), abandoned);
    let output = recorder.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        told.contains("it has ended") && told.contains("remedy"),
        "{told}"
    );
    let text = fs::read_to_string(folder.at("session")).expect("it was written");
    assert!(text.starts_with("counter.add by=2\n    sum: 2\n"), "{text}");
    // Nothing can be compared with a server that is not there.
    let (status, _, told) = replay(&folder.at("session"), &recorded);
    assert_eq!(status, Some(2), "{told}");
}

#[test]
fn what_is_no_record_is_told_with_its_place() {
    let (folder, server) = (Folder::new("bad"), server());
    let file = folder.at("session");
    for (text, says) in [
        ("# nothing\n", "no request is in it"),
        (
            "\n  sum: 2\n",
            "session:2: an answer before the first request",
        ),
    ] {
        fs::write(&file, text).expect("a file");
        let (status, _, told) = replay(&file, &server);
        assert_eq!(status, Some(2));
        assert!(told.contains(says), "{told}");
    }
    fs::write(&file, "teapot.boil\ncounter.get now\n    value: 0\n").expect("a file");
    let (status, told, _) = replay(&file, &server);
    assert_eq!(status, Some(1));
    assert!(told.contains("+ the interface is not known"), "{told}");
    assert!(
        told.contains("+ an argument is written name=value"),
        "{told}"
    );
    // What is there is not written over.
    let recorder = record(&folder, &server)
        .wait_with_output()
        .expect("it ends");
    assert_eq!(recorder.status.code(), Some(2));
    assert!(!folder.at("socket").exists());
}
