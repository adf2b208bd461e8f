//! Own servers, networks and clocks for tests.
