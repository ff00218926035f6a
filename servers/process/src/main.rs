//! The process server's program.
//!
//! Its arguments name the components that are drivers, whose devices are silenced when they end; and, behind
//! `session=`, the one without which the machine is switched off.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;

use libipc::abi::startup::{Entry, EntryKind};
use libipc::objects::SchedControl;
use libipc::{CPtr, Never, Router, Sessions, Startup};
use process::kernel::{Domain, Kernel};
use process::maker::component_pid;
use process::server::Processes;
use process::session::Session;
use process::source::Reader;
use proto::processes::Role;
use weft_spec::ComponentId;

/// The number of the only interface of the console.
const CONSOLE: u8 = 0;
/// What a component's entry begins with.
const DOMAIN: &str = "domain.";
/// What the argument begins with that names the session's component.
const SESSION: &str = "session=";

#[libipc::main]
fn main(env: Startup) -> Never {
    let own = env.endpoint("process");
    let mintable = |name| CPtr(expect(&env, name).slot);
    let priorities = expect(&env, "priorities");
    let kernel = Kernel {
        memory: env.connect("memory"),
        sessions: env.connect("vfs_sessions"),
        pci: env.try_connect("pci_control"),
        granted: env.granted(),
        control: SchedControl::from(CPtr(priorities.slot)),
        priority: priorities.v0 as u8,
        endpoint: (mintable("mint.process"), own.interface),
        console: Sessions::new(mintable("mint.console"), CONSOLE),
        ended: Vec::new(),
        space: env.other("space"),
    };
    if let Err(error) = kernel.prepare() {
        panic!("cannot build programs: {}", error.text());
    }
    let files: proto::vfs::Client = env.connect("vfs");
    let mut server = Processes::new(kernel, files).reading(Reader::open(&env, "vfs"));
    for entry in env.entries() {
        add(&env, &mut server, entry);
    }
    if let Some(thread) = env.find(EntryKind::Other, "thread") {
        let domain = Domain::Own {
            thread: CPtr(thread.slot),
        };
        let pid = component_pid(ComponentId(thread.v0 as u16));
        server.add_own(pid, env.name(), thread.v1, domain);
    }
    Router::new(server)
        .with(env.endpoint("processes"), proto::processes::dispatch)
        .with(own, proto::process::dispatch)
        .serve()
}

fn add(env: &Startup, server: &mut Processes<Kernel, libipc::Connection>, entry: &Entry) {
    let name = core::str::from_utf8(&entry.name)
        .unwrap_or_default()
        .trim_end_matches('\0');
    let Some(name) = name.strip_prefix(DOMAIN) else {
        return;
    };
    let pid = component_pid(ComponentId(entry.v0 as u16));
    let is_driver = env.args().any(|driver| driver == name);
    let domain = Domain::Component {
        thread: CPtr(entry.slot),
        cnode: CPtr(entry.slot + 1),
        driver: is_driver.then_some(pid),
    };
    let role = if is_driver {
        Role::Driver
    } else {
        Role::Server
    };
    server.add_component(pid, name, role, entry.v1, domain);
    let mut sessions = env
        .args()
        .filter_map(|argument| argument.strip_prefix(SESSION));
    if sessions.any(|session| session == name) {
        server.set_session(Session::new(pid, env.connect("system")));
    }
}

fn expect(env: &Startup, name: &str) -> &'static Entry {
    match env.find(EntryKind::Other, name) {
        Some(entry) => entry,
        None => panic!("the manifest gives the process server no `{name}`"),
    }
}
