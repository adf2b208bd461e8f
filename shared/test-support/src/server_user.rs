//! Whom a database server runs as: PostgreSQL refuses to run as root.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// The system user who owns and runs a server; none where the tests themselves are not run by root.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ServerUser(Option<(u32, u32)>);

impl ServerUser {
    /// The user `postgres` (or `nobody` where there is none) when run by root, otherwise oneself.
    pub(crate) fn find() -> Self {
        let by_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
        if !by_root {
            return Self(None);
        }
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let found = ["postgres", "nobody"]
            .iter()
            .find_map(|name| ids(&users, name));
        Self(Some(found.unwrap_or_else(|| {
            panic!("PostgreSQL does not run as root, and there is no user `postgres` or `nobody`")
        })))
    }

    /// Makes the command run as this user.
    pub(crate) fn runs(self, command: &mut Command) {
        if let Some((user, group)) = self.0 {
            command.uid(user).gid(group);
        }
    }

    /// Gives the path to this user.
    pub(crate) fn owns(self, path: &Path) {
        if let Some((user, group)) = self.0 {
            chown(path, Some(user), Some(group))
                .unwrap_or_else(|error| panic!("cannot hand over {}: {error}", path.display()));
        }
    }
}

fn ids(users: &str, name: &str) -> Option<(u32, u32)> {
    let line = users
        .lines()
        .find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::ids;

    #[test]
    fn a_user_is_found_by_the_whole_name() {
        let users =
            "root:x:0:0:root:/root:/bin/bash\npostgres2:x:9:9::/:\npostgres:x:101:104::/:\n";
        assert_eq!(ids(users, "postgres"), Some((101, 104)));
        assert_eq!(ids(users, "nobody"), None);
    }
}
