//! Components whose program and hardware the board says.

mod common;

use manifest::{Source, board_names, check};
use weft_spec::{SystemSpec, What};

const MANIFEST: &str = r#"
[system]
name = "t"
boards = ["virt", "q35"]

[component.line]
driver = "serial"
priority = 50
provides = ["serial"]

[component.quiet]
driver = "serial"
priority = 40
irqs = []
ports = []
kernel = []
"#;

fn spec() -> SystemSpec {
    let manifest = Source {
        path: "driver.toml",
        text: MANIFEST,
    };
    let board = Source {
        path: "board.toml",
        text: common::BOARD,
    };
    check(manifest, board, &common::catalogue()).expect("the manifest is right")
}

#[test]
fn a_component_with_a_driver_is_given_what_the_board_says() {
    let spec = spec();
    let (_, line) = spec.find("line").expect("the component exists");
    assert_eq!(spec.programs[usize::from(line.program.0)], "ns16550");
    let has = |wanted: fn(&What) -> bool| line.grants.iter().any(|grant| wanted(&grant.what));
    assert!(has(|what| matches!(what, What::Irq { line: 4, .. })));
    assert!(has(|what| matches!(what, What::Ports { .. })));
    assert!(has(|what| matches!(what, What::Log)));
}

#[test]
fn what_the_manifest_says_itself_stands_instead() {
    let spec = spec();
    let (_, quiet) = spec.find("quiet").expect("the component exists");
    let is_hardware =
        |what: &What| matches!(what, What::Irq { .. } | What::Ports { .. } | What::Log);
    assert!(!quiet.grants.iter().any(|grant| is_hardware(&grant.what)));
}

#[test]
fn the_specification_is_for_the_board_that_was_read() {
    assert_eq!(board_names(MANIFEST), ["virt", "q35"]);
    assert_eq!(spec().board, "q35");
    assert_eq!(board_names("[system]\nboard = \"q35\""), ["q35"]);
    assert!(board_names("[component.x]").is_empty());
}

#[test]
fn one_of_the_two_files_names_the_program() {
    let source = |path, text| Source { path, text };
    let checked = |manifest| {
        let board = "name = \"q35\"\n[driver.serial]\nirqs = []\n";
        let (manifest, board) = (source("driver.toml", manifest), source("board.toml", board));
        check(manifest, board, &common::catalogue())
    };
    let whole = "[system]\nname = \"t\"\nboard = \"q35\"\n[component.line]\ndriver = \"serial\"\npriority = 9\n";
    let found = checked(whole).expect_err("there is no program");
    let [only] = &found[..] else {
        panic!("{found:?}")
    };
    assert!(
        only.to_string()
            .starts_with("driver.toml:5:10: error: neither component `line` nor")
    );
    let named = format!("{whole}program = \"ns16550\"\n");
    assert!(checked(&named).is_ok());
}

#[test]
fn what_the_board_has_nothing_for_is_left_out_with_the_connections_to_it() {
    let source = |path, text| Source { path, text };
    let manifest = r#"
[system]
name = "t"
board = "q35"

[component.disk]
driver = "disk"
priority = 50
provides = ["block"]

[component.shell]
priority = 20
uses = { block = "disk" }
mints = ["disk"]
supervises = ["disk"]
"#;
    let checked = |board| {
        let (manifest, board) = (source("driver.toml", manifest), source("board.toml", board));
        check(manifest, board, &common::catalogue())
    };
    let spec = checked("name = \"q35\"\nwithout = [\"disk\"]\n").expect("it is right");
    assert!(spec.find("disk").is_none());
    let (_, shell) = spec.find("shell").expect("it is there");
    assert!(
        !shell
            .grants
            .iter()
            .any(|grant| matches!(grant.what, What::Client { .. }))
    );
    assert!(checked("name = \"q35\"\n").is_err(), "nobody knows it");
}
