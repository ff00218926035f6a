//! Many requests, one doorbell, results in the order of the requests.

use core::fmt;

use crate::{ClientRing, Closed, Completion, Outcome, Polled, Request, Submitted, Wake};

/// Why a batch has no results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchError {
    /// The connection is closed.
    Closed(Closed),
    /// The server was restarted; some requests may have been carried out.
    Restarted,
    /// Other requests are outstanding; their completions would be lost.
    Busy,
    /// There is not a place for each outcome.
    TooFewOutcomes,
}

impl fmt::Display for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(closed) => closed.fmt(f),
            Self::Restarted => f.write_str("the server was restarted while the batch ran"),
            Self::Busy => f.write_str("other requests are outstanding"),
            Self::TooFewOutcomes => f.write_str("there is not a place for each outcome"),
        }
    }
}

impl core::error::Error for BatchError {}

impl From<Closed> for BatchError {
    fn from(closed: Closed) -> Self {
        Self::Closed(closed)
    }
}

impl<W: Wake> ClientRing<'_, W> {
    /// Submits `requests` with one doorbell (one for each fill of the ring, if there are more than
    /// it holds) and waits for all of them. The outcome of `requests[i]` is stored in
    /// `outcomes[i]`; a failed request does not stop the others.
    ///
    /// # Errors
    /// [`BatchError`]; the outcomes are then meaningless.
    pub fn run(
        &mut self,
        requests: &[Request],
        outcomes: &mut [Outcome],
    ) -> Result<(), BatchError> {
        if outcomes.len() < requests.len() {
            return Err(BatchError::TooFewOutcomes);
        }
        let mut requests = (0..).zip(requests.iter().copied());
        self.run_each(&mut requests, |completion| {
            if let Some(outcome) = outcomes.get_mut(completion.tag as usize) {
                *outcome = completion.outcome;
            }
        })
    }

    /// Has one request carried out and tells how it ended. Where the [`Wake`] has a way that costs less than the
    /// ring's slots, the request goes that way; it overtakes none, for none is outstanding.
    ///
    /// # Errors
    /// [`BatchError`]; the request may then have been carried out.
    #[inline]
    pub fn run_one(&mut self, request: &Request) -> Result<Outcome, BatchError> {
        if self.outstanding() != 0 {
            return Err(self.occupied());
        }
        match self.carry(request) {
            Some(outcome) => Ok(outcome?),
            None => self.run_alone(request),
        }
    }

    /// Why no batch can begin while requests are outstanding: those of a connection that is closed never end.
    #[cold]
    fn occupied(&self) -> BatchError {
        self.closed().map_or(BatchError::Busy, BatchError::Closed)
    }

    /// Has one request carried out by the ring.
    #[inline(never)]
    fn run_alone(&mut self, request: &Request) -> Result<Outcome, BatchError> {
        let mut outcome = Outcome::default();
        let mut requests = core::iter::once((0, *request));
        self.run_each(&mut requests, |completion| outcome = completion.outcome)?;
        Ok(outcome)
    }

    /// As [`run`](Self::run), with requests and their tags from an iterator; hands over each completion.
    ///
    /// # Errors
    /// [`BatchError`]; some requests may then have been carried out.
    #[inline]
    pub fn run_each(
        &mut self,
        requests: &mut impl Iterator<Item = (u32, Request)>,
        mut each: impl FnMut(Completion),
    ) -> Result<(), BatchError> {
        if self.outstanding() != 0 {
            return Err(self.occupied());
        }
        loop {
            let submitted = self.submit_all(requests)?;
            if self.outstanding() == 0 {
                return Ok(());
            }
            self.hand_over();
            self.collect(&mut each)?;
            if submitted == Submitted::All {
                return Ok(());
            }
        }
    }

    /// Takes completions until nothing is outstanding. It waits only where it finds nothing.
    #[inline]
    fn collect(&mut self, each: &mut impl FnMut(Completion)) -> Result<(), BatchError> {
        loop {
            self.poll_all(&mut *each)?;
            if self.outstanding() == 0 {
                return Ok(());
            }
            match self.wait_for_all()? {
                Polled::Completion(completion) => each(completion),
                Polled::Restarted => return Err(BatchError::Restarted),
                Polled::Empty => return Ok(()),
            }
        }
    }
}
