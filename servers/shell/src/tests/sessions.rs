//! Whole sessions: with a person, and with commands that were given.

use std::format;

use crate::Ending;

use super::desk::Desk;
use super::mocked::arguments;

#[test]
fn a_person_is_greeted_told_of_bad_volumes_and_prompted() {
    let desk = Desk::new();
    desk.console.server().0.keys = "cd etc\recho hi\r\x03\x04poweroff 5\r".bytes().collect();
    assert_eq!(desk.shell().session(), Ending { status: 5 });
    let shown = desk.shown();
    let start = format!("Weft {}, ready after ", env!("CARGO_PKG_VERSION"));
    assert!(shown.starts_with(&start), "{shown}");
    assert!(shown.contains("\n/mnt (disk): no known file system\n"));
    assert!(shown.contains("weft:/$ ") && shown.contains("weft:/etc$ "));
    assert!(shown.contains("hi\n"));
    assert!(shown.contains("`poweroff` switches the machine off\n"));
    assert_eq!(desk.files.server().0.unmounted, 1);
}

#[test]
fn a_terminal_that_is_gone_ends_the_session() {
    assert_eq!(Desk::new().shell().session(), Ending { status: 1 });
}

#[test]
fn what_was_written_is_kept_when_the_terminal_goes() {
    let desk = Desk::new();
    desk.console.server().0.keys = "echo a > /x\r".bytes().collect();
    assert_eq!(desk.shell().session(), Ending { status: 1 });
    assert_eq!(desk.files.server().0.unmounted, 1);
    let desk = Desk::new();
    desk.console.kill();
    desk.system.server().0.boot_arguments = arguments("echo a > /x");
    assert_eq!(desk.shell().session(), Ending { status: 1 });
    assert_eq!(desk.files.server().0.unmounted, 1);
}

#[test]
fn given_commands_run_within_marks_and_end_with_the_last_status() {
    let desk = Desk::new();
    desk.system.server().0.boot_arguments = arguments("echo a; cat /etc/motd\nnosuch");
    assert_eq!(desk.shell().session(), Ending { status: 127 });
    assert_eq!(
        desk.shown(),
        "<begin>a\nWelcome\nnosuch: there is no such command; `help` shows all\n<end 127>"
    );
    assert_eq!(desk.files.server().0.unmounted, 1);
}

#[test]
fn given_commands_may_switch_the_machine_off() {
    let desk = Desk::new();
    desk.system.server().0.boot_arguments = arguments("nosuch; poweroff; echo no");
    assert_eq!(desk.shell().session(), Ending { status: 0 });
    assert!(desk.shown().ends_with("shows all\n<end 0>"));
}
