//! Commands on files.

use std::format;
use std::string::String;
use std::vec::Vec;

use proto::filesystem::NodeKind;
use proto::vfs::Error;

use super::desk::Desk;

/// Longer than a message, and no two pieces alike.
fn long() -> Vec<u8> {
    (0..20_000_u32).flat_map(u32::to_le_bytes).collect()
}

#[test]
fn names_are_listed_sorted_and_hidden_ones_on_demand() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["ls"]).0, "etc\nmnt\n");
    assert_eq!(desk.run(&["cd etc", "ls"]).0, "link\nmotd\n");
    assert_eq!(desk.run(&["ls -a /etc"]).0, ".hidden\nlink\nmotd\n");
    let (shown, status) = desk.run(&["ls /etc/motd /nosuch /mnt /etc"]);
    assert_eq!(
        shown,
        "/etc/motd\nls: /nosuch: no such file or directory\n/mnt:\n\n/etc:\nlink\nmotd\n"
    );
    assert_eq!(status, 1);
}

#[test]
fn long_listings_show_kind_size_time_and_targets() {
    assert_eq!(
        Desk::new().run(&["ls -l /etc"]).0,
        "lrw-r--r--  1  9  2000-02-29 00:00  link -> /etc/motd\n\
         -rw-r--r--  1  8  2000-02-29 00:00  motd\n"
    );
    let (shown, _) = Desk::new().run(&["stat /etc/link"]);
    assert!(shown.starts_with("/etc/link: symbolic link\n  target       /etc/motd\n"));
}

#[test]
fn the_directory_is_changed_only_to_directories() {
    let desk = Desk::new();
    let (shown, status) = desk.run(&["cd etc/../mnt/.; pwd; cd /etc/motd; cd nosuch; cd; pwd"]);
    assert_eq!(
        shown,
        "/mnt\ncd: /etc/motd: not a directory\ncd: nosuch: no such file or directory\n/\n"
    );
    assert_eq!(status, 0);
}

#[test]
fn files_are_copied_whole_to_files_and_into_directories() {
    let desk = Desk::new();
    desk.files.server().0.put("/big", NodeKind::File, &long());
    assert_eq!(desk.run(&["cp /big /copy; cp /big etc/motd mnt"]).1, 0);
    let files = desk.files.server();
    for path in ["/copy", "/mnt/big"] {
        assert!(files.0.at(path).is_some_and(|node| node.data == long()));
    }
    assert_eq!(files.0.text("/mnt/motd"), "Welcome\n");
}

#[test]
fn a_file_is_not_copied_over_itself() {
    let desk = Desk::new();
    let (shown, status) = desk.run(&["cp /etc/motd /etc; cp /etc/motd /etc/link"]);
    assert_eq!(status, 1);
    assert_eq!(
        shown.matches("source and target are the same file").count(),
        2
    );
    assert_eq!(desk.files.server().0.text("/etc/motd"), "Welcome\n");
}

#[test]
fn trees_are_copied_and_removed_with_all_in_them() {
    let desk = Desk::new();
    let lines = [
        "mkdir -p /a/b/c; echo deep > /a/b/c/f",
        "cp -r /a /etc /mnt",
    ];
    assert_eq!(desk.run(&lines), (String::new(), 0));
    {
        let files = desk.files.server();
        assert_eq!(files.0.text("/mnt/a/b/c/f"), "deep\n");
        assert_eq!(files.0.text("/mnt/etc/link"), "/etc/motd");
    }
    let (shown, status) = desk.run(&["cp /a /x; cp -r /a /a/b; rm /a"]);
    assert_eq!(status, 1);
    assert_eq!(
        shown,
        "cp: /a: is a directory; -r copies it\n\
         cp: /a: cannot be copied into itself\nrm: /a: is a directory\n"
    );
    assert_eq!(
        desk.run(&["rm -r /a /mnt/a; ls /mnt /"]).0,
        "/mnt:\netc\n\n/:\netc\nmnt\n"
    );
    assert_eq!(desk.run(&["rm -rf /; rm -f /nosuch; rm /nosuch"]).1, 1);
    assert!(desk.files.server().0.at("/etc/motd").is_some());
}

#[test]
fn moves_rename_on_a_volume_and_copy_between_two() {
    let desk = Desk::new();
    let lines = [
        "mkdir /d; echo x > /d/f; mv /d /e",
        "mv /e /mnt; mv /etc/motd /mnt/m",
    ];
    assert_eq!(desk.run(&lines), (String::new(), 0));
    let files = desk.files.server();
    assert_eq!(files.0.text("/mnt/e/f"), "x\n");
    assert_eq!(files.0.text("/mnt/m"), "Welcome\n");
    for gone in ["/d", "/e", "/etc/motd"] {
        assert!(files.0.at(gone).is_none(), "{gone}");
    }
}

#[test]
fn directories_are_made_and_taken_away() {
    let desk = Desk::new();
    let (shown, status) = desk.run(&["mkdir /x; mkdir /x; mkdir -p /x; mkdir /n/m; rmdir /etc /x"]);
    assert_eq!(status, 1);
    assert_eq!(
        shown,
        "mkdir: /x: the name exists already\nmkdir: /n/m: no such file or directory\n\
         rmdir: /etc: the directory is not empty\n"
    );
    assert!(desk.files.server().0.at("/x").is_none());
}

#[test]
fn checksums_and_dumps_are_those_of_other_systems() {
    let desk = Desk::new();
    desk.files.server().0.put("/abc", NodeKind::File, b"abc");
    let (shown, status) = desk.run(&["sha256sum /abc; hexdump -C /abc"]);
    assert_eq!(status, 0);
    assert_eq!(
        shown,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  /abc\n\
         00000000  61 62 63                                          |abc|\n00000003\n"
    );
}

#[test]
fn checksums_of_a_directory_are_those_of_all_files_in_it() {
    let desk = Desk::new();
    let put = |path, kind, data: &[u8]| desk.files.server().0.put(path, kind, data);
    put("/mnt/b", NodeKind::Directory, b"");
    put("/mnt/b/abc", NodeKind::File, b"abc");
    put("/mnt/a", NodeKind::Link, b"/mnt/b/abc");
    put("/mnt/c", NodeKind::Link, b"/etc");
    put("/mnt/d", NodeKind::Link, b"/nosuch");
    let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let (shown, status) = desk.run(&["cd /mnt; sha256sum -r . b/abc"]);
    let trouble = "sha256sum: ./d: no such file or directory";
    assert_eq!(
        shown,
        format!("{sum}  ./a\n{trouble}\n{sum}  ./b/abc\n{sum}  b/abc\n")
    );
    assert_eq!(status, 1);
    let (shown, _) = desk.run(&["sha256sum -r /mnt/b/"]);
    assert_eq!(shown, format!("{sum}  /mnt/b/abc\n"));
}

#[test]
fn a_volume_that_cannot_be_used_says_why_to_whoever_tries() {
    let desk = Desk::new();
    let why = "no volume is mounted here: disk: no known file system";
    for command in [
        "ls",
        "cat",
        "stat",
        "df",
        "cd",
        "mkdir",
        "cp /etc/motd",
        "echo >",
    ] {
        let (shown, status) = desk.run(&[&format!("{command} /mnt/lost")]);
        let name = command.split(' ').next().unwrap_or_default();
        let told = format!("{name}: /mnt/lost: {why}\n");
        assert!(shown.contains(&told) && status == 1, "{shown}");
    }
}

#[test]
fn volumes_are_shown_with_their_room_and_troubles() {
    let desk = Desk::new();
    assert_eq!(
        desk.run(&["df"]).0,
        "PATH    SIZE    USED    FREE   USE  FREE NODES\n/     64 MiB  16 MiB  48 MiB  25 %          90\n"
    );
    let (shown, _) = desk.run(&["mounts"]);
    assert!(
        shown.ends_with("/mnt        failed   ext4  disk    no known file system\n"),
        "{shown}"
    );
    assert_eq!(desk.run(&["sync"]).1, 0);
    assert_eq!(desk.files.server().0.synced, 1);
}

#[test]
fn sync_tells_which_volumes_have_lost_something() {
    let desk = Desk::new();
    desk.files.server().0.lost = Some(Error::Failed);
    let told = "sync: / (disk): a write was lost earlier; unmount the volume and check it\n";
    assert_eq!(desk.run(&["sync"]), (String::from(told), 1));
}

#[test]
fn control_c_ends_a_command_that_takes_long_and_the_rest_of_its_line() {
    let desk = Desk::new();
    desk.files.server().0.put("/big", NodeKind::File, &long());
    desk.console.server().0.interrupt_after = Some(0);
    let (shown, status) = desk.run(&["sha256sum /big; echo no"]);
    assert_eq!((shown.as_str(), status), ("^C\n", 130));
    assert!(desk.files.server().0.open.iter().all(String::is_empty));
}
