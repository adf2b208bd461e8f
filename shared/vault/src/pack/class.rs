//! The lengths that a sealed pack can have.

/// Bytes of the key commitment in front of the frames.
pub(super) const COMMITMENT: usize = 32;

/// Bytes of a sealed frame, except that the last one is shorter.
pub(super) const FRAME: usize = 1024 * 1024;

/// Bytes of the tag at the end of a frame.
pub(super) const TAG: usize = 16;

/// Bytes of content in a frame that is not the last.
pub(super) const PLAIN: usize = FRAME - TAG;

/// The most that a fragment may have: a line of 1 Mbit/s carries it within a client's retry window.
const FRAGMENT_AT_MOST: usize = 8 * 1024 * 1024;

/// Fragments are coded in blocks of this length.
const BLOCK: usize = 64;

/// The length of a pack. Clouds see only these, so that they learn no length of anything inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// 64 KiB: ends of tables, small changes, manifests.
    Small,
    /// 1 MiB.
    Medium,
    /// 8 MiB.
    Large,
    /// 32 MiB, where four clouds or more are needed.
    Huge,
}

impl Class {
    /// All classes, shortest first; the place of a class here is its number in the catalogue.
    pub const ALL: [Self; 4] = [Self::Small, Self::Medium, Self::Large, Self::Huge];

    /// Bytes of the sealed pack.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::Small => 64 * 1024,
            Self::Medium => 1024 * 1024,
            Self::Large => 8 * 1024 * 1024,
            Self::Huge => 32 * 1024 * 1024,
        }
    }

    /// How many frames the pack has.
    #[must_use]
    pub const fn frames(self) -> usize {
        (self.bytes() - COMMITMENT).div_ceil(FRAME)
    }

    /// How many bytes of extents fit in.
    #[must_use]
    pub const fn capacity(self) -> usize {
        self.bytes() - COMMITMENT - self.frames() * TAG
    }

    /// Bytes to be had for a pack's content so that sealing and coding it move it nowhere else: the pack, and the zeros that fragments
    /// are filled up with.
    #[must_use]
    pub const fn room(self) -> usize {
        self.bytes() + 16 * BLOCK
    }

    /// Bytes of each fragment when `need` of them are to be enough: the least multiple of 64 that suffices.
    #[must_use]
    pub const fn fragment_len(self, need: u8) -> usize {
        let need = if need == 0 { 1 } else { need as usize };
        self.bytes().div_ceil(need).div_ceil(BLOCK) * BLOCK
    }

    /// Whether its fragments are short enough to be sent over a thin line.
    #[must_use]
    pub const fn is_allowed(self, need: u8) -> bool {
        self.fragment_len(need) <= FRAGMENT_AT_MOST
    }

    /// The longest class that may be used with this `need`.
    #[must_use]
    pub fn largest(need: u8) -> Self {
        let mut allowed = Self::ALL.into_iter().rev();
        allowed
            .find(|class| class.is_allowed(need))
            .unwrap_or(Self::Small)
    }

    /// The number of the class in the catalogue.
    #[must_use]
    pub const fn index(self) -> u8 {
        self as u8
    }

    /// The class of this number, if there is one.
    #[must_use]
    pub fn from_index(index: u8) -> Option<Self> {
        Self::ALL.get(usize::from(index)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::Class;

    #[test]
    fn lengths_are_those_of_the_format() {
        let capacities = Class::ALL.map(Class::capacity);
        assert_eq!(capacities, [65_488, 1_048_528, 8_388_448, 33_553_888]);
        assert_eq!(Class::Large.fragment_len(2), 4_194_304);
        assert_eq!(Class::Large.fragment_len(3), 2_796_224);
        assert_eq!(Class::Small.fragment_len(3), 21_888);
        assert_eq!(
            [2, 3, 4, 5].map(Class::largest),
            [Class::Large, Class::Large, Class::Huge, Class::Huge]
        );
        for (index, class) in (0..).zip(Class::ALL) {
            assert_eq!(class.index(), index);
            assert_eq!(Class::from_index(index), Some(class));
        }
        assert_eq!(Class::from_index(4), None);
    }
}
