//! What was filed, handed back to the agency's own system: signed data packages, each application in exactly one.

mod package;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    TransactionTrait,
};
use snapshot::AgencySigner;

use crate::journal::{Journal, Unreachable};
use crate::tables::{application, export};
use crate::write::{advance, hold};

/// What an export wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Its number, counted from 1 without gaps.
    pub number: i64,
    /// Applications in it.
    pub applications: usize,
    /// Attachments in it.
    pub attachments: usize,
    /// The package.
    pub folder: PathBuf,
    /// Whether it was begun by an earlier run that did not finish.
    pub resumed: bool,
}

/// Why there is no package. What was begun is finished by the next run.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A file cannot be written.
    #[error("{path} cannot be written")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Something else lies where the package belongs.
    #[error("{path} is there already, and is not this export")]
    Taken {
        /// The folder.
        path: PathBuf,
    },
    /// The database does not answer.
    #[error(transparent)]
    Journal(#[from] Unreachable),
}

impl From<sea_orm::DbErr> for ExportError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Journal(error.into())
    }
}

fn file_fault(path: &Path) -> impl FnOnce(io::Error) -> ExportError + '_ {
    move |source| ExportError::File {
        path: path.to_owned(),
        source,
    }
}

impl Journal {
    /// Writes what was filed since the last export as the data package `into/<capability>/<number>`, in the order of
    /// filing; `None` where nothing was. An export that was begun and not finished is finished first, with the same
    /// content.
    ///
    /// # Errors
    /// See [`ExportError`].
    pub async fn export(
        &self,
        into: &Path,
        signer: Option<&AgencySigner>,
        now: DateTime<Utc>,
    ) -> Result<Option<Exported>, ExportError> {
        let Some((row, resumed)) = self.begun(now).await? else {
            return Ok(None);
        };
        let parent = into.join(self.capability());
        let folder = parent.join(format!("{:06}", row.number));
        let draft = parent.join(format!(".{:06}.draft", row.number));
        if draft.exists() {
            fs::remove_dir_all(&draft).map_err(file_fault(&draft))?;
        }
        fs::create_dir_all(&parent).map_err(file_fault(&parent))?;
        let contents = self.write_package(&draft, &row, signer).await?;
        if folder.exists() {
            if !package::are_the_same(&draft, &folder) {
                return Err(ExportError::Taken { path: folder });
            }
            fs::remove_dir_all(&draft).map_err(file_fault(&draft))?;
        } else {
            fs::rename(&draft, &folder).map_err(file_fault(&folder))?;
            fs::File::open(&parent)
                .and_then(|parent| parent.sync_all())
                .map_err(file_fault(&parent))?;
        }
        for page in contents.applications.chunks(1_000) {
            self.forwarded(page, now).await?;
        }
        export::Entity::update_many()
            .col_expr(
                export::Column::FinishedUs,
                Expr::value(now.timestamp_micros()),
            )
            .filter(export::Column::Number.eq(row.number))
            .exec(&self.db)
            .await?;
        Ok(Some(Exported {
            number: row.number,
            applications: contents.applications.len(),
            attachments: contents.attachments,
            folder,
            resumed,
        }))
    }

    /// The export that is to be written now, and whether it was begun before. Its range is on disk before its first byte
    /// is written, so that a run that is cut off is repeated and not done twice.
    async fn begun(
        &self,
        now: DateTime<Utc>,
    ) -> Result<Option<(export::Model, bool)>, ExportError> {
        let work = self.db.begin().await?;
        let head = hold(&work).await?;
        let last = export::Entity::find()
            .order_by_desc(export::Column::Number)
            .one(&work)
            .await?;
        if let Some(open) = last.as_ref().filter(|last| last.finished_us.is_none()) {
            return Ok(Some((open.clone(), true)));
        }
        let after = last.as_ref().map_or(0, |last| last.up_to);
        let new = application::Entity::find().filter(application::Column::Position.gt(after));
        if new.count(&work).await? == 0 {
            return Ok(None);
        }
        let row = export::Model {
            position: head + 1,
            number: last.map_or(0, |last| last.number) + 1,
            after,
            up_to: head,
            begun_us: now.timestamp_micros(),
            finished_us: None,
        };
        export::Entity::insert(row.clone().into_active_model())
            .exec_without_returning(&work)
            .await?;
        advance(&work, row.position).await?;
        work.commit().await?;
        Ok(Some((row, false)))
    }
}
