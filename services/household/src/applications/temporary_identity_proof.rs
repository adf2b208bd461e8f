use capability::{Examination, Form, Kind, NoFinding, Text};
use identifiers::Phone;
use runtime::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::lookups::person::registered;

/// A proof of identity for the time until a new card can be issued. 臨時身分證明書
#[derive(Debug, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(super) struct TemporaryIdentityProof {
    /// 用途
    reason: Reason,
    /// 領取地點（戶政事務所或收容處所）
    collect_at: Text<2, 100>,
    /// 聯絡電話
    contact_phone: Phone,
    /// 相片：先上傳之附件編號
    #[serde(default)]
    attachments: Vec<Uuid>,
}

/// What the proof is needed for. 用途
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Reason {
    /// 身分證件遺失或毀損
    CardLost,
    /// 就醫
    MedicalCare,
    /// 領取救助
    Relief,
    /// 旅行
    Travel,
    /// 投票
    Voting,
}

impl Form for TemporaryIdentityProof {
    const KIND: Kind = Kind::new("temporary-identity-proof", "臨時身分證明書").with_attachments(2);
    type Finding = NoFinding;

    fn attachments(&self) -> &[Uuid] {
        &self.attachments
    }

    async fn examine(&self, asked: &Examination<'_>) -> Result<NoFinding, Problem> {
        registered(asked.own_id()).map(|_| NoFinding)
    }
}

capability::files! {
    /// Asks for a proof of one's own identity until a new card can be issued. 申請臨時身分證明書
    file_temporary_identity_proof(TemporaryIdentityProof) -> NoFinding at "/v1/applications/temporary-identity-proof",
    example: {"reason": "card-lost", "collect_at": "新北市貢寮區福連國小收容所", "contact_phone": "0912345678"}
}
