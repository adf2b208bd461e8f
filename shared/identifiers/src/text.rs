//! Short ASCII text held in place: identifiers are copied like numbers and need no heap.

use crate::Rule;

/// At most `N` ASCII characters. Unused bytes are zero, so the derived order is the order of the texts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Text<const N: usize> {
    bytes: [u8; N],
    len: u8,
}

impl<const N: usize> Text<N> {
    /// Takes `raw` if it is ASCII, `shortest` to `N` characters long, and `fits` says yes to each (place from 0, byte).
    pub(crate) fn parse(
        raw: &str,
        shortest: usize,
        fits: impl Fn(usize, u8) -> bool,
    ) -> Result<Self, Rule> {
        if raw.is_empty() {
            return Err(Rule::Empty);
        }
        if let Some(at) = raw.chars().position(|c| !c.is_ascii_graphic()) {
            return Err(Rule::Character(at + 1));
        }
        if raw.len() < shortest || raw.len() > N {
            return Err(Rule::Length);
        }
        if let Some(at) = raw
            .bytes()
            .enumerate()
            .position(|(at, byte)| !fits(at, byte))
        {
            return Err(Rule::Character(at + 1));
        }
        let mut bytes = [0; N];
        bytes[..raw.len()].copy_from_slice(raw.as_bytes());
        Ok(Self {
            bytes,
            len: u8::try_from(raw.len()).map_err(|_| Rule::Length)?,
        })
    }

    /// Exactly `N` digits.
    pub(crate) fn digits(raw: &str) -> Result<Self, Rule> {
        Self::parse(raw, N, |_, byte| byte.is_ascii_digit())
    }

    /// Exactly `N` capital letters or digits.
    pub(crate) fn alphanumeric(raw: &str) -> Result<Self, Rule> {
        Self::parse(raw, N, |_, byte| is_upper_alphanumeric(byte))
    }

    pub(crate) fn as_str(&self) -> &str {
        // Only ASCII ever enters, so this conversion cannot fail and there is no fallback to take.
        std::str::from_utf8(self.bytes()).unwrap_or_default()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

/// `[A-Z0-9]`
pub(crate) fn is_upper_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}
