//! Chance that repeats itself: the same seed deals out the same.

use std::ops::Range;

use chrono::{Days, NaiveDate};
use fastrand::Rng;

use crate::world::TODAY;

/// Deals out what is left to chance.
#[derive(Debug)]
pub struct Chance(Rng);

impl Chance {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    /// For one system alone, so that what one system invents does not move another's.
    pub(crate) fn of_system(seed: u64, system: &str) -> Self {
        let mixed = system.bytes().fold(seed, |seed, byte| {
            seed.rotate_left(9).wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte)
        });
        Self::seeded(mixed)
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, percent: u32) -> bool {
        self.0.u32(..100) < percent
    }

    /// One of these.
    pub fn one_of<T: Copy, const N: usize>(&mut self, these: [T; N]) -> T {
        these[self.0.usize(..N)]
    }

    /// One of these; which must not be empty.
    pub fn any<'a, T>(&mut self, these: &'a [T]) -> &'a T {
        &these[self.0.usize(..these.len())]
    }

    /// A number of the range, which must not be empty.
    pub fn number(&mut self, of: Range<i64>) -> i64 {
        self.0.i64(of)
    }

    /// So many decimal digits.
    pub fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| self.0.digit(10)).collect()
    }

    /// A day from 1 January of `first` to the last day before `end`, and never after [`TODAY`].
    pub fn day(&mut self, first: i32, end: i32) -> NaiveDate {
        let start = NaiveDate::from_ymd_opt(first, 1, 1).unwrap_or_default();
        let years = u64::try_from(end - first).unwrap_or(1).max(1);
        (start + Days::new(self.0.u64(..years * 365))).min(TODAY)
    }

    /// A day after [`TODAY`], within so many years.
    pub fn day_to_come(&mut self, years: u64) -> NaiveDate {
        TODAY + Days::new(self.0.u64(1..years.max(1) * 365))
    }
}
