//! Gathers rows that are written again into extents: of about 1 MiB where most rows are new, small where they are few.

use crate::cut::recipe::{OPEN, Recipe, length};
use crate::cut::seen::SeenWriter;
use crate::cut::{CutError, Extents};

/// An extent is put when it has this many bytes; rows stay whole.
pub(crate) const FULL: usize = 1 << 20;

/// The same for rows among known ones. Even incompressible it fits into a pack of the smallest class with a row to spare, so that a few
/// changed rows do not cost a pack of 1 MiB.
pub(crate) const FEW: usize = 56 << 10;

/// The extent that rows are gathered in.
#[derive(Debug, Default)]
pub(crate) struct Literal {
    raw: Vec<u8>,
    /// Its index in the recipe and in the list of rows.
    open: Option<(u32, u32)>,
}

impl Literal {
    /// How many more bytes make the extent full.
    pub(crate) fn room(&self, full: usize) -> usize {
        full.saturating_sub(self.raw.len())
    }

    /// Adds rows and says where they begin: the extent, as the list of rows knows it, and the place in there.
    pub(crate) fn push(
        &mut self,
        rows: &[u8],
        full: usize,
        recipe: &mut Recipe,
        seen: &mut SeenWriter,
        extents: &mut dyn Extents,
    ) -> Result<(u32, u32), CutError> {
        let (in_recipe, in_seen) = if let Some(open) = self.open {
            open
        } else {
            self.raw = extents.buffer();
            self.raw.reserve(full + full / 16);
            *self.open.insert((recipe.open()?, seen.extent(OPEN, 0)))
        };
        let offset = length(self.raw.len())?;
        self.raw.extend_from_slice(rows);
        recipe.add(in_recipe, offset, length(rows.len())?);
        if self.raw.len() >= full {
            self.close(recipe, seen, extents)?;
        }
        Ok((in_seen, offset))
    }

    /// Puts what was gathered.
    pub(crate) fn close(
        &mut self,
        recipe: &mut Recipe,
        seen: &mut SeenWriter,
        extents: &mut dyn Extents,
    ) -> Result<(), CutError> {
        let Some((in_recipe, in_seen)) = self.open.take() else {
            return Ok(());
        };
        let raw = std::mem::take(&mut self.raw);
        let bytes = length(raw.len())?;
        recipe.close(in_recipe, raw, extents)?;
        seen.close(in_seen, recipe.hash_of(in_recipe), bytes);
        Ok(())
    }
}
