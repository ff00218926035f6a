//! Servers to begin with: of every interface that can have one, and of three as they are written.

use std::path::Path;

use idlc::generate::{Skeleton, Told, Unfit, skeleton};
use idlc::model::Interface;

#[path = "support/mod.rs"]
#[allow(unreachable_pub, dead_code, reason = "shared by several test programs")]
mod support;

/// Interfaces of which the text is held against `skeletons`.
const SHOWN: [&str; 3] = ["methods", "short", "streams"];

fn made(interfaces: &[Interface], name: &str) -> Result<Skeleton, Unfit> {
    let interface = interfaces.iter().find(|one| one.name == name);
    skeleton(interfaces, interface.expect("it is there"), "Begun")
}

#[test]
fn every_feature_can_be_begun() {
    let cases = support::cases(&support::folder("golden"));
    for case in cases.iter().filter(|case| case.is_file()) {
        let sources = support::sources(case);
        let interfaces = idlc::compile(&sources).expect("no mistakes");
        let name = sources[0].stem();
        match made(&interfaces, name) {
            Ok(made) if SHOWN.contains(&name) => {
                let file = support::folder("skeletons").join(format!("{name}.rs"));
                support::expect(&file, &made.library);
            }
            Ok(made) => assert!(made.library.contains("impl Server for Begun"), "{name}"),
            Err(why) => {
                assert!(matches!(why, Unfit::NoMethods), "{name}: {why}");
                assert!(["constants", "types_only"].contains(&name), "{name}");
            }
        }
    }
}

#[test]
fn interfaces_of_the_tree_can_be_begun_unless_they_give_capabilities() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let sources = support::sources(&root.join("idl"));
    let interfaces = idlc::compile(&sources).expect("no mistakes");
    for interface in &interfaces {
        match made(&interfaces, &interface.name) {
            // Only the tests' own import leads upwards.
            Ok(made) => assert_eq!(made.library.matches("super").count(), 1),
            Err(Unfit::Capability(method)) => assert_eq!(method, "introduce", "{}", interface.name),
            Err(why) => panic!("{}: {why}", interface.name),
        }
    }
    let call = made(&interfaces, "clock").expect("it can be begun").call;
    let told = Told::Error("Device".to_owned());
    assert_eq!((call.words.as_str(), call.told), (".now", told));
    let call = made(&interfaces, "bench_ring")
        .expect("it can be begun")
        .call;
    let told = Told::Results(None);
    assert_eq!((call.words.as_str(), call.told), (".touch word=0", told));
}

#[test]
fn a_name_that_the_interface_uses_itself_is_refused() {
    let case = support::folder("golden").join("short.idl");
    let interfaces = idlc::compile(&support::sources(&case)).expect("no mistakes");
    for name in ["Error", "Client", "Mock"] {
        let refused = skeleton(&interfaces, &interfaces[0], name);
        assert!(matches!(refused, Err(Unfit::Taken(_))), "{name}");
    }
}
