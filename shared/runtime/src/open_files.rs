//! How many files and connections a process may hold open.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Takes as many as the system allows. What a process starts with, often 1,024, is for programs that wait by `select`; a
/// service with so few is put out of order by a thousand slow clients.
pub fn take_all_allowed() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if setrlimit(Resource::Nofile, limit).is_err() {
        tracing::warn!("the limit of open files cannot be raised");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_as_high_as_the_system_allows() {
        let allowed = getrlimit(Resource::Nofile).maximum;
        let mut few = getrlimit(Resource::Nofile);
        few.current = Some(256);
        setrlimit(Resource::Nofile, few).unwrap();
        take_all_allowed();
        assert_eq!(getrlimit(Resource::Nofile).current, allowed);
    }
}
