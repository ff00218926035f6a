//! QEMU's command line for a machine, made from what it is to boot.
//!
//! The emulator is always TCG: a present `/dev/kvm` says nothing about whether it works well. The
//! serial line carries the console and nothing else; the kernel's own log goes out through the
//! debug console (port 0xe9) into a file, or through the second serial port on `virt`, so that neither disturbs
//! the other.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::bare;
use super::card;
use super::display::{self, Display};
use crate::board::Board;
use crate::build::tree_blob as tree;

/// What the machine's time is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The host's clock.
    Host,
    /// The instructions it has executed, a nanosecond each, so that other work on the host hardly counts. While it
    /// waits for a disk the host's clock goes on: else time would jump to whatever timer is next.
    Instructions,
    /// The same, but what nobody executes takes no time: when all wait, time jumps to the next timer. Only for
    /// machines whose devices are not waited for.
    Counted,
}

/// Which of a board's processors and controllers a machine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// Those that the board is usually run with.
    Usual,
    /// Older ones, with fewer features; on `virt` the kernel is entered in EL2, on `raspi4b` the card is behind the older
    /// controller.
    Old,
    /// Everything that QEMU can emulate.
    New,
    /// As usual, but without firmware: the kernel is entered in EL3 ([`bare`](super::bare)).
    Bare,
    /// As the older ones, but without firmware.
    OldBare,
}

impl Model {
    /// Whether the kernel is entered in EL3.
    pub fn is_bare(self) -> bool {
        matches!(self, Self::Bare | Self::OldBare)
    }
}

/// A serial port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// The first.
    First,
    /// The second, where the first has the kernel's log.
    Second,
}

/// What becomes of a machine that resets itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reset {
    /// It ends, as if it was switched off.
    Ends,
    /// It boots again.
    Boots,
}

/// What a machine is made of and what it boots.
#[derive(Debug, Clone)]
pub struct Machine {
    /// What it is.
    pub board: Board,
    /// Which model of it.
    pub model: Model,
    /// The kernel: an ELF file with a PVH entry, or a flat arm64 Image.
    pub kernel: PathBuf,
    /// The boot image, handed over as the initial RAM disk.
    pub image: PathBuf,
    /// Where the kernel's log is written.
    pub kernel_log: PathBuf,
    /// Disks in the order in which the guest finds them.
    pub disks: Vec<PathBuf>,
    /// A slot for cards on the bus, if it has one; not for boards that have a slot of their own.
    pub slot: Option<card::Slot>,
    /// Number of cores.
    pub cores: u16,
    /// Memory, as QEMU writes it.
    pub memory: String,
    /// What its time is taken from.
    pub clock: Clock,
    /// What the serial line is connected to.
    pub console: Console,
    /// Which of the board's serial ports that line is.
    pub port: Port,
    /// The TCP port on which QEMU waits for a debugger before it starts.
    pub debugger_port: Option<u16>,
    /// The witness.
    pub plugin: Option<Plugin>,
    /// What becomes of it when it resets itself.
    pub reset: Reset,
    /// What shows its display.
    pub display: Display,
    /// The socket at which QEMU is told what to do, if anybody tells it.
    pub control: Option<PathBuf>,
    /// How its disks interrupt.
    pub disk_signals: DiskSignals,
    /// What QEMU writes down of its devices.
    pub trace: Option<Trace>,
}

/// How disks interrupt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiskSignals {
    /// By messages, where the board has them.
    #[default]
    Messages,
    /// By wires: the disks have no messages.
    Wires,
}

/// Events of QEMU's devices that are written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Their names.
    pub events: Vec<String>,
    /// Where to, a line each.
    pub file: PathBuf,
}

/// A plugin of the emulator that counts what marked stretches of the guest do, and where it writes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plugin {
    /// The shared object.
    pub file: PathBuf,
    /// Lines of marked stretches.
    pub out: PathBuf,
    /// Lines of executed instructions.
    pub places: PathBuf,
    /// The longest stretch with interrupts masked; `None`: nobody asks for it.
    pub masked: Option<PathBuf>,
    /// Addresses at which the kernel looks whether an interrupt waits.
    pub points: Vec<u64>,
}

/// What the serial line is connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Console {
    /// A person: Ctrl-C reaches the guest, Ctrl-A x ends QEMU.
    Terminal,
    /// A program that reads the guest's output.
    Pipe,
    /// Nothing: a program asks [`Questions`](super::questions::Questions) in its place.
    Questions,
}

/// Everything that QEMU can emulate, but addresses of 36 bits: with more, and with memory above 4 GiB, the firmware
/// places registers of PCI devices where the image's board has no window for them.
const PC_PROCESSOR: &str = "max,phys-bits=36";

/// The I/O port of the device through which the guest ends QEMU with an exit code.
const EXIT_DEVICE: &str = "isa-debug-exit,iobase=0xf4,iosize=0x04";

impl Machine {
    /// The arguments after QEMU's name.
    pub fn arguments(&self) -> Vec<String> {
        let mut all = Vec::new();
        let cores = self.all_cores().to_string();
        // The Raspberry Pi is what it is.
        let memory = match self.board {
            Board::Raspi4b => "2G",
            _ => self.memory.as_str(),
        };
        // While a driver places a disk's registers, a thread for another core may find QEMU's map of memory half changed:
        // one of sixty starts ended with "iotlb_to_section: Assertion failed". So the cores take turns.
        let turns = self.cores > 1 && !self.disks.is_empty() && self.board != Board::Raspi4b;
        let accelerator = if turns { "tcg,thread=single" } else { "tcg" };
        let common = [
            ("-accel", accelerator),
            ("-smp", cores.as_str()),
            ("-m", memory),
        ];
        let shown = display::options(self);
        let options = options(self.board, self.model);
        for (name, value) in options.into_iter().chain(common).chain(shown) {
            push(&mut all, name, value);
        }
        match self.clock {
            Clock::Host => {}
            Clock::Instructions => push(&mut all, "-icount", "shift=0,align=off,sleep=on"),
            Clock::Counted => push(&mut all, "-icount", "shift=0,align=off,sleep=off"),
        }
        all.push("-nodefaults".to_owned());
        if self.reset == Reset::Ends {
            all.push("-no-reboot".to_owned());
        }
        self.push_kernel(&mut all);
        if self.board == Board::Q35 {
            // Without it the firmware sets every disk up to boot from it, takes memory for that where
            // QEMU has put the boot image, and a fourth disk is one too many.
            push(&mut all, "-boot", "strict=on");
        }
        self.push_console(&mut all);
        self.push_disks(&mut all);
        self.push_debugger(&mut all);
        self.push_plugin(&mut all);
        if let Some(socket) = &self.control {
            let socket = format!("unix:{},server=on,wait=off", option(socket));
            push(&mut all, "-qmp", &socket);
        }
        self.push_trace(&mut all);
        all
    }

    /// How many cores there are, however many were asked for.
    fn all_cores(&self) -> u16 {
        match self.board {
            Board::Raspi4b => 4,
            _ => self.cores,
        }
    }

    fn push_kernel(&self, all: &mut Vec<String>) {
        if self.model.is_bare() {
            all.extend(bare::arguments(self));
            return;
        }
        push(all, "-kernel", &self.kernel.display().to_string());
        push(all, "-initrd", &self.image.display().to_string());
        if self.board == Board::Raspi4b {
            let tree = self.kernel.with_file_name(tree::FILE);
            push(all, "-dtb", &tree.display().to_string());
        }
    }

    fn push_console(&self, all: &mut Vec<String>) {
        match self.console {
            Console::Terminal => {
                push(all, "-chardev", "stdio,id=console,mux=on,signal=off");
                push(all, "-mon", "chardev=console,mode=readline");
            }
            Console::Pipe => push(all, "-chardev", "stdio,id=console,signal=off"),
            Console::Questions => {
                push(all, "-chardev", "null,id=console");
                push(all, "-gdb", "stdio");
                all.push("-S".to_owned());
            }
        }
        let console = "chardev:console";
        let log = format!("file:{}", option(&self.kernel_log));
        let pair = match (self.board, self.port) {
            (Board::Q35, _) => [("-serial", console), ("-debugcon", &log)],
            (_, Port::First) => [("-serial", console), ("-serial", &log)],
            (_, Port::Second) => [("-serial", log.as_str()), ("-serial", console)],
        };
        for (name, value) in pair {
            push(all, name, value);
        }
    }

    fn push_disks(&self, all: &mut Vec<String>) {
        if self.board == Board::Raspi4b {
            return self.push_card(all);
        }
        for (number, disk) in self.disks.iter().enumerate() {
            let file = option(disk);
            push(
                all,
                "-drive",
                &format!("if=none,id=disk{number},format=raw,file={file}"),
            );
            let mut device = format!("virtio-blk-pci,drive=disk{number},disable-legacy=on");
            if self.disk_signals == DiskSignals::Wires {
                device += ",vectors=0";
            }
            push(all, "-device", &device);
        }
        for (name, value) in self.slot.iter().flat_map(card::Slot::options) {
            push(all, name, &value);
        }
    }

    /// The card is behind the controller that the real board's slot has, or behind the older one, where QEMU itself
    /// puts cards.
    fn push_card(&self, all: &mut Vec<String>) {
        let Some(card) = self.disks.first() else {
            return;
        };
        let file = option(card);
        if self.model == Model::Old {
            return push(all, "-drive", &format!("if=sd,format=raw,file={file}"));
        }
        let drive = format!("if=none,id=card,format=raw,file={file}");
        push(all, "-drive", &drive);
        push(
            all,
            "-device",
            "sd-card,drive=card,bus=/generic-sdhci/sd-bus",
        );
    }

    fn push_plugin(&self, all: &mut Vec<String>) {
        if let Some(plugin) = &self.plugin {
            let mut value = option(&plugin.file);
            let mut add = |name, file| value += &format!(",{name}={}", option(file));
            add("out", &plugin.out);
            add("places", &plugin.places);
            if let Some(masked) = &plugin.masked {
                add("masked", masked);
            }
            if !plugin.points.is_empty() {
                let points = plugin.points.iter().map(|point| format!("{point:x}"));
                value += &format!(",points={}", points.collect::<Vec<_>>().join("+"));
            }
            // With instructions as the clock they take turns.
            if self.all_cores() > 1 && self.clock != Clock::Host {
                value += ",cores=one";
            }
            push(all, "-plugin", &value);
        }
    }

    fn push_trace(&self, all: &mut Vec<String>) {
        if let Some(trace) = &self.trace {
            trace
                .events
                .iter()
                .for_each(|event| push(all, "-trace", event));
            push(all, "-D", &trace.file.display().to_string());
        }
    }

    fn push_debugger(&self, all: &mut Vec<String>) {
        if let Some(port) = self.debugger_port {
            push(all, "-gdb", &format!("tcp:127.0.0.1:{port}"));
            all.push("-S".to_owned());
        }
    }
}

fn options(board: Board, model: Model) -> [(&'static str, &'static str); 3] {
    let (machine, processor) = match (board, model) {
        (Board::Q35, Model::Usual | Model::New | Model::Bare) => ("q35", PC_PROCESSOR),
        (Board::Q35, Model::Old | Model::OldBare) => ("q35", "qemu64"),
        (Board::Raspi4b, _) => ("raspi4b", "cortex-a72"),
        (Board::Virt, Model::Usual) => ("virt,gic-version=3", "cortex-a72"),
        (Board::Virt, Model::New) => ("virt,gic-version=3", "max"),
        (Board::Virt, Model::Old) => ("virt,gic-version=2,virtualization=on", "cortex-a53"),
        (Board::Virt, Model::Bare) => (
            "virt,gic-version=3,secure=on,virtualization=on",
            "cortex-a72",
        ),
        (Board::Virt, Model::OldBare) => ("virt,gic-version=2,secure=on", "cortex-a53"),
    };
    let end = match board {
        Board::Q35 => ("-device", EXIT_DEVICE),
        Board::Virt | Board::Raspi4b => ("-semihosting-config", "enable=on,target=native"),
    };
    [("-machine", machine), ("-cpu", processor), end]
}

fn push(all: &mut Vec<String>, name: &str, value: &str) {
    all.extend([name.to_owned(), value.to_owned()]);
}

/// A path as part of an option's value, where a comma is written twice.
pub(super) fn option(path: &Path) -> String {
    path.display().to_string().replace(',', ",,")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(console: Console) -> Machine {
        Machine {
            board: Board::Q35,
            model: Model::Usual,
            kernel: PathBuf::from("k.elf"),
            image: PathBuf::from("boot.img"),
            kernel_log: PathBuf::from("kernel.log"),
            disks: vec![PathBuf::from("root.img"), PathBuf::from("a,b.img")],
            slot: None,
            cores: 2,
            memory: "512M".to_owned(),
            clock: Clock::Host,
            console,
            port: Port::First,
            debugger_port: None,
            plugin: None,
            display: Display::Absent,
            control: None,
            disk_signals: DiskSignals::Messages,
            trace: None,
            reset: Reset::Ends,
        }
    }

    #[test]
    fn disks_keep_their_order_and_odd_names() {
        let all = machine(Console::Pipe).arguments().join(" ");
        assert!(all.contains("id=disk0,format=raw,file=root.img"), "{all}");
        assert!(all.contains("id=disk1,format=raw,file=a,,b.img"), "{all}");
    }

    #[test]
    fn the_firmware_leaves_the_disks_alone() {
        let all = machine(Console::Pipe).arguments().join(" ");
        assert!(all.contains("-boot strict=on"), "{all}");
    }

    #[test]
    fn a_machine_without_firmware_has_everything_loaded_to_its_place() {
        let mut machine = machine(Console::Pipe);
        (machine.board, machine.model) = (Board::Virt, Model::Bare);
        let all = machine.arguments();
        assert!(!all.contains(&"-kernel".to_owned()));
        let kernel = "loader,file=k.elf,addr=0x40200000,force-raw=on".to_owned();
        let first = "loader,addr=0x40100000,cpu-num=0".to_owned();
        assert!(all.contains(&kernel) && all.contains(&first), "{all:?}");
    }

    #[test]
    fn the_console_may_be_at_the_second_port() {
        let mut machine = machine(Console::Pipe);
        (machine.board, machine.port) = (Board::Raspi4b, Port::Second);
        let all = machine.arguments().join(" ");
        let wanted = "-serial file:kernel.log -serial chardev:console";
        assert!(all.contains(wanted), "{all}");
    }

    #[test]
    fn each_board_has_its_own_way_to_end() {
        let mut machine = machine(Console::Pipe);
        assert!(machine.arguments().contains(&EXIT_DEVICE.to_owned()));
        machine.board = Board::Virt;
        let all = machine.arguments().join(" ");
        assert!(
            all.contains("-semihosting-config") && !all.contains("debugcon"),
            "{all}"
        );
    }

    #[test]
    fn a_card_is_behind_one_of_two_controllers() {
        let mut machine = machine(Console::Pipe);
        machine.board = Board::Raspi4b;
        machine.disks = vec![PathBuf::from("a,b.img")];
        let all = machine.arguments().join(" ");
        assert!(all.contains("if=none,id=card,format=raw,file=a,,b.img"));
        assert!(all.contains("sd-card,drive=card,bus=/generic-sdhci/sd-bus"));
        machine.model = Model::Old;
        let all = machine.arguments().join(" ");
        assert!(all.contains("if=sd,format=raw,file=a,,b.img"), "{all}");
        machine.disks.clear();
        assert!(!machine.arguments().contains(&"-drive".to_owned()));
    }

    #[test]
    fn time_is_counted_in_instructions_only_when_asked() {
        let mut machine = machine(Console::Pipe);
        assert!(!machine.arguments().contains(&"-icount".to_owned()));
        machine.clock = Clock::Instructions;
        assert!(machine.arguments().contains(&"-icount".to_owned()));
    }

    #[test]
    fn a_witness_is_told_where_to_write() {
        let mut machine = machine(Console::Pipe);
        assert!(!machine.arguments().contains(&"-plugin".to_owned()));
        machine.plugin = Some(Plugin {
            file: PathBuf::from("w.so"),
            out: PathBuf::from("a,b"),
            places: PathBuf::from("p"),
            masked: Some(PathBuf::from("m")),
            points: vec![0xff, 0x10],
        });
        let told = "w.so,out=a,,b,places=p,masked=m,points=ff+10".to_owned();
        assert!(machine.arguments().contains(&told));
        (machine.cores, machine.clock) = (2, Clock::Counted);
        assert!(machine.arguments().contains(&(told.clone() + ",cores=one")));
        machine.cores = 1;
        assert!(machine.arguments().contains(&told));
        machine.board = Board::Raspi4b;
        assert!(machine.arguments().contains(&(told + ",cores=one")));
    }

    #[test]
    fn disks_have_no_messages_if_they_are_to_use_wires() {
        let mut machine = machine(Console::Pipe);
        assert!(!machine.arguments().join(" ").contains("vectors"));
        machine.disk_signals = DiskSignals::Wires;
        let all = machine.arguments().join(" ");
        assert_eq!(all.matches("disable-legacy=on,vectors=0").count(), 2);
    }

    #[test]
    fn events_are_written_down_where_it_is_said() {
        let mut machine = machine(Console::Pipe);
        machine.trace = Some(Trace {
            events: vec!["one".to_owned(), "two".to_owned()],
            file: PathBuf::from("t"),
        });
        let all = machine.arguments().join(" ");
        assert!(all.contains("-trace one -trace two -D t"), "{all}");
    }

    #[test]
    fn a_terminal_has_a_way_out_and_a_pipe_has_not() {
        assert!(
            machine(Console::Terminal)
                .arguments()
                .contains(&"-mon".to_owned())
        );
        assert!(
            !machine(Console::Pipe)
                .arguments()
                .contains(&"-mon".to_owned())
        );
    }

    #[test]
    fn questions_are_asked_in_the_place_of_the_console() {
        let all = machine(Console::Questions).arguments().join(" ");
        assert!(all.contains("-gdb stdio -S"), "{all}");
        assert!(!all.contains("-chardev stdio"), "{all}");
    }

    #[test]
    fn a_display_is_a_device_where_the_board_has_none_of_its_own() {
        let mut machine = machine(Console::Pipe);
        let said = |machine: &Machine| machine.arguments().join(" ");
        assert!(said(&machine).contains("-display none") && !said(&machine).contains("ramfb"));
        machine.display = Display::Hidden;
        assert!(said(&machine).contains("-display none -device ramfb"));
        machine.display = Display::Window("gtk");
        assert!(said(&machine).contains("-display gtk -device ramfb"));
        machine.board = Board::Raspi4b;
        assert!(said(&machine).contains("-display gtk") && !said(&machine).contains("ramfb"));
        assert!(!said(&machine).contains("-qmp"));
        machine.control = Some(PathBuf::from("a,b"));
        assert!(said(&machine).contains("-qmp unix:a,,b,server=on,wait=off"));
    }

    #[test]
    fn a_machine_that_resets_itself_boots_again_only_when_asked() {
        let mut machine = machine(Console::Pipe);
        assert!(machine.arguments().contains(&"-no-reboot".to_owned()));
        machine.reset = Reset::Boots;
        assert!(!machine.arguments().contains(&"-no-reboot".to_owned()));
    }

    #[test]
    fn a_debugger_is_waited_for_only_when_asked() {
        let mut machine = machine(Console::Terminal);
        assert!(!machine.arguments().contains(&"-S".to_owned()));
        machine.debugger_port = Some(1234);
        let all = machine.arguments();
        assert!(all.contains(&"-S".to_owned()) && all.contains(&"tcp:127.0.0.1:1234".to_owned()));
    }
}
