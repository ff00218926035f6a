//! Text for a display: what was written and not taken yet.

use heapless::Deque;
use libipc::Cap;
use libipc::codec::Bytes;
use libipc::objects::Notification;

/// How many bytes are kept.
pub const MAX_BACKLOG: usize = 8192;

/// The newest text. Whoever writes never waits for the display: text that does not fit takes the place of the oldest.
#[derive(Debug, Default)]
pub struct Backlog {
    waiting: Deque<u8, MAX_BACKLOG>,
    lost: u32,
    /// The display that wants to know.
    arrival: Option<Cap<Notification>>,
}

impl Backlog {
    /// No text yet, and no display.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps text; tells the display, if none was waiting.
    pub fn put(&mut self, text: &[u8]) {
        let is_first = self.waiting.is_empty() && !text.is_empty();
        for byte in text {
            if self.waiting.is_full() {
                self.waiting.pop_front();
                self.lost = self.lost.saturating_add(1);
            }
            // There is room for it.
            let _ = self.waiting.push_back(*byte);
        }
        if is_first {
            self.announce();
        }
    }

    /// Takes the oldest text, how many bytes were lost before it, and how many are left.
    pub fn take<const N: usize>(&mut self) -> (Bytes<N>, u32, u32) {
        let mut taken = Bytes::new();
        while taken.len() < N
            && let Some(byte) = self.waiting.pop_front()
        {
            // There is room for it.
            let _ = taken.push(byte);
        }
        let left = self.waiting.len() as u32;
        (taken, core::mem::take(&mut self.lost), left)
    }

    /// Tells a display from now on, in the place of another.
    pub fn subscribe(&mut self, arrival: Cap<Notification>) {
        self.arrival = Some(arrival);
        if !self.waiting.is_empty() {
            self.announce();
        }
    }

    fn announce(&self) {
        if let Some(arrival) = &self.arrival {
            // Refused only if the display is gone.
            let _ = arrival.object().signal();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken<const N: usize>(backlog: &mut Backlog) -> (heapless::Vec<u8, N>, u32, u32) {
        let (text, lost, left) = backlog.take::<N>();
        (text.iter().copied().collect(), lost, left)
    }

    #[test]
    fn text_is_taken_in_order_and_in_parts() {
        let mut backlog = Backlog::new();
        backlog.put(b"abc");
        backlog.put(b"de");
        assert_eq!(
            taken::<4>(&mut backlog),
            (heapless::Vec::from_slice(b"abcd").expect("fits"), 0, 1)
        );
        assert_eq!(
            taken::<4>(&mut backlog),
            (heapless::Vec::from_slice(b"e").expect("fits"), 0, 0)
        );
        assert_eq!(taken::<4>(&mut backlog), (heapless::Vec::new(), 0, 0));
    }

    #[test]
    fn too_much_text_loses_the_oldest_and_counts_it() {
        let mut backlog = Backlog::new();
        backlog.put(b"lost");
        backlog.put(&[b'x'; MAX_BACKLOG - 1]);
        backlog.put(b"new");
        let (text, lost, left) = taken::<MAX_BACKLOG>(&mut backlog);
        assert_eq!((text.len(), lost, left), (MAX_BACKLOG, 6, 0));
        assert!(text.starts_with(b"x") && text.ends_with(b"xnew"));
        backlog.put(b"y");
        assert_eq!(taken::<8>(&mut backlog).1, 0, "what was lost is told once");
    }
}
