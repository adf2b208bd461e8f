//! An application that somebody could file; for demonstrations and drills, never for serving.

use capability::{Form, SampleApplication};
use chrono::NaiveDate;
use serde_json::json;

use crate::applications::DisasterLossDeclaration;

/// Losses can be declared by anybody, whatever is on record.
pub(crate) fn application(day: NaiveDate) -> SampleApplication {
    SampleApplication {
        kind: DisasterLossDeclaration::KIND.name,
        form: json!({
            "disaster_on": day, "place": "新北市貢寮區福隆街1號", "losses": [{"what": "家具", "amount": 80_000}],
            "compensated": 0, "contact_phone": "0912345678",
        }),
    }
}
