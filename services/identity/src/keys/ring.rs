use std::sync::Arc;

use access::keys::{KeySet, KeySetFault, SigningKey, SigningKeyFault, jwks};
use arc_swap::ArcSwap;
use chrono::{DateTime, TimeDelta, Utc};
use runtime::clock::SharedClock;
use secrecy::ExposeSecret;

use super::seal::{SealFault, SealingKey};
use crate::store::signing_keys::{Sealed, Slot};
use crate::store::tables::signing_key;
use crate::store::{Store, StoreFault};

/// How much longer than the longest token a retired key stays published: copies and clocks lag.
const MARGIN: TimeDelta = TimeDelta::minutes(2);

/// Why there are no keys to sign with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyFault {
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreFault),
    /// What is in the database cannot be opened.
    #[error(transparent)]
    Seal(#[from] SealFault),
    /// What was opened is not a key, or none could be made.
    #[error(transparent)]
    Key(#[from] SigningKeyFault),
    /// The keys cannot be published together.
    #[error(transparent)]
    Set(#[from] KeySetFault),
    /// Nobody has planted a first key, although somebody said so.
    #[error("there is no current signing key in the database")]
    NoCurrent,
}

/// The keys as of one reading of the database.
#[derive(Debug)]
pub(crate) struct Ring {
    generation: i64,
    rotated: DateTime<Utc>,
    signing: SigningKey,
    /// The next key, the current one, and those retired whose tokens may still live.
    pub(crate) published: KeySet,
    /// The same as JSON (RFC 7517).
    pub(crate) jwks: String,
}

impl Ring {
    /// The key that signs.
    pub(crate) fn signing(&self) -> &SigningKey {
        &self.signing
    }
}

/// Loads, publishes and rotates the keys.
#[derive(Debug)]
pub(crate) struct Keys {
    store: Store,
    sealing: SealingKey,
    clock: SharedClock,
    period: TimeDelta,
    token_life: TimeDelta,
    ring: ArcSwap<Ring>,
}

impl Keys {
    /// Loads the keys; plants the first two where there are none.
    pub(crate) async fn open(
        store: Store,
        sealing: SealingKey,
        clock: SharedClock,
        period: TimeDelta,
        token_life: TimeDelta,
    ) -> Result<Self, KeyFault> {
        let source = Source {
            store: &store,
            sealing: &sealing,
            kept: token_life + MARGIN,
        };
        if source.store.rotation().await?.generation == 0 {
            let (current, next) = (source.fresh()?, source.fresh()?);
            // Where another copy was faster, its keys are as good.
            source.store.plant_keys(current, next, clock.now()).await?;
        }
        let ring = source.load(clock.now()).await?;
        Ok(Self {
            store,
            sealing,
            clock,
            period,
            token_life,
            ring: ArcSwap::from_pointee(ring),
        })
    }

    fn source(&self) -> Source<'_> {
        Source {
            store: &self.store,
            sealing: &self.sealing,
            kept: self.token_life + MARGIN,
        }
    }

    /// The keys now.
    pub(crate) fn ring(&self) -> Arc<Ring> {
        self.ring.load_full()
    }

    /// Takes over what other copies did, rotates when the period is over, forgets what no token needs any more.
    pub(crate) async fn tend(&self) -> Result<(), KeyFault> {
        let now = self.clock.now();
        let held = self.ring();
        let rotation = self.store.rotation().await?;
        if rotation.generation != held.generation {
            self.reload().await?;
        } else if now >= held.rotated + self.period {
            self.rotate().await?;
        } else if held.published.len() > 2 {
            self.store
                .forget_keys(now - self.token_life - MARGIN)
                .await?;
            self.reload().await?;
        }
        Ok(())
    }

    /// Rotates now, unless another copy has just done so.
    pub(crate) async fn rotate(&self) -> Result<(), KeyFault> {
        let generation = self.ring().generation;
        let fresh = self.source().fresh()?;
        let rotated = self
            .store
            .rotate_keys(generation, fresh, self.clock.now())
            .await?;
        self.reload().await?;
        if rotated {
            let kid = self.ring().signing.kid().to_owned();
            tracing::info!(kid, "signing key rotated");
        }
        Ok(())
    }

    async fn reload(&self) -> Result<(), KeyFault> {
        let ring = self.source().load(self.clock.now()).await?;
        self.ring.store(Arc::new(ring));
        Ok(())
    }
}

/// Where keys come from.
struct Source<'a> {
    store: &'a Store,
    sealing: &'a SealingKey,
    kept: TimeDelta,
}

impl Source<'_> {
    fn fresh(&self) -> Result<Sealed, KeyFault> {
        let key = SigningKey::generate_es256()?;
        Ok(Sealed {
            kid: key.kid().to_owned(),
            bytes: self.sealing.seal(key.kid(), &key.to_pkcs8_pem()?)?,
        })
    }

    fn opened(&self, row: &signing_key::Model) -> Result<SigningKey, KeyFault> {
        let pem = self.sealing.open(&row.kid, &row.sealed)?;
        Ok(SigningKey::from_pkcs8_pem(pem.expose_secret())?)
    }

    async fn load(&self, now: DateTime<Utc>) -> Result<Ring, KeyFault> {
        // The generation first: a rotation in between is then seen as one at the next look.
        let rotation = self.store.rotation().await?;
        let rows = self.store.signing_keys(now - self.kept).await?;
        let mut current = None;
        let mut members = Vec::with_capacity(rows.len());
        for row in &rows {
            let key = self.opened(row)?;
            members.push(key.public_jwk());
            if Slot::of(row) == Slot::Current {
                current = Some(key);
            }
        }
        let text = jwks(&members);
        Ok(Ring {
            generation: rotation.generation,
            rotated: DateTime::from_timestamp_micros(rotation.rotated_us).unwrap_or_default(),
            signing: current.ok_or(KeyFault::NoCurrent)?,
            published: KeySet::from_jwks(&text)?,
            jwks: text,
        })
    }
}
