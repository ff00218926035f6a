//! The system's own interfaces: they compile, and the checked-in modules are what they make.

use std::fs;
use std::path::Path;

use idlc::Source;

#[path = "support/mod.rs"]
#[allow(unreachable_pub, dead_code, reason = "shared by several test programs")]
mod support;

#[test]
fn checked_in_modules_are_what_the_interfaces_make() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut sources = support::sources(&root.join("idl"));
    for source in &mut sources {
        *source = Source::new(format!("idl/{}", source.path), source.text.clone());
    }
    let interfaces = idlc::compile(&sources).unwrap_or_else(|diagnostics| {
        panic!(
            "{}",
            diagnostics
                .iter()
                .map(|found| found.to_text(&sources))
                .collect::<String>()
        )
    });
    let modules = idlc::generate::modules(&sources, &interfaces).expect("Rust");
    let folder = root.join("idl/proto/src/interfaces");
    for module in &modules {
        let found = fs::read_to_string(folder.join(&module.file)).unwrap_or_default();
        assert!(
            found == module.text,
            "{} is stale: run `cargo run -p idlc -- gen`",
            module.file
        );
    }
    let files = support::entries(&folder);
    assert_eq!(
        files.len(),
        modules.len(),
        "a module without an interface: {files:?}"
    );
}
