//! Message-signalled interrupt lines: which are taken, masked, and have fired while masked.
//!
//! The processor cannot mask a message, so a masked one is remembered and raised again when it is unmasked.

/// The number of lines.
pub const COUNT: usize = 176;
const WORDS: usize = COUNT.div_ceil(64);

/// A set of lines.
#[derive(Clone, Copy, Debug, Default)]
struct Lines([u64; WORDS]);

impl Lines {
    fn has(&self, line: usize) -> bool {
        self.0
            .get(line / 64)
            .is_some_and(|word| word >> (line % 64) & 1 == 1)
    }

    fn insert(&mut self, line: usize) {
        if let Some(word) = self.0.get_mut(line / 64) {
            *word |= 1 << (line % 64);
        }
    }

    fn remove(&mut self, line: usize) -> bool {
        let had = self.has(line);
        if let Some(word) = self.0.get_mut(line / 64) {
            *word &= !(1 << (line % 64));
        }
        had
    }
}

/// The state of all lines, numbered from 0.
#[derive(Clone, Copy, Debug, Default)]
pub struct MsiLines {
    taken: Lines,
    open: Lines,
    pending: Lines,
    top: usize,
    count: usize,
}

impl MsiLines {
    /// All lines unused.
    pub const fn new() -> Self {
        Self::with(COUNT)
    }

    /// No lines: for a core that they are not delivered to.
    pub const fn none() -> Self {
        Self::with(0)
    }

    const fn with(count: usize) -> Self {
        const NONE: Lines = Lines([0; WORDS]);
        Self {
            taken: NONE,
            open: NONE,
            pending: NONE,
            top: 0,
            count,
        }
    }

    /// Takes an unused line, masked.
    pub fn allocate(&mut self) -> Option<usize> {
        let line = (0..self.count).find(|line| !self.taken.has(*line))?;
        self.taken.insert(line);
        self.top = self.top.max(line + 1);
        Some(line)
    }

    /// Masks a line and gives it back; what was pending is forgotten.
    pub fn release(&mut self, line: usize) {
        self.taken.remove(line);
        self.open.remove(line);
        self.pending.remove(line);
    }

    /// Stops a line.
    pub fn mask(&mut self, line: usize) {
        self.open.remove(line);
    }

    /// Opens a line; `true` if it fired while it was masked and must be raised again.
    pub fn unmask(&mut self, line: usize) -> bool {
        if !self.taken.has(line) {
            return false;
        }
        self.open.insert(line);
        self.pending.remove(line)
    }

    /// Notes that a line fired; `true` if it is to be delivered now.
    pub fn fired(&mut self, line: usize) -> bool {
        let open = self.open.has(line);
        if !open && self.taken.has(line) {
            self.pending.insert(line);
        }
        open
    }

    /// One more than the greatest line that was ever taken.
    pub fn top(&self) -> usize {
        self.top
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_fires_while_masked_is_raised_again_once() {
        let mut lines = MsiLines::new();
        let line = lines.allocate().unwrap();
        assert!(!lines.fired(line));
        assert!(lines.unmask(line));
        assert!(lines.fired(line));
        lines.mask(line);
        assert!(!lines.unmask(line));
    }

    #[test]
    fn a_released_line_is_silent_and_can_be_taken_again() {
        let mut lines = MsiLines::new();
        let line = lines.allocate().unwrap();
        lines.unmask(line);
        lines.release(line);
        assert!(!lines.fired(line));
        assert!(!lines.unmask(line));
        assert_eq!(lines.allocate(), Some(line));
        assert!(!lines.unmask(line));
    }

    #[test]
    fn a_core_without_lines_gives_none() {
        let mut lines = MsiLines::none();
        assert_eq!(lines.allocate(), None);
        lines.release(0);
        assert!(!lines.unmask(0) && !lines.fired(0));
        assert_eq!(lines.allocate(), None);
    }

    #[test]
    fn lines_run_out() {
        let mut lines = MsiLines::new();
        assert_eq!((0..COUNT).filter_map(|_| lines.allocate()).count(), COUNT);
        assert_eq!(lines.allocate(), None);
        assert_eq!(lines.top(), COUNT);
    }
}
