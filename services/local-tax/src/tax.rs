//! The local taxes that there are.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A local tax. 稅目
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) enum TaxType {
    /// 房屋稅
    #[serde(rename = "房屋稅", alias = "house_tax")]
    House,
    /// 地價稅
    #[serde(rename = "地價稅", alias = "land_value_tax")]
    LandValue,
    /// 使用牌照稅
    #[serde(rename = "使用牌照稅", alias = "vehicle_licence_tax")]
    VehicleLicence,
}

impl TaxType {
    /// As bills name it.
    pub(crate) const fn term(self) -> &'static str {
        match self {
            Self::House => "房屋稅",
            Self::LandValue => "地價稅",
            Self::VehicleLicence => "使用牌照稅",
        }
    }
}
