//! The server's side: a service, and what a kernel and a server loop do around it.

use std::cell::{RefCell, RefMut};
use std::fmt;
use std::rc::Rc;

use libipc::{
    Caller, Deferral, Fault, FaultAnswer, Message, Request, Service, Spare, TransportError, label,
};

use crate::MockConnection;
use crate::pending::{self, PendingCall};

/// When a server dies on order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// Before it sees the request.
    BeforeRequest,
    /// After it has done what was asked, before it answers.
    BeforeAnswer,
}

/// What came of letting a server run while a client waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// Something happened; the answer may have come.
    Progress,
    /// Nothing is going to happen any more.
    Nothing,
}

/// A server in this process. Clones are the same server.
pub struct Mock<S>(Rc<RefCell<Host<S>>>);

struct Host<S> {
    server: Option<S>,
    /// The numbers of the requests that the server keeps.
    kept: Vec<u32>,
    capacity: usize,
    death: Option<(usize, Death)>,
    requests: usize,
    when_idle: Option<IdleAction<S>>,
}

type IdleAction<S> = Box<dyn FnMut(&mut S) -> Idle>;

impl<S> Clone for Mock<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S> fmt::Debug for Mock<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mock")
    }
}

impl<S: Service + 'static> Mock<S> {
    /// Starts a server. It can keep 63 requests waiting.
    pub fn new(server: S) -> Self {
        Self(Rc::new(RefCell::new(Host {
            server: Some(server),
            kept: Vec::new(),
            capacity: 63,
            death: None,
            requests: 0,
            when_idle: None,
        })))
    }

    /// Connects client `client` to the server's first interface.
    pub fn connect(&self, client: u32) -> MockConnection {
        self.connect_as(Caller::new(client, 0))
    }

    /// Connects a client with any badge.
    pub fn connect_as(&self, caller: Caller) -> MockConnection {
        MockConnection::new(Rc::new(self.clone()), caller)
    }

    /// The server, to look at or change.
    ///
    /// # Panics
    /// If it is dead, or handling a request.
    pub fn server(&self) -> RefMut<'_, S> {
        RefMut::map(self.0.borrow_mut(), |host| {
            host.server.as_mut().expect("the server is alive")
        })
    }

    /// How many requests reached the server so far.
    pub fn requests(&self) -> usize {
        self.0.borrow().requests
    }

    /// Sets how many requests the server can keep waiting.
    pub fn set_capacity(&self, requests: usize) {
        self.0.borrow_mut().capacity = requests;
    }

    /// Kills the server: requests that it keeps, and later ones, fail as dead.
    pub fn kill(&self) {
        let (kept, server) = {
            let mut host = self.0.borrow_mut();
            (std::mem::take(&mut host.kept), host.server.take())
        };
        for number in kept {
            pending::finish(number, Err(TransportError::Dead));
        }
        drop(server);
    }

    /// Makes the server die at the request after the next `requests`.
    pub fn die(&self, requests: usize, death: Death) {
        self.0.borrow_mut().death = Some((requests, death));
    }

    /// Starts a successor.
    pub fn restart(&self, server: S) {
        self.kill();
        self.0.borrow_mut().server = Some(server);
    }

    /// Signals the server's bound notification.
    pub fn signal(&self, bits: u64) {
        self.server().signal(bits);
    }

    /// Tells the server that a client is gone.
    pub fn client_gone(&self, client: Caller) {
        self.server().client_gone(client);
    }

    /// Tells the server of a fault.
    pub fn fault(&self, fault: Fault) -> FaultAnswer {
        self.server().fault(fault)
    }

    /// Sets what the server does while a client waits for an answer that it deferred.
    pub fn when_idle(&self, action: impl FnMut(&mut S) -> Idle + 'static) {
        self.0.borrow_mut().when_idle = Some(Box::new(action));
    }

    fn dies_now(&self, at: Death) -> bool {
        self.0
            .borrow()
            .death
            .is_some_and(|(left, death)| left == 0 && death == at)
    }

    /// Counts a request down to the death that was ordered.
    fn count(&self) {
        let mut host = self.0.borrow_mut();
        host.requests += 1;
        if let Some((left, _)) = &mut host.death {
            *left = left.wrapping_sub(1);
        }
    }

    fn die_here(&self, number: u32) {
        self.0.borrow_mut().death = None;
        pending::finish(number, Err(TransportError::Dead));
        self.kill();
    }

    /// Lets the server handle a request, which stays in `message` if it is answered at once.
    fn handle(
        &self,
        caller: Caller,
        message: &mut Message,
        right: &mut Option<libipc::ReplyToken>,
    ) {
        let mut host = self
            .0
            .try_borrow_mut()
            .expect("a server that calls itself waits for ever");
        host.kept.retain(|number| pending::is_waiting(*number));
        let spare = if host.kept.len() < host.capacity {
            Spare::Available
        } else {
            Spare::Exhausted
        };
        let server = host.server.as_mut().expect("checked by the caller");
        let answer = message
            .to_short()
            .and_then(|short| server.short(caller, short));
        if let Some(answer) = answer {
            *message = Message::of_short(answer);
            return;
        }
        server.request(Request {
            caller,
            message,
            deferral: Deferral::new(right, spare),
        });
    }
}

/// What a connection needs of a server, whatever its type.
pub(crate) trait Serve {
    /// Sends a request.
    fn start(&self, caller: Caller, request: &mut Message) -> PendingCall;

    /// Lets the server run while a client waits.
    fn idle(&self) -> Idle;
}

impl<S: Service + 'static> Serve for Mock<S> {
    fn start(&self, caller: Caller, request: &mut Message) -> PendingCall {
        let (number, token, place) = pending::begin();
        let call = PendingCall { place };
        let mut right = Some(token);
        if self.dies_now(Death::BeforeRequest) {
            self.die_here(number);
        }
        if self.0.borrow().server.is_none() {
            pending::finish(number, Err(TransportError::Dead));
            return call;
        }
        let mut message = Message::new(0);
        request.deliver_to(&mut message);
        self.handle(caller, &mut message, &mut right);
        if self.dies_now(Death::BeforeAnswer) {
            self.die_here(number);
        }
        self.count();
        match right {
            Some(right) => {
                if message.is_received() {
                    message.begin(label::ABANDONED);
                }
                right.send(&mut message);
            }
            None => self.0.borrow_mut().kept.push(number),
        }
        call
    }

    fn idle(&self) -> Idle {
        let Some(mut action) = self.0.borrow_mut().when_idle.take() else {
            return Idle::Nothing;
        };
        let idle = action(&mut self.server());
        self.0.borrow_mut().when_idle.get_or_insert(action);
        idle
    }
}
