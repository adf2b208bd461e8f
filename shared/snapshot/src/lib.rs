//! Reads, checks, loads and switches the data packages that agencies hand over.
