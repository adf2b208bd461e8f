//! What can be filed.

use access::caller::Assurance;

/// A kind of application (簡易申辦), as a capability declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The last step of its path, such as `id-loss-report`.
    pub name: &'static str,
    /// What it is called in Chinese, such as 國民身分證掛失.
    pub title: &'static str,
    /// How surely the applicant must have proved who they are.
    pub assurance: Assurance,
    /// The most attachments it takes.
    pub attachments: usize,
}

impl Kind {
    /// A kind that anybody may file who signed in at all, without attachments.
    #[must_use]
    pub const fn new(name: &'static str, title: &'static str) -> Self {
        Self {
            name,
            title,
            assurance: Assurance::Basic,
            attachments: 0,
        }
    }

    /// It takes up to `most` attachments.
    #[must_use]
    pub const fn with_attachments(mut self, most: usize) -> Self {
        self.attachments = most;
        self
    }

    /// The operation that takes it: `id-loss-report` is filed by `file_id_loss_report`.
    #[must_use]
    pub fn operation(&self) -> String {
        format!("file_{}", self.name.replace('-', "_"))
    }
}
