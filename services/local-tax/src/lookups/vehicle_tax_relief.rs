use super::estimate::relief_estimate;
use crate::rules::{Relief, VehicleDamage, VehicleKind, Verdict};

relief_estimate! {
    /// A vehicle after a disaster.
    struct DamagedVehicle {
        /// `car` 汽車 or `motorcycle` 機車
        #[param(inline)]
        vehicle_kind: VehicleKind,
        /// In cubic centimetres. 汽缸總排氣量
        #[validate(range(max = 30_000, message = "must be at most 30000"))]
        #[param(maximum = 30_000, example = 1798)]
        engine_cc: u32,
    }
    tax: "The year's tax, in whole dollars. 當年稅額（新臺幣元）";

    /// What vehicle licence tax would be relieved for a vehicle that cannot be used after a disaster. 使用牌照稅災害減免試算
    estimate_vehicle_tax_relief at "/v1/relief-estimates/vehicle-licence-tax"
}

impl DamagedVehicle {
    fn verdict(&self) -> Verdict {
        VehicleDamage::of(self.vehicle_kind, self.engine_cc, self.disaster_on).verdict()
    }
}
