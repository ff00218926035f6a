//! The command `gpio`.

use proto::gpio::Edge;

use super::desk::Desk;

#[test]
fn a_pin_is_told_and_changed() {
    let desk = Desk::new();
    let (shown, status) = desk.run(&[
        "gpio 1",
        "gpio 1 out 1 none",
        "gpio 1",
        "gpio 0",
        "gpio 1 alt5",
        "gpio 1",
    ]);
    assert_eq!(status, 0);
    assert_eq!(
        shown,
        "pin 1: in, level 0, drawn up\npin 1: out, level 1, drawn none\npin 0: in, level 0, drawn up\n\
         pin 1: alt5, level 1, drawn none\n"
    );
}

#[test]
fn what_a_pin_cannot_do_is_told_before_anything_is_done() {
    let desk = Desk::new();
    for (line, says) in [
        ("gpio", "no pin is named"),
        ("gpio x", "no number of a pin: x"),
        ("gpio 256", "no number of a pin: 256"),
        ("gpio 0 out on", "nothing that a pin can do: on"),
        ("gpio 2", "gpio: "),
        ("gpio 0 1", "gpio: "),
    ] {
        let (shown, status) = desk.run(&[line]);
        assert!(status != 0 && shown.contains(says), "{line}: {shown}");
    }
    let (shown, _) = desk.run(&["gpio 0"]);
    assert_eq!(shown, "pin 0: in, level 0, drawn up\n");
}

#[test]
fn events_are_asked_for_and_told() {
    let desk = Desk::new();
    assert_eq!(
        desk.run(&["gpio 1 both", "gpio 0 rising quiet", "gpio events"])
            .0,
        "no events\n"
    );
    assert_eq!(desk.gpio.server().0.detects, [Edge::None, Edge::Both]);
    desk.gpio.server().0.events = 1 << 40 | 2;
    let (shown, status) = desk.run(&["gpio events"]);
    assert_eq!(
        (shown.as_str(), status),
        ("pin 1\npin 40\nthe last after 1.500 s\n", 0)
    );
    assert_ne!(desk.bare_shell().run_line("gpio 1"), 0);
    assert!(desk.shown().contains("no connection to pins"));
}
