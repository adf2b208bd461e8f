//! Claims, tokens, proof of possession, callers, purposes, policies, limits.
