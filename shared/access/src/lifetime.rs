//! From when until when a token may be used.

use chrono::{DateTime, Utc};

/// The most that clocks of two machines may differ, in seconds. Nothing may be configured above it.
pub const MAX_LEEWAY: i64 = 10;

/// What is accepted of a token's times, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    leeway: i64,
    longest: i64,
}

impl Window {
    /// Tokens that live at most `longest` seconds, between clocks that differ by at most `leeway` seconds, which is cut
    /// to [`MAX_LEEWAY`].
    #[must_use]
    pub const fn new(leeway: u8, longest: u32) -> Self {
        let leeway = if leeway as i64 > MAX_LEEWAY {
            MAX_LEEWAY
        } else {
            leeway as i64
        };
        Self {
            leeway,
            longest: longest as i64,
        }
    }

    /// How much clocks may differ, in seconds.
    #[must_use]
    pub const fn leeway(&self) -> i64 {
        self.leeway
    }
}

/// Why a token's times do not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeFault {
    /// `exp` has passed.
    #[error("expired")]
    Expired,
    /// `nbf` has not come.
    #[error("not valid yet")]
    NotYetValid,
    /// `iat` has not come.
    #[error("issued in the future")]
    IssuedInFuture,
    /// More lies between `iat` and `exp` than policy allows.
    #[error("lives longer than policy allows")]
    TooLong,
}

/// A token's times, in seconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub(crate) issued: i64,
    pub(crate) not_before: Option<i64>,
    pub(crate) expires: i64,
}

impl Times {
    pub(crate) fn check(&self, now: DateTime<Utc>, window: Window) -> Result<(), TimeFault> {
        let now = now.timestamp();
        let latest_start = now.saturating_add(window.leeway);
        if expired(self.expires, now, window.leeway) {
            return Err(TimeFault::Expired);
        }
        if self.not_before.is_some_and(|start| start > latest_start) {
            return Err(TimeFault::NotYetValid);
        }
        if self.issued > latest_start {
            return Err(TimeFault::IssuedInFuture);
        }
        let lives = self.expires.saturating_sub(self.issued);
        if lives > window.longest || lives < 0 {
            return Err(TimeFault::TooLong);
        }
        Ok(())
    }
}

/// Whether `expires` has passed at `now` for every clock within `leeway`.
pub(crate) const fn expired(expires: i64, now: i64, leeway: i64) -> bool {
    now >= expires.saturating_add(leeway)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn check(issued: i64, not_before: Option<i64>, expires: i64) -> Result<(), TimeFault> {
        let now = DateTime::from_timestamp(NOW, 0).unwrap();
        Times {
            issued,
            not_before,
            expires,
        }
        .check(now, Window::new(5, 600))
    }

    #[test]
    fn each_bound_holds_to_the_second() {
        assert_eq!(check(NOW, None, NOW + 600), Ok(()));
        assert_eq!(check(NOW, None, NOW + 601), Err(TimeFault::TooLong));
        assert_eq!(check(NOW - 600, None, NOW - 4), Ok(()));
        assert_eq!(check(NOW - 600, None, NOW - 5), Err(TimeFault::Expired));
        assert_eq!(check(NOW + 5, None, NOW + 60), Ok(()));
        assert_eq!(
            check(NOW + 6, None, NOW + 60),
            Err(TimeFault::IssuedInFuture)
        );
        assert_eq!(check(NOW, Some(NOW + 5), NOW + 60), Ok(()));
        assert_eq!(
            check(NOW, Some(NOW + 6), NOW + 60),
            Err(TimeFault::NotYetValid)
        );
        assert_eq!(check(NOW + 4, None, NOW + 2), Err(TimeFault::TooLong));
    }

    #[test]
    fn absurd_times_are_refused_without_overflow() {
        assert_eq!(
            check(NOW, None, NOW + 100 * 31_557_600),
            Err(TimeFault::TooLong)
        );
        assert_eq!(check(i64::MIN, None, i64::MAX), Err(TimeFault::TooLong));
        assert_eq!(
            check(i64::MAX, Some(i64::MAX), i64::MAX),
            Err(TimeFault::NotYetValid)
        );
        assert_eq!(check(i64::MIN, None, i64::MIN), Err(TimeFault::Expired));
    }

    #[test]
    fn leeway_cannot_be_configured_away() {
        assert_eq!(Window::new(255, 1).leeway(), MAX_LEEWAY);
    }
}
