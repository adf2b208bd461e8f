//! Which snapshot is served, by what the database and its replica say.

/// A snapshot to serve, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice<S> {
    /// There is none yet.
    Nothing,
    /// This one.
    Serve {
        snapshot: S,
        /// Whether the replica has it.
        on_replica: bool,
    },
}

/// Whether the replica still has another snapshot in service than the database that it follows.
pub(super) fn is_behind<S, E>(
    primary: &Result<Option<S>, E>,
    replica: Option<&Result<Option<S>, E>>,
    same: impl Fn(&S, &S) -> bool,
) -> bool {
    matches!((primary, replica), (Ok(Some(new)), Some(Ok(Some(old)))) if !same(new, old))
}

/// A replica that is behind is waited for: until it has the new snapshot, or waiting took too long (`waited`), the one that it
/// has is served, which the database keeps as its previous one. So the load of lookups stays where it is.
pub(super) fn choose<S, E>(
    primary: Result<Option<S>, E>,
    replica: Option<Result<Option<S>, E>>,
    waited: bool,
    same: impl Fn(&S, &S) -> bool,
) -> Result<Choice<S>, E> {
    let serve = |snapshot, on_replica| Choice::Serve {
        snapshot,
        on_replica,
    };
    match (primary, replica) {
        (Ok(Some(new)), Some(Ok(Some(old)))) => Ok(if same(&new, &old) {
            serve(new, true)
        } else if waited {
            serve(new, false)
        } else {
            serve(old, true)
        }),
        (Ok(Some(new)), _) => Ok(serve(new, false)),
        (Ok(None), _) => Ok(Choice::Nothing),
        (Err(_), Some(Ok(Some(kept)))) => Ok(serve(kept, true)),
        (Err(error), _) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::Choice::{Nothing, Serve};
    use super::{Choice, choose, is_behind};

    type Said = Result<Option<u8>, &'static str>;
    const GONE: Said = Err("gone");

    fn chosen(
        primary: Said,
        replica: Option<Said>,
        waited: bool,
    ) -> Result<Choice<u8>, &'static str> {
        choose(primary, replica, waited, u8::eq)
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "it is compared with what was chosen"
    )]
    fn serve(snapshot: u8, on_replica: bool) -> Result<Choice<u8>, &'static str> {
        Ok(Serve {
            snapshot,
            on_replica,
        })
    }

    #[test]
    fn without_a_replica_the_database_decides() {
        assert_eq!(chosen(Ok(Some(1)), None, false), serve(1, false));
        assert_eq!(chosen(Ok(None), None, false), Ok(Nothing));
        assert_eq!(chosen(GONE, None, false), Err("gone"));
    }

    #[test]
    fn the_old_snapshot_is_served_until_the_replica_has_the_new_one_or_waiting_took_too_long() {
        let (new, old) = (Ok(Some(2)), Ok(Some(1)));
        assert!(is_behind(&new, Some(&old), u8::eq));
        assert_eq!(chosen(new, Some(old), false), serve(1, true));
        assert_eq!(chosen(new, Some(old), true), serve(2, false));
        assert!(!is_behind(&new, Some(&new), u8::eq));
        assert_eq!(chosen(new, Some(new), true), serve(2, true));
    }

    #[test]
    fn a_first_snapshot_does_not_wait_for_the_replica() {
        assert_eq!(chosen(Ok(Some(1)), Some(Ok(None)), false), serve(1, false));
    }

    #[test]
    fn one_of_both_is_enough() {
        assert_eq!(chosen(Ok(Some(1)), Some(GONE), false), serve(1, false));
        assert_eq!(chosen(GONE, Some(Ok(Some(1))), false), serve(1, true));
        assert_eq!(chosen(GONE, Some(GONE), false), Err("gone"));
        assert_eq!(chosen(GONE, Some(Ok(None)), false), Err("gone"));
    }
}
