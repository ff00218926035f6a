//! The output of programs in files.

use std::format;
use std::string::String;
use std::vec::Vec;

use libipc::CPtr;

use super::desk::Desk;
use super::fake_outlets::FIRST_SLOT;

/// The outlets that were opened, and those that were closed.
fn outlets(desk: &Desk) -> (Vec<String>, Vec<u32>) {
    let server = desk.outlets.server();
    (server.0.opened.clone(), server.0.closed.clone())
}

fn all_files_are_closed(desk: &Desk) -> bool {
    desk.files.server().0.open.iter().all(String::is_empty)
}

#[test]
fn a_program_is_given_an_outlet_into_the_file_and_nothing_else() {
    let desk = Desk::new();
    let lines = ["cd etc; ok a > f; run three b >> /g; time ok > /h; ok"];
    let (shown, status) = desk.run(&lines);
    assert_eq!(status, 0);
    assert!(
        shown.starts_with("three: exit status 3\nelapsed "),
        "{shown}"
    );
    let wanted = ["/etc/f", "/g", "/h"].map(String::from).to_vec();
    assert_eq!(outlets(&desk), (wanted, [1, 2, 3].to_vec()));
    let given = [1, 2, 3].map(|process| (process, CPtr(FIRST_SLOT + process)));
    assert_eq!(desk.programs.server().0.given, given);
    assert_eq!(desk.programs.server().0.started.len(), 4);
    assert_eq!(
        desk.files.server().0.text("/g"),
        "",
        "only the program writes to it"
    );
    assert!(all_files_are_closed(&desk));
}

#[test]
fn a_file_is_made_new_or_kept_before_the_program_starts() {
    let desk = Desk::new();
    desk.run(&["echo old > /f; echo old > /g; ok > /f; ok >> /g"]);
    assert_eq!(desk.files.server().0.text("/f"), "");
    assert_eq!(desk.files.server().0.text("/g"), "old\n");
}

#[test]
fn a_file_that_did_not_take_everything_is_told_of_and_sets_the_status() {
    let desk = Desk::new();
    desk.outlets.server().0.problem = "no space is left";
    let told = |line: &str| desk.run(&[line]);
    assert_eq!(told("ok > /f"), ("ok: /f: no space is left\n".into(), 1));
    assert_eq!(
        told("three > /f"),
        ("ok: /f: no space is left\n".replace("ok", "three"), 3)
    );
    assert_eq!(
        told("run ok > /f"),
        ("run: /f: no space is left\nok: exit status 0\n".into(), 1)
    );
    assert_eq!(
        told("ok > /f & wait"),
        (
            "[4]\nwait: /f: no space is left\n[4] exit status 0\n".into(),
            1
        )
    );
}

#[test]
fn a_program_in_the_background_keeps_its_file_until_it_has_ended() {
    let desk = Desk::new();
    let mut shell = desk.shell();
    assert_eq!(shell.run_line("ok > /f & ok > /g; echo on"), 0);
    assert_eq!(desk.shown(), "[1]\non\n");
    assert_eq!(outlets(&desk).1, [2], "the one in the foreground has ended");
    assert_eq!(shell.run_line("wait"), 0);
    assert_eq!(outlets(&desk).1, [2, 1]);
    assert!(all_files_are_closed(&desk));
}

#[test]
fn the_end_of_a_program_in_the_background_closes_its_file_before_the_next_prompt() {
    let desk = Desk::new();
    desk.outlets.server().0.problem = "no space is left";
    // The fake process server lists no process with a number above 4: to the shell it has ended.
    let keys = "ok; ok; ok; ok; ok > /f &\rpoweroff\r";
    desk.console.server().0.keys = keys.bytes().collect();
    desk.shell().session();
    let shown = desk.shown();
    assert!(
        shown.contains("[5] ok: exit status 0\n[5] ok: /f: no space is left\n"),
        "{shown}"
    );
    assert_eq!(outlets(&desk).1, [1]);
}

#[test]
fn nothing_stays_open_when_a_program_cannot_be_started() {
    let desk = Desk::new();
    let (shown, status) = desk.run(&["nosuch > /f"]);
    assert_eq!(
        shown,
        "nosuch: there is no such command; `help` shows all\n"
    );
    assert_eq!(status, 127);
    assert_eq!(outlets(&desk).1, [1]);
    assert!(all_files_are_closed(&desk));
    assert_eq!(desk.run(&["ok > /nosuch/f"]).1, 1);
    assert_eq!(desk.programs.server().0.started.len(), 0);
}

#[test]
fn control_c_ends_a_program_whose_output_goes_to_a_file() {
    let desk = Desk::new();
    desk.console.server().0.interrupt_after = Some(0);
    assert_eq!(desk.run(&["ok > /f; echo no"]), ("^C\n".into(), 130));
    assert_eq!(desk.programs.server().0.interrupted, [1]);
    assert_eq!(outlets(&desk).1, [1]);
}

#[test]
fn a_dead_outlet_server_is_an_error_and_starts_nothing() {
    let desk = Desk::new();
    desk.outlets.kill();
    let (shown, status) = desk.run(&["ok > /f; ok"]);
    assert_eq!(shown, "ok: /f: the server has died\n");
    assert_eq!(status, 0);
    assert_eq!(desk.programs.server().0.started.len(), 1);
    assert!(all_files_are_closed(&desk));
}

#[test]
fn without_an_outlet_server_no_file_is_touched() {
    let desk = Desk::new();
    let mut shell = desk.bare_shell();
    assert_eq!(shell.run_line("ok > /f"), 1);
    let why = "this system has no connection to an outlet server, by which a program's output goes to a file";
    assert_eq!(desk.shown(), format!("ok: {why}\n"));
    assert!(desk.files.server().0.at("/f").is_none());
}
