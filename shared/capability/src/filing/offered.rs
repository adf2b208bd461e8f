//! What a capability offers to be filed.

use journal::Kind;
use runtime::operations::Operations;

use super::file::Form;
use crate::declaration::Routes;

/// A form with its handler; [`files`](crate::files) implements it.
pub trait Handled: Form {
    /// Registers the handler.
    fn route(operations: &mut Operations<'_>);
}

/// A kind of application and the handler that takes it.
#[derive(Clone, Copy, Debug)]
pub struct Offered {
    /// The kind.
    pub kind: Kind,
    pub(crate) route: Routes,
}

impl Offered {
    /// The kind of this form, taken by its handler.
    #[must_use]
    pub const fn of<F: Handled>() -> Self {
        Self {
            kind: F::KIND,
            route: F::route,
        }
    }
}
