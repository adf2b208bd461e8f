//! What can be backed up: data packages, folders, databases.
