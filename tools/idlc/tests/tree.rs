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
    accepted(&root, &sources, &interfaces);
    let folder = root.join("idl/proto/src/interfaces");
    for module in &modules {
        let found = fs::read_to_string(folder.join(&module.file)).unwrap_or_default();
        assert!(
            found == module.text,
            "{} is stale: type `cargo weft idl gen`",
            module.file
        );
    }
    for module in idlc::generate::mocks(&interfaces).expect("Rust") {
        let found = fs::read_to_string(folder.join("mocks").join(&module.file));
        assert!(
            found.is_ok_and(|text| text == module.text),
            "mocks/{} is stale: type `cargo weft idl gen`",
            module.file
        );
    }
    let mut files = support::entries(&folder);
    files.retain(|path| path.is_file());
    assert_eq!(
        files.len(),
        modules.len(),
        "a module without an interface: {files:?}"
    );
}

/// Every interface is written as the formatter writes it, and its summary is the accepted one.
fn accepted(root: &Path, sources: &[Source], interfaces: &[idlc::model::Interface]) {
    for source in sources {
        let tidy = idlc::format::format(&source.text, idlc::format::Keep::All);
        assert!(
            tidy == source.text,
            "{}: type `cargo weft idl fmt`",
            source.path
        );
        let found = interfaces.iter().find(|one| one.name == source.stem());
        let summary = idlc::show::summary(source, found.expect("its own"));
        let golden = root.join(format!("idl/golden/{}.txt", source.stem()));
        let expected = fs::read_to_string(golden).unwrap_or_default();
        assert!(
            expected == summary,
            "{}: see `cargo weft idl diff`, then `cargo weft idl accept`",
            source.path
        );
    }
    let golden = support::entries(&root.join("idl/golden"));
    assert_eq!(
        golden.len(),
        sources.len(),
        "a summary without an interface"
    );
}
