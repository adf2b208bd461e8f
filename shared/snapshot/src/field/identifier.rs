//! The types of `identifiers`.
