//! One small interface a feature of the language, with the module that it makes.

#[path = "support/mod.rs"]
#[allow(unreachable_pub, reason = "shared by several test programs")]
mod support;

#[test]
fn every_feature_makes_the_expected_module() {
    for case in support::cases(&support::folder("golden")) {
        let sources = support::sources(&case);
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
        let folder = if case.is_dir() {
            case
        } else {
            support::folder("golden")
        };
        for module in modules.iter().filter(|module| module.file != "mod.rs") {
            support::expect(&folder.join(&module.file), &module.text);
        }
    }
}
