//! The runner of the on-target tests: prints a line for each and ends the machine.
//!
//! It supervises the suite and the assistant, whose main threads must never fault: if one does, the test that
//! was under way has failed, and no further one is trusted. Nothing here waits for anything but messages,
//! so a test that hangs is seen by the host, as the last name without a result.

#![no_std]
#![forbid(unsafe_code)]

use core::fmt::Write;

use libipc::{Caller, Fault, FaultAnswer, Reply};
use proto::test_results;

/// What ends when the tests have ended.
pub trait Ending {
    /// Ends the machine with a code: 0 if all tests passed.
    fn end(&mut self, code: u8);
}

/// The runner, over something to print to and something to end.
pub struct Runner<P, E> {
    printer: P,
    ending: E,
    failed: u32,
}

impl<P: Write, E: Ending> Runner<P, E> {
    /// A runner that has heard of no test.
    pub fn new(printer: P, ending: E) -> Self {
        Self {
            printer,
            ending,
            failed: 0,
        }
    }

    fn print(&mut self, text: core::fmt::Arguments<'_>) {
        // A line that cannot be printed is missed by whoever counts them.
        let _ = self.printer.write_fmt(text);
    }

    fn end(&mut self) {
        self.ending.end(u8::from(self.failed != 0));
    }
}

impl<P: Write, E: Ending> test_results::Server for Runner<P, E> {
    fn begin(&mut self, _: Caller, name: &str) {
        self.print(format_args!("test {name} ... "));
    }

    fn passed(&mut self, _: Caller) {
        self.print(format_args!("ok\n"));
    }

    fn failed(&mut self, _: Caller, reason: &str) {
        self.failed += 1;
        self.print(format_args!("FAILED {reason}\n"));
    }

    fn finished(&mut self, _: Caller, _: Reply<(), core::convert::Infallible>) {
        self.end();
    }

    fn fault(&mut self, fault: Fault) -> FaultAnswer {
        self.failed += 1;
        self.print(format_args!(
            "FAILED component {} of the tests ended: {} (address {:#x}, instruction {:#x})\n",
            fault.badge as u32,
            fault.kind.text(),
            fault.address,
            fault.ip
        ));
        self.end();
        FaultAnswer::Stop
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::cell::Cell;
    use std::string::String;

    use libipc::FaultKind;
    use test_results::Server;

    use super::*;

    struct Code<'a>(&'a Cell<Option<u8>>);

    impl Ending for Code<'_> {
        fn end(&mut self, code: u8) {
            self.0.set(Some(code));
        }
    }

    const CALLER: Caller = Caller::new(1, 0);

    #[test]
    fn results_are_printed_and_decide_the_code() {
        let code = Cell::new(None);
        let mut runner = Runner::new(String::new(), Code(&code));
        runner.begin(CALLER, "a");
        runner.passed(CALLER);
        runner.end();
        assert_eq!(code.get(), Some(0));
        runner.begin(CALLER, "b");
        runner.failed(CALLER, "why");
        runner.end();
        assert_eq!(code.get(), Some(1));
        assert_eq!(runner.printer, "test a ... ok\ntest b ... FAILED why\n");
    }

    #[test]
    fn a_fault_fails_the_test_that_was_under_way() {
        let code = Cell::new(None);
        let mut runner = Runner::new(String::new(), Code(&code));
        runner.begin(CALLER, "a");
        let fault = Fault {
            badge: 3,
            kind: FaultKind::Divide,
            ip: 1,
            address: 2,
            code: 0,
        };
        assert_eq!(runner.fault(fault), FaultAnswer::Stop);
        assert_eq!(code.get(), Some(1));
        assert!(
            runner
                .printer
                .starts_with("test a ... FAILED component 3 of the tests ended: division by zero")
        );
    }
}
