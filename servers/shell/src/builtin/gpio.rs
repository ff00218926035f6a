//! `gpio`.

use alloc::format;
use alloc::string::String;

use libipc::Transport;
use proto::gpio::{Edge, Function, Level, Pin, Pull};

use crate::command::Builtin;
use crate::shell::Shell;
use crate::trouble::{Outcome, Trouble};

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "gpio",
        arguments: "PIN [in|out|alt0..alt5|up|down|none|0|1|rising|falling|both|quiet …], or gpio events",
        summary: "tells what a pin does, or changes it; tells which pins had events",
        run,
    }
}

/// Something that is asked of a pin.
#[derive(Clone, Copy)]
enum Wish {
    Function(Function),
    Pull(Pull),
    Level(Level),
    Detect(Edge),
}

/// The wishes by their names.
const WISHES: [(&str, Wish); 17] = [
    ("in", Wish::Function(Function::Input)),
    ("out", Wish::Function(Function::Output)),
    ("alt0", Wish::Function(Function::Alternative0)),
    ("alt1", Wish::Function(Function::Alternative1)),
    ("alt2", Wish::Function(Function::Alternative2)),
    ("alt3", Wish::Function(Function::Alternative3)),
    ("alt4", Wish::Function(Function::Alternative4)),
    ("alt5", Wish::Function(Function::Alternative5)),
    ("none", Wish::Pull(Pull::None)),
    ("up", Wish::Pull(Pull::Up)),
    ("down", Wish::Pull(Pull::Down)),
    ("0", Wish::Level(Level::Low)),
    ("1", Wish::Level(Level::High)),
    ("quiet", Wish::Detect(Edge::None)),
    ("rising", Wish::Detect(Edge::Rising)),
    ("falling", Wish::Detect(Edge::Falling)),
    ("both", Wish::Detect(Edge::Both)),
];

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    let Some((first, wishes)) = arguments.split_first() else {
        return Err(Trouble::Usage("no pin is named".into()));
    };
    if first == "events" && wishes.is_empty() {
        return tell_of_events(shell);
    }
    let number = first
        .parse()
        .map_err(|_| Trouble::Usage(format!("no number of a pin: {first}")))?;
    let gpio = shell.clients.gpio()?;
    if wishes.is_empty() {
        let pin = gpio.pin(number).map_err(Trouble::because)?;
        return tell_of(shell, number, pin);
    }
    // All are understood before any is carried out.
    let wishes: Result<alloc::vec::Vec<_>, _> = wishes.iter().map(|name| wish(name)).collect();
    for wish in wishes? {
        let done = match wish {
            Wish::Function(function) => gpio.set_function(number, function),
            Wish::Pull(pull) => gpio.set_pull(number, pull),
            Wish::Level(level) => gpio.set_level(number, level),
            Wish::Detect(edge) => gpio.detect(number, edge),
        };
        done.map_err(Trouble::because)?;
    }
    Ok(())
}

fn wish(name: &str) -> Result<Wish, Trouble> {
    let found = WISHES.iter().find(|(known, _)| *known == name);
    let unknown = || Trouble::Usage(format!("nothing that a pin can do: {name}"));
    found.map(|(_, wish)| *wish).ok_or_else(unknown)
}

fn tell_of<T: Transport + 'static>(shell: &mut Shell<T>, number: u8, pin: Pin) -> Outcome {
    let name_of = |is: &dyn Fn(Wish) -> bool| {
        let found = WISHES.iter().find(|(_, wish)| is(*wish));
        found.map_or("?", |(name, _)| *name)
    };
    let function = name_of(&|wish| matches!(wish, Wish::Function(own) if own == pin.function));
    let pull = name_of(&|wish| matches!(wish, Wish::Pull(own) if own == pin.pull));
    let level = name_of(&|wish| matches!(wish, Wish::Level(own) if own == pin.level));
    shell.print(format_args!(
        "pin {number}: {function}, level {level}, drawn {pull}\n"
    ))
}

fn tell_of_events<T: Transport + 'static>(shell: &mut Shell<T>) -> Outcome {
    let (pins, last) = shell
        .clients
        .gpio()?
        .take_events()
        .map_err(Trouble::because)?;
    if pins == 0 {
        return shell.print(format_args!("no events\n"));
    }
    for number in (0..u64::BITS).filter(|number| pins >> number & 1 == 1) {
        shell.print(format_args!("pin {number}\n"))?;
    }
    shell.print(format_args!(
        "the last after {}\n",
        crate::text::Seconds(last)
    ))
}
