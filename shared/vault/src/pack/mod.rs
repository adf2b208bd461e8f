//! Packs: sealing, erasure coding, and filling them with extents.
