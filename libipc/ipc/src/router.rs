//! Several interfaces on one endpoint, one state behind them.
//!
//! The badge of a connection says which interface it is for, so a client can never reach one that it was not
//! connected to, whatever labels it sends.

use crate::{
    Caller, Endpoint, Events, Fault, FaultAnswer, Never, Request, Service, Short, label, serve,
};

/// Dispatches the requests of one interface to a server of type `S`, as generated code does.
pub type Dispatch<S> = fn(&mut S, Request<'_>);

/// Dispatches those requests of an interface that fit in registers, as generated code does.
pub type DispatchShort<S> = fn(&mut S, Caller, Short) -> Option<Short>;

/// The greatest number of interfaces of a server.
const MAX_ROUTES: usize = 16;

/// A server with several interfaces.
pub struct Router<S> {
    server: S,
    endpoint: Option<Endpoint>,
    routes: [Option<Dispatch<S>>; MAX_ROUTES],
    short: [Option<DispatchShort<S>>; MAX_ROUTES],
}

impl<S: Events> Router<S> {
    /// A server that has no interface yet.
    pub fn new(server: S) -> Self {
        Self {
            server,
            endpoint: None,
            routes: [None; MAX_ROUTES],
            short: [None; MAX_ROUTES],
        }
    }

    /// Adds an interface.
    ///
    /// # Panics
    /// If the interface's index is 16 or above, or it is served on another endpoint than the others.
    #[must_use]
    pub fn with(mut self, endpoint: Endpoint, dispatch: Dispatch<S>) -> Self {
        let first = *self.endpoint.get_or_insert(endpoint);
        assert!(
            first.slot == endpoint.slot,
            "the interfaces of a router share one endpoint"
        );
        match self.routes.get_mut(usize::from(endpoint.interface)) {
            Some(route) => *route = Some(dispatch),
            None => panic!("a server has at most {MAX_ROUTES} interfaces"),
        }
        self
    }

    /// Answers requests of an interface that was added from their words, where they and their answers fit in
    /// registers.
    #[must_use]
    pub fn shortly(mut self, endpoint: Endpoint, dispatch: DispatchShort<S>) -> Self {
        if let Some(route) = self.short.get_mut(usize::from(endpoint.interface)) {
            *route = Some(dispatch);
        }
        self
    }

    /// The server behind the interfaces.
    pub fn server_mut(&mut self) -> &mut S {
        &mut self.server
    }

    /// Serves for ever.
    ///
    /// # Panics
    /// If no interface was added; also as [`serve`].
    pub fn serve(self) -> Never {
        match self.endpoint {
            Some(endpoint) => serve(endpoint, self),
            None => panic!("a router without an interface"),
        }
    }
}

impl<S: Events> Service for Router<S> {
    #[inline]
    fn request(&mut self, request: Request<'_>) {
        let index = usize::from(request.caller.interface());
        match self.routes.get(index).copied().flatten() {
            Some(dispatch) => dispatch(&mut self.server, request),
            None => request.message.begin(label::WRONG_INTERFACE),
        }
    }

    #[inline]
    fn short(&mut self, caller: Caller, request: Short) -> Option<Short> {
        let index = usize::from(caller.interface());
        let dispatch = self.short.get(index).copied().flatten()?;
        dispatch(&mut self.server, caller, request)
    }

    fn signal(&mut self, bits: u64) {
        self.server.signal(bits);
    }

    fn client_gone(&mut self, client: Caller) {
        self.server.client_gone(client);
    }

    fn fault(&mut self, fault: Fault) -> FaultAnswer {
        self.server.fault(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CPtr, Deferral, Message, Spare};

    struct Nothing;
    impl Events for Nothing {}

    fn ask(router: &mut Router<Nothing>, interface: u8) -> u32 {
        let mut message = Message::new(9);
        let mut right = None;
        router.request(Request {
            caller: Caller::new(1, interface),
            message: &mut message,
            deferral: Deferral::new(&mut right, Spare::Exhausted),
        });
        message.label()
    }

    #[test]
    fn a_badge_reaches_its_own_interface_and_no_other() {
        let slot = CPtr(3);
        let mut router = Router::new(Nothing)
            .with(Endpoint { slot, interface: 0 }, |_, request| {
                request.message.begin(100)
            })
            .with(Endpoint { slot, interface: 2 }, |_, request| {
                request.message.begin(102)
            });
        assert_eq!(ask(&mut router, 0), 100);
        assert_eq!(ask(&mut router, 2), 102);
        assert_eq!(ask(&mut router, 1), label::WRONG_INTERFACE);
        assert_eq!(ask(&mut router, 255), label::WRONG_INTERFACE);
    }
}
