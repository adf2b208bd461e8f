use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::reload::Generation;

/// Something with connections of its own, such as a client's pool, that is made anew once certificates changed: servers
/// that were believed are judged again.
pub struct Renewed<T> {
    current: ArcSwap<(u64, T)>,
    generation: Generation,
    make: Box<dyn Fn() -> Option<T> + Send + Sync>,
}

impl<T> Renewed<T> {
    /// Makes it for the first time.
    ///
    /// # Errors
    /// When it cannot be made now. Later it is logged, and what was made before stays until it can.
    pub fn new<E: fmt::Display>(
        generation: Generation,
        make: impl Fn() -> Result<T, E> + Send + Sync + 'static,
    ) -> Result<Self, E> {
        // In this order: a change in between only has it made once more.
        let now = generation.current();
        Ok(Self {
            current: ArcSwap::from_pointee((now, make()?)),
            generation,
            make: Box::new(move || match make() {
                Ok(anew) => Some(anew),
                Err(error) => {
                    tracing::error!(%error, "a client cannot be made anew");
                    None
                }
            }),
        })
    }

    /// What is made with the certificates of now. Of threads that come at the same time, one's is kept.
    pub fn with<R>(&self, used: impl FnOnce(&T) -> R) -> R {
        let now = self.generation.current();
        let known = self.current.load();
        if known.0 == now {
            return used(&known.1);
        }
        let Some(new) = (self.make)() else {
            return used(&known.1);
        };
        let new = Arc::new((now, new));
        self.current.store(new.clone());
        used(&new.1)
    }
}

impl<T> fmt::Debug for Renewed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renewed")
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}
