//! How a program falls asleep that waits for several rings, and sleeps on a notification of its own.
//!
//! In this order: wake those that are seen to sleep, look for a while if one of them is answered on another core, announce what was
//! submitted and ask all to be woken (one full fence each for both), look once more, sleep. Looking comes before asking and
//! replaces none of it: what it finds saves both sides the kernel, and what it misses is found or signalled as if nobody had looked.
//!
//! One function over a trait, so that the model checker sees what ships.

use crate::{Looks, WINDOW};

/// Where who answers runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prospect {
    /// On this core, or nothing is outstanding: nothing comes while this side looks.
    Nothing,
    /// On another core, where it may be answering already.
    Soon,
}

/// Whether a program may sleep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arming {
    /// It is woken by what comes next.
    Armed,
    /// Something has come.
    Ready,
}

/// What a program waits for, in practice a ring.
pub trait Source {
    /// Wakes who answers if it is seen to sleep, and tells whether it pays to look for the answers.
    fn hint(&self) -> Prospect;

    /// Whether something has come that was not taken.
    fn has_news(&self) -> bool;

    /// Makes sure that what was submitted is taken, asks to be woken by what comes next, and looks once more.
    fn arm(&self) -> Arming;
}

/// Falls asleep: looks for a while where that pays, and then asks all `sources` to wake this side. If it is
/// [`Ready`](Arming::Ready), the caller takes what has come and does not sleep; not all of them are armed then, nor what was submitted
/// announced to all, so it comes back, or flushes. `relax` is what a core
/// does between two looks, `looks` what was learnt of the earlier ones.
pub fn doze<'s, S: Source + ?Sized + 's>(
    looks: &mut Looks,
    sources: impl Iterator<Item = &'s S> + Clone,
    relax: impl Fn(),
) -> Arming {
    let mut prospect = Prospect::Nothing;
    for source in sources.clone() {
        if source.hint() == Prospect::Soon {
            prospect = Prospect::Soon;
        }
    }
    if prospect == Prospect::Soon {
        let (found, _) = looks.wait(WINDOW, || {
            relax();
            sources.clone().any(Source::has_news).then_some(())
        });
        if found.is_some() {
            return Arming::Ready;
        }
    }
    let mut arming = Arming::Armed;
    for source in sources {
        if source.arm() == Arming::Ready {
            arming = Arming::Ready;
        }
    }
    arming
}

#[cfg(all(test, not(loom)))]
mod tests {
    use core::cell::{Cell, RefCell};

    use super::*;
    use crate::IN_VAIN;

    /// What was asked of it, in order; looks are counted.
    struct Fake {
        prospect: Prospect,
        /// The look that finds something.
        comes_at: Cell<u32>,
        looks: Cell<u32>,
        asked: RefCell<Vec<&'static str>>,
    }

    impl Fake {
        fn new(prospect: Prospect) -> Self {
            Self {
                prospect,
                comes_at: Cell::new(u32::MAX),
                looks: Cell::new(0),
                asked: RefCell::default(),
            }
        }

        fn note(&self, what: &'static str) {
            let mut asked = self.asked.borrow_mut();
            if asked.last() != Some(&what) {
                asked.push(what);
            }
        }
    }

    impl Source for Fake {
        fn hint(&self) -> Prospect {
            self.note("hint");
            self.prospect
        }

        fn has_news(&self) -> bool {
            self.note("look");
            self.looks.set(self.looks.get() + 1);
            self.looks.get() >= self.comes_at.get()
        }

        fn arm(&self) -> Arming {
            self.note("arm");
            match self.looks.get() + 1 >= self.comes_at.get() {
                true => Arming::Ready,
                false => Arming::Armed,
            }
        }
    }

    fn doze_over(looks: &mut Looks, fakes: &[&Fake]) -> Arming {
        doze(looks, fakes.iter().copied(), || {})
    }

    #[test]
    fn it_hints_looks_arms_and_only_then_sleeps() {
        let (far, near) = (Fake::new(Prospect::Soon), Fake::new(Prospect::Nothing));
        let arming = doze_over(&mut Looks::default(), &[&near, &far]);
        assert_eq!(arming, Arming::Armed);
        assert_eq!(*far.asked.borrow(), ["hint", "look", "arm"]);
        assert_eq!(*near.asked.borrow(), ["hint", "look", "arm"]);
        assert_eq!((near.looks.get(), far.looks.get()), (WINDOW, WINDOW));
    }

    #[test]
    fn what_comes_while_it_looks_is_not_armed_for() {
        let (first, second) = (Fake::new(Prospect::Soon), Fake::new(Prospect::Soon));
        second.comes_at.set(5);
        let arming = doze_over(&mut Looks::default(), &[&first, &second]);
        assert_eq!(arming, Arming::Ready);
        assert_eq!(*first.asked.borrow(), ["hint", "look"]);
        assert_eq!(first.looks.get(), 5, "all are looked at in turn");
    }

    #[test]
    fn what_comes_with_the_last_look_is_found() {
        let far = Fake::new(Prospect::Soon);
        far.comes_at.set(WINDOW + 1);
        assert_eq!(doze_over(&mut Looks::default(), &[&far]), Arming::Ready);
        assert_eq!(*far.asked.borrow(), ["hint", "look", "arm"]);
    }

    #[test]
    fn nobody_looks_for_what_is_answered_on_this_core() {
        let near = Fake::new(Prospect::Nothing);
        assert_eq!(doze_over(&mut Looks::default(), &[&near]), Arming::Armed);
        assert_eq!(*near.asked.borrow(), ["hint", "arm"]);
    }

    #[test]
    fn after_looking_in_vain_again_and_again_it_arms_at_once() {
        let (far, mut looks) = (Fake::new(Prospect::Soon), Looks::default());
        for _ in 0..IN_VAIN {
            assert_eq!(doze_over(&mut looks, &[&far]), Arming::Armed);
        }
        let before = far.looks.get();
        assert_eq!(before, IN_VAIN * WINDOW);
        assert_eq!(doze_over(&mut looks, &[&far]), Arming::Armed);
        assert_eq!(far.looks.get(), before);
    }
}
