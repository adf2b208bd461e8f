//! The operations of the vehicle and driver registers.

use super::table::{Operation, Who};

const SERVICE: &str = "vehicle-driver";
const POLICE: &str = "law-enforcement";

pub(super) fn operations() -> Vec<Operation> {
    let asked = |id, path| Operation::asked(SERVICE, id, path, &[Who::Officer], POLICE);
    let mut operations = vec![
        Operation::own(SERVICE, "own_summary", "/v1/me"),
        Operation::own(SERVICE, "own_vehicles", "/v1/me/vehicles").malformed(&["?limit=0", "?cursor=x"]),
        Operation::own(SERVICE, "own_licences", "/v1/me/licences"),
        Operation::own(SERVICE, "own_violations", "/v1/me/violations").malformed(&["?limit=0"]),
        asked("vehicle_by_plate", "/v1/vehicles/{mine:vehicle-driver/vehicle/plate}")
            .with(&["{me}", r#""snapshot""#])
            .malformed(&["/v1/vehicles/A", "/v1/vehicles/ABC_1235"])
            .someone_elses("/v1/vehicles/ZZ-ZZ999", 404, &[]),
        asked("driver_by_id", "/v1/drivers/{me}")
            .with(&["{me}", r#""snapshot""#])
            .malformed(&["/v1/drivers/A123456780"])
            .someone_elses("/v1/drivers/{nobody}", 404, &[]),
        asked("violations_of_driver", "/v1/drivers/{me}/violations")
            .malformed(&["/v1/drivers/A123456780/violations", "?limit=0"])
            .someone_elses("/v1/drivers/{nobody}/violations", 200, &["ticket_no"]),
        asked(
            "roadside_check",
            "/v1/roadside-checks/{mine:vehicle-driver/vehicle/plate}?driver={me}",
        )
        .with(&[r#""licensed_today":true"#, r#""snapshot""#])
        .malformed(&["/v1/roadside-checks/A", "/v1/roadside-checks/ABC-1235?driver=x"])
        .someone_elses("/v1/roadside-checks/ZZ-ZZ999", 404, &[]),
        Operation::filing(
            SERVICE,
            "file_vehicle_loss_or_scrap",
            "/v1/applications/vehicle-loss-or-scrap",
            r#"{"plate":"{mine:vehicle-driver/vehicle/plate}","event":"disaster","happened_on":"2026-11-20","contact_phone":"0912345678"}"#,
            r#"{"plate":"{theirs:vehicle-driver/vehicle/plate}","event":"disaster","happened_on":"2026-11-20","contact_phone":"0912345678"}"#,
        )
        .malformed_forms(&[
            r#"{"plate":"{mine:vehicle-driver/vehicle/plate}","event":"stolen","happened_on":"2026-11-20","contact_phone":"0912345678"}"#,
            r#"{"plate":"{mine:vehicle-driver/vehicle/plate}","event":"disaster","happened_on":"2999-01-01","contact_phone":"0912345678"}"#,
        ]),
        Operation::filing(
            SERVICE,
            "file_licence_reissue",
            "/v1/applications/licence-reissue",
            r#"{"class":"{mine:vehicle-driver/driver_licence/class}","reason":"lost","delivery_address":"新北市貢寮區福隆街1號","contact_phone":"0912345678"}"#,
            r#"{"class":"沒有此類","reason":"lost","delivery_address":"新北市貢寮區福隆街1號","contact_phone":"0912345678"}"#,
        ),
    ];
    operations.extend(Operation::common(SERVICE, "{application:vehicle-driver}"));
    operations
}
