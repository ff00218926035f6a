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
        let is_of_all = |file: &str| ["mod.rs", "reflections.rs"].contains(&file);
        for module in modules.iter().filter(|module| !is_of_all(&module.file)) {
            support::expect(&folder.join(&module.file), &module.text);
        }
    }
}

#[test]
fn descriptions_are_the_expected_ones() {
    let cases = support::cases(&support::folder("golden"));
    let files = cases.iter().filter(|case| case.is_file());
    let sources: Vec<_> = files.flat_map(|case| support::sources(case)).collect();
    let interfaces = idlc::compile(&sources).expect("no mistakes");
    let modules = idlc::generate::modules(&sources, &interfaces).expect("Rust");
    let found = modules
        .iter()
        .find(|module| module.file == "reflections.rs");
    let file = support::folder("descriptions").join("all.rs");
    support::expect(&file, &found.expect("it is made").text);
}
