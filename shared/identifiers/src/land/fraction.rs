//! Exact parts of a whole.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::identifier::text_traits;
use crate::{Invalid, Rule, date_form::digits};

/// An exact fraction (分數), not negative, in lowest terms. Sums that need more than 128 bits are an error, never a
/// rounded value.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fraction {
    numerator: u128,
    denominator: u128,
}

impl Fraction {
    /// Nothing.
    pub const ZERO: Self = Self {
        numerator: 0,
        denominator: 1,
    };
    /// The whole.
    pub const ONE: Self = Self {
        numerator: 1,
        denominator: 1,
    };

    /// One of two equal parts.
    pub const HALF: Self = Self {
        numerator: 1,
        denominator: 2,
    };

    /// `numerator` / `denominator`, reduced.
    ///
    /// # Errors
    /// [`Rule::Range`] when the denominator is zero.
    pub fn new(numerator: u128, denominator: u128) -> Result<Self, Invalid> {
        if denominator == 0 {
            return Err(Rule::Range.of::<Self>());
        }
        Ok(Self::reduced(numerator, denominator))
    }

    /// For denominators known not to be zero.
    pub(super) fn reduced(numerator: u128, denominator: u128) -> Self {
        let common = greatest_common_divisor(numerator, denominator);
        Self {
            numerator: numerator / common,
            denominator: denominator / common,
        }
    }

    /// In lowest terms.
    #[must_use]
    pub fn numerator(&self) -> u128 {
        self.numerator
    }

    /// In lowest terms, at least 1.
    #[must_use]
    pub fn denominator(&self) -> u128 {
        self.denominator
    }

    /// The exact sum.
    ///
    /// # Errors
    /// [`Rule::TooLarge`].
    pub fn plus(self, other: Self) -> Result<Self, Invalid> {
        let common = greatest_common_divisor(self.denominator, other.denominator);
        let (own_factor, other_factor) = (other.denominator / common, self.denominator / common);
        let sum = || {
            let own = self.numerator.checked_mul(own_factor)?;
            let added = other.numerator.checked_mul(other_factor)?;
            Some((
                own.checked_add(added)?,
                self.denominator.checked_mul(own_factor)?,
            ))
        };
        let (numerator, denominator) = sum().ok_or(Rule::TooLarge.of::<Self>())?;
        Ok(Self::reduced(numerator, denominator))
    }

    /// The exact sum of all.
    ///
    /// # Errors
    /// [`Rule::TooLarge`].
    pub fn sum(all: impl IntoIterator<Item = Self>) -> Result<Self, Invalid> {
        all.into_iter().try_fold(Self::ZERO, Self::plus)
    }

    /// The exact product.
    ///
    /// # Errors
    /// [`Rule::TooLarge`].
    pub fn times(self, other: Self) -> Result<Self, Invalid> {
        // Crosswise first, so that only a product that is itself too large is refused.
        let (one, another) = (
            Self::reduced(self.numerator, other.denominator),
            Self::reduced(other.numerator, self.denominator),
        );
        let product = || {
            Some(Self {
                numerator: one.numerator.checked_mul(another.numerator)?,
                denominator: one.denominator.checked_mul(another.denominator)?,
            })
        };
        product().ok_or(Rule::TooLarge.of::<Self>())
    }

    /// The whole part; what is less than one is left off.
    #[must_use]
    pub fn floor(self) -> u128 {
        self.numerator / self.denominator
    }

    /// The nearest whole number; a half goes up (四捨五入).
    #[must_use]
    pub fn rounded(self) -> u128 {
        let rest = self.numerator % self.denominator;
        self.floor() + u128::from(rest >= self.denominator - rest)
    }
}

fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl Ord for Fraction {
    /// Exact and without overflow: whole parts first, then the reciprocals of what remains.
    fn cmp(&self, other: &Self) -> Ordering {
        let (mut a, mut b, mut c, mut d) = (
            self.numerator,
            self.denominator,
            other.numerator,
            other.denominator,
        );
        loop {
            let order = (a / b).cmp(&(c / d));
            let (rest_a, rest_c) = (a % b, c % d);
            match (order, rest_a, rest_c) {
                (Ordering::Equal, 0, 0) => return Ordering::Equal,
                (Ordering::Equal, 0, _) => return Ordering::Less,
                (Ordering::Equal, _, 0) => return Ordering::Greater,
                // rest_a / b < rest_c / d exactly when d / rest_c < b / rest_a.
                (Ordering::Equal, _, _) => (a, b, c, d) = (d, rest_c, b, rest_a),
                (order, _, _) => return order,
            }
        }
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl FromStr for Fraction {
    type Err = Invalid;

    fn from_str(raw: &str) -> Result<Self, Invalid> {
        let (numerator, denominator) = raw.split_once('/').unwrap_or((raw, "1"));
        if raw.is_empty() {
            return Err(Rule::Empty.of::<Self>());
        }
        let number = |text| digits::<u128>(text).map_err(Rule::of::<Self>);
        Self::new(number(numerator)?, number(denominator)?)
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

text_traits!(Fraction, public; "fraction", "分數", "^[0-9]+/[0-9]+$", "1/4");
