use super::estimate::relief_estimate;
use crate::rules::{LandDamage, Relief, Verdict};

relief_estimate! {
    /// Land after a disaster.
    struct DamagedLand {}
    tax: "The year's tax on the land that cannot be used, in whole dollars. 無法使用土地之當年稅額（新臺幣元）";

    /// What land value tax would be relieved for land that cannot be used after a disaster. 地價稅災害減免試算
    estimate_land_tax_relief at "/v1/relief-estimates/land-value-tax"
}

impl DamagedLand {
    fn verdict(&self) -> Verdict {
        let damage = LandDamage {
            disaster_on: self.disaster_on,
        };
        damage.verdict()
    }
}
