//! Intrusive doubly linked lists of kernel objects.
//!
//! An object can be in one list of each kind of link (`L` names the kind); links live inside it, so that no
//! operation allocates and removal from the middle takes constant time. Order is first in, first out.

use core::marker::PhantomData;

use weft_store::{Home, HomeCell, Ref};

/// The kind of list that an object mostly waits in: ready queue, endpoint queue.
pub struct Main;
/// The list of deadlines, or of contexts without budget.
pub struct Timed;
/// The list of threads that serve an endpoint.
pub struct Serving;

/// The list of contexts with deadlines.
pub struct Admitted;

/// The links inside an object.
pub struct Links<T, L = Main> {
    next: HomeCell<Option<Ref<T>>>,
    previous: HomeCell<Option<Ref<T>>>,
    kind: PhantomData<L>,
}

impl<T, L> Links<T, L> {
    /// Links that lead nowhere.
    pub const fn new() -> Self {
        Self {
            next: HomeCell::new(None),
            previous: HomeCell::new(None),
            kind: PhantomData,
        }
    }

    /// The next object of the list.
    pub fn next(&self, home: Home) -> Option<Ref<T>> {
        self.next.get(home)
    }
}

impl<T, L> Default for Links<T, L> {
    fn default() -> Self {
        Self::new()
    }
}

/// An object that has links for lists.
pub trait Linked<L = Main>: Sized {
    /// Its links.
    fn links(&self) -> &Links<Self, L>;
}

/// First and last object of a list.
pub struct List<T, L = Main> {
    first: HomeCell<Option<Ref<T>>>,
    last: HomeCell<Option<Ref<T>>>,
    kind: PhantomData<L>,
}

impl<T, L> List<T, L> {
    /// An empty list.
    pub const fn new() -> Self {
        Self {
            first: HomeCell::new(None),
            last: HomeCell::new(None),
            kind: PhantomData,
        }
    }
}

impl<T, L> Default for List<T, L> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Linked<L>, L> List<T, L> {
    /// Whether nothing is in it.
    pub fn is_empty(&self, home: Home) -> bool {
        self.first.get(home).is_none()
    }

    /// The first object.
    pub fn first(&self, home: Home) -> Option<Ref<T>> {
        self.first.get(home)
    }

    /// Appends an object that is in no list.
    pub fn push_back(&self, home: Home, object: Ref<T>) {
        let last = self.last.replace(home, Some(object));
        object.links().previous.set(home, last);
        object.links().next.set(home, None);
        match last {
            Some(last) => last.links().next.set(home, Some(object)),
            None => self.first.set(home, Some(object)),
        }
    }

    /// Puts an object that is in no list before all others.
    pub fn push_front(&self, home: Home, object: Ref<T>) {
        let first = self.first.replace(home, Some(object));
        object.links().next.set(home, first);
        object.links().previous.set(home, None);
        match first {
            Some(first) => first.links().previous.set(home, Some(object)),
            None => self.last.set(home, Some(object)),
        }
    }

    /// Puts an object that is in no list before the first one for which `after` holds, or last.
    pub fn insert_before(&self, home: Home, object: Ref<T>, after: impl Fn(&T) -> bool) {
        let mut place = self.first.get(home);
        while let Some(here) = place
            && !after(&here)
        {
            place = here.links().next.get(home);
        }
        let Some(place) = place else {
            return self.push_back(home, object);
        };
        let Some(previous) = place.links().previous.get(home) else {
            return self.push_front(home, object);
        };
        previous.links().next.set(home, Some(object));
        object.links().previous.set(home, Some(previous));
        object.links().next.set(home, Some(place));
        place.links().previous.set(home, Some(object));
    }

    /// Takes out an object that is in this list.
    pub fn remove(&self, home: Home, object: Ref<T>) {
        let next = object.links().next.replace(home, None);
        let previous = object.links().previous.replace(home, None);
        match previous {
            Some(previous) => previous.links().next.set(home, next),
            None => self.first.set(home, next),
        }
        match next {
            Some(next) => next.links().previous.set(home, previous),
            None => self.last.set(home, previous),
        }
    }

    /// Takes out the first object, which this is; says whether it was the only one. Its links stay as they were.
    #[inline(always)]
    pub fn take_first(&self, home: Home, first: Ref<T>) -> bool {
        let next = first.links().next.get(home);
        self.first.set(home, next);
        match next {
            Some(next) => next.links().previous.set(home, None),
            None => self.last.set(home, None),
        }
        next.is_none()
    }

    /// Appends an object that is in no list and takes out the first, which is another.
    #[inline(always)]
    pub fn rotate(&self, home: Home, first: Ref<T>, object: Ref<T>) {
        let Some(next) = first.links().next.get(home) else {
            object.links().next.set(home, None);
            object.links().previous.set(home, None);
            self.first.set(home, Some(object));
            self.last.set(home, Some(object));
            return;
        };
        let last = self.last.replace(home, Some(object));
        self.first.set(home, Some(next));
        next.links().previous.set(home, None);
        if let Some(last) = last {
            last.links().next.set(home, Some(object));
        }
        object.links().previous.set(home, last);
        object.links().next.set(home, None);
    }

    /// Takes out the first object.
    pub fn pop(&self, home: Home) -> Option<Ref<T>> {
        let first = self.first.get(home)?;
        self.remove(home, first);
        Some(first)
    }
}
