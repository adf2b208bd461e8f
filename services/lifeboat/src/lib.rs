//! The operator's command: demo, up, call, snapshot, openapi. It starts things and owns nothing.

mod backup;
mod call;
mod cli;
mod client;
mod demo;
mod failback;
mod identity_keys;
mod journals;
mod keys;
mod openapi;
mod outcome;
mod registry;
mod restore;
mod settings;
mod snapshot;
mod stack;
mod up;

pub use cli::main;
