//! Waiting for a device by its interrupt, and not for ever.
//!
//! A driver that carries out one request at a time can wait in the middle of it, which reads better than a machine of
//! states, and ends by time where the device says nothing. [`Pace`] is what it waits by, so that a test's time passes as
//! the test likes; [`Interrupt`] is the one of a program. While a program waits so it takes the signals that its server
//! loop would take: those of others are kept, and [`Attentive`] hands them on afterwards.

#![no_std]
#![forbid(unsafe_code)]

use core::cell::Cell;

use libipc::objects::Notification;
use libipc::ring::RingService;
use libipc::{Caller, Fault, FaultAnswer, Irq, Request, Service, Startup, clock_ns};

/// What a driver waits by.
pub trait Pace {
    /// Returns the monotonic clock, in nanoseconds.
    fn now_ns(&self) -> u64;

    /// Waits for the device's interrupt, at most until `until_ns`. It may return earlier for no reason.
    fn wait(&self, until_ns: u64);

    /// Lets time pass.
    fn sleep(&self, time_ns: u64) {
        let until = self.now_ns() + time_ns;
        while self.now_ns() < until {
            self.wait(until);
        }
    }
}

/// The interrupt of a device, and the kernel's clock.
#[derive(Debug)]
pub struct Interrupt {
    irq: Irq,
    notification: Notification,
    missed: Cell<u64>,
}

impl Interrupt {
    /// The interrupt that the manifest calls `name`.
    ///
    /// # Panics
    /// If the program was not given it.
    #[must_use]
    pub fn new(env: &Startup, name: &str) -> Self {
        Self::of(env.irq(name), env.notification())
    }

    /// An interrupt that signals bits of the program's own notification.
    #[must_use]
    pub fn of(irq: Irq, notification: Notification) -> Self {
        Self {
            irq,
            notification,
            missed: Cell::new(0),
        }
    }

    /// Lets the device's next interrupt through, for who is told of it by the server's loop.
    pub fn arm(&self) {
        // Refused only if the interrupt was taken away; then nobody is told.
        let _ = self.irq.handler.acknowledge();
    }

    /// Takes the signals that others gave meanwhile.
    pub fn take_missed(&self) -> u64 {
        self.missed.take()
    }
}

/// A driver's service, which may wait for its device in the middle of anything: hands on the signals that came meanwhile.
pub struct Attentive<'a, S> {
    service: &'a mut RingService<S>,
    missed: fn(&mut S) -> u64,
}

impl<'a, S: Service> Attentive<'a, S> {
    /// `missed` takes those signals, as [`Interrupt::take_missed`] does.
    pub fn new(service: &'a mut RingService<S>, missed: fn(&mut S) -> u64) -> Self {
        Self { service, missed }
    }

    /// Takes what clients submitted before the server started.
    pub fn start(&mut self) {
        self.service.start();
        self.catch_up();
    }

    fn catch_up(&mut self) {
        loop {
            let missed = (self.missed)(self.service.service_mut());
            if missed == 0 {
                return;
            }
            self.service.signal(missed);
        }
    }
}

impl<S: Service> Service for Attentive<'_, S> {
    fn request(&mut self, request: Request<'_>) {
        self.service.request(request);
        self.catch_up();
    }

    fn signal(&mut self, bits: u64) {
        self.service.signal(bits);
        self.catch_up();
    }

    fn client_gone(&mut self, client: Caller) {
        self.service.client_gone(client);
        self.catch_up();
    }

    fn fault(&mut self, fault: Fault) -> FaultAnswer {
        self.service.fault(fault)
    }
}

impl Pace for Interrupt {
    fn now_ns(&self) -> u64 {
        clock_ns()
    }

    fn wait(&self, until_ns: u64) {
        // Where that is refused the wait ends by time.
        self.arm();
        if let Ok(bits) = self.notification.wait_until(until_ns) {
            self.missed.set(self.missed.get() | bits & !self.irq.bits);
        }
    }
}
