use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Something that the operator should know of a source that was backed up nevertheless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The file, table or object.
    pub about: String,
    /// What it is about.
    pub what: String,
}

impl fmt::Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.about, self.what)
    }
}

/// Notes that readers add, wherever they are read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<Vec<Note>>>);

impl Notes {
    pub(crate) fn add(&self, about: impl Into<String>, what: impl Into<String>) {
        let note = Note {
            about: about.into(),
            what: what.into(),
        };
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(note);
    }

    pub(crate) fn all(&self) -> Vec<Note> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
