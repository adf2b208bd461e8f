//! Merkle tree hashes of RFC 9162 §2.1.1 with SHA-256, leaf by leaf, in memory that grows with the logarithm of the leaves.

use super::Hash32;
use super::primitives::sha256;

/// A tree that grows to the right.
#[derive(Debug, Clone, Default)]
pub struct MerkleTree {
    leaves: u64,
    /// The roots of the full subtrees that the leaves so far make, largest first.
    full: Vec<Hash32>,
}

impl MerkleTree {
    /// Adds the next leaf, given as the parts of its bytes.
    pub fn push(&mut self, leaf: &[&[u8]]) {
        let mut node = sha256(&[&[0], &leaf.concat()]);
        // Each trailing one of the count is a full subtree of that height, waiting for its sibling.
        for _ in 0..self.leaves.trailing_ones() {
            if let Some(left) = self.full.pop() {
                node = inner(&left, &node);
            }
        }
        self.full.push(node);
        self.leaves += 1;
    }

    /// How many leaves it has.
    #[must_use]
    pub const fn leaves(&self) -> u64 {
        self.leaves
    }

    /// The tree's hash.
    #[must_use]
    pub fn root(&self) -> Hash32 {
        let mut subtrees = self.full.iter().rev();
        let Some(smallest) = subtrees.next() else {
            return sha256(&[]);
        };
        subtrees.fold(*smallest, |right, left| inner(left, &right))
    }
}

fn inner(left: &Hash32, right: &Hash32) -> Hash32 {
    sha256(&[&[1], left.as_bytes(), right.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// MTH as RFC 9162 §2.1.1 defines it.
    fn defined(leaves: &[Vec<u8>]) -> Hash32 {
        match leaves {
            [] => sha256(&[]),
            [leaf] => sha256(&[&[0], leaf]),
            _ => {
                let mut k = 1;
                while k * 2 < leaves.len() {
                    k *= 2;
                }
                let (left, right) = leaves.split_at(k);
                inner(&defined(left), &defined(right))
            }
        }
    }

    #[test]
    fn the_tree_is_that_of_the_definition_for_every_size() {
        let leaves: Vec<Vec<u8>> = (0u16..130).map(|i| i.to_be_bytes().to_vec()).collect();
        let mut tree = MerkleTree::default();
        for size in 0..=leaves.len() {
            assert_eq!(tree.root(), defined(&leaves[..size]), "{size} leaves");
            if let Some(next) = leaves.get(size) {
                let (a, b) = next.split_at(1);
                tree.push(&[a, b]);
            }
        }
    }

    #[test]
    fn the_empty_tree_and_one_leaf_have_the_published_hashes() {
        // The vectors that implementations of certificate transparency share.
        let mut tree = MerkleTree::default();
        assert_eq!(
            tree.root().to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        tree.push(&[b""]);
        assert_eq!(
            tree.root().to_string(),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        tree.push(&[&[0]]);
        assert_eq!(
            tree.root().to_string(),
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
        );
    }
}
