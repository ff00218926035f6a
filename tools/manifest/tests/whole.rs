//! A manifest with every key, and the specification that it becomes.

mod common;

use manifest::{Source, check};
use weft_abi::Rights;
use weft_abi::startup::{EntryKind, RING_APART};
use weft_spec::{
    ComponentId, Counters, Fpu, Grant, LARGE_FRAME, StartEntry, SystemSpec, What, badge,
    expected_capabilities, startup_entries,
};

const MANIFEST: &str = include_str!("whole.toml");

fn whole() -> SystemSpec {
    let manifest = Source {
        path: "whole.toml",
        text: MANIFEST,
    };
    let board = Source {
        path: "board.toml",
        text: common::BOARD,
    };
    check(manifest, board, &common::catalogue()).expect("the manifest is right")
}

fn id(spec: &SystemSpec, name: &str) -> ComponentId {
    spec.find(name).expect("the component exists").0
}

#[test]
fn servers_start_before_their_clients() {
    let spec = whole();
    let names: Vec<&str> = spec
        .components
        .iter()
        .map(|component| component.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "ns16550",
            "console",
            "virtio-blk",
            "vfs",
            "shell",
            "sampler",
            "memory",
            "process"
        ]
    );
    assert_eq!(spec.programs[0], "root");
}

#[test]
fn only_a_component_that_asks_for_them_has_vector_registers() {
    let spec = whole();
    let has = spec.components.iter();
    let has = has.filter(|component| component.fpu == Fpu::Present);
    let names: Vec<&str> = has.map(|component| component.name.as_str()).collect();
    assert_eq!(names, ["shell"]);
}

#[test]
fn only_a_component_that_asks_for_them_may_read_counters() {
    let spec = whole();
    let may = spec.components.iter();
    let may = may.filter(|component| component.counters == Counters::Open);
    let names: Vec<&str> = may.map(|component| component.name.as_str()).collect();
    assert_eq!(names, ["shell"]);
}

#[test]
fn no_slot_is_given_twice_and_all_lie_in_the_cnode() {
    let spec = whole();
    for (id, component) in spec.numbered() {
        let slots: Vec<u32> = expected_capabilities(&spec, id)
            .iter()
            .map(|e| e.slot.0)
            .collect();
        assert!(
            slots.is_sorted_by(|a, b| a < b),
            "{}: {slots:?}",
            component.name
        );
        assert!(
            slots.last() < Some(&(1 << component.sizes.cnode_size)),
            "{}",
            component.name
        );
    }
}

#[test]
fn regions_of_a_component_do_not_touch() {
    for component in whole().components {
        for pair in component.regions.windows(2) {
            assert!(
                pair[0].end() < pair[1].address,
                "{}: {} {}",
                component.name,
                pair[0].name,
                pair[1].name
            );
        }
    }
}

#[test]
fn a_component_holds_nothing_but_what_the_manifest_says() {
    let spec = whole();
    let (_, shell) = spec.find("shell").expect("the shell exists");
    let what: Vec<What> = shell.grants.iter().map(|grant| grant.what).collect();
    let console = What::Client {
        server: id(&spec, "console"),
        interface: 0,
    };
    let vfs = What::Client {
        server: id(&spec, "vfs"),
        interface: 0,
    };
    let system = What::Client {
        server: ComponentId::ROOT,
        interface: 0,
    };
    assert_eq!(
        what,
        [What::OwnCNode, What::Notification, console, vfs, system]
    );
}

#[test]
fn the_server_of_a_ring_holds_what_tells_its_client_of_its_end() {
    let spec = whole();
    let (driver, client) = (id(&spec, "virtio-blk"), id(&spec, "vfs"));
    let ties = |name| {
        let (_, found) = spec.find(name).expect("exists");
        let is_tie = |grant: &&Grant| matches!(grant.what, What::Tie { .. });
        found
            .grants
            .iter()
            .filter(is_tie)
            .cloned()
            .collect::<Vec<_>>()
    };
    let [tie] = &ties("virtio-blk")[..] else {
        panic!("only the ring of one client says so");
    };
    assert_eq!(
        (tie.what, tie.rights()),
        (What::Tie { client }, Rights::WRITE)
    );
    assert!(ties("vfs").is_empty());
    let told = |id| {
        let entries = startup_entries(&spec, id, &|_| (0, 0), &|_| 0);
        let disk = entries.into_iter();
        let mut disk = disk.filter(|entry| entry.kind == EntryKind::Client && entry.name == "disk");
        disk.next().map(|entry| entry.v1)
    };
    assert_eq!(told(client), Some(badge::of_tie(driver)));
    assert_eq!(told(driver), None, "it has no such connection");
}

#[test]
fn faults_go_to_the_supervisor_unless_it_waits_for_the_component() {
    let spec = whole();
    let process = Some(id(&spec, "process"));
    let receiver = |name| spec.find(name).expect("exists").1.faults_to;
    assert_eq!(receiver("shell"), process);
    assert_eq!(receiver("ns16550"), process);
    for called in ["vfs", "virtio-blk", "memory", "process"] {
        assert_eq!(receiver(called), None, "{called}");
    }
}

#[test]
fn both_sides_of_a_ring_know_their_bits_and_regions() {
    let spec = whole();
    let names = |component| -> Vec<String> {
        let entries = startup_entries(&spec, id(&spec, component), &|_| (0, 0), &|_| 0);
        let text = entries.iter().filter(|e| e.v0 != 0);
        text.map(|e| format!("{:?} {} {:x} {:x}", e.kind, e.name, e.v0, e.v1))
            .collect()
    };
    let client = names("vfs");
    assert!(
        client.contains(&"Ring disk 20000000 2000".to_owned()),
        "{client:?}"
    );
    assert!(
        client.contains(&"Ring disk.peer 20003000 1000".to_owned()),
        "{client:?}"
    );
    assert!(
        client.contains(&"Notification disk 1 0".to_owned()),
        "{client:?}"
    );
    let server = names("virtio-blk");
    assert!(
        server.contains(&"Notification vfs 1 4".to_owned()),
        "{server:?}"
    );
    assert!(
        server.iter().any(|entry| entry.starts_with("Pool vfs.in")),
        "{server:?}"
    );
}

#[test]
fn each_side_of_a_ring_is_told_whether_the_other_is_on_another_core() {
    let spec = whole();
    let [client, server] = ["vfs", "virtio-blk"].map(|name| id(&spec, name));
    let told = |component, core_of: &dyn Fn(ComponentId) -> u8| {
        let entries = startup_entries(&spec, component, &|_| (0, 0), core_of);
        let is_ring = |entry: &&StartEntry| entry.kind == EntryKind::Ring;
        let rings = entries.iter().filter(is_ring);
        rings
            .map(|entry| (entry.name.clone(), entry.slot.0))
            .collect::<Vec<_>>()
    };
    let peer = |component, core_of: &dyn Fn(ComponentId) -> u8, name: &str| {
        let told = told(component, core_of);
        told.into_iter()
            .find(|(is, _)| is == name)
            .map(|(_, slot)| slot)
    };
    // The placement counts, and not what the manifest says.
    let apart = |component| u8::from(component == server);
    for (component, name) in [(client, "disk.peer"), (server, "vfs.peer")] {
        assert_eq!(peer(component, &|_| 3, name), Some(0));
        assert_eq!(peer(component, &apart, name), Some(RING_APART));
    }
    let own = |core_of: &dyn Fn(ComponentId) -> u8| peer(client, core_of, "disk");
    assert_eq!(
        own(&apart),
        own(&|_| 0),
        "the slot of one's own part is the kick"
    );
}

#[test]
fn equal_texts_give_equal_specifications() {
    assert_eq!(weft_spec::encode(&whole()), weft_spec::encode(&whole()));
}

#[test]
fn components_with_memory_for_devices_are_known() {
    let spec = whole();
    let names: Vec<&str> = spec
        .masters()
        .map(|component| component.name.as_str())
        .collect();
    assert_eq!(names, ["virtio-blk"]);
}

#[test]
fn large_device_memory_begins_where_large_frames_do_and_tells_where_it_is() {
    let text = "[system]\nname = \"t\"\nboard = \"q35\"\n[component.shell]\npriority = 1\nregisters = [\"small\", \"large\"]\n";
    let board = "name = \"q35\"\n[registers]\nsmall = { at = 0xfe00_0000, size = \"4 KiB\" }\n\
        large = { at = 0x3c00_0000, size = \"64 MiB\" }\n";
    let manifest = Source {
        path: "t.toml",
        text,
    };
    let board = Source {
        path: "board.toml",
        text: board,
    };
    let spec = check(manifest, board, &common::catalogue()).expect("the manifest is right");
    let (_, component) = spec.find("shell").expect("there");
    let regions: Vec<_> = component
        .regions
        .iter()
        .map(|region| {
            (
                region.name.as_str(),
                region.frame_log2(),
                region.address % LARGE_FRAME,
            )
        })
        .collect();
    assert_eq!(regions, [("small", 12, 0), ("large", 21, 0)]);
    let told: Vec<_> = component
        .grants
        .iter()
        .filter(|grant| matches!(grant.what, What::RegionFrame { .. }))
        .map(|grant| (grant.what, grant.slot))
        .collect();
    assert_eq!(
        told,
        [(What::RegionFrame { region: 1 }, component.regions[1].slot)]
    );
    assert_eq!(spec.masters().count(), 0, "no device reaches it by itself");
}

#[test]
fn another_program_can_take_the_place_of_root() {
    let text = "[system]\nname = \"t\"\nboard = \"q35\"\nroot = \"shell\"\n";
    let manifest = Source {
        path: "t.toml",
        text,
    };
    let board = Source {
        path: "board.toml",
        text: common::BOARD,
    };
    let spec = check(manifest, board, &common::catalogue()).expect("the manifest is right");
    assert_eq!(spec.programs, ["shell"]);
    assert!(spec.components.is_empty());
}
