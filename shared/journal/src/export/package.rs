//! The data package of one export.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use snapshot::{AgencySigner, FieldHead, Origin, PackageWriter, TableHead};
use uuid::Uuid;

use super::{ExportError, file_fault};
use crate::application::{hexadecimal, instant};
use crate::journal::Journal;
use crate::tables::{application, attachment, export};

/// Rows in one part file.
const PART_ROWS: u64 = 50_000;

/// Applications read at once.
const PAGE: u64 = 1_000;

/// Applications whose attachments are in memory at once.
const ATTACHED: usize = 8;

/// The version of the two tables.
const SCHEMA_VERSION: u32 = 1;

/// Column, type of Table Schema, meaning.
type Columns = &'static [(&'static str, &'static str, &'static str)];

const APPLICATION: Columns = &[
    ("position", "integer", "收件順序"),
    ("application_id", "string", "案件編號"),
    ("kind", "string", "申辦項目"),
    ("person_id", "string", "申請人統一編號"),
    ("filed_at", "datetime", "收件時間"),
    ("form", "string", "申請內容（JSON）"),
    ("finding", "string", "審查結果（JSON）"),
    ("receipt", "string", "收據（JWS）"),
];

const ATTACHMENT: Columns = &[
    ("application_id", "string", "案件編號"),
    ("attachment_id", "string", "附件編號"),
    ("media_type", "string", "檔案類型"),
    ("bytes", "integer", "檔案大小"),
    ("sha256", "string", "雜湊值"),
    ("path", "string", "檔案位置"),
];

/// What went into a package.
pub(super) struct Contents {
    pub(super) applications: Vec<Uuid>,
    pub(super) attachments: usize,
}

fn head(name: &str, columns: Columns, key: &[&str]) -> TableHead {
    TableHead {
        name: name.to_owned(),
        fields: columns
            .iter()
            .map(|(name, kind, description)| FieldHead {
                name: (*name).to_owned(),
                r#type: kind,
                description: (*description).to_owned(),
            })
            .collect(),
        primary_key: key.iter().map(|name| (*name).to_owned()).collect(),
    }
}

impl Journal {
    /// Writes the package of `export` into `folder`, which is not there yet: the same bytes each time.
    pub(super) async fn write_package(
        &self,
        folder: &Path,
        export: &export::Model,
        signer: Option<&AgencySigner>,
    ) -> Result<Contents, ExportError> {
        let fault = || file_fault(folder);
        let origin = Origin {
            system: self.capability().to_owned(),
            agency: "lifeboat".to_owned(),
            taken_at: instant(export.begun_us),
            sequence: u64::try_from(export.number).unwrap_or_default(),
            schema_version: SCHEMA_VERSION,
        };
        let mut package = PackageWriter::create(folder, origin).map_err(fault())?;
        let mut table = package
            .table(head("application", APPLICATION, &["position"]), PART_ROWS)
            .map_err(fault())?;
        let mut applications = Vec::new();
        let mut after = export.after;
        loop {
            let page = application::Entity::find()
                .filter(application::Column::Position.gt(after))
                .filter(application::Column::Position.lte(export.up_to))
                .order_by_asc(application::Column::Position)
                .limit(PAGE)
                .all(&self.db)
                .await?;
            let Some(last) = page.last() else { break };
            after = last.position;
            for row in page {
                let (position, id) = (row.position.to_string(), row.id.to_string());
                let filed_at = instant(row.filed_us).to_rfc3339();
                table
                    .row([
                        position.as_str(),
                        &id,
                        &row.kind,
                        &row.person_id,
                        &filed_at,
                        &row.form,
                        &row.finding,
                        &row.receipt,
                    ])
                    .map_err(fault())?;
                applications.push(row.id);
            }
        }
        table.finish().map_err(fault())?;
        let mut table = package
            .table(
                head(
                    "attachment",
                    ATTACHMENT,
                    &["application_id", "attachment_id"],
                ),
                PART_ROWS,
            )
            .map_err(fault())?;
        let mut attachments = 0;
        let mut sorted = applications.clone();
        sorted.sort_unstable();
        for page in sorted.chunks(ATTACHED) {
            for row in self.attachments_of(page).await? {
                let application = row
                    .application_id
                    .map_or_else(String::new, |id| id.to_string());
                let (id, bytes) = (row.id.to_string(), row.bytes.to_string());
                let path = format!("attachments/{id}");
                write(folder, &path, &row.content)?;
                let sha256 = hexadecimal(&row.sha256);
                table
                    .row([
                        application.as_str(),
                        &id,
                        &row.media_type,
                        &bytes,
                        &sha256,
                        &path,
                    ])
                    .map_err(fault())?;
                attachments += 1;
            }
        }
        table.finish().map_err(fault())?;
        package.finish(signer).map_err(fault())?;
        Ok(Contents {
            applications,
            attachments,
        })
    }

    async fn attachments_of(
        &self,
        applications: &[Uuid],
    ) -> Result<Vec<attachment::Model>, ExportError> {
        let found = attachment::Entity::find()
            .filter(attachment::Column::ApplicationId.is_in(applications.iter().copied()))
            .order_by_asc(attachment::Column::ApplicationId)
            .order_by_asc(attachment::Column::Id);
        Ok(found.all(&self.db).await?)
    }
}

fn write(folder: &Path, path: &str, content: &[u8]) -> Result<(), ExportError> {
    let path = folder.join(path);
    let write = || {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut file = File::create(&path)?;
        file.write_all(content)?;
        file.sync_all()
    };
    write().map_err(file_fault(&path))
}

/// Whether two packages have the same description, which holds the hashes of all they contain.
pub(super) fn are_the_same(one: &Path, other: &Path) -> bool {
    let read = |folder: &Path| fs::read(folder.join("datapackage.json")).ok();
    read(one).is_some() && read(one) == read(other)
}
