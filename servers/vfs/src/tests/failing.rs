//! What fails is told to whoever it concerns, once, and nobody is told otherwise.

use super::*;

const BOTH: OpenFlags = OpenFlags::READ.union(OpenFlags::WRITE);

fn refusal<R>(outcome: Result<R, CallError<Error>>) -> Option<Error> {
    match outcome {
        Err(CallError::Server(error)) => Some(error),
        _ => None,
    }
}

#[test]
fn a_write_that_waited_and_failed_is_told_at_close() {
    let rig = started();
    let file = rig.vfs.open(b"/mnt/data/file", BOTH, 0).unwrap();
    rig.vfs.write_at(file, 0, b"more").unwrap();
    rig.mnt.server().0.lost = Some(filesystem::Error::Device);
    assert_eq!(refusal(rig.vfs.close(file)), Some(Error::Device));
    // The file is closed all the same, and who reads one need not ask.
    assert_eq!(refusal(rig.vfs.close(file)), Some(Error::NotOpen));
    let file = rig.vfs.open(b"/mnt/data/file", BOTH, 0).unwrap();
    let asked = rig.mnt.requests();
    rig.vfs.close(file).unwrap();
    assert_eq!(rig.mnt.requests(), asked);
}

#[test]
fn a_client_that_is_gone_leaves_no_write_waiting() {
    let rig = started();
    let client = Caller::new(0x1000 + 7, 0);
    let program = vfs::Client::new(rig.server.connect_as(client));
    let file = program.open(b"/mnt/data/file", BOTH, 0).unwrap();
    program.write_at(file, 0, b"more").unwrap();
    rig.mnt.server().0.lost = Some(filesystem::Error::Device);
    rig.server.client_gone(client);
    assert_eq!(rig.mnt.server().0.lost, None);
}

#[test]
fn a_write_that_waited_and_failed_is_told_to_who_looks_for_a_name() {
    let rig = started();
    let file = rig.vfs.open(b"/mnt/data/file", BOTH, 0).unwrap();
    rig.vfs.write_at(file, 0, b"more").unwrap();
    rig.mnt.server().0.lost = Some(filesystem::Error::NoSpace);
    assert_eq!(refusal(rig.vfs.stat(b"/mnt/other")), Some(Error::NoSpace));
    assert_eq!(refusal(rig.vfs.stat(b"/mnt/other")), Some(Error::NotFound));
}

#[test]
fn a_file_without_content_on_a_volume_that_can_only_be_read_is_not_cut() {
    let rig = started();
    rig.vfs
        .open(b"/mnt/data/empty", BOTH | OpenFlags::CREATE, 0)
        .unwrap();
    rig.mnt.server().0.state = MountState::ReadOnly;
    for path in [&b"/mnt/data/empty"[..], b"/mnt/data/file"] {
        let cut = rig.vfs.open(path, BOTH | OpenFlags::TRUNCATE, 0);
        assert_eq!(refusal(cut), Some(Error::ReadOnly));
    }
}

#[test]
fn nothing_is_read_of_a_directory_not_even_nothing() {
    let rig = started();
    let directory = rig.vfs.open(b"/etc", OpenFlags::READ, 0).unwrap();
    for length in [0, 1] {
        let read = rig.vfs.read_at(directory, 0, length);
        assert_eq!(refusal(read), Some(Error::NotFile));
    }
}

/// What a client asks that shows that a file system is gone.
type Ask = fn(&vfs::Client<MockConnection>, u32) -> Option<Error>;

#[test]
fn whatever_shows_that_a_file_system_is_gone_ends_what_is_kept_of_it() {
    let asks: [Ask; 4] = [
        |vfs, _| refusal(vfs.stat(b"/mnt/nosuch")),
        |vfs, _| refusal(vfs.list_more(1, 7)),
        |vfs, file| refusal(vfs.read_at(file, 0, 1)),
        |vfs, _| refusal(vfs.unlink(b"/mnt/data/up")),
    ];
    for ask in asks {
        let rig = started();
        let file = rig.vfs.open(b"/mnt/data/file", OpenFlags::READ, 0).unwrap();
        let listing = rig.vfs.list(b"/mnt/data").unwrap();
        rig.mnt.kill();
        assert!(rig.vfs.stat(b"/mnt/data/file").is_ok(), "it is kept");
        assert_eq!(ask(&rig.vfs, file), Some(Error::Gone));
        assert_eq!(refusal(rig.vfs.stat(b"/mnt/data/file")), Some(Error::Gone));
        drop(listing);
    }
}

#[test]
fn a_client_that_is_gone_leaves_none_open_in_a_file_system_that_is_told_at_once() {
    let volume = disk(Ram {
        lasting: Lasting::NotAtAll,
        ..Ram::new().with("file", file("x"))
    });
    let mut mounts = Mounts::new();
    let client = filesystem::Client::new(volume.connect(1));
    mounts.add("/", client, ties(ROOT, None));
    let vfs = Vfs::new(mounts, Numbers::default());
    let own = Endpoint {
        slot: CPtr(3),
        interface: 0,
    };
    let server = Mock::new(Router::new(vfs).with(own, vfs::dispatch));
    let [mine, others] = [9, 10].map(|number| Caller::new(number, 0));
    for client in [mine, mine, others] {
        let client = vfs::Client::new(server.connect_as(client));
        client.open(b"/file", OpenFlags::READ, 0).unwrap();
    }
    let open = || volume.server().0.open.values().sum::<u32>();
    assert_eq!(open(), 3);
    server.client_gone(mine);
    assert_eq!(open(), 1);
    server.client_gone(others);
    assert_eq!(open(), 0);
}

/// A volume whose root has links from `0` on, each of which leads to the next and then by `more` names.
fn links(count: usize, more: &str) -> Ram {
    (0..count).fold(Ram::new(), |ram, number| {
        let target = format!("{}{more}", number + 1);
        ram.with(&format!("{number}"), link(&target))
    })
}

#[test]
fn links_that_lead_further_and_further_are_refused_and_nothing_else_is() {
    // With `..` in between a file system is never asked for more than a name.
    let (up, long) = ("/..".repeat(320), format!("/{}", "x".repeat(200)));
    for (count, more) in [(30, &up), (30, &long)] {
        let volume = disk(links(count, more).with("file", file("x")));
        let mut mounts = Mounts::new();
        let client = filesystem::Client::new(volume.connect(1));
        mounts.add("/", client, ties(ROOT, None));
        let server = Mock::new(vfs::Dispatcher(Vfs::new(mounts, Numbers::default())));
        let client = vfs::Client::new(server.connect_as(Caller::new(9, 0)));
        client.stat(b"/file").unwrap();
        assert_eq!(refusal(client.stat(b"/0")), Some(Error::BadPath));
        // What is known is kept.
        let asked = volume.requests();
        client.stat(b"/file").unwrap();
        assert_eq!(volume.requests(), asked);
    }
}

#[test]
fn directories_are_listed_a_bounded_number_at_once() {
    let rig = started();
    let client = |number| vfs::Client::new(rig.server.connect_as(Caller::new(number, 0)));
    for number in 10..14 {
        let client = client(number);
        for _ in 0..16 {
            core::mem::forget(client.list(b"/etc").unwrap());
        }
        let one_more = client.list(b"/etc").err();
        let why = if number < 13 {
            Error::TooManyOpen
        } else {
            Error::NoMemory
        };
        assert_eq!(one_more, Some(CallError::Server(why)));
        // Nothing stays open of what was refused.
        assert_eq!(client.open(b"/etc", OpenFlags::READ, 0), Ok(16));
    }
    rig.server.client_gone(Caller::new(10, 0));
    assert_eq!(rig.vfs.list(b"/etc").unwrap().count(), 2);
}
