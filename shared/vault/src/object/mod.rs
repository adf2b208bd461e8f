//! The objects of a vault as they stand on a cloud: names, envelopes, heads, manifests.
