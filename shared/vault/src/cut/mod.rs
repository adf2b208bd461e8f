//! Cuts sources into extents and finds what a vault holds already.
