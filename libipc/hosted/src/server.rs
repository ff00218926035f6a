//! The server's end: what a kernel and a server loop do around a service.

use std::fmt;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::parent_id;
use std::path::Path;
use std::time::Instant;

use libipc::ring::{Pool, Pools, RingEnds, RingService, Untrusted};
use libipc::{Caller, Deferral, Message, Request, Service, Spare, label};
use rustix::event::{PollFd, PollFlags, poll};

use crate::bell::{self, LONGEST};
use crate::mailbox::{Copied, Mailbox};
use crate::memory;
use crate::patience::{Next, Patience, Waiting};
use crate::peer::{Peer, Shape};
use crate::pending::{self, Destination};
use crate::process::SERVES;
use crate::socket::{greet, greeting, lives};

/// The most clients of a server at a time: each has a ring.
pub const MAX_CLIENTS: usize = libipc_ring::MAX_RINGS;

/// What a server does when a client has come.
type Welcome<S> = Box<dyn FnMut(&mut S, Caller, Pools)>;

/// A service that clients of other processes call.
pub struct Server<S> {
    listener: UnixListener,
    service: RingService<S>,
    welcome: Welcome<S>,
    peers: Vec<Peer>,
    /// Who has connected, but not greeted yet.
    strangers: Vec<UnixStream>,
    /// How many clients there have been.
    met: u32,
    patience: Patience,
    looked_around: Instant,
    parent: Option<u32>,
}

impl<S> fmt::Debug for Server<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("peers", &self.peers)
            .finish_non_exhaustive()
    }
}

impl<S: Service> Server<S> {
    /// Offers a service at a path, where nothing may be yet.
    ///
    /// # Errors
    /// What the system says.
    pub fn bind(path: &Path, service: S) -> io::Result<Self> {
        Self::new(UnixListener::bind(path)?, service)
    }

    /// Offers a service at the socket that is this process's standard input, until the process that started it ends: see
    /// [`Process`](crate::Process).
    ///
    /// # Errors
    /// [`NotFound`](io::ErrorKind::NotFound) if this process was not started to serve; else what the system says.
    pub fn inherited(service: S) -> io::Result<Self> {
        if std::env::var_os(SERVES).is_none() {
            return Err(io::ErrorKind::NotFound.into());
        }
        let parent = parent_id();
        let listener = io::stdin().as_fd().try_clone_to_owned()?;
        Ok(Self {
            parent: Some(parent),
            ..Self::new(UnixListener::from(listener), service)?
        })
    }

    fn new(listener: UnixListener, service: S) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        Ok(Self {
            listener,
            service: RingService::new(service),
            welcome: Box::new(|_, _, _| {}),
            peers: Vec::new(),
            strangers: Vec::new(),
            met: 0,
            patience: Patience::default(),
            looked_around: Instant::now(),
            parent: None,
        })
    }

    /// Sets how it waits for requests.
    #[must_use]
    pub fn patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Sets what is done with the pools of a client that has come.
    #[must_use]
    pub fn welcome(self, welcome: impl FnMut(&mut S, Caller, Pools) + 'static) -> Self {
        Self {
            welcome: Box::new(welcome),
            ..self
        }
    }

    /// The service.
    pub fn service_mut(&mut self) -> &mut S {
        self.service.service_mut()
    }

    /// Serves as long as the process that started this one lives; without one, for ever.
    pub fn serve(mut self) {
        self.serve_while(|_| true);
    }

    /// Serves while the service says so. It is asked whenever something was done, and every 20 milliseconds.
    pub fn serve_while(&mut self, mut goes_on: impl FnMut(&mut S) -> bool) {
        let mut waiting = Waiting::new(self.patience);
        self.look_around();
        while goes_on(self.service.service_mut()) && !self.is_orphan() {
            if self.turn() {
                waiting.found();
                if self.looked_around.elapsed() >= LONGEST {
                    self.look_around();
                }
                continue;
            }
            match waiting.next() {
                Next::Look => {}
                Next::LookAround => self.look_around(),
                Next::Sleep => {
                    self.sleep();
                    if self.looked_around.elapsed() >= LONGEST {
                        self.look_around();
                    }
                }
            }
        }
    }

    /// Takes a call of each client, and what there is in rings; tells whether there was anything.
    #[inline]
    fn turn(&mut self) -> bool {
        let mut has_worked = false;
        let mut is_kicked = false;
        for peer in &mut self.peers {
            if peer.calls() {
                answer(&mut self.service, peer);
                has_worked = true;
            }
            if peer.kicks() {
                peer.kicks = peer.client.kicks();
                is_kicked = true;
            }
        }
        if is_kicked {
            self.service.start();
        }
        has_worked | is_kicked
    }

    /// Sleeps until a client rings or has come, or it is time to look around.
    fn sleep(&mut self) {
        if self.peers.is_empty() {
            let mut comes = [PollFd::new(&self.listener, PollFlags::IN)];
            let longest = rustix::fs::Timespec {
                tv_sec: 0,
                tv_nsec: i64::from(LONGEST.subsec_nanos()),
            };
            let _came = poll(&mut comes, Some(&longest));
            return self.look_around();
        }
        let bells: Vec<_> = self.peers.iter().map(|peer| peer.client.bell()).collect();
        let asleep = self.peers.iter().map(|peer| peer.own.asleep());
        bell::sleep(&bells, asleep, || {
            self.peers.iter().any(|peer| peer.calls() || peer.kicks())
        });
    }

    /// Sees who has come and who is gone.
    #[cold]
    fn look_around(&mut self) {
        self.looked_around = Instant::now();
        while self.strangers.len() < MAX_CLIENTS
            && let Ok((socket, _)) = self.listener.accept()
        {
            if socket.set_nonblocking(true).is_ok() {
                self.strangers.push(socket);
            }
        }
        let mut gone = Vec::new();
        self.peers.retain(|peer| {
            let lives = lives(&peer.socket);
            if !lives {
                gone.push(peer.caller);
            }
            lives
        });
        for caller in gone {
            self.service.client_gone(caller);
        }
        for socket in std::mem::take(&mut self.strangers) {
            match greeting(&socket) {
                Ok((numbers, file)) => {
                    // One that is refused learns it by the end of its socket.
                    let _refused = self.admit(socket, numbers, file);
                }
                Err(cause) if cause.kind() == io::ErrorKind::WouldBlock => {
                    self.strangers.push(socket);
                }
                Err(_) => {}
            }
        }
    }

    fn admit(
        &mut self,
        socket: UnixStream,
        numbers: [u64; crate::socket::NUMBERS],
        file: std::os::fd::OwnedFd,
    ) -> io::Result<()> {
        let shape = Shape::of(numbers).ok_or(io::ErrorKind::InvalidData)?;
        if self.peers.len() >= MAX_CLIENTS {
            return Err(io::ErrorKind::QuotaExceeded.into());
        }
        let seen = memory::view(&file, shape.client_bytes())?;
        let (region, file) = memory::make(shape.server_bytes())?;
        self.met += 1;
        let caller = Caller::new(self.met, 0);
        let (own, out) = shape.server_parts(region);
        let (peer, inward) = shape.client_parts(seen);
        let pools = Pools {
            out: Some(Pool::new(out)),
            inward: Some(Untrusted::new(inward)),
            ..Pools::default()
        };
        let ends = RingEnds::in_process((own, peer), Pools::default(), caller);
        self.service.add(ends);
        self.service.start();
        (self.welcome)(self.service.service_mut(), caller, pools);
        let met = Peer {
            socket,
            own: Mailbox::new(region),
            client: Mailbox::new(seen),
            caller,
            taken: 0,
            kicks: 0,
            deferred: None,
        };
        let greeted = greet(&met.socket, shape.numbers(), &file);
        self.peers.push(met);
        greeted
    }

    /// Whether the process is gone that this one was started by.
    fn is_orphan(&self) -> bool {
        self.parent.is_some_and(|parent| parent != parent_id())
    }
}

/// Answers a client's call, or lets its answer be deferred.
#[inline]
fn answer<S: Service>(service: &mut RingService<S>, peer: &mut Peer) {
    let Peer {
        own,
        client,
        caller,
        ..
    } = *peer;
    peer.taken = client.number();
    let number = peer.taken;
    let mut asked = match client.copy() {
        Some(Copied::Short(short)) => {
            if let Some(answer) = service.short(caller, short) {
                return own.publish_short(number, answer, client);
            }
            Message::of_short(short)
        }
        Some(Copied::Long(message)) => *message,
        None => return own.publish_long(number, &Message::new(label::MALFORMED), client),
    };
    let mut message = Message::new(0);
    asked.deliver_to(&mut message);
    let destination = Destination {
        own,
        client,
        number,
    };
    let (pending, token) = pending::begin(destination);
    let mut right = Some(token);
    service.request(Request {
        caller,
        message: &mut message,
        deferral: Deferral::new(&mut right, Spare::Available),
    });
    let Some(right) = right else {
        peer.deferred = Some(pending);
        return;
    };
    if message.is_received() {
        message.begin(label::ABANDONED);
    }
    right.send(&mut message);
}
