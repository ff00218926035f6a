//! Names as people and other systems have them.

use fat::Error;
use proto::filesystem::Existing;

use crate::image::{
    ALL, LARGE, MIDDLE, ROOT, assert_clean, content, file, list, make, mount, noise, seen,
    seen_by_fatfs, unmount,
};

#[test]
fn a_name_is_found_whatever_the_case_of_its_letters() {
    let mut volume = mount(make(LARGE));
    let made = file(&mut volume, ROOT, "Grüße.Text", b"x").expect("it is made");
    for name in ["grüße.text", "GRÜSSE", "GRÜßE.TEXT"] {
        let found = volume.lookup(ROOT, name.as_bytes());
        match name {
            "GRÜSSE" => assert_eq!(found, Err(Error::NotFound)),
            _ => assert_eq!(found.map(|stat| stat.node), Ok(made.node)),
        }
    }
    let again = volume.create(ROOT, "GRÜßE.TEXT".as_bytes(), 0o644);
    assert_eq!(again, Err(Error::Exists));
    let renamed = volume.rename(
        (ROOT, b"gr\xc3\xbc\xc3\x9fe.text"),
        (ROOT, "GRÜßE.TEXT".as_bytes()),
        Existing::Keep,
    );
    assert_eq!(renamed, Ok(()));
    let names: Vec<_> = list(&mut volume, ROOT)
        .expect("read")
        .into_iter()
        .map(|entry| entry.0)
        .collect();
    assert_eq!(names, ["GRÜßE.TEXT"]);
    assert_clean(&unmount(volume));
}

#[test]
fn many_names_that_begin_alike_have_short_names_of_their_own() {
    for made in ALL {
        let mut volume = mount(make(made));
        let directory = volume
            .make_directory(ROOT, b"folder", 0o755)
            .expect("made")
            .node;
        for number in 0..90 {
            let name = format!("a file with the number {number}.text");
            file(&mut volume, directory, &name, name.as_bytes()).expect("it is made");
        }
        for number in (0..90).step_by(2) {
            let name = format!("a file with the number {number}.text");
            volume
                .unlink(directory, name.as_bytes())
                .expect("it is there");
        }
        let bytes = unmount(volume);
        assert_clean(&bytes);
        assert_eq!(seen_by_fatfs(&bytes).len(), 46);
        assert_eq!(seen(&mut mount(bytes)).expect("read").len(), 46);
    }
}

#[test]
fn a_root_of_fixed_size_is_full_in_the_end_and_has_room_again() {
    let mut volume = mount(make(MIDDLE));
    let made = (0..).find_map(|number| {
        let made = volume.create(ROOT, format!("FILE{number}").as_bytes(), 0o644);
        made.err().map(|error| (number, error))
    });
    assert_eq!(made, Some((64, Error::NoSpace)));
    assert_eq!(
        volume.create(ROOT, b"long names too", 0o644),
        Err(Error::NoSpace)
    );
    for number in 10..13 {
        assert_eq!(
            volume.unlink(ROOT, format!("FILE{number}").as_bytes()),
            Ok(())
        );
    }
    assert!(volume.create(ROOT, b"long names too", 0o644).is_ok());
    assert_clean(&unmount(volume));
}

#[test]
fn what_fatfs_has_written_is_read() {
    use std::io::Write;
    for made in ALL {
        let mut bytes = make(made);
        {
            let cursor = std::io::Cursor::new(&mut bytes[..]);
            let volume = fatfs::FileSystem::new(cursor, fatfs::FsOptions::new()).expect("a volume");
            let root = volume.root_dir();
            root.create_dir("Ordner mit langem Namen").expect("made");
            let mut file = root
                .create_file("Ordner mit langem Namen/kernel8.img")
                .expect("made");
            file.write_all(&noise(100_000, 3)).expect("written");
            drop((file, root));
            volume.unmount().expect("unmounted");
        }
        let before = seen_by_fatfs(&bytes);
        assert!(seen(&mut mount(bytes)) == Ok(before));
    }
}

#[test]
fn a_full_volume_says_so_and_loses_nothing() {
    let mut volume = mount(make(MIDDLE));
    let kept = noise(50_000, 1);
    let first = file(&mut volume, ROOT, "first", &kept)
        .expect("it fits")
        .node;
    let last = volume
        .create(ROOT, b"last", 0o644)
        .expect("it is made")
        .node;
    let mut at = 0;
    let error = loop {
        match volume.write_at(last, at, &noise(10_000, at)) {
            Ok(()) => at += 10_000,
            Err(error) => break error,
        }
    };
    assert_eq!(error, Error::NoSpace);
    assert_eq!(volume.stat(last).map(|stat| stat.size), Ok(at));
    assert_eq!(volume.truncate(last, 1 << 30), Err(Error::NoSpace));
    assert_eq!(volume.truncate(last, 1 << 32), Err(Error::TooLarge));
    assert_eq!(content(&mut volume, first), Ok(kept));
    assert_eq!(volume.unlink(ROOT, b"last"), Ok(()));
    let again = file(&mut volume, ROOT, "again", &noise(at as usize, 2));
    assert!(again.is_ok(), "what was taken is free again: {again:?}");
    assert_clean(&unmount(volume));
}
