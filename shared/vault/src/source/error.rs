use std::path::PathBuf;

/// Why a source cannot be backed up. Its words never hold a database's URL, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// There is nothing at this place, or it may not be read.
    #[error("{path} cannot be read")]
    Unreadable {
        /// The place.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// A link, pipe, device or socket: nothing that a restore could give back as it was.
    #[error("{path} is {what}: copy what it stands for into the folder, or leave it out")]
    NotAFile {
        /// The place.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// A name that is no UTF-8, or that no other system could restore.
    #[error("{path} has a name that cannot be kept: {why}")]
    Name {
        /// The place, as well as it can be shown.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A folder without anything to back up.
    #[error("{path} holds no file")]
    Empty {
        /// The place.
        path: PathBuf,
    },
    /// Two sources of one run would have the same name.
    #[error("two sources are called {name}: give one of them another name")]
    SameName {
        /// The name.
        name: String,
    },
    /// Neither a path nor `postgres://…`.
    #[error("a source is a folder, a file, or postgres://USER@HOST/DATABASE")]
    Spec,
    /// The database refuses or does not answer.
    #[error("the database {database}: {what}")]
    Database {
        /// Its name, without user, host and password.
        database: String,
        /// What it said.
        what: String,
    },
}
