use serde::Serialize;
use utoipa::ToSchema;

/// What neither arrears nor missing cover may be held against. 就醫權益
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Care {
    /// 急救是否得因欠費或未在保而拒絕；恆為否
    emergency_care_may_be_refused: bool,
    /// 說明
    #[schema(example = "危急病人應即予急救，不得因欠費或未在保而拒絕（醫療法第60條）。")]
    notice: &'static str,
    /// The notice in English.
    notice_en: &'static str,
}

impl Care {
    /// Hospitals give first aid at once to whoever is in danger (醫療法 §60); unpaid premiums do not stop cover.
    pub(crate) const ALWAYS: Self = Self {
        emergency_care_may_be_refused: false,
        notice: "危急病人應即予急救，不得因欠費或未在保而拒絕（醫療法第60條）。欠繳保險費不影響在保身分。",
        notice_en: "Whoever is in danger is treated at once, covered or not and whatever is owed (Medical Care Act, \
                    article 60). Unpaid premiums do not end cover.",
    };
}
