use super::estimate::relief_estimate;
use crate::rules::{DamagePercent, HouseDamage, Relief, Verdict};

relief_estimate! {
    /// A house after a disaster.
    struct DamagedHouse {
        /// The damaged part of the whole building in percent, exact. 毀損面積占整棟面積百分比
        #[param(inline, example = "49.9")]
        damage_percent: DamagePercent,
    }
    tax: "The year's tax, in whole dollars. 當年稅額（新臺幣元）";

    /// What house tax would be relieved after a disaster, why, and until when it can be asked for. 房屋稅災害減免試算
    estimate_house_tax_relief at "/v1/relief-estimates/house-tax"
}

impl DamagedHouse {
    fn verdict(&self) -> Verdict {
        let damage = HouseDamage {
            percent: self.damage_percent,
            disaster_on: self.disaster_on,
        };
        damage.verdict()
    }
}
