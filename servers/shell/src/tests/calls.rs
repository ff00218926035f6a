//! `call`: methods of servers by their names.

use std::boxed::Box;

use libipc_mock::Mock;
use proto::{counter, mocks};

use super::desk::Desk;

#[test]
fn a_method_is_called_with_arguments_and_its_results_are_shown() {
    let desk = Desk::new();
    let (shown, status) = desk.run(&["call memory.account index=0; call system.usage"]);
    assert_eq!(status, 0);
    assert_eq!(
        shown,
        "account: {client: 7, blocks: 3, used: 134217728, limit: 18446744073709551615}\n\
         cpu_ns: 1048576\nmemory: 3145728\ncapabilities: 7\npriority: 63\n"
    );
}

#[test]
fn an_error_of_the_server_is_told_by_its_name() {
    let shown = Desk::new().run(&["call memory.account index=1"]);
    let expected = "call: memory.account: the server answers UnknownAccount\n";
    assert_eq!(shown, (expected.into(), 1));
    let desk = Desk::new();
    desk.clock.kill();
    let shown = desk.run(&["call clock.now"]);
    assert_eq!(shown, ("call: clock.now: the server has died\n".into(), 1));
}

#[test]
fn wrong_words_are_refused_before_anything_is_called() {
    let desk = Desk::new();
    for (line, why) in [
        (
            "call memory.account",
            "memory.account: index is missing; it is to be u32",
        ),
        (
            "call memory.account index=x",
            "memory.account: index is to be u32",
        ),
        (
            "call memory.account index=-1",
            "memory.account: index is to be u32",
        ),
        (
            "call memory.account number=1",
            "memory.account: the method has no argument number",
        ),
        (
            "call clock.tell",
            "clock.tell: there is no method tell; the methods are\nnow -> seconds: i64",
        ),
        (
            "call processes.spawn_with path=/x arguments= console=1",
            "processes.spawn_with: console is a capability or lent, which cannot be written",
        ),
        (
            "call disk.read",
            "disk: the shell is connected to clock, console, memory, outlets, processes, system, vfs",
        ),
    ] {
        let expected = std::format!("call: {why}\n");
        assert_eq!(desk.run(&[line]), (expected, 2), "{line}");
    }
    let (shown, status) = desk.run(&["call memory.account 0"]);
    assert_eq!(status, 2);
    assert!(shown.starts_with("call: 0: an argument is written NAME=VALUE\nusage: call "));
}

#[test]
fn a_server_that_only_the_image_knows_can_be_called() {
    let desk = Desk::new();
    let mut sum = 40;
    let counter = mocks::counter::Mock {
        add: Box::new(move |_, by| {
            sum += by;
            Ok(sum)
        }),
        ..Default::default()
    };
    let counter = Mock::new(counter::Dispatcher(counter));
    let mut shell = desk.shell();
    assert_eq!(shell.run_line("call counter.add by=2"), 2);
    assert!(
        desk.shown()
            .starts_with("call: counter: the shell is connected to clock, console, ")
    );
    shell.connect(Box::new(move |name| {
        (name == "counter").then(|| counter.connect(1))
    }));
    assert_eq!(shell.run_line("call counter.add by=2"), 0);
    assert_eq!(desk.shown(), "sum: 42\n");
}

#[test]
fn a_connection_that_has_not_its_interfaces_name_says_which_it_has() {
    let desk = Desk::new();
    let second = mocks::clock::Mock {
        now: Box::new(|_| Ok(7)),
    };
    let second = Mock::new(proto::clock::Dispatcher(second));
    let mut shell = desk.shell();
    shell.connect(Box::new(move |name| {
        (name == "second").then(|| second.connect(1))
    }));
    assert_eq!(shell.run_line("call second:clock.now"), 0);
    assert_eq!(desk.shown(), "seconds: 7\n");
    assert_eq!(shell.run_line("call third:clock.now"), 2);
    assert_eq!(shell.run_line("call second:watch.now"), 2);
    assert_eq!(shell.run_line("call second:clock"), 0, "its methods");
}

#[test]
fn the_methods_of_a_server_are_listed() {
    let (shown, status) = Desk::new().run(&["call clock"]);
    assert_eq!((shown.as_str(), status), ("now -> seconds: i64\n", 0));
}

#[test]
fn a_server_that_does_not_count_is_told_from_one_that_is_not_there() {
    let desk = Desk::new();
    let (shown, status) = desk.run(&["stats memory"]);
    let expected = "stats: memory: its image was built without `meters = true`\n";
    assert_eq!((shown.as_str(), status), (expected, 1));
    let (shown, status) = desk.run(&["stats disk"]);
    assert!(
        shown.starts_with("stats: disk: the shell is connected to "),
        "{shown}"
    );
    assert_eq!(status, 2);
}
