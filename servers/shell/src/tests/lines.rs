//! Whole lines: several commands, redirection, statuses, misuse.

use std::boxed::Box;
use std::format;
use std::string::String;
use std::vec;

use super::desk::Desk;
use super::mocked;

#[test]
fn commands_of_a_line_run_one_after_the_other_and_the_last_status_counts() {
    let desk = Desk::new();
    let (shown, status) = desk.run(&["echo a 'b  c'; nosuch; echo -n x"]);
    assert_eq!(
        shown,
        "a b  c\nnosuch: there is no such command; `help` shows all\nx"
    );
    assert_eq!(status, 0);
    assert_eq!(desk.run(&["echo a; nosuch"]).1, 127);
}

#[test]
fn a_line_that_makes_no_sense_runs_nothing() {
    let (shown, status) = Desk::new().run(&["echo a | cat"]);
    assert_eq!(status, 2);
    assert!(
        shown.starts_with("shell: column 8: there are no pipes"),
        "{shown}"
    );
}

#[test]
fn misuse_shows_how_a_command_is_used() {
    let desk = Desk::new();
    let (shown, status) = desk.run(&["mkdir -z x"]);
    assert_eq!(
        shown,
        "mkdir: there is no option -z\nusage: mkdir [-p] DIRECTORY...\n"
    );
    assert_eq!(status, 2);
    for line in [
        "cat",
        "cp a",
        "kill",
        "run",
        "time",
        "rm",
        "dmesg x",
        "stat",
        "poweroff 300",
    ] {
        assert_eq!(desk.run(&[line]).1, 2, "{line}");
    }
}

#[test]
fn output_goes_to_files_and_errors_to_the_terminal() {
    let desk = Desk::new();
    let (shown, status) = desk.run(&[
        "echo one > /f; echo two >> /f",
        "cat /f /nosuch >> /f2",
        "cat /f",
    ]);
    assert_eq!(shown, "cat: /nosuch: no such file or directory\none\ntwo\n");
    assert_eq!(status, 0);
    assert_eq!(desk.files.server().0.text("/f2"), "one\ntwo\n");
    let (shown, status) = desk.run(&["echo x > /no/f"]);
    assert_eq!(shown, "echo: /no/f: no such file or directory\n");
    assert_eq!(status, 1);
    assert!(
        desk.files.server().0.open.iter().all(String::is_empty),
        "all files are closed"
    );
}

#[test]
fn success_and_failure_decide_what_runs_next() {
    let desk = Desk::new();
    let (shown, status) = desk.run(&["exit"]);
    assert_eq!(
        shown,
        "exit: there is no such command; `poweroff` ends all and switches the machine off\n"
    );
    assert_eq!(status, 127);
    let (listed, _) = desk.run(&["ls -l /etc"]);
    assert_eq!(desk.run(&["ls /etc -l"]).0, listed);
}

#[test]
fn help_names_every_command_and_explains_each() {
    let desk = Desk::new();
    let (shown, _) = desk.run(&["help"]);
    let wanted = "help ls cat echo cp mv rm mkdir rmdir stat df sha256sum hexdump ps kill mem mounts \
                  dmesg run time poweroff cd pwd sync wait";
    for name in wanted.split_whitespace() {
        assert!(shown.lines().any(|line| line.starts_with(name)), "{name}");
        let (text, status) = desk.run(&[&format!("help {name}")]);
        assert!(text.starts_with(name) && status == 0, "{name}");
    }
    assert_eq!(desk.run(&["help nosuch"]).1, 1);
}

#[test]
fn a_shell_with_a_console_only_says_what_is_missing() {
    let desk = Desk::new();
    let mut shell = desk.bare_shell();
    assert_eq!(shell.run_line("ls; echo x > f; ps; mem"), 1);
    let shown = desk.shown();
    assert!(shown.starts_with("ls: this system has no connection to a file server\n"));
    assert!(shown.contains("echo: this system has no connection to a file server\n"));
    assert_eq!(shell.run_line("hello"), 127);
}

#[test]
fn a_dead_server_is_an_error_of_the_command_only() {
    let desk = Desk::new();
    desk.files.kill();
    desk.programs.kill();
    let (shown, status) = desk.run(&["cat /etc/motd; ps; cp a b; rm -r x; echo on"]);
    assert_eq!(status, 0);
    assert!(shown.starts_with("cat: /etc/motd: the server has died\nps: the server has died\n"));
    assert!(shown.ends_with("on\n"));
}

#[test]
fn the_date_is_the_clocks_to_the_second() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["date"]), ("2026-11-22 19:05:47 UTC\n".into(), 0));
    assert_eq!(desk.run(&["date now"]).1, 2);
    desk.clock.server().0.now = Box::new(|_| Err(proto::clock::Error::Unset));
    let (shown, status) = desk.run(&["date"]);
    assert!(
        shown.starts_with("date: the clock has lost the time"),
        "{shown}"
    );
    assert_eq!(status, 1);
    assert_eq!(desk.bare_shell().run_line("date"), 1);
    assert_eq!(
        desk.shown(),
        "date: this system has no connection to a clock\n"
    );
}

#[test]
fn the_log_and_memory_are_shown() {
    let desk = Desk::new();
    desk.system.server().0.read_log = mocked::log(vec![b'x'; 4000]);
    assert_eq!(desk.run(&["dmesg"]).0.len(), 4000);
    let (shown, _) = desk.run(&["mem"]);
    assert_eq!(
        shown,
        "512 MiB in all, 128 MiB used in 3 blocks, 384 MiB free; the largest free piece has 256 MiB\n\
         CLIENT  BLOCKS     USED  LIMIT\n     7       3  128 MiB   none\n"
    );
}
