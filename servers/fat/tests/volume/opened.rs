//! Files that are renamed, replaced or removed while somebody has them open.

use fat::Error;
use proto::filesystem::Existing;
use volume_server::Volume;

use crate::image::{LARGE, ROOT, assert_clean, content, file, make, mount, noise, seen, unmount};

#[test]
fn an_open_file_keeps_number_and_content_under_any_name() {
    let mut volume = mount(make(LARGE));
    let directory = volume
        .make_directory(ROOT, b"folder", 0o755)
        .expect("made")
        .node;
    let node = file(&mut volume, ROOT, "one", b"first").expect("made").node;
    volume.open(node).expect("it opens");
    let moved = volume.rename(
        (ROOT, b"one"),
        (directory, b"a rather long name"),
        Existing::Keep,
    );
    assert_eq!(moved, Ok(()));
    let other = file(&mut volume, ROOT, "two", b"other").expect("made").node;
    assert_ne!(other, node, "its place is not given away");
    volume.write_at(node, 5, b" and second").expect("written");
    let found = volume.walk(b"/folder/a rather long name").expect("found");
    assert_eq!((found.node, found.size), (node, 16));
    assert_eq!(content(&mut volume, other).as_deref(), Ok(&b"other"[..]));
    volume.close(node).expect("closed");
    let mut volume = mount(unmount(volume));
    let found = volume.walk(b"/folder/A RATHER LONG NAME").expect("found");
    assert_eq!(
        content(&mut volume, found.node).as_deref(),
        Ok(&b"first and second"[..])
    );
    assert_clean(&unmount(volume));
}

#[test]
fn an_open_file_without_a_name_goes_when_it_is_closed() {
    let mut volume = mount(make(LARGE));
    let directory = volume
        .make_directory(ROOT, b"folder", 0o755)
        .expect("made")
        .node;
    volume.sync().expect("synced");
    let free = volume.space().expect("told").free_blocks;
    let node = file(&mut volume, directory, "one", &noise(100_000, 1))
        .expect("made")
        .node;
    volume.open(node).expect("it opens");
    volume.unlink(directory, b"one").expect("removed");
    assert_eq!(content(&mut volume, node), Ok(noise(100_000, 1)));
    volume
        .remove_directory(ROOT, b"folder")
        .expect("it is empty");
    assert_eq!(
        volume.create(directory, b"late", 0o644),
        Err(Error::NotFound)
    );
    for number in 0..20 {
        let name = format!("D{number}");
        let made = volume
            .make_directory(ROOT, name.as_bytes(), 0o755)
            .expect("made")
            .node;
        let inside = file(&mut volume, made, "one", b"another")
            .expect("made")
            .node;
        assert_ne!(inside, node, "the directory's clusters are not given away");
    }
    assert_eq!(content(&mut volume, node), Ok(noise(100_000, 1)));
    volume.close(node).expect("closed");
    assert_eq!(volume.stat(node), Err(Error::NotFound));
    volume.sync().expect("synced");
    let left = volume.space().expect("told").free_blocks;
    assert_eq!(
        free - left,
        40,
        "20 directories and files, one more for the root, less one"
    );
    assert_clean(&unmount(volume));
}

#[test]
fn a_file_that_is_replaced_while_it_is_open_stays_what_it_was() {
    let mut volume = mount(make(LARGE));
    let old = file(&mut volume, ROOT, "state", b"old").expect("made").node;
    let new = file(&mut volume, ROOT, "state.new", b"new!")
        .expect("made")
        .node;
    volume.open(old).expect("it opens");
    volume.open(new).expect("it opens");
    let replaced = volume.rename((ROOT, b"state.new"), (ROOT, b"state"), Existing::Replace);
    assert_eq!(replaced, Ok(()));
    assert_eq!(content(&mut volume, old).as_deref(), Ok(&b"old"[..]));
    assert_eq!(content(&mut volume, new).as_deref(), Ok(&b"new!"[..]));
    assert_eq!(volume.lookup(ROOT, b"state").map(|stat| stat.node), Ok(new));
    let bytes = unmount(volume);
    assert_clean(&bytes);
    let found = seen(&mut mount(bytes)).expect("read");
    assert_eq!(found.get("/state"), Some(&Some(b"new!".to_vec())));
    assert_eq!(found.len(), 1);
}
