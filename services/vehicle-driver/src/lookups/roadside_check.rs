use actix_web::get;
use capability::{Answer, Answered, Audience, Key, Lookup, Parameters, Problems, ReasonHeaders};
use chrono::NaiveDate;
use identifiers::mask::Masked;
use identifiers::{PersonId, Plate, PlateLookup};
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::driver::licences_of;
use super::tickets::{OpenTickets, open, tickets_of};
use super::vehicle::vehicle;
use crate::records::{Driver, inspection_valid};
use crate::tables::violation;

/// Who is at the wheel.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct AtTheWheel {
    /// 駕駛人統一編號
    driver: Option<PersonId>,
}

/// All that matters at the road-side, in one answer under 1 KB. 路邊盤查
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RoadsideCheck {
    /// 車輛
    vehicle: StoppedVehicle,
    /// 駕駛人；null where none was asked about. Without a licence, `licences` is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    driver: Option<StoppedDriver>,
}

/// The vehicle that was stopped. 車輛
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StoppedVehicle {
    /// 號牌號碼
    plate: Plate,
    /// 車主統一編號
    owner_id: Masked,
    /// 車種
    kind: String,
    /// 廠牌
    make: Option<String>,
    /// 顏色
    colour: Option<String>,
    /// 車籍狀態：使用中、報廢、失竊註銷
    status: String,
    /// 定檢有效期限
    inspected_until: Option<NaiveDate>,
    /// 今日定檢是否有效；null where the register names no day.
    inspection_valid: Option<bool>,
    /// 該車未繳罰單
    open_violations: OpenTickets,
}

/// Who was at the wheel. 駕駛人
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StoppedDriver {
    /// 駕駛人及各類駕照
    #[serde(flatten)]
    driver: Driver,
    /// 今日是否有任何有效駕照
    licensed_today: bool,
    /// 未繳罰單
    open_violations: OpenTickets,
}

/// Vehicle, inspection, driver's classes, points and suspensions in one answer; for officers at the road-side. 路邊盤查
#[utoipa::path(
    tag = "roadside",
    params(ReasonHeaders, ("plate" = PlateLookup, Path, description = "號牌號碼"), AtTheWheel),
    responses((status = 200, body = Answered<RoadsideCheck>), Problems)
)]
#[get("/v1/roadside-checks/{plate}")]
pub(super) async fn roadside_check(
    lookup: Lookup,
    key: Key<PlateLookup>,
    query: Parameters<AtTheWheel>,
) -> Result<Answer<RoadsideCheck>, Problem> {
    let vehicle = vehicle(&lookup, &key.0).await?;
    let of_vehicle =
        violation::Entity::find().filter(violation::Column::Plate.eq(vehicle.plate.as_str()));
    let audience = Audience::of(lookup.caller());
    let driver = match query.0.driver {
        Some(id) => {
            let licences = licences_of(&lookup, id).await?;
            Some(StoppedDriver {
                licensed_today: licences.iter().any(|licence| licence.valid_today),
                driver: Driver::new(audience.id(id), licences),
                open_violations: open(&lookup, tickets_of(id)).await?,
            })
        }
        None => None,
    };
    let check = RoadsideCheck {
        vehicle: StoppedVehicle {
            inspection_valid: inspection_valid(&vehicle, lookup.today()),
            plate: vehicle.plate,
            owner_id: audience.party(vehicle.owner_id),
            kind: vehicle.kind,
            make: vehicle.make,
            colour: vehicle.colour,
            status: vehicle.status,
            inspected_until: vehicle.inspected_until,
            open_violations: open(&lookup, of_vehicle).await?,
        },
        driver,
    };
    Ok(lookup.answer(check))
}
