//! What the journal keeps. Rows of `application`, `step` and `export` are numbered together by `position`, in the order in
//! which they became durable; none of them is ever deleted.

pub(crate) mod application;
pub(crate) mod attachment;
pub(crate) mod export;
pub(crate) mod parked;
pub(crate) mod receipt_key;
pub(crate) mod step;
