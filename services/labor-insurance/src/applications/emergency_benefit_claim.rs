use capability::{Deadline, Examination, Form, Kind, not_before, not_later};
use chrono::NaiveDate;
use identifiers::{Fraction, PersonId, Phone};
use runtime::problem::{self, Problem};
use runtime::taipei;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::lookups::person::{counted, periods};
use crate::rules::{
    Average, Benefit, LeadingMonths, Sickness, Treatment, Unemployment, insured_a_year_before,
};

/// A benefit that somebody needs in an emergency. 緊急給付申請
#[derive(Debug, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmergencyBenefitClaim {
    /// 給付事由
    claim: Claim,
    /// 事由經過
    description: capability::Text<1, 500>,
    /// 聯絡電話
    contact_phone: Phone,
    /// 診斷書、離職證明等：先上傳之附件編號
    #[serde(default)]
    attachments: Vec<Uuid>,
}

/// What happened. 給付事由
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum Claim {
    /// 傷病給付（疾病）
    Sickness(UnableToWork),
    /// 傷病給付（傷害）
    Injury(UnableToWork),
    /// 失業給付
    Unemployment(LostWork),
    /// 遺屬給付
    Survivors(Bereaved),
}

/// A time of treatment without work. 不能工作期間
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UnableToWork {
    /// The first day of treatment without work. 治療起日
    from: NaiveDate,
    /// The last one, so far as it is known. 治療迄日
    to: NaiveDate,
    /// 診療方式：住院、門診均可
    treatment: Treatment,
}

/// Work that was lost. 離職
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LostWork {
    /// 離職退保日
    left_on: NaiveDate,
    /// 受扶養眷屬人數
    #[schema(maximum = 20)]
    dependants: u8,
    /// 出生日期
    birth_date: Option<NaiveDate>,
    /// 領有身心障礙證明
    #[serde(default)]
    disability: bool,
}

/// Somebody insured who died. 被保險人死亡
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Bereaved {
    /// 死亡被保險人之統一編號
    deceased_id: PersonId,
    /// 死亡日期
    died_on: NaiveDate,
    /// How the applicant stands to the deceased. 申請人與被保險人之關係
    relation: Relation,
}

/// Whom survivors' benefits are for (勞工保險條例第63條). 遺屬
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Relation {
    /// 配偶
    Spouse,
    /// 子女
    Child,
    /// 父母
    Parent,
    /// 祖父母
    Grandparent,
    /// 孫子女
    Grandchild,
    /// 兄弟姊妹
    Sibling,
}

impl Claim {
    /// The day that the right to it begins, with its field.
    fn event(&self) -> (&'static str, NaiveDate) {
        match self {
            Self::Sickness(case) | Self::Injury(case) => ("claim.from", case.from),
            Self::Unemployment(case) => ("claim.left_on", case.left_on),
            Self::Survivors(case) => ("claim.died_on", case.died_on),
        }
    }

    /// How many years the right lasts, and by which law.
    fn lapses(&self) -> (u32, &'static str) {
        match self {
            Self::Unemployment(_) => (2, "就業保險法第24條"),
            _ => (5, "勞工保險條例第30條"),
        }
    }
}

/// What the record says of a claim. 審查結果
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClaimFinding {
    /// What it would come to; null where it cannot be told from the applicant's own record. 給付試算
    estimate: Option<Benefit>,
    /// 說明
    note: &'static str,
    /// The same in English. 英文說明
    note_en: &'static str,
    /// The law by which the right to it lapses. 請求權時效依據
    law: &'static str,
}

impl Form for EmergencyBenefitClaim {
    const KIND: Kind = Kind::new("emergency-benefit-claim", "緊急給付申請").with_attachments(5);
    type Finding = ClaimFinding;

    fn deadline(&self) -> Option<Deadline> {
        let (field, day) = self.claim.event();
        let (years, law) = self.claim.lapses();
        Some(Deadline {
            field,
            last_day: taipei::months_after(day, years * 12),
            law,
        })
    }

    fn attachments(&self) -> &[Uuid] {
        &self.attachments
    }

    async fn examine(&self, asked: &Examination<'_>) -> Result<ClaimFinding, Problem> {
        let (field, day) = self.claim.event();
        not_later(field, day, asked.today())?;
        let (estimate, note, note_en) = match self.claim {
            Claim::Sickness(case) | Claim::Injury(case) => (
                Some(case.estimate(asked).await?),
                "試算依最近六個月投保薪資，實際金額以主管機關核定為準",
                "estimated by the insured salary of the last six months; the agency decides",
            ),
            Claim::Unemployment(case) => (
                Some(case.estimate(asked).await?),
                "試算依離職前六個月投保薪資，實際金額以主管機關核定為準",
                "estimated by the insured salary of the six months before leaving; the agency decides",
            ),
            Claim::Survivors(case) => {
                if case.deceased_id == asked.own_id() {
                    return Err(Problem::new(problem::Kind::Unprocessable).field(
                        "claim.deceased_id",
                        "must be somebody else than the applicant",
                        "不得為申請人本人。",
                    ));
                }
                (
                    None,
                    "遺屬給付涉及他人之投保紀錄，由主管機關審核",
                    "survivors' benefits depend on another person's record, which the agency examines",
                )
            }
        };
        let law = self.claim.lapses().1;
        Ok(ClaimFinding {
            estimate,
            note,
            note_en,
            law,
        })
    }
}

impl UnableToWork {
    async fn estimate(&self, asked: &Examination<'_>) -> Result<Benefit, Problem> {
        not_before("claim.to", self.to, self.from)?;
        let case = Sickness {
            average: average_before(asked, self.from, "claim.from").await?,
            from: self.from,
            to: self.to,
            treatment: self.treatment,
        };
        counted(case.benefit())?.ok_or_else(|| Problem::new(problem::Kind::Internal))
    }
}

impl LostWork {
    async fn estimate(&self, asked: &Examination<'_>) -> Result<Benefit, Problem> {
        let periods = periods(asked.db(), asked.own_id()).await?;
        let case = Unemployment {
            average: average_before(asked, self.left_on, "claim.left_on").await?,
            dependants: self.dependants,
            left_on: self.left_on,
            birth_date: self.birth_date,
            disability: self.disability,
            insured_a_year: insured_a_year_before(self.left_on, &periods),
        };
        counted(case.benefit())
    }
}

/// The average of the applicant's last six months up to `day`.
async fn average_before(
    asked: &Examination<'_>,
    day: NaiveDate,
    field: &'static str,
) -> Result<Fraction, Problem> {
    let periods = periods(asked.db(), asked.own_id()).await?;
    let average = Average::of(LeadingMonths::Last6(day), &periods, asked.today());
    average.and_then(Average::value).ok_or_else(|| {
        Problem::new(problem::Kind::Unprocessable).field(
            field,
            "you were not insured on or before this day",
            "此日以前查無您的投保紀錄。",
        )
    })
}

capability::files! {
    /// Claims a benefit for sickness, injury, unemployment or survivors. 緊急給付申請
    file_emergency_benefit_claim(EmergencyBenefitClaim) -> ClaimFinding at "/v1/applications/emergency-benefit-claim",
    example: {
        "claim": {"kind": "injury", "from": "2026-11-20", "to": "2026-11-20", "treatment": "outpatient"},
        "description": "清理家園時受傷", "contact_phone": "0912345678"
    }
}
