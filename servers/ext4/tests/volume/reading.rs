//! Reading what the host wrote.

use std::os::unix::fs::symlink;

use ext4::{Cursor, Error, Kind, Node, Walk};

use crate::image::{Scratch, content, find, make, mount, names, noise, unmount};

/// A tree with what a volume of a user has in it.
fn grow() -> std::io::Result<Scratch> {
    let scratch = Scratch::new();
    let root = scratch.path("tree");
    std::fs::create_dir_all(root.join("etc/deep/deeper"))?;
    std::fs::create_dir_all(root.join("many"))?;
    std::fs::write(root.join("etc/motd"), "welcome\n")?;
    std::fs::write(root.join("etc/empty"), "")?;
    std::fs::write(
        root.join("etc/deep/deeper/größe-文字-🙂.txt"),
        "named in UTF-8",
    )?;
    std::fs::write(root.join("n".repeat(255)), "long name")?;
    std::fs::write(root.join("big"), noise(3_000_000, 7))?;
    symlink("etc/motd", root.join("short-link"))?;
    symlink("x/".repeat(400), root.join("long-link"))?;
    symlink("etc", root.join("dir-link"))?;
    for n in 0..700 {
        std::fs::write(root.join(format!("many/file-{n}")), format!("{n}"))?;
    }
    Ok(scratch)
}

fn tree() -> Scratch {
    grow().expect("files can be made")
}

#[test]
fn files_directories_and_links_of_the_host_are_read() {
    let scratch = tree();
    let mut volume = mount(make(32, &[], Some(&scratch.path("tree"))));
    let motd = find(&mut volume, "/etc/motd").unwrap();
    assert_eq!(motd.kind, Kind::File);
    assert_eq!(motd.links, 1);
    assert_eq!(content(&mut volume, motd.node).unwrap(), b"welcome\n");
    let empty = find(&mut volume, "etc/empty").unwrap().node;
    assert_eq!(content(&mut volume, empty).unwrap(), b"");
    let deep = find(&mut volume, "//etc/./deep/deeper/größe-文字-🙂.txt")
        .unwrap()
        .node;
    assert_eq!(content(&mut volume, deep).unwrap(), b"named in UTF-8");
    let long = find(&mut volume, &"n".repeat(255)).unwrap().node;
    assert_eq!(content(&mut volume, long).unwrap(), b"long name");
    let big = find(&mut volume, "big").unwrap().node;
    assert_eq!(content(&mut volume, big).unwrap(), noise(3_000_000, 7));
    let mut tail = [0; 100];
    assert_eq!(volume.read_at(big, 2_999_990, &mut tail), Ok(10));
    assert_eq!(volume.read_at(big, 3_000_000, &mut tail), Ok(0));
    assert_eq!(volume.read_at(big, u64::MAX, &mut tail), Ok(0));
    crate::image::assert_clean(&unmount(volume));
}

#[test]
fn every_entry_of_a_large_directory_is_listed_once() {
    let scratch = tree();
    let mut volume = mount(make(32, &[], Some(&scratch.path("tree"))));
    let many = find(&mut volume, "many").unwrap();
    assert_eq!(many.kind, Kind::Directory);
    let mut expected: Vec<String> = (0..700).map(|n| format!("file-{n}")).collect();
    expected.sort();
    assert_eq!(names(&mut volume, many.node).unwrap(), expected);
    for n in (0..700).step_by(31) {
        let file = volume
            .lookup_child(many.node, format!("file-{n}").as_bytes())
            .unwrap();
        assert_eq!(
            content(&mut volume, file.node).unwrap(),
            format!("{n}").as_bytes()
        );
    }
}

#[test]
fn links_are_reported_and_not_followed() {
    let scratch = tree();
    let mut volume = mount(make(32, &[], Some(&scratch.path("tree"))));
    let short = find(&mut volume, "short-link").unwrap();
    assert_eq!(short.kind, Kind::Link);
    assert_eq!(volume.readlink(short.node).unwrap(), b"etc/motd");
    let long = find(&mut volume, "long-link").unwrap();
    assert_eq!(
        volume.readlink(long.node).unwrap(),
        "x/".repeat(400).as_bytes()
    );
    let link = find(&mut volume, "dir-link").unwrap().node;
    let through = Walk::Link {
        directory: Node::ROOT,
        link,
        rest: 8,
    };
    assert_eq!(volume.lookup(b"dir-link/motd"), Ok(through));
    let trailing = Walk::Link {
        directory: Node::ROOT,
        link,
        rest: 9,
    };
    assert_eq!(volume.lookup(b"dir-link/"), Ok(trailing));
    let mut output = [0; 4];
    assert_eq!(volume.read_at(link, 0, &mut output), Err(Error::NotFile));
    assert_eq!(volume.readlink(Node::ROOT), Err(Error::Invalid));
}

#[test]
fn paths_that_lead_nowhere_are_refused() {
    let scratch = tree();
    let mut volume = mount(make(32, &[], Some(&scratch.path("tree"))));
    assert_eq!(find(&mut volume, "nothing"), Err(Error::NotFound));
    assert_eq!(find(&mut volume, "etc/motd/x"), Err(Error::NotDirectory));
    assert_eq!(find(&mut volume, "etc/motd/"), Err(Error::NotDirectory));
    assert_eq!(find(&mut volume, &"n".repeat(256)), Err(Error::InvalidName));
    assert_eq!(find(&mut volume, "").unwrap().node, Node::ROOT);
    assert_eq!(find(&mut volume, "/etc/../..").unwrap().node, Node::ROOT);
    let mut output = [0; 4];
    assert_eq!(
        volume.read_at(Node::ROOT, 0, &mut output),
        Err(Error::IsDirectory)
    );
}

#[test]
fn node_numbers_of_the_format_itself_are_refused() {
    let mut volume = mount(make(16, &[], None));
    for raw in [1, 3, 7, 8, 10, 4_000_000_000] {
        let node = Node::from_raw(raw).unwrap();
        assert_eq!(volume.stat(node), Err(Error::NotFound), "node {raw}");
        assert_eq!(volume.truncate(node, 0), Err(Error::NotFound), "node {raw}");
    }
    assert_eq!(Node::from_raw(0), None);
}

#[test]
fn cursor_survives_its_way_through_a_message() {
    let scratch = tree();
    let mut volume = mount(make(32, &[], Some(&scratch.path("tree"))));
    for path in ["/", "many"] {
        let directory = find(&mut volume, path).unwrap().node;
        for entry in volume.read_dir(directory, Cursor::START, 1000).unwrap() {
            assert_eq!(Cursor::from_words(entry.next.to_words()), Some(entry.next));
        }
    }
    assert_eq!(Cursor::from_words([9 << 32, 0]), None);
    assert_eq!(Cursor::from_words([1, 0]), None);
}
