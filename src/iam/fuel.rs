//! How much work a question may still cost, counted in steps and not in time, so that the answer
//! is the same on every machine.

use std::cell::Cell;

/// Steps left. One step is about one comparison of two short texts.
#[derive(Debug)]
pub struct Fuel(Cell<usize>);

impl Fuel {
    /// `steps` to go.
    #[must_use]
    pub fn new(steps: usize) -> Self {
        Self(Cell::new(steps))
    }

    /// Takes `steps` away; `false` where they are not left, and then nothing is left.
    pub fn burn(&self, steps: usize) -> bool {
        let left = self.0.get().checked_sub(steps);
        self.0.set(left.unwrap_or(0));
        left.is_some()
    }

    /// Lets `work` take up to `steps`, even where fewer are left, and takes away what it took.
    pub fn lend<T>(&self, steps: usize, work: impl FnOnce(&Self) -> T) -> T {
        let own = Self::new(steps);
        let done = work(&own);
        self.burn(steps - own.left());
        done
    }

    /// Steps left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.0.get()
    }
}
