//! Memory that devices reach by themselves, on boards where they look into caches and on others.

mod common;

use manifest::{Source, check};
use weft_abi::cap::CacheMode;
use weft_abi::startup::EntryKind;
use weft_spec::{Bus, Component, SystemSpec, startup_entries};

const MANIFEST: &str = r#"
[system]
name = "t"
board = "q35"

[component.virtio-blk]
priority = 50
provides = ["block"]
dma = { queue = "32 KiB" }
registers = ["ecam"]
bus = "near"

[component.storage]
priority = 40
uses = { far = { server = "virtio-blk", interface = "block", ring = { slots = 4, client-pool = "8 KiB", reach = "device" } } }

[component.vfs]
priority = 30
uses = { near = { server = "virtio-blk", interface = "block", ring = { slots = 4, client-pool = "8 KiB" } } }
"#;

fn spec(board: &str) -> SystemSpec {
    let manifest = Source {
        path: "devices.toml",
        text: MANIFEST,
    };
    let board = Source {
        path: "board.toml",
        text: board,
    };
    check(manifest, board, &common::catalogue()).expect("the manifest is right")
}

/// The regions of a component that are cached in a way.
fn cached(spec: &SystemSpec, name: &str, cache: CacheMode) -> Vec<String> {
    let (_, component) = spec.find(name).expect("the component exists");
    let regions = component.regions.iter();
    let regions = regions.filter(|region| spec.cache(component, region) == cache);
    regions.map(|region| region.name.clone()).collect()
}

fn bus(component: &Component) -> Bus {
    component.bus
}

#[test]
fn where_devices_pass_caches_by_what_they_reach_is_not_cached_on_either_side() {
    let incoherent = format!("coherent = false\n{}", common::BOARD);
    let spec = spec(&incoherent);
    let server = cached(&spec, "virtio-blk", CacheMode::Uncached);
    assert_eq!(server, ["queue", "storage.in"]);
    assert_eq!(cached(&spec, "virtio-blk", CacheMode::Device), ["ecam"]);
    assert_eq!(cached(&spec, "storage", CacheMode::Uncached), ["far.out"]);
    let queues = cached(&spec, "storage", CacheMode::Normal);
    assert_eq!(queues, ["far", "far.peer"], "processors alone use these");
    assert!(cached(&spec, "vfs", CacheMode::Uncached).is_empty());
}

#[test]
fn where_devices_look_into_caches_everything_is_cached() {
    let spec = spec(common::BOARD);
    for name in ["virtio-blk", "storage", "vfs"] {
        assert!(cached(&spec, name, CacheMode::Uncached).is_empty());
    }
}

#[test]
fn a_driver_is_told_how_its_devices_reach_memory() {
    let spec = spec(common::BOARD);
    let (id, driver) = spec.find("virtio-blk").expect("the component exists");
    let near = Bus {
        offset: 0xc000_0000,
        limit: 1 << 30,
    };
    assert_eq!(bus(driver), near);
    let told = |id| {
        let mut entries = startup_entries(&spec, id, &|_| (0, 0), &|_| 0).into_iter();
        let entry = entries.find(|entry| entry.kind == EntryKind::Other && entry.name == "bus");
        entry.map(|entry| (entry.v0, entry.v1))
    };
    assert_eq!(told(id), Some((0xc000_0000, 1 << 30)));
    let (client, _) = spec.find("storage").expect("the component exists");
    assert_eq!(told(client), None);
    let ring = spec.rings.iter().position(|ring| ring.connection == "far");
    let ring = weft_spec::RingId(ring.expect("the ring exists") as u16);
    let pool = weft_spec::RingPart::ClientPool;
    assert_eq!(spec.bus_of_ring(ring, pool), Some(near));
    assert_eq!(
        spec.bus_of_ring(ring, weft_spec::RingPart::Submissions),
        None
    );
}
