//! A set of clouds.

use serde::{Deserialize, Serialize};

/// The clouds that hold something, by number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Holders(u16);

impl Holders {
    /// Clouds 1 to `clouds`.
    #[must_use]
    pub fn all(clouds: u8) -> Self {
        (1..=clouds).fold(Self::default(), Self::with)
    }

    /// This set and the cloud of this number (1–16).
    #[must_use]
    pub fn with(self, cloud: u8) -> Self {
        Self(self.0 | bit(cloud))
    }

    /// This set without the cloud of this number.
    #[must_use]
    pub fn without(self, cloud: u8) -> Self {
        Self(self.0 & !bit(cloud))
    }

    /// What both sets have.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether the cloud of this number is one of them.
    #[must_use]
    pub fn has(self, cloud: u8) -> bool {
        self.0 & bit(cloud) != 0
    }

    /// How many they are.
    #[must_use]
    pub fn count(self) -> u8 {
        // At most 16.
        self.0.count_ones().try_into().unwrap_or(u8::MAX)
    }
}

fn bit(cloud: u8) -> u16 {
    let place = u32::from(cloud).checked_sub(1);
    place
        .and_then(|place| 1_u16.checked_shl(place))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Holders;

    #[test]
    fn clouds_come_and_go_by_number() {
        let all = Holders::all(16);
        assert_eq!(all.count(), 16);
        let some = all.without(16).without(1);
        assert!(!some.has(1) && !some.has(16) && some.has(2) && some.has(15));
        assert_eq!(some.with(0).with(17), some, "there are no such clouds");
        assert_eq!(some.and(Holders::all(3)).count(), 2);
    }
}
