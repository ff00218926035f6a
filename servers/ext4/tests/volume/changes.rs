//! Changing a volume; after each test the host finds it clean and sees the same.

use ext4::{Cursor, Error, Existing, Kind, Node};

use crate::image::{NOW, assert_clean, content, debugfs, find, make, mount, names, noise, unmount};

const ROOT: Node = Node::ROOT;

#[test]
fn written_file_is_what_the_host_reads() {
    let mut volume = mount(make(32, &[], None));
    let data = noise(200_000, 3);
    let file = volume.create(ROOT, "größe".as_bytes(), 0o644).unwrap().node;
    for (n, chunk) in data.chunks(7_777).enumerate() {
        volume.write_at(file, n as u64 * 7_777, chunk).unwrap();
    }
    let stat = volume.stat(file).unwrap();
    assert_eq!(
        (stat.size, stat.permissions, stat.links),
        (200_000, 0o644, 1)
    );
    assert_eq!((stat.modified, stat.changed), (NOW, NOW));
    assert!(stat.allocated >= 200_000);
    assert_eq!(content(&mut volume, file).unwrap(), data);
    let disk = unmount(volume);
    assert_clean(&disk);
    assert!(debugfs(&disk, "cat größe") == data);
    let mut volume = mount(disk);
    let file = find(&mut volume, "größe").unwrap().node;
    assert_eq!(content(&mut volume, file).unwrap(), data);
}

#[test]
fn hole_reads_as_zeros_and_takes_no_room() {
    let mut volume = mount(make(32, &[], None));
    let file = volume.create(ROOT, b"sparse", 0o600).unwrap().node;
    volume.write_at(file, 20_000_000_000, b"end").unwrap();
    volume.write_at(file, 0, b"start").unwrap();
    let stat = volume.stat(file).unwrap();
    assert_eq!(stat.size, 20_000_000_003);
    assert!(stat.allocated < 100_000);
    let mut middle = [1; 1000];
    assert_eq!(volume.read_at(file, 10_000_000_000, &mut middle), Ok(1000));
    assert_eq!(middle, [0; 1000]);
    let mut end = [1; 8];
    assert_eq!(volume.read_at(file, 19_999_999_998, &mut end), Ok(5));
    assert_eq!(&end[..5], b"\0\0end");
    assert_clean(&unmount(volume));
}

#[test]
fn truncated_file_loses_its_end_and_grows_back_with_zeros() {
    let mut volume = mount(make(32, &[], None));
    let file = volume.create(ROOT, b"f", 0o600).unwrap().node;
    let free = volume.statfs().unwrap().free_blocks;
    volume.write_at(file, 0, &noise(500_000, 9)).unwrap();
    volume.truncate(file, 1_000).unwrap();
    volume.truncate(file, 5_000).unwrap();
    let mut expected = noise(1_000, 9);
    expected.resize(5_000, 0);
    assert_eq!(content(&mut volume, file).unwrap(), expected);
    volume.truncate(file, 0).unwrap();
    volume.sync().unwrap();
    assert_eq!(volume.statfs().unwrap().free_blocks, free);
    assert_clean(&unmount(volume));
}

#[test]
fn names_are_made_moved_and_removed() {
    let mut volume = mount(make(32, &[], None));
    let a = volume.mkdir(ROOT, b"a", 0o755).unwrap().node;
    let b = volume.mkdir(a, b"b", 0o755).unwrap().node;
    let file = volume.create(b, b"file", 0o644).unwrap().node;
    volume.write_at(file, 0, b"content").unwrap();
    assert_eq!(volume.create(b, b"file", 0o644), Err(Error::Exists));
    assert_eq!(volume.mkdir(ROOT, b"a", 0o755), Err(Error::Exists));
    assert_eq!(volume.rmdir(ROOT, b"a"), Err(Error::NotEmpty));
    assert_eq!(volume.rmdir(b, b"file"), Err(Error::NotDirectory));
    assert_eq!(volume.unlink(ROOT, b"a"), Err(Error::IsDirectory));
    assert_eq!(volume.unlink(ROOT, b"none"), Err(Error::NotFound));
    let replace = Existing::Replace;
    assert_eq!(
        volume.rename((ROOT, b"a"), (b, b"c"), replace),
        Err(Error::Invalid)
    );
    volume
        .rename((b, b"file"), (ROOT, b"moved"), replace)
        .unwrap();
    volume.rename((a, b"b"), (ROOT, b"b2"), replace).unwrap();
    assert_eq!(find(&mut volume, "b2/..").unwrap().node, ROOT);
    volume.rmdir(ROOT, b"a").unwrap();
    assert_eq!(
        names(&mut volume, ROOT).unwrap(),
        ["b2", "lost+found", "moved"]
    );
    assert_eq!(content(&mut volume, file).unwrap(), b"content");
    let disk = unmount(volume);
    assert_clean(&disk);
    assert_eq!(debugfs(&disk, "cat moved"), b"content");
}

#[test]
fn rename_replaces_only_when_it_may() {
    let mut volume = mount(make(32, &[], None));
    for name in [b"one", b"two"] {
        let file = volume.create(ROOT, name, 0o644).unwrap().node;
        volume.write_at(file, 0, name).unwrap();
    }
    let keep = Existing::Keep;
    assert_eq!(
        volume.rename((ROOT, b"one"), (ROOT, b"two"), keep),
        Err(Error::Exists)
    );
    volume
        .rename((ROOT, b"one"), (ROOT, b"two"), Existing::Replace)
        .unwrap();
    let two = find(&mut volume, "two").unwrap().node;
    assert_eq!(content(&mut volume, two).unwrap(), b"one");
    volume.mkdir(ROOT, b"dir", 0o755).unwrap();
    let into_directory = volume.rename((ROOT, b"two"), (ROOT, b"dir"), Existing::Replace);
    assert_eq!(into_directory, Err(Error::IsDirectory));
    volume
        .rename((ROOT, b"two"), (ROOT, b"two"), Existing::Replace)
        .unwrap();
    assert_clean(&unmount(volume));
}

#[test]
fn links_are_made_and_read_back() {
    let mut volume = mount(make(32, &[], None));
    for (name, length) in [
        ("short", 10),
        ("long", 59),
        ("longer", 60),
        ("longest", 1_023),
    ] {
        let target = vec![b'x'; length];
        let link = volume.symlink(ROOT, name.as_bytes(), &target).unwrap();
        assert_eq!((link.kind, link.size), (Kind::Link, length as u64));
        assert_eq!(volume.readlink(link.node).unwrap(), target);
    }
    assert_eq!(
        volume.symlink(ROOT, b"s", &[b'x'; 1_024]),
        Err(Error::Invalid)
    );
    assert_eq!(volume.symlink(ROOT, b"s", b""), Err(Error::Invalid));
    let file = volume.create(ROOT, b"file", 0o644).unwrap().node;
    assert_eq!(volume.link(file, ROOT, b"again").unwrap().links, 2);
    assert_eq!(volume.link(ROOT, ROOT, b"loop"), Err(Error::IsDirectory));
    volume.unlink(ROOT, b"file").unwrap();
    assert_eq!(find(&mut volume, "again").unwrap().node, file);
    volume.unlink(ROOT, b"longest").unwrap();
    assert_clean(&unmount(volume));
}

#[test]
fn names_that_no_object_may_have_are_refused() {
    let mut volume = mount(make(16, &[], None));
    for name in [&b""[..], b".", b"..", b"a/b", b"a\0b", &[b'n'; 256]] {
        assert_eq!(volume.create(ROOT, name, 0o644), Err(Error::InvalidName));
        assert_eq!(volume.mkdir(ROOT, name, 0o755), Err(Error::InvalidName));
        assert_eq!(volume.symlink(ROOT, name, b"x"), Err(Error::InvalidName));
    }
    assert_eq!(volume.create(ROOT, b"f", 0o10_000), Err(Error::Invalid));
    assert_clean(&unmount(volume));
}

#[test]
fn open_file_outlives_its_last_name() {
    let mut volume = mount(make(32, &[], None));
    let free = volume.statfs().unwrap().free_nodes;
    let file = volume.create(ROOT, b"f", 0o600).unwrap().node;
    volume.write_at(file, 0, b"still here").unwrap();
    volume.open(file).unwrap();
    volume.open(file).unwrap();
    volume.unlink(ROOT, b"f").unwrap();
    volume.sync().unwrap();
    assert_eq!(content(&mut volume, file).unwrap(), b"still here");
    volume.write_at(file, 0, b"STILL").unwrap();
    volume.close(file).unwrap();
    assert_eq!(content(&mut volume, file).unwrap(), b"STILL here");
    volume.close(file).unwrap();
    assert_eq!(volume.stat(file), Err(Error::NotFound));
    assert_eq!(volume.close(file), Err(Error::Invalid));
    volume.sync().unwrap();
    assert_eq!(volume.statfs().unwrap().free_nodes, free);
    let left_open = volume.create(ROOT, b"g", 0o600).unwrap().node;
    volume.open(left_open).unwrap();
    volume.unlink(ROOT, b"g").unwrap();
    assert_clean(&unmount(volume));
}

#[test]
fn entries_may_be_removed_while_a_directory_is_listed() {
    for count in [20, 400] {
        let mut volume = mount(make(32, &[], None));
        let directory = volume.mkdir(ROOT, b"d", 0o755).unwrap().node;
        for n in 0..count {
            volume
                .create(directory, format!("file-{n}").as_bytes(), 0o644)
                .unwrap();
        }
        let mut cursor = Cursor::START;
        let mut removed = 0;
        loop {
            let entries = volume.read_dir(directory, cursor, 7).unwrap();
            let Some(last) = entries.last() else { break };
            cursor = last.next;
            for entry in &entries {
                volume.unlink(directory, &entry.name).unwrap();
                removed += 1;
            }
        }
        assert_eq!(removed, count);
        volume.rmdir(ROOT, b"d").unwrap();
        assert_clean(&unmount(volume));
    }
}

#[test]
fn full_volume_refuses_more_and_stays_clean() {
    let mut volume = mount(make(8, &[], None));
    let file = volume.create(ROOT, b"f", 0o600).unwrap().node;
    let chunk = noise(65_536, 1);
    let mut at = 0;
    let refusal = loop {
        match volume.write_at(file, at, &chunk) {
            Ok(()) => at += 65_536,
            Err(error) => break error,
        }
    };
    assert_eq!(refusal, Error::NoSpace);
    assert!(at > 4_000_000, "{at}");
    volume.unlink(ROOT, b"f").unwrap();
    let file = volume.create(ROOT, b"g", 0o600).unwrap().node;
    volume.write_at(file, 0, &chunk).unwrap();
    assert_eq!(content(&mut volume, file).unwrap(), chunk);
    assert_clean(&unmount(volume));
}
