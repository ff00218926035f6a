//! What people read: layouts, summaries and reference pages.

use idlc::layout::shapes;
use idlc::{Docs, Source};

#[path = "support/mod.rs"]
#[allow(unreachable_pub, dead_code, reason = "shared by several test programs")]
mod support;

fn case(name: &str) -> (Vec<Source>, Vec<idlc::model::Interface>) {
    let sources = support::sources(&support::folder("golden").join(name));
    let interfaces = idlc::compile(&sources).expect("no mistakes");
    (sources, interfaces)
}

#[test]
fn layouts_are_the_expected_ones() {
    for name in [
        "structs",
        "tables",
        "unions",
        "optional",
        "rights",
        "sequences",
    ] {
        let (_, interfaces) = case(&format!("{name}.idl"));
        let text = idlc::show::layouts(&shapes(&interfaces), &interfaces[0]);
        support::expect(&support::folder("pages").join(format!("{name}.txt")), &text);
    }
}

#[test]
fn a_reference_page_is_the_expected_one() {
    let (_, interfaces) = case("unions.idl");
    let pages = idlc::reference::pages(&shapes(&interfaces), &interfaces);
    for page in pages {
        support::expect(&support::folder("pages").join(&page.file), &page.text);
    }
}

#[test]
fn a_summary_means_what_its_interface_means() {
    for case in support::cases(&support::folder("golden")) {
        let sources = support::sources(&case);
        let interfaces = idlc::compile(&sources).expect("no mistakes");
        let summaries = sources.iter().map(|source| {
            let found = interfaces.iter().find(|one| one.name == source.stem());
            Source::new(
                &source.path,
                idlc::show::summary(source, found.expect("its own")),
            )
        });
        let summaries: Vec<_> = summaries.collect();
        let again = idlc::compile_with(&summaries, Docs::Optional).expect("no mistakes");
        assert_eq!(idlc::diff::changes(&interfaces, &again), []);
        let version = |all: &[idlc::model::Interface]| -> Vec<u64> {
            all.iter().map(|one| one.version).collect()
        };
        assert_eq!(version(&interfaces), version(&again));
    }
}
