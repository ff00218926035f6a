//! Images from small programs: what is right is read back, what is not is refused by name.

mod elf;

use elf::{EXECUTE, Elf, READ, WRITE};
use image::{BootFile, Contents, ImageError, ProgramFile, compose, verify};
use weft_spec::{
    Access, Bus, Coherence, Component, Counters, Fpu, ImageView, ProgramId, Region, Schedule,
    SegmentFault, Sizes, Slot, Source, SystemSpec, program_name, segments,
};

fn spec() -> SystemSpec {
    SystemSpec {
        name: "t".to_owned(),
        board: "q35".to_owned(),
        meters: false,
        coherence: Coherence::Coherent,
        programs: vec!["root".to_owned(), "shell".to_owned()],
        components: vec![],
        rings: vec![],
    }
}

fn composed(shell: &Elf) -> Result<Vec<u8>, ImageError> {
    let (root, shell) = (Elf::default().bytes(), shell.bytes());
    let programs = [
        ProgramFile {
            name: "shell",
            elf: &shell,
        },
        ProgramFile {
            name: "root",
            elf: &root,
        },
    ];
    compose(&Contents {
        spec: &spec(),
        programs: &programs,
        files: &[],
        boot_args: "ls /",
        kernel: None,
    })
}

fn refused(change: impl FnOnce(&mut Elf)) -> ImageError {
    let mut elf = Elf::default();
    change(&mut elf);
    composed(&elf).expect_err("the program breaks a rule")
}

#[test]
fn a_composed_image_reads_back() {
    let image = composed(&Elf::default()).expect("the programs are right");
    assert_eq!(verify(&image), Ok(spec()));
    let view = ImageView::new(&image).expect("sound");
    assert_eq!(view.args(), "ls /");
    let names: Vec<&str> = view.programs().iter().map(program_name).collect();
    assert_eq!(names, ["root", "shell"]);
}

#[test]
fn segments_begin_on_pages_with_zeros_before_their_bytes() {
    let image = composed(&Elf::default()).expect("the programs are right");
    let view = ImageView::new(&image).expect("sound");
    let [_, code, data] = segments(&view.programs()[1]) else {
        panic!("three segments")
    };
    assert_eq!(
        (code.address, code.file_bytes, code.memory_bytes),
        (0x20_1000, 0x420, 0x420)
    );
    assert_eq!(
        (data.address, data.file_bytes, data.memory_bytes),
        (0x20_2000, 0x430, 0x5420)
    );
    let content = view.content(code);
    assert!(content[..0x120].iter().all(|byte| *byte == 0));
    assert!(content[0x120..].iter().all(|byte| *byte == 5));
}

#[test]
fn equal_contents_give_equal_bytes() {
    assert_eq!(composed(&Elf::default()), composed(&Elf::default()));
}

#[test]
fn each_changed_bit_behind_the_header_is_found() {
    let image = composed(&Elf::default()).expect("the programs are right");
    for place in [100, 200, 900, image.len() - 1] {
        let mut damaged = image.clone();
        damaged[place] ^= 4;
        assert!(verify(&damaged).is_err(), "byte {place}");
    }
}

#[test]
fn a_shortened_image_is_refused() {
    let image = composed(&Elf::default()).expect("the programs are right");
    for length in [0, 10, 95, 4096, image.len() - 1] {
        assert!(verify(&image[..length]).is_err(), "length {length}");
    }
}

#[test]
fn writable_code_is_refused() {
    let error = refused(|elf| elf.loads[1].flags = READ | WRITE | EXECUTE);
    assert_eq!(
        error,
        ImageError::Program("shell".to_owned(), SegmentFault::Rights)
    );
}

#[test]
fn segments_that_share_a_page_are_refused() {
    let error = refused(|elf| elf.loads[2].address = 0x20_1800);
    assert_eq!(
        error,
        ImageError::Program("shell".to_owned(), SegmentFault::Order)
    );
}

#[test]
fn an_entry_point_outside_of_code_is_refused() {
    let error = refused(|elf| elf.entry = 0x20_0000);
    assert_eq!(
        error,
        ImageError::Program("shell".to_owned(), SegmentFault::Entry)
    );
}

#[test]
fn a_segment_outside_the_addresses_for_programs_is_refused() {
    for address in [0x1000, 0x4000_0000, u64::MAX - 0xfff] {
        let error = refused(|elf| elf.loads[2].address = address);
        let order_or_address = matches!(
            error,
            ImageError::Program(_, SegmentFault::Address | SegmentFault::Order)
        );
        assert!(order_or_address, "{address:#x}: {error}");
    }
}

#[test]
fn other_abi_tables_are_refused() {
    let error = refused(|elf| elf.abi = Some(7));
    assert_eq!(error, ImageError::OtherAbi("shell".to_owned(), Some(7)));
    let error = refused(|elf| elf.abi = None);
    assert_eq!(error, ImageError::OtherAbi("shell".to_owned(), None));
}

#[test]
fn a_program_for_another_processor_is_refused() {
    assert_eq!(
        refused(|elf| elf.machine = 183),
        ImageError::OtherMachine("shell".to_owned())
    );
}

#[test]
fn a_dynamically_linked_program_is_refused() {
    assert_eq!(
        refused(|elf| elf.section = ".dynamic"),
        ImageError::Dynamic("shell".to_owned())
    );
}

#[test]
fn a_missing_or_broken_file_is_refused_by_name() {
    let root = Elf::default().bytes();
    let only_root = [ProgramFile {
        name: "root",
        elf: &root,
    }];
    let contents = Contents {
        spec: &spec(),
        programs: &only_root,
        files: &[],
        boot_args: "",
        kernel: None,
    };
    assert_eq!(
        compose(&contents),
        Err(ImageError::MissingProgram("shell".to_owned()))
    );
    let programs = [
        only_root[0],
        ProgramFile {
            name: "shell",
            elf: &root[..100],
        },
    ];
    let contents = Contents {
        programs: &programs,
        ..contents
    };
    assert!(matches!(compose(&contents), Err(ImageError::NotAnElf(name, _)) if name == "shell"));
}

#[test]
fn boot_arguments_that_root_could_not_hand_over_are_refused() {
    let root = Elf::default().bytes();
    let programs = [
        ProgramFile {
            name: "root",
            elf: &root,
        },
        ProgramFile {
            name: "shell",
            elf: &root,
        },
    ];
    let text = "x".repeat(weft_spec::MAX_BOOT_ARGS + 1);
    let contents = Contents {
        spec: &spec(),
        programs: &programs,
        files: &[],
        boot_args: &text,
        kernel: None,
    };
    assert_eq!(
        compose(&contents),
        Err(ImageError::ArgumentsTooLong(text.len()))
    );
}

/// A component that is given the file `disk`, of at most two pages.
fn reader() -> Component {
    Component {
        name: "reader".to_owned(),
        program: ProgramId(1),
        fpu: Fpu::Absent,
        counters: Counters::Closed,
        schedule: Schedule {
            core: 0,
            priority: 1,
            ceiling: 1,
            budget_ns: 1,
            period_ns: 1,
            blocking_ns: 0,
            min_budget_ns: 0,
        },
        sizes: Sizes {
            stack_pages: 1,
            heap_pages: 0,
            cnode_size: 4,
        },
        serves: vec![],
        grants: vec![],
        regions: vec![Region {
            name: "disk".to_owned(),
            address: 0x2000_0000,
            pages: 2,
            access: Access::Read,
            source: Source::File { first_page: 0 },
            slot: Slot(0),
        }],
        bus: Bus::DIRECT,
        faults_to: None,
        args: vec![],
    }
}

/// An image with two components that are given the file `disk`.
fn with_file(files: &[BootFile<'_>]) -> Result<Vec<u8>, ImageError> {
    let elf = Elf::default().bytes();
    let named = |name| ProgramFile { name, elf: &elf };
    compose(&Contents {
        spec: &SystemSpec {
            components: vec![reader(), reader()],
            ..spec()
        },
        programs: &[named("root"), named("shell")],
        files,
        boot_args: "",
        kernel: None,
    })
}

#[test]
fn a_file_lies_in_the_image_once_and_the_specification_says_where() {
    let (disk, other) = (vec![7; 5000], vec![8; 5000]);
    let file = |name, bytes| BootFile { name, bytes };
    let image = with_file(&[file("disk", &disk), file("other", &other)]).expect("composed");
    let spec = verify(&image).expect("sound");
    let [first, second] = &spec.components[..] else {
        panic!("two components")
    };
    assert_eq!(first.regions, second.regions);
    let Region {
        pages: 2,
        source: Source::File { first_page },
        ..
    } = first.regions[0]
    else {
        panic!("a file of two pages: {:?}", first.regions)
    };
    let at = first_page as usize * 4096;
    assert_eq!(image[at..at + 5000], disk);
    assert!(image[at + 5000..at + 8192].iter().all(|byte| *byte == 0));
    assert!(!image.windows(5000).any(|bytes| bytes == other));
}

#[test]
fn a_file_that_is_missing_or_too_large_is_refused_by_name() {
    let missing = with_file(&[]);
    assert_eq!(missing, Err(ImageError::MissingFile("disk".to_owned())));
    let bytes = vec![0; 8193];
    let large = with_file(&[BootFile {
        name: "disk",
        bytes: &bytes,
    }]);
    let error = ImageError::FileTooLarge("disk".to_owned(), 3, 2);
    assert_eq!(large, Err(error));
}
