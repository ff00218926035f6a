//! A process server whose programs end as they are told beforehand, by their name.

use std::string::String;
use std::vec::Vec;

use libipc::codec::{List, Text};
use libipc::events::Feed;
use libipc::{CPtr, Caller, Cap, FaultKind, Reply};
use proto::console;
use proto::processes::{Ended, Ending, Error, Event, Info, Role, Server, State};

#[derive(Debug, Default)]
pub(crate) struct Programs {
    /// Path and arguments of everything that was started; the process's number is its place here, from 1 on.
    pub(crate) started: Vec<(String, Vec<u8>)>,
    /// The programs that were given a console.
    pub(crate) given: Vec<(u32, CPtr)>,
    pub(crate) killed: Vec<u32>,
    pub(crate) interrupted: Vec<u32>,
    /// How often all were listed.
    pub(crate) listed: u32,
    pub(crate) events: Feed<Event>,
}

impl Server for Programs {
    fn spawn(&mut self, _: Caller, path: &[u8], arguments: &[u8]) -> Result<u32, Error> {
        let path = String::from_utf8_lossy(path).into_owned();
        match path.as_str() {
            "/bin/three" | "/bin/divide" | "/bin/loop" | "/bin/ok" => {}
            "/etc/motd" => return Err(Error::NotProgram),
            _ => return Err(Error::NotFound),
        }
        self.started.push((path, arguments.to_vec()));
        let ended = Some(Ended {
            process: self.started.len() as u32,
        });
        self.events.tell(&Event { ended });
        Ok(self.started.len() as u32)
    }

    fn spawn_with(
        &mut self,
        caller: Caller,
        path: &[u8],
        arguments: &[u8],
        console: Cap<console::Client>,
    ) -> Result<u32, Error> {
        let process = self.spawn(caller, path, arguments)?;
        self.given.push((process, console.slot()));
        Ok(process)
    }

    fn wait(&mut self, _: Caller, process: u32, reply: Reply<Ending, Error>) {
        let place = (process as usize).wrapping_sub(1);
        let ending = match self.started.get(place).map(|(path, _)| path.as_str()) {
            None => return reply.fail(Error::UnknownProcess),
            _ if self.interrupted.contains(&process) => Ending::Interrupted,
            Some("/bin/three") => Ending::Exited(3),
            Some("/bin/divide") => Ending::Faulted(FaultKind::Divide as u8),
            Some("/bin/loop") => Ending::Killed,
            Some(_) => Ending::Exited(0),
        };
        reply.ok(ending);
    }

    fn kill(&mut self, _: Caller, process: u32) -> Result<(), Error> {
        if process == 1 {
            return Err(Error::Protected);
        }
        self.killed.push(process);
        Ok(())
    }

    fn interrupt(&mut self, _: Caller, process: u32) -> Result<(), Error> {
        self.interrupted.push(process);
        Ok(())
    }

    fn list(&mut self, _: Caller, after: u32) -> List<Info, 24> {
        self.listed += 1;
        let names = ["root", "vfs", "vfs", "ext4"];
        let infos = (1..).zip(names).filter(|(number, _)| *number > after);
        infos.map(|(number, name)| info(number, name)).collect()
    }

    fn events(&mut self) -> &mut Feed<Event> {
        &mut self.events
    }
}

fn info(process: u32, name: &str) -> Info {
    Info {
        process,
        parent: 0,
        name: Text::try_from(name).expect("a short name"),
        role: Role::Server,
        state: State::Waiting,
        priority: 40,
        capabilities: 12,
        cpu_ns: 1_500_000_000,
        memory: 3 << 19,
    }
}
