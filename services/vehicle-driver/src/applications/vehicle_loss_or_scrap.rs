use capability::{Examination, Form, Kind, OrProblem, Text, not_later, not_yours};
use chrono::NaiveDate;
use identifiers::{PartyId, Phone, Plate};
use runtime::problem::{self, Problem};
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::tables::vehicle::{self, IN_USE};

/// A vehicle that is gone. 車輛失竊、號牌遺失或報廢
#[derive(Debug, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct VehicleLossOrScrap {
    /// 號牌號碼：限本人車輛
    plate: Plate,
    /// 事由
    event: Event,
    /// 發生日期
    happened_on: NaiveDate,
    /// 報案證明單號; required where the vehicle was stolen.
    police_report_no: Option<Text<1, 40>>,
    /// 聯絡電話
    contact_phone: Phone,
}

/// What happened to it. 事由
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Event {
    /// 車輛失竊
    Stolen,
    /// 號牌遺失
    PlateLost,
    /// 報廢
    Scrapped,
    /// 災害毀損或流失
    Disaster,
}

/// What becomes of the vehicle. 審查結果
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VehicleFinding {
    /// 車種
    #[schema(example = "自用小客車")]
    vehicle_kind: String,
    /// 核准後車籍狀態
    #[schema(example = "報廢")]
    status_to_be: &'static str,
}

impl Form for VehicleLossOrScrap {
    const KIND: Kind = Kind::new("vehicle-loss-or-scrap", "車輛失竊、號牌遺失或報廢登記");
    type Finding = VehicleFinding;

    async fn examine(&self, asked: &Examination<'_>) -> Result<VehicleFinding, Problem> {
        not_later("happened_on", self.happened_on, asked.today())?;
        if self.event == Event::Stolen && self.police_report_no.is_none() {
            return Err(refused(
                "police_report_no",
                "a stolen vehicle needs the number of the police report",
                "車輛失竊須填報案證明單號。",
            ));
        }
        let vehicle = vehicle::Entity::find_by_id(self.plate)
            .one(asked.db())
            .await
            .or_problem()?
            .filter(|vehicle| vehicle.owner_id == PartyId::Person(asked.own_id()))
            .ok_or_else(|| not_yours("plate"))?;
        if vehicle.status != IN_USE {
            return Err(refused(
                "plate",
                "this vehicle is no longer in use",
                "此車輛已非使用中。",
            ));
        }
        Ok(VehicleFinding {
            vehicle_kind: vehicle.kind,
            status_to_be: match self.event {
                Event::Stolen => "失竊註銷",
                Event::PlateLost => "號牌註銷",
                Event::Scrapped | Event::Disaster => "報廢",
            },
        })
    }
}

fn refused(field: &'static str, english: &'static str, chinese: &'static str) -> Problem {
    Problem::new(problem::Kind::Unprocessable).field(field, english, chinese)
}

capability::files! {
    /// Reports one's own vehicle stolen, scrapped or destroyed, or its plate lost. 車輛失竊、號牌遺失或報廢登記
    file_vehicle_loss_or_scrap(VehicleLossOrScrap) -> VehicleFinding at "/v1/applications/vehicle-loss-or-scrap",
    example: {"plate": "ABC-1235", "event": "disaster", "happened_on": "2026-11-20", "contact_phone": "0912345678"}
}
