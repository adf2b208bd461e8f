//! Signs people and programs in, issues and revokes their tokens, publishes the keys that verify them, and shows people
//! who looked at their records. Behind the gateway, never public.
//!
//! Start reading at [`start`](start()): it puts the parts together. A request passes `gate`, then one of `endpoints`; a
//! token request goes on to one of `grants`.

mod clients;
mod endpoints;
mod form;
mod gate;
mod grants;
mod household;
mod keys;
mod measures;
mod oauth;
mod openapi;
mod opened;
mod random;
mod service;
mod settings;
mod start;
mod store;
mod stored;
mod throttle;
mod tokens;

pub use clients::ClientFault;
pub use keys::{SealFault, SealingKey};
pub use openapi::openapi;
pub use settings::{
    Audit, Client, Household, Lifetimes, Limits, Parts, RateSetting, Rates, Settings,
};
pub use start::{main, rotate_signing_key, start};
