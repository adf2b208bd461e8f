//! Gathers rows that are written again into extents: of about 1 MiB where most rows are new, small where they are few.

use crate::cut::content::RowHash;
use crate::cut::recipe::{OPEN, Recipe, length};
use crate::cut::seen::{SeenRow, SeenWriter};
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
    /// Adds a row and says where it lies.
    pub(crate) fn push(
        &mut self,
        row: &[u8],
        hash: RowHash,
        full: usize,
        recipe: &mut Recipe,
        seen: &mut SeenWriter,
        extents: &mut dyn Extents,
    ) -> Result<SeenRow, CutError> {
        let (in_recipe, in_seen) = if let Some(open) = self.open {
            open
        } else {
            self.raw.reserve(full + full / 16);
            *self.open.insert((recipe.open()?, seen.extent(OPEN, 0)))
        };
        let placed = SeenRow {
            hash,
            extent: in_seen,
            offset: length(self.raw.len())?,
            length: length(row.len())?,
        };
        self.raw.extend_from_slice(row);
        recipe.add(in_recipe, placed.offset, placed.length);
        if self.raw.len() >= full {
            self.close(recipe, seen, extents)?;
        }
        Ok(placed)
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
