//! Random operations against a naive model, then again from the device.

use std::collections::BTreeMap;

use block_cache::MemoryDevice;
use fat::{Error, FileSystem};
use proptest::prelude::*;
use proto::filesystem::Existing;

use crate::image::{ALL, Made, assert_clean, make, mount, noise, seen, seen_by_fatfs, unmount};

/// Paths to content; nothing is a directory's.
type Model = BTreeMap<String, Option<Vec<u8>>>;

const NAMES: [&str; 8] = [
    "A",
    "b",
    "CONFIG.TXT",
    "config.sys",
    "a long name that needs three places.text",
    "Grüße 你好",
    "a long name that needs others",
    "x.y.z",
];

#[derive(Clone, Debug)]
enum Step {
    Create(String),
    Mkdir(String),
    Write(String, u64, usize),
    Truncate(String, u64),
    Unlink(String),
    Rmdir(String),
    Rename(String, String, bool),
    Sync,
    Again,
}

fn path() -> impl Strategy<Value = String> {
    let name = prop::sample::select(&NAMES[..]);
    prop::collection::vec(name, 1..4).prop_map(|names| {
        let parts: Vec<_> = names.iter().map(|name| format!("/{name}")).collect();
        parts.concat()
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => path().prop_map(Step::Create),
        3 => path().prop_map(Step::Mkdir),
        4 => (path(), 0..20_000u64, 0..9_000usize).prop_map(|(path, at, size)| Step::Write(path, at, size)),
        2 => (path(), 0..20_000u64).prop_map(|(path, size)| Step::Truncate(path, size)),
        2 => path().prop_map(Step::Unlink),
        1 => path().prop_map(Step::Rmdir),
        4 => (path(), path(), any::<bool>()).prop_map(|(from, to, keep)| Step::Rename(from, to, keep)),
        1 => Just(Step::Sync),
        1 => Just(Step::Again),
    ]
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').expect("it begins with /")
}

fn is_directory(model: &Model, path: &str) -> bool {
    path.is_empty() || model.get(path) == Some(&None)
}

fn has_children(model: &Model, path: &str) -> bool {
    let inside = format!("{path}/");
    model.keys().any(|path| path.starts_with(&inside))
}

/// What a path is in the model: names differ in more than case here.
fn model_step(model: &mut Model, step: &Step) -> bool {
    match step {
        Step::Create(path) | Step::Mkdir(path) => {
            let is_possible = is_directory(model, split(path).0) && !model.contains_key(path);
            if is_possible {
                let content = matches!(step, Step::Create(_)).then(Vec::new);
                model.insert(path.clone(), content);
            }
            is_possible
        }
        Step::Write(path, at, size) => match model.get_mut(path) {
            Some(Some(content)) => {
                let end = *at as usize + size;
                if *size > 0 {
                    content.resize(content.len().max(end), 0);
                    content[*at as usize..end].copy_from_slice(&noise(*size, *at));
                }
                true
            }
            _ => false,
        },
        Step::Truncate(path, size) => match model.get_mut(path) {
            Some(Some(content)) => {
                content.resize(*size as usize, 0);
                true
            }
            _ => false,
        },
        Step::Unlink(path) => {
            let is_file = matches!(model.get(path), Some(Some(_)));
            is_file && model.remove(path).is_some()
        }
        Step::Rmdir(path) => {
            let is_possible = model.get(path) == Some(&None) && !has_children(model, path);
            is_possible && model.remove(path).is_some()
        }
        Step::Rename(from, to, keep) => model_rename(model, from, to, *keep),
        Step::Sync | Step::Again => true,
    }
}

fn model_rename(model: &mut Model, from: &str, to: &str, keep: bool) -> bool {
    let Some(source) = model.get(from).cloned() else {
        return false;
    };
    if !is_directory(model, split(to).0)
        || (source.is_none() && to.starts_with(&format!("{from}/")))
    {
        return false;
    }
    if from == to {
        return true;
    }
    if let Some(target) = model.get(to) {
        let fits = source.is_none() == target.is_none();
        if keep || !fits || has_children(model, to) {
            return false;
        }
    }
    let inside = format!("{from}/");
    let moved: Vec<_> = model
        .keys()
        .filter(|path| *path == from || path.starts_with(&inside))
        .cloned()
        .collect();
    for path in moved {
        let content = model.remove(&path).expect("it is there");
        model.insert(format!("{to}{}", &path[from.len()..]), content);
    }
    true
}

fn volume_step(volume: &mut FileSystem<MemoryDevice>, step: &Step) -> Result<(), Error> {
    let parent = |volume: &mut FileSystem<MemoryDevice>, path: &str| {
        volume.walk(split(path).0.as_bytes()).map(|stat| stat.node)
    };
    match step {
        Step::Create(path) => {
            let directory = parent(volume, path)?;
            volume
                .create(directory, split(path).1.as_bytes(), 0o644)
                .map(drop)
        }
        Step::Mkdir(path) => {
            let directory = parent(volume, path)?;
            volume
                .make_directory(directory, split(path).1.as_bytes(), 0o755)
                .map(drop)
        }
        Step::Write(path, at, size) => {
            let node = volume.walk(path.as_bytes())?.node;
            volume.write_at(node, *at, &noise(*size, *at))
        }
        Step::Truncate(path, size) => {
            let node = volume.walk(path.as_bytes())?.node;
            volume.truncate(node, *size)
        }
        Step::Unlink(path) => {
            let directory = parent(volume, path)?;
            volume.unlink(directory, split(path).1.as_bytes())
        }
        Step::Rmdir(path) => {
            let directory = parent(volume, path)?;
            volume.remove_directory(directory, split(path).1.as_bytes())
        }
        Step::Rename(from, to, keep) => {
            let (source, target) = (parent(volume, from)?, parent(volume, to)?);
            let existing = if *keep {
                Existing::Keep
            } else {
                Existing::Replace
            };
            let (from, to) = (split(from).1.as_bytes(), split(to).1.as_bytes());
            volume.rename((source, from), (target, to), existing)
        }
        Step::Sync => volume.sync(),
        Step::Again => Ok(()),
    }
}

fn compare(made: Made, steps: &[Step]) {
    let (mut model, mut volume) = (Model::new(), mount(make(made)));
    for step in steps {
        if matches!(step, Step::Again) {
            let bytes = unmount(volume);
            assert_clean(&bytes);
            volume = mount(bytes);
        }
        let before = model.clone();
        let outcome = volume_step(&mut volume, step);
        let wanted = model_step(&mut model, step);
        if outcome == Err(Error::NoSpace) {
            model = before;
            continue;
        }
        assert_eq!(outcome.is_ok(), wanted, "{step:?}: {outcome:?}");
        assert!(
            !matches!(outcome, Err(Error::Damaged(_) | Error::Device)),
            "{step:?}: {outcome:?}"
        );
    }
    assert!(
        seen(&mut volume) == Ok(model.clone()),
        "before it is unmounted"
    );
    let bytes = unmount(volume);
    assert_clean(&bytes);
    assert!(seen_by_fatfs(&bytes) == model, "as another sees it");
    assert!(
        seen(&mut mount(bytes)) == Ok(model),
        "after it is mounted again"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn volumes_hold_what_a_model_holds(kind in 0..ALL.len(), steps in prop::collection::vec(step(), 1..80)) {
        compare(ALL[kind], &steps);
    }
}
