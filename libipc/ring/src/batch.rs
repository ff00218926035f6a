//! Many requests, one doorbell, results in the order of the requests.

use crate::{ClientRing, Closed, Outcome, Polled, Request, SubmitError, Wake};

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
        if self.outstanding() != 0 {
            return Err(BatchError::Busy);
        }
        if outcomes.len() < requests.len() {
            return Err(BatchError::TooFewOutcomes);
        }
        let mut waiting = requests.iter().enumerate();
        loop {
            self.fill(&mut waiting)?;
            if !self.collect(outcomes)? {
                return Ok(());
            }
        }
    }

    /// Submits until the ring is full or nothing is left.
    fn fill<'r>(
        &mut self,
        waiting: &mut (impl Iterator<Item = (usize, &'r Request)> + Clone),
    ) -> Result<(), Closed> {
        let mut ahead = waiting.clone();
        while let Some((index, request)) = ahead.next() {
            match self.submit(request, index as u32) {
                Ok(()) => *waiting = ahead.clone(),
                Err(SubmitError::Full) => break,
                Err(SubmitError::Closed(closed)) => return Err(closed),
            }
        }
        Ok(())
    }

    /// Takes completions until the ring is empty. Returns whether any request was outstanding.
    fn collect(&mut self, outcomes: &mut [Outcome]) -> Result<bool, BatchError> {
        let mut found = self.wait()?;
        let any = found != Polled::Empty;
        while let Polled::Completion(completion) = found {
            if let Some(outcome) = outcomes.get_mut(completion.tag as usize) {
                *outcome = completion.outcome;
            }
            if self.outstanding() == 0 {
                return Ok(any);
            }
            found = self.wait()?;
        }
        if found == Polled::Restarted {
            Err(BatchError::Restarted)
        } else {
            Ok(any)
        }
    }
}
