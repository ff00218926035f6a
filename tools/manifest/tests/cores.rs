//! A component on several cores: an instance on each, and clients that call the one of their own core.

mod common;

use manifest::{Source, check};
use weft_spec::{Component, SystemSpec, What};

const MANIFEST: &str = r#"
[system]
name = "cores"
board = "q35"

[component.shell]
cores = [3, 2, 0]
priority = 10
uses = { vfs = "vfs", own = { server = "vfs.2", interface = "vfs" }, console = "console" }

[component.vfs]
cores = [0, 2]
priority = 30
provides = ["vfs"]
mints = ["vfs"]
uses = { disk = { server = "storage", interface = "block", ring = { slots = 4 } } }

[component.storage]
cores = [2, 0]
priority = 40
provides = ["block"]

[component.console]
core = 1
priority = 40
provides = ["console"]

[component.process]
core = 2
priority = 20
provides = ["process"]
mints = ["vfs"]
supervises = ["vfs", "shell.2"]
"#;

fn spec() -> SystemSpec {
    let manifest = Source {
        path: "cores.toml",
        text: MANIFEST,
    };
    let board = Source {
        path: "board.toml",
        text: common::BOARD,
    };
    check(manifest, board, &common::catalogue()).expect("the manifest is right")
}

fn component<'s>(spec: &'s SystemSpec, name: &str) -> &'s Component {
    let found = spec.find(name);
    found.unwrap_or_else(|| panic!("there is no {name}")).1
}

/// The name of the server that a capability of a component is to.
fn server<'s>(spec: &'s SystemSpec, client: &str, capability: &str) -> &'s str {
    let mut grants = component(spec, client).grants.iter();
    let grant = grants.find(|grant| grant.name == capability);
    match grant.map(|grant| grant.what) {
        Some(What::Client { server, .. } | What::Mint { server }) => {
            &spec.component(server).expect("it exists").name
        }
        other => panic!("{client} has {other:?} for {capability}"),
    }
}

#[test]
fn there_is_an_instance_on_each_core_and_the_first_has_the_name() {
    let spec = spec();
    let on = |component: &Component| (component.name.clone(), component.schedule.core);
    let all: Vec<_> = spec.components.iter().map(on).collect();
    let all: Vec<_> = all.iter().map(|(name, core)| (&name[..], *core)).collect();
    let expected = [
        ("storage", 2),
        ("storage.0", 0),
        ("vfs", 0),
        ("vfs.2", 2),
        ("console", 1),
        ("shell", 3),
        ("shell.2", 2),
        ("shell.0", 0),
        ("process", 2),
    ];
    let mut sorted = (all.clone(), expected.to_vec());
    sorted.0.sort_unstable();
    sorted.1.sort_unstable();
    assert_eq!(sorted.0, sorted.1);
    let place = |name| all.iter().position(|(other, _)| *other == name);
    assert!(place("vfs.2") < place("shell.2"), "servers start first");
    assert!(place("storage") < place("vfs.2"), "servers start first");
    assert_eq!(
        component(&spec, "vfs").program,
        component(&spec, "vfs.2").program
    );
}

#[test]
fn a_client_calls_the_instance_of_its_own_core_or_else_the_first() {
    let spec = spec();
    assert_eq!(server(&spec, "shell.0", "vfs"), "vfs");
    assert_eq!(server(&spec, "shell.2", "vfs"), "vfs.2");
    assert_eq!(server(&spec, "shell", "vfs"), "vfs", "core 3 has none");
    assert_eq!(server(&spec, "vfs", "disk"), "storage.0");
    assert_eq!(server(&spec, "vfs.2", "disk"), "storage");
    for client in ["shell", "shell.2", "shell.0"] {
        assert_eq!(server(&spec, client, "own"), "vfs.2", "it was named");
        assert_eq!(server(&spec, client, "console"), "console");
    }
}

#[test]
fn rings_join_the_instances_of_one_core() {
    let spec = spec();
    let name = |id| &spec.component(id).expect("it exists").name[..];
    let rings = spec.rings.iter();
    let mut ends: Vec<_> = rings
        .map(|ring| (name(ring.client), name(ring.server)))
        .collect();
    ends.sort_unstable();
    assert_eq!(ends, [("vfs", "storage.0"), ("vfs.2", "storage")]);
}

#[test]
fn who_makes_connections_makes_them_to_the_instance_of_its_core() {
    let spec = spec();
    assert_eq!(server(&spec, "vfs", "mint.vfs"), "vfs");
    assert_eq!(server(&spec, "vfs.2", "mint.vfs"), "vfs.2");
    assert_eq!(server(&spec, "process", "mint.vfs"), "vfs.2");
}

#[test]
fn a_name_of_several_is_supervised_as_all_of_them() {
    let spec = spec();
    let process = spec.find("process").map(|(id, _)| id);
    let receives = |name| component(&spec, name).faults_to == process;
    let all = spec.components.iter().map(|it| it.name.as_str());
    let supervised: Vec<_> = all.filter(|name| receives(name)).collect();
    let mut supervised = supervised;
    supervised.sort_unstable();
    assert_eq!(supervised, ["shell.2", "vfs", "vfs.2"]);
    let grants = component(&spec, "process").grants.iter();
    let domains = grants.filter(|grant| grant.name.starts_with("domain."));
    assert_eq!(domains.count(), 3);
}
