//! Programs and processes.

use core::cell::Cell;
use std::boxed::Box;
use std::format;
use std::rc::Rc;
use std::string::String;

use libipc::{CPtr, Caller, Cap};
use libipc_mock::MockConnection;

use super::desk::Desk;
use crate::Shell;

#[test]
fn a_word_that_is_no_command_is_a_program() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["ok 'a b' c"]), (String::new(), 0));
    assert_eq!(desk.run(&["cd bin; /bin/three"]).1, 3);
    let programs = desk.programs.server();
    assert_eq!(
        programs.0.started[0],
        ("/bin/ok".into(), b"a b\0c\0".into())
    );
    assert_eq!(
        desk.console.server().0.foreground,
        [Some(1), None, Some(2), None]
    );
}

#[test]
fn run_tells_how_a_program_ended() {
    let desk = Desk::new();
    assert_eq!(
        desk.run(&["run three"]),
        ("three: exit status 3\n".into(), 3)
    );
    assert_eq!(
        desk.run(&["run /bin/divide"]),
        (
            "/bin/divide: ended by a fault: division by zero\n".into(),
            139
        )
    );
    assert_eq!(
        desk.run(&["divide"]),
        ("divide: ended by a fault: division by zero\n".into(), 139)
    );
    assert_eq!(desk.run(&["run loop"]), ("loop: killed\n".into(), 137));
}

#[test]
fn what_cannot_be_run_says_why() {
    let desk = Desk::new();
    let (shown, status) = desk.run(&["run /etc/motd"]);
    assert_eq!(status, 126);
    assert_eq!(shown, "run: the file is not a program for this machine\n");
    assert_eq!(
        desk.run(&["/nosuch"]),
        ("/nosuch: there is no such file\n".into(), 127)
    );
    let long = format!("ok {}", "x".repeat(500));
    assert_eq!(
        desk.run(&[&long]),
        ("ok: the arguments have more than 480 bytes\n".into(), 1)
    );
}

#[test]
fn a_program_in_the_background_is_waited_for_on_demand() {
    let desk = Desk::new();
    let (shown, status) = desk.run(&["run three & ok & echo on; wait"]);
    assert_eq!(
        shown,
        "[1]\n[2]\non\n[1] exit status 3\n[2] exit status 0\n"
    );
    assert_eq!(status, 0);
    assert_eq!(desk.run(&["wait 9"]).1, 1);
}

/// A session in which programs are started in the background; gives what was shown.
fn session(desk: &Desk, shell: &mut Shell<MockConnection>, keys: &str) -> String {
    desk.console.server().0.keys = keys.bytes().collect();
    shell.session();
    desk.shown()
}

#[test]
fn ended_programs_are_told_of_before_the_prompt_without_asking_who_runs() {
    let desk = Desk::new();
    let (mut shell, looks) = (desk.shell(), Rc::new(Cell::new(0)));
    let arrival = Cap::from_slot(CPtr(9));
    desk.programs
        .server()
        .0
        .events
        .watch(Caller::new(1, 0), arrival);
    let seen = looks.clone();
    shell.watch(Box::new(move || {
        seen.set(seen.get() + 1);
        seen.get() > 1
    }));
    let shown = session(&desk, &mut shell, "three &\recho on\rpoweroff\r");
    let (on, told) = (
        shown.find("\non\n"),
        shown.find("[1] three: exit status 3\n"),
    );
    assert!(on.is_some() && on < told, "{shown}");
    assert_eq!(looks.get(), 2);
    assert_eq!(desk.programs.server().0.listed, 0);
}

#[test]
fn a_shell_that_has_missed_events_asks_who_runs() {
    let desk = Desk::new();
    let mut shell = desk.shell();
    shell.watch(Box::new(|| true));
    // The process server knows of no watcher: it may have been started anew.
    let shown = session(&desk, &mut shell, "ok & ok & ok & ok & three &\rpoweroff\r");
    assert!(shown.contains("[5] three: exit status 3\n"), "{shown}");
    assert!(!shown.contains("ok: exit"), "four processes run: {shown}");
    assert!(desk.programs.server().0.listed > 0);
}

#[test]
fn a_built_in_command_before_an_ampersand_is_refused_and_the_line_goes_on() {
    let desk = Desk::new();
    let (shown, status) = desk.run(&["echo no > /f & time ok & echo on"]);
    let why = "only programs run in the background, built-in commands do not; leave out the &";
    assert_eq!(shown, format!("echo: {why}\ntime: {why}\non\n"));
    assert_eq!(status, 0);
    assert_eq!(desk.run(&["sync &"]).1, 2);
    assert!(desk.files.server().0.at("/f").is_none());
    assert!(desk.programs.server().0.started.is_empty());
}

#[test]
fn control_c_typed_while_a_program_starts_ends_it() {
    let desk = Desk::new();
    desk.console.server().0.interrupt_after = Some(0);
    assert_eq!(desk.run(&["ok; echo no"]), ("^C\n".into(), 130));
    assert_eq!(desk.programs.server().0.interrupted, [1]);
}

#[test]
fn processes_are_listed_and_killed_by_number_or_name() {
    let desk = Desk::new();
    let (shown, _) = desk.run(&["ps"]);
    assert_eq!(
        shown.lines().skip(1).take(2).collect::<std::vec::Vec<_>>(),
        [
            "  0  root  server  waiting    63   0.001 s    3 MiB     7",
            "  1  root  server  waiting    40   1.500 s  1.5 MiB    12",
        ]
    );
    let (shown, status) = desk.run(&["kill 1; kill vfs nosuch; kill ext4"]);
    assert_eq!(
        shown,
        "kill: 1: the system cannot do without this process\n\
         kill: vfs: 2 processes have this name; give a number\nkill: nosuch: there is no such process\n"
    );
    assert_eq!(status, 0);
    assert_eq!(desk.programs.server().0.killed, [4]);
}

#[test]
fn time_tells_how_long_and_keeps_the_status() {
    let (shown, status) = Desk::new().run(&["time three"]);
    assert_eq!(status, 3);
    assert!(
        shown.starts_with("elapsed ") && shown.contains("  processor 0.000 s\n"),
        "{shown}"
    );
}
