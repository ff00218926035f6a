//! Whole sessions: with a person, and with commands that were given.

use std::format;

use crate::{Ending, Then};

use super::desk::Desk;
use super::fake_dog::Told;
use super::mocked::arguments;

/// The machine is switched off.
fn off(status: u8) -> Ending {
    Ending {
        status,
        then: Then::Off,
    }
}

#[test]
fn a_person_is_greeted_told_of_bad_volumes_and_prompted() {
    let desk = Desk::new();
    desk.console.server().0.keys = "cd etc\recho hi\r\x03\x04poweroff 5\r".bytes().collect();
    assert_eq!(desk.shell().session(), off(5));
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
    assert_eq!(Desk::new().shell().session(), off(1));
}

#[test]
fn what_was_written_is_kept_when_the_terminal_goes() {
    let desk = Desk::new();
    desk.console.server().0.keys = "echo a > /x\r".bytes().collect();
    assert_eq!(desk.shell().session(), off(1));
    assert_eq!(desk.files.server().0.unmounted, 1);
    let desk = Desk::new();
    desk.console.kill();
    desk.system.server().0.boot_arguments = arguments("echo a > /x");
    assert_eq!(desk.shell().session(), off(1));
    assert_eq!(desk.files.server().0.unmounted, 1);
}

#[test]
fn given_commands_run_within_marks_and_end_with_the_last_status() {
    let desk = Desk::new();
    desk.system.server().0.boot_arguments = arguments("echo a; cat /etc/motd\nnosuch");
    assert_eq!(desk.shell().session(), off(127));
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
    assert_eq!(desk.shell().session(), off(0));
    assert!(desk.shown().ends_with("shows all\n<end 0>"));
}

#[test]
fn a_machine_that_is_to_start_again_is_unmounted_and_left_to_the_watchdog() {
    let desk = Desk::new();
    desk.console.server().0.keys = "reboot now\rreboot\r".bytes().collect();
    let mut shell = desk.shell();
    let ending = shell.session();
    assert_eq!(ending.then, Then::Restart);
    assert!(desk.shown().ends_with("The machine starts again.\n"));
    assert_eq!(desk.files.server().0.unmounted, 1);
    assert!(shell.leave(ending));
    assert_eq!(desk.watchdog.server().0.told, [Told::Reset]);
}

#[test]
fn the_watchdog_halts_a_machine_that_is_switched_off_without_a_status() {
    let desk = Desk::new();
    let shell = desk.shell();
    assert!(!shell.leave(off(3)), "only the kernel can tell that");
    assert!(shell.leave(off(0)));
    assert_eq!(desk.watchdog.server().0.told, [Told::Halted]);
    desk.watchdog.kill();
    assert!(!shell.leave(off(0)), "the watchdog is gone");
    assert!(!desk.bare_shell().leave(off(0)), "there is none");
}

#[test]
fn the_system_timer_is_read_and_waited_for() {
    let desk = Desk::new();
    let (shown, status) = desk.run(&["timer", "timer 1000"]);
    let told = "5000017 us since the chip was reset\n\
        1000 us by the timer, 1100 us by the processor's clock\n";
    assert_eq!((shown.as_str(), status), (told, 0));
    for wrong in ["timer 0", "timer x", "timer 1 2"] {
        assert_ne!(desk.run(&[wrong]).1, 0, "{wrong}");
    }
    assert_ne!(desk.bare_shell().run_line("timer"), 0);
    assert!(desk.shown().contains("no connection to a system timer"));
}

#[test]
fn the_watchdog_is_set_fed_and_stopped() {
    let desk = Desk::new();
    let (shown, status) = desk.run(&["watchdog 10", "watchdog", "watchdog feed", "watchdog off"]);
    assert_eq!(
        (shown.as_str(), status),
        ("9999 ms of 10000 ms are left\n", 0)
    );
    let told = [Told::Set(10_000), Told::Fed, Told::Disabled];
    assert_eq!(desk.watchdog.server().0.told, told);
    for wrong in [
        "watchdog 16",
        "watchdog x",
        "watchdog 1 2",
        "watchdog feed",
        "watchdog",
    ] {
        assert_ne!(desk.run(&[wrong]).1, 0, "{wrong}");
    }
    let mut bare = desk.bare_shell();
    assert_ne!(bare.run_line("reboot"), 0);
    assert!(desk.shown().contains("no connection to a watchdog"));
}
